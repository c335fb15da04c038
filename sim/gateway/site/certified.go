package site

import (
	"errors"
	"slices"
	"strings"

	"icsim/crypto/httpcert"
)

// certify lets a response pass if it is certified, with the headers that may.
func (g *Gateway) certify(to Target, q *httpcert.Request, r *httpcert.Response) *Failure {
	v := httpcert.Verifier{Scheme: g.backend.Scheme(), RootKey: g.backend.RootKey(), Now: g.backend.Now()}
	verdict, err := v.Verify(to.Canister, q, r)
	if err != nil {
		return failf(502, "its response is not certified: %v", err)
	}
	switch {
	case verdict.Version < version:
		return g.allowLegacy(to, r)
	case !verdict.None:
		certificates := slices.DeleteFunc(slices.Clone(r.Headers), func(f httpcert.Field) bool {
			return !strings.EqualFold(f.Name, httpcert.CertificateHeader)
		})
		r.Headers = append(certificates, verdict.Headers...)
	}
	return nil
}

// supported is the metadata that tells which versions of response verification a canister knows, as in "1,2".
const supported = "supported_certificate_versions"

// allowLegacy lets a response of version 1 pass if its canister knows no better, and without what would do harm uncertified: caching
// and redirection.
func (g *Gateway) allowLegacy(to Target, r *httpcert.Response) *Failure {
	value, _, err := g.backend.Metadata(to.Canister, supported)
	if err != nil {
		return failf(502, "its response is of version 1, and whether it knows version 2 is not known: %v", err)
	}
	for v := range strings.SplitSeq(string(value), ",") {
		if strings.TrimSpace(v) == "2" {
			return failf(502, "its response is of version 1, although it knows version 2 (metadata %s %q)", supported, value)
		}
	}
	if r.Status >= 300 && r.Status < 400 {
		return failf(502, "its response is a redirection (status %d), which version 1 does not certify", r.Status)
	}
	r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), func(f httpcert.Field) bool { return strings.EqualFold(f.Name, "Cache-Control") })
	return nil
}

// wellFormed checks that a response can be sent.
func wellFormed(r *httpcert.Response) *Failure {
	if r.Status < 200 || r.Status > 599 {
		return failf(502, "the status of its response is %d; 200 to 599 are accepted", r.Status)
	}
	for _, f := range r.Headers {
		if err := checkHeader(f); err != nil {
			return failf(502, "its response has a header %.40q that cannot be sent: %v", f.Name, err)
		}
	}
	return nil
}

// checkHeader holds a header to RFC 9110, sections 5.1 and 5.5.
func checkHeader(f httpcert.Field) error {
	const marks = "!#$%&'*+-.^_`|~"
	isName := func(c rune) bool {
		return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.ContainsRune(marks, c)
	}
	if f.Name == "" || strings.ContainsFunc(f.Name, func(c rune) bool { return !isName(c) }) {
		return errors.New("its name is not one")
	}
	if strings.ContainsFunc(f.Value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		return errors.New("its value has control characters")
	}
	return nil
}

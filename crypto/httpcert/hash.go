package httpcert

import (
	"crypto/sha256"
	"slices"
	"strings"

	"icsim/crypto"
)

// A Field is a header field.
type Field struct{ Name, Value string }

// The headers that carry certification.
const (
	CertificateHeader = "IC-Certificate"
	ExpressionHeader  = "IC-CertificateExpression"
)

// RequestHash is the hash of what an expression certifies of a request:
//
//	H(hash of map(certified headers, :ic-cert-method, :ic-cert-query) ‖ H(body))
func RequestHash(r *Request, c *RequestCertification) crypto.Hash {
	fields := []crypto.Field{crypto.TextField(":ic-cert-method", r.Method)}
	for _, f := range r.Headers {
		if containsFold(c.Headers, f.Name) {
			fields = append(fields, crypto.TextField(lower(f.Name), f.Value))
		}
	}
	if query := certifiedQuery(queryOf(r.URL), c.Parameters); query != "" {
		fields = append(fields, crypto.TextField(":ic-cert-query", query))
	}
	return withBody(crypto.HashOfMap(fields...), r.Body)
}

// certifiedQuery is the part of a query that consists of certain parameters.
func certifiedQuery(query string, parameters []string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(part, "="); containsFold(parameters, name) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// ResponseHash is the hash of what an expression certifies of a response:
//
//	H(hash of map(certified headers, :ic-cert-status) ‖ H(body))
func ResponseHash(r *Response, f HeaderFilter) crypto.Hash {
	fields := []crypto.Field{crypto.NatField(":ic-cert-status", uint64(r.Status))}
	for _, h := range r.Headers {
		if f.certifies(h.Name) {
			fields = append(fields, crypto.TextField(lower(h.Name), h.Value))
		}
	}
	return withBody(crypto.HashOfMap(fields...), r.Body)
}

// certifies tells whether a header of a response is certified: the expression always is, the certificate never.
func (f HeaderFilter) certifies(name string) bool {
	switch {
	case strings.EqualFold(name, CertificateHeader):
		return false
	case strings.EqualFold(name, ExpressionHeader):
		return true
	}
	return containsFold(f.Names, name) != f.Exclude
}

func withBody(headers crypto.Hash, body []byte) crypto.Hash {
	h := sha256.Sum256(body)
	return sum(string(headers[:]) + string(h[:]))
}

func sum(text string) crypto.Hash { return sha256.Sum256([]byte(text)) }

// lower is a header's name in lower case; names are ASCII.
func lower(name string) string { return strings.ToLower(name) }

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

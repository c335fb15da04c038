package httpcert

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
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
	pairs := []pair{textPair(":ic-cert-method", r.Method)}
	for _, f := range r.Headers {
		if containsFold(c.Headers, f.Name) {
			pairs = append(pairs, textPair(lower(f.Name), f.Value))
		}
	}
	if query := certifiedQuery(queryOf(r.URL), c.Parameters); query != "" {
		pairs = append(pairs, textPair(":ic-cert-query", query))
	}
	return withBody(hashOfMap(pairs), r.Body)
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
	pairs := []pair{{sum(":ic-cert-status"), sum(string(binary.AppendUvarint(nil, uint64(r.Status))))}} // a number is in LEB128
	for _, h := range r.Headers {
		if f.certifies(h.Name) {
			pairs = append(pairs, textPair(lower(h.Name), h.Value))
		}
	}
	return withBody(hashOfMap(pairs), r.Body)
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

// A pair is the hashes of a field's name and value.
type pair [2]crypto.Hash

func textPair(name, value string) pair { return pair{sum(name), sum(value)} }

// hashOfMap is the representation-independent hash of reference/interface.md D.2; a name may come several times.
func hashOfMap(pairs []pair) crypto.Hash {
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := bytes.Compare(a[0][:], b[0][:]); c != 0 {
			return c
		}
		return bytes.Compare(a[1][:], b[1][:])
	})
	h := sha256.New()
	for _, p := range pairs {
		h.Write(p[0][:])
		h.Write(p[1][:])
	}
	return crypto.Hash(h.Sum(nil))
}

func sum(text string) crypto.Hash { return sha256.Sum256([]byte(text)) }

// lower is a header's name in lower case; names are ASCII.
func lower(name string) string { return strings.ToLower(name) }

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

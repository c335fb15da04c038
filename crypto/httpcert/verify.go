package httpcert

import (
	"strings"
	"time"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// A Request is an HTTP request as a canister gets it.
type Request struct {
	Method  string // in upper case
	URL     string // without protocol and host
	Headers []Field
	Body    []byte
}

// A Response is an HTTP response as a canister gives it, with all of its body.
type Response struct {
	Status  uint16
	Headers []Field
	Body    []byte
}

// header gives the value of a header; of several, that of the last.
func (r *Response) header(name string) (value string, ok bool) {
	for _, f := range r.Headers {
		if strings.EqualFold(f.Name, name) {
			value, ok = f.Value, true
		}
	}
	return value, ok
}

// Tolerance is how far the time of a certificate may be from now, to either side.
const Tolerance = 5 * time.Minute

// A Verifier says whose certificates are valid, and when.
type Verifier struct {
	Scheme     certificate.Verifier
	RootKey    []byte // in DER
	Now        uint64 // nanoseconds since 1970
	MinVersion int    // responses of lower versions fail; 0 and 1: of any
}

// A Verdict says what of a response is certified. Its body always is, unless None.
type Verdict struct {
	Version int
	None    bool    // the canister certifies that it certifies nothing of this response
	Headers []Field // those that are certified, IC-CertificateExpression among them; in version 1 there are none, nor is the status
}

// Verify checks a canister's response to a request. The error is a *Failure.
func (v Verifier) Verify(canister principal.ID, q *Request, r *Response) (Verdict, error) {
	verdict, failure := v.verify(canister, q, r)
	if failure != nil {
		return Verdict{}, failure
	}
	return verdict, nil
}

func (v Verifier) verify(canister principal.ID, q *Request, r *Response) (Verdict, *Failure) {
	value, ok := r.header(CertificateHeader)
	if !ok {
		return Verdict{}, NoCertificateHeader.fail("")
	}
	h, err := ParseHeader(value)
	switch {
	case err != nil:
		return Verdict{}, BadCertificateHeader.fail("%v", err)
	case h.Version != 1 && h.Version != 2:
		return Verdict{}, UnsupportedVersion.fail("%d; 1 and 2 are", h.Version)
	case h.Version < v.MinVersion:
		return Verdict{}, VersionTooLow.fail("%d; %d is the lowest", h.Version, v.MinVersion)
	}
	path, failure := pathOf(q.URL)
	if failure == nil {
		failure = v.checkCertificate(h, canister)
	}
	if failure != nil {
		return Verdict{}, failure
	}
	if h.Version == 1 {
		return Verdict{Version: 1}, verifyLegacy(h.Tree, path, r)
	}
	return verifyResponse(h, path, q, r)
}

// checkCertificate checks that the canister's subnet has lately certified the tree.
func (v Verifier) checkCertificate(h *Header, canister principal.ID) *Failure {
	c := h.Certificate
	if verdict := c.VerifyForCanister(v.Scheme, v.RootKey, canister); verdict != certificate.Valid {
		return BadCertificate.fail("%s", verdict)
	}
	at, ok := c.Time()
	switch {
	case !ok:
		return NoTime.fail("")
	case at < v.Now && v.Now-at > uint64(Tolerance):
		return TooOld.fail("%s, and %s are allowed", time.Duration(v.Now-at), Tolerance)
	case at > v.Now && at-v.Now > uint64(Tolerance):
		return TooNew.fail("by %s, and %s are allowed", time.Duration(at-v.Now), Tolerance)
	}
	data, result := c.Tree.Lookup("canister", hashtree.Label(canister.Bytes()), "certified_data")
	if result != hashtree.Found {
		return NoCertifiedData.fail("%s is %s", canister, result)
	}
	if root := h.Tree.Digest(); string(data) != string(root[:]) {
		return OtherTree.fail("its root hash is %s", root)
	}
	return nil
}

// verifyResponse is version 2.
func verifyResponse(h *Header, urlPath string, q *Request, r *Response) (Verdict, *Failure) {
	if h.Path == nil {
		return Verdict{}, NoExpressionPath.fail("")
	}
	if failure := checkPath(h.Path, urlPath, h.Tree); failure != nil {
		return Verdict{}, failure
	}
	text, ok := r.header(ExpressionHeader)
	if !ok {
		return Verdict{}, NoExpressionHeader.fail("")
	}
	e, err := ParseExpression(text)
	if err != nil {
		return Verdict{}, BadExpression.fail("%v", err)
	}
	hash := sum(text)
	certified, result := h.Tree.Subtree(append(labels(h.Path), label(hash))...)
	if result != hashtree.Found {
		return Verdict{}, ExpressionNotCertified.fail("at %q", h.Path)
	}
	if e.None {
		return Verdict{Version: 2, None: true}, nil
	}
	if failure := checkHashes(certified, e, q, r); failure != nil {
		return Verdict{}, failure
	}
	verdict := Verdict{Version: 2}
	for _, f := range r.Headers {
		if e.Headers.certifies(f.Name) {
			verdict.Headers = append(verdict.Headers, f)
		}
	}
	return verdict, nil
}

// checkHashes looks for the leaf that certifies the pair: it is empty.
func checkHashes(certified *hashtree.Mixed, e *Expression, q *Request, r *Response) *Failure {
	var request hashtree.Label // "" if none of it is certified
	if e.Request != nil {
		request = label(RequestHash(q, e.Request))
	}
	responses, result := certified.Subtree(request)
	if result != hashtree.Found {
		return RequestNotCertified.fail("")
	}
	leaf, result := responses.Lookup(label(ResponseHash(r, e.Headers)))
	if result != hashtree.Found || len(leaf) > 0 {
		return ResponseNotCertified.fail("")
	}
	return nil
}

func label(h crypto.Hash) hashtree.Label { return hashtree.Label(h[:]) }

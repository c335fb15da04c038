package certified

import "encoding/base64"

// A Response is one to an HTTP request.
type Response struct {
	Status  uint16
	Headers []Header
	Body    []byte

	// Open lets a node answer as it likes: the canister certifies that it certifies nothing here.
	Open bool
}

// A Header is a field of a response.
type Header struct{ Name, Value string }

// The expressions that say what is certified: all of the response and nothing of the request, or nothing.
const (
	expressionHeader = "IC-CertificateExpression"
	everything       = `default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},` +
		`response_certification:ResponseCertification{response_header_exclusions:ResponseHeaderList{headers:[]}}}})`
	nothing = `default_certification(ValidationArgs{no_certification:Empty{}})`
)

func (r *Response) expression() string {
	if r.Open {
		return nothing
	}
	return everything
}

// proof is the labels below the path of a response: the hashes of its expression and of itself.
func (r *Response) proof() []string {
	expression := sum(r.expression())
	if r.Open {
		return []string{string(expression[:])}
	}
	response := r.hash()
	return []string{string(expression[:]), "", string(response[:])}
}

// hash is H(hash of map(headers, :ic-cert-status) ‖ H(body)).
func (r *Response) hash() hash {
	status := sum(":ic-cert-status")
	value := sum(leb128(r.Status))
	pairs := []string{string(status[:]) + string(value[:])}
	for _, h := range append([]Header{{expressionHeader, r.expression()}}, r.Headers...) {
		name, value := sum(lower(h.Name)), sum(h.Value)
		pairs = append(pairs, string(name[:])+string(value[:]))
	}
	for i := range pairs { // by insertion: there are few
		for k := i; k > 0 && pairs[k] < pairs[k-1]; k-- {
			pairs[k], pairs[k-1] = pairs[k-1], pairs[k]
		}
	}
	headers, body := sum(pairs...), sum(string(r.Body))
	return sum(string(headers[:]), string(body[:]))
}

func leb128(n uint16) string {
	var out []byte
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return string(append(out, byte(n)))
}

func lower(name string) string {
	out := []byte(name)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// Answer gives the page for a URL with its proof, in version 1 or 2 of response verification. The certificate is that of the
// canister's certified data. A URL that no page answers gets a bare 404.
func (s *Site) Answer(url string, version uint16, certificate []byte) Response {
	path := PathOf(url)
	p, better := s.find(path)
	if version < 2 {
		p, better = s.findLegacy(path)
	}
	if p == nil {
		return Response{Status: 404}
	}
	r := *p.response
	proof := "certificate=:" + encode(certificate) + ":, tree=:"
	var more []Header
	if version < 2 {
		proof += encode(s.witness(better)) + ":"
	} else {
		shown := append(better, append(append([]string{}, p.path...), r.proof()...))
		proof += encode(s.witness(shown)) + ":, version=2, expr_path=:" + encode(texts(p.path)) + ":"
		more = []Header{{expressionHeader, r.expression()}}
	}
	r.Headers = append(append([]Header{{"IC-Certificate", proof}}, more...), r.Headers...)
	return r
}

// findLegacy gives the page for a path in version 1, where /index.html answers all that is not there, and what is to be shown.
func (s *Site) findLegacy(path string) (*page, [][]string) {
	const index = "/index.html"
	p := s.at(framed(segments(path), exact))
	if p == nil || p.response.Status != 200 {
		p = s.at(framed(segments(index), exact))
	}
	return p, [][]string{{legacy, path}, {legacy, index}}
}

func encode(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

// witness is the tree with what stands at some paths shown.
func (s *Site) witness(paths [][]string) []byte {
	return s.tree.appendWitness([]byte(selfDescribed), paths)
}

// selfDescribed is the CBOR tag 55799, with which values begin.
const selfDescribed = "\xd9\xd9\xf7"

// texts is an array of texts in CBOR.
func texts(path []string) []byte {
	out := appendHead([]byte(selfDescribed), 0x80, len(path))
	for _, s := range path {
		out = append(appendHead(out, 0x60, len(s)), s...)
	}
	return out
}

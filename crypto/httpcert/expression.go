package httpcert

import "fmt"

// An Expression says what of a request and its response is certified: the value of IC-CertificateExpression, which is an
// expression in CEL of one function with one argument,
//
//	default_certification(ValidationArgs{certification: Certification{
//		request_certification: RequestCertification{certified_request_headers: ["accept"], certified_query_parameters: []},
//		response_certification: ResponseCertification{certified_response_headers: ResponseHeaderList{headers: ["etag"]}}}})
//
// with no_certification: Empty{}, no_request_certification: Empty{} and response_header_exclusions in the places of what they exclude.
type Expression struct {
	None    bool                  // nothing is certified
	Request *RequestCertification // nil: nothing of the request is
	Headers HeaderFilter          // of the response
}

// A RequestCertification says what of a request is certified besides its method and body.
type RequestCertification struct {
	Headers    []string
	Parameters []string // of the query
}

// A HeaderFilter chooses headers of a response, by name in any case.
type HeaderFilter struct {
	Names   []string
	Exclude bool // choose those that are not named
}

// ParseExpression reads an expression. White space may stand between its parts, and fields in any order. The error says where it
// ends to be one, and what would be accepted.
func ParseExpression(text string) (*Expression, error) {
	p := parser{text: text}
	e := &Expression{}
	if err := p.expression(e); err != nil {
		return nil, fmt.Errorf("byte %d: %w", p.at, err)
	}
	return e, nil
}

func (p *parser) expression(e *Expression) error {
	err := p.symbols("default_certification", "(")
	if err == nil {
		err = p.message("ValidationArgs", oneof{
			{"certification", func() error { return p.certification(e) }},
			{"no_certification", func() error { e.None = true; return p.empty() }},
		})
	}
	if err == nil {
		err = p.symbols(")", "")
	}
	return err
}

func (p *parser) certification(e *Expression) error {
	return p.message("Certification",
		oneof{
			{"request_certification", func() error { e.Request = &RequestCertification{}; return p.request(e.Request) }},
			{"no_request_certification", p.empty},
		},
		oneof{{"response_certification", func() error { return p.response(&e.Headers) }}})
}

func (p *parser) request(r *RequestCertification) error {
	return p.message("RequestCertification",
		oneof{{"certified_request_headers", func() error { return p.texts(&r.Headers) }}},
		oneof{{"certified_query_parameters", func() error { return p.texts(&r.Parameters) }}})
}

func (p *parser) response(f *HeaderFilter) error {
	return p.message("ResponseCertification", oneof{
		{"certified_response_headers", func() error { return p.headers(f) }},
		{"response_header_exclusions", func() error { f.Exclude = true; return p.headers(f) }},
	})
}

func (p *parser) headers(f *HeaderFilter) error {
	return p.message("ResponseHeaderList", oneof{{"headers", func() error { return p.texts(&f.Names) }}})
}

func (p *parser) empty() error { return p.symbols("Empty", "{", "}") }

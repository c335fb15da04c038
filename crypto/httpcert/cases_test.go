package httpcert

import (
	"strings"
	"time"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// A trial is a scene with a change, and what is to become of it. Where another verifier is known to be less strict, alone says so.
type trial struct {
	name   string
	change func(*scene)
	want   Reason // 0: certified
	alone  bool
}

func at(path ...string) []string { return append([]string{pathPrefix}, path...) }

// tampered changes the pair after it was certified.
func tampered(change func(*Request, *Response)) func(*scene) {
	return func(s *scene) { s.pair = change }
}

func edited(old, to string) func(*scene) {
	return func(s *scene) { s.edit = func(h string) string { return strings.Replace(h, old, to, 1) } }
}

// offered asks for a URL and has the response certified at a path, beside others that are in the tree.
func offered(url string, path []string, others ...[]string) func(*scene) {
	return func(s *scene) {
		s.request.URL = url
		s.use(responseOnly, path...)
		for _, o := range others {
			s.others = append(s.others, append(labels(o), "x"))
		}
	}
}

// What is certified, and each way to break it.
var pairTrials = []trial{
	{name: "all of it", change: func(*scene) {}},
	{"body", tampered(func(_ *Request, r *Response) { r.Body = []byte("<h1>introduction</h1>") }), ResponseNotCertified, false},
	{"status", tampered(func(_ *Request, r *Response) { r.Status = 404 }), ResponseNotCertified, false},
	{"certified header", tampered(func(_ *Request, r *Response) { r.Headers[0].Value = "text/plain" }), ResponseNotCertified, false},
	{"certified header gone", tampered(func(_ *Request, r *Response) { r.Headers = r.Headers[1:] }), ResponseNotCertified, false},
	{"certified header once more", tampered(func(_ *Request, r *Response) {
		r.Headers = append(r.Headers, Field{"eTAG", "9"})
	}), ResponseNotCertified, false},
	{"certified headers in another order", tampered(func(_ *Request, r *Response) {
		r.Headers[2], r.Headers[3] = r.Headers[3], r.Headers[2]
	}), 0, false},
	{"header beside", tampered(func(_ *Request, r *Response) { r.Headers[1].Value = "tomorrow" }), 0, false},
	{"request's method", tampered(func(q *Request, _ *Response) { q.Method = "POST" }), RequestNotCertified, false},
	{"request's body", tampered(func(q *Request, _ *Response) { q.Body = []byte("x") }), RequestNotCertified, false},
	{"request's header", tampered(func(q *Request, _ *Response) { q.Headers[0].Value = "*/*" }), RequestNotCertified, false},
	{"request's header beside", tampered(func(q *Request, _ *Response) { q.Headers[1].Value = "else" }), 0, false},
	{"request's header more", tampered(func(q *Request, _ *Response) {
		q.Headers = append(q.Headers, Field{"X-Token", "t"})
	}), RequestNotCertified, false},
	{"parameter", tampered(func(q *Request, _ *Response) { q.URL = "/docs/intro?q=2&page=2&lang=en" }), RequestNotCertified, false},
	{"parameter beside", tampered(func(q *Request, _ *Response) { q.URL = "/docs/intro?q=1&page=9&lang=en" }), 0, false},
	{"parameters in another order", tampered(func(q *Request, _ *Response) { q.URL = "/docs/intro?lang=en&q=1" }), RequestNotCertified, false},
	{"parameter's case", tampered(func(q *Request, _ *Response) { q.URL = "/docs/intro?Q=1&lang=en" }), RequestNotCertified, false},
	{"no query", func(s *scene) { s.request.URL = "/docs/intro" }, 0, false},
	{"no certified parameter", func(s *scene) {
		s.request.URL = "/docs/intro?page=1"
		s.pair = func(q *Request, _ *Response) { q.URL = "/docs/intro" }
	}, 0, false},
	{"parameter in capitals", func(s *scene) {
		s.request.URL = "/docs/intro?LANG=en"
		s.pair = func(q *Request, _ *Response) { q.URL = "/docs/intro" }
	}, RequestNotCertified, false},
	{"fragment", tampered(func(q *Request, _ *Response) { q.URL += "#part" }), 0, false},
	{"URL without slash", tampered(func(q *Request, _ *Response) { q.URL = "docs/intro" }), BadURL, false},
	{"URL that is not UTF-8", func(s *scene) {
		s.use(responseOnly, at("docs", wildcard)...)
		s.request.URL = "/docs/%ff"
	}, BadURL, false},
	{"a URL with odd percent signs", offered("/docs/100%/%4", at("docs", "100%", "%4", exact)), 0, false},

	{"response only", func(s *scene) { s.use(responseOnly, s.path...) }, 0, false},
	{"response only, other request", func(s *scene) {
		s.use(responseOnly, s.path...)
		s.pair = func(q *Request, _ *Response) { q.Method, q.Body, q.URL = "PUT", []byte("x"), "/docs/intro?z" }
	}, 0, false},
	{"response only, status", func(s *scene) {
		s.use(responseOnly, s.path...)
		s.pair = func(_ *Request, r *Response) { r.Status = 500 }
	}, ResponseNotCertified, false},
	{"excluded header", func(s *scene) {
		s.use(responseOnly, s.path...)
		s.pair = func(_ *Request, r *Response) { r.Headers[1].Value = "tomorrow" }
	}, 0, false},
	{"header that is not excluded", func(s *scene) {
		s.use(responseOnly, s.path...)
		s.pair = func(_ *Request, r *Response) { r.Headers = append(r.Headers, Field{"Set-Cookie", "a=b"}) }
	}, ResponseNotCertified, false},
	{"nothing certified", func(s *scene) {
		s.use(none, s.path...)
		s.pair = func(q *Request, r *Response) { q.Method, r.Status, r.Body = "PUT", 201, nil }
	}, 0, false},
	{"two responses to a request", func(s *scene) {
		s.entries = append(s.entries, entry{s.path, full, &s.request, &Response{Status: 404}})
		s.pair = func(_ *Request, r *Response) { r.Status, r.Body, r.Headers = 404, nil, r.Headers[4:] }
	}, 0, false},
	{"a leaf that is not empty", func(s *scene) {
		path, _ := s.entries[0].leaf()
		s.others = append(s.others, append(path, "more"))
	}, ResponseNotCertified, false},
}

// Which expression path is accepted for a URL.
var pathTrials = []trial{
	{"exact", offered("/a/b", at("a", "b", exact), at("a", wildcard)), 0, false},
	{"exact of another", offered("/a/b", at("a", "c", exact)), OtherPath, false},
	{"exact of the directory", offered("/a/b", at("a", "b", "", exact)), OtherPath, false},
	{"exact of a directory", offered("/a/b/", at("a", "b", "", exact)), 0, false},
	{"exact of a file for a directory", offered("/a/b/", at("a", "b", exact)), OtherPath, false},
	{"exact of the root", offered("/", at("", exact)), 0, false},
	{"exact of nothing for the root", offered("/", at(exact)), OtherPath, false},
	{"repeated slashes", offered("//a///b", at("a", "b", exact)), 0, false},
	{"decoded segments", offered("/a%20b/%C3%A4", at("a b", "ä", exact)), 0, false},
	{"encoded slash cuts", offered("/a%2Fb", at("a", "b", exact)), 0, false},
	{"wildcard of the directory", offered("/a/b", at("a", wildcard)), 0, false},
	{"wildcard of itself", offered("/a/b", at("a", "b", wildcard)), 0, false},
	{"wildcard of everything", offered("/a/b", at(wildcard)), 0, false},
	{"wildcard of the root directory", offered("/a/b", at("", wildcard)), 0, false},
	{"wildcard with slash", offered("/a/b", at("a", "", wildcard)), 0, false},
	{"wildcard with slash for its file", offered("/a", at("a", "", wildcard)), 0, false},
	{"wildcard with slash for its file, better one", offered("/a", at("a", "", wildcard), at("a", wildcard)), MoreSpecificPath, false},
	{"wildcard elsewhere", offered("/a/b", at("b", wildcard)), OtherPath, false},
	{"wildcard of something longer", offered("/a", at("a", "b", wildcard)), OtherPath, false},
	{"wildcard, exact there", offered("/a/b", at("a", wildcard), at("a", "b", exact)), MoreSpecificPath, false},
	{"wildcard, longer wildcard there", offered("/a/b/c", at("a", wildcard), at("a", "b", wildcard)), MoreSpecificPath, false},
	{"wildcard, wildcard with slash there", offered("/a/b/c", at("a", wildcard), at("a", "b", "", wildcard)), MoreSpecificPath, false},
	{"wildcard, its own directory there", offered("/a/b", at("a", wildcard), at("a", "", wildcard)), MoreSpecificPath, false},
	{"everything, root directory there", offered("/a", at(wildcard), at("", wildcard)), MoreSpecificPath, false},
	{"root directory, everything there", offered("/a", at("", wildcard), at(wildcard)), 0, false},
	{"wildcard, others there", offered("/a/b/c", at("a", "b", wildcard), at("a", "b", exact), at("a", wildcard), at("a", "b", "d", wildcard),
		at("a", "b", "c", "d", exact), at("a", "b", "c", "", exact)), 0, false},
	{"wildcard for the root, exact there", offered("/", at(wildcard), at("", exact)), MoreSpecificPath, false},
	{"pruned where a better one may be", func(s *scene) {
		offered("/a/b", at("a", wildcard))(s)
		path, _ := s.entries[0].leaf()
		s.others = []hashtree.Path{{"http_expr", "a", "a"}, {"http_expr", "a", "c"}, {"http_expr", "a", "d"}}
		s.shown = []hashtree.Path{path}
	}, MoreSpecificPath, false},
	{"shown that there is no better one", func(s *scene) {
		offered("/a/b", at("a", wildcard))(s)
		path, _ := s.entries[0].leaf()
		s.others = []hashtree.Path{{"http_expr", "a", "a"}, {"http_expr", "a", "c"}, {"http_expr", "a", "d"}}
		s.shown = []hashtree.Path{path, {"http_expr", "a", "b"}, {"http_expr", "a", ""}}
	}, 0, false},
	{"path not in the tree", func(s *scene) { s.path = at("docs", wildcard) }, MoreSpecificPath, false},
	{"exact path not in the tree", func(s *scene) {
		s.entries[0].path = at("docs", "other", exact)
	}, PathNotInTree, false},
	{"wildcard not in the tree", func(s *scene) {
		s.entries[0].path, s.path = at("docs", "other", exact), at("docs", wildcard)
	}, PathNotInTree, false},
	{"no path", func(s *scene) { s.path = nil }, NoExpressionPath, false},
	{"empty path", func(s *scene) { s.path = []string{} }, BadExpressionPath, false},
	{"path without prefix", offered("/a", []string{"a", exact}), BadExpressionPath, false},
	{"path without end", offered("/a", at("a")), BadExpressionPath, false},
	{"wildcard within", offered("/a/%3C*%3E/b", at("a", wildcard, "b", exact)), BadExpressionPath, true},
}

// The certificate, and the headers that carry it.
var certificateTrials = []trial{
	{"five minutes old", func(s *scene) { s.time = now - uint64(5*time.Minute) }, 0, false},
	{"older", func(s *scene) { s.time = now - uint64(5*time.Minute) - 1 }, TooOld, false},
	{"five minutes early", func(s *scene) { s.time = now + uint64(5*time.Minute) }, 0, false},
	{"earlier", func(s *scene) { s.time = now + uint64(5*time.Minute) + 1 }, TooNew, false},
	{"no time", func(s *scene) { s.time = 0 }, NoTime, false},
	{"another canister's", func(s *scene) { s.certified = principal.Canister(16) }, NoCertifiedData, false},
	{"of another subnet's canister", func(s *scene) {
		s.canister, s.certified = principal.Canister(21), principal.Canister(21)
	}, BadCertificate, false},
	{"other certified data", func(s *scene) { s.data = func(crypto.Hash) []byte { return make([]byte, 32) } }, OtherTree, false},
	{"no certified data", func(s *scene) { s.data = func(crypto.Hash) []byte { return nil } }, OtherTree, false},

	{"no certificate header", func(s *scene) { s.edit = func(string) string { return "" } }, NoCertificateHeader, false},
	{"no tree", edited("tree=", "tre="), BadCertificateHeader, false},
	{"no certificate", edited("certificate=", "certificat="), BadCertificateHeader, false},
	{"other fields", edited("version", "more=:AA==:, version"), 0, false},
	{"no colons", edited("tree=:", "tree="), BadCertificateHeader, true},
	{"not in base 64", edited("tree=:", "tree=:!"), BadCertificateHeader, false},
	{"not a tree", edited("tree=:", "tree=:AAAA"), BadCertificateHeader, false},
	{"not a certificate", edited("certificate=:", "certificate=:AAAA"), BadCertificateHeader, false},
	{"a field twice", edited("version", "version=2, version"), BadCertificateHeader, true},
	{"version 3", func(s *scene) { s.version = "3" }, UnsupportedVersion, false},
	{"version 0", func(s *scene) { s.version = "0" }, UnsupportedVersion, false},
	{"no number", func(s *scene) { s.version = "two" }, BadCertificateHeader, false},
	{"version 2 at least", func(s *scene) { s.min = 2 }, 0, false},
	{"version too low", func(s *scene) { s.min, s.version = 2, "1" }, VersionTooLow, false},
	{"two headers, the last good", tampered(func(_ *Request, r *Response) {
		r.Headers = append([]Field{{CertificateHeader, "junk"}}, r.Headers...)
	}), 0, false},
	{"two headers, the last bad", tampered(func(_ *Request, r *Response) {
		r.Headers = append(r.Headers, Field{CertificateHeader, "junk"})
	}), BadCertificateHeader, false},

	{"no expression", func(s *scene) { s.expression = "" }, NoExpressionHeader, false},
	{"another expression", func(s *scene) { s.expression = responseOnly }, ExpressionNotCertified, false},
	{"no certification where there is", func(s *scene) { s.expression = none }, ExpressionNotCertified, false},
	{"not an expression", func(s *scene) { s.use("certified", s.path...) }, BadExpression, false},
	{"two expressions", tampered(func(_ *Request, r *Response) {
		r.Headers = append([]Field{{ExpressionHeader, none}}, r.Headers...)
	}), ResponseNotCertified, false},
	{"expression with spaces", func(s *scene) {
		spaced := strings.NewReplacer("{", " {\n", ":", " : ", ",", "\t,  ", "}", "\r\n} ").Replace(responseOnly)
		s.use(spaced, s.path...)
	}, 0, false},
	{"expression with a comma at the end", func(s *scene) {
		s.use(strings.Replace(responseOnly, `"date"]`, `"date",]`, 1), s.path...)
	}, BadExpression, false},
	{"fields in another order", func(s *scene) {
		s.use(`default_certification(ValidationArgs{certification:Certification{response_certification:ResponseCertification{`+
			`certified_response_headers:ResponseHeaderList{headers:[]}},no_request_certification:Empty{}}})`, s.path...)
	}, 0, false},
	{"something after the expression", func(s *scene) { s.use(none+" x", s.path...) }, BadExpression, true},
}

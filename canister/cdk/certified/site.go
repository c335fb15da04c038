package certified

import "strings"

// A Site is pages by path. The zero Site has none.
type Site struct {
	tree  directory
	pages []*page
}

// A page is a response with the expression path that it answers.
type page struct {
	path     []string
	response *Response
}

// The labels of the tree that are no segments of a path.
const (
	pathPrefix = "http_expr"
	exact      = "<$>"
	wildcard   = "<*>"
	legacy     = "http_assets" // version 1
)

// Add puts a page at a path such as /docs/intro; one that is there gives way. Neither it nor the response is to be changed after.
func (s *Site) Add(path string, r *Response) {
	s.put(framed(segments(path), exact), r)
	s.tree.remove(legacy, path)
	if r.Status == 200 {
		body := sum(string(r.Body))
		s.tree.set(string(body[:]), legacy, path)
	}
}

// AddBelow has a response answer all paths below one, / for all, that have no page of their own.
func (s *Site) AddBelow(path string, r *Response) {
	s.put(framed(segments(strings.TrimSuffix(path, "/")), wildcard), r)
}

func (s *Site) put(path []string, r *Response) {
	s.tree.remove(path...)
	s.tree.set("", append(path, r.proof()...)...)
	if p := s.at(path); p != nil {
		p.response = r
		return
	}
	s.pages = append(s.pages, &page{path, r})
}

// Root is what to give to Context.SetCertifiedData, whenever a page was added.
func (s *Site) Root() []byte {
	h := s.tree.root()
	return h[:]
}

func (s *Site) at(path []string) *page {
	for _, p := range s.pages {
		if equal(p.path, path) {
			return p
		}
	}
	return nil
}

func equal(a, b []string) bool {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// find gives the page for a path, the most specific that there is, and the paths that would be more specific. nil: there is none.
func (s *Site) find(path string) (p *page, better [][]string) {
	url := segments(path)
	for _, at := range append([][]string{framed(url, exact)}, covers(url)...) {
		if p := s.at(at); p != nil {
			return p, better
		}
		better = append(better, at)
	}
	return nil, nil
}

// covers gives the wildcard paths that a URL falls under, the most specific first: a segment less each, with and without the slash
// at its end.
func covers(url []string) [][]string {
	var all [][]string
	for n := len(url); n > 0; n-- {
		all = append(all, framed(url[:n], wildcard))
		if url[n-1] != "" {
			all = append(all, framed(append(append([]string{}, url[:n-1]...), ""), wildcard))
		}
	}
	return append(all, framed(nil, wildcard))
}

// framed is the expression path of segments.
func framed(segments []string, end string) []string {
	return append(append([]string{pathPrefix}, segments...), end)
}

// segments cuts a path, with an empty one at the end of a directory.
func segments(path string) []string {
	var out []string
	for _, s := range strings.Split(path, "/") {
		if s != "" {
			out = append(out, s)
		}
	}
	if strings.HasSuffix(path, "/") {
		out = append(out, "")
	}
	return out
}

// PathOf gives the path of a URL, without query and with its percent signs resolved, as gateways see it.
func PathOf(url string) string {
	path, _, _ := strings.Cut(url, "?")
	var out []byte
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			high, low := strings.IndexByte(digits, path[i+1]), strings.IndexByte(digits, path[i+2])
			if high >= 0 && low >= 0 {
				out = append(out, byte(high&15<<4|low&15))
				i += 2
				continue
			}
		}
		out = append(out, path[i])
	}
	return string(out)
}

// digits are hexadecimal, capitals 16 and 32 places after what they stand for.
const digits = "0123456789abcdef" + "0123456789ABCDEF"

package httpcert

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestExpressions(t *testing.T) {
	for text, want := range map[string]Expression{
		none: {None: true},
		full: {
			Request: &RequestCertification{Headers: []string{"Accept", "x-token"}, Parameters: []string{"q", "lang"}},
			Headers: HeaderFilter{Names: []string{"Content-Type", "etag"}},
		},
		responseOnly: {Headers: HeaderFilter{Names: []string{"date"}, Exclude: true}},
		" default_certification ( ValidationArgs\n{ no_certification : Empty { } } ) ": {None: true},
	} {
		got, err := ParseExpression(text)
		require.NoError(t, err)
		require.Equal(t, &want, got)
	}
}

// An error says where, what is there, and what would be accepted.
func TestExpressionsSayWhatIsWrong(t *testing.T) {
	const args = `default_certification(ValidationArgs{`
	const request = args + `certification:Certification{no_request_certification:Empty{},`
	const response = request + `response_certification:`
	const list = response + `ResponseCertification{certified_response_headers:ResponseHeaderList{headers:`
	for _, x := range [][2]string{
		{"", "byte 0: the end where default_certification belongs"},
		{"certification()", "byte 0: certification where default_certification belongs"},
		{"default_certifications", "byte 0: default_certifications where default_certification belongs"},
		{"default_certification(", "byte 22: the end where ValidationArgs belongs"},
		{args + "})", `byte 37: "}" where certification or no_certification of ValidationArgs belongs`},
		{args + "no_certification:Empty{}", "byte 61: the end where } belongs"},
		{args + "no_certification:Nothing{}})", "byte 54: Nothing where Empty belongs"},
		{args + "no_certification:Empty{},certification:", `byte 61: "," where } belongs`},
		{request + "request_certification:", "request_certification of Certification after no_request_certification"},
		{request + "no_request_certification:", "no_request_certification of Certification after no_request_certification"},
		{response + `ResponseCertification{certified_response_headers:["a"]}}})`, `"[" where ResponseHeaderList belongs`},
		{list + `["a" "b"]}}})`, `"\"" where , or ] belongs`},
		{list + `["a`, "a text that does not end on its line"},
		{list + `[a]}}})`, `a where " belongs`},
		{none + none, "byte 63: default_certification after the end"},
	} {
		_, err := ParseExpression(x[0])
		require.ErrorContains(t, err, x[1], x[0])
	}
}

// FuzzExpression: whatever comes is an expression or an error, and the error is within the text.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{none, full, responseOnly, strings.ToUpper(none), none[:50], `[["`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpression(text)
		if err == nil && e.None && e.Request != nil {
			t.Fatal("certifies nothing, and something")
		}
	})
}

// FuzzHeader: whatever comes is a header or an error.
func FuzzHeader(f *testing.F) {
	f.Add("certificate=:2dn3:, tree=:gQA=:, version=2, expr_path=:2dn3gWlodHRwX2V4cHI=:")
	f.Add("tree=:,:=::")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHeader(text)
		if err == nil && (h.Certificate == nil || h.Tree == nil) {
			t.Fatal("a header without certificate or tree")
		}
	})
}

// Of all wildcard paths that cover a URL, the first in the order of being specific is the one that counts: with it in the tree
// every other one is refused, and it itself is not.
func TestTheMostSpecificWildcardCounts(t *testing.T) {
	segment := rapid.SampledFrom([]string{"a", "b"})
	rapid.Check(t, func(t *rapid.T) {
		url := rapid.SliceOfN(segment, 1, 4).Draw(t, "url")
		urlPath := "/" + strings.Join(url, "/")
		if rapid.Bool().Draw(t, "directory") {
			urlPath += "/"
			url = append(url, directory)
		}
		var order [][]string // the most specific first
		for n := len(url); n > 0; n-- {
			order = append(order, url[:n])
			if url[n-1] != directory {
				order = append(order, append(append([]string{}, url[:n-1]...), directory))
			}
		}
		order = append(order, nil)
		s := &scene{response: Response{Status: 200}}
		best := rapid.IntRange(0, len(order)-1).Draw(t, "best")
		other := rapid.IntRange(0, len(order)-1).Draw(t, "other")
		for _, i := range []int{best, other} {
			s.entries = append(s.entries, entry{path: framed(order[i], wildcard), expression: none})
		}
		tree := s.witness(t)
		first := min(best, other)
		require.Nil(t, checkPath(framed(order[first], wildcard), urlPath, tree))
		if last := max(best, other); last > first {
			failure := checkPath(framed(order[last], wildcard), urlPath, tree)
			require.NotNil(t, failure, "%q and %q for %s", order[first], order[last], urlPath)
			require.Equal(t, MoreSpecificPath, failure.Reason)
		}
	})
}

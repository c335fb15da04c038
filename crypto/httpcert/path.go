package httpcert

import (
	"slices"
	"strings"
	"unicode/utf8"

	"icsim/crypto/hashtree"
)

// The labels of a tree of version 2 that are no segments.
const (
	pathPrefix = "http_expr"
	exact      = "<$>" // ends the path of this URL alone
	wildcard   = "<*>" // ends the path of all URLs that begin so
	directory  = ""    // the last segment of a URL that ends in a slash
)

// pathOf gives the decoded path of a URL without protocol and host.
func pathOf(url string) (string, *Failure) {
	path, _, _ := strings.Cut(url, "#")
	path, _, _ = strings.Cut(path, "?")
	if !strings.HasPrefix(path, "/") {
		return "", BadURL.fail("%.80q does not begin with /", url)
	}
	path = percentDecode(path)
	if !utf8.ValidString(path) {
		return "", BadURL.fail("the path %.80q is not UTF-8", path)
	}
	return path, nil
}

// queryOf gives the query of a URL, without the question mark.
func queryOf(url string) string {
	url, _, _ = strings.Cut(url, "#")
	_, query, _ := strings.Cut(url, "?")
	return query
}

// percentDecode takes %41 for A. A percent sign without two digits stands for itself, as in the deployed verifier.
func percentDecode(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			high, ok1 := hexDigit(text[i+1])
			low, ok2 := hexDigit(text[i+2])
			if ok1 && ok2 {
				out = append(out, high<<4|low)
				i += 2
				continue
			}
		}
		out = append(out, text[i])
	}
	return string(out)
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// segmentsOf cuts a path: "/a//b/" into "a", "b" and the empty segment of a directory. /a and /a/ are two.
func segmentsOf(path string) []string {
	var segments []string
	for s := range strings.SplitSeq(path, "/") {
		if s != "" {
			segments = append(segments, s)
		}
	}
	if strings.HasSuffix(path, "/") {
		segments = append(segments, directory)
	}
	return segments
}

// checkPath checks that an expression path has its form, is in the tree, fits the path of a URL, and that the tree provably
// has none that fits better.
func checkPath(given []string, urlPath string, tree *hashtree.Mixed) *Failure {
	if len(given) < 2 || given[0] != pathPrefix {
		return BadExpressionPath.fail("%q does not begin with %s", given, pathPrefix)
	}
	inner, end := given[1:len(given)-1], given[len(given)-1]
	if end != exact && end != wildcard {
		return BadExpressionPath.fail("%q ends neither with %s nor with %s", given, exact, wildcard)
	}
	if slices.Contains(inner, exact) || slices.Contains(inner, wildcard) {
		return BadExpressionPath.fail("%q has %s or %s before its end", given, exact, wildcard)
	}
	url := segmentsOf(urlPath)
	if end == exact && !slices.Equal(inner, url) {
		return OtherPath.fail("%q is not of %s", given, urlPath)
	}
	if end == wildcard {
		if !covers(inner, url) {
			return OtherPath.fail("%q does not cover %s", given, urlPath)
		}
		if better := moreSpecific(tree, inner, url); better != nil {
			return MoreSpecificPath.fail("%q instead of %q for %s", better, given, urlPath)
		}
	}
	if _, result := tree.Subtree(labels(given)...); result != hashtree.Found {
		return PathNotInTree.fail("%q is %s", given, result)
	}
	return nil
}

// covers tells whether a wildcard path is one of those that fit a URL. One of a directory covers the directory itself and
// what is below it, and also what it is without the slash.
func covers(wild, url []string) bool {
	if hasPrefix(url, wild) {
		return true
	}
	return len(wild) > 0 && wild[len(wild)-1] == directory && hasPrefix(url, wild[:len(wild)-1])
}

func hasPrefix(all, prefix []string) bool {
	return len(all) >= len(prefix) && slices.Equal(all[:len(prefix)], prefix)
}

// moreSpecific gives a path for a URL that is more specific than a wildcard path and that the tree does not prove absent; nil if there
// is none. First comes the URL's exact path; then wildcards, of a segment less each: /a/b, /a/, /a, / and the empty one.
func moreSpecific(tree *hashtree.Mixed, wild, url []string) []string {
	if path := framed(url, exact); mayHave(tree, path) {
		return path
	}
	for at := slices.Clone(url); len(at) > 0 && (len(at) > len(wild) || !sameEnd(at, wild)); {
		if path := framed(at, wildcard); mayHave(tree, path) {
			return path
		}
		last := len(at) - 1
		if at[last] == directory {
			at = at[:last]
		} else {
			at[last] = directory
		}
	}
	return nil
}

// sameEnd tells whether a path ends in the same segment as another one, which may have none.
func sameEnd(a, b []string) bool { return len(b) > 0 && a[len(a)-1] == b[len(b)-1] }

// framed is a whole expression path.
func framed(segments []string, end string) []string {
	return slices.Concat([]string{pathPrefix}, segments, []string{end})
}

func mayHave(tree *hashtree.Mixed, path []string) bool {
	_, result := tree.Subtree(labels(path)...)
	return result != hashtree.Absent
}

func labels(path []string) []hashtree.Label {
	out := make([]hashtree.Label, len(path))
	for i, s := range path {
		out[i] = hashtree.Label(s)
	}
	return out
}

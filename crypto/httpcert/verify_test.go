package httpcert

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
)

func allTrials() []trial {
	return slices.Concat(pairTrials, pathTrials, certificateTrials)
}

// Each rule of version 2 holds, and fails for its own reason when it is broken (reference/interface.md D.7).
func TestResponses(t *testing.T) {
	for _, x := range allTrials() {
		t.Run(x.name, func(t *testing.T) {
			s := newScene(ideal.New())
			x.change(s)
			q, r := s.play(t)
			verdict, err := s.verifier().Verify(s.canister, q, r)
			requireReason(t, x.want, err)
			if err == nil {
				require.Equal(t, 2, verdict.Version)
				require.Equal(t, s.expression == none, verdict.None)
			}
		})
	}
}

func requireReason(t *testing.T, want Reason, err error) {
	t.Helper()
	if want == 0 {
		require.NoError(t, err)
		return
	}
	var failure *Failure
	require.True(t, errors.As(err, &failure), "it is certified, where it should not be: %s", want)
	require.Equal(t, want.String(), failure.Reason.String(), failure.Error())
	require.Contains(t, failure.Error(), want.String())
}

// A bit of the certificate, of its tree or of the witness that is another one is noticed.
func TestCertificatesCannotBeChanged(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*scene)
		want   Reason
	}{
		"root":           {func(s *scene) { s.root = newSubnet(s.scheme, 9) }, BadCertificate},
		"without ranges": {func(s *scene) { s.canister = principal.Canister(99) }, BadCertificate},
	} {
		s := newScene(ideal.New())
		q, r := s.play(t)
		x.change(s)
		_, err := s.verifier().Verify(s.canister, q, r)
		t.Log(name)
		requireReason(t, x.want, err)
	}
	s := newScene(ideal.New())
	header, err := ParseHeader(certificateOf(t, s))
	require.NoError(t, err)
	header.Certificate.Signature[3] ^= 1
	require.Equal(t, BadCertificate, s.verifier().checkCertificate(header, s.canister).Reason)
}

func certificateOf(t *testing.T, s *scene) string {
	_, r := s.play(t)
	value, ok := r.header(CertificateHeader)
	require.True(t, ok)
	return value
}

// The hashes are those of the specification, worked out elsewhere: names in lower case, each repetition, the status in LEB128.
func TestHashes(t *testing.T) {
	q := Request{
		Method: "GET", URL: "/a?q=1&page=2&lang=en", Body: []byte("body"),
		Headers: []Field{{"Accept", "text/html"}, {"Host", "x"}, {"accept", "text/plain"}},
	}
	require.Equal(t, "dc2262d109858ff93df9258b1a39293c3bc4c661e73a45063eb5949e71e4d51b",
		RequestHash(&q, &RequestCertification{Headers: []string{"ACCEPT", "x-token"}, Parameters: []string{"q", "lang"}}).Hex())
	r := Response{
		Status: 200, Body: []byte("page"),
		Headers: []Field{{"Etag", "7"}, {"IC-CertificateExpression", "x"}, {"ic-certificate", "y"}, {"Date", "z"}, {"ETag", "8"}},
	}
	const hash = "e9099f660b0329b9d1680fb1041cdca1c45018f18b802c1d47c996a9e49a6178"
	require.Equal(t, hash, ResponseHash(&r, HeaderFilter{Names: []string{"etag", CertificateHeader}}).Hex())
	require.Equal(t, hash, ResponseHash(&r, HeaderFilter{Names: []string{"DATE", ExpressionHeader}, Exclude: true}).Hex())
}

// The verdict tells which headers may be passed on.
func TestVerdictNamesTheCertifiedHeaders(t *testing.T) {
	names := func(expression string) []string {
		s := newScene(ideal.New())
		s.use(expression, s.path...)
		q, r := s.play(t)
		verdict, err := s.verifier().Verify(s.canister, q, r)
		require.NoError(t, err)
		var out []string
		for _, f := range verdict.Headers {
			out = append(out, f.Name)
		}
		return out
	}
	require.Equal(t, []string{"Content-Type", "ETag", "Etag", ExpressionHeader}, names(full))
	require.Equal(t, []string{"Content-Type", "ETag", "Etag", ExpressionHeader}, names(responseOnly))
	require.Empty(t, names(none))
}

// A legacy trial certifies bodies at paths, in version 1.
type legacyTrial struct {
	name   string
	bodies map[string]string // by path
	url    string
	body   []byte
	header []Field
	want   Reason
}

func compressed(t testing.TB, text string, to func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := to(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func gzipped(t testing.TB, text string) []byte {
	return compressed(t, text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func deflated(t testing.TB, text string) []byte {
	return compressed(t, text, func(w io.Writer) io.WriteCloser {
		z, err := flate.NewWriter(w, 9)
		require.NoError(t, err)
		return z
	})
}

func legacyTrials(t testing.TB) []legacyTrial {
	site := map[string]string{"/index.html": "home", "/a b.txt": "text"}
	encoding := func(e string) []Field { return []Field{{"content-encoding", e}} }
	zipped := map[string]string{"/z": string(gzipped(t, "text"))}
	return []legacyTrial{
		{"a page", site, "/index.html", []byte("home"), nil, 0},
		{"a decoded path", site, "/a%20b.txt?x=1", []byte("text"), nil, 0},
		{"the index for what is not there", site, "/elsewhere", []byte("home"), nil, 0},
		{"not the index for what is there", site, "/a%20b.txt", []byte("home"), nil, BodyNotCertified},
		{"another body", site, "/index.html", []byte("hime"), nil, BodyNotCertified},
		{"no index", map[string]string{"/a": "a"}, "/b", []byte("a"), nil, BodyNotCertified},
		{"gzip", site, "/a%20b.txt", gzipped(t, "text"), encoding("gzip"), 0},
		{"deflate", site, "/a%20b.txt", deflated(t, "text"), encoding("deflate"), 0},
		{"gzip of another", site, "/a%20b.txt", gzipped(t, "test"), encoding("gzip"), BodyNotCertified},
		{"encoded is certified", zipped, "/z", gzipped(t, "text"), encoding("gzip"), 0},
		{"not gzip", site, "/a%20b.txt", []byte("text"), encoding("gzip"), BadEncoding},
		{"cut gzip", site, "/a%20b.txt", gzipped(t, "text")[:20], encoding("gzip"), BadEncoding},
		{"not deflate", site, "/a%20b.txt", []byte("\xff\xff"), encoding("deflate"), BadEncoding},
		{"identity", site, "/a%20b.txt", []byte("text"), encoding("identity"), 0},
		{"unzipped twice", zipped, "/z", gzipped(t, string(gzipped(t, "text"))), encoding("gzip"), 0},
	}
}

// play makes the pair of a legacy trial.
func (x legacyTrial) play(t testing.TB, s *scene) (*Request, *Response) {
	tree := hashtree.Tree{}
	for path, body := range x.bodies {
		h := sha256.Sum256([]byte(body))
		tree = tree.SetLeaf(hashtree.Path{"http_assets", hashtree.Label(path)}, h[:])
	}
	s.version, s.path, s.expression = "1", nil, ""
	s.request.URL, s.response.Body, s.response.Headers = x.url, x.body, x.header
	return s.with(t, tree)
}

// Version 1 certifies bodies alone, as decoded.
func TestLegacyBodies(t *testing.T) {
	for _, x := range legacyTrials(t) {
		t.Run(x.name, func(t *testing.T) {
			s := newScene(ideal.New())
			q, r := x.play(t, s)
			verdict, err := s.verifier().Verify(s.canister, q, r)
			requireReason(t, x.want, err)
			require.Empty(t, verdict.Headers)
			v := s.verifier()
			v.MinVersion = 2
			_, err = v.Verify(s.canister, q, r)
			requireReason(t, VersionTooLow, err)
		})
	}
}

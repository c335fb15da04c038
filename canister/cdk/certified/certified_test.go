package certified

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/httpcert"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
)

const now = 1_700_000_000_000_000_000

var self = principal.Canister(7)

// certify plays the root subnet: it certifies a site's root, and gives who checks it.
func certify(data []byte) ([]byte, httpcert.Verifier) {
	scheme := ideal.New()
	group, secret := scheme.Deal(crypto.Seed{1}, 1, 1)
	state := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, now)).
		SetLeaf(hashtree.Path{"canister", hashtree.Label(self.Bytes()), "certified_data"}, data)
	root := state.Digest()
	msg := crypto.Signable(crypto.DomainCertification, root[:])
	sig, _ := scheme.CombineThreshold(group, msg, []crypto.IndexedShare{{Share: scheme.SignThreshold(secret[0], msg)}})
	c := certificate.Certificate{Tree: state.Witness(hashtree.Everything()), Signature: sig}
	return c.Encode(), httpcert.Verifier{Scheme: scheme, RootKey: der.WrapBLS(group.Key), Now: now}
}

func verify(v httpcert.Verifier, url string, r Response) (httpcert.Verdict, error) {
	answer := &httpcert.Response{Status: r.Status, Body: r.Body}
	for _, h := range r.Headers {
		answer.Headers = append(answer.Headers, httpcert.Field(h))
	}
	return v.Verify(self, &httpcert.Request{Method: "GET", URL: url}, answer)
}

func TestHash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.StringN(0, 200, 400)).Draw(t, "parts")
		require.Equal(t, sha256.Sum256([]byte(strings.Join(parts, ""))), [32]byte(sum(parts...)))
	})
	for n := range 200 { // every length around the ends of blocks
		text := strings.Repeat("x", n)
		require.Equal(t, sha256.Sum256([]byte(text)), [32]byte(sum(text)))
	}
}

// newSite has pages of several kinds.
func newSite() *Site {
	s := &Site{}
	s.Add("/", &Response{Status: 200, Headers: []Header{{"Content-Type", "text/html"}}, Body: []byte("home")})
	s.Add("/index.html", &Response{Status: 200, Body: []byte("index")})
	s.Add("/docs/a b", &Response{Status: 200, Body: []byte("a b")})
	s.Add("/docs/", &Response{Status: 301, Headers: []Header{{"Location", "/"}}})
	s.Add("/now", &Response{Status: 200, Open: true})
	s.AddBelow("/docs", &Response{Status: 404, Body: []byte("no such document")})
	s.AddBelow("/", &Response{Status: 404, Body: []byte("nothing here")})
	return s
}

// Each URL gets its most specific page, which a gateway takes.
func TestPagesAreCertified(t *testing.T) {
	s := newSite()
	c, v := certify(s.Root())
	v.MinVersion = 2
	for url, want := range map[string]string{
		"/": "home", "/?x=/docs": "home", "/index.html": "index", "/%69ndex%2Ehtml": "index", "/docs/a%20b": "a b", "/docs/": "",
		"/docs": "no such document", "/docs/c": "no such document", "/docs/a%20b/": "no such document", "/docs/a/b/c": "no such document",
		"/index.html/": "nothing here", "/z": "nothing here", "/doc": "nothing here", "/a/b/c/": "nothing here", "/now": "",
	} {
		r := s.Answer(url, 2, c)
		require.Equal(t, want, string(r.Body), url)
		verdict, err := verify(v, url, r)
		require.NoError(t, err, url)
		require.Equal(t, url == "/now", verdict.None)
		require.Equal(t, 2, verdict.Version)
	}
	require.Equal(t, Response{Status: 404}, new(Site).Answer("/", 2, c))
}

// Nothing of a page can be changed, and no page can stand for another.
func TestPagesCannotBeChanged(t *testing.T) {
	s := newSite()
	c, v := certify(s.Root())
	for name, x := range map[string]struct {
		url    string
		change func(*Response)
		want   httpcert.Reason
	}{
		"body":            {"/", func(r *Response) { r.Body = []byte("hime") }, httpcert.ResponseNotCertified},
		"status":          {"/", func(r *Response) { r.Status = 201 }, httpcert.ResponseNotCertified},
		"header":          {"/docs/", func(r *Response) { r.Headers[2].Value = "//evil" }, httpcert.ResponseNotCertified},
		"another header":  {"/", func(r *Response) { r.Headers = append(r.Headers, Header{"X", "y"}) }, httpcert.ResponseNotCertified},
		"the fallback":    {"/", func(r *Response) { *r = s.Answer("/z", 2, c) }, httpcert.MoreSpecificPath},
		"docs' for index": {"/index.html", func(r *Response) { *r = s.Answer("/docs/z", 2, c) }, httpcert.OtherPath},
		"site's for docs": {"/docs/z", func(r *Response) { *r = s.Answer("/z", 2, c) }, httpcert.MoreSpecificPath},
	} {
		r := s.Answer(x.url, 2, c)
		x.change(&r)
		_, err := verify(v, x.url, r)
		var failure *httpcert.Failure
		require.ErrorAs(t, err, &failure, name)
		require.Equal(t, x.want.String(), failure.Reason.String(), name)
	}
}

func TestLegacyPages(t *testing.T) {
	s := newSite()
	c, v := certify(s.Root())
	for url, want := range map[string]string{"/": "home", "/docs/a%20b": "a b", "/docs/": "index", "/z?x": "index"} {
		r := s.Answer(url, 1, c)
		require.Equal(t, want, string(r.Body), url)
		verdict, err := verify(v, url, r)
		require.NoError(t, err, url)
		require.Equal(t, 1, verdict.Version)
		r.Body = []byte("else")
		_, err = verify(v, url, r)
		require.Error(t, err)
	}
}

// A page that takes the place of another is the only one that is certified, whatever the order in which pages came.
func TestPagesAreReplaced(t *testing.T) {
	home, other := &Response{Status: 200, Body: []byte("home")}, &Response{Status: 200, Body: []byte("other")}
	missing := &Response{Status: 404}
	one, two := &Site{}, &Site{}
	one.AddBelow("/a", missing)
	one.Add("/", home)
	one.Add("/a", other)
	one.Add("/b", missing)
	two.Add("/b", other)
	two.Add("/", other)
	two.Add("/a", other)
	two.AddBelow("/a", home)
	require.NotEqual(t, one.Root(), two.Root())
	two.AddBelow("/a", missing)
	two.Add("/b", missing)
	two.Add("/", home)
	require.Equal(t, one.Root(), two.Root())
	c, v := certify(two.Root())
	r := two.Answer("/", 2, c)
	_, err := verify(v, "/", r)
	require.NoError(t, err)
	require.Equal(t, "home", string(r.Body))
}

// Whatever the pages and whatever the URL, what a site answers is certified, and the page depends on the pages alone.
func TestAnySiteIsCertified(t *testing.T) {
	path := rapid.Custom(func(t *rapid.T) string {
		return "/" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "", "ä c"}), 0, 4).Draw(t, "path"), "/")
	})
	rapid.Check(t, func(t *rapid.T) {
		s := &Site{}
		for i, p := range rapid.SliceOfN(path, 0, 12).Draw(t, "pages") {
			r := &Response{Status: 200, Body: []byte{byte(i)}}
			if rapid.Bool().Draw(t, "below") {
				s.AddBelow(p, r)
			} else {
				s.Add(p, r)
			}
		}
		s.AddBelow("/", &Response{Status: 404})
		c, v := certify(s.Root())
		v.MinVersion = 2
		url := path.Draw(t, "url")
		_, err := verify(v, url, s.Answer(url, 2, c))
		require.NoError(t, err)
	})
}

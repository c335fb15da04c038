package site

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/candid"
	"icsim/crypto/hashtree"
	"icsim/crypto/httpcert"
	"icsim/crypto/principal"
)

// What a canister certifies arrives as it is, whichever page of its site it is.
func TestCertifiedPagesPass(t *testing.T) {
	n := newNetwork(t, map[string]any{"title": "Greetings"})
	for url, want := range map[string]struct {
		status int
		body   string
	}{
		"/": {200, "<h1>Greetings</h1>"}, "/index.html?lang=en": {200, "<h1>Greetings</h1>"}, "/%69ndex.html": {200, "<h1>Greetings</h1>"},
		"/docs/a/b": {404, "No such document"}, "/docs/": {404, "No such document"}, "/elsewhere": {404, "Not found"},
		"/now": {200, "1700000000000000000"},
	} {
		w := get(n, 1, url)
		require.Equal(t, want.status, w.Code, "%s: %s", url, w.Body)
		require.Contains(t, w.Body.String(), want.body, url)
		require.Equal(t, "*", w.Header().Get("Access-Control-Allow-Origin"))
		require.NotEmpty(t, w.Header().Get("Content-Type"))
		require.NotEmpty(t, w.Header().Get(httpcert.CertificateHeader))
	}
}

// A body in parts arrives whole.
func TestPartsAreCollected(t *testing.T) {
	n := newNetwork(t, map[string]any{"large": uint64(700_001)})
	w := get(n, 1, "/large.bin")
	require.Equal(t, 200, w.Code, w.Body)
	require.Len(t, w.Body.Bytes(), 700_001)
	require.Equal(t, []byte{1, 0, 3, 2}, w.Body.Bytes()[256:260])
	require.Equal(t, "700001", w.Header().Get("Content-Length"))
}

// An upgraded request is an update call, and its answer is the subnet's own.
func TestUpgradedRequestsAreCalls(t *testing.T) {
	n := newNetwork(t, nil)
	for _, want := range []string{"1", "2", "3"} {
		w := get(n, 1, "/count")
		require.Equal(t, 200, w.Code)
		require.Equal(t, want, w.Body.String())
	}
}

// A node is a backend that lies: it changes what queries reply.
type node struct {
	Backend
	change   func(method string, r candid.Record) candid.Record
	now      uint64
	metadata string
	unknown  error // of the metadata
}

func (n *node) Query(id principal.ID, method string, arg []byte) ([]byte, error) {
	reply, err := n.Backend.Query(id, method, arg)
	if err != nil || n.change == nil {
		return reply, err
	}
	values, types, err := candid.DecodeAny(reply)
	if err != nil {
		return nil, err
	}
	return candid.Encode([]candid.Value{n.change(method, values[0].(candid.Record))}, types)
}

func (n *node) Now() uint64 {
	if n.now == 0 {
		return n.Backend.Now()
	}
	return n.now
}

func (n *node) Metadata(id principal.ID, name string) ([]byte, bool, error) {
	if name == supported && (n.metadata != "" || n.unknown != nil) {
		return []byte(n.metadata), true, n.unknown
	}
	return n.Backend.Metadata(id, name)
}

// with is a record with another value of a field.
func with(r candid.Record, name string, v candid.Value) candid.Record {
	out := append(candid.Record{}, r...)
	for i := range out {
		if out[i].ID == candid.Hash(name) {
			out[i].Value = v
		}
	}
	return out
}

func setting(name string, v candid.Value) func(string, candid.Record) candid.Record {
	return func(_ string, r candid.Record) candid.Record { return with(r, name, v) }
}

// replacing changes names and values of headers.
func replacing(old, to string) func(string, candid.Record) candid.Record {
	return func(_ string, r candid.Record) candid.Record {
		out := candid.Vec{}
		all, _ := r.Get("headers")
		for _, h := range all.(candid.Vec) {
			pair := append(candid.Record{}, h.(candid.Record)...)
			for i := range pair {
				pair[i].Value = candid.Text(strings.Replace(string(pair[i].Value.(candid.Text)), old, to, 1))
			}
			out = append(out, pair)
		}
		return with(r, "headers", out)
	}
}

// Nothing of what a lying node makes of a response passes, and the page says why; on a raw domain it does.
func TestLiesDoNotPass(t *testing.T) {
	n := newNetwork(t, map[string]any{"large": uint64(300_000)})
	for name, x := range map[string]struct {
		url  string
		node node
		why  string
	}{
		"body":     {"/", node{change: setting("body", candid.Blob("lies"))}, "the response is not certified"},
		"status":   {"/", node{change: setting("status_code", candid.Nat16(201))}, "the response is not certified"},
		"type":     {"/", node{change: replacing("html", "plain")}, "the response is not certified"},
		"no proof": {"/", node{change: replacing("IC-Certificate", "X")}, "there is no header IC-Certificate"},
		"part":     {"/large.bin", node{change: setting("body", candid.Blob("part"))}, "the response is not certified"},
		"old":      {"/", node{now: genesis + uint64(time.Hour)}, "the certificate is too old: 1h0m0s, and 5m0s are allowed"},
		"early":    {"/now", node{now: genesis - uint64(time.Hour)}, "the certificate is from the future"},
	} {
		t.Run(name, func(t *testing.T) {
			b := x.node
			b.Backend = n
			w := get(&b, 1, x.url)
			require.Equal(t, 502, w.Code, w.Body)
			require.Contains(t, w.Body.String(), x.why)
			require.Contains(t, w.Body.String(), "canister "+principal.Canister(1).String())
			require.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
			raw := request(&b, "GET", host(1, ".raw"), x.url)
			require.Less(t, raw.Code, 300, raw.Body)
		})
	}
}

// A page is a network with a canister of which some headers are certified, and its expression says which.
type page struct {
	*network
	filter string
}

func (p page) Query(id principal.ID, _ string, _ []byte) ([]byte, error) {
	expression := "default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{}," +
		"response_certification:ResponseCertification{" + p.filter + "}}})"
	e, err := httpcert.ParseExpression(expression)
	require.NoError(p, err)
	r := httpcert.Response{Status: 200, Headers: []httpcert.Field{
		{Name: httpcert.ExpressionHeader, Value: expression},
		{Name: "X-One", Value: "1"}, {Name: "X-Two", Value: "2"}, {Name: "X-Two", Value: "3"},
	}}
	digest, response := sha256.Sum256([]byte(expression)), httpcert.ResponseHash(&r, e.Headers)
	tree := hashtree.Tree{}.SetLeaf(hashtree.Path{"http_expr", "<*>", hashtree.Label(digest[:]), "", hashtree.Label(response[:])}, nil)
	root := tree.Digest()
	state := hashtree.Tree{}.SetLeaf(hashtree.Path{hashtree.Label(id.Bytes()), "certified_data"}, root[:])
	encode := base64.StdEncoding.EncodeToString
	proof := "certificate=:" + encode(p.certificate(state, id)) + ":, tree=:" +
		encode(tree.Witness(hashtree.Everything()).AppendCBOR(nil)) + ":, version=2, expr_path=:" +
		encode([]byte("\x82\x69http_expr\x63<*>")) + ":"
	types := newMessages().response
	a := candid.Record{
		{Label: candid.Named("status_code"), Value: candid.Nat16(200)}, {Label: candid.Named("body"), Value: candid.Blob{}},
		fieldsOf(&httpcert.Request{Headers: append(r.Headers, httpcert.Field{Name: httpcert.CertificateHeader, Value: proof})})[2],
	}
	return candid.Encode([]candid.Value{a}, types)
}

// Headers that are not certified do not pass; where nothing is, all do.
func TestUncertifiedHeadersDoNotPass(t *testing.T) {
	n := newNetwork(t, nil)
	for filter, want := range map[string][2][]string{
		`certified_response_headers:ResponseHeaderList{headers:["x-two"]}`:          {nil, {"2", "3"}},
		`response_header_exclusions:ResponseHeaderList{headers:["x-two"]}`:          {{"1"}, nil},
		`response_header_exclusions:ResponseHeaderList{headers:[]}`:                 {{"1"}, {"2", "3"}},
		`certified_response_headers:ResponseHeaderList{headers:["x-one","x-none"]}`: {{"1"}, nil},
	} {
		w := get(page{n, filter}, 1, "/")
		require.Equal(t, 200, w.Code, w.Body)
		require.Equal(t, want, [2][]string{w.Header().Values("X-One"), w.Header().Values("X-Two")}, filter)
		require.NotEmpty(t, w.Header().Get(httpcert.CertificateHeader))
		require.NotEmpty(t, w.Header().Get(httpcert.ExpressionHeader))
	}
	more := func(_ string, r candid.Record) candid.Record {
		all, _ := r.Get("headers")
		extra := candid.Record{
			{Label: candid.Numbered(0), Value: candid.Text("Set-Cookie")}, {Label: candid.Numbered(1), Value: candid.Text("a=b")},
		}
		return with(r, "headers", append(append(candid.Vec{}, all.(candid.Vec)...), extra))
	}
	b := &node{Backend: n, change: more}
	require.Equal(t, "a=b", get(b, 1, "/now").Header().Get("Set-Cookie"))
	require.Equal(t, 502, get(b, 1, "/").Code, "the page's expression certifies that it has no other header")
}

// Bodies in parts are followed only where they lead to: the canister's own methods, and to an end.
func TestStreamsThatCannotBeFollowed(t *testing.T) {
	n := newNetwork(t, map[string]any{"large": uint64(300_000)}, nil)
	strategy := func(canister uint64, method string) func(string, candid.Record) candid.Record {
		return func(asked string, r candid.Record) candid.Record {
			s, _ := r.Get("streaming_strategy")
			if asked != queryMethod {
				return r
			}
			v := s.(candid.Opt).Value.(candid.Variant)
			v.Value = with(v.Value.(candid.Record), "callback", candid.Func{Service: principal.Canister(canister), Method: method})
			return with(r, "streaming_strategy", candid.Opt{Value: v})
		}
	}
	for text, b := range map[string]Backend{
		"it streams by a callback of another canister, " + principal.Canister(2).String(): &node{Backend: n, change: strategy(2, "x")},
		"it has no other: IC0536":           &node{Backend: n, change: strategy(1, "other")},
		"its body has more than 1000 parts": &looping{Backend: newNetwork(t, map[string]any{"large": uint64(600_000)})},
	} {
		w := get(b, 1, "/large.bin")
		require.GreaterOrEqual(t, w.Code, 404, text)
		require.Contains(t, w.Body.String(), text)
	}
}

// A looping node answers with one part of a body for ever, a byte of it.
type looping struct {
	Backend
	part []byte
}

func (l *looping) Query(id principal.ID, method string, arg []byte) ([]byte, error) {
	if method == queryMethod {
		return l.Backend.Query(id, method, arg)
	}
	if l.part == nil {
		reply, err := l.Backend.Query(id, method, arg)
		if err != nil {
			return nil, err
		}
		values, types, err := candid.DecodeAny(reply)
		if err != nil {
			return nil, err
		}
		if l.part, err = candid.Encode([]candid.Value{with(values[0].(candid.Record), "body", candid.Blob("x"))}, types); err != nil {
			return nil, err
		}
	}
	return l.part, nil
}

// Version 1 passes without its dangers, and not from a canister that knows version 2.
func TestLegacyResponses(t *testing.T) {
	n := newNetwork(t, map[string]any{"version": uint64(1), "title": "Old"})
	w := get(n, 1, "/")
	require.Equal(t, 200, w.Code, w.Body)
	require.Contains(t, w.Body.String(), "<h1>Old</h1>")
	require.Equal(t, w.Body.String(), get(n, 1, "/elsewhere").Body.String(), "the index")
	require.Equal(t, 200, get(&node{Backend: n, metadata: "1"}, 1, "/").Code)

	w = get(&node{Backend: n, change: replacing("Content-Type", "Cache-Control")}, 1, "/")
	require.Equal(t, 200, w.Code)
	require.Empty(t, w.Header().Get("Cache-Control"))

	for why, b := range map[string]*node{
		`it knows version 2 (metadata supported_certificate_versions "1, 2")`: {metadata: "1, 2"},
		"whether it knows version 2 is not known: it is private":              {unknown: errors.New("it is private")},
		"a redirection (status 302), which version 1 does not certify":        {change: setting("status_code", candid.Nat16(302))},
		"the body is not certified":                                           {change: setting("body", candid.Blob("lies"))},
	} {
		b.Backend = n
		w := get(b, 1, "/")
		require.Equal(t, 502, w.Code)
		require.Contains(t, w.Body.String(), why)
	}
}

// A request that no canister answers gets a page that says what was looked for.
func TestRequestsWithoutAnswer(t *testing.T) {
	n := newNetwork(t, nil)
	down := errors.New("the subnet is stalled")
	for _, x := range []struct {
		b      Backend
		host   string
		status int
		why    string
	}{
		{n, host(9, ""), 404, "it has no http_request: Canister " + principal.Canister(9).String() + " not found."},
		{n, host(2, ""), 404, "it has no http_request: IC0536: Error from Canister"},
		{n, "localhost:4943", 400, "the request names no canister: its host is to be <canister id>.localhost"},
		{n, "aaaaa-ab.localhost", 400, "the request names no canister"},
		{n, principal.Canister(1).String() + ".example.org", 400, "the request names no canister"},
		{failing{n, down}, host(1, ""), 503, "http_request cannot be called: the subnet is stalled"},
	} {
		w := request(x.b, "GET", x.host, "/")
		require.Equal(t, x.status, w.Code, x.host)
		require.Contains(t, w.Body.String(), x.why)
	}
	for why, change := range map[string]func(string, candid.Record) candid.Record{
		"the status of its response is 101":                                  setting("status_code", candid.Nat16(101)),
		`a header "Bad Name" that cannot be sent`:                            replacing("Content-Type", "Bad Name"),
		`a header "Content-Type" that cannot be sent: its value has control`: replacing("text/", "text\r\n"),
	} {
		w := request(&node{Backend: n, change: change}, "GET", host(1, ".raw"), "/")
		require.Equal(t, 502, w.Code)
		require.Contains(t, w.Body.String(), why)
	}
}

// failing is a network that cannot be asked.
type failing struct {
	Backend
	err error
}

func (f failing) Query(principal.ID, string, []byte) ([]byte, error) { return nil, f.err }

// A canister is named by its host, or by the URL, or by the URL of the page that a part of it is asked for.
func TestTargets(t *testing.T) {
	id := principal.Canister(1).String()
	h := NewHandler(nil, "localhost", "ic.example.org")
	for _, x := range []struct {
		host, url, referer string
		want               Target
		ok                 bool
	}{
		{id + ".localhost", "/", "", Target{principal.Canister(1), false}, true},
		{strings.ToUpper(id) + ".LocalHost:80", "/", "", Target{principal.Canister(1), false}, true},
		{id + ".raw.localhost:80", "/", "", Target{principal.Canister(1), true}, true},
		{id + ".ic.example.org.", "/", "", Target{principal.Canister(1), false}, true},
		{id + ".localhost", "/?canisterId=aaaaa-aa", "", Target{principal.Canister(1), false}, true},
		{"127.0.0.1:80", "/?x&canisterId=" + id, "", Target{principal.Canister(1), false}, true},
		{"[::1]:80", "/?canisterId=" + id, "", Target{principal.Canister(1), false}, true},
		{"localhost", "/style.css", "http://localhost/?canisterId=" + id, Target{principal.Canister(1), false}, true},
		{"localhost", "/style.css", "http://else.org/?canisterId=" + id, Target{}, false},
		{"localhost", "/?canisterId=nobody", "", Target{}, false},
		{id, "/", "", Target{}, false},
		{"x." + id + ".localhost", "/", "", Target{}, false},
		{"", "/", "http://%", Target{}, false},
	} {
		r := httptest.NewRequest("GET", x.url, nil)
		r.Host = x.host
		r.Header.Set("Referer", x.referer)
		to, ok := h.TargetOf(r)
		require.Equal(t, x.ok, ok, "%s%s", x.host, x.url)
		if ok {
			require.Equal(t, x.want, to, "%s%s", x.host, x.url)
		}
	}
}

// The handler is one among net/http's: for clients that ask first, that want no body, that send too much, and that come at once.
func TestServer(t *testing.T) {
	n := newNetwork(t, nil)
	server := httptest.NewServer(NewHandler(n))
	defer server.Close()
	do := func(method, path, body string) (*http.Response, string) {
		r, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Host = host(1, "")
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response, string(text)
	}
	r, text := do("OPTIONS", "/", "")
	require.Equal(t, 204, r.StatusCode)
	require.Empty(t, text)
	require.Equal(t, "GET, POST, HEAD, OPTIONS", r.Header.Get("Access-Control-Allow-Methods"))
	r, text = do("HEAD", "/", "")
	require.Equal(t, 200, r.StatusCode)
	require.Empty(t, text)
	r, text = do("POST", "/", strings.Repeat("x", maxRequestBytes+1))
	require.Equal(t, 413, r.StatusCode)
	require.Contains(t, text, "more than 2097152 bytes")
	_, text = do("POST", "/count", "x")
	require.Equal(t, "1", text)

	done := make(chan int)
	for range 8 {
		go func() {
			r, _ := do("GET", "/", "")
			done <- r.StatusCode
		}()
	}
	for range 8 {
		require.Equal(t, 200, <-done)
	}
}

// FuzzReply: whatever a canister replies is an answer or a failure.
func FuzzReply(f *testing.F) {
	m := newMessages()
	types, err := candid.ParseTypes(`(record { status_code : nat16; headers : vec record { text; text }; body : blob; upgrade : opt bool;
		streaming_strategy : opt variant { Callback : record { callback : func (nat) -> () query; token : nat } } })`)
	require.NoError(f, err)
	for _, text := range []string{
		`(record { status_code = 200; headers = vec { record { "a"; "b" } }; body = blob "x" })`,
		`(record { status_code = 200; headers = vec {}; body = blob ""; upgrade = opt true; streaming_strategy =
			opt variant { Callback = record { callback = func "aaaaa-aa".x; token = 7 } } })`,
	} {
		values, err := candid.ParseArgsAs(text, types)
		require.NoError(f, err)
		raw, err := candid.Encode(values, types)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, reply []byte) {
		a, failure := m.decodeAnswer(queryMethod, reply)
		if failure != nil {
			return
		}
		if a.next != nil {
			_, err := candid.Encode([]candid.Value{a.next.token}, []candid.Type{a.next.of})
			_ = err // a token of a type to come cannot be sent back
		}
		_, _, _, _ = m.decodePart(reply)
	})
}

package envelope

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

const (
	genesis  = 1_685_570_000_000_000_000
	expiry   = 1_685_570_400_000_000_000
	canister = protocol.CanisterID(0x4d2)
)

func at(operation Operation, version int) *Endpoint {
	return &Endpoint{Operation: operation, Version: version, ID: canister.Principal()}
}

// fields are a CBOR map, of which tests leave out and change some.
type fields map[string]any

func (f fields) with(key string, value any) fields {
	g := fields{}
	for k, v := range f {
		g[k] = v
	}
	g[key] = value
	if value == nil {
		delete(g, key)
	}
	return g
}

func call() fields {
	return fields{
		"request_type": "call", "sender": []byte{4}, "ingress_expiry": uint64(expiry), "canister_id": canister.Principal().Bytes(),
		"method_name": "hello", "arg": []byte("DIDL\x00\xfd*"),
	}
}

func read() fields {
	return fields{
		"request_type": "read_state", "sender": []byte{4}, "ingress_expiry": uint64(expiry),
		"paths": [][][]byte{{[]byte("time")}, {[]byte("canister"), canister.Principal().Bytes(), []byte("module_hash")}},
	}
}

func marshal(t testing.TB, v any) []byte {
	raw, err := cbor.Marshal(v)
	require.NoError(t, err)
	return raw
}

func enveloped(t testing.TB, content any) []byte { return marshal(t, fields{"content": content}) }

// What is read has the request id that its sender signed, by the rules of the interface specification ("Request ids") written anew.
func TestRequestID(t *testing.T) {
	r, refusal := at(Call, 4).Request(enveloped(t, call()), genesis)
	require.Nil(t, refusal)
	require.Equal(t, hashOf(call()), [32]byte(r.Call.Ingress.MessageID))
	require.Equal(t, canister, r.Call.Effective)
	require.Equal(t, protocol.Time(expiry-genesis), r.Call.Ingress.Content.Expiry)
	query := call().with("request_type", "query").with("nonce", []byte("once"))
	r, refusal = at(Query, 3).Request(enveloped(t, query), genesis)
	require.Nil(t, refusal)
	require.Equal(t, hashOf(query), [32]byte(r.Query.Query.ID))
	r, refusal = at(ReadState, 3).Request(enveloped(t, read()), genesis)
	require.Nil(t, refusal)
	require.Equal(t, hashOf(read()), [32]byte(r.Read.Read.ID))
}

// hashOf is the representation-independent hash of a value.
func hashOf(value any) [32]byte {
	switch v := value.(type) {
	case string:
		return sha256.Sum256([]byte(v))
	case []byte:
		return sha256.Sum256(v)
	case uint64:
		return sha256.Sum256(binary.AppendUvarint(nil, v))
	case [][]byte:
		var all []byte
		for _, element := range v {
			h := hashOf(element)
			all = append(all, h[:]...)
		}
		return sha256.Sum256(all)
	case [][][]byte:
		var all []byte
		for _, element := range v {
			h := hashOf(element)
			all = append(all, h[:]...)
		}
		return sha256.Sum256(all)
	case fields:
		var pairs []string
		for key, value := range v {
			k, h := hashOf(key), hashOf(value)
			pairs = append(pairs, string(k[:])+string(h[:]))
		}
		slices.Sort(pairs)
		return sha256.Sum256([]byte(strings.Join(pairs, "")))
	}
	panic("no such value")
}

// Synchronous calls came with version 3 of the interface, ranges in shards with version 4 for calls and 3 for reads.
func TestVersionsDiffer(t *testing.T) {
	for version, want := range map[int][2]bool{2: {true, true}, 3: {false, true}, 4: {false, false}} {
		r, refusal := at(Call, version).Request(enveloped(t, call()), genesis)
		require.Nil(t, refusal)
		require.Equal(t, want, [2]bool{r.Call.Async, r.Call.Flat}, "version %d", version)
	}
	for version, flat := range map[int]bool{2: true, 3: false} {
		r, refusal := at(ReadState, version).Request(enveloped(t, read()), genesis)
		require.Nil(t, refusal)
		require.Equal(t, flat, r.Read.Flat, "version %d", version)
		require.Equal(t, hashtree.Path{"canister", hashtree.Label(canister.Principal().Bytes()), "module_hash"}, r.Read.Read.Content.Paths[1])
	}
}

// Agents write the same in several ways: with the self-describing tag, with lengths unknown before, with the expiry as a big number.
func TestAgentsWaysOfWriting(t *testing.T) {
	want, refusal := at(Call, 4).Request(enveloped(t, call()), genesis)
	require.Nil(t, refusal)
	indefinite := func(f fields) []byte {
		raw := []byte{0xbf}
		for k, v := range f {
			raw = append(append(raw, marshal(t, k)...), marshal(t, v)...)
		}
		return append(raw, 0xff)
	}
	long := append([]byte{0}, big.NewInt(expiry).Bytes()...)
	inChunks := call()
	inChunks["arg"] = cbor.RawMessage("\x5f\x44DIDL\x43\x00\xfd*\xff")
	inChunks["method_name"] = cbor.RawMessage("\x7f\x63hel\x62lo\xff")
	for name, body := range map[string][]byte{
		"tagged":              append([]byte{0xd9, 0xd9, 0xf7}, enveloped(t, call())...),
		"of unknown lengths":  indefinite(fields{"content": cbor.RawMessage(indefinite(call()))}),
		"in chunks":           enveloped(t, inChunks),
		"expiry as a bignum":  enveloped(t, call().with("ingress_expiry", new(big.Int).SetUint64(expiry))),
		"bignum with a zero":  enveloped(t, call().with("ingress_expiry", cbor.Tag{Number: 2, Content: long})),
		"with unknown fields": marshal(t, fields{"content": call(), "future": 1}),
	} {
		got, refusal := at(Call, 4).Request(body, genesis)
		require.Nil(t, refusal, name)
		require.Equal(t, want, got, name)
	}
}

// What authenticates reaches the nodes as it came: they verify it.
func TestAuthentication(t *testing.T) {
	delegation := fields{"pubkey": []byte("session"), "expiration": uint64(1 << 63), "permissions": "queries"}
	targeted := delegation.with("targets", [][]byte{{1}})
	info := fields{"info": []byte("i"), "signer": []byte{1, 1}, "sig": []byte("s")}
	body := marshal(t, fields{
		"content":       call().with("request_type", "query").with("nonce", []byte("once")).with("sender_info", info),
		"sender_pubkey": []byte("key"), "sender_sig": []byte("signature"),
		"sender_delegation": []fields{
			{"delegation": targeted, "signature": []byte("by key")}, {"delegation": delegation, "signature": []byte("2")},
		},
	})
	r, refusal := at(Query, 3).Request(body, genesis)
	require.Nil(t, refusal)
	target, err := principal.FromBytes([]byte{1})
	require.NoError(t, err)
	signer, err := principal.FromBytes([]byte{1, 1})
	require.NoError(t, err)
	link := protocol.Delegation{PublicKey: []byte("session"), Expiration: 1 << 63, Permissions: "queries"}
	scoped := link
	scoped.Scoped, scoped.Targets = true, []principal.ID{target}
	want := protocol.Authentication{PublicKey: []byte("key"), Signature: []byte("signature")}
	want.Delegations = []protocol.SignedDelegation{
		{Delegation: scoped, Signature: []byte("by key")}, {Delegation: link, Signature: []byte("2")},
	}
	require.Equal(t, want, r.Query.Query.Auth)
	require.Equal(t, []byte("once"), r.Query.Query.Content.Nonce)
	require.Equal(t, &protocol.SenderInfo{Info: []byte("i"), Signer: signer, Signature: []byte("s")}, r.Query.Query.Content.Info)
}

// A request that cannot be read gets one line that says what is wrong with it.
func TestMalformedRequests(t *testing.T) {
	once := append(marshal(t, "content"), marshal(t, call())...)
	twice := append([]byte{0xa2}, append(once, once...)...)
	misdirected := fields{"pubkey": []byte{1}, "expiration": 1, "targets": [][]byte{make([]byte, 30)}}
	signedByNobody := fields{"info": []byte{}, "signer": make([]byte, 30), "sig": []byte{}}
	deep := []byte(strings.Repeat("\x81", 40) + "\x00")
	for name, c := range map[string]struct {
		at   *Endpoint
		body []byte
		want string
	}{
		"nothing":           {at(Call, 4), nil, "EOF"},
		"no CBOR":           {at(Call, 4), []byte("junk"), "malformed request: "},
		"cut off":           {at(Call, 4), enveloped(t, call())[:50], "unexpected EOF"},
		"more after it":     {at(Call, 4), append(enveloped(t, call()), 0), "extraneous data"},
		"a list":            {at(Call, 4), marshal(t, []int{1}), "cannot unmarshal array"},
		"no content":        {at(Call, 4), marshal(t, fields{"sender_sig": []byte{1}}), "it has no content"},
		"content twice":     {at(Call, 4), twice, "duplicate map key"},
		"content is a list": {at(Call, 4), enveloped(t, []int{1}), "content: cbor: cannot unmarshal array"},
		"another type":      {at(Query, 3), enveloped(t, call()), `request_type is "call", this endpoint takes "query"`},
		"no type":           {at(Call, 4), enveloped(t, call().with("request_type", nil)), `request_type is "", this endpoint takes "call"`},
		"no sender":         {at(Call, 4), enveloped(t, call().with("sender", nil)), "content: sender is missing"},
		"no expiry":         {at(Call, 4), enveloped(t, call().with("ingress_expiry", nil)), "content: ingress_expiry is missing"},
		"no canister":       {at(Call, 4), enveloped(t, call().with("canister_id", nil)), "content: canister_id is missing"},
		"no method":         {at(Call, 4), enveloped(t, call().with("method_name", nil)), "content: method_name is missing"},
		"no arg":            {at(Call, 4), enveloped(t, call().with("arg", nil)), "content: arg is missing"},
		"no paths":          {at(ReadState, 3), enveloped(t, read().with("paths", nil)), "content: paths are missing"},
		"long sender":       {at(Call, 4), enveloped(t, call().with("sender", make([]byte, 30))), "content: sender: "},
		"no such canister":  {at(Call, 4), enveloped(t, call().with("canister_id", []byte{1, 2})), "is no canister"},
		"early expiry":      {at(Call, 4), enveloped(t, call().with("ingress_expiry", -1)), "the number -1 is out of range"},
		"huge expiry":       {at(Call, 4), enveloped(t, call().with("ingress_expiry", new(big.Int).Lsh(big.NewInt(1), 64))), "is out of range"},
		"expiry in words":   {at(Call, 4), enveloped(t, call().with("ingress_expiry", "soon")), "a number is wanted"},
		"arg as text":       {at(Call, 4), enveloped(t, call().with("arg", "text")), "cannot unmarshal"},
		"deep":              {at(Call, 4), deep, "max nested level"},
		"many paths":        {at(ReadState, 3), enveloped(t, read().with("paths", make([][][]byte, 3000))), "max number of elements"},
		"bad target": {at(Call, 4), marshal(t, fields{"content": call(), "sender_delegation": []fields{{"delegation": misdirected}}}),
			"delegation 0: targets: "},
		"bad signer":    {at(Call, 4), enveloped(t, call().with("sender_info", signedByNobody)), "sender_info: signer: "},
		"about nothing": {&Endpoint{Operation: Call, Version: 4, ID: principal.Anonymous()}, enveloped(t, call()), "2vxsx-fae is no canister"},
	} {
		r, refusal := c.at.Request(c.body, genesis)
		require.Nil(t, r, name)
		require.NotNil(t, refusal, name)
		require.Equal(t, 400, refusal.Status, name)
		require.Contains(t, refusal.Text, c.want, name)
		require.NotContains(t, refusal.Text, "\n", name)
	}
}

func TestPaths(t *testing.T) {
	id, subnet := "rwlgt-iiaaa-aaaaa-aaaaa-cai", principal.SelfAuthenticating([]byte("subnet")).String()
	served := []string{
		"v2/canister/" + id + "/call", "v3/canister/" + id + "/call", "v4/canister/" + id + "/call", "v4/subnet/" + subnet + "/call",
		"v2/canister/" + id + "/query", "v3/canister/" + id + "/query", "v3/subnet/" + subnet + "/query",
		"v2/canister/" + id + "/read_state", "v3/canister/" + id + "/read_state",
		"v2/subnet/" + subnet + "/read_state", "v3/subnet/" + subnet + "/read_state", "v2/canister/aaaaa-aa/call",
	}
	for _, path := range served {
		e, refusal := ParsePath("/api/" + path)
		require.Nil(t, refusal, path)
		require.Equal(t, "/api/"+path, e.Path())
	}
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"":                                   {404, "no such endpoint"},
		"/":                                  {404, "no such endpoint"},
		"/api/v2/status":                     {404, "no such endpoint"},
		"/api/v22/canister/" + id + "/call":  {404, "no such endpoint"},
		"/api/x2/canister/" + id + "/call":   {404, "no such endpoint"},
		"/api/v2/node/" + id + "/call":       {404, "no such endpoint"},
		"/api/v2/canister/" + id + "/call/":  {404, "no such endpoint"},
		"/api/v1/canister/" + id + "/call":   {404, "no endpoint call of a canister in version v1"},
		"/api/v5/canister/" + id + "/call":   {404, "no endpoint call of a canister in version v5"},
		"/api/v4/canister/" + id + "/query":  {404, "no endpoint query of a canister in version v4"},
		"/api/v3/subnet/" + subnet + "/call": {404, "no endpoint call of a subnet in version v3"},
		"/api/v3/canister/" + id + "/run":    {404, "no endpoint run of a canister"},
		"/api/v3/canister/aaaaa/query":       {400, `"aaaaa" in the path is no principal`},
		"/api/v3/canister//query":            {400, `"" in the path is no principal`},
		"/api/v3/canister/" + id + "x/query": {400, "is no principal"},
		"/api/v3/canister/RWLGT-IIAAA/query": {400, "is no principal"},
	} {
		_, refusal := ParsePath(path)
		require.NotNil(t, refusal, path)
		require.Equal(t, want.status, refusal.Status, path)
		require.Contains(t, refusal.Text, want.text, path)
	}
}

// A probe is a request that any node takes.
func TestProbe(t *testing.T) {
	subnet := principal.SelfAuthenticating([]byte("subnet"))
	e, body := Probe(subnet)
	parsed, refusal := ParsePath(e.Path())
	require.Nil(t, refusal)
	require.Equal(t, e, parsed)
	r, refusal := e.Request(body, genesis)
	require.Nil(t, refusal)
	require.Equal(t, subnet, r.Subnet)
	require.Equal(t, []hashtree.Path{{"time"}}, r.Read.Read.Content.Paths)
	require.True(t, r.Read.Read.Content.Sender.IsAnonymous() && r.Read.Subnet)
}

// FuzzRequest: whatever comes, there is either a request of the endpoint's kind or one refusal; and one that was read is read the same
// again when it is written anew, which only its content decides.
func FuzzRequest(f *testing.F) {
	f.Add("/api/v4/canister/rwlgt-iiaaa-aaaaa-aaaaa-cai/call", enveloped(f, call()))
	f.Add("/api/v3/canister/rwlgt-iiaaa-aaaaa-aaaaa-cai/query", enveloped(f, call().with("request_type", "query")))
	f.Add("/api/v2/canister/aaaaa-aa/read_state", enveloped(f, read()))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		e, refusal := ParsePath(path)
		if refusal != nil {
			require.NotEmpty(t, refusal.Text)
			return
		}
		r, refusal := e.Request(body, genesis)
		if refusal != nil {
			require.Nil(t, r)
			require.Equal(t, 400, refusal.Status)
			return
		}
		require.Equal(t, e.Operation == Call, r.Call != nil)
		require.Equal(t, e.Operation == Query, r.Query != nil)
		require.Equal(t, e.Operation == ReadState, r.Read != nil)
		again, refusal := e.Request(rewritten(t, body), genesis)
		require.Nil(t, refusal)
		require.Equal(t, r, again)
	})
}

// rewritten decodes CBOR to what it says and encodes that.
func rewritten(t testing.TB, body []byte) []byte {
	var envelope map[any]any
	require.NoError(t, cbor.Unmarshal(body, &envelope))
	return marshal(t, envelope)
}

func BenchmarkRequest(b *testing.B) {
	e, body := at(Call, 4), enveloped(b, call())
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := e.Request(body, genesis); refusal != nil {
			b.Fatal(refusal.Text)
		}
	}
}

package canister

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/canister/wasm/wasmtest"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// outcalling is a subnet of 13 nodes whose canister 1 makes outcalls.
func outcalling(t testingT, x *Executor) *subnet {
	s := newSubnet(t, x, scriptedAt(false, 1, 2)...)
	for n := range protocol.NodeID(13) {
		s.ctx.Members = append(s.ctx.Members, 100+n)
	}
	return s
}

func get(url string) management.HTTPRequest {
	return management.HTTPRequest{URL: url, Method: management.HTTPMethod{Get: &management.Null{}}}
}

// fetching calls http_request and replies with the refund and the reply, or the refund, the reject code and its text.
func fetching(arg any, cycles int) script {
	return script{}.do("call", protocol.ManagementCanister, "http_request",
		script{}.do("refunded").do("arg").do("reply"), script{}.do("refunded").do("code").do("message").do("reply")).
		do("data", candidOf(arg)).do("attach", cycles).do("perform")
}

// start begins an outcall of canister 1.
func (s *subnet) start(arg any, cycles int) *protocol.SignedIngress {
	s.t.Helper()
	m := s.ingress(1, "run", fetching(arg, cycles))
	s.round(m)
	return m
}

const billion = 1_000_000_000

// A call waits with what is left of its cycles, and is answered once, with a reply or a reject (interface.md B.1).
func TestOutcallWaitsForConsensus(t *testing.T) {
	s := outcalling(t, newExecutor(t))
	s.twin = newExecutor(t)
	request := get("https://a.example.com/x")
	request.MaxResponse, request.Headers = is1(uint64(1000)), []management.HTTPHeader{{Name: "accept", Value: "text/plain"}}
	request.Body = is1([]byte("ask"))
	first := s.start(request, billion)
	second := s.start(get("https://b.example.com"), 30*billion)
	require.Equal(t, "processing", s.statuses[first.MessageID].State.String())

	open := s.state.Outcalls()
	require.Len(t, open.Open, 2)
	require.Equal(t, protocol.OutcallID(2), open.Next)
	c := open.Open[0]
	size := len("https://a.example.com/x") + len("accept") + len("text/plain") + len("ask")
	fee := (3_000_000 + 60_000*13 + 400*uint64(size) + 800*1000) * 13
	require.Equal(t, cyc(billion-fee), c.Refund)
	require.Equal(t, []any{"https://a.example.com/x", protocol.HTTPGet, []byte("ask"), uint64(1000), protocol.Time(1e9), protocol.NoNode},
		[]any{c.URL, c.Method, c.Body, c.MaxResponse, c.Time, c.Node})
	require.Equal(t, uint64(protocol.MaxOutcallResponse), open.Open[1].MaxResponse)
	require.Equal(t, 2, s.state.callbacks)

	s.round(protocol.OutcallAnswer{ID: 1, Reject: protocol.Reject{Code: protocol.SysTransient, Message: "no way"}})
	s.round(protocol.OutcallAnswer{ID: 1, Reply: []byte("again")}, protocol.OutcallAnswer{ID: 7, Reply: []byte("unknown")})
	refund := 30*billion - (3_000_000+60_000*13+400*21+800*2_000_000)*13
	s.replied(le128(uint64(refund))+le32(2)+"no way", s.statuses[second.MessageID])
	require.Equal(t, []*protocol.OutcallContext{c}, s.state.Outcalls().Open)

	s.round(protocol.OutcallAnswer{ID: 0, Reply: []byte("yes")})
	s.replied(le128(billion-fee)+"yes", s.statuses[first.MessageID])
	require.Empty(t, s.state.Outcalls().Open)
	require.Equal(t, protocol.OutcallID(2), s.state.Outcalls().Next)
}

// The answer comes before anything else in the round: a call of the same round finds the canister changed by it (scheduler.rs,
// consensus queue).
func TestConsensusIsAnsweredFirst(t *testing.T) {
	s := outcalling(t, newExecutor(t))
	m := s.ingress(1, "run", script{}.do("call", protocol.ManagementCanister, "http_request",
		script{}.do("keep", 5).do("reply"), script{}.do("reply")).
		do("data", candidOf(get("https://a.example.com"))).do("attach", 30*billion).do("perform"))
	s.round(m)
	after := s.ingress(1, "run", script{}.do("kept").do("reply"))
	s.round(protocol.OutcallAnswer{ID: 0, Reply: []byte("yes")}, after)
	s.replied(le64(5), s.statuses[after.MessageID])
}

// What is wrong with a call is said at once, in the replica's words, and costs nothing (canister_http.rs).
func TestOutcallsAreChecked(t *testing.T) {
	s := outcalling(t, newExecutor(t))
	header := func(name, value int) management.HTTPHeader {
		return management.HTTPHeader{Name: strings.Repeat("n", name), Value: strings.Repeat("v", value)}
	}
	change := func(f func(*management.HTTPRequest)) management.HTTPRequest {
		r := get("https://a.example.com")
		f(&r)
		return r
	}
	transform := func(id protocol.CanisterID) *management.TransformContext {
		function := management.TransformFunction{Canister: id.Principal(), Method: "strip"}
		return &management.TransformContext{Function: function, Context: []byte("12")}
	}
	for text, r := range map[string]management.HTTPRequest{
		"url size 8193 exceeds 8192": change(func(r *management.HTTPRequest) { r.URL = strings.Repeat("u", 8193) }),
		"number of all http headers 65 exceeds 64": change(func(r *management.HTTPRequest) {
			r.Headers = make([]management.HTTPHeader, 65)
		}),
		"some http header name 8193 exceeds 8192": change(func(r *management.HTTPRequest) {
			r.Headers = []management.HTTPHeader{header(8193, 0)}
		}),
		"some http header value 8193 exceeds 8192": change(func(r *management.HTTPRequest) {
			r.Headers = []management.HTTPHeader{header(0, 8193)}
		}),
		"names and values 49153 exceeds 49152": change(func(r *management.HTTPRequest) {
			for range 6 {
				r.Headers = append(r.Headers, header(0, 8192))
			}
			r.Headers[0].Name = "x"
		}),
		"http body 2000001 exceeds 2000000": change(func(r *management.HTTPRequest) { r.Body = is1(make([]byte, 2_000_001)) }),
		"max_response_bytes expected to be in the range [0..2000000], got 2000001": change(func(r *management.HTTPRequest) {
			r.MaxResponse = is1(uint64(2_000_001))
		}),
		fmt.Sprintf("transform principal id expected to be %s, got %s", protocol.CanisterID(1), protocol.CanisterID(2)): change(
			func(r *management.HTTPRequest) { r.Transform = transform(2) }),
		"only allowed for non-replicated requests": change(func(r *management.HTTPRequest) {
			r.Method = management.HTTPMethod{Put: &management.Null{}}
		}),
		"only allowed for non-replicated": change(func(r *management.HTTPRequest) {
			r.Method, r.Replicated = management.HTTPMethod{Patch: &management.Null{}}, is1(true)
		}),
	} {
		got := s.statuses[s.start(r, 40*billion).MessageID]
		require.Equal(t, "replied", got.State.String())
		require.True(t, strings.HasPrefix(string(got.Reply), le128(40*billion)+le32(4)), "%s: %q", text, got.Reply)
		require.Contains(t, string(got.Reply), text)
	}
	require.Empty(t, s.state.Outcalls())
	garbage := s.statuses[s.start([]byte("garbage"), billion).MessageID]
	require.Contains(t, string(garbage.Reply), "Error decoding")
	good := change(func(r *management.HTTPRequest) { r.Transform = transform(1) })
	s.start(good, 40*billion)
	c := s.state.Outcalls().Open[0]
	require.Equal(t, &protocol.Transform{Method: "strip", Context: []byte("12")}, c.Transform)
	require.Equal(t, uint64(len("https://a.example.com")+len("strip")+2), requestBytes(c))
}

// Only canisters of the subnet make outcalls.
func TestWhoMakesOutcalls(t *testing.T) {
	s := outcalling(t, newExecutor(t))
	s.rejected(protocol.CanisterError, "IC0504", "http_request cannot be called by a user", s.manage("http_request", get("https://a")))
	remote := protocol.NewRequest(&protocol.Request{
		Sender: 1 << 20, Receiver: protocol.ManagerOf(1), Callback: 3, Method: "http_request",
		Arg: candidOf(get("https://a")), Cycles: cyc(50 * billion),
	})
	s.round(remote)
	require.Len(t, s.sent, 1)
	require.Contains(t, s.sent[0].Response.Reject.Message, "Sender should be on the same subnet")
	require.Equal(t, cyc(50*billion), s.sent[0].Response.Refund)
}

// The fee is what ic0.cost_http_request says, whoever is asked; one cycle less is too little. A system subnet asks for nothing.
func TestOutcallsCostWhatTheyCost(t *testing.T) {
	for _, nodes := range []int{1, 13, 34} {
		s := outcalling(t, newExecutor(t))
		s.ctx.Nodes = nodes
		p := pricesOf(&s.ctx)
		fee := int(p.outcall(uint64(len("https://a.example.com")), 500).Lo)
		request := get("https://a.example.com")
		request.MaxResponse = is1(uint64(500))
		poor := s.statuses[s.start(request, fee-1).MessageID]
		require.Contains(t, string(poor.Reply), fmt.Sprintf("http_request request sent with %d cycles, but %d cycles are required.", fee-1, fee))
		s.start(request, fee)
		require.Equal(t, cyc(0), s.state.Outcalls().Open[0].Refund)
		require.Equal(t, cost(t, nodes, len("https://a.example.com"), 500), uint64(fee))
		caller := s.state.find(protocol.CanisterID(s.state.Outcalls().Open[0].Caller()))
		require.Equal(t, cyc(uint64(fee)), caller.consumed[useOutcalls], "the metrics of the canister tell")
	}
	s := outcalling(t, newExecutor(t))
	s.ctx.System = true
	s.start(get("https://a.example.com"), 0)
	require.Len(t, s.state.Outcalls().Open, 1)
}

// cost asks ic0.cost_http_request.
func cost(t *testing.T, nodes, request, reply int) uint64 {
	b := &wasmtest.Builder{}
	ask := b.Import("ic0", "cost_http_request", wasmtest.T(wasmtest.I64, wasmtest.I64, wasmtest.I32), nil)
	data := b.Import("ic0", "msg_reply_data_append", wasmtest.T(wasmtest.I32, wasmtest.I32), nil)
	done := b.Import("ic0", "msg_reply", nil, nil)
	b.Memory(1, 1)
	b.Entry("canister_update run", nil, fmt.Sprintf("i64.const %d i64.const %d i32.const 0 call %d i32.const 0 i32.const 8 call %d call %d",
		request, reply, ask, data, done))
	s := newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: cyc(100 * trillion)})
	s.ctx.Nodes = nodes
	got := s.call(1, "run", nil)
	require.Equal(t, "replied", got.State.String(), "%+v", got.Reject)
	var n uint64
	for i, x := range got.Reply {
		n |= uint64(x) << (8 * i)
	}
	return n
}

// At most 3,000 calls wait on a subnet (reference/protocol.md D).
func TestOpenOutcallsAreBounded(t *testing.T) {
	s := outcalling(t, newExecutor(t))
	full := *s.state
	for i := range protocol.OutcallID(protocol.MaxOpenOutcalls) {
		full.outcalls.Open = append(full.outcalls.Open, &protocol.OutcallContext{ID: i, Call: protocol.NewRequest(&protocol.Request{Sender: 1})})
	}
	full.outcalls.Next = protocol.MaxOpenOutcalls
	s.state = &full
	got := s.statuses[s.start(get("https://a.example.com"), 40*billion).MessageID]
	require.Equal(t, le128(40*billion)+le32(4)+"max number (3000) of http requests in-flight reached.", string(got.Reply))
}

// One node of the subnet makes a call that is not replicated, and over many calls each does.
func TestDelegatesAreDrawn(t *testing.T) {
	s := outcalling(t, newExecutor(t))
	request := get("https://a.example.com")
	request.Replicated, request.Method = is1(false), management.HTTPMethod{Delete: &management.Null{}}
	drawn := map[protocol.NodeID]bool{}
	for i := range 200 {
		s.start(request, 40*billion)
		c := s.state.Outcalls().Open[0]
		require.Contains(t, s.ctx.Members, c.Node)
		drawn[c.Node] = true
		s.round(protocol.OutcallAnswer{ID: protocol.OutcallID(i)})
	}
	require.Len(t, drawn, 13)
}

// A state's hash tells open calls apart, and is what it was while there have been none.
func TestOutcallsAreHashed(t *testing.T) {
	x := newExecutor(t)
	s, quiet := outcalling(t, x), outcalling(t, x)
	require.Equal(t, quiet.state.ManifestHash(), s.state.ManifestHash())
	s.start(get("https://a.example.com"), 40*billion)
	seen := map[string]bool{s.state.ManifestHash().Hex(): true}
	for _, change := range []func(*protocol.OutcallContext){
		func(c *protocol.OutcallContext) { c.ID++ },
		func(c *protocol.OutcallContext) { c.Refund = cyc(1) },
		func(c *protocol.OutcallContext) { c.Time++ },
		func(c *protocol.OutcallContext) { c.Node = 3 },
		func(c *protocol.OutcallContext) { c.Call = protocol.NewRequest(&protocol.Request{Callback: 9}) },
	} {
		other, c := *s.state, *s.state.outcalls.Open[0]
		change(&c)
		other.outcalls.Open = []*protocol.OutcallContext{&c}
		seen[other.ManifestHash().Hex()] = true
	}
	other := *s.state
	other.outcalls.Next++
	seen[other.ManifestHash().Hex()] = true
	other.outcalls = protocol.Outcalls{}
	seen[other.ManifestHash().Hex()] = true
	require.Len(t, seen, 8)
}

// transforming is a subnet with a canister of transform functions.
func transforming(t *testing.T) *subnet {
	b := &wasmtest.Builder{}
	imported := map[string]uint32{}
	for _, f := range systemCalls() {
		params, results := parseSignature(f.signature, wasmtest.I32)
		imported[f.name] = b.Import("ic0", f.name, params, results)
	}
	b.Memory(40, 100)
	for name, code := range map[string]string{
		"canister_query echo": "i32.const 0 i32.const 0 @msg_arg_data_size @msg_arg_data_copy i32.const 0 @msg_arg_data_size " +
			"@msg_reply_data_append @msg_reply",
		"canister_query caller": "i32.const 0 i32.const 0 @msg_caller_size @msg_caller_copy i32.const 0 @msg_caller_size " +
			"@msg_reply_data_append @msg_reply",
		"canister_query boom":            "unreachable",
		"canister_query refuse":          "i32.const 0 i32.const 3 @msg_reject",
		"canister_query silent":          "",
		"canister_query pay":             "i64.const 0 i64.const 1 i32.const 0 @cycles_burn128",
		"canister_query certify":         "i32.const 0 i32.const 1 @certified_data_set @msg_reply",
		"canister_update update":         "@msg_reply",
		"canister_composite_query mixed": "@msg_reply",
	} {
		words := strings.Fields(code)
		for i, w := range words {
			if call, ok := strings.CutPrefix(w, "@"); ok {
				words[i] = fmt.Sprintf("call %d", imported[call])
			}
		}
		b.Entry(name, nil, strings.Join(words, " "))
	}
	return newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: cyc(100 * trillion)})
}

// A transform function is a query in a mode of its own, called by the management canister; it changes nothing (interface.md A.1).
func TestTransform(t *testing.T) {
	s := transforming(t)
	r := &protocol.HTTPResponse{Status: 404, Headers: []protocol.HTTPHeader{{Name: "date", Value: "now"}}, Body: []byte("gone")}
	ask := func(id protocol.CanisterID, transform *protocol.Transform, r *protocol.HTTPResponse) protocol.Transformed {
		c := &protocol.OutcallContext{Call: protocol.NewRequest(&protocol.Request{Sender: id}), Transform: transform}
		return s.x.Transform(s.state, &s.ctx, c, r)
	}
	plain := management.HTTPResponse{
		Status: cyc(404), Headers: []management.HTTPHeader{{Name: "date", Value: "now"}}, Body: []byte("gone"),
	}
	require.Equal(t, protocol.Transformed{Reply: management.Encode(plain)}, ask(1, nil, r))

	got := ask(1, &protocol.Transform{Method: "echo", Context: []byte("context")}, r)
	require.Zero(t, got.Reject)
	require.NotZero(t, got.Instructions)
	var arg management.TransformArgs
	require.NoError(t, management.Decode(got.Reply, &arg))
	require.Equal(t, management.TransformArgs{Response: plain, Context: []byte("context")}, arg)
	got = ask(1, &protocol.Transform{Method: "caller"}, r)
	require.Zero(t, got.Reject)
	require.Equal(t, string(principal.Management().Bytes()), string(got.Reply))

	for method, want := range map[string]protocol.Reject{
		"boom":    {Code: protocol.CanisterError, Error: "IC0502", Message: "IC0502: Error from Canister "},
		"refuse":  {Code: protocol.CanisterReject, Error: "IC0406", Message: "\x00\x00\x00"},
		"silent":  {Code: protocol.CanisterError, Error: "IC0506", Message: "did not reply"},
		"pay":     {Code: protocol.CanisterError, Error: "IC0504", Message: "transform"},
		"certify": {Code: protocol.CanisterError, Error: "IC0504", Message: "transform"},
		"update":  {Code: protocol.CanisterError, Error: "IC0536", Message: "has no query method 'update'"},
		"mixed":   {Code: protocol.CanisterError, Error: "IC0536", Message: "has no query method 'mixed'"},
		"nothing": {Code: protocol.CanisterError, Error: "IC0536", Message: "has no query method 'nothing'"},
	} {
		got := ask(1, &protocol.Transform{Method: method}, r)
		require.Equal(t, []any{want.Code, want.Error}, []any{got.Reject.Code, got.Reject.Error}, "%s: %+v", method, got.Reject)
		require.Contains(t, got.Reject.Message, want.Message, method)
		require.Nil(t, got.Reply)
	}
	require.Equal(t, "IC0301", ask(9, &protocol.Transform{Method: "echo"}, r).Reject.Error)
	large := &protocol.HTTPResponse{Headers: make([]protocol.HTTPHeader, 65)}
	require.Equal(t, protocol.Reject{Code: protocol.SysFatal, Message: "number of all http headers 65 exceeds 64"}, ask(1, nil, large).Reject)
}

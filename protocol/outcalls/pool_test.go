package outcalls

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
)

// A node asks once for each call of the state, signs what it hears, and pushes its share without the response
// (pool_manager.rs, make_new_requests; reference/protocol.md B).
func TestEachNodeAsksOnce(t *testing.T) {
	w := newWorld(t, 4)
	x := w.nodes[0]
	x.step()
	require.True(t, x.pool.IsIdle())
	require.Zero(t, *x.meter, "an idle step does no work")

	c := w.call(nil)
	x.out.Reset()
	x.pool.Step(&x.out)
	require.Len(t, x.out.Requests, 1)
	require.Equal(t, time.Second, x.out.Requests[0].After)
	require.Empty(t, x.out.Publish)
	request := x.out.Requests[0]
	x.step()
	require.Empty(t, x.out.Requests)

	x.pool.Arrived(request, &x.out)
	require.Len(t, x.out.Publish, 1)
	share := x.out.Publish[0].Artifact
	require.True(t, x.out.Publish[0].Push)
	require.Nil(t, share.Response)
	require.Equal(t, protocol.NewOutcallResponse(c, []byte("hello"), protocol.Reject{}).Hash(), share.Metadata.Hash)
	require.Equal(t, c.Deadline(), share.Metadata.Timeout)
	require.Equal(t, uint64(1), x.meter[protocol.OpOutcall])
	require.Equal(t, uint64(1), x.meter[protocol.OpSignBasic])
	meta := protocol.MetaOf(share)
	require.Equal(t, share, x.pool.Validated(meta))
	x.out.Reset()
	x.pool.Arrived(request, &x.out)
	require.Empty(t, x.out.Publish, "one share a node")

	w.nodes[4].step()
	require.Empty(t, w.nodes[4].out.Requests, "it is not of the subnet")

	w.answered(c.ID)
	x.step()
	require.Equal(t, []protocol.ArtifactMeta{meta}, x.out.Withdraw)
	require.True(t, x.pool.IsIdle())
	require.Nil(t, x.pool.Validated(meta))
	x.pool.Arrived(request, &x.out)
	require.Empty(t, x.out.Publish, "the call is gone")
}

// What a server answers is held to bounds, and failures become rejects (adapter/src/rpc_server.rs, client/src/client.rs).
func TestAnswersBecomeResponses(t *testing.T) {
	large := body(strings.Repeat("x", 990))
	large.Response.Headers = []protocol.HTTPHeader{{Name: "12345", Value: "123456"}}
	headers := body("")
	headers.Response.Headers = []protocol.HTTPHeader{{Name: "n", Value: strings.Repeat("v", 1000)}}
	slow := body("hello")
	slow.After = 31 * time.Second
	for _, v := range []struct {
		url    string
		answer Answer
		code   protocol.RejectCode
		text   string
		after  time.Duration
	}{
		{"https://a.example.com", body(strings.Repeat("x", 1000)), 0, strings.Repeat("x", 1000), time.Second},
		{"https://a.example.com", body(strings.Repeat("x", 1001)), protocol.SysFatal, "Http body exceeds size limit of 1000 bytes.", time.Second},
		{"https://a.example.com", large, protocol.SysFatal, "Http body exceeds size limit of 1000 bytes.", time.Second},
		{"https://a.example.com", headers, protocol.SysFatal, "Header size exceeds specified response size limit 1000", time.Second},
		{"https://a.example.com", Answer{Failure: "refused", After: 5}, protocol.SysTransient, "Connecting to a.example.com failed: refused", 5},
		{"https://a.example.com", slow, protocol.SysTransient, "Connecting to a.example.com failed: deadline has elapsed", 30 * time.Second},
		{"http://a.example.com", body("hello"), protocol.SysFatal, "Url need to specify https scheme", 0},
		{"a.example.com", body("hello"), protocol.SysFatal, "Url need to specify https scheme", 0},
		{"https://", body("hello"), protocol.SysFatal, "Failed to parse URL: it names no host", 0},
		{"https://a b", body("hello"), protocol.SysFatal, `Failed to parse URL: parse "https://a b": invalid character " " in host name`, 0},
	} {
		w := newWorld(t, 4)
		w.servers = func(protocol.NodeID, *protocol.OutcallContext) Answer { return v.answer }
		w.call(func(c *protocol.OutcallContext) { c.URL, c.MaxResponse = v.url, 1000 })
		x := w.nodes[0]
		x.step()
		require.Equal(t, v.after, x.out.Requests[0].After)
		r := x.pool.calls[0].responses[0]
		if require.Equal(t, v.code, r.Reject.Code, "%s: %s", v.url, r.Reject.Message); v.code == 0 {
			require.Equal(t, v.text, string(r.Reply))
		} else {
			require.Equal(t, v.text, r.Reject.Message)
			require.Nil(t, r.Reply)
		}
	}
}

// What a transform function makes is held to the call's bound, too, and its instructions are charged.
func TestTransformedResponses(t *testing.T) {
	w := newWorld(t, 4)
	for _, method := range []string{"small", strings.Repeat("m", 11)} {
		w.call(func(c *protocol.OutcallContext) { c.MaxResponse, c.Transform = 10, &protocol.Transform{Method: method} })
	}
	x := w.nodes[0]
	x.step()
	require.Equal(t, "small", string(x.pool.calls[0].responses[0].Reply))
	require.Equal(t, "Transformed http response exceeds limit: 10", x.pool.calls[1].responses[0].Reject.Message)
	require.Equal(t, uint64(14), x.meter[protocol.OpInstruction])
	require.Equal(t, uint64(2), x.meter[protocol.OpCanisterMessage])
}

// One node makes a call that is not replicated; its share carries the response, and its size decides how it travels.
func TestDelegateGivesItsResponseAway(t *testing.T) {
	w := newWorld(t, 4)
	c := w.call(func(c *protocol.OutcallContext) { c.Node = 2 })
	for _, x := range w.nodes {
		x.step()
	}
	require.Nil(t, w.nodes[0].share(c.ID))
	x := w.nodes[2]
	require.Len(t, x.out.Publish, 1)
	require.False(t, x.out.Publish[0].Push)
	share := x.share(c.ID)
	require.Equal(t, "hello", string(share.Response.Reply))
	require.Greater(t, share.Size(), x.sign(share.Metadata, nil).Size()+len("hello"))

	y := w.nodes[1]
	y.pool.Insert(share, 2)
	y.step()
	require.Empty(t, y.out.Notes)
	require.Equal(t, []*protocol.OutcallResponse{share.Response}, y.pool.find(c.ID).responses)
}

// Each rule of a share (pool_manager.rs, validate_shares).
func TestSharesAreJudged(t *testing.T) {
	type forge func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare
	by := func(n int) forge {
		return func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare { return w.nodes[n].sign(*m, nil) }
	}
	change := func(f func(*protocol.OutcallMetadata)) forge {
		return func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare {
			f(m)
			return w.nodes[1].sign(*m, nil)
		}
	}
	with := func(n int, reply int, reject string) forge {
		return func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare {
			r := protocol.NewOutcallResponse(w.open.Find(m.ID), make([]byte, reply), protocol.Reject{Message: reject})
			m.Hash = r.Hash()
			return w.nodes[n].sign(*m, r)
		}
	}
	const all, alone = 0, 1 // calls: of all nodes, of node 1
	for name, v := range map[string]struct {
		call   protocol.OutcallID
		share  forge
		reason string // empty: accepted; "-": dropped without blame
	}{
		"good":               {all, by(1), ""},
		"another response":   {all, change(func(m *protocol.OutcallMetadata) { m.Hash = crypto.Hash{7} }), ""},
		"older registry":     {all, change(func(m *protocol.OutcallMetadata) { m.Registry = 0 }), "-"},
		"other version":      {all, change(func(m *protocol.OutcallMetadata) { m.Version = "v2" }), "-"},
		"answered":           {2, by(1), "-"},
		"other timeout":      {all, change(func(m *protocol.OutcallMetadata) { m.Timeout++ }), ReasonTimeout},
		"own node's again":   {all, by(0), ReasonRedundant},
		"not of the subnet":  {all, by(4), ReasonSigner},
		"with response":      {all, with(1, 5, ""), ReasonAttached},
		"delegate":           {alone, with(1, 5, ""), ""},
		"delegate without":   {alone, by(1), ReasonMissing},
		"not the delegate":   {alone, with(2, 5, ""), ReasonSigner},
		"too large":          {alone, with(1, 1000+sizeCandid+1, ""), ReasonOversized},
		"too large a reject": {alone, with(1, 0, strings.Repeat("r", maxReject+1)), ReasonOversized},
		"of another call": {alone, func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare {
			r := protocol.NewOutcallResponse(w.open.Find(all), nil, protocol.Reject{})
			m.Hash = r.Hash()
			return w.nodes[1].sign(*m, r)
		}, ReasonResponse},
		"of another response": {alone, func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare {
			return w.nodes[1].sign(*m, protocol.NewOutcallResponse(w.open.Find(alone), nil, protocol.Reject{}))
		}, ReasonResponse},
		"forged": {all, func(w *world, m *protocol.OutcallMetadata) *protocol.OutcallShare {
			return protocol.NewOutcallShare(*m, 2, w.nodes[1].pool.cfg.Keys.SignBasic(m.Signable()), nil)
		}, ReasonSignature},
	} {
		w := newWorld(t, 4)
		w.call(func(c *protocol.OutcallContext) { c.MaxResponse = 1000 })
		w.call(func(c *protocol.OutcallContext) { c.MaxResponse, c.Node = 1000, 1 })
		w.call(nil)
		w.answered(2)
		x := w.nodes[0]
		x.step()
		m := protocol.OutcallMetadata{ID: v.call, Timeout: second + protocol.OutcallTimeout, Registry: 1, Version: version, Hash: crypto.Hash{1}}
		s := v.share(w, &m)
		x.pool.Insert(s, 3)
		x.step()
		switch v.reason {
		case "":
			require.Equal(t, protocol.Artifact(s), x.pool.Validated(protocol.MetaOf(s)), name)
			require.Empty(t, x.out.Notes, name)
			continue
		case "-":
			require.Empty(t, x.out.Notes, name)
		default:
			require.Equal(t, []protocol.Note{{
				Kind: protocol.NoteInvalid, Hash: crypto.Hash(s.ID()), Peer: 3, Value: uint64(protocol.KindOutcallShare), Reason: v.reason,
			}}, x.out.Notes, name)
		}
		if v.reason != ReasonRedundant {
			require.Nil(t, x.pool.Validated(protocol.MetaOf(s)), name)
		}
		require.Empty(t, x.pool.unvalidated, name)
	}
}

// Shares of calls to come wait for the state that has them; one that its peer took back is dropped.
func TestSharesAheadWait(t *testing.T) {
	w := newWorld(t, 4)
	m := protocol.OutcallMetadata{Timeout: second + protocol.OutcallTimeout, Registry: 1, Version: version}
	early, lost := w.nodes[1].sign(m, nil), w.nodes[2].sign(m, nil)
	x := w.nodes[0]
	x.pool.Insert(early, 1)
	x.pool.Insert(lost, 2)
	x.step()
	x.pool.Lost(lost.ID())
	require.False(t, x.pool.IsIdle())
	w.call(nil)
	x.step()
	require.Equal(t, []protocol.NodeID{1, 0}, []protocol.NodeID{x.pool.calls[0].shares[0].Signer, x.pool.calls[0].shares[1].Signer})
	require.Empty(t, x.pool.unvalidated)

	w.answered(0)
	x.step()
	m.ID = 1
	x.pool.Insert(w.nodes[1].sign(m, nil), 1)
	w.call(nil)
	w.answered(1) // before the node has looked again
	x.step()
	require.True(t, x.pool.IsIdle())
}

// gossip.rs: what is fetched is of open calls and those soon to be.
func TestBouncer(t *testing.T) {
	w := newWorld(t, 4)
	for range 3 {
		w.call(nil)
	}
	w.answered(1)
	x := w.nodes[0]
	for id, want := range map[protocol.OutcallID]protocol.Wish{
		0: protocol.Wanted, 1: protocol.Unwanted, 2: protocol.Wanted, 3: protocol.Wanted, 348: protocol.Wanted, 349: protocol.WantedLater,
	} {
		require.Equal(t, want, x.pool.Bouncer(protocol.ArtifactMeta{Outcall: id}), "%d", id)
	}
}

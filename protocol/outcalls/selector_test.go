package outcalls

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/protocol"
)

// vary lets the first k nodes hear other things than the rest: each its own, or all the same.
func (w *world) vary(k int, alike bool) {
	w.servers = func(n protocol.NodeID, _ *protocol.OutcallContext) Answer {
		switch {
		case int(n) >= k:
			return body("hello")
		case alike:
			return body("lie")
		}
		return body(fmt.Sprint("lie ", n))
	}
}

// n − f equal responses make an answer, whatever f nodes say; with more liars nothing can be agreed on, and the shares show it.
func TestAgreementAndDivergence(t *testing.T) {
	for _, alike := range []bool{true, false} {
		for liars := range 10 {
			w := newWorld(t, 13)
			w.vary(liars, alike)
			c := w.call(nil)
			w.spread()
			honest := w.nodes[12]
			p := honest.build(2 * second)
			switch {
			case liars <= 4:
				require.Len(t, p.Agreed, 1)
				require.Equal(t, "hello", string(p.Agreed[0].Response.Reply))
				require.Len(t, p.Agreed[0].Signatures, 13-liars)
				require.Equal(t, []protocol.OutcallAnswer{{ID: c.ID, Reply: []byte("hello")}}, p.Answers())
			case alike && liars >= 9:
				require.True(t, p.IsEmpty(), "who lacks the response cannot answer with it")
				p = w.nodes[0].build(2 * second)
				require.Equal(t, "lie", string(p.Agreed[0].Response.Reply))
			default:
				require.Len(t, p.Diverged, 1)
				require.Len(t, p.Diverged[0].Shares, 13)
				answer := p.Answers()[0]
				require.Equal(t, protocol.SysTransient, answer.Reject.Code)
				require.Contains(t, answer.Reject.Message,
					"No consensus could be reached. Replicas had different responses. Details: request_id: 0, hashes: [")
			}
			require.Equal(t, protocol.Accept(), w.nodes[1].validate(p, 2*second), "%d liars", liars)
		}
	}
}

// The reject of a divergence counts the responses, the most frequent first (payload_builder.rs, divergence_response_into_reject).
func TestDivergenceIsExplained(t *testing.T) {
	w := newWorld(t, 4)
	w.vary(2, true)
	w.call(nil)
	w.spread()
	hash := func(n int) string { return w.nodes[n].share(0).Metadata.Hash.Hex() }
	first, second := hash(0), hash(3)
	if first < second {
		first, second = second, first
	}
	p := w.nodes[0].build(2e9)
	require.Equal(t, "No consensus could be reached. Replicas had different responses. Details: request_id: 0, hashes: ["+
		first+": 2], ["+second+": 2]", p.Answers()[0].Reject.Message)
}

// Fewer than n − f shares prove nothing, neither way.
func TestTooFewSharesWait(t *testing.T) {
	w := newWorld(t, 4)
	w.call(nil)
	for n := range 3 {
		w.nodes[n].step()
		w.nodes[0].pool.Insert(w.nodes[n].share(0), protocol.NodeID(n))
		p := w.nodes[0].build(2 * second)
		require.True(t, p.IsEmpty())
		w.nodes[0].pool.unvalidated = w.nodes[0].pool.unvalidated[:0]
		if n > 0 {
			w.nodes[0].pool.Insert(w.nodes[n].share(0), protocol.NodeID(n))
			w.nodes[0].step()
		}
	}
	require.Len(t, w.nodes[0].build(2*second).Agreed, 1)
}

// f + 2 shares can be proof enough that nothing will be agreed on.
func TestDivergenceNeedsFewShares(t *testing.T) {
	w := newWorld(t, 7)
	w.vary(7, false)
	w.call(nil)
	x := w.nodes[0]
	x.step()
	for n := 1; n < 4; n++ {
		p := x.build(2 * second)
		require.True(t, p.IsEmpty())
		w.nodes[n].step()
		x.pool.Insert(w.nodes[n].share(0), protocol.NodeID(n))
		x.step()
	}
	require.Len(t, x.build(2 * second).Diverged[0].Shares, 4)
}

// A minute after its round a call is answered as timed out, and no other way.
func TestTimeout(t *testing.T) {
	w := newWorld(t, 4)
	c := w.call(nil)
	w.spread()
	x, deadline := w.nodes[0], c.Deadline()
	require.Equal(t, 61*second, deadline)
	agreed := x.build(deadline)
	require.Len(t, agreed.Agreed, 1)
	late := x.build(deadline + 1)
	require.Equal(t, protocol.OutcallPayload{Timeouts: []protocol.OutcallID{0}}, late)
	require.Equal(t, "Canister http request timed out", late.Answers()[0].Reject.Message)
	require.Equal(t, protocol.SysTransient, late.Answers()[0].Reject.Code)
	require.Equal(t, protocol.Accept(), x.validate(agreed, deadline))
	require.Equal(t, protocol.Accept(), x.validate(late, deadline+1))
	require.Equal(t, protocol.Refuse(ReasonTimedOut), x.validate(agreed, deadline+1))
	require.Equal(t, protocol.Refuse(ReasonNotTimedOut), x.validate(late, deadline))

	w.vary(2, true)
	w.call(nil)
	w.spread()
	diverged := protocol.OutcallPayload{Diverged: x.build(deadline).Diverged}
	require.Equal(t, protocol.Refuse(ReasonTimedOut), x.validate(diverged, deadline+1))
}

// judgedAt is the time of the block that the sections below are of.
const judgedAt = 60 * second

// mixed is a subnet with a section that is good: call 0 is agreed on, 1 is diverged, 2 was made by node 1 alone, 3 has timed out.
func mixed(t *testing.T) (*world, protocol.OutcallPayload) {
	w := newWorld(t, 4)
	w.call(nil)
	w.call(func(c *protocol.OutcallContext) { c.URL = "https://b.example.com" })
	w.call(func(c *protocol.OutcallContext) { c.Node = 1 })
	w.call(func(c *protocol.OutcallContext) { c.Time = -second })
	w.servers = func(n protocol.NodeID, c *protocol.OutcallContext) Answer {
		if c.ID == 1 {
			return body(fmt.Sprint(n))
		}
		return body("hello")
	}
	w.spread()
	p := w.nodes[0].build(judgedAt)
	require.Equal(t, []int{2, 1, 1}, []int{len(p.Agreed), len(p.Diverged), len(p.Timeouts)})
	return w, p
}

// A tamper changes a section.
type tamper func(*world, *protocol.OutcallPayload)

// agreed changes a copy of the i-th response, and has it signed again if asked to.
func agreed(i int, again bool, f func(*protocol.AgreedOutcall)) tamper {
	return func(w *world, p *protocol.OutcallPayload) {
		a := *p.Agreed[i]
		a.Signatures = slices.Clone(a.Signatures)
		f(&a)
		for k := range a.Signatures {
			if again {
				a.Signatures[k].Signature = w.nodes[a.Signatures[k].Signer].pool.cfg.Keys.SignBasic(a.Metadata.Signable())
			}
		}
		p.Agreed[i] = &a
	}
}

// respond replaces what is agreed on.
func respond(sender protocol.CanisterID, reply int) tamper {
	return agreed(0, true, func(a *protocol.AgreedOutcall) {
		c := protocol.OutcallContext{Time: second, Call: protocol.NewRequest(&protocol.Request{Sender: sender})}
		a.Response = protocol.NewOutcallResponse(&c, make([]byte, reply), protocol.Reject{})
		a.Metadata.Hash = a.Response.Hash()
	})
}

// diverged changes a copy of the proof of divergence.
func diverged(f func(*world, *protocol.OutcallDivergence)) tamper {
	return func(w *world, p *protocol.OutcallPayload) {
		d := protocol.OutcallDivergence{Shares: slices.Clone(p.Diverged[0].Shares)}
		f(w, &d)
		p.Diverged[0] = &d
	}
}

// resign changes what the k-th share of the proof says.
func resign(k int, f func(*protocol.OutcallMetadata)) tamper {
	return diverged(func(w *world, d *protocol.OutcallDivergence) {
		m := d.Shares[k].Metadata
		f(&m)
		d.Shares[k] = w.nodes[d.Shares[k].Signer].sign(m, nil)
	})
}

// A judgement is what is to be said of a section that was tampered with; empty: it is as good as before.
type judgement struct {
	change tamper
	want   string
}

func judge(t *testing.T, all map[string]judgement) {
	for name, v := range all {
		w, p := mixed(t)
		v.change(w, &p)
		require.Equal(t, v.want, w.nodes[3].validate(p, judgedAt).Reason, name)
	}
}

// Each rule of a section, on one that is good (payload_builder.rs, validate_canister_http_payload_impl).
func TestSectionsAreJudged(t *testing.T) {
	judge(t, map[string]judgement{
		"good":           {func(*world, *protocol.OutcallPayload) {}, ""},
		"many timeouts":  {func(_ *world, p *protocol.OutcallPayload) { p.Timeouts = append(p.Timeouts, 3) }, ReasonTwice},
		"unknown call":   {func(_ *world, p *protocol.OutcallPayload) { p.Timeouts[0] = 4 }, ReasonUnknown},
		"early timeout":  {func(_ *world, p *protocol.OutcallPayload) { p.Timeouts = []protocol.OutcallID{0} }, ReasonNotTimedOut},
		"nil response":   {func(_ *world, p *protocol.OutcallPayload) { p.Agreed[0] = &protocol.AgreedOutcall{} }, ReasonMalformed},
		"nil agreement":  {func(_ *world, p *protocol.OutcallPayload) { p.Agreed[0] = nil }, ReasonMalformed},
		"nil proof":      {func(_ *world, p *protocol.OutcallPayload) { p.Diverged[0] = nil }, ReasonMalformed},
		"empty proof":    {func(_ *world, p *protocol.OutcallPayload) { p.Diverged[0] = &protocol.OutcallDivergence{} }, ReasonMalformed},
		"twice":          {func(_ *world, p *protocol.OutcallPayload) { p.Agreed[1] = p.Agreed[0] }, ReasonTwice},
		"answered call":  {func(w *world, _ *protocol.OutcallPayload) { w.answered(0) }, ReasonUnknown},
		"other hash":     {agreed(0, true, func(a *protocol.AgreedOutcall) { a.Metadata.Hash = crypto.Hash{1} }), ReasonMetadata},
		"other id":       {agreed(0, true, func(a *protocol.AgreedOutcall) { a.Metadata.ID = 2 }), ReasonMetadata},
		"other timeout":  {agreed(0, true, func(a *protocol.AgreedOutcall) { a.Metadata.Timeout++ }), ReasonMetadata},
		"other registry": {agreed(0, true, func(a *protocol.AgreedOutcall) { a.Metadata.Registry = 0 }), ReasonVersion},
		"other canister": {respond(6, 0), ReasonMetadata},
		"too large":      {respond(5, protocol.MaxOutcallResponse+sizeCandid+1), ReasonOversized},
		"few signers":    {agreed(0, false, func(a *protocol.AgreedOutcall) { a.Signatures = a.Signatures[:2] }), ReasonFewSigners},
		"enough signers": {agreed(0, false, func(a *protocol.AgreedOutcall) { a.Signatures = a.Signatures[1:] }), ""},
		"signers' order": {agreed(0, false, func(a *protocol.AgreedOutcall) { slices.Reverse(a.Signatures) }), ReasonOrder},
		"signer twice":   {agreed(0, false, func(a *protocol.AgreedOutcall) { a.Signatures[1] = a.Signatures[0] }), ReasonOrder},
		"signer outside": {agreed(0, true, func(a *protocol.AgreedOutcall) { a.Signatures[3].Signer = 4 }), ReasonNotMember},
		"forged":         {agreed(0, false, func(a *protocol.AgreedOutcall) { a.Signatures[3].Signature[0]++ }), ReasonProof},
		"other's alone":  {agreed(1, true, func(a *protocol.AgreedOutcall) { a.Signatures[0].Signer = 2 }), ReasonNotMember},
		"nobody's":       {agreed(1, true, func(a *protocol.AgreedOutcall) { a.Signatures = nil }), ReasonFewSigners},
		"forged alone":   {agreed(1, false, func(a *protocol.AgreedOutcall) { a.Signatures[0].Signature[0]++ }), ReasonProof},
	})
	w, p := mixed(t)
	x := w.nodes[3]
	require.Equal(t, ReasonTwice, x.validate(p, judgedAt, block(protocol.OutcallPayload{Timeouts: []protocol.OutcallID{2}})).Reason)
	require.Equal(t, protocol.Defer(ReasonStateMissing), x.selector.Validate(8, &p, protocol.ValidationContext{CertifiedHeight: 11}, nil))
	require.Equal(t, protocol.Defer(ReasonRegistryMissing), x.selector.Validate(101, &p, context(judgedAt), nil))
	rest := w.nodes[0].build(judgedAt, block(p))
	require.True(t, rest.IsEmpty())
}

// Each rule of a proof of divergence.
func TestDivergencesAreJudged(t *testing.T) {
	judge(t, map[string]judgement{
		"could agree":     {diverged(func(_ *world, d *protocol.OutcallDivergence) { d.Shares = d.Shares[:2] }), ReasonAgreeable},
		"cannot agree":    {diverged(func(_ *world, d *protocol.OutcallDivergence) { d.Shares = d.Shares[:3] }), ""},
		"shares' order":   {diverged(func(_ *world, d *protocol.OutcallDivergence) { slices.Reverse(d.Shares) }), ReasonOrder},
		"share twice":     {diverged(func(_ *world, d *protocol.OutcallDivergence) { d.Shares[1] = d.Shares[0] }), ReasonOrder},
		"nil share":       {diverged(func(_ *world, d *protocol.OutcallDivergence) { d.Shares[1] = nil }), ReasonMalformed},
		"mixed":           {resign(1, func(m *protocol.OutcallMetadata) { m.ID = 0 }), ReasonMixed},
		"share's timeout": {resign(1, func(m *protocol.OutcallMetadata) { m.Timeout++ }), ReasonMetadata},
		"share's version": {resign(1, func(m *protocol.OutcallMetadata) { m.Registry = 0 }), ReasonVersion},
		"share's signer": {diverged(func(w *world, d *protocol.OutcallDivergence) {
			d.Shares[3] = w.nodes[4].sign(d.Shares[3].Metadata, nil)
		}), ReasonNotMember},
		"share with response": {diverged(func(w *world, d *protocol.OutcallDivergence) {
			d.Shares[3] = w.nodes[3].sign(d.Shares[3].Metadata, w.nodes[3].pool.find(1).responses[0])
		}), ReasonMalformed},
		"share forged": {diverged(func(w *world, d *protocol.OutcallDivergence) {
			d.Shares[3] = protocol.NewOutcallShare(d.Shares[3].Metadata, 3, d.Shares[2].Signature, nil)
		}), ReasonProof},
		"diverged alone": {resign(0, func(m *protocol.OutcallMetadata) { m.ID = 2 }), ReasonTwice},
		"diverged alone, first": {func(w *world, p *protocol.OutcallPayload) {
			p.Agreed = p.Agreed[:1]
			resign(0, func(m *protocol.OutcallMetadata) { m.ID = 2 })(w, p)
		}, ReasonNotReplicated},
	})
}

// A block answers 500 calls, and as many timeouts as it likes, in less than 2 MiB.
func TestSectionsAreBounded(t *testing.T) {
	w := newWorld(t, 4)
	for i := range 1200 {
		w.call(func(c *protocol.OutcallContext) {
			if i%2 == 1 {
				c.Time = -second
			}
		})
	}
	w.spread()
	p := w.nodes[0].build(60 * second)
	require.Len(t, p.Agreed, 500)
	require.Len(t, p.Timeouts, 600)
	require.Equal(t, protocol.Accept(), w.nodes[1].validate(p, 60*second))
	rest := w.nodes[0].build(60*second, block(p))
	require.Len(t, rest.Agreed, 100)
	p.Agreed = append(p.Agreed, rest.Agreed[0])
	require.Equal(t, protocol.Refuse(ReasonTooMany), w.nodes[1].validate(p, 60*second))

	w = newWorld(t, 4)
	w.servers = func(protocol.NodeID, *protocol.OutcallContext) Answer { return body(string(make([]byte, 600_000))) }
	for range 5 {
		w.call(nil)
	}
	w.spread()
	x := w.nodes[0]
	p = x.build(2 * second)
	require.Len(t, p.Agreed, 3)
	require.Less(t, p.Size(), MaxSize)
	small := x.selector.Build(8, context(2*second), nil, 700_000)
	require.Len(t, small.Agreed, 1)
	w.vary(2, true)
	diverged := w.call(nil)
	w.spread()
	require.Equal(t, diverged.ID, x.build(2*second, block(p)).Diverged[0].Shares[0].Metadata.ID)
	none := x.selector.Build(8, context(2*second), nil, 100)
	require.True(t, none.IsEmpty())
	rest = x.build(2*second, block(p))
	p.Agreed = append(p.Agreed, rest.Agreed...)
	require.Equal(t, protocol.Refuse(ReasonTooBig), w.nodes[1].validate(p, 2*second))
}

// Without open calls nothing is looked at, and an empty section is good even where nothing is known.
func TestNoCallsNoWork(t *testing.T) {
	w := newWorld(t, 4)
	x := w.nodes[0]
	p := x.build(second)
	require.True(t, p.IsEmpty())
	require.Equal(t, protocol.Accept(), x.selector.Validate(1000, &p, protocol.ValidationContext{CertifiedHeight: 1000}, nil))
	require.Zero(t, *x.meter)
}

// On a chain of blocks, whatever servers say, nodes hear and certification lags: no call is answered twice, every maker's section
// passes every validator, and what is answered was agreed by n − f, or can never be, or is late.
func TestCallsAreAnsweredOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.IntRange(1, 7).Draw(t, "nodes"))
		size := len(w.nodes) - 1
		w.servers = func(n protocol.NodeID, c *protocol.OutcallContext) Answer {
			return Answer{Response: body(fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "answer"))).Response, After: time.Second}
		}
		var past []*protocol.Block // newest first
		seen := map[protocol.OutcallID]bool{}
		now := 2 * second
		for range rapid.IntRange(1, 12).Draw(t, "blocks") {
			for range rapid.IntRange(0, 3).Draw(t, "calls") {
				w.call(func(c *protocol.OutcallContext) {
					if c.Time = now; rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
						c.Node = protocol.NodeID(rapid.IntRange(0, size-1).Draw(t, "delegate"))
					}
				})
			}
			if rapid.Bool().Draw(t, "spread") {
				w.spread()
			}
			now += protocol.Time(rapid.IntRange(1, 40).Draw(t, "seconds")) * second
			maker := w.nodes[rapid.IntRange(0, size-1).Draw(t, "maker")]
			p := maker.build(now, past...)
			for _, x := range w.nodes {
				require.Equal(t, protocol.Accept(), x.validate(p, now, past...))
			}
			for _, id := range p.IDs() {
				require.False(t, seen[id], "answered twice")
				seen[id] = true
			}
			for _, a := range p.Agreed {
				if c := w.open.Find(a.Response.ID); c.IsReplicated() {
					require.GreaterOrEqual(t, len(a.Signatures), size-protocol.FaultsTolerated(size))
				}
			}
			past = append([]*protocol.Block{block(p)}, past...)
			for lag := rapid.IntRange(0, len(past)).Draw(t, "lag"); len(past) > lag; past = past[:len(past)-1] {
				for _, id := range past[len(past)-1].Payload.Batch.Outcalls.IDs() {
					w.answered(id)
				}
			}
		}
	})
}

func BenchmarkBuild3000Waiting(b *testing.B) {
	w := newWorld(b, 13)
	for range protocol.MaxOpenOutcalls {
		w.call(nil)
	}
	w.nodes[0].step()
	for b.Loop() {
		if p := w.nodes[0].build(2 * second); !p.IsEmpty() {
			b.Fatal("agreed by one")
		}
	}
}

package canister

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// testingT is what a test and a property have in common.
type testingT interface {
	require.TestingT
	Helper()
}

const (
	genesisUnix = 1_700_000_000_000_000_000
	trillion    = 1_000_000_000_000
)

// A subnet is an executor with its state and clock. After each round it checks the books.
type subnet struct {
	t        testingT
	x        *Executor
	twin     *Executor // if set, has to come to the same
	state    *State
	ctx      protocol.RoundContext
	nonce    uint64
	sent     []*protocol.CanisterMessage // what Route gave, for the test to carry
	streams  int                         // how many messages Route may take in a round; -1: all
	statuses map[protocol.MessageID]protocol.IngressStatus
	outcome  *protocol.RoundOutcome
}

var user = principal.SelfAuthenticating([]byte("user"))

var (
	_ protocol.Executor = (*Executor)(nil)
	_ protocol.Querier  = (*Executor)(nil)
)

func newExecutor(tb testing.TB) *Executor {
	x := NewExecutor(Config{RootKey: []byte("root key")})
	tb.Cleanup(x.Close)
	return x
}

// scriptedAt installs scripted canisters with ids and 100 T cycles each.
func scriptedAt(wakeful bool, ids ...protocol.CanisterID) []Install {
	module := scripted(wakeful)
	var installs []Install
	for _, id := range ids {
		installs = append(installs, Install{
			ID: id, Module: module, Controllers: []principal.ID{user}, Cycles: protocol.CyclesOf(100 * trillion),
		})
	}
	return installs
}

func newSubnet(t testingT, x *Executor, installs ...Install) *subnet {
	s := &subnet{t: t, x: x, streams: -1, statuses: map[protocol.MessageID]protocol.IngressStatus{}}
	s.ctx = protocol.RoundContext{
		Subnet: 1, SubnetPrincipal: principal.SelfAuthenticating([]byte("subnet")), Nodes: 13, Genesis: genesisUnix,
	}
	state, err := x.Genesis(&s.ctx, installs)
	require.NoError(t, err)
	s.state = state
	s.audit()
	return s
}

// ingress makes a call of a scripted canister.
func (s *subnet) ingress(id protocol.CanisterID, method string, program script) *protocol.SignedIngress {
	s.nonce++
	return protocol.NewSignedIngress(protocol.IngressContent{
		Sender: user, Canister: id, Method: method, Arg: append(program, 0), Expiry: s.ctx.Time + protocol.IngressTTL,
		Nonce: binary.BigEndian.AppendUint64(nil, s.nonce),
	}, genesisUnix, protocol.Authentication{})
}

// tick moves the clock to the next round.
func (s *subnet) tick(by protocol.Time) {
	s.ctx.Time += by
	s.ctx.Height++
	s.ctx.Randomness = crypto.Sum("test", binary.BigEndian.AppendUint64(nil, uint64(s.ctx.Height)))
}

// round runs one round a second after the last one, with these messages, and gives the answers to the calls that ended.
func (s *subnet) round(inputs ...any) {
	s.t.Helper()
	s.tick(1e9)
	s.play(inputs...)
}

// play runs a round at the clock's time.
func (s *subnet) play(inputs ...any) {
	s.t.Helper()
	parent := s.state
	p := s.on(s.x, inputs)
	if s.twin != nil {
		q := s.on(s.twin, inputs)
		require.Equal(s.t, p.outcome, q.outcome, "another executor came to another outcome")
		require.Equal(s.t, p.state.contents(), q.state.contents(), "another executor came to another state")
	}
	s.state, s.outcome = p.state, p.outcome
	s.sent = append(append(s.sent, p.sent...), p.bounced...)
	for _, u := range append(p.inducted, p.outcome.Ingress...) {
		require.False(s.t, s.statuses[u.ID].State.IsTerminal(), "a call is answered twice")
		s.statuses[u.ID] = u.Status
	}
	want := parent.TotalCycles().Add(p.in).Add(p.outcome.Minted).Sub(p.outcome.Burned).Sub(p.out)
	require.Equal(s.t, want, s.state.TotalCycles(), "cycles are not conserved")
	s.audit()
}

// played is what a round gave.
type played struct {
	state    *State
	outcome  *protocol.RoundOutcome
	inducted []protocol.IngressUpdate
	sent     []*protocol.CanisterMessage
	bounced  []*protocol.CanisterMessage // rejects for requests not taken
	in, out  protocol.Cycles
}

// on runs the next round on an executor.
func (s *subnet) on(x *Executor, inputs []any) played {
	var p played
	r := x.Begin(s.state, &s.ctx)
	for _, input := range inputs {
		switch m := input.(type) {
		case *protocol.SignedIngress:
			p.inducted = append(p.inducted, r.InductIngress(m))
		case *protocol.CanisterMessage:
			if reason := r.Induct(m); reason != protocol.Accepted {
				require.NotNil(s.t, m.Request, "a response was not taken: %d", reason)
				p.bounced = append(p.bounced, m.Request.RejectTo(protocol.Reject{Code: protocol.SysTransient, Message: "bounced"}))
				continue
			}
			p.in = p.in.Add(m.Cycles())
		case *protocol.SignatureAnswer:
			r.AnswerSignature(m)
		case protocol.OutcallAnswer:
			r.Answer(m)
		}
	}
	r.Execute()
	r.Route(func(m *protocol.CanisterMessage) bool {
		if len(p.sent) == s.streams {
			return false
		}
		p.sent = append(p.sent, m)
		p.out = p.out.Add(m.Cycles())
		return true
	})
	state, outcome := r.Commit()
	p.state, p.outcome = state.(*State), outcome
	require.Equal(s.t, p.state.guaranteed, r.(*Round).guaranteed, "guaranteed responses as counted within the round")
	require.Equal(s.t, p.state.compute, r.(*Round).compute, "compute allocated as counted within the round")
	require.Equal(s.t, p.state.callbacks, r.(*Round).callbacks, "open calls as counted within the round")
	require.Equal(s.t, p.outcome.Burned, r.(*Round).lost.Add(r.(*Round).consumed()), "what canisters consumed, and what was lost")
	return p
}

// consumed is what the round has added to canisters' sums of what they consumed.
func (r *Round) consumed() (sum protocol.Cycles) {
	for _, c := range r.order {
		var before consumed
		if old := r.parent.find(c.id); old != nil {
			before = old.consumed
		} else if c.created < r.now {
			continue // it was renamed, and what it was before is counted
		}
		for u, amount := range c.consumed {
			sum = sum.Add(amount).Sub(before[u])
		}
	}
	return sum
}

// audit works out from nothing what the state keeps incrementally.
func (s *subnet) audit() {
	s.t.Helper()
	var cycles protocol.Cycles
	var bytes, memory, compute uint64
	var guaranteed, callbacks int
	var wakes []wake
	for m := range s.state.canisters.All() {
		sums := m.Canister.summarize(pricesOf(&s.ctx), s.ctx.Genesis)
		require.Equal(s.t, sums, m.sums, "sums of %s", m.id)
		cycles, bytes = cycles.Add(sums.cycles), bytes+sums.bytes
		memory, compute = memory+m.upkeep().bytes, compute+m.compute
		guaranteed, callbacks = guaranteed+sums.guaranteed, callbacks+sums.callbacks
		if sums.wake != protocol.Never {
			wakes = append(wakes, wake{sums.wake, m.id})
		}
		sub, ok := s.state.Tree().Subtree(treeLabel(m.id))
		require.True(s.t, ok)
		require.Equal(s.t, m.Canister.certifiedTree().Digest(), sub.Digest(), "certified tree of %s", m.id)
	}
	slices.SortFunc(wakes, wake.Compare)
	require.Equal(s.t, wakes, slices.Collect(s.state.wakes.All()))
	require.Equal(s.t, cycles.Add(s.state.held()), s.state.TotalCycles())
	require.Equal(s.t, memory, s.state.memory)
	require.Equal(s.t, compute, s.state.compute)
	require.Equal(s.t, bytes, s.state.Size())
	require.Equal(s.t, guaranteed, s.state.guaranteed)
	require.Equal(s.t, callbacks, s.state.callbacks)
}

// run calls `run` of a canister and gives the status after one round.
func (s *subnet) run(id protocol.CanisterID, program script) protocol.IngressStatus {
	s.t.Helper()
	return s.call(id, "run", program)
}

func (s *subnet) call(id protocol.CanisterID, method string, program script) protocol.IngressStatus {
	s.t.Helper()
	m := s.ingress(id, method, program)
	s.round(m)
	return s.statuses[m.MessageID]
}

// replied asserts a reply.
func (s *subnet) replied(want string, got protocol.IngressStatus) {
	s.t.Helper()
	require.Equal(s.t, protocol.IngressReplied.String(), got.State.String(), "%+v", got.Reject)
	require.Equal(s.t, want, string(got.Reply))
}

// rejected asserts a reject with a code, an error code and a part of the message.
func (s *subnet) rejected(code protocol.RejectCode, err, text string, got protocol.IngressStatus) {
	s.t.Helper()
	require.Equal(s.t, protocol.IngressRejected.String(), got.State.String(), "%q", got.Reply)
	require.Equal(s.t, code, got.Reject.Code, "%+v", got.Reject)
	require.Equal(s.t, err, got.Reject.Error, "%+v", got.Reject)
	require.Contains(s.t, got.Reject.Message, text)
}

// le64 and le32 are numbers as programs append them to replies.
func le64(n uint64) string  { return string(binary.LittleEndian.AppendUint64(nil, n)) }
func le32(n uint32) string  { return string(binary.LittleEndian.AppendUint32(nil, n)) }
func le128(n uint64) string { return le64(n) + le64(0) }

func is(text string) script { return script{}.do("append", text).do("reply") }

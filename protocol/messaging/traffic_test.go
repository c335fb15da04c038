package messaging_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// A traffic drives subnets against each other with slices that are cut by hand, and holds every round to the promises of
// message routing (reference/protocol.md A.10, invariant 10).
type traffic struct {
	*messagingtest.World
	t        require.TestingT
	limits   messaging.Limits
	sent     map[[2]protocol.SubnetID][]*protocol.CanisterMessage // ever appended, by index
	inducted map[[2]protocol.SubnetID]protocol.StreamIndex
	balance  protocol.Cycles
	calls    []protocol.MessageID
	homes    []protocol.SubnetID // of calls
	serial   uint64
	moved    bool // a canister has been: see TestTrafficFollowsACanister
}

func drawTraffic(t *rapid.T, subnets int) *traffic {
	limits := messaging.DefaultLimits()
	limits.StreamMessages = rapid.IntRange(1, 12).Draw(t, "stream messages")
	limits.StreamBytes = rapid.IntRange(100, 3000).Draw(t, "stream bytes")
	limits.SystemMessages = rapid.IntRange(1, 12).Draw(t, "system messages")
	limits.Payload = 500
	kinds := rapid.SliceOfN(rapid.SampledFrom([]protocol.SubnetType{protocol.ApplicationSubnet, protocol.SystemSubnet}), subnets, 3)
	cfg := messagingtest.Config{
		Types: kinds.Draw(t, "types"), Canisters: 3, Balance: 1_000_000,
		Messages: rapid.IntRange(2, 20).Draw(t, "messages a round"), Queue: rapid.IntRange(1, 8).Draw(t, "queue"), Limits: limits,
	}
	w := &traffic{
		World: messagingtest.NewWorld(cfg), t: t, limits: limits,
		sent:     map[[2]protocol.SubnetID][]*protocol.CanisterMessage{},
		inducted: map[[2]protocol.SubnetID]protocol.StreamIndex{},
	}
	for _, s := range w.Subnets {
		w.balance = w.balance.Add(s.Latest().Cycles())
	}
	return w
}

// moves reports whether a canister is moved at some time.
func (w *traffic) moves() bool { return len(w.Registry.Later) > 0 }

// drawCalls gives a script. Canisters 3 and above do not exist.
func (w *traffic) drawCalls(t *rapid.T, depth int) []messagingtest.Call {
	calls := make([]messagingtest.Call, rapid.IntRange(0, 4-depth).Draw(t, "calls"))
	for i := range calls {
		to := messagingtest.Nowhere
		if w.moves() && rapid.IntRange(0, 2).Draw(t, "of who moves") > 0 {
			to = [...]protocol.CanisterID{here, third}[(depth-1)%2] // calls of it, and calls that it makes of one who does not know
		} else if rapid.IntRange(0, 9).Draw(t, "somewhere") > 0 {
			subnet := rapid.IntRange(0, len(w.Subnets)-1).Draw(t, "to")
			to = messagingtest.CanisterOf(protocol.SubnetID(subnet), rapid.IntRange(0, 3).Draw(t, "canister"))
		}
		calls[i] = messagingtest.Call{
			To: to, Cycles: rapid.Uint64Range(0, 1000).Draw(t, "cycles"),
			Pad: rapid.SampledFrom([]int{0, 0, 50, 400, 600}).Draw(t, "pad"),
		}
		if depth < 3 {
			calls[i].Then = w.drawCalls(t, depth+1)
		}
	}
	return calls
}

// slice cuts what a subnet may induct next from another one, or gives nil.
func (w *traffic) slice(from, to *messagingtest.Subnet, bytes int) *protocol.CertifiedStreamSlice {
	own, _ := to.Manager.StreamHeader(to.Manager.LatestHeight(), from.ID)
	slice := from.Manager.CertifiedSlice(to.ID, own.SignalsEnd, own.SignalsEnd, bytes)
	if slice == nil || len(slice.Messages) == 0 && slice.Header.SignalsEnd <= own.Begin {
		return nil
	}
	require.LessOrEqual(w.t, own.Begin, slice.Header.SignalsEnd, "signals never go back")
	return slice
}

// run executes one round of a subnet and checks it.
func (w *traffic) run(s *messagingtest.Subnet, payload protocol.BatchPayload) {
	parent := s.Latest()
	parentRoot, parentHash := parent.Tree().Digest(), messaging.FullHash(parent)
	batch := w.Batch(s, payload)
	registry := w.Registry.At(batch.RegistryVersion)
	twin := w.Machine().Process(parent, batch, registry)
	r := w.Run(s, batch)

	require.Equal(w.t, messaging.FullHash(twin.State), messaging.FullHash(r.State), "equal inputs give equal states")
	require.Equal(w.t, twin.Summary, r.Summary)
	require.Equal(w.t, parentRoot, parent.Tree().Digest(), "the parent is not changed")
	require.Equal(w.t, parentHash, messaging.FullHash(parent), "the parent is not changed")
	whole := messaging.RebuildTree(r.State, parent.Root(), registry)
	require.Equal(w.t, whole.Digest(), r.State.Tree().Digest(), "the tree is the same however it came to be")
	require.Empty(w.t, r.Critical)
	w.checkStreams(s, r.Summary)
	w.checkInducted(s, r.Summary)
}

// checkStreams: streams have no gaps, and stay within their bounds.
func (w *traffic) checkStreams(s *messagingtest.Subnet, sum *protocol.RoundSummary) {
	for _, stream := range sum.Streams {
		key := [2]protocol.SubnetID{s.ID, stream.To}
		require.EqualValues(w.t, len(w.sent[key])+len(stream.Appended), stream.End, "messages are appended without gaps")
		w.sent[key] = append(w.sent[key], stream.Appended...)
		if stream.To == s.ID {
			continue
		}
		if !w.moved { // what is sent on is not refused
			require.LessOrEqual(w.t, int(stream.End-stream.Begin), w.limits.StreamMessages, "streams are bounded")
		}
		remote := w.Subnets[stream.To]
		there, _ := remote.Manager.StreamHeader(remote.Manager.LatestHeight(), s.ID)
		require.LessOrEqual(w.t, stream.SignalsEnd, there.End, "signals are for messages that exist")
		own, _ := s.Manager.StreamHeader(s.Manager.LatestHeight(), stream.To)
		require.LessOrEqual(w.t, len(own.Rejects), int(stream.SignalsEnd), "signals are bounded")
		for _, reject := range own.Rejects {
			require.Less(w.t, reject.Index, own.SignalsEnd)
		}
	}
}

// checkInducted: every message is inducted once, in order, as it was sent.
func (w *traffic) checkInducted(s *messagingtest.Subnet, sum *protocol.RoundSummary) {
	for _, in := range sum.Inducted {
		key := [2]protocol.SubnetID{in.From, s.ID}
		require.Equal(w.t, w.inducted[key], in.Begin, "messages are inducted without gaps")
		w.inducted[key] = in.End
		for i, m := range in.Messages {
			require.Same(w.t, w.sent[key][int(in.Begin)+i], m)
			if m.Response != nil && in.Signals[i] != protocol.Accepted {
				require.True(w.t, w.moved && in.Signals[i] == protocol.RejectCanisterMigrating, "responses are always inducted")
			}
		}
	}
}

// step runs one random round of a subnet: some calls, some slices.
func (w *traffic) step(t *rapid.T) {
	s := w.Subnets[rapid.IntRange(0, len(w.Subnets)-1).Draw(t, "subnet")]
	var payload protocol.BatchPayload
	for range rapid.IntRange(0, 2).Draw(t, "users") {
		first := 0
		if s.ID == 0 && w.moves() {
			first = 1 // the other one is moved, and the answers to users' calls would be elsewhere
		}
		to := messagingtest.CanisterOf(s.ID, rapid.IntRange(first, 2).Draw(t, "canister"))
		method := rapid.SampledFrom([]string{"go", "go", "go", "go", messagingtest.MethodStop, messagingtest.MethodStart}).Draw(t, "method")
		w.serial++
		call := w.Ingress(to, method, w.drawCalls(t, 1), s.Latest().Time()+protocol.IngressTTL, w.serial)
		payload.Ingress = append(payload.Ingress, call)
		w.calls, w.homes = append(w.calls, call.MessageID), append(w.homes, s.ID)
	}
	for _, from := range w.Subnets {
		if from == s || rapid.IntRange(0, 2).Draw(t, "pulled") == 0 {
			continue
		}
		if slice := w.slice(from, s, rapid.SampledFrom([]int{0, 300, 2000, 1 << 20}).Draw(t, "bytes")); slice != nil {
			payload.XNet = append(payload.XNet, slice)
		}
	}
	w.run(s, payload)
	lag := protocol.Height(rapid.IntRange(0, 3).Draw(t, "lag"))
	if h := s.Manager.LatestHeight(); h > lag {
		w.Certify(s, h-lag)
	}
}

// drain runs all subnets until nothing is in flight.
func (w *traffic) drain() {
	for range 3000 {
		if w.Idle() {
			return
		}
		for _, s := range w.Subnets {
			var payload protocol.BatchPayload
			for _, from := range w.Subnets {
				if slice := w.slice(from, s, 1<<20); from != s && slice != nil {
					payload.XNet = append(payload.XNet, slice)
				}
			}
			w.run(s, payload)
			w.Certify(s, s.Manager.LatestHeight())
			s.Manager.RemoveBelow(s.Manager.CertifiedHeight(), 0)
		}
	}
	require.Fail(w.t, "messages in flight never arrive")
}

// checkEnd: every call has exactly one answer, every user's too, and no cycle is lost.
func (w *traffic) checkEnd() {
	made, answered := 0, 0
	var left protocol.Cycles
	for _, s := range w.Subnets {
		made += s.Canisters().Calls()
		for _, n := range s.Canisters().Answers() {
			answered += n
		}
		left = left.Add(s.Latest().Cycles())
		for _, r := range s.Results {
			left = left.Add(r.Summary.Burned)
		}
	}
	require.Equal(w.t, made, answered, "one response a call")
	require.Equal(w.t, w.balance, left, "cycles are conserved")
	for i, id := range w.calls {
		require.Equal(w.t, protocol.IngressReplied, w.Subnets[w.homes[i]].Latest().IngressState(id))
	}
}

func TestRandomTrafficKeepsThePromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTraffic(t, 2)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			w.step(t)
		}
		w.drain()
		w.checkEnd()
	})
}

// A canister is moved with all that it has, in the middle of its calls and of those to it, as in a split: both subnets go on by the new
// table at once, the third learns of it later. All subnets have the trace. Requests from one canister to another still arrive in the order
// in which they were made (which their receiver looks at), each call has one answer, and no cycles are lost.
func TestTrafficFollowsACanister(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTraffic(t, 3)
		trace(w.World, here, 0, 1)
		later := *w.Registry.Snapshot
		later.Version, later.Routing = 2, later.Routing.Assign([]protocol.CanisterSpan{{First: here, Last: here}}, 1)
		w.Registry.Later = []*protocol.RegistrySnapshot{&later}
		for _, s := range w.Subnets {
			w.run(s, protocol.BatchPayload{})
			w.Certify(s, 1)
		}
		for range rapid.IntRange(8, 30).Draw(t, "steps before") {
			w.step(t)
		}
		w.move(w.Subnets[0], w.Subnets[1])
		for range rapid.IntRange(6, 20).Draw(t, "steps with a subnet that does not know") {
			w.step(t)
		}
		w.Subnets[2].Version = 2
		for range rapid.IntRange(0, 15).Draw(t, "steps after") {
			w.step(t)
		}
		w.drain()
		w.checkEnd()
	})
}

// move gives here to another subnet, and lets both go on by version 2.
func (w *traffic) move(from, to *messagingtest.Subnet) {
	rest, more := messagingtest.Move(from.Canisters(), to.Canisters(), here)
	for s, c := range map[*messagingtest.Subnet]*messagingtest.Canisters{from: rest, to: more} {
		state := messaging.WithCanisters(s.Latest(), c)
		s.Manager.Adopt(state)
		s.Router.Reset(state)
		s.Version = 2
		w.Certify(s, state.Height())
	}
	w.moved = true
}

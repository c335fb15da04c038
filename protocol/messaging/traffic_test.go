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
}

func drawTraffic(t *rapid.T) *traffic {
	limits := messaging.DefaultLimits()
	limits.StreamMessages = rapid.IntRange(1, 12).Draw(t, "stream messages")
	limits.StreamBytes = rapid.IntRange(100, 3000).Draw(t, "stream bytes")
	limits.SystemMessages = rapid.IntRange(1, 12).Draw(t, "system messages")
	limits.Payload = 500
	kinds := rapid.SliceOfN(rapid.SampledFrom([]protocol.SubnetType{protocol.ApplicationSubnet, protocol.SystemSubnet}), 2, 3)
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

// drawCalls gives a script. Canisters 3 and above do not exist.
func (w *traffic) drawCalls(t *rapid.T, depth int) []messagingtest.Call {
	calls := make([]messagingtest.Call, rapid.IntRange(0, 4-depth).Draw(t, "calls"))
	for i := range calls {
		to := messagingtest.Nowhere
		if rapid.IntRange(0, 9).Draw(t, "somewhere") > 0 {
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
	twin := w.Machine().Process(parent, batch, w.Registry.Snapshot)
	r := w.Run(s, batch)

	require.Equal(w.t, messaging.FullHash(twin.State), messaging.FullHash(r.State), "equal inputs give equal states")
	require.Equal(w.t, twin.Summary, r.Summary)
	require.Equal(w.t, parentRoot, parent.Tree().Digest(), "the parent is not changed")
	require.Equal(w.t, parentHash, messaging.FullHash(parent), "the parent is not changed")
	whole := messaging.RebuildTree(r.State, parent.Root(), w.Registry.Snapshot)
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
		require.LessOrEqual(w.t, int(stream.End-stream.Begin), w.limits.StreamMessages, "streams are bounded")
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
			if m.Response != nil {
				require.Equal(w.t, protocol.Accepted, in.Signals[i], "responses are always inducted")
			}
		}
	}
}

// step runs one random round of a subnet: some calls, some slices.
func (w *traffic) step(t *rapid.T) {
	s := w.Subnets[rapid.IntRange(0, len(w.Subnets)-1).Draw(t, "subnet")]
	var payload protocol.BatchPayload
	for range rapid.IntRange(0, 2).Draw(t, "users") {
		to := messagingtest.CanisterOf(s.ID, rapid.IntRange(0, 2).Draw(t, "canister"))
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
		w := drawTraffic(t)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			w.step(t)
		}
		w.drain()
		w.checkEnd()
	})
}

package messaging_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// C, "Subnet splitting": streams stay on the old subnet, canisters go where the routing table has them, answered calls of users are known
// to both, and open ones to where their canister is. Nothing is lost and nothing doubled; either part goes on.
func TestCheckpointIsSplit(t *testing.T) {
	w, s := pair(t) // here, of subnet 0, has called there, and a user waits for it
	stays := messagingtest.CanisterOf(0, 1)
	open := w.Ingress(here, "go", []messagingtest.Call{{To: there, Cycles: 500}}, protocol.IngressTTL, 1).MessageID
	closed := w.Ingress(stays, "go", nil, protocol.IngressTTL, 2)
	w.Run(s, w.Batch(s, protocol.BatchPayload{Ingress: []*protocol.SignedIngress{closed}}))
	for s.Manager.LatestHeight() < 10 {
		w.Run(s, w.Batch(s, protocol.BatchPayload{}))
	}
	whole := s.Manager.Checkpoint(10)
	require.Equal(t, protocol.IngressProcessing, whole.IngressState(open))
	require.Equal(t, protocol.IngressReplied, whole.IngressState(closed.MessageID))

	next := *w.Registry.Snapshot
	next.Version++
	next.Routing = next.Routing.Assign([]protocol.CanisterSpan{{First: here, Last: here}}, 2)
	old, err := whole.Split(0, &next)
	require.NoError(t, err)
	fresh, err := whole.Split(2, &next)
	require.NoError(t, err)

	require.Equal(t, whole.Cycles(), old.Cycles().Add(fresh.Cycles()))
	require.Equal(t, whole.Stream(1), old.Stream(1))
	require.Nil(t, fresh.Stream(1))
	require.True(t, old.HasCanister(stays) && !old.HasCanister(here) && fresh.HasCanister(here) && !fresh.HasCanister(stays))
	for _, c := range []struct {
		part         *messaging.State
		open, closed protocol.IngressState
	}{{old, protocol.IngressUnknown, protocol.IngressReplied}, {fresh, protocol.IngressProcessing, protocol.IngressReplied}} {
		require.Equal(t, c.open, c.part.IngressState(open))
		require.Equal(t, c.closed, c.part.IngressState(closed.MessageID))
		_, known := c.part.CallOrigin(open)
		require.Equal(t, c.open != protocol.IngressUnknown, known)
		require.Equal(t, messaging.RebuildTree(c.part, whole.Root(), &next).Digest(), c.part.Tree().Digest())
		root, ok := c.part.Manifest()
		require.True(t, ok)
		require.Equal(t, messaging.FullHash(c.part), root)
		require.NotEqual(t, whole.Lineage(), c.part.Lineage())
		require.Equal(t, whole.Height(), c.part.Height())
		require.False(t, c.part.IsEmpty())
	}
	require.NotEqual(t, old.Lineage(), fresh.Lineage())
	require.EqualValues(t, 0, old.Subnet())
	require.EqualValues(t, 2, fresh.Subnet())

	for _, part := range []*messaging.State{old, fresh} {
		b := w.Batch(s, protocol.BatchPayload{})
		b.Subnet, b.Height, b.RegistryVersion = part.Subnet(), 1001, next.Version
		r := w.Machine().Process(part.CloneTo(1000), b, &next) // the state machine checks the cycles
		require.Empty(t, r.Critical)
	}
	require.Panics(t, func() { _, _ = s.Manager.At(9).Split(0, &next) }, "no checkpoint")
}

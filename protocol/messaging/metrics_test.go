package messaging_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// /subnet/<own>/metrics is {0: canisters, 1: bytes, 2: {0: low, 1: high?}, 3: updates} (interface.md D.5), and rounds in which
// nothing happens leave it alone.
func TestMetricsOfTheSubnet(t *testing.T) {
	for _, v := range []struct {
		canisters, bytes, low, high, updates uint64
		want                                 string
	}{
		{0, 0, 0, 0, 0, "a4 0000 0100 02a1 0000 0300"},
		{23, 24, 256, 0, 65536, "a4 0017 011818 02a1 00190100 031a00010000"},
		{2, 1 << 32, 65536, 1 << 32, 1, "a4 0002 011b0000000100000000 02a2 001a00010000 011b0000000100000000 0301"},
	} {
		got := messaging.EncodeMetrics(v.canisters, v.bytes, protocol.Cycles{Hi: v.high, Lo: v.low}, v.updates)
		require.Equal(t, strings.ReplaceAll(v.want, " ", ""), hex.EncodeToString(got))
	}
	w, s := pair(t)
	leaf := func() string {
		path := hashtree.Path{"subnet", hashtree.Label(w.Registry.Snapshot.Subnets[0].Principal.Bytes()), "metrics"}
		raw, ok := s.Latest().Tree().Leaf(path...)
		require.True(t, ok)
		return hex.EncodeToString(raw)
	}
	require.Equal(t, "a40002011a0020000002a1000103"+"01", leaf(), "a message was executed and burned a cycle")
	before := leaf()
	subnets, _ := s.Latest().Tree().Subtree("subnet")
	w.Run(s, w.Batch(s, protocol.BatchPayload{}))
	require.Equal(t, before, leaf())
	after, _ := s.Latest().Tree().Subtree("subnet")
	require.True(t, subnets == after)
	other, ok := s.Latest().Tree().Subtree("subnet", hashtree.Label(w.Registry.Snapshot.Subnets[1].Principal.Bytes()))
	require.True(t, ok)
	_, ok = other.Leaf("metrics")
	require.False(t, ok, "of the own subnet only")
	nodes, ok := s.Latest().Tree().Subtree("api_boundary_nodes")
	require.True(t, ok && nodes.Len() == 0)
}

// Who made a call is known as long as the call is, and belongs to what checkpoints are compared by.
func TestOriginsOfCalls(t *testing.T) {
	w, s := pair(t)
	id := w.Ingress(here, "go", []messagingtest.Call{{To: there, Cycles: 500}}, protocol.IngressTTL, 1).MessageID
	o, ok := s.Latest().CallOrigin(id)
	require.True(t, ok)
	require.Equal(t, protocol.CallOrigin{Sender: principal.Anonymous(), Receiver: here}, o)
	_, ok = s.Latest().CallOrigin(protocol.MessageID{1})
	require.False(t, ok)
	short := w.Ingress(here, "go", nil, protocol.IngressTTL, 2)
	w.Run(s, w.Batch(s, protocol.BatchPayload{Ingress: []*protocol.SignedIngress{short}}))
	_, ok = s.Latest().CallOrigin(short.MessageID)
	require.True(t, ok && s.Latest().IngressState(short.MessageID) == protocol.IngressReplied)
	b := w.Batch(s, protocol.BatchPayload{})
	b.Time += protocol.IngressTTL
	w.Run(s, b)
	require.Equal(t, protocol.IngressUnknown, s.Latest().IngressState(short.MessageID))
	_, ok = s.Latest().CallOrigin(short.MessageID)
	require.False(t, ok, "what is forgotten is forgotten whole")
	_, ok = s.Latest().CallOrigin(id)
	require.True(t, ok, "this one has no answer yet")
}

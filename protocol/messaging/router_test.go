package messaging_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging"
)

func TestRouterTakesBatchesInOrder(t *testing.T) {
	w, s := pair(t)
	r := messaging.NewRouter(w.Machine(), w.Registry, s.Latest())
	require.EqualValues(t, 2, r.ExpectedBatchHeight())
	batch := func(h protocol.Height) *protocol.Batch {
		b := w.Batch(s, protocol.BatchPayload{})
		b.Height, b.Time, b.Checkpoint = h, protocol.Time(h)*1e12, h == 10
		return b
	}
	require.False(t, r.Deliver(batch(3)))
	require.False(t, r.Deliver(batch(1)))
	for h := protocol.Height(2); h < 2+messaging.MaxQueuedBatches; h++ {
		require.True(t, r.Deliver(batch(h)))
		require.False(t, r.Deliver(batch(h)), "twice")
	}
	require.False(t, r.Deliver(batch(18)), "the queue is full")
	require.EqualValues(t, 18, r.ExpectedBatchHeight())

	var meter protocol.Meter
	result := r.Process(&meter)
	require.EqualValues(t, 2, result.State.Height())
	require.EqualValues(t, 1, meter[protocol.OpRound])
	require.EqualValues(t, 2, meter[protocol.OpCanisterRound])
	require.True(t, r.Deliver(batch(18)))
	for r.Process(&meter) != nil {
	}
	require.EqualValues(t, 18, r.Tip().Height())
	require.EqualValues(t, 1, meter[protocol.OpCheckpoint])

	r.Deliver(batch(19))
	r.Reset(s.Latest())
	require.EqualValues(t, 2, r.ExpectedBatchHeight())
	require.Nil(t, r.Process(&meter))
}

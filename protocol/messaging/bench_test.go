package messaging_test

import (
	"testing"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// BenchmarkEmptyRound is what every subnet pays at every height: time, metadata and the root.
func BenchmarkEmptyRound(b *testing.B) {
	w := messagingtest.NewWorld(messagingtest.Config{
		Types: make([]protocol.SubnetType, 2), Canisters: 3, Messages: 10, Queue: 10, Limits: messaging.DefaultLimits(),
	})
	benchmarkRounds(b, w)
}

// BenchmarkEmptyRoundManySubnets has a stream to each of 46 other subnets.
func BenchmarkEmptyRoundManySubnets(b *testing.B) {
	w := messagingtest.NewWorld(messagingtest.Config{
		Types: make([]protocol.SubnetType, 47), Canisters: 3, Balance: 1000, Messages: 100, Queue: 10, Limits: messaging.DefaultLimits(),
	})
	var calls []messagingtest.Call
	for _, s := range w.Subnets[1:] {
		calls = append(calls, messagingtest.Call{To: messagingtest.CanisterOf(s.ID, 0)})
	}
	call := w.Ingress(messagingtest.CanisterOf(0, 0), "go", calls, protocol.IngressTTL, 1)
	w.Run(w.Subnets[0], w.Batch(w.Subnets[0], protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}}))
	benchmarkRounds(b, w)
}

func benchmarkRounds(b *testing.B, w *messagingtest.World) {
	s := w.Subnets[0]
	machine, state := w.Machine(), s.Latest()
	batch := w.Batch(s, protocol.BatchPayload{})
	batch.Checkpoint = false
	b.ReportAllocs()
	for b.Loop() {
		state = machine.Process(state, batch, w.Registry.Snapshot).State
		batch.Height++
		batch.Time++
	}
}

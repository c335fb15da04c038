package p2p

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"
)

func quiet() *Broadcast {
	return New(Config{
		Bouncer: func(protocol.ArtifactMeta) protocol.Wish { return protocol.Wanted },
		Rand:    protocol.NewRand(crypto.Hash{}, "bench"),
	})
}

// BenchmarkHandleDuplicate is the common update: a peer pushes, in a slot it used before, what this node has.
func BenchmarkHandleDuplicate(b *testing.B) {
	const peers, artifacts, slots = 39, 512, 256
	bc := quiet()
	var out protocol.Outputs
	var events []Event
	updates := make([]protocol.SlotUpdate, artifacts)
	for i := range updates {
		a := share(protocol.Height(i), 1)
		bc.Publish(a, true, &out)
		updates[i] = protocol.SlotUpdate{Meta: protocol.MetaOf(a), Artifact: a}
	}
	arrival := protocol.Arrival{Conn: 1}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		u := &updates[i/peers%artifacts]
		u.Slot, u.Commit = uint32(i/peers%slots), uint64(i+1)
		arrival.From, arrival.Msg = protocol.NodeID(1+i%peers), u
		bc.Handle(&arrival, 0, &out, &events)
		if len(events) > 0 {
			b.Fatal("not a duplicate")
		}
	}
}

// BenchmarkHandleNew is an update that is delivered, with the loss of what the slot held before.
func BenchmarkHandleNew(b *testing.B) {
	bc := quiet()
	var out protocol.Outputs
	var events []Event
	updates := make([]protocol.SlotUpdate, 1024)
	for i := range updates {
		a := share(protocol.Height(i), 1)
		updates[i] = protocol.SlotUpdate{Meta: protocol.MetaOf(a), Artifact: a}
	}
	arrival := protocol.Arrival{From: 1, Conn: 1}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		u := &updates[i%len(updates)]
		u.Slot, u.Commit = uint32(i%256), uint64(i+1)
		arrival.Msg = u
		events = events[:0]
		bc.Handle(&arrival, 0, &out, &events)
	}
}

// BenchmarkTickIdle is what a step pays when nothing waits.
func BenchmarkTickIdle(b *testing.B) {
	bc := quiet()
	var out protocol.Outputs
	var events []Event
	for i := range b.N {
		bc.Tick(protocol.Time(i), &out, &events)
	}
}

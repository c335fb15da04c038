package p2p

import (
	"slices"

	"icsim/protocol"
)

// MaxSlots is how many artifacts a node may have on offer in one pool. The replica warns above it
// (rs/p2p/consensus_manager/src/sender.rs); pools are bounded far below it, so here it is an invariant.
const MaxSlots = 30_000

// A sender is the node's own slot table.
type sender struct {
	slots  []*protocol.SlotUpdate // nil when the slot is free
	free   []uint32               // slots to use again, last freed first
	commit uint64
}

// Publish offers a validated artifact to all peers until it is withdrawn. push says that it is latency sensitive:
// its bytes go along whatever their number, unless nothing is pushed. What is on offer already is left alone.
func (b *Broadcast) Publish(a protocol.Artifact, push bool, out *protocol.Outputs) {
	u := &protocol.SlotUpdate{Meta: protocol.MetaOf(a)}
	n := b.task(&u.Meta)
	t := b.tasks.at(n)
	if t.own {
		return
	}
	b.settle(n)
	slot := b.takeSlot()
	t.own, t.at = true, int32(slot)
	b.sender.commit++
	u.Slot, u.Commit = slot, b.sender.commit
	if !b.cfg.Advertise && (push || wireSize(a) < protocol.SizePushLimit) {
		u.Artifact = a
	}
	b.sender.slots[slot] = u
	if len(b.peers.up) > 0 {
		out.Send(b.peers.up, u)
	}
}

// Withdraw stops offering artifacts; what is not on offer is ignored. Peers learn of it when the slot is used again.
//
// Their slots will be used again in ascending order, so that what follows each other lies together in the tables of peers.
// Model: in the replica it depends on when tasks end.
func (b *Broadcast) Withdraw(metas ...protocol.ArtifactMeta) {
	before := len(b.sender.free)
	for i := range metas {
		b.withdraw(&metas[i])
	}
	freed := b.sender.free[before:]
	slices.Sort(freed)
	slices.Reverse(freed)
}

func (b *Broadcast) withdraw(meta *protocol.ArtifactMeta) {
	n, known := b.tasks.find(meta)
	if !known || !b.tasks.at(n).own {
		return
	}
	t := b.tasks.at(n)
	t.own = false
	b.sender.slots[t.at] = nil
	b.sender.free = append(b.sender.free, uint32(t.at))
	if t.holders == 0 {
		b.tasks.remove(n)
	}
}

// NumActive is how many artifacts are on offer.
func (b *Broadcast) NumActive() int { return len(b.sender.slots) - len(b.sender.free) }

func (b *Broadcast) takeSlot() uint32 {
	if n := len(b.sender.free); n > 0 {
		slot := b.sender.free[n-1]
		b.sender.free = b.sender.free[:n-1]
		return slot
	}
	if len(b.sender.slots) == MaxSlots {
		b.cfg.broken("more than %d artifacts on offer", MaxSlots)
	}
	b.sender.slots = append(b.sender.slots, nil)
	return uint32(len(b.sender.slots) - 1)
}

// wireSize is what an artifact takes when pushed: proposals travel without their ingress messages.
func wireSize(a protocol.Artifact) int {
	if p, ok := a.(*protocol.BlockProposal); ok {
		return p.StrippedSize()
	}
	return a.Size()
}

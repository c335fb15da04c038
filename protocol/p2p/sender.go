package p2p

import "icsim/protocol"

// MaxSlots is how many artifacts a node may have on offer in one pool. The replica warns above it
// (rs/p2p/consensus_manager/src/sender.rs); pools are bounded far below it, so here it is an invariant.
const MaxSlots = 30_000

// A sender is the node's own slot table.
type sender struct {
	slots  []ownSlot
	free   []uint32 // slots to use again, last freed first
	slotOf map[protocol.ArtifactID]uint32
	commit uint64
}

type ownSlot struct {
	update *protocol.SlotUpdate // nil when the slot is free
	task   int32
}

// Publish offers a validated artifact to all peers until it is withdrawn. push says that it is latency sensitive:
// its bytes go along whatever their number. What is on offer already is left alone.
func (b *Broadcast) Publish(a protocol.Artifact, push bool, out *protocol.Outputs) {
	id := a.ID()
	if _, ok := b.sender.slotOf[id]; ok {
		return
	}
	meta := protocol.MetaOf(a)
	u := &protocol.SlotUpdate{Meta: meta}
	if push || wireSize(a) < protocol.SizePushLimit {
		u.Artifact = a
	}
	slot := b.takeSlot()
	b.sender.commit++
	u.Slot, u.Commit = slot, b.sender.commit
	b.sender.slotOf[id] = slot
	b.sender.slots[slot] = ownSlot{update: u, task: b.own(meta)}
	if len(b.peers.up) > 0 {
		out.Send(b.peers.up, u)
	}
}

// Withdraw stops offering an artifact; an id that is not on offer is ignored. Peers learn of it when the slot is
// used again.
func (b *Broadcast) Withdraw(id protocol.ArtifactID) {
	slot, ok := b.sender.slotOf[id]
	if !ok {
		return
	}
	delete(b.sender.slotOf, id)
	t := b.sender.slots[slot].task
	b.sender.slots[slot] = ownSlot{}
	b.sender.free = append(b.sender.free, slot)
	b.disown(t)
}

// NumActive is how many artifacts are on offer.
func (b *Broadcast) NumActive() int { return len(b.sender.slotOf) }

func (b *Broadcast) takeSlot() uint32 {
	if n := len(b.sender.free); n > 0 {
		slot := b.sender.free[n-1]
		b.sender.free = b.sender.free[:n-1]
		return slot
	}
	if len(b.sender.slots) == MaxSlots {
		b.cfg.broken("more than %d artifacts on offer", MaxSlots)
	}
	b.sender.slots = append(b.sender.slots, ownSlot{})
	return uint32(len(b.sender.slots) - 1)
}

// wireSize is what an artifact takes when pushed: proposals travel without their ingress messages.
func wireSize(a protocol.Artifact) int {
	if p, ok := a.(*protocol.BlockProposal); ok {
		return p.StrippedSize()
	}
	return a.Size()
}

package p2p

import "icsim/protocol"

// RefreshPeriod is how often what waits is put before the bouncer again.
const RefreshPeriod = protocol.Time(3e9)

// update takes a peer's slot update. An older one than the slot holds changes nothing, so reordering is harmless.
func (b *Broadcast) update(from protocol.NodeID, conn uint32, u *protocol.SlotUpdate, at step) {
	if u.Slot >= MaxPeerSlots {
		return
	}
	p := b.peers.find(from)
	if p < 0 {
		p = b.peers.add(from, &b.cfg)
	}
	slots := &b.peers.list[p].slotTable
	slots.reach(u.Slot, conn)
	if !slots.isOlderThan(u.Slot, conn, u.Commit) {
		return
	}
	n, known := b.tasks.find(&u.Meta)
	if !known {
		if u.Artifact != nil && protocol.MetaOf(u.Artifact) != u.Meta {
			return // a body under another's name: the replica derives the id from the body
		}
		n = b.tasks.add(&u.Meta)
	}
	before := slots.put(u.Slot, conn, u.Commit, n)
	if before == n {
		return
	}
	t := b.tasks.at(n)
	t.doubled = t.doubled || b.tasks.sets.has(t.holders, p)
	b.tasks.sets.add(&t.holders, p)
	if !known {
		b.begin(n, u.Artifact, from, at)
	}
	if before != 0 {
		b.release(before, p, at.events)
	}
}

// begin decides on a task's first update. body is nil in an advert.
func (b *Broadcast) begin(n int32, body protocol.Artifact, from protocol.NodeID, at step) {
	switch b.cfg.Bouncer(*b.tasks.at(n).meta) {
	case protocol.Unwanted:
	case protocol.WantedLater: // a pushed body is dropped, to be fetched when its time comes
		b.stashTask(n, at.instant)
	case protocol.Wanted:
		if body != nil {
			b.arrived(n, body, from, at)
		} else {
			b.fetch(n, nil, at)
		}
	}
}

// arrived takes an artifact as it travels: a proposal still lacks its ingress messages.
func (b *Broadcast) arrived(n int32, a protocol.Artifact, from protocol.NodeID, at step) {
	if p, ok := a.(*protocol.BlockProposal); ok {
		if s := newAssembly(p, from, b.cfg.Ingress); s.missing > 0 {
			b.fetch(n, s, at)
			return
		}
		at.out.Meter.Charge(protocol.OpPayloadByte, p.Block.Payload.Size())
	}
	b.deliver(n, a, from, at.events)
}

func (b *Broadcast) deliver(n int32, a protocol.Artifact, from protocol.NodeID, events *[]Event) {
	t := b.tasks.at(n)
	t.phase = delivered
	*events = append(*events, Event{Kind: Received, Meta: *t.meta, Artifact: a, From: from})
}

// release notes that one slot of peer p no longer advertises task n.
func (b *Broadcast) release(n int32, p int, events *[]Event) {
	t := b.tasks.at(n)
	if t.doubled && b.peers.list[p].advertises(n) {
		return
	}
	b.tasks.sets.remove(&t.holders, p)
	if t.holders != 0 || t.own {
		return
	}
	if t.phase == delivered {
		*events = append(*events, Event{Kind: Lost, Meta: *t.meta})
	}
	b.settle(n)
	b.tasks.remove(n)
}

// settle ends whatever is under way for a task.
func (b *Broadcast) settle(n int32) {
	switch b.tasks.at(n).phase {
	case stashed:
		b.unstash(n)
	case fetching:
		b.endDownload(n)
	}
	b.tasks.at(n).phase = settled
}

func (b *Broadcast) stashTask(n int32, instant protocol.Time) {
	t := b.tasks.at(n)
	t.phase, t.at = stashed, int32(len(b.stash))
	b.stash = append(b.stash, n)
	if b.refresh == protocol.Never {
		b.refresh = (instant/RefreshPeriod + 1) * RefreshPeriod
	}
}

func (b *Broadcast) unstash(n int32) {
	at, last := b.tasks.at(n).at, len(b.stash)-1
	b.stash[at] = b.stash[last]
	b.tasks.at(b.stash[at]).at = at
	b.stash = b.stash[:last]
}

// askAgain puts the stash before the bouncer.
func (b *Broadcast) askAgain(at step) {
	for i := 0; i < len(b.stash); {
		n := b.stash[i]
		switch b.cfg.Bouncer(*b.tasks.at(n).meta) {
		case protocol.WantedLater:
			i++
		case protocol.Unwanted:
			b.settle(n)
		case protocol.Wanted:
			b.settle(n)
			b.fetch(n, nil, at)
		}
	}
	b.refresh = protocol.Never
	if len(b.stash) > 0 {
		b.refresh = (at.instant/RefreshPeriod + 1) * RefreshPeriod
	}
}

package queue

import (
	"cmp"
	"slices"

	"icsim/protocol"
)

// An Owner is a round's right to change what it made. Owners differ by identity.
type Owner struct{ _ byte }

// A source is one of the three kinds of input.
type source uint8

const (
	localSenders source = iota
	ingress
	remoteSenders
	numSources
)

// Queues are all queues of one canister. The zero value is empty and belongs to nobody.
type Queues struct {
	owner   *Owner
	pairs   []*pair // ascending by peer; none is empty
	ingress fifo[*protocol.SignedIngress]
	senders [numSources][]protocol.CanisterID // with input, whose turn it is first; none for ingress
	turn    source                            // whose turn it is
	inputs  int                               // messages, ingress included
	outputs int                               // messages
}

// Fork gives queues that a round may change, leaving these as they are.
func (q *Queues) Fork(o *Owner) Queues {
	fork := *q
	fork.owner = o
	fork.pairs = slices.Clone(q.pairs)
	fork.ingress = q.ingress.clone()
	for s := range fork.senders {
		fork.senders[s] = slices.Clone(q.senders[s])
	}
	return fork
}

// Inputs is the number of messages that wait for execution.
func (q *Queues) Inputs() int { return q.inputs }

// Outputs is the number of messages that wait to leave.
func (q *Queues) Outputs() int { return q.outputs }

// Room is how many more requests may be pushed for a peer.
func (q *Queues) Room(peer protocol.CanisterID) int {
	p := q.find(peer)
	if p == nil {
		return Capacity
	}
	return min(Capacity-p.out.requests, Capacity-p.in.responses-p.in.reserved)
}

// PushRequest queues the canister's own request and keeps a slot for its response. There must be Room.
func (q *Queues) PushRequest(m *protocol.CanisterMessage, expires protocol.Time) {
	p := q.edit(m.To())
	if p.out.fullOfRequests() || p.in.fullOfResponses() {
		panic("queue: a request without room")
	}
	p.in.reserved++
	p.out.put(Item{m, expires})
	q.outputs++
}

// PushResponse queues the canister's answer, for which a slot was kept.
func (q *Queues) PushResponse(m *protocol.CanisterMessage, expires protocol.Time) {
	q.edit(m.To()).out.put(Item{m, expires})
	q.outputs++
}

// OfferRoom is how many more requests of a peer may be taken.
func (q *Queues) OfferRoom(peer protocol.CanisterID) int {
	p := q.find(peer)
	if p == nil {
		return Capacity
	}
	return min(Capacity-p.in.requests, Capacity-p.out.responses-p.out.reserved)
}

// OfferRequest takes a request for the canister, keeping a slot for its response. There must be OfferRoom.
func (q *Queues) OfferRequest(m *protocol.CanisterMessage, remote bool, expires protocol.Time) {
	p := q.edit(m.From())
	if p.in.fullOfRequests() || p.out.fullOfResponses() {
		panic("queue: a request taken without room")
	}
	p.out.reserved++
	q.arrive(p, Item{m, expires}, remote)
}

// DeliverResponse takes the response for which a slot was kept.
func (q *Queues) DeliverResponse(m *protocol.CanisterMessage, remote bool) {
	q.arrive(q.edit(m.From()), Item{m, protocol.Never}, remote)
}

// Reserve keeps a slot for the response to a request that is answered before it leaves. There must be Room.
func (q *Queues) Reserve(peer protocol.CanisterID) { q.edit(peer).in.reserved++ }

// PushIngress queues a user's call.
func (q *Queues) PushIngress(m *protocol.SignedIngress) {
	q.ingress.push(m)
	q.inputs++
}

func (q *Queues) arrive(p *pair, i Item, remote bool) {
	if p.in.len() == 0 {
		p.remote = remote
		s := p.source()
		q.senders[s] = append(q.senders[s], p.peer)
	}
	p.in.put(i)
	q.inputs++
}

func (p *pair) source() source {
	if p.remote {
		return remoteSenders
	}
	return localSenders
}

// PopInput takes the message whose turn it is: a canister's, or else a user's. Both are nil if there is none.
func (q *Queues) PopInput() (*protocol.CanisterMessage, *protocol.SignedIngress) {
	for range numSources {
		s := q.turn
		q.turn = (q.turn + 1) % numSources
		if s == ingress && q.ingress.len() > 0 {
			q.inputs--
			return nil, q.ingress.pop()
		}
		if len(q.senders[s]) > 0 {
			return q.popSender(s), nil
		}
	}
	return nil, nil
}

func (q *Queues) popSender(s source) *protocol.CanisterMessage {
	peer := q.senders[s][0]
	q.senders[s] = slices.Delete(q.senders[s], 0, 1)
	p := q.edit(peer)
	i := p.in.take()
	q.inputs--
	if p.in.len() > 0 {
		q.senders[s] = append(q.senders[s], peer)
	}
	q.tidy(p)
	return i.Message
}

// ReleaseOutput gives up the slot kept for the answer to a peer's request that will not be answered.
func (q *Queues) ReleaseOutput(peer protocol.CanisterID) {
	p := q.edit(peer)
	p.out.release()
	q.tidy(p)
}

// Receivers gives the peers with messages that wait to leave, ascending.
func (q *Queues) Receivers() []protocol.CanisterID {
	if q.outputs == 0 {
		return nil
	}
	var peers []protocol.CanisterID
	for _, p := range q.pairs {
		if p.out.len() > 0 {
			peers = append(peers, p.peer)
		}
	}
	return peers
}

// FrontOutput is the next message for a peer, or nil.
func (q *Queues) FrontOutput(peer protocol.CanisterID) *protocol.CanisterMessage {
	if p := q.find(peer); p != nil && p.out.len() > 0 {
		return p.out.front().Message
	}
	return nil
}

// PopOutput takes the next message for a peer, which must exist.
func (q *Queues) PopOutput(peer protocol.CanisterID) *protocol.CanisterMessage {
	p := q.edit(peer)
	i := p.out.take()
	q.outputs--
	q.tidy(p)
	return i.Message
}

// find gives the pair of a peer, or nil.
func (q *Queues) find(peer protocol.CanisterID) *pair {
	if i, ok := q.search(peer); ok {
		return q.pairs[i]
	}
	return nil
}

func (q *Queues) search(peer protocol.CanisterID) (int, bool) {
	return slices.BinarySearchFunc(q.pairs, peer, func(p *pair, id protocol.CanisterID) int { return cmp.Compare(p.peer, id) })
}

// edit gives the pair of a peer in a state that may be changed, making it if there is none.
func (q *Queues) edit(peer protocol.CanisterID) *pair {
	i, ok := q.search(peer)
	if !ok {
		q.pairs = slices.Insert(q.pairs, i, &pair{owner: q.owner, peer: peer})
		return q.pairs[i]
	}
	if p := q.pairs[i]; p.owner != q.owner {
		own := *p
		own.owner = q.owner
		own.in.fifo, own.out.fifo = p.in.clone(), p.out.clone()
		q.pairs[i] = &own
	}
	return q.pairs[i]
}

// tidy removes a pair in which nothing is left.
func (q *Queues) tidy(p *pair) {
	if p.empty() {
		i, _ := q.search(p.peer)
		q.pairs = slices.Delete(q.pairs, i, i+1)
	}
}

package queue

import (
	"slices"

	"icsim/protocol"
)

// Expired is what Expire took out of the queues.
type Expired struct {
	Ingress []*protocol.SignedIngress
	Inputs  []*protocol.CanisterMessage // best-effort requests; the slots for their responses are given up
	Outputs []*protocol.CanisterMessage // requests and best-effort responses
}

// Expire removes what should have left the queues before now, in the order of peers and of arrival. A slot that
// a removed output request kept for its response stays kept.
func (q *Queues) Expire(now protocol.Time) Expired {
	var gone Expired
	var kept []*protocol.SignedIngress
	for _, m := range q.ingress.list() {
		if m.Content.Expiry >= now {
			kept = append(kept, m)
		} else {
			gone.Ingress = append(gone.Ingress, m)
		}
	}
	q.ingress.reset(kept)
	for _, p := range slices.Clone(q.pairs) {
		if p.in.expires() >= now && p.out.expires() >= now {
			continue
		}
		p = q.edit(p.peer)
		had := p.in.len() > 0
		gone.Inputs = append(gone.Inputs, p.in.expire(now, p.out.release)...)
		gone.Outputs = append(gone.Outputs, p.out.expire(now, func() {})...)
		if had && p.in.len() == 0 {
			s := p.source()
			q.senders[s] = slices.DeleteFunc(q.senders[s], func(id protocol.CanisterID) bool { return id == p.peer })
		}
		q.tidy(p)
	}
	q.inputs -= len(gone.Ingress) + len(gone.Inputs)
	q.outputs -= len(gone.Outputs)
	return gone
}

// expire removes what expired before now and calls release for each.
func (l *lane) expire(now protocol.Time, release func()) []*protocol.CanisterMessage {
	var kept []Item
	var gone []*protocol.CanisterMessage
	for _, i := range l.list() {
		if i.Expires >= now {
			kept = append(kept, i)
			continue
		}
		l.forget(i)
		release()
		gone = append(gone, i.Message)
	}
	l.reset(kept)
	return gone
}

// expires is the earliest expiry in a lane.
func (l *lane) expires() protocol.Time {
	earliest := protocol.Never
	for _, i := range l.list() {
		earliest = min(earliest, i.Expires)
	}
	return earliest
}

// A Summary is what a state keeps of queues so as not to walk them again.
type Summary struct {
	Cycles     protocol.Cycles // that travel with messages
	Bytes      uint64          // of messages, in bytes
	Guaranteed int             // input requests whose response is guaranteed
	Expires    protocol.Time   // Expire has nothing to do until after it
}

// Summarize walks all queues once.
func (q *Queues) Summarize() Summary {
	s := Summary{Expires: protocol.Never}
	for _, m := range q.ingress.list() {
		s.Bytes += uint64(m.Size())
		s.Expires = min(s.Expires, m.Content.Expiry)
	}
	for _, p := range q.pairs {
		for _, i := range p.in.list() {
			s.add(i)
			if r := i.Message.Request; r != nil && r.Deadline == 0 {
				s.Guaranteed++
			}
		}
		for _, i := range p.out.list() {
			s.add(i)
		}
	}
	return s
}

func (s *Summary) add(i Item) {
	s.Cycles = s.Cycles.Add(i.Message.Cycles())
	s.Bytes += uint64(i.Message.Size())
	s.Expires = min(s.Expires, i.Expires)
}

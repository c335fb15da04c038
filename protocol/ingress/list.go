package ingress

import "icsim/protocol"

// usage is what one peer has in the pool.
type usage struct{ messages, bytes int }

// usage gives the account of a peer.
func (p *Pool) usage(from protocol.NodeID) *usage {
	u := p.used[from]
	if u == nil {
		u = &usage{}
		p.used[from] = u
	}
	return u
}

// hasRoom says whether a peer may have one more message in the pool.
func (u *usage) hasRoom(m *protocol.SignedIngress) bool {
	return u.messages < MaxMessages && u.bytes+m.Size() <= MaxBytes
}

// take and give keep account of what each peer has in the pool.
func (u *usage) take(m *protocol.SignedIngress) {
	u.messages++
	u.bytes += m.Size()
}

func (u *usage) give(m *protocol.SignedIngress) {
	u.messages--
	u.bytes -= m.Size()
}

// add puts a judged message at the end of the validated ones. Its room is already taken.
func (p *Pool) add(r received) {
	m := &message{received: r, older: p.newest}
	if p.newest != nil {
		p.newest.newer = m
	} else {
		p.oldest = m
	}
	p.newest = m
	p.validated[r.ingress.MessageID] = m
	p.earliest = min(p.earliest, r.ingress.Content.Expiry)
}

func (p *Pool) remove(m *message, out *Effects) {
	if m.older != nil {
		m.older.newer = m.newer
	} else {
		p.oldest = m.newer
	}
	if m.newer != nil {
		m.newer.older = m.older
	} else {
		p.newest = m.older
	}
	delete(p.validated, m.ingress.MessageID)
	m.used.give(m.ingress)
	if m.from == p.cfg.Node {
		out.Withdraw = append(out.Withdraw, protocol.MetaOf(m.ingress))
	}
}

// purge drops what has expired and looks for the next expiry. It looks at every message, but an expiry is rare: most
// messages are inducted long before.
func (p *Pool) purge(now protocol.Time, out *Effects) {
	p.earliest = protocol.Never
	for m := p.oldest; m != nil; m = m.newer {
		if expiry := m.ingress.Content.Expiry; expiry < now {
			p.remove(m, out)
		} else {
			p.earliest = min(p.earliest, expiry)
		}
	}
}

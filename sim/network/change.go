package network

import (
	"slices"

	"icsim/protocol"
)

// Up tells that an endpoint of a mesh has started: it dials, and is dialed.
func (n *Network) Up(t protocol.Time, node protocol.NodeID, eff *Effects) {
	e := &n.endpoints[node]
	if e.running {
		return
	}
	e.running = true
	for _, p := range e.pairs {
		if p.a == node && p.isWanted() {
			n.dial(t, p, eff)
		} else {
			n.reassess(t, p, eff)
		}
	}
}

// Down tells that an endpoint has crashed: what it has not sent to the end is lost, and so are its connections, which
// its peers notice after the idle timeout.
func (n *Network) Down(t protocol.Time, node protocol.NodeID, eff *Effects) {
	e := &n.endpoints[node]
	if !e.running {
		return
	}
	e.running, e.paused, e.crashed = false, false, t
	e.up.busy, e.up.small = 0, 0
	e.down.busy, e.down.small, e.waiting = 0, 0, nil
	for _, p := range e.pairs {
		if p.up {
			p.gone[p.end(node)] = true
		}
		n.reassess(t, p, eff)
	}
}

// Pause tells that an endpoint has stopped answering; Resume, that it answers again.
func (n *Network) Pause(t protocol.Time, node protocol.NodeID, eff *Effects) {
	n.setPaused(t, node, true, eff)
}

// Resume ends a pause.
func (n *Network) Resume(t protocol.Time, node protocol.NodeID, eff *Effects) {
	n.setPaused(t, node, false, eff)
}

func (n *Network) setPaused(t protocol.Time, node protocol.NodeID, paused bool, eff *Effects) {
	e := &n.endpoints[node]
	e.paused = paused && e.running
	for _, p := range e.pairs {
		n.reassess(t, p, eff)
	}
}

// Cut stops what is sent from each of some endpoints to each of others. What was handed over before gets through. Cuts
// add up: a link works again when each has been healed.
func (n *Network) Cut(t protocol.Time, from, to []protocol.NodeID, eff *Effects) {
	n.changeCuts(t, from, to, 1, eff)
}

// Heal ends a cut that Cut made with the same arguments.
func (n *Network) Heal(t protocol.Time, from, to []protocol.NodeID, eff *Effects) {
	n.changeCuts(t, from, to, -1, eff)
}

func (n *Network) changeCuts(t protocol.Time, from, to []protocol.NodeID, by int, eff *Effects) {
	n.eachLink(from, to, func(l *link) {
		l.cuts += by
		if l.pair != nil {
			n.reassess(t, l.pair, eff)
		}
	})
}

// SetPeers tells whom a node keeps connections with from now on: where both ends want one, the one with the smaller number dials; where
// one of them wants it no more, the connection is closed at once at both.
func (n *Network) SetPeers(t protocol.Time, node protocol.NodeID, peers []protocol.NodeID, eff *Effects) {
	for _, peer := range peers {
		if n.link(node, peer).pair == nil {
			n.addPair(min(node, peer), max(node, peer))
		}
	}
	for _, p := range n.endpoints[node].pairs {
		before, peer := p.isWanted(), p.a
		if peer == node {
			peer = p.b
		}
		p.wanted[p.end(node)] = slices.Contains(peers, peer)
		p.assess()
		switch after := p.isWanted(); {
		case before == after:
		case after && p.ab.from.running && !p.dialing:
			n.dial(t, p, eff)
		case before:
			if p.up {
				n.close(t, p, eff)
			}
			p.dialing = false
			p.attempt++
		}
	}
}

// Reset breaks the connection between two endpoints, because one of them could not take what came. Both learn so at
// once, and connect anew.
func (n *Network) Reset(t protocol.Time, a, b protocol.NodeID, eff *Effects) {
	p := n.link(a, b).pair
	if p == nil || !p.up {
		return
	}
	n.close(t, p, eff)
	if p.ab.from.running && p.isWanted() {
		n.dial(t, p, eff)
	}
}

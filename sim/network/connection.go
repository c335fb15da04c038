package network

import (
	"time"

	"icsim/protocol"
)

// What the replica sets (rs/p2p/quic_transport/src/connection_manager.rs; reference/protocol.md B, "QUIC transport").
const (
	IdleTimeout    = 5 * time.Second  // nothing heard: the connection is closed
	ConnectTimeout = 10 * time.Second // an attempt to connect is given up
	ConnectBackoff = 5 * time.Second  // and made again after this
)

// MaxHeld bounds the messages that wait on a blocked link. Were it exceeded, the connection is given up.
const MaxHeld = 1 << 14

// A pair of endpoints that keep a connection. The one with the smaller number dials.
type pair struct {
	id     uint32
	a, b   protocol.NodeID
	ab, ba *link
	wanted [2]bool // by its ends: there is a connection only while both want one

	conn    uint32  // the latest connection, from 1
	up      bool    // at one end at least
	gone    [2]bool // ends whose endpoint has crashed since
	choked  bool    // too much was held back: the connection will not recover
	failing bool    // nothing comes through, or never will: the idle timeout runs
	timeout uint32  // counts what the timeout timer is about: older timers are void

	dialing bool
	since   protocol.Time // it dials
	attempt uint32        // counts what the dial timers are about
}

// A Timer asks for Fire to be called at its time.
type Timer struct {
	At   protocol.Time
	Node protocol.NodeID // one of the two that it concerns
	pair uint32
	gen  uint32
	kind timerKind
}

type timerKind uint8

const (
	timerIdle timerKind = iota
	timerDial
	timerConnected
)

// A Notice is to be handed to Node, in each lane that broadcasts, at least 1 ns later.
type Notice struct {
	Node, Peer protocol.NodeID
	Conn       uint32
	Up         bool
	Left       bool // Node does not want to hear from Peer any more
}

// Effects are what a change of the network leads to. The caller empties it.
type Effects struct {
	Timers    []Timer
	Notices   []Notice
	Transfers []*Transfer // that were held back and go on
}

// Reset empties effects for the next use.
func (e *Effects) Reset() {
	clear(e.Transfers)
	e.Timers, e.Notices, e.Transfers = e.Timers[:0], e.Notices[:0], e.Transfers[:0]
}

type admission uint8

const (
	passes admission = iota
	held
	lost
)

// admit decides what becomes of a message, and holds it back if that is what does.
func (l *link) admit(tr *Transfer) admission {
	p := l.pair
	if p == nil || !p.isWanted() {
		if l.cuts > 0 || !l.to.reachable() {
			return lost
		}
		if l.clogs > 0 {
			return l.keep(tr)
		}
		return passes
	}
	if !p.up || p.gone[p.end(tr.From)] {
		return lost
	}
	tr.Conn = p.conn
	if l.cuts == 0 && l.clogs == 0 && l.to.reachable() && !p.gone[p.end(tr.To)] && !p.choked {
		return passes
	}
	return l.keep(tr)
}

// keep holds a message back, unless too many are: then the connection is given up.
func (l *link) keep(tr *Transfer) admission {
	if len(l.held) >= MaxHeld {
		if l.pair != nil {
			l.pair.choked = true
			l.pair.assess()
		}
		return lost
	}
	l.held = append(l.held, tr)
	return held
}

func (p *pair) isWanted() bool { return p.wanted[0] && p.wanted[1] }

// Connections tells of the connections of an endpoint, as that end has them.
func (n *Network) Connections(node protocol.NodeID, tell func(peer protocol.NodeID, up bool)) {
	for _, p := range n.endpoints[node].pairs {
		peer := p.a
		if peer == node {
			peer = p.b
		}
		tell(peer, p.receives(node, p.conn))
	}
}

// end is the index of an endpoint in gone and wanted.
func (p *pair) end(n protocol.NodeID) int {
	if n == p.a {
		return 0
	}
	return 1
}

// receives tells whether an endpoint still takes what comes on a connection.
func (p *pair) receives(n protocol.NodeID, conn uint32) bool {
	return p.up && p.conn == conn && !p.gone[p.end(n)]
}

// assess follows a change of a pair, of what its links let through, or of its ends.
func (p *pair) assess() {
	p.ab.assess()
	p.ba.assess()
}

func (l *link) assess() {
	l.clear, l.taken = 0, 0
	p := l.pair
	if p == nil || !p.up {
		return
	}
	if p.receives(l.to.id, p.conn) {
		l.taken = p.conn
	}
	if p.isWanted() && p.gone == [2]bool{} && !p.choked && l.cuts == 0 && l.clogs == 0 && l.to.reachable() {
		l.clear = p.conn
	}
}

// broken tells whether packets get lost in one direction at least.
func (n *Network) broken(p *pair) bool {
	return p.ab.cuts > 0 || p.ba.cuts > 0 || !p.ab.from.reachable() || !p.ba.from.reachable()
}

// reassess follows a change of what comes through between two endpoints.
func (n *Network) reassess(t protocol.Time, p *pair, eff *Effects) {
	p.assess()
	broken := n.broken(p)
	if failing := p.up && (broken || p.gone[0] || p.gone[1] || p.choked); failing != p.failing {
		p.failing = failing
		p.timeout++
		if failing { // the last packets sent before are still heard
			n.schedule(eff, p, timerIdle, t.Add(IdleTimeout+time.Duration(max(p.ab.oneWay, p.ba.oneWay))))
		} else {
			n.letGo(t, p.ab, eff)
			n.letGo(t, p.ba, eff)
		}
	}
	if p.dialing {
		p.attempt++
		if !broken {
			n.schedule(eff, p, timerDial, max(nextAttempt(p.since, t), t+1))
		}
	}
}

func (n *Network) schedule(eff *Effects, p *pair, kind timerKind, at protocol.Time) {
	gen := p.attempt
	if kind == timerIdle {
		gen = p.timeout
	}
	eff.Timers = append(eff.Timers, Timer{At: at, Node: p.a, pair: p.id, gen: gen, kind: kind})
}

// letGo sends what was held back on a link that works again: newly sent packets are acknowledged after a round trip,
// and that tells what was lost.
func (n *Network) letGo(t protocol.Time, l *link, eff *Effects) {
	if l.clogs > 0 {
		return
	}
	waiting := l.held
	l.held = nil
	for i, tr := range waiting {
		n.depart(t, l.from, waiting[i:i+1])
		tr.At += protocol.Time(l.oneWay + l.back)
	}
	eff.Transfers = append(eff.Transfers, waiting...)
}

// discard loses what was held back.
func (l *link) discard() {
	for _, tr := range l.held {
		l.from.stock.keep(tr)
	}
	l.held = nil
}

// nextAttempt is when, at t or after, a dialer's first packet goes out that has dialed since. It is sent again after
// probe timeouts of 1 s doubling (RFC 9002, 6.2.2), until the attempt is given up.
func nextAttempt(since, t protocol.Time) protocol.Time {
	const cycle = ConnectTimeout + ConnectBackoff
	begun := since.Add(t.Sub(since) / cycle * cycle)
	for _, after := range [...]time.Duration{0, 1 * time.Second, 3 * time.Second, 7 * time.Second} {
		if at := begun.Add(after); at >= t {
			return at
		}
	}
	return begun.Add(cycle)
}

// Fire follows a timer.
func (n *Network) Fire(t protocol.Time, tm Timer, eff *Effects) {
	p := n.pairs[tm.pair]
	switch {
	case tm.kind == timerIdle && tm.gen == p.timeout:
		n.close(t, p, eff)
		if p.ab.from.running && !p.dialing && p.isWanted() {
			n.dial(t, p, eff)
		}
	case tm.kind == timerDial && tm.gen == p.attempt:
		n.schedule(eff, p, timerConnected, t+protocol.Time(3*(p.ab.oneWay+p.ba.oneWay)/2)+1)
	case tm.kind == timerConnected && tm.gen == p.attempt:
		n.connect(t, p, eff)
	}
}

// dial lets the dialing end try until there is a connection.
func (n *Network) dial(t protocol.Time, p *pair, eff *Effects) {
	p.dialing, p.since = true, t
	n.reassess(t, p, eff)
}

// close ends a connection; the ends that had it learn so.
func (n *Network) close(t protocol.Time, p *pair, eff *Effects) {
	if !p.gone[0] {
		eff.Notices = append(eff.Notices, Notice{Node: p.a, Peer: p.b, Conn: p.conn, Left: !p.wanted[0]})
	}
	if !p.gone[1] {
		eff.Notices = append(eff.Notices, Notice{Node: p.b, Peer: p.a, Conn: p.conn, Left: !p.wanted[1]})
	}
	p.up, p.failing, p.choked, p.gone = false, false, false, [2]bool{}
	p.timeout++
	p.assess()
	for _, l := range [...]*link{p.ab, p.ba} {
		l.discard()
		l.stopped = nil
		n.withdraw(t, l.to, func(tr *Transfer) bool { return tr.From == l.from.id && tr.Conn == p.conn }, eff)
	}
}

// connect begins a new connection, in place of one that an end may still have.
func (n *Network) connect(t protocol.Time, p *pair, eff *Effects) {
	if p.up {
		n.close(t, p, eff)
	}
	p.up, p.dialing = true, false
	p.conn++
	p.attempt++
	p.ab.paced, p.ba.paced = 0, 0
	p.assess()
	eff.Notices = append(eff.Notices,
		Notice{Node: p.a, Peer: p.b, Conn: p.conn, Up: true}, Notice{Node: p.b, Peer: p.a, Conn: p.conn, Up: true})
}

package network

import (
	"math/bits"
	"time"

	"icsim/protocol"
	"icsim/sim/rng"
)

// A Transfer is a message on its way to one receiver. The network owns it and uses it again after Release.
type Transfer struct {
	At       protocol.Time // call Arrive then
	From, To protocol.NodeID
	Conn     uint32 // the connection it went out on; 0: none
	Cause    int32  // what the sender says it comes from; nothing here depends on it
	small    bool
	waited   bool // for the downlink
	void     bool // another Transfer has taken its place, or nobody waits for it
	link     *link
	Msg      protocol.Message
	wire     uint64
	handed   protocol.Time // to the network
	left     protocol.Time // the sender, with its last byte
	span     protocol.Time // from the first byte that arrives to the last
}

// Window is how many bytes may be on their way over a connection: throughput is at most Window a round trip
// (measured_reality.md, "one TCP stream between regions").
const Window = 2_750_000

// Send takes a message from an endpoint to others, and appends to out the transfers to schedule. What goes into a cut
// is held back if its connection may survive, and lost if not or if there is none.
//
// The copies leave packet by packet in turn, so that a large message reaches all receivers late rather than some early.
func (n *Network) Send(
	t protocol.Time, from protocol.NodeID, to []protocol.NodeID, m protocol.Message, cause int32, out []*Transfer,
) []*Transfer {
	src := &n.endpoints[from]
	size := m.Size()
	wire := uint64(size) + PacketHeader*packets(size)
	first := len(out)
	links := n.linksTo(from, to, src.stock)
	for i, peer := range to {
		l, tr := links[i], src.stock.take()
		*tr = Transfer{From: from, To: peer, Conn: l.clear, Cause: cause, small: wire <= SmallMessage, link: l, Msg: m, wire: wire}
		if l.clear != 0 {
			out = append(out, tr)
			continue
		}
		switch l.admit(tr) {
		case passes:
			out = append(out, tr)
		case lost:
			src.stock.keep(tr)
		}
	}
	n.depart(t, src, out[first:])
	return out
}

// SendAll is Send for each of a step's sends.
func (n *Network) SendAll(t protocol.Time, from protocol.NodeID, sends []protocol.Send, cause int32, out []*Transfer) []*Transfer {
	if len(sends) > 1 { // often one to each of many
		s := n.endpoints[from].stock
		s.links = s.links[:0]
		for i := range sends {
			for _, peer := range sends[i].To[:min(len(sends[i].To), 1)] {
				s.links = append(s.links, n.link(from, peer))
			}
		}
		s.glance()
	}
	for i := range sends {
		out = n.Send(t, from, sends[i].To, sends[i].Msg, cause, out)
	}
	return out
}

// linksTo gives the links to some receivers, valid until the next call with this stock.
func (n *Network) linksTo(from protocol.NodeID, to []protocol.NodeID, s *Stock) []*link {
	s.links = s.links[:0]
	for _, peer := range to {
		s.links = append(s.links, n.link(from, peer))
	}
	s.glance()
	return s.links
}

// glance looks at all links. Met one after the other, each would be waited for until it comes from memory; so they come together.
func (s *Stock) glance() {
	for _, l := range s.links {
		s.seen += uint64(l.clear) + uint64(len(l.stopped))
	}
}

// depart sends copies of one message, in turn, over the sender's uplink and their links.
func (n *Network) depart(t protocol.Time, src *endpoint, copies []*Transfer) {
	k := protocol.Time(len(copies))
	if k == 0 {
		return
	}
	wire := copies[0].wire
	whole := src.up.takes(wire)
	last := src.up.takes((wire-1)%(PacketPayload+PacketHeader) + 1)
	start := src.up.enter(t, k*whole, copies[0].small)
	src.traffic.SentBytes += uint64(k) * wire
	src.traffic.SentMessages += uint64(k)
	src.kinds[kindOf(copies[0].Msg)] += uint64(k) * wire
	for i, tr := range copies {
		l := tr.link
		l.bytes += wire
		tr.handed = t
		tr.left = l.pace(t, start+k*(whole-last)+protocol.Time(i+1)*last, tr)
		tr.span = tr.left - start
		tr.span = max(tr.span, wireTime(wire, l.down)) // it may need longer than to leave: known now, that costs no event
		tr.At = max(start+tr.span+l.delay(packetsOnWire(wire), n.steady), t+1)
		if len(n.schedules) > 0 {
			tr.At += n.later(t, src.id, tr.To, l.count)
		}
	}
}

func packetsOnWire(wire uint64) uint64 {
	return (wire + PacketPayload + PacketHeader - 1) / (PacketPayload + PacketHeader)
}

// pace keeps a link's throughput to Window a round trip after a burst of Window, and tells when the message has left.
// Small messages use up the window without waiting for it.
func (l *link) pace(t, ready protocol.Time, tr *Transfer) protocol.Time {
	trip := l.oneWay + l.back
	hi, lo := bits.Mul64(tr.wire, uint64(trip))
	spent, _ := bits.Div64(hi, lo, Window)
	l.paced = max(l.paced, t) + protocol.Time(spent)
	if tr.small {
		return ready
	}
	return max(ready, l.paced-protocol.Time(trip))
}

// delay draws how long a message of some packets is on its way: latency, jitter, recovery of lost packets.
func (l *link) delay(packets uint64, steady bool) protocol.Time {
	n := l.count
	l.count++
	d := l.oneWay
	if !steady {
		d += l.oneWay * (jitter.Pick(l.chance.At(2*n)) - jitterMean) / billion
	}
	if l.loss > 0 {
		if rounds := lossRounds(l.chance.At(2*n+1).Uint64(), l.loss, packets); rounds > 0 {
			d += l.recovery(rounds)
		}
	}
	return protocol.Time(d)
}

// lossRounds reads the uniform draw u as the number of times that some packet had to be sent again: the chance that
// none of k packets needs more than r repetitions is (1 − p^(r+1))^k.
func lossRounds(u, p, k uint64) int {
	rounds := 0
	for fails := p; fails > 0 && rounds < maxRounds && u >= power(-fails, k); rounds++ {
		fails, _ = bits.Mul64(fails, p)
	}
	return rounds
}

// power raises a fraction in units of 2⁻⁶⁴, rounding down.
func power(x, k uint64) uint64 {
	result := ^uint64(0)
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			result, _ = bits.Mul64(result, x)
		}
		x, _ = bits.Mul64(x, x)
	}
	return result
}

// recovery is what resending a packet some times adds: probe timeouts of a round trip and the receiver's
// acknowledgement delay, doubling (RFC 9002, 6.2). More than the idle timeout it never is.
func (l *link) recovery(rounds int) int64 {
	probe := l.oneWay + l.back + int64(AckDelay)
	return min(probe*(1<<rounds-1), int64(IdleTimeout))
}

const (
	// AckDelay is how long a receiver may wait before it acknowledges (RFC 9000, 18.2, max_ack_delay).
	AckDelay  = 25 * time.Millisecond
	maxRounds = 10
	billion   = 1_000_000_000
)

// jitter is the excess of a one-way latency over its least, in parts per billion of it. See doc.go, "Jitter".
var jitter = rng.Lognormal(1_440_000, 123, 100)

// jitterMean is the mean of jitter.
const jitterMean = 3_068_000

// An Outcome is what becomes of an arriving transfer.
type Outcome uint8

const (
	Delivered Outcome = iota // hand Msg to the receiver, then Release
	Delayed                  // the downlink is busy: call Arrive again at At
	Lost                     // Release it
)

// Arrive brings a transfer, at its time, over the receiver's downlink. A message that stops a stream has effects.
func (n *Network) Arrive(t protocol.Time, tr *Transfer, eff *Effects) Outcome {
	src, dst := &n.endpoints[tr.From], &n.endpoints[tr.To]
	if tr.void {
		return Lost
	}
	if tr.waited {
		dst.through(tr)
	}
	if !dst.running || tr.handed <= src.crashed && src.crashed < tr.left {
		return Lost
	}
	if tr.Conn != 0 && tr.Conn != tr.link.taken {
		return Lost
	}
	if !tr.waited {
		if tr.Conn != 0 && tr.link.refuses(tr.Msg) {
			return Lost
		}
		work := dst.down.takes(tr.wire)
		if done := dst.down.enter(t-min(work, tr.span), work, tr.small) + work; done > t {
			dst.wait(tr, done)
			return Delayed
		}
	}
	dst.traffic.ReceivedBytes += tr.wire
	dst.traffic.ReceivedMessages++
	if m, ok := tr.Msg.(*protocol.StopSending); ok && tr.Conn != 0 {
		n.stop(t, tr, m.Stream, eff)
	}
	return Delivered
}

// Glance looks at what the arrival of a transfer will touch.
func (n *Network) Glance(tr *Transfer) (seen uint64) {
	l := tr.link
	return tr.wire + uint64(tr.span) + uint64(l.taken) + uint64(len(l.stopped)) + n.endpoints[tr.To].traffic.ReceivedBytes
}

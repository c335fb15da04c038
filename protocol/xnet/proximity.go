package xnet

import "icsim/protocol"

// proximity is how far nodes of other subnets are, by node id: the moving average of round trip times, in nanoseconds
// (rs/xnet/payload_builder/src/proximity.rs).
//
// Model: the replica averages per node operator, taking its nodes to be in one place; here per node.
type proximity []distance

// A distance is an average with what pick makes of it; zeros for a node that was never asked. Both are at most 10⁹.
type distance struct{ average, weight uint32 }

const (
	second      = 1_000_000_000
	microsecond = 1_000
)

// observe takes a round trip time in.
func (p *proximity) observe(n protocol.NodeID, took protocol.Time) {
	if grow := int(n) + 1 - len(*p); grow > 0 {
		*p = append(*p, make(proximity, grow)...)
	}
	d := &(*p)[n]
	sample := min(max(uint64(max(took, 0)), microsecond), second)
	if d.average != 0 {
		sample = (9*uint64(d.average) + sample) / 10
	}
	*d = distance{uint32(sample), uint32(1000 * second / sample)}
}

// pick chooses a node with a probability inversely proportional to its distance. A node that was never asked counts as
// the mean of those that were.
func (p proximity) pick(nodes []protocol.NodeID, rand *protocol.Rand) protocol.NodeID {
	var sum, known uint64
	for _, n := range nodes {
		if w := p.weight(n); w > 0 {
			sum += w
			known++
		}
	}
	mean := uint64(1)
	if known > 0 {
		mean = sum / known
	}
	draw := rand.Below(sum + mean*(uint64(len(nodes))-known))
	for _, n := range nodes {
		w := p.weight(n)
		if w == 0 {
			w = mean
		}
		if draw < w {
			return n
		}
		draw -= w
	}
	panic("xnet: weights do not add up")
}

// weight is between 1000 and 10⁹, or 0 for a node that was never asked.
func (p proximity) weight(n protocol.NodeID) uint64 {
	if int(n) >= len(p) {
		return 0
	}
	return uint64(p[n].weight)
}

package explore

import (
	"encoding/binary"
	"hash/fnv"
	"math/bits"
	"slices"

	"icsim/protocol"
	"icsim/sim/check"
)

// A State is a situation that honest nodes have told of, as a hash. Runs that reach the same states have shown the same; a state that no
// run before has reached is something new.
type State uint32

// Coverage collects the states of a run from what its honest nodes observe. A state is
//
//   - a rule that fired with an outcome: the observation's kind, with its rank, kind of artifact or reason;
//   - two of these in order, at one node;
//   - one with the gaps between the node's notarized, finalized, certified and catch-up package heights;
//   - what a round took in and what it left in streams.
//
// Gaps and counts are told by their number of bits: 1, 2, 4 and more are the same, 5 and 6 too.
type Coverage struct {
	states map[State]bool
	nodes  map[protocol.NodeID]*covered
}

// covered is what is known of a node.
type covered struct {
	last                                 uint32 // rule
	notarized, finalized, certified, cup protocol.Height
}

// NewCoverage begins a run's.
func NewCoverage() *Coverage {
	return &Coverage{states: map[State]bool{}, nodes: map[protocol.NodeID]*covered{}}
}

// Observe takes an observation of an honest node.
func (c *Coverage) Observe(w check.Where, n *protocol.Note) {
	node := c.nodes[w.Node]
	if node == nil {
		node = &covered{}
		c.nodes[w.Node] = node
	}
	rule := ruleOf(n)
	if rule != node.last {
		c.add(0, rule)
		c.add(1, node.last, rule)
		node.last = rule
	}
	if node.climb(n) {
		c.add(2, uint32(n.Kind), gap(node.notarized, node.finalized), gap(node.notarized, node.certified), gap(node.finalized, node.cup))
	}
	if r := n.Round; r != nil {
		c.round(r)
	}
}

// climb takes a height; ok tells whether it is one of those that gaps are between.
func (n *covered) climb(o *protocol.Note) (ok bool) {
	switch o.Kind {
	case protocol.NoteNotarized:
		n.notarized = max(n.notarized, o.Height)
	case protocol.NoteFinalized:
		n.finalized = max(n.finalized, o.Height)
	case protocol.NoteCertified:
		n.certified = max(n.certified, o.Height)
	case protocol.NoteCatchUpPackage:
		n.cup = max(n.cup, o.Height)
	case protocol.NoteStarted:
		*n = covered{last: n.last}
	default:
		return false
	}
	return true
}

func (c *Coverage) round(r *protocol.RoundSummary) {
	taken, signals := 0, uint32(0)
	for i := range r.Inducted {
		taken += len(r.Inducted[i].Messages)
		for _, s := range r.Inducted[i].Signals {
			signals |= 1 << min(s, 31)
		}
	}
	held := uint64(0)
	for i := range r.Streams {
		held += uint64(r.Streams[i].End - r.Streams[i].Begin)
	}
	c.add(3, size(uint64(r.Ingress)), size(uint64(taken)), size(held), signals)
}

// ruleOf is the kind of an observation and how it came out.
func ruleOf(n *protocol.Note) uint32 {
	outcome := uint64(0)
	switch n.Kind {
	case protocol.NoteProposed, protocol.NoteNotarized, protocol.NoteFinalized, protocol.NoteBlockReceived, protocol.NoteInvalid,
		protocol.NoteKeys:
		outcome = n.Value + 1 // a rank, a kind of artifact, a number of keys
	}
	h := fnv.New32a()
	h.Write([]byte{byte(n.Kind), byte(min(outcome, 255))})
	for _, b := range []byte(n.Reason) {
		if b < '0' || b > '9' { // a reason with other numbers is the same
			h.Write([]byte{b})
		}
	}
	return h.Sum32()
}

func gap(high, low protocol.Height) uint32 {
	if high < low {
		return 64
	}
	return size(uint64(high - low))
}

func size(n uint64) uint32 { return uint32(bits.Len64(n)) }

func (c *Coverage) add(parts ...uint32) {
	h := fnv.New32a()
	for _, p := range parts {
		h.Write(binary.LittleEndian.AppendUint32(nil, p))
	}
	c.states[State(h.Sum32())] = true
}

// States gives those reached, ascending.
func (c *Coverage) States() []State {
	all := make([]State, 0, len(c.states))
	for s := range c.states { //tidy:sorted below
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

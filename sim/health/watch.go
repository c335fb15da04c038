package health

import (
	"slices"
	"time"

	"icsim/protocol"
)

// How nodes are watched, as ic-boundary does by default (rs/boundary_node/ic_boundary/src/cli.rs, HealthChecksConfig).
const (
	Interval     = time.Second     // between two questions to a node
	Timeout      = 5 * time.Second // a node that has not answered for so long is not healthy
	maxHeightLag = 50              // heights that a node's certified state may lag the median of its subnet's healthy nodes

	// Notice is how long a node that is gone may get requests still: it answered just before, and is asked once more.
	Notice = Interval + Timeout
)

// A Watch asks nodes for their health, each second those from which no answer is awaited. Build it with NewWatch.
type Watch struct {
	serial uint64 // of the last round of questions
	next   protocol.Time
	nodes  map[protocol.NodeID]*checked
}

// checked is what is known of a node.
type checked struct {
	healthy bool
	height  protocol.Height
	awaited uint64        // the serial number of an open question, or 0
	since   protocol.Time // when it was asked
}

// NewWatch makes a watch that knows of no node.
func NewWatch() *Watch { return &Watch{nodes: map[protocol.NodeID]*checked{}} }

// Next is when it asks next.
func (w *Watch) Next() protocol.Time { return w.next }

// Empty tells whether it has asked nobody yet.
func (w *Watch) Empty() bool { return len(w.nodes) == 0 }

// Step gives up on nodes that did not answer, and asks all others, when it is time. Members gives those that are watched, by subnet.
func (w *Watch) Step(now protocol.Time, members func(yield func([]protocol.NodeID) bool), out *protocol.Outputs) {
	if now < w.next {
		return
	}
	w.next = now.Add(Interval)
	w.serial++
	var asked []protocol.NodeID
	for all := range members {
		for _, n := range all {
			c := w.nodes[n]
			switch {
			case c == nil:
				c = &checked{}
				w.nodes[n] = c
			case c.awaited != 0 && now < c.since.Add(Timeout):
				continue
			case c.awaited != 0:
				c.healthy = false
			}
			c.awaited, c.since = w.serial, now
			asked = append(asked, n)
		}
	}
	if len(asked) > 0 {
		out.Send(asked, &protocol.StatusRequest{Serial: w.serial})
	}
}

// Answered takes what a node says of itself, if it was asked.
func (w *Watch) Answered(from protocol.NodeID, m *protocol.StatusReply) {
	if c := w.nodes[from]; c != nil && c.awaited == m.Serial && m.Serial != 0 {
		c.awaited, c.healthy, c.height = 0, m.Health == protocol.Healthy, m.Height
	}
}

// Fit gives those of a subnet's nodes that requests may go to: the healthy ones, without those that lag; none if none is known to be. A
// corrupt node that claims to be far ahead does not move the median (rs/boundary_node/ic_boundary/src/check.rs, calc_min_height).
func (w *Watch) Fit(members []protocol.NodeID) (nodes []protocol.NodeID) {
	var heights []protocol.Height
	for _, n := range members {
		if c := w.nodes[n]; c != nil && c.healthy {
			heights = append(heights, c.height)
		}
	}
	if len(heights) == 0 {
		return nil
	}
	slices.Sort(heights)
	median := heights[(len(heights)-1)/2]/2 + heights[len(heights)/2]/2
	for _, n := range members {
		if c := w.nodes[n]; c != nil && c.healthy && (median < maxHeightLag || c.height >= median-maxHeightLag) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

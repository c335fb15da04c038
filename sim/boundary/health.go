package boundary

import (
	"slices"
	"time"

	"icsim/protocol"
)

// How nodes are watched, as ic-boundary does by default (rs/boundary_node/ic_boundary/src/cli.rs, HealthChecksConfig).
const (
	checkInterval = time.Second     // between two questions to a node
	checkTimeout  = 5 * time.Second // a node that has not answered for so long is not healthy
	maxHeightLag  = 50              // heights that a node's certified state may lag the median of its subnet's healthy nodes
)

// A healthWatch asks all nodes for their health, each second those from which no answer is awaited.
type healthWatch struct {
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

// step gives up on nodes that did not answer, and asks all others when it is time.
func (w *healthWatch) step(now protocol.Time, registry *protocol.RegistrySnapshot, out *protocol.Outputs) {
	if now < w.next {
		return
	}
	w.next = now.Add(checkInterval)
	w.serial++
	var asked []protocol.NodeID
	for _, subnet := range registry.Subnets {
		for _, n := range subnet.Members {
			c := w.nodes[n]
			switch {
			case c == nil:
				c = &checked{}
				w.nodes[n] = c
			case c.awaited != 0 && now < c.since.Add(checkTimeout):
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

// answered takes what a node says of itself, if it was asked.
func (w *healthWatch) answered(from protocol.NodeID, m *protocol.StatusReply) {
	if c := w.nodes[from]; c != nil && c.awaited == m.Serial && m.Serial != 0 {
		c.awaited, c.healthy, c.height = 0, m.Health == protocol.Healthy, m.Height
	}
}

// fit gives those of a subnet's nodes that requests may go to: the healthy ones, without those that lag. A corrupt node that claims to
// be far ahead does not move the median (rs/boundary_node/ic_boundary/src/check.rs, calc_min_height).
func (w *healthWatch) fit(members []protocol.NodeID) (nodes []protocol.NodeID) {
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

// health is the boundary node's own: it is healthy when most subnets have most of their nodes fit
// (rs/boundary_node/ic_boundary/src/routes.rs, ProxyRouter::health; shares of 51 percent).
func (w *healthWatch) health(registry *protocol.RegistrySnapshot) protocol.Health {
	if len(w.nodes) == 0 {
		return protocol.Starting
	}
	healthy := 0
	for _, s := range registry.Subnets {
		if most(len(w.fit(s.Members)), len(s.Members)) {
			healthy++
		}
	}
	if most(healthy, len(registry.Subnets)) {
		return protocol.Healthy
	}
	return protocol.CertifiedStateBehind
}

// most tells whether some of all are 51 percent or more.
func most(some, all int) bool { return all > 0 && 100*some >= 51*all }

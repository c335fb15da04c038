package sim

import (
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/fault"
)

// A Snapshot is what a session shows at one time to those who look on: observations of nodes, and the state of the world around
// them. It shares nothing with the session.
type Snapshot struct {
	At       time.Duration
	Clock    uint64 // of nodes whose clocks are right, in Unix nanoseconds
	Events   uint64
	Subnets  []SubnetSnapshot
	Nodes    []NodeSnapshot // by NodeID
	Links    []LinkSnapshot
	Faults   []fault.Action // in force: cuts, disturbances, caps, drifts and slow CPUs
	Timeline []Moment       // the newest moments
	Calls    IngressResult  // of the scenario's users, without latencies
	XNet     XNetResult     // likewise
}

// A SubnetSnapshot is how far a subnet's nodes are.
type SubnetSnapshot struct {
	Finalized, Certified, CUP, Executed protocol.Height

	BlockRate     float64       // finalized blocks a second, over the last 20 s
	Finalization  time.Duration // from proposal until more than half of the nodes see it final: the median of the last 20 s
	Canisters     int           // at genesis
	Equivocations int
}

// A NodeState is what a node's computer does.
type NodeState string

const (
	NodeUp     NodeState = "up"
	NodePaused NodeState = "paused"
	NodeDown   NodeState = "down"
)

// A NodeSnapshot is a node as seen from outside.
type NodeSnapshot struct {
	Subnet               int // whose replica it runs; −1: it is unassigned
	Place                int // in Config.Paths
	State                NodeState
	Strategies           []string // that corrupt it
	Finalized, Certified protocol.Height
	SentBytes            uint64
}

// A LinkSnapshot counts the messages that left on a link between nodes.
type LinkSnapshot struct {
	From, To protocol.NodeID
	Messages uint64
}

// Snapshot shows the session as it stands. Heights, rates and moments are there when it is followed.
func (x *Session) Snapshot() Snapshot {
	s := x.s
	now := protocol.Time(max(s.now(), 0))
	c, n := &s.watch.calls, &s.watch.xnet
	snap := Snapshot{
		At: time.Duration(now), Clock: x.Clock(), Events: s.handled(), Faults: slices.Clone(s.inForce),
		Calls: IngressResult{Submitted: c.submitted, Completed: c.completed, Failed: c.failed, Rejected: c.lost},
		XNet:  XNetResult{Calls: n.calls, Responses: n.responses, Rejects: n.rejects, Open: uint64(s.watch.checks.OpenCalls())},
	}
	f := s.watch.follow
	if f != nil {
		snap.Timeline = slices.Clone(f.moments)
	}
	for i, sub := range s.watch.subnets {
		of := SubnetSnapshot{
			Finalized: sub.finalized, Certified: sub.certified, CUP: sub.cup, Executed: sub.executed,
			Canisters: sub.canisters, Equivocations: len(sub.accused),
		}
		if f != nil {
			of.BlockRate, of.Finalization = f.subnets[i].pace(now)
		}
		snap.Subnets = append(snap.Subnets, of)
	}
	for i := range s.config.Subnets {
		for _, place := range s.config.Subnets[i].Places {
			snap.Nodes = append(snap.Nodes, s.nodeSnapshot(protocol.NodeID(len(snap.Nodes)), place))
		}
	}
	for _, place := range s.config.Spares.Places {
		snap.Nodes = append(snap.Nodes, s.nodeSnapshot(protocol.NodeID(len(snap.Nodes)), place))
	}
	s.net.EachLink(func(from, to protocol.NodeID, messages, _ uint64) {
		if int(from) < len(s.secrets) && int(to) < len(s.secrets) {
			snap.Links = append(snap.Links, LinkSnapshot{from, to, messages})
		}
	})
	return snap
}

func (s *simulation) nodeSnapshot(n protocol.NodeID, place int) NodeSnapshot {
	out := NodeSnapshot{Subnet: s.members.of[n], Place: place, State: NodeUp, SentBytes: s.net.Traffic(n).SentBytes}
	switch h := s.hosts[n]; {
	case h.Machine() == nil:
		out.State = NodeDown
	case !h.Running():
		out.State = NodePaused
	}
	for _, a := range s.config.Attackers {
		if a.Node == n {
			out.Strategies = append(out.Strategies, a.Strategies...)
		}
	}
	if f := s.watch.follow; f != nil {
		out.Finalized, out.Certified = f.nodes[n].finalized, f.nodes[n].certified
	}
	return out
}

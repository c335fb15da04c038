package check

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// A Founding is a subnet's creation.
type Founding struct {
	Subnet protocol.SubnetID
	At     protocol.Time
	Start  protocol.Time // that its nodes may take until they run
	Key    crypto.ThresholdPublicKey
}

// Found notes that a subnet has been created: from when its nodes run it owes what all others do.
func (s *Suite) Found(f Founding) {
	for _, sub := range s.subnets {
		if sub.ID == f.Subnet {
			sub.unborn, sub.Key = false, f.Key
			sub.bestAt, sub.certifiedAt = f.At+f.Start, f.At+f.Start
		}
	}
}

// A Joining is a node's start as a subnet's replica: for the first time, or again.
type Joining struct {
	Node    protocol.NodeID
	Subnet  protocol.SubnetID
	At      protocol.Time
	Version protocol.ReplicaVersion
	Height  protocol.Height // of the package that it goes on from
}

// Join notes whose observations a node makes from now on. A node that was added has to catch up as one does that was away.
func (s *Suite) Join(j Joining) {
	var sub *subnet
	for _, other := range s.subnets {
		if other.ID == j.Subnet {
			sub = other
		}
	}
	known := sub.nodes[j.Node] != nil
	n := sub.node(j.Node)
	n.cup = max(n.cup, j.Height)
	if bound := s.config.Bounds.CatchUp; s.subnetOf(j.Node) != sub && bound > 0 {
		n.returns = append(n.returns, j.At)
		slices.Sort(n.returns)
	}
	s.assign(j.Node, sub)
	line := sub.line(j.Version, j.Height)
	if n.line == line {
		return
	}
	n.line = line
	if known { // what it has made above the package is gone
		n.finalized, n.notarized = min(n.finalized, j.Height), min(n.notarized, j.Height)
		n.restart(true)
	}
}

// Leave notes that a node is no subnet's any more.
func (s *Suite) Leave(n protocol.NodeID) {
	if sub := s.subnetOf(n); sub != nil {
		sub.node(n).returns, s.of[n] = nil, nil
	}
}

// line gives the blocks of a replica version. The first node that runs a new one begins it.
func (s *subnet) line(v protocol.ReplicaVersion, from protocol.Height) *line {
	for _, l := range s.lines {
		if l.version == v {
			return l
		}
	}
	if s.lines[0].version == "" {
		s.lines[0].version = v
		return s.lines[0]
	}
	s.lines = append(s.lines, &line{version: v})
	s.best = from
	return s.newest()
}

func (s *subnet) newest() *line { return s.lines[len(s.lines)-1] }

// upgrading tells whether the registry has named a version whose blocks have not begun.
func (s *subnet) upgrading(now protocol.Time) bool {
	due := 0
	for _, at := range s.Upgrades {
		if at <= now {
			due++
		}
	}
	return due > s.upgraded
}

// sameKey: the subnet's key is the one that it began with, whoever has the shares (reference/protocol.md A.10.11).
func (s *Suite) sameKey(sub *subnet, w Where, n *protocol.Note) {
	for _, keys := range []*protocol.Transcripts{&n.Summary.Current, &n.Summary.Next} {
		if key := keys.High.Group.Key; key != sub.Key {
			s.fail("subnet-key-constant", w, n.Height, "subnet %s, on %s: the summary of height %d has another key than the subnet",
				sub.Name, w.Node, n.Height)
		}
	}
}

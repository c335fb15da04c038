package explain

import (
	"fmt"
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/protocol/replica"
)

// A Node is one of a subnet at the moment to be explained.
type Node struct {
	ID      protocol.NodeID
	Replica *replica.Replica // nil: it is down
	Corrupt string           // what it does, if it is an attacker's
	Trouble string           // what keeps it from taking part; empty: nothing that faults or attackers do
}

// A Subnet is where something is to be explained.
type Subnet struct {
	Name  string
	Nodes []Node
	Now   protocol.Time
}

// views are the nodes that run and can be looked into, honest ones first.
func (s *Subnet) views() (all []*Node) {
	for _, corrupt := range [...]bool{false, true} {
		for i := range s.Nodes {
			if n := &s.Nodes[i]; n.Replica != nil && (n.Corrupt != "") == corrupt {
				all = append(all, n)
			}
		}
	}
	return all
}

// honest are the nodes whose word counts.
func (s *Subnet) honest() []*Node {
	return slices.DeleteFunc(s.views(), func(n *Node) bool { return n.Corrupt != "" })
}

func (s *Subnet) node(n protocol.NodeID) *Node {
	i := slices.IndexFunc(s.Nodes, func(x Node) bool { return x.ID == n })
	if i < 0 {
		return &Node{ID: n}
	}
	return &s.Nodes[i]
}

// why groups nodes by what is wrong with them: "n1,n2: silent since 0 s".
func (s *Subnet) why(nodes []protocol.NodeID) (lines []string) {
	by := map[string][]protocol.NodeID{}
	var reasons []string
	for _, n := range nodes {
		x := s.node(n)
		reason := x.Trouble
		switch {
		case x.Corrupt != "":
			reason = "corrupt: " + x.Corrupt
		case reason == "" && x.Replica == nil:
			reason = "down"
		case reason == "":
			v := x.Replica.View()
			reason = fmt.Sprintf("no fault; notarized %d, finalized %d, certified %d",
				v.Pool.NotarizedHeight(), v.Pool.FinalizedHeight(), v.Certified)
		}
		if by[reason] == nil {
			reasons = append(reasons, reason)
		}
		by[reason] = append(by[reason], n)
	}
	for _, r := range reasons {
		lines = append(lines, list(by[r])+" "+r)
	}
	return lines
}

// list writes nodes so that they can be renamed: n1,n2.
func list(nodes []protocol.NodeID) string {
	if len(nodes) == 0 {
		return "nobody"
	}
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.String()
	}
	return strings.Join(names, ",")
}

// without gives those of all that some lacks.
func without(all, some []protocol.NodeID) (rest []protocol.NodeID) {
	for _, n := range all {
		if !slices.Contains(some, n) {
			rest = append(rest, n)
		}
	}
	return rest
}

func seconds(t protocol.Time) string { return fmt.Sprintf("%.3f s", float64(t)/1e9) }

// A text is lines with indentation.
type text struct{ lines []string }

func (t *text) add(depth int, format string, args ...any) {
	t.lines = append(t.lines, strings.Repeat("  ", depth)+fmt.Sprintf(format, args...))
}

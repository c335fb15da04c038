package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"icsim/protocol"
)

// NodeName gives a node, a client, or who makes a call of management, as scenarios write it.
func (s *Spec) NodeName(n protocol.NodeID) string {
	i, k := s.locate(n)
	switch {
	case i >= 0:
		return s.Subnets[i].Name + "/" + printInt(k)
	case k < len(s.Clients):
		return "client " + s.Clients[k].Name
	case k < len(s.Clients)+len(s.Management):
		return "who asks for the " + s.Management[k-len(s.Clients)].what()
	}
	return n.String()
}

// Node finds a node by the name that scenarios give it: app/3. The error continues a sentence that begins with who wants it.
func (s *Spec) Node(name string) (protocol.NodeID, error) {
	for _, n := range s.everyNode() {
		if s.NodeName(n) == name {
			return n, nil
		}
	}
	var some []string
	for i := range s.Subnets {
		some = append(some, fmt.Sprintf("%s/0 to %s/%d", s.Subnets[i].Name, s.Subnets[i].Name, s.Subnets[i].Nodes-1))
	}
	return 0, fmt.Errorf("%q is no node; there are %s", name, strings.Join(some[:min(len(some), fewWords)], ", "))
}

// Hosts is how many nodes, clients and others who ask have a number.
func (s *Spec) Hosts() int { return len(s.everyNode()) + len(s.Clients) + len(s.Management) }

// locate gives a node's subnet and its place in it; for a client −1 and which it is.
func (s *Spec) locate(n protocol.NodeID) (subnet, k int) {
	k = int(n)
	for i := range s.Subnets {
		if k < s.Subnets[i].Nodes {
			return i, k
		}
		k -= s.Subnets[i].Nodes
	}
	return -1, k
}

// NodeNames writes a list of nodes as scenarios do: app/0..3, other/7. All nodes of all subnets are "all".
func (s *Spec) NodeNames(nodes []protocol.NodeID) string {
	nodes = slices.Clone(nodes)
	slices.Sort(nodes)
	var parts []string
	whole := 0
	for len(nodes) > 0 {
		i, from := s.locate(nodes[0])
		n := 1
		for n < len(nodes) && nodes[n] == nodes[n-1]+1 && i >= 0 && from+n < s.Subnets[i].Nodes {
			n++
		}
		switch {
		case i >= 0 && n == s.Subnets[i].Nodes && n > 1:
			parts = append(parts, s.Subnets[i].Name)
			whole++
		case n > 1:
			parts = append(parts, s.NodeName(nodes[0])+".."+printInt(from+n-1))
		default:
			parts = append(parts, s.NodeName(nodes[0]))
		}
		nodes = nodes[n:]
	}
	if whole == len(s.Subnets) && whole == len(parts) && whole > 1 {
		return allNodes
	}
	return strings.Join(parts, ", ")
}

func (s *Spec) everyNode() []protocol.NodeID {
	var out []protocol.NodeID
	for i := range s.Subnets {
		for range s.Subnets[i].Nodes {
			out = append(out, protocol.NodeID(len(out)))
		}
	}
	return out
}

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
		return s.groupName(i) + "/" + printInt(k)
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

// locate gives a node's group, which is the subnet that it has at genesis or after the subnets the spares, and its place in it; for a
// client −1 and which it is.
func (s *Spec) locate(n protocol.NodeID) (group, k int) {
	k = int(n)
	for i := range s.groups() {
		size := s.groupSize(i)
		if k < size {
			return i, k
		}
		k -= size
	}
	return -1, k
}

// groups counts the subnets, and the spares if there are some.
func (s *Spec) groups() int {
	if s.Spares.Nodes > 0 {
		return len(s.Subnets) + 1
	}
	return len(s.Subnets)
}

// size is how many nodes a subnet has when it begins.
func (s *Spec) size(sub *Subnet) int {
	for i := range s.Changes {
		if c := &s.Changes[i]; c.Create != nil && c.Subnet == sub.Name {
			return len(c.Add.Nodes)
		}
	}
	return sub.Nodes
}

func (s *Spec) groupSize(i int) int {
	if i == len(s.Subnets) {
		return s.Spares.Nodes
	}
	return s.Subnets[i].Nodes
}

func (s *Spec) groupName(i int) string {
	if i == len(s.Subnets) {
		return spareName
	}
	return s.Subnets[i].Name
}

// NodeNames writes a list of nodes as scenarios do: app/0..3, other/7. All nodes there are are "all".
func (s *Spec) NodeNames(nodes []protocol.NodeID) string {
	nodes = slices.Clone(nodes)
	slices.Sort(nodes)
	var parts []string
	whole := 0
	for len(nodes) > 0 {
		i, from := s.locate(nodes[0])
		n := 1
		for n < len(nodes) && nodes[n] == nodes[n-1]+1 && i >= 0 && from+n < s.groupSize(i) {
			n++
		}
		switch {
		case i >= 0 && n == s.groupSize(i) && n > 1:
			parts = append(parts, s.groupName(i))
			whole++
		case n > 1:
			parts = append(parts, s.NodeName(nodes[0])+".."+printInt(from+n-1))
		default:
			parts = append(parts, s.NodeName(nodes[0]))
		}
		nodes = nodes[n:]
	}
	if whole == s.groups() && whole == len(parts) && whole > 1 {
		return allNodes
	}
	return strings.Join(parts, ", ")
}

func (s *Spec) everyNode() []protocol.NodeID {
	var out []protocol.NodeID
	for i := range s.groups() {
		for range s.groupSize(i) {
			out = append(out, protocol.NodeID(len(out)))
		}
	}
	return out
}

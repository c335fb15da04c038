package orchestrator

import "icsim/protocol"

// A Leaving says when a node stops being a subnet's.
type Leaving uint8

const (
	Stay  Leaving = iota // it is a member at the newest version
	Later                // at the newest no more, but at one that is still in use
	Now
)

// WhenToLeave scans the registry versions from the oldest that a package has in use to the newest (rs/orchestrator/src/upgrade.rs,
// should_node_become_unassigned).
func WhenToLeave(
	node protocol.NodeID, subnet protocol.SubnetID, registry protocol.RegistryClient, cup *protocol.CatchUpPackage,
	latest protocol.RegistryVersion,
) Leaving {
	if registry.At(latest).Subnet(subnet).Has(node) {
		return Stay
	}
	for v := cup.Summary().OldestVersion(); v < latest; v++ {
		if registry.At(v).Subnet(subnet).Has(node) {
			return Later
		}
	}
	return Now
}

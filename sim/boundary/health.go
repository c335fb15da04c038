package boundary

import "icsim/protocol"

// members gives all nodes, by subnet.
func (b *Node) members(yield func([]protocol.NodeID) bool) {
	for _, s := range b.cfg.Registry().Subnets {
		if !yield(s.Members) {
			return
		}
	}
}

// Health is what the boundary node says of itself to agents: it is healthy when most subnets have most of their nodes fit
// (rs/boundary_node/ic_boundary/src/routes.rs, ProxyRouter::health; shares of 51 percent).
func (b *Node) Health() protocol.Health {
	if b.watch.Empty() {
		return protocol.Starting
	}
	registry, healthy := b.cfg.Registry(), 0
	for _, s := range registry.Subnets {
		if most(len(b.watch.Fit(s.Members)), len(s.Members)) {
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

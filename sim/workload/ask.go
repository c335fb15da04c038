package workload

import (
	"slices"

	"icsim/protocol"
)

// ask sends a request to a random node of the subnet that hosts the canister, to one that is fit if any is known to be. Where the subnet is
// being created there is none, and the client tries again.
func (k *Client) ask(of *Call, m protocol.Message, out *protocol.Outputs) {
	subnet := k.host(of)
	k.look(subnet)
	nodes := k.world.Nodes(subnet)
	if fit := k.watch.Fit(nodes); len(fit) > 0 {
		nodes = fit
	}
	if len(nodes) == 0 {
		return
	}
	i := k.random.Next().IntN(len(nodes))
	out.Send(nodes[i:i+1:i+1], m)
}

// lookAhead watches the subnets where the canisters that it will call are at genesis.
func (k *Client) lookAhead() {
	all := k.config.Trace
	switch {
	case k.closed():
		all = k.config.Sequence
	case len(all) == 0:
		all = []Call{k.config.Call}
	}
	for i := range all {
		k.look(all[i].Subnet)
	}
}

// look watches a subnet from now on.
func (k *Client) look(subnet int) {
	if !slices.Contains(k.subnets, subnet) {
		k.subnets = append(k.subnets, subnet)
	}
}

// members gives the nodes that are watched, by subnet.
func (k *Client) members(yield func([]protocol.NodeID) bool) {
	for _, subnet := range k.subnets {
		if !yield(k.world.Nodes(subnet)) {
			return
		}
	}
}

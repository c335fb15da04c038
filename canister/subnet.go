package canister

import (
	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// nodeMetricsHistory tells how many blocks the subnet's nodes made and failed to make, day by day, of the days from a time on that are
// over. Message routing keeps the counts (protocol.RoundContext).
func (r *Round) nodeMetricsHistory(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.NodeMetricsHistory
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if f := r.isOwn(arg.Subnet); f != nil {
		return nil, f
	}
	samples := []m.NodeMetricsSample{}
	for _, day := range r.ctx.BlockMakers {
		if day.Time < arg.Start {
			continue
		}
		sample := m.NodeMetricsSample{Timestamp: day.Time}
		for _, n := range day.Nodes {
			sample.Nodes = append(sample.Nodes, m.NodeMetrics{Node: n.Node, Blocks: n.Proposed, Failed: n.Failed})
		}
		samples = append(samples, sample)
	}
	return m.Encode(samples), nil
}

// subnetInfo tells which software the subnet runs, and which version of the registry it goes by.
func (r *Round) subnetInfo(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.SubnetInfo
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if f := r.isOwn(arg.Subnet); f != nil {
		return nil, f
	}
	var reply m.SubnetInfoReply
	if r.ctx.Registry != nil {
		reply.Replica = string(r.ctx.Registry.Subnet(r.ctx.Subnet).ReplicaVersion)
		reply.Registry = uint64(r.ctx.Registry.Version)
	}
	return m.Encode(reply), nil
}

// isOwn refuses what is about another subnet: calls about one that there is have been routed to it.
func (r *Round) isOwn(subnet principal.ID) *fault {
	if subnet == r.ctx.SubnetPrincipal {
		return nil
	}
	return refusal(errRejectedMessage, "Provided target subnet ID %s does not match current subnet ID %s.", subnet, r.ctx.SubnetPrincipal)
}

// listCanisters is for subnet admins (interface.md B.1), and subnets have none.
func (r *Round) listCanisters(q *request, _ *Canister) ([]byte, *fault) {
	return nil, notAdmin(q.caller)
}

func notAdmin(caller principal.ID) *fault {
	return refusal(errInvalidController, "Caller %s is not a subnet admin, and only those can list the canisters of a subnet.", caller)
}

// subnetOf gives the subnet that a principal names, if it names one.
func (r *Round) subnetOf(p principal.ID) (protocol.SubnetID, bool) {
	switch {
	case p == r.ctx.SubnetPrincipal:
		return r.ctx.Subnet, true
	case r.ctx.Registry == nil:
		return 0, false
	}
	return r.ctx.Registry.SubnetOf(p)
}

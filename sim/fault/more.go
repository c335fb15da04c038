package fault

import (
	"slices"

	"icsim/protocol"
	"icsim/sim/machine"
)

func (c *compiler) stalls(stalls []ClockStall) {
	var spans []span
	for _, f := range stalls {
		c.node("clock stall", f.Node)
		c.times("clock stall", f.At, f.For)
		spans = append(spans, newSpan(f.Node, f.At, f.For))
		c.during(f.At, f.For, Action{Kind: Stall, Node: f.Node}, Action{Kind: Tick, Node: f.Node})
	}
	c.disjoint("clock stall", spans)
}

func (c *compiler) disks(disks []Disk) {
	var spans []span
	for _, f := range disks {
		c.node("disk fault", f.Node)
		c.times("disk fault", f.At, f.For)
		if err := f.Check(); err != nil {
			c.fail("disk fault of node %d at %v: %w", f.Node, f.At, err)
		}
		if f.DiskFault == (machine.DiskFault{}) {
			c.fail("disk fault of node %d at %v: it loses nothing, misdirects nothing, is neither full nor slow", f.Node, f.At)
		}
		spans = append(spans, newSpan(f.Node, f.At, f.For))
		c.during(f.At, f.For, Action{Kind: Wear, Node: f.Node, Disk: f.DiskFault}, Action{Kind: Wear, Node: f.Node})
	}
	c.disjoint("disk fault", spans)
}

func (c *compiler) swaps(swaps []Swap) {
	for _, f := range swaps {
		c.node("swap of disks", f.A)
		c.node("swap of disks", f.B)
		c.times("swap of disks", f.At, f.Down)
		if f.A == f.B || f.Down < 2 {
			c.fail("swap of the disks of nodes %d and %d at %v: want two nodes, and that they are down for 2ns or more", f.A, f.B, f.At)
		}
		for _, n := range [...]protocol.NodeID{f.A, f.B} {
			c.during(f.At, f.Down, Action{Kind: Stop, Node: n}, Action{Kind: Start, Node: n})
		}
		c.during(f.At+1, 0, Action{Kind: Trade, Node: f.A, With: f.B}, Action{})
	}
}

func (c *compiler) clogs(clogs []Clog) {
	for _, f := range clogs {
		c.times("clog", f.At, f.For)
		for _, n := range slices.Concat(f.From, f.To) {
			c.node("clog", n)
		}
		if len(f.From) == 0 || len(f.To) == 0 {
			c.fail("clog at %v: from and to need a node each", f.At)
		}
		begin := Action{Kind: Clogged, From: f.From, To: f.To}
		end := Action{Kind: Freed, From: f.From, To: f.To}
		c.during(f.At, f.For, begin, end)
		if f.BothWays {
			begin.From, begin.To, end.From, end.To = f.To, f.From, f.To, f.From
			c.during(f.At, f.For, begin, end)
		}
	}
}

func (c *compiler) schedulers(all []Scheduler) {
	for _, f := range all {
		c.times("scheduler", f.At, f.For)
		for _, n := range f.Nodes {
			c.node("scheduler", n)
		}
		if len(f.Nodes) < 2 {
			c.fail("scheduler at %v: of the links among %d nodes; want two or more", f.At, len(f.Nodes))
		}
		if err := f.Check(len(f.Nodes)); err != nil {
			c.fail("scheduler at %v: %w", f.At, err)
		}
		c.during(f.At, f.For, Action{Kind: Direct, From: f.Nodes, Schedule: f.Schedule},
			Action{Kind: Settle, From: f.Nodes, Schedule: f.Schedule})
	}
}

func (c *compiler) roles(roles []Role) {
	for i := range roles {
		f := &roles[i]
		c.times("fault of a role", f.At, 0)
		for _, n := range f.Of {
			c.node("fault of a role", n)
		}
		switch {
		case int(f.As) >= len(Parts()) || len(f.Of) == 0:
			c.fail("fault of a role at %v: want a role and the nodes of its subnet", f.At)
			continue
		case len(f.Then.Roles) > 0:
			c.fail("fault of a role at %v: it hits a role in turn", f.At)
			continue
		}
		then := f.Then.Of(f.Of[0])
		c.errs = append(c.errs, (&compiler{nodes: c.nodes}).check(&then)...)
		c.during(f.At, 0, Action{Kind: Pick, Role: f}, Action{})
	}
}

func (c *compiler) check(p *Plan) []error {
	c.plan(p)
	return c.errs
}

// Of gives the plan in which a node stands for protocol.NoNode. It is never among those it is parted from.
func (p *Plan) Of(n protocol.NodeID) Plan {
	q := *p
	one := func(x *protocol.NodeID) {
		if *x == protocol.NoNode {
			*x = n
		}
	}
	some := func(nodes []protocol.NodeID) []protocol.NodeID {
		if !slices.Contains(nodes, protocol.NoNode) {
			return slices.DeleteFunc(slices.Clone(nodes), func(x protocol.NodeID) bool { return x == n })
		}
		nodes = slices.Clone(nodes)
		for i := range nodes {
			one(&nodes[i])
		}
		return nodes
	}
	q.Crashes, q.Pauses, q.Bandwidths = slices.Clone(p.Crashes), slices.Clone(p.Pauses), slices.Clone(p.Bandwidths)
	q.Jumps, q.Drifts, q.SlowCPUs = slices.Clone(p.Jumps), slices.Clone(p.Drifts), slices.Clone(p.SlowCPUs)
	q.Stalls, q.Disks, q.Partitions = slices.Clone(p.Stalls), slices.Clone(p.Disks), slices.Clone(p.Partitions)
	q.Links, q.Clogs = slices.Clone(p.Links), slices.Clone(p.Clogs)
	for i := range q.Crashes {
		one(&q.Crashes[i].Node)
	}
	for i := range q.Pauses {
		one(&q.Pauses[i].Node)
	}
	for i := range q.Bandwidths {
		one(&q.Bandwidths[i].Node)
	}
	for i := range q.Jumps {
		one(&q.Jumps[i].Node)
	}
	for i := range q.Drifts {
		one(&q.Drifts[i].Node)
	}
	for i := range q.SlowCPUs {
		one(&q.SlowCPUs[i].Node)
	}
	for i := range q.Stalls {
		one(&q.Stalls[i].Node)
	}
	for i := range q.Disks {
		one(&q.Disks[i].Node)
	}
	for i := range q.Partitions {
		groups := slices.Clone(q.Partitions[i].Groups)
		for k := range groups {
			groups[k] = some(groups[k])
		}
		q.Partitions[i].Groups = groups
	}
	for i := range q.Links {
		q.Links[i].From, q.Links[i].To = some(q.Links[i].From), some(q.Links[i].To)
	}
	for i := range q.Clogs {
		q.Clogs[i].From, q.Clogs[i].To = some(q.Clogs[i].From), some(q.Clogs[i].To)
	}
	return q
}

// Add puts the faults of another plan to those of this one.
func (p *Plan) Add(q *Plan) {
	p.Crashes, p.Pauses = append(p.Crashes, q.Crashes...), append(p.Pauses, q.Pauses...)
	p.Partitions, p.Links = append(p.Partitions, q.Partitions...), append(p.Links, q.Links...)
	p.Bandwidths, p.Jumps = append(p.Bandwidths, q.Bandwidths...), append(p.Jumps, q.Jumps...)
	p.Drifts, p.SlowCPUs = append(p.Drifts, q.Drifts...), append(p.SlowCPUs, q.SlowCPUs...)
	p.Stalls, p.Disks, p.Swaps = append(p.Stalls, q.Stalls...), append(p.Disks, q.Disks...), append(p.Swaps, q.Swaps...)
	p.Clogs, p.Schedulers = append(p.Clogs, q.Clogs...), append(p.Schedulers, q.Schedulers...)
	p.Roles = append(p.Roles, q.Roles...)
}

package scenarios

import (
	"fmt"
	"slices"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/variant"
)

// Seed is the one that the scenario runs with unless another one is named: that of the recorded session, or what it says itself.
func (s *Spec) Seed() uint64 {
	if s.recording != nil {
		return s.recording.Seed
	}
	return s.Preferred
}

// Compile gives the run that a scenario and a seed stand for. It is pure; the error is about the library of canisters.
func (s *Spec) Compile(seed uint64) (*sim.Config, error) {
	c := &sim.Config{
		Name: s.Name, Seed: seed, Duration: s.Duration, Genesis: uint64(s.Genesis.UnixNano()), Crypto: s.Crypto,
		Paths: s.Network.paths, Faults: s.plan(), Bounds: s.Liveness, Expect: slices.Clone(s.Expect), Sometimes: slices.Clone(s.Sometimes),
		Workers: 1,
		Servers: s.servers(),
		Healing: check.Healing{At: s.Healing.At, Within: s.Healing.Within, Core: s.Healing.Core.Nodes},
	}
	if s.Until != 0 {
		c.Duration, c.Short, c.Expect = s.Until, true, nil
	}
	for i := range s.Subnets {
		c.Subnets = append(c.Subnets, s.Subnets[i].compile(&s.Network, i))
	}
	if n := &s.Spares; n.Nodes > 0 {
		c.Spares = sim.Spares{Places: s.Network.where(n.Nodes, n.Places, len(s.Subnets)), Uplink: n.Uplink, Downlink: n.Downlink}
	}
	for i := range s.Changes {
		c.Changes = append(c.Changes, s.Changes[i].compile(s.subnetIndex(s.Changes[i].Subnet)))
	}
	if r := s.recording; r != nil {
		if r.Seed != seed {
			return nil, fmt.Errorf("%s: the session was recorded with seed %d; replay it with --seed %[2]d", s.File, r.Seed)
		}
		c.Boundary, c.Inputs, c.Short, c.Expect = true, r.Inputs, true, nil
		if c.Duration = r.Lasted; s.Until != 0 {
			c.Duration = min(r.Lasted, s.Until)
		}
	}
	x := s.newScene(c)
	if err := x.install(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.File, err)
	}
	for i := range s.Clients {
		k, err := x.client(&s.Clients[i])
		if err != nil {
			return nil, fmt.Errorf("%s: client %s: %w", s.File, s.Clients[i].Name, err)
		}
		c.Clients = append(c.Clients, k)
	}
	for i := range s.Management {
		k, err := x.management(&s.Management[i])
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", s.File, s.Management[i].line, err)
		}
		c.Clients = append(c.Clients, k)
	}
	for _, a := range s.Attackers {
		for _, n := range a.Nodes.Nodes {
			c.Attackers = append(c.Attackers, adversary.Assignment{Node: n, Strategies: a.Strategies})
		}
	}
	for _, name := range s.Variants {
		v, _ := variant.Find(name) // the parser knows it
		c.Variants = append(c.Variants, v)
	}
	slices.SortFunc(c.Attackers, func(a, b adversary.Assignment) int { return int(a.Node) - int(b.Node) })
	return c, nil
}

func (s *Subnet) compile(n *Network, i int) sim.Subnet {
	return sim.Subnet{
		Name: s.Name, Type: s.Type, Places: n.where(s.Nodes, s.Places, i), Uplink: s.Uplink, Downlink: s.Downlink,
		UnitDelay: s.UnitDelay, InitialNotaryDelay: s.NotaryDelay, DKGIntervalLength: s.DKGInterval,
		MaxIngressBytes: int(s.MaxIngressBytes), MaxIngressMessages: s.MaxIngressMessages,
		MaxBlockIngress: int(s.MaxBlockIngress), MaxBlockPayload: int(s.MaxBlockPayload),
	}
}

func (s *Spec) subnetIndex(name string) int {
	return slices.IndexFunc(s.Subnets, func(sub Subnet) bool { return sub.Name == name })
}

// plan turns faults into those of each node.
func (s *Spec) plan() fault.Plan {
	var p fault.Plan
	for i := range s.Faults {
		f := &s.Faults[i]
		switch f.Kind {
		case "partition":
			var groups [][]protocol.NodeID
			for _, g := range f.Groups {
				groups = append(groups, g.Nodes)
			}
			p.Partitions = append(p.Partitions, fault.Partition{Groups: groups, OneWay: f.OneWay, At: f.At, For: f.For})
		case "cut":
			p.Partitions = append(p.Partitions, s.cutOff(f))
		case "link":
			p.Links = append(p.Links, f.links()...)
		default:
			for _, n := range f.Nodes.Nodes {
				f.on(n, &p)
			}
		}
	}
	return p
}

// cutOff is a partition between some nodes and all others.
func (s *Spec) cutOff(f *Fault) fault.Partition {
	others := slices.DeleteFunc(s.everyNode(), func(n protocol.NodeID) bool { return slices.Contains(f.Nodes.Nodes, n) })
	p := fault.Partition{Groups: [][]protocol.NodeID{f.Nodes.Nodes, others}, OneWay: f.Direction != "both", At: f.At, For: f.For}
	if f.Direction == "in" {
		slices.Reverse(p.Groups)
	}
	return p
}

// links states a link fault so that each ordered pair of nodes is in it once, though the two sides may overlap.
func (f *Fault) links() []fault.Link {
	link := func(from, to []protocol.NodeID, both bool) fault.Link {
		d := network.Disturbance{Delay: f.Delay, Loss: f.Loss}
		return fault.Link{From: from, To: to, BothWays: both, At: f.At, For: f.For, Disturbance: d}
	}
	without := func(all, some []protocol.NodeID) []protocol.NodeID {
		return slices.DeleteFunc(slices.Clone(all), func(n protocol.NodeID) bool { return slices.Contains(some, n) })
	}
	from, to := f.Nodes.Nodes, f.To.Nodes
	onlyTo, onlyFrom := without(to, from), without(from, to)
	both := without(from, onlyFrom)
	switch {
	case f.OneWay:
		return []fault.Link{link(from, to, false)}
	case len(both) == 0:
		return []fault.Link{link(from, to, true)}
	}
	out := []fault.Link{link(from, to, false)}
	if len(onlyTo) > 0 {
		out = append(out, link(onlyTo, from, false))
	}
	if len(onlyFrom) > 0 {
		out = append(out, link(both, onlyFrom, false))
	}
	return out
}

// on adds a fault of one node.
func (f *Fault) on(n protocol.NodeID, p *fault.Plan) {
	switch f.Kind {
	case "crash":
		p.Crashes = append(p.Crashes, fault.Crash{Node: n, At: f.At, Down: f.For, LoseDisk: f.LoseDisk})
	case "pause":
		p.Pauses = append(p.Pauses, fault.Pause{Node: n, At: f.At, For: f.For})
	case "bandwidth":
		p.Bandwidths = append(p.Bandwidths, fault.Bandwidth{Node: n, Uplink: f.Up, Downlink: f.Down, At: f.At, For: f.For})
	case "clock_jump":
		p.Jumps = append(p.Jumps, fault.ClockJump{Node: n, At: f.At, By: f.By})
	case "clock_drift":
		p.Drifts = append(p.Drifts, fault.ClockDrift{Node: n, PartsPerBillion: f.Drift, At: f.At, For: f.For})
	case "slow_cpu":
		p.SlowCPUs = append(p.SlowCPUs, fault.SlowCPU{Node: n, Num: f.Factor.Num, Den: f.Factor.Den, At: f.At, For: f.For})
	}
}

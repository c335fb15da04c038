package scenarios

import (
	"fmt"
	"slices"
	"time"

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
	if err := s.checkChainKeys(); err != nil {
		return nil, err
	}
	c := &sim.Config{
		Name: s.Name, Seed: seed, Duration: s.Duration, Genesis: uint64(s.Genesis.UnixNano()), Crypto: s.Crypto,
		Paths: s.Network.paths, Requests: s.Network.Requests, Faults: s.plan(seed),
		Bounds: s.Liveness, Expect: slices.Clone(s.Expect), Sometimes: slices.Clone(s.Sometimes),
		Workers: 1, Servers: s.servers(), Branches: slices.Clone(s.Branches),
		Healing: check.Healing{At: s.Healing.At, Within: s.Healing.Within, Core: s.Healing.Core.Nodes},
	}
	c.Short = s.unhealed
	if s.Until != 0 {
		c.Duration, c.Short, c.Expect = s.Until, true, nil
	}
	for i := range s.Subnets {
		c.Subnets = append(c.Subnets, s.Subnets[i].compile(&s.Network, i))
	}
	if n := &s.Spares; n.Nodes > 0 {
		c.Spares = sim.Spares{Places: s.Network.where(n.Nodes, n.Places, s.atGenesis()), Uplink: n.Uplink, Downlink: n.Downlink}
	}
	for i := range s.Changes {
		c.Changes = append(c.Changes, s.Changes[i].compile(s.subnetIndex(s.Changes[i].Subnet), s.subnetIndex(s.Changes[i].From)))
		switch m := s.Changes[i].Migration; {
		case m == nil:
		case m.Kind == splitKind:
			c.Changes[i].Split = s.compileSplit(m)
		default:
			c.Changes[i].Migration = s.compileMigration(m)
		}
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
	for i := range s.Attackers {
		c.Attackers = append(c.Attackers, s.Attackers[i].assignments()...)
	}
	for _, name := range s.Variants {
		v, _ := variant.Find(name) // the parser knows it
		c.Variants = append(c.Variants, v)
	}
	slices.SortStableFunc(c.Attackers, func(a, b adversary.Assignment) int { return int(a.Node) - int(b.Node) })
	return c, nil
}

func (s *Subnet) compile(n *Network, i int) sim.Subnet {
	var places []int
	if !s.Created {
		places = n.where(s.Nodes, s.Places, i)
	}
	return sim.Subnet{
		Name: s.Name, Created: s.Created, Type: s.Type, Places: places, Uplink: s.Uplink, Downlink: s.Downlink,
		UnitDelay: s.UnitDelay, InitialNotaryDelay: s.NotaryDelay, DKGIntervalLength: s.DKGInterval,
		MaxIngressBytes: int(s.MaxIngressBytes), MaxIngressMessages: s.MaxIngressMessages,
		MaxBlockIngress: int(s.MaxBlockIngress), MaxBlockPayload: int(s.MaxBlockPayload), IdleCanisters: s.Idle,
		ChainKeys: s.ChainKeys,
	}
}

// atGenesis counts the subnets that are there when the run begins.
func (s *Spec) atGenesis() (n int) {
	for i := range s.Subnets {
		if !s.Subnets[i].Created {
			n++
		}
	}
	return n
}

func (s *Spec) subnetIndex(name string) int {
	return slices.IndexFunc(s.Subnets, func(sub Subnet) bool { return sub.Name == name })
}

// links states a link fault so that each ordered pair of nodes is in it once, though the two sides may overlap.
func (f *Fault) links(at, lasts time.Duration) []fault.Link {
	link := func(from, to []protocol.NodeID, both bool) fault.Link {
		d := network.Disturbance{Delay: f.Delay, Loss: f.Loss}
		return fault.Link{From: from, To: to, BothWays: both, At: at, For: lasts, Disturbance: d}
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

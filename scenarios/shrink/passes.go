package shrink

import (
	"math"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim/check"
)

// pass tries everything once, what saves most time first. It tells whether anything went.
func (s *shrinker) pass() bool {
	before := s.best
	s.alter(func(c *scenarios.Spec) { c.Crypto = "ideal" })
	s.shorten()
	s.alter(func(c *scenarios.Spec) {
		c.Clients, c.Canisters, c.Management, c.Outcalls, c.Users = nil, nil, nil, nil, nil
	})
	s.withoutSubnets()
	drop(s, func(c *scenarios.Spec) *[]scenarios.Fault { return &c.Faults })
	drop(s, func(c *scenarios.Spec) *[]scenarios.Attacker { return &c.Attackers })
	s.withoutNodes()
	drop(s, func(c *scenarios.Spec) *[]scenarios.Client { return &c.Clients })
	drop(s, func(c *scenarios.Spec) *[]scenarios.Step { return &c.Management })
	drop(s, func(c *scenarios.Spec) *[]scenarios.Outcall { return &c.Outcalls })
	drop(s, func(c *scenarios.Spec) *[]string { return &c.Users })
	drop(s, func(c *scenarios.Spec) *[]check.Expectation { return &c.Expect })
	for _, k := range s.best.Canisters {
		s.try(s.best.WithoutCanisters([]string{k.Name}))
	}
	s.alter(func(c *scenarios.Spec) { c.Healing = scenarios.Healing{} })
	s.attackers()
	s.faults()
	s.clients()
	s.parameters()
	return s.best != before
}

// alter tries a change of the best scenario. Lists are changed in copies: what a Spec shares with another stays.
func (s *shrinker) alter(change func(*scenarios.Spec)) bool {
	c := *s.best
	c.Subnets, c.Faults, c.Attackers, c.Clients =
		slices.Clone(c.Subnets), slices.Clone(c.Faults), slices.Clone(c.Attackers), slices.Clone(c.Clients)
	change(&c)
	return s.try(&c)
}

// drop leaves parts of a list out, large ones first.
func drop[T any](s *shrinker, list func(*scenarios.Spec) *[]T) {
	for size := len(*list(s.best)); size > 0; size /= 2 {
		for at := 0; at < len(*list(s.best)); {
			taken := s.alter(func(c *scenarios.Spec) {
				l := list(c)
				*l = slices.Delete(slices.Clone(*l), at, min(at+size, len(*l)))
			})
			if !taken {
				at += size
			}
		}
	}
}

// shorten ends the run soon after the failure, or in half the time, and leaves out what would come later.
func (s *shrinker) shorten() {
	if at := time.Duration(s.failure.AtSeconds * float64(time.Second)); at > 0 {
		for _, margin := range []time.Duration{time.Millisecond, time.Second} {
			if s.end((at + margin).Truncate(time.Millisecond)) {
				return
			}
		}
	}
	for _, part := range []time.Duration{2, 4, 8} {
		s.end((s.best.Duration - s.best.Duration/part).Truncate(time.Millisecond))
	}
}

func (s *shrinker) end(at time.Duration) bool {
	if at >= s.best.Duration || at <= 0 {
		return false
	}
	return s.alter(func(c *scenarios.Spec) {
		c.Duration = at
		c.Faults = slices.DeleteFunc(c.Faults, func(f scenarios.Fault) bool { return f.At >= at })
		c.Management = slices.DeleteFunc(slices.Clone(c.Management), func(m scenarios.Step) bool { return m.At >= at })
		c.Clients = slices.DeleteFunc(c.Clients, func(k scenarios.Client) bool { return k.From >= at })
		for i := range c.Clients {
			if c.Clients[i].Until >= at {
				c.Clients[i].Until = 0
			}
		}
		if c.Until >= at {
			c.Until = 0
		}
		if h := &c.Healing; h.At >= at {
			c.Healing = scenarios.Healing{}
		}
	})
}

func (s *shrinker) withoutSubnets() {
	for i := len(s.best.Subnets) - 1; i >= 0 && len(s.best.Subnets) > 1; i-- {
		s.try(s.best.Without(s.members(i)))
	}
}

// members are the nodes of a subnet.
func (s *shrinker) members(subnet int) (nodes []protocol.NodeID) {
	first := 0
	for i := range subnet {
		first += s.best.Subnets[i].Nodes
	}
	for k := range s.best.Subnets[subnet].Nodes {
		nodes = append(nodes, protocol.NodeID(first+k))
	}
	return nodes
}

// withoutNodes leaves nodes of each subnet out: half of them, a quarter, …, one; the last ones first.
func (s *shrinker) withoutNodes() {
	for i := range s.best.Subnets {
		for size := s.best.Subnets[i].Nodes / 2; size > 0; size /= 2 {
			for at := s.best.Subnets[i].Nodes - size; at >= 0 && size < s.best.Subnets[i].Nodes; {
				if s.try(s.best.Without(s.members(i)[at : at+size])) {
					at = min(at, s.best.Subnets[i].Nodes-size)
				} else {
					at -= size
				}
			}
		}
	}
	s.scattered()
}

// scattered leaves out nodes that do not stand together: an attacker and up to two who are none, so that f changes along.
func (s *shrinker) scattered() {
	for i := range s.best.Subnets {
		for again := true; again; {
			again = false
			m := s.members(i)
			var evil, good []protocol.NodeID
			for _, n := range m {
				if slices.ContainsFunc(s.best.Attackers, func(a scenarios.Attacker) bool { return slices.Contains(a.Nodes.Nodes, n) }) {
					evil = append(evil, n)
				} else {
					good = append(good, n)
				}
			}
			for _, some := range [][2]int{{1, 1}, {1, 2}, {0, 2}, {0, 3}} {
				if some[0] > len(evil) || some[1] > len(good) || some[0]+some[1] >= len(m) {
					continue
				}
				if s.try(s.best.Without(slices.Concat(evil[len(evil)-some[0]:], good[len(good)-some[1]:]))) ||
					s.try(s.best.Without(slices.Concat(evil[len(evil)-some[0]:], ends(good, some[1])))) {
					again = true
					break
				}
			}
		}
	}
}

// ends are some nodes from both ends of a list in turn: of two sides of a partition, one of each.
func ends(nodes []protocol.NodeID, n int) (some []protocol.NodeID) {
	for i := range n {
		if i%2 == 0 {
			some = append(some, nodes[len(nodes)-1-i/2])
		} else {
			some = append(some, nodes[i/2])
		}
	}
	return some
}

// attackers leaves out corrupt nodes that stand together in a line, and strategies.
func (s *shrinker) attackers() {
	for i := 0; i < len(s.best.Attackers); i++ {
		for k := len(s.best.Attackers[i].Nodes.Nodes) - 1; k >= 0; k-- {
			s.alter(func(c *scenarios.Spec) { c.Attackers[i].Nodes = less(c, c.Attackers[i].Nodes, k) })
		}
		for k := len(s.best.Attackers[i].Strategies) - 1; k >= 0; k-- {
			s.alter(func(c *scenarios.Spec) {
				a := &c.Attackers[i]
				a.Strategies = slices.Delete(slices.Clone(a.Strategies), k, k+1)
			})
		}
	}
}

func less(c *scenarios.Spec, t scenarios.Targets, k int) scenarios.Targets {
	return c.Targets(slices.Delete(slices.Clone(t.Nodes), k, k+1))
}

// faults makes each fault hit fewer nodes, less, and for a shorter time.
func (s *shrinker) faults() {
	for i := range s.best.Faults {
		f := func() *scenarios.Fault { return &s.best.Faults[i] }
		for k := len(f().Nodes.Nodes) - 1; k >= 0 && len(f().Nodes.Nodes) > 1; k-- {
			s.alter(func(c *scenarios.Spec) { c.Faults[i].Nodes = less(c, c.Faults[i].Nodes, k) })
		}
		for k := len(f().To.Nodes) - 1; k >= 0 && len(f().To.Nodes) > 1; k-- {
			s.alter(func(c *scenarios.Spec) { c.Faults[i].To = less(c, c.Faults[i].To, k) })
		}
		for g := len(f().Groups) - 1; g >= 0; g-- {
			s.group(i, g)
		}
		if f().LoseDisk {
			s.alter(func(c *scenarios.Spec) { c.Faults[i].LoseDisk = false })
		}
		if f().OneWay {
			s.alter(func(c *scenarios.Spec) { c.Faults[i].OneWay = false })
		}
		for _, part := range []time.Duration{2, 4} {
			if lasts := f().For; lasts > time.Second {
				s.alter(func(c *scenarios.Spec) { c.Faults[i].For = (lasts - lasts/part).Truncate(time.Millisecond) })
			}
		}
		for _, grid := range []time.Duration{time.Second, 100 * time.Millisecond} {
			s.round(i, grid)
		}
	}
}

// group leaves a group of a partition out, or nodes of it.
func (s *shrinker) group(i, g int) {
	if len(s.best.Faults[i].Groups) > 2 && s.alter(func(c *scenarios.Spec) {
		c.Faults[i].Groups = slices.Delete(slices.Clone(c.Faults[i].Groups), g, g+1)
	}) {
		return
	}
	for k := len(s.best.Faults[i].Groups[g].Nodes) - 1; k >= 0 && len(s.best.Faults[i].Groups[g].Nodes) > 1; k-- {
		s.alter(func(c *scenarios.Spec) {
			f := &c.Faults[i]
			f.Groups = slices.Clone(f.Groups)
			f.Groups[g] = less(c, f.Groups[g], k)
		})
	}
}

// round makes times of a fault multiples of something.
func (s *shrinker) round(i int, grid time.Duration) {
	f := &s.best.Faults[i]
	if at := f.At.Truncate(grid); at > 0 && at != f.At {
		s.alter(func(c *scenarios.Spec) { c.Faults[i].At = at })
	}
	f = &s.best.Faults[i]
	if lasts := f.For.Truncate(grid); lasts > 0 && lasts != f.For {
		s.alter(func(c *scenarios.Spec) { c.Faults[i].For = lasts })
	}
}

// clients makes fewer calls.
func (s *shrinker) clients() {
	for i := range s.best.Clients {
		k := &s.best.Clients[i]
		if len(k.Sequence) > 0 {
			if k.Repeat > 1 {
				s.alter(func(c *scenarios.Spec) { c.Clients[i].Repeat = 1 })
			}
			continue
		}
		for count := 1; k.Every > 0 && (k.Count == 0 || k.Count > count) && count <= math.MaxUint8; count *= 4 {
			if s.alter(func(c *scenarios.Spec) { c.Clients[i].Count = count }) {
				break
			}
		}
		if s.best.Clients[i].Poisson {
			s.alter(func(c *scenarios.Spec) { c.Clients[i].Poisson = false })
		}
	}
}

// parameters makes the network and the subnets ordinary.
func (s *shrinker) parameters() {
	const ordinary = 50 * time.Millisecond
	if n := &s.best.Network; n.Uniform != ordinary || n.Loss != 0 {
		s.alter(func(c *scenarios.Spec) {
			c.Network = scenarios.Network{Uniform: ordinary}
			for i := range c.Subnets {
				c.Subnets[i].Places = []string{"world"}
			}
			for i := range c.Clients {
				c.Clients[i].Place = ""
			}
		})
	}
	for i := range s.best.Subnets {
		if s.best.Subnets[i].Created {
			continue // the change that creates it says what it is like
		}
		usual := scenarios.DefaultSubnet(s.best.Subnets[i].Name, s.best.Subnets[i].Nodes)
		s.alter(func(c *scenarios.Spec) { c.Subnets[i] = usual })
		for _, set := range []func(*scenarios.Subnet){
			func(x *scenarios.Subnet) { x.Type = usual.Type },
			func(x *scenarios.Subnet) { x.Places = usual.Places },
			func(x *scenarios.Subnet) { x.Uplink, x.Downlink = usual.Uplink, usual.Downlink },
			func(x *scenarios.Subnet) { x.UnitDelay = usual.UnitDelay },
			func(x *scenarios.Subnet) { x.NotaryDelay = usual.NotaryDelay },
			func(x *scenarios.Subnet) { x.DKGInterval = usual.DKGInterval },
			func(x *scenarios.Subnet) {
				x.MaxIngressBytes, x.MaxIngressMessages = usual.MaxIngressBytes, usual.MaxIngressMessages
				x.MaxBlockIngress, x.MaxBlockPayload = usual.MaxBlockIngress, usual.MaxBlockPayload
			},
		} {
			s.alter(func(c *scenarios.Spec) { set(&c.Subnets[i]) })
		}
	}
}

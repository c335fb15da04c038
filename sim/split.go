package sim

import (
	"fmt"

	"icsim/protocol"
	"icsim/protocol/registry"
)

// A Split is what operators do when a subnet has too much to do (rs/recovery/subnet_splitting of dfinity/ic): another subnet, which has had
// nothing to do so far, takes some of its canisters with all that they have and wait for. Both are halted before; a migration of the
// canisters has been prepared, so that messages which are under way find them. The registry's routing table is changed, the state of a
// node is divided by it, and either subnet goes on from its part as from a recovery, under a new key. After it both are started again by
// changes of their own, and the migration is completed.
//
// Model: as of a Recovery.
type Split struct {
	What      string                  // for messages
	Canisters []protocol.CanisterSpan // ascending, and apart
	To        int
	From      protocol.NodeID // whose state is divided
	Upload    protocol.NodeID // of the other subnet: gets its part
}

// split begins what a change says. What stands in its way is told, and nothing happens.
func (s *simulation) split(t protocol.Time, c *Change) {
	sides := [2]int{c.Subnet, c.Split.To}
	var parts [2]*recovery
	for k, subnet := range sides {
		parts[k] = &recovery{change: c, from: c.Split.From, upload: c.Split.From}
		s.subnets[subnet].recoveries = append(s.subnets[subnet].recoveries, parts[k])
	}
	parts[1].upload = c.Split.Upload
	err := s.part(t, c, parts)
	if err != nil {
		for _, p := range parts {
			p.failed = err.Error()
		}
		s.watch.happened(t, fmt.Sprintf("%s is not split: %v", s.config.Subnets[c.Subnet].Name, err))
		return
	}
	for k, subnet := range sides {
		if err := s.ask(t, parts[k], subnet, nil, nil); err != nil {
			panic(fmt.Sprintf("sim: a split that was tried before: %v", err))
		}
	}
	s.watch.happened(t, fmt.Sprintf("registry version %d: the state of height %d of %s is split between %s and %s: %s is asked for keys",
		s.registry.Latest().Version, parts[0].kept, c.Split.From, s.config.Subnets[sides[0]].Name, s.config.Subnets[sides[1]].Name, s.rootName()))
	s.announce(t)
}

// part divides a node's state by the routing table that the registry has from then on.
func (s *simulation) part(t protocol.Time, c *Change, parts [2]*recovery) error {
	whole, err := s.newest(c.Split.From, c.Subnet)
	if err != nil {
		return fmt.Errorf("from %s: %w", c.Split.From, err)
	}
	other, err := s.newest(c.Split.Upload, c.Split.To)
	if err != nil {
		return fmt.Errorf("to %s: %w", c.Split.Upload, err)
	}
	if !other.State.IsEmpty() {
		return fmt.Errorf("%s has had something to do already; only a subnet that has not can take a part", s.config.Subnets[c.Split.To].Name)
	}
	a, b := protocol.SubnetID(c.Subnet), protocol.SubnetID(c.Split.To)
	reroute, err := s.registry.Reroute(c.Split.Canisters, a, b)
	if err != nil {
		return err
	}
	trial := registry.New(*s.registry.Latest())
	trial.Publish(t, reroute)
	next := *trial.Latest()
	next.Version = s.registry.Latest().Version + 1
	for k, subnet := range [...]protocol.SubnetID{a, b} {
		if parts[k].state, err = whole.State.Split(subnet, &next); err != nil {
			return err
		}
	}
	s.registry.Publish(t, reroute)
	parts[0].kept, parts[0].rounds = whole.State.Height(), whole.Rounds
	parts[0].out, parts[1].in = parts[1].state.Cycles(), parts[1].state.Cycles()
	parts[1].kept, parts[1].rounds, parts[1].fresh = other.State.Height(), other.Rounds, true
	return nil
}

// trySplit is all of a split's changes of the registry at once, to see whether they can be.
func (s *simulation) trySplit(to *registry.Registry, c *Change) (registry.Mutation, error) {
	a, b := protocol.SubnetID(c.Subnet), protocol.SubnetID(c.Split.To)
	for _, id := range [...]protocol.SubnetID{a, b} {
		record := to.Latest().Subnet(id)
		if record == nil || !record.Halted && !record.HaltAtCUPHeight {
			return nil, fmt.Errorf("subnet %s is not halted; both subnets have to be before one is split", id)
		}
		if _, err := to.RequestRecovery(id, nil, nil); err != nil {
			return nil, err
		}
	}
	if n := c.Split.From; !to.Latest().Subnet(a).Has(n) {
		return nil, fmt.Errorf("node %s, whose state is to be divided, is no member of subnet %s", n, a)
	}
	if n := c.Split.Upload; !to.Latest().Subnet(b).Has(n) {
		return nil, fmt.Errorf("node %s, which is to get a part, is no member of subnet %s", n, b)
	}
	reroute, err := to.Reroute(c.Split.Canisters, a, b)
	if err != nil {
		return nil, err
	}
	return func(next *protocol.RegistrySnapshot) {
		reroute(next)
		for _, id := range [...]protocol.SubnetID{a, b} {
			registry.EditSubnet(id, func(r *protocol.SubnetRecord) { r.Halted, r.HaltAtCUPHeight = true, false })(next)
		}
	}, nil
}

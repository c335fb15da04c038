package sim

import (
	"fmt"

	"icsim/protocol"
	"icsim/protocol/registry"
)

// A MigrationStep is what a change of the registry does to canisters that are moved from one subnet to another.
type MigrationStep uint8

const (
	Migrate         MigrationStep = 1 + iota // they are the other subnet's, without a word before: the migration canister's way
	PrepareMigrate                           // they will be
	Reroute                                  // they are, as was prepared
	CompleteMigrate                          // nothing is under way any more that went by the table of before
)

// A Migration moves canisters from the Change's subnet to another. The zero value moves none.
type Migration struct {
	What      string // for messages
	Step      MigrationStep
	Canisters []protocol.CanisterSpan // ascending, and apart
	To        int
}

// migrate is the mutation that takes a step, or says why the registry canister would refuse it.
func (s *simulation) migrate(to *registry.Registry, c *Change) (registry.Mutation, error) {
	m, from := &c.Migration, protocol.SubnetID(c.Subnet)
	target := protocol.SubnetID(m.To)
	if m.To < 0 || m.To >= len(s.subnets) {
		return nil, fmt.Errorf("there is no subnet %d", m.To)
	}
	switch m.Step {
	case Migrate:
		return to.MigrateCanisters(m.Canisters, target)
	case PrepareMigrate:
		return to.PrepareMigration(m.Canisters, from, target)
	case Reroute:
		return to.Reroute(m.Canisters, from, target)
	case CompleteMigrate:
		return to.CompleteMigration(m.Canisters, []protocol.SubnetID{from, target})
	}
	return nil, fmt.Errorf("there is no step %d of a migration", m.Step)
}

// hostOf gives the subnet that hosts a canister by the newest registry version: of old, where the registry knows of none.
func (s *simulation) hostOf(c protocol.CanisterID, old int) int {
	if host, ok := s.registry.Latest().Routing.Route(c); ok && c != protocol.ManagementCanister {
		return int(host)
	}
	return old
}

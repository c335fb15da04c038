package registry

import (
	"cmp"
	"fmt"
	"slices"

	"icsim/protocol"
)

// PrepareMigration is the mutation that says that canisters will be moved from one subnet to another. The error says why the registry
// canister would not make it of the latest version (rs/registry/canister/src/mutations/prepare_canister_migration.rs).
func (r *Registry) PrepareMigration(spans []protocol.CanisterSpan, from, to protocol.SubnetID) (Mutation, error) {
	latest := r.Latest()
	if err := ascending(spans); err != nil {
		return nil, err
	}
	if err := alike(latest, from, to); err != nil {
		return nil, err
	}
	if !latest.Routing.Covers(spans, from) {
		return nil, fmt.Errorf("subnet %s does not host all of the canisters that are to be moved", from)
	}
	for _, span := range spans {
		for i := range latest.Migrations {
			if m := &latest.Migrations[i]; m.First <= span.Last && span.First <= m.Last {
				return nil, fmt.Errorf("canisters %s to %s are being moved already", max(m.First, span.First), min(m.Last, span.Last))
			}
		}
	}
	return func(next *protocol.RegistrySnapshot) {
		all := slices.Clone(next.Migrations)
		for _, span := range spans {
			all = append(all, protocol.CanisterMigration{CanisterSpan: span, Trace: []protocol.SubnetID{from, to}})
		}
		slices.SortFunc(all, func(a, b protocol.CanisterMigration) int { return cmp.Compare(a.First, b.First) })
		next.Migrations = all
	}, nil
}

// alike says why canisters cannot be moved from one subnet to another: their prices and limits would change, or keys stay behind.
func alike(latest *protocol.RegistrySnapshot, from, to protocol.SubnetID) error {
	var records [2]*protocol.SubnetRecord
	for i, id := range [...]protocol.SubnetID{from, to} {
		s := latest.Subnet(id)
		switch {
		case s == nil:
			return fmt.Errorf("there is no subnet %s", id)
		case s.Type == protocol.SystemSubnet:
			return fmt.Errorf("subnet %s is a %s subnet, whose canisters stay", id, s.Type)
		case s.ChainKeys != nil && len(s.ChainKeys.Keys) > 0:
			return fmt.Errorf("subnet %s has chain keys", id)
		}
		records[i] = s
	}
	switch a, b := records[0], records[1]; {
	case from == to:
		return fmt.Errorf("the canisters are on subnet %s already", from)
	case a.Type != b.Type:
		return fmt.Errorf("subnet %s is of type %s, and subnet %s of type %s", from, a.Type, to, b.Type)
	case len(a.Members) != len(b.Members):
		return fmt.Errorf("subnet %s has %d nodes, and subnet %s %d", from, len(a.Members), to, len(b.Members))
	}
	return nil
}

// Reroute is the mutation that gives canisters to another subnet, as a migration that is prepared has it; or back, which gives it up
// (reroute_canister_ranges.rs).
func (r *Registry) Reroute(spans []protocol.CanisterSpan, from, to protocol.SubnetID) (Mutation, error) {
	latest := r.Latest()
	if err := ascending(spans); err != nil {
		return nil, err
	}
	if latest.Subnet(to) == nil {
		return nil, fmt.Errorf("there is no subnet %s", to)
	}
	if !latest.Routing.Covers(spans, from) {
		return nil, fmt.Errorf("subnet %s does not host all of the canisters that are to be moved", from)
	}
	there, back := []protocol.SubnetID{from, to}, []protocol.SubnetID{to, from}
	if !prepared(latest, spans, there) && !prepared(latest, spans, back) {
		return nil, fmt.Errorf("no migration of just these canisters between subnets %s and %s has been prepared", from, to)
	}
	return reroute(spans, to), nil
}

// CompleteMigration is the mutation that forgets how canisters were moved (complete_canister_migration.rs).
func (r *Registry) CompleteMigration(spans []protocol.CanisterSpan, trace []protocol.SubnetID) (Mutation, error) {
	if err := ascending(spans); err != nil {
		return nil, err
	}
	if !prepared(r.Latest(), spans, trace) {
		return nil, fmt.Errorf("no migration of just these canisters along subnets %s is under way", trace)
	}
	return func(next *protocol.RegistrySnapshot) {
		next.Migrations = slices.DeleteFunc(slices.Clone(next.Migrations), func(m protocol.CanisterMigration) bool {
			return slices.Contains(spans, m.CanisterSpan)
		})
	}, nil
}

// MigrateCanisters is the mutation that gives canisters to another subnet without more: the migration canister asks for it when it has
// made a canister of that subnet ready to go on under the id of one that is stopped (do_migrate_canisters.rs).
func (r *Registry) MigrateCanisters(spans []protocol.CanisterSpan, to protocol.SubnetID) (Mutation, error) {
	latest := r.Latest()
	if err := ascending(spans); err != nil {
		return nil, err
	}
	if latest.Subnet(to) == nil {
		return nil, fmt.Errorf("there is no subnet %s", to)
	}
	for _, span := range spans {
		if _, ok := latest.Routing.Route(span.First); !ok {
			return nil, fmt.Errorf("no subnet hosts canister %s", span.First)
		}
	}
	return reroute(spans, to), nil
}

func reroute(spans []protocol.CanisterSpan, to protocol.SubnetID) Mutation {
	return func(next *protocol.RegistrySnapshot) { next.Routing = next.Routing.Assign(spans, to) }
}

// prepared reports whether there is a migration of each of some ranges, along just these subnets.
func prepared(r *protocol.RegistrySnapshot, spans []protocol.CanisterSpan, trace []protocol.SubnetID) bool {
	return !slices.ContainsFunc(spans, func(span protocol.CanisterSpan) bool {
		return !slices.ContainsFunc(r.Migrations, func(m protocol.CanisterMigration) bool {
			return m.CanisterSpan == span && slices.Equal(m.Trace, trace)
		})
	})
}

// ascending says what is wrong with ranges that are to be moved.
func ascending(spans []protocol.CanisterSpan) error {
	for i, span := range spans {
		if span.First > span.Last || i > 0 && span.First <= spans[i-1].Last {
			return fmt.Errorf("the ranges of canisters are not ascending and apart")
		}
	}
	if len(spans) == 0 {
		return fmt.Errorf("there are no canisters to be moved")
	}
	return nil
}

package registry

import (
	"fmt"
	"slices"

	"icsim/protocol"
)

// A Registry is all versions so far. The simulator owns it; nodes read it through clients.
type Registry struct {
	versions []published // versions[i] is version i+1
}

type published struct {
	at       protocol.Time
	snapshot *protocol.RegistrySnapshot
}

// New makes a registry with genesis as its version 1, which every node has from the start. The registry keeps
// genesis's records; the caller no longer changes them.
func New(genesis protocol.RegistrySnapshot) *Registry {
	genesis.Version = 1
	return &Registry{versions: []published{{at: start, snapshot: &genesis}}}
}

// start lies before everything a clock can show: versions published then are old enough for every rule.
const start = protocol.Time(-1 << 62)

// A Mutation turns a copy of the latest snapshot into the next. The copy's record slices are its own, the records
// are shared: a mutation replaces them (EditSubnet does it for subnets).
type Mutation func(next *protocol.RegistrySnapshot)

// Publish appends a version at a time no earlier than the last one's, and returns its number.
func (r *Registry) Publish(at protocol.Time, change Mutation) protocol.RegistryVersion {
	last := r.versions[len(r.versions)-1]
	if at < last.at {
		panic(fmt.Sprintf("registry: version %d published at %s, before its predecessor", len(r.versions)+1, at))
	}
	next := *last.snapshot
	next.Subnets = slices.Clone(next.Subnets)
	next.Nodes = slices.Clone(next.Nodes)
	change(&next)
	next.Version = last.snapshot.Version + 1
	r.versions = append(r.versions, published{at, &next})
	return next.Version
}

// Latest is the newest version published, seen by nodes or not yet.
func (r *Registry) Latest() *protocol.RegistrySnapshot { return r.versions[len(r.versions)-1].snapshot }

// EditSubnet is the mutation of one existing subnet's record. edit gets a copy whose Members it may change.
func EditSubnet(id protocol.SubnetID, edit func(*protocol.SubnetRecord)) Mutation {
	return func(next *protocol.RegistrySnapshot) {
		record := *next.Subnet(id)
		record.Members = slices.Clone(record.Members)
		edit(&record)
		next.Subnets[id] = &record
	}
}

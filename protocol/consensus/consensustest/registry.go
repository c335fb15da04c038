package consensustest

import (
	"time"

	"icsim/protocol"
)

// A Registry is a list of snapshots with the times from which nodes have them. Version i+1 is element i.
type Registry struct {
	Snapshots []*protocol.RegistrySnapshot
	Published []protocol.Time
}

// Latest gives the newest version published by now.
func (g *Registry) Latest(now protocol.Time) protocol.RegistryVersion {
	v := protocol.RegistryVersion(1)
	for i, at := range g.Published {
		if at <= now {
			v = protocol.RegistryVersion(i + 1)
		}
	}
	return v
}

// LatestBefore gives the newest version published an age ago.
func (g *Registry) LatestBefore(now protocol.Time, age time.Duration) protocol.RegistryVersion {
	return g.Latest(now.Add(-age))
}

// At gives a snapshot.
func (g *Registry) At(v protocol.RegistryVersion) *protocol.RegistrySnapshot { return g.Snapshots[v-1] }

// Change publishes a new version with the subnet's record edited.
func (g *Registry) Change(at protocol.Time, edit func(*protocol.SubnetRecord)) {
	last := g.Snapshots[len(g.Snapshots)-1]
	snapshot, record := *last, *last.Subnets[0]
	edit(&record)
	snapshot.Version++
	snapshot.Subnets = []*protocol.SubnetRecord{&record}
	g.Snapshots, g.Published = append(g.Snapshots, &snapshot), append(g.Published, at)
}

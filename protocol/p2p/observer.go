package p2p

import (
	"cmp"
	"slices"

	"icsim/protocol"
)

// A Wait is an artifact that is being fetched, for who looks at a node from outside.
type Wait struct {
	Meta    protocol.ArtifactMeta
	Ingress int               // messages that its stripped proposal lacks; 0: the artifact itself is missing
	Holders []protocol.NodeID // who advertise it, ascending
	Asked   protocol.NodeID   // last
	Again   protocol.Time     // on the node's monotonic clock: when a holder is asked the next time
}

// Waits lists the fetches under way by ascending height, then id.
func (b *Broadcast) Waits() (all []Wait) {
	for i := range b.downloads {
		d := &b.downloads[i]
		t := b.tasks.at(d.task)
		w := Wait{Meta: *t.meta, Asked: d.peer, Again: d.retry}
		if d.assembly != nil {
			w.Ingress = d.assembly.missing
		}
		for k := range b.tasks.sets.size(t.holders) {
			w.Holders = append(w.Holders, b.peers.list[b.tasks.sets.at(t.holders, k)].node)
		}
		slices.Sort(w.Holders)
		all = append(all, w)
	}
	slices.SortFunc(all, func(x, y Wait) int {
		return cmp.Or(cmp.Compare(x.Meta.Height, y.Meta.Height), slices.Compare(x.Meta.ID[:], y.Meta.ID[:]))
	})
	return all
}

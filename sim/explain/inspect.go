package explain

import (
	"fmt"
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/p2p"
	"icsim/sim/machine"
)

// A Peer is a connection as a node has it.
type Peer struct {
	Node protocol.NodeID
	Up   bool
}

// Inspect tells what a node holds at a moment: heights, the round in work, pools, what it fetches, certifications, lanes and connections.
func Inspect(s *Subnet, id protocol.NodeID, host *machine.Host, peers []Peer) []string {
	t, n := &text{}, s.node(id)
	t.add(0, "%s of %s at %s, on its own clock %s", id, s.Name, seconds(s.Now), seconds(host.Now(s.Now)))
	if n.Corrupt != "" {
		t.add(0, "corrupt: %s; what follows is the honest node inside", n.Corrupt)
	}
	if n.Trouble != "" {
		t.add(0, "faults: %s", n.Trouble)
	}
	if n.Replica == nil {
		t.add(0, "it does not run")
		return t.lines
	}
	v := n.Replica.View()
	pool := v.Pool
	t.add(0, "heights: finalized %d, notarized %d, beacon %d, to execution %d, executed %d, certified %d; catch-up package %d, the next at %d",
		pool.FinalizedHeight(), pool.NotarizedHeight(), pool.BeaconHeight(), v.Delivered, v.Executed, v.Certified,
		pool.CUPHeight(), pool.NextCUPHeight())
	round(t, pool, id)
	for i, section := range [...]*consensus.Section{&pool.Validated, &pool.Unvalidated} {
		artifacts(t, [...]string{"validated", "unvalidated"}[i], section)
	}
	waits(t, v.Waits, host.Instant(s.Now))
	t.add(0, "ingress pool: %d calls", v.Ingress)
	for i, o := range v.Certification {
		if i == mostOpen {
			t.add(0, "and %d heights more to certify, up to %d", len(v.Certification)-i, v.Certification[len(v.Certification)-1].Height)
			break
		}
		state := "not executed here"
		if o.Executed {
			state = "state " + o.Hash.String()
		}
		t.add(0, "certification of height %d: %s, shares of %s, %d not judged", o.Height, state, list(o.Signers), o.Waiting)
	}
	lanes(t, s.Now, host)
	var down []protocol.NodeID
	for _, p := range peers {
		if !p.Up {
			down = append(down, p.Node)
		}
	}
	t.add(0, "connections: %d of %d up; down: %s", len(peers)-len(down), len(peers), list(down))
	return t.lines
}

// mostOpen is how many heights without certification, or artifacts being fetched, are told one by one.
const mostOpen = 3

// waits tells what the node lacks that others have, and whom it has asked.
func waits(t *text, all []p2p.Wait, now protocol.Time) {
	for i, w := range all {
		if i == mostOpen {
			t.add(0, "and %d artifacts more that it fetches, up to height %d", len(all)-i, all[len(all)-1].Meta.Height)
			return
		}
		part := ""
		if w.Ingress > 0 {
			part = fmt.Sprintf("%d calls of ", w.Ingress)
		}
		t.add(0, "fetches %s%s %x of height %d, which %s offer: %s was asked last, the next is in %s",
			part, w.Meta.Kind, w.Meta.ID[:4], w.Meta.Height, list(w.Holders), w.Asked, seconds(max(0, w.Again-now)))
	}
}

// round tells of the height in work.
func round(t *text, pool *consensus.Reader, id protocol.NodeID) {
	h := pool.NotarizedHeight() + 1
	t.add(0, "round of height %d", h)
	if start, ok := pool.RoundStart(h); ok {
		t.add(1, "began at %s on its own clock", seconds(start.Now))
	}
	if makers := pool.Makers(h); makers != nil {
		var ranks []string
		for rank, n := range makers {
			ranks = append(ranks, fmt.Sprintf("rank %d %s", rank, n))
		}
		t.add(1, "block makers: %s", strings.Join(ranks, ", "))
	}
	committee, threshold := pool.Notaries(h)
	t.add(1, "notary: %t, with %d shares of %d", slices.Contains(committee, id), threshold, len(committee))
	if held := pool.Held(); held != "" {
		t.add(1, "notaries wait: %s", held)
	} else if delay, ok := pool.NotaryDelay(0); ok {
		t.add(1, "notary delay of rank 0: %v", delay)
	}
	for _, held := range pool.Validated.Proposals.At(h) {
		p := held.Artifact
		t.add(1, "block %s of %s, rank %d, since %s", p.Hash, p.Signer, p.Block.Rank, seconds(held.Time))
		signers := map[protocol.ArtifactKind][]protocol.NodeID{}
		for _, x := range pool.Validated.NotarizationShares.At(h) {
			if x.Artifact.Content.Hash == p.Hash {
				signers[x.Artifact.Kind()] = append(signers[x.Artifact.Kind()], x.Artifact.Signer)
			}
		}
		all := signers[protocol.KindNotarizationShare]
		slices.Sort(all)
		t.add(2, "notarization shares: %s", list(all))
	}
}

func artifacts(t *text, name string, s *consensus.Section) {
	var parts []string
	s.Each(func(kind protocol.ArtifactKind, count int, low, high protocol.Height) {
		heights := fmt.Sprintf("%d..%d", low, high)
		if low == high {
			heights = fmt.Sprint(low)
		}
		parts = append(parts, fmt.Sprintf("%d %s (%s)", count, kind, heights))
	})
	if len(parts) == 0 {
		parts = []string{"nothing"}
	}
	t.add(0, "%s: %s", name, strings.Join(parts, ", "))
}

func lanes(t *text, now protocol.Time, host *machine.Host) {
	for l := range protocol.NumLanes {
		x := host.Lane(l)
		var parts []string
		if x.Busy > now {
			parts = append(parts, "busy until "+seconds(x.Busy))
		}
		if x.Queued > 0 {
			parts = append(parts, fmt.Sprintf("%d messages wait", x.Queued))
		}
		if x.Wish != protocol.Never {
			parts = append(parts, "wakes at "+seconds(max(x.Wish, x.Busy)))
		}
		if len(parts) > 0 {
			t.add(0, "lane %s: %s", l, strings.Join(parts, ", "))
		}
	}
}

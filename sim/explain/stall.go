package explain

import (
	"slices"

	"icsim/protocol"
	"icsim/protocol/consensus"
)

// Stall says what a subnet that finalizes nothing waits for: which shares are there, on any honest node, and which are not, and why.
func Stall(s *Subnet) []string {
	t := &text{}
	if len(s.honest()) == 0 {
		t.add(0, "no honest node of %s runs", s.Name)
		for _, line := range s.why(ids(s.Nodes)) {
			t.add(1, "%s", line)
		}
		return t.lines
	}
	finalized, notarized := protocol.Height(0), protocol.Height(0)
	best := s.honest()[0]
	for _, n := range s.honest() {
		v := n.Replica.View()
		finalized = max(finalized, v.Pool.FinalizedHeight())
		if v.Pool.NotarizedHeight() > notarized {
			notarized, best = v.Pool.NotarizedHeight(), n
		}
	}
	t.add(0, "%s at %s: finalized %d, notarized %d", s.Name, seconds(s.Now), finalized, notarized)
	held := best.Replica.View().Pool.Held()
	switch {
	case held != "":
		t.add(0, "notaries wait: %s", held)
		s.certification(t)
		s.packages(t)
		return t.lines
	case notarized > finalized:
		t.add(0, "height %d is notarized and not finalized", finalized+1)
		s.blocks(t, finalized+1, "finalization")
	}
	t.add(0, "height %d is not notarized", notarized+1)
	s.blocks(t, notarized+1, "notarization")
	s.certification(t)
	s.packages(t)
	return t.lines
}

func ids(nodes []Node) (all []protocol.NodeID) {
	for i := range nodes {
		all = append(all, nodes[i].ID)
	}
	return all
}

// A tally is what the honest nodes of a subnet know of one thing together.
type tally struct {
	block   *protocol.BlockProposal
	holders []protocol.NodeID // of the block
	signers []protocol.NodeID // whose shares an honest node has, not judged yet as well
	most    int               // shares on the node that has most
}

func (x *tally) count(signers []protocol.NodeID) {
	for _, n := range signers {
		if !slices.Contains(x.signers, n) {
			x.signers = append(x.signers, n)
		}
	}
	slices.Sort(x.signers)
	x.most = max(x.most, len(slices.Compact(slices.Sorted(slices.Values(signers)))))
}

// blocks tells of the blocks of a height, and of the shares of a kind for each.
func (s *Subnet) blocks(t *text, h protocol.Height, kind string) {
	var known []*tally
	for _, n := range s.honest() {
		pool := n.Replica.View().Pool
		for _, section := range [...]*consensus.Section{&pool.Validated, &pool.Unvalidated} {
			for _, held := range section.Proposals.At(h) {
				i := slices.IndexFunc(known, func(x *tally) bool { return x.block.Hash == held.Artifact.Hash })
				if i < 0 {
					i, known = len(known), append(known, &tally{block: held.Artifact})
				}
				known[i].holders = append(known[i].holders, n.ID)
			}
		}
	}
	slices.SortFunc(known, func(a, b *tally) int { return int(a.block.Block.Rank) - int(b.block.Block.Rank) })
	if len(known) == 0 {
		s.noBlock(t, h)
		return
	}
	committee, threshold := s.committee(h)
	for _, x := range known {
		t.add(1, "block %s of %s, rank %d, on %s", x.block.Hash, x.block.Signer, x.block.Block.Rank, list(x.holders))
		for _, n := range s.honest() {
			pool := n.Replica.View().Pool
			var signers []protocol.NodeID
			for _, section := range [...]*consensus.Section{&pool.Validated, &pool.Unvalidated} {
				shelf := &section.NotarizationShares
				if kind == "finalization" {
					shelf = &section.FinalizationShares
				}
				for _, held := range shelf.At(h) {
					if held.Artifact.Content.Hash == x.block.Hash {
						signers = append(signers, held.Artifact.Signer)
					}
				}
			}
			x.count(signers)
		}
		t.add(2, "%s shares: %d of the %d that it takes, of %s", kind, len(x.signers), threshold, list(x.signers))
		s.missing(t, 2, committee, x.signers)
	}
}

func (s *Subnet) committee(h protocol.Height) (committee []protocol.NodeID, threshold int) {
	for _, n := range s.honest() {
		if committee, threshold = n.Replica.View().Pool.Notaries(h); committee != nil {
			return committee, threshold
		}
	}
	return ids(s.Nodes), 0
}

func (s *Subnet) missing(t *text, depth int, all, there []protocol.NodeID) {
	rest := without(all, there)
	if len(rest) == 0 {
		return
	}
	t.add(depth, "missing: %s", list(rest))
	for _, line := range s.why(rest) {
		t.add(depth+1, "%s", line)
	}
}

// noBlock tells why there is no block of a height: no beacon before it, or block makers that make none.
func (s *Subnet) noBlock(t *text, h protocol.Height) {
	for _, n := range s.honest() {
		if makers := n.Replica.View().Pool.Makers(h); makers != nil {
			t.add(1, "no honest node has a block of it; its block makers are %s", list(makers))
			for _, line := range s.why(makers) {
				t.add(2, "%s", line)
			}
			return
		}
	}
	x := &tally{}
	threshold := 0
	for _, n := range s.honest() {
		pool := n.Replica.View().Pool
		var signers []protocol.NodeID
		for _, section := range [...]*consensus.Section{&pool.Validated, &pool.Unvalidated} {
			for _, held := range section.BeaconShares.At(h - 1) {
				signers = append(signers, held.Artifact.Signer)
			}
		}
		x.count(signers)
		if keys := pool.Transcripts(h - 1); keys.Low != nil {
			threshold = keys.Low.Group.Threshold
		}
	}
	t.add(1, "its block makers are unknown: there is no random beacon of height %d", h-1)
	t.add(2, "shares of it: %d of the %d that it takes, of %s", len(x.signers), threshold, list(x.signers))
	s.missing(t, 2, ids(s.Nodes), x.signers)
}

// certification tells of the first height without a certified state, if execution is ahead of it.
func (s *Subnet) certification(t *text) {
	executed, certified := protocol.Height(0), protocol.Height(0)
	for _, n := range s.honest() {
		v := n.Replica.View()
		executed, certified = max(executed, v.Executed), max(certified, v.Certified)
	}
	const usual = 2 // heights that certification is behind execution
	if executed < certified+usual {
		return
	}
	h := certified + 1
	t.add(0, "the state of height %d is executed and not certified; execution is at %d", h, executed)
	hashes := map[protocol.StateHash][]protocol.NodeID{}
	var order []protocol.StateHash
	x, threshold := &tally{}, 0
	for _, n := range s.honest() {
		v := n.Replica.View()
		if keys := v.Pool.Transcripts(h); keys.High != nil {
			threshold = keys.High.Group.Threshold
		}
		for _, o := range v.Certification {
			if o.Height != h {
				continue
			}
			x.count(o.Signers)
			if o.Executed {
				if hashes[o.Hash] == nil {
					order = append(order, o.Hash)
				}
				hashes[o.Hash] = append(hashes[o.Hash], n.ID)
			}
		}
	}
	for _, hash := range order {
		t.add(1, "%s have the state %s", list(hashes[hash]), hash)
	}
	t.add(1, "shares: at most %d on one node of the %d that it takes, of %s", x.most, threshold, list(x.signers))
	s.missing(t, 1, ids(s.Nodes), x.signers)
}

// packages tells of checkpoints that no catch-up package was made for.
func (s *Subnet) packages(t *text) {
	best := s.honest()[0]
	for _, n := range s.honest() {
		if n.Replica.View().Pool.CUPHeight() > best.Replica.View().Pool.CUPHeight() {
			best = n
		}
	}
	pool := best.Replica.View().Pool
	h := pool.NextCUPHeight()
	finalized := protocol.Height(0)
	for _, n := range s.honest() {
		finalized = max(finalized, n.Replica.View().Pool.FinalizedHeight())
	}
	t.add(0, "newest catch-up package: height %d; the next belongs at height %d", pool.CUPHeight(), h)
	if finalized < h {
		return
	}
	t.add(0, "the checkpoint of height %d has no catch-up package", h)
	var have []protocol.NodeID
	x, threshold := &tally{}, 0
	for _, n := range s.honest() {
		p := n.Replica.View().Pool
		if _, ok := n.Replica.Manifest(h); ok {
			have = append(have, n.ID)
		}
		if keys := p.Transcripts(h); keys.High != nil {
			threshold = keys.High.Group.Threshold
		}
		var signers []protocol.NodeID
		for _, section := range [...]*consensus.Section{&p.Validated, &p.Unvalidated} {
			for _, held := range section.CUPShares.At(h) {
				signers = append(signers, held.Artifact.Signer)
			}
		}
		x.count(signers)
	}
	t.add(1, "%s have its state hashed", list(have))
	if certified := pool.FinalizedTip().Block.Context.CertifiedHeight; certified < h {
		t.add(1, "nobody signs before a finalized block builds on the certified state of height %d; the last builds on that of %d", h, certified)
	}
	t.add(1, "shares of the package: %d of the %d that it takes, of %s", len(x.signers), threshold, list(x.signers))
	s.missing(t, 1, ids(s.Nodes), x.signers)
}

package consensus

import (
	"fmt"
	"slices"

	"icsim/protocol"
)

// Restore rebuilds the validated pool of a node that starts again, and announces what is its own to announce: all full
// artifacts from the catch-up package on, equivocation proofs among them, and its own shares
// (rs/artifact_pool/src/consensus_pool.rs; reference/protocol.md A.7 and H, incident 9). It comes before the first step.
//
// Model: the replica keeps the times of artifacts on disk. Here they came in when the node started, which delays the
// first round by the notary's delay at most.
func (c *Consensus) Restore(fromDisk []any, at Clock, out *Effects) {
	r := &c.reader
	r.out = out
	noted := len(out.Notes)
	came := origin{Clock{Now: at.Now}, c.cfg.Node}
	kept := c.readable(fromDisk, out)
	for _, a := range kept {
		r.Validated.add(a, came)
	}
	for _, row := range r.Validated.CUPs.rows {
		r.start(row.items[0].Artifact, came.Clock)
	}
	for _, row := range r.Validated.Finalizations.rows {
		r.finalize(row.items[0].Artifact.Content.Hash, row.height)
	}
	for _, a := range kept {
		if a.Height() >= r.CUPHeight() {
			own := c.isOwn(a)
			out.Publish = append(out.Publish, Published{Artifact: a, Push: own && isLatencySensitive(a), Own: own})
		}
	}
	out.Notes = out.Notes[:noted] // all of it was noted when it happened
	r.out = nil
}

// StartingHeight is up to where a node that starts again from this pool may go on from a checkpoint: of the states above some are still
// asked for, by blocks that build on the highest finalized one and refer to what it refers to or to more. It is the height of the newest
// package or, if that is more, of the state that the highest finalized block refers to (rs/replica/src/setup_ic_stack.rs:
// starting_height). cup is the height of that package.
func StartingHeight(cfg *Config, fromDisk []any) (h, cup protocol.Height) {
	cup = cfg.Genesis.Height()
	var tip *protocol.BlockAggregate
	for _, v := range fromDisk {
		switch a := v.(type) {
		case *protocol.CatchUpPackage:
			cup = max(cup, a.Height())
		case *protocol.BlockAggregate:
			if a.Kind() == protocol.KindFinalization && a.Content.Version == cfg.Version && (tip == nil || a.Height() > tip.Height()) {
				tip = a
			}
		}
	}
	h = cup
	for _, v := range fromDisk {
		if p, ok := v.(*protocol.BlockProposal); ok && tip != nil && p.Hash == tip.Content.Hash {
			h = max(h, p.Block.Context.CertifiedHeight)
		}
	}
	return h, cup
}

// readable drops what another replica version has left above the newest package, and keeps the rest: who starts again in a new version
// goes on from the package, and so do all others, whatever each had of the empty blocks that came after it. Nothing of those was executed.
//
// Model: the replica's pool survives the upgrade (reference/protocol.md F); what becomes of such artifacts there was not read. Kept, they
// would be the start of a chain on some nodes that the others do not take.
func (c *Consensus) readable(fromDisk []any, out *Effects) (kept []protocol.Artifact) {
	top := c.reader.CUPHeight()
	for _, v := range fromDisk {
		a, ok := v.(protocol.Artifact)
		if !ok {
			panic(fmt.Sprintf("consensus: node %s reads no artifact but a %T from its pool's disk", c.cfg.Node, v))
		}
		if kept = append(kept, a); a.Kind() == protocol.KindCatchUpPackage {
			top = max(top, a.Height())
		}
	}
	return slices.DeleteFunc(kept, func(a protocol.Artifact) bool {
		if a.Height() <= top || versionOf(a) == c.cfg.Version {
			return false
		}
		out.Writes = append(out.Writes, protocol.Write{Key: diskKey(a)})
		return true
	})
}

// versionOf is the replica version that an artifact was made by.
func versionOf(a protocol.Artifact) protocol.ReplicaVersion {
	switch a := a.(type) {
	case *protocol.BlockProposal:
		return a.Block.Version
	case *protocol.BlockShare:
		return a.Content.Version
	case *protocol.BlockAggregate:
		return a.Content.Version
	case *protocol.RandomShare:
		return a.Content.Version
	case *protocol.Random:
		return a.Content.Version
	case *protocol.CatchUpPackageShare:
		return a.Content.Block.Version
	case *protocol.CatchUpPackage:
		return a.Content.Block.Version
	case *protocol.EquivocationProof:
		return a.Version
	}
	panic(fmt.Sprintf("consensus: %s is no consensus artifact", a.Kind()))
}

// isOwn reports whether this node signed the artifact alone.
func (c *Consensus) isOwn(a protocol.Artifact) bool {
	if p, ok := a.(*protocol.BlockProposal); ok {
		return p.Signer == c.cfg.Node
	}
	signer, share := signerOfShare(a)
	return share && signer == c.cfg.Node
}

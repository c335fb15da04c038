package consensus

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
)

// apply carries out one change and records what follows for peers, disk and observers
// (rs/artifact_pool/src/consensus_pool.rs).
func (c *Consensus) apply(change *ChangeAction, at Clock) {
	r := &c.reader
	switch change.Op {
	case AddToValidated:
		r.own++
		c.validated(change.Artifact, origin{at, c.cfg.Node}, true)
	case MoveToValidated:
		meta := protocol.MetaOf(change.Artifact)
		if from, ok := r.Unvalidated.remove(&meta); ok {
			c.validated(change.Artifact, from, false)
		}
	case RemoveFromUnvalidated:
		meta := protocol.MetaOf(change.Artifact)
		r.Unvalidated.remove(&meta)
	case HandleInvalid:
		meta := protocol.MetaOf(change.Artifact)
		if from, ok := r.Unvalidated.remove(&meta); ok {
			r.Emit(noteInvalid(change.Artifact, from.from, change.Reason))
		}
	case RemoveFromValidated:
		meta := protocol.MetaOf(change.Artifact)
		if _, ok := r.Validated.remove(&meta); ok {
			c.removed(change.Artifact)
		}
	case PurgeValidatedBelow:
		for kind := range lastKind + 1 {
			r.Validated.purgeBelow(kind, change.Height, c.removed)
		}
	case PurgeValidatedOfTypeBelow:
		r.Validated.purgeBelow(change.Kind, change.Height, c.removed)
	case PurgeUnvalidatedBelow:
		for kind := range lastKind + 1 {
			r.Unvalidated.purgeBelow(kind, change.Height, forget)
		}
	default:
		panic(fmt.Sprintf("consensus: node %s has no change %d", c.cfg.Node, change.Op))
	}
}

func forget(protocol.Artifact) {}

// validated puts an artifact into the validated pool, publishes and persists it.
func (c *Consensus) validated(a protocol.Artifact, at origin, own bool) {
	r := &c.reader
	if !r.Validated.add(a, at) {
		return
	}
	if own || !a.Kind().IsShare() {
		r.out.Publish = append(r.out.Publish, Published{Artifact: a, Push: own && isLatencySensitive(a), Own: own})
	}
	if c.isKept(a) {
		r.out.Writes = append(r.out.Writes, protocol.Write{Key: diskKey(a), Value: a, Bytes: a.Size()})
	}
	r.note(a, own)
	r.adopt(a, at.Clock)
}

// adopt updates what is derived from the validated pool.
func (r *Reader) adopt(a protocol.Artifact, at Clock) {
	switch a.Kind() {
	case protocol.KindFinalization:
		f := a.(*protocol.BlockAggregate)
		r.finalize(f.Content.Hash, f.Height())
	case protocol.KindCatchUpPackage:
		r.start(a.(*protocol.CatchUpPackage), at)
	}
}

// removed withdraws an artifact that left the validated pool from peers and disk.
func (c *Consensus) removed(a protocol.Artifact) {
	if !c.isKept(a) {
		return
	}
	out := c.reader.out
	out.Withdraw = append(out.Withdraw, protocol.MetaOf(a))
	out.Writes = append(out.Writes, protocol.Write{Key: diskKey(a)})
}

func diskKey(a protocol.Artifact) protocol.DiskKey {
	return protocol.DiskKey{Space: protocol.DiskConsensusPool, Height: a.Height(), ID: a.ID()}
}

// isKept reports whether an artifact is published and persisted: all but other nodes' shares.
//
// Model: the replica persists other nodes' shares too. They are worth nothing after a restart: their signers still
// offer them, and send them again on the new connection.
func (c *Consensus) isKept(a protocol.Artifact) bool {
	signer, share := signerOfShare(a)
	return !share || signer == c.cfg.Node
}

func signerOfShare(a protocol.Artifact) (n protocol.NodeID, ok bool) {
	switch a := a.(type) {
	case *protocol.BlockShare:
		return a.Signer, true
	case *protocol.RandomShare:
		return a.Signer, true
	case *protocol.CatchUpPackageShare:
		return a.Signer, true
	}
	return protocol.NoNode, false
}

// isLatencySensitive reports whether an artifact of our own goes out in full whatever its size: shares, aggregates,
// equivocation proofs and proposals of rank 0; not CUPs, nor proposals of other ranks
// (rs/artifact_pool/src/consensus_pool.rs; reference/protocol.md B).
func isLatencySensitive(a protocol.Artifact) bool {
	switch a := a.(type) {
	case *protocol.BlockProposal:
		return a.Block.Rank == 0
	case *protocol.CatchUpPackage:
		return false
	}
	return true
}

// note tells observers of a validated artifact.
func (r *Reader) note(a protocol.Artifact, own bool) {
	n := protocol.Note{Height: a.Height(), Peer: protocol.NoNode}
	switch a := a.(type) {
	case *protocol.BlockProposal:
		n.Kind, n.Hash, n.Value, n.Peer = protocol.NoteBlockReceived, crypto.Hash(a.Hash), uint64(a.Block.Rank), a.Signer
		if own {
			n.Kind, n.Peer = protocol.NoteProposed, protocol.NoNode
		}
	case *protocol.BlockShare:
		if !own {
			return
		}
		n.Kind, n.Hash = protocol.NoteNotarizationShare, crypto.Hash(a.Content.Hash)
		if a.Kind() == protocol.KindFinalizationShare {
			n.Kind = protocol.NoteFinalizationShare
		}
	case *protocol.BlockAggregate:
		if a.Kind() == protocol.KindFinalization {
			return // noted as the chain grows
		}
		n.Kind, n.Hash = protocol.NoteNotarized, crypto.Hash(a.Content.Hash)
		if p := r.Proposal(a.Content.Hash, a.Height()); p != nil {
			n.Value, n.Peer = uint64(p.Block.Rank), p.Signer
		}
	case *protocol.Random:
		n.Kind, n.Hash = protocol.NoteBeacon, a.Hash()
		if a.Kind() == protocol.KindRandomTape {
			n.Kind = protocol.NoteTape
		}
	case *protocol.CatchUpPackage:
		n.Kind, n.Hash = protocol.NoteCatchUpPackage, crypto.Hash(a.Content.StateHash)
	case *protocol.EquivocationProof:
		n.Kind, n.Peer = protocol.NoteEquivocation, a.Signer
	default:
		return
	}
	r.Emit(n)
}

// Reasons of NoteFinalized for blocks that have no finalization of their own. Beside such a block another one of the height
// may be notarized; beside a block with a finalization none can be (A.10.2).
const (
	FinalByDescendant = "descendant"
	FinalByCUP        = "catch-up package"
)

func noteFinalized(b HashedBlock, reason string) protocol.Note {
	return protocol.Note{
		Kind: protocol.NoteFinalized, Height: b.Block.Height, Hash: crypto.Hash(b.Hash),
		Value: uint64(b.Block.Rank), Peer: b.Maker, Reason: reason,
	}
}

// noteInvalid blames the signer if the artifact names one, else who sent it.
func noteInvalid(a protocol.Artifact, from protocol.NodeID, reason string) protocol.Note {
	n := protocol.Note{
		Kind: protocol.NoteInvalid, Height: a.Height(), Hash: crypto.Hash(a.ID()),
		Peer: from, Value: uint64(a.Kind()), Reason: reason,
	}
	if signer, ok := signerOfShare(a); ok {
		n.Peer = signer
	} else if p, ok := a.(*protocol.BlockProposal); ok {
		n.Peer = p.Signer
	}
	return n
}

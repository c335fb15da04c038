package consensus

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// Replay hands the finalized blocks of a pool to message routing, as who recovers a subnet does with the pool of a node that is left
// (rs/replay of dfinity/ic, replay_consensus_pool).
func (c *Consensus) Replay(out *Effects) {
	c.reader.out = out
	deliverBatches(c.cfg, c.env, &c.reader)
	c.reader.out = nil
}

// deliverBatches hands finalized blocks to message routing, in order, from the batch it expects on. A batch needs the
// finalized block, the random tape of its height and the beacon before (C/batch_delivery.rs; reference/protocol.md A.7).
// It reports false when the queue was full, and must be called again.
func deliverBatches(cfg *Config, env *Env, r *Reader) bool {
	for h := env.Router.ExpectedBatchHeight(); h > 0 && h <= r.FinalizedHeight(); h++ {
		block, tape := r.FinalizedBlock(h), r.Tape(h)
		if block.Block == nil || tape == nil {
			return true // below the CUP only a state sync helps; the tape will come
		}
		// While the subnet stops, only the summary's batch is executed: its state becomes the CUP.
		if status, ok := r.StatusAt(h); !block.Block.Payload.IsSummary() && (!ok || status != Running) {
			return true
		}
		roster, summary := r.roster(h), r.SummaryOfFinalized(h)
		if roster == nil || summary == nil {
			return true
		}
		rank := int(block.Block.Rank)
		batch := &protocol.Batch{
			Subnet:          cfg.Subnet,
			Height:          h,
			BlockHash:       block.Hash,
			Checkpoint:      block.Block.Payload.IsSummary(),
			NextCheckpoint:  summary.Payload.Summary.NextStart(),
			Randomness:      tape.Hash(),
			RegistryVersion: block.Block.Context.RegistryVersion,
			Time:            block.Block.Context.Time,
			Payload:         &block.Block.Payload.Batch,
			Initial:         block.Block.Payload.Initial(),
			BlockMaker:      roster.ranking[rank],
			FailedMakers:    slices.Clone(roster.ranking[:rank]),
		}
		if !env.Router.Deliver(batch) {
			return false
		}
		r.Emit(protocol.Note{
			Kind: protocol.NoteDelivered, Height: h, Hash: crypto.Hash(block.Hash), Peer: protocol.NoNode,
		})
	}
	return true
}

package protocol

import "icsim/crypto"

// A Batch is one finalized block's content on its way to execution (rs/types/types/src/batch.rs).
type Batch struct {
	Subnet          SubnetID
	Height          Height
	BlockHash       BlockHash
	Checkpoint      bool   // a summary's batch: the whole state is hashed for the CUP
	NextCheckpoint  Height // height of the next summary
	Randomness      crypto.Hash
	RegistryVersion RegistryVersion
	Time            Time
	Payload         *BatchPayload
	Initial         *InitialDKG // of the payload, be it a summary's
	BlockMaker      NodeID
	FailedMakers    []NodeID // of lower rank, whose block was not the one finalized
}

// ID identifies the batch's whole content: the block fixes payload, context and makers, the tape adds randomness.
func (b *Batch) ID() crypto.Hash {
	var e encoder
	e.u64(uint64(b.Subnet))
	e.height(b.Height)
	e.raw(b.BlockHash[:])
	e.raw(b.Randomness[:])
	return crypto.Sum("batch", e.buf)
}

package protocol

import "icsim/crypto/principal"

// BlockMakerStats counts what a node did as a block maker, since it was first seen or last forgotten.
type BlockMakerStats struct {
	Node     principal.ID
	Proposed uint64 // blocks that became part of the chain
	Failed   uint64 // heights at which a block of a higher rank did
}

// A BlockMakerSample is where the counts of a subnet's nodes stood at the last batch of a day.
type BlockMakerSample struct {
	Time  uint64            // of that batch, Unix nanoseconds
	Nodes []BlockMakerStats // by ascending principal
}

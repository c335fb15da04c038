package nidkg

import "icsim/crypto/nidkg/layout"

// What the replica fixes (fs_ni_dkg/chunking.rs, nizk_chunking.rs): a share is 16 chunks of 16 bits, and a challenge has 8 bits.
const (
	Chunks      = layout.Chunks
	Repetitions = layout.Repetitions

	chunkBits     = 16
	challengeBits = 8
)

// Components on the wire.
type (
	G1     = layout.G1
	G2     = layout.G2
	Scalar = layout.Scalar
)

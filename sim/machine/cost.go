package machine

import (
	"fmt"
	"math/bits"
	"time"

	"icsim/protocol"
)

// A CostTable is the simulated time of one unit of each kind of work, in picoseconds.
type CostTable [protocol.NumOps]uint64

const (
	nanosecond  = 1000
	microsecond = 1000 * nanosecond
	millisecond = 1000 * microsecond
)

// Mainnet gives the costs of a mainnet node (AMD EPYC of 2.8–3.4 GHz).
//
// Sources: "blst" is the Rust-like column of reference/feasibility.md section 1. "measured" is
// reference/measured_reality.md. "fitted" are the parts of a block's 33 ms beyond notary delay and
// latency (same file, "Block rate") that no measurement separates.
func Mainnet() CostTable {
	return CostTable{
		protocol.OpReceive:              20 * microsecond,    // fitted: QUIC, TLS record and protobuf of one message
		protocol.OpSignBasic:            20 * microsecond,    // feasibility.md: ed25519, fixed base 14 and hashing
		protocol.OpVerifyBasic:          50 * microsecond,    // feasibility.md: ed25519, variable base 46
		protocol.OpSignMulti:            156 * microsecond,   // blst: sign
		protocol.OpVerifyMultiShare:     908 * microsecond,   // blst: verify
		protocol.OpCombineMulti:         60 * microsecond,    // blst: decompress and subgroup check G1, 59, and an addition
		protocol.OpVerifyMulti:          938 * microsecond,   // blst: aggregate and verify 13
		protocol.OpSignThreshold:        156 * microsecond,   // blst: sign
		protocol.OpVerifyThresholdShare: 908 * microsecond,   // blst: verify
		protocol.OpCombineThreshold:     50 * microsecond,    // blst: combine 5 in 270, 12 in 540
		protocol.OpVerifyThreshold:      908 * microsecond,   // blst: verify
		protocol.OpVerifyECDSA:          120 * microsecond,   // feasibility.md: secp256k1, base 57 and variable base 61
		protocol.OpVerifyRSA:            40 * microsecond,    // measured: 0.7 of Ed25519's time (crypto/userkey, BenchmarkVerify)
		protocol.OpVerifyCanister:       1_850 * microsecond, // blst: verify twice; measured: 32 to decode and look up
		protocol.OpHashByte:             600,                 // SHA-256 with SHA-NI: 1.7 GB/s
		protocol.OpPayloadBuild:         4 * millisecond,     // measured: 18 ms for 4 MiB, less the bytes
		protocol.OpPayloadValidate:      1 * millisecond,     // measured: 12 ms for 4 MiB, less the bytes
		protocol.OpPayloadByte:          3 * nanosecond,      // measured: build, validate, assemble 18, 12, 20 ms for 4 MiB
		protocol.OpIngressValidate:      20 * microsecond,    // fitted: decode, expiry, lookups
		protocol.OpRound:                8 * millisecond,     // fitted: demux, scheduling, commit and state tree hash
		protocol.OpCanisterRound:        16_300 * nanosecond, // fitted: blocks of 35k canisters take 575–690 ms, of 56k 760–983
		protocol.OpCanisterMessage:      200 * microsecond,   // fitted: sandbox round trip, decoding, page tracking
		protocol.OpInstruction:          500,                 // reference/protocol.md G: 2·10⁹ instructions ≈ 1 s
		protocol.OpCheckpoint:           300 * millisecond,   // measured: 3.69 s on a production-like subnet, less the bytes
		protocol.OpCheckpointByte:       1 * nanosecond,      // 1 GB/s: SHA-256 of the manifest and the file system
		protocol.OpWitness:              200 * microsecond,   // fitted: prune, encode
		protocol.OpDiskByte:             1 * nanosecond,      // NVMe through LMDB: 1 GB/s
		protocol.OpDiskReadByte:         330,                 // estimated: NVMe at 3 GB/s
		protocol.OpLoadCheckpoint:       300 * millisecond,   // estimated: as a checkpoint is written; its files are mapped, not read
		protocol.OpOutcall:              5 * millisecond,     // fitted, batches: gRPC with the adapter, TLS handshake, certificates
		// measured: crypto/nidkg, benchmarks at 13 receivers. Model: what a dealing costs whatever its receivers is spread over them.
		protocol.OpDeal:            4 * millisecond,
		protocol.OpVerifyDealing:   6 * millisecond, // with parsing and subgroup checks
		protocol.OpCombineDealings: 200 * microsecond,
		protocol.OpOpenShare:       40 * millisecond, // logarithms of 16 chunks
		protocol.OpUpdateKey:       80 * millisecond, // as every update but a key's first, which takes ten times as long
		// Downtimes.
		protocol.OpRestart:  10_000 * millisecond,  // the orchestrator looks after the replica every 10 s (reference/protocol.md F)
		protocol.OpUpgrade:  120_000 * millisecond, // measured: 1 to 4 minutes on mainnet, halting and catching up included
		protocol.OpReassign: 2_000 * millisecond,   // estimated: a replica process ends or starts
		// measured: crypto/idkg, tecdsa, tschnorr and vetkd, at 13 and 34 nodes. Estimated where they differ by algorithm: the dearer, of ECDSA.
		protocol.OpIDKGDeal:             150 * microsecond, // a Diffie-Hellman secret; 5 ms for 34 nodes
		protocol.OpIDKGVerifyDealing:    600 * microsecond, // with the proof of a product 700
		protocol.OpIDKGVerifyShare:      200 * microsecond,
		protocol.OpIDKGCombine:          20 * microsecond, // 0.2 ms for 23 dealings; more where dealers are missing in between
		protocol.OpIDKGLoad:             100 * microsecond,
		protocol.OpIDKGComplain:         400 * microsecond, // estimated: a proof of equal logarithms
		protocol.OpSignatureStart:       130 * microsecond,
		protocol.OpSignatureShare:       2 * microsecond,
		protocol.OpVerifySignatureShare: 210 * microsecond,
		protocol.OpCombineSignature:     10 * microsecond,
		protocol.OpVerifySignature:      140 * microsecond,
		protocol.OpKeyShare:             800 * microsecond,
		protocol.OpVerifyKeyShare:       3 * millisecond,
		protocol.OpCombineKey:           600 * microsecond, // 7 ms for 9 shares, less the verification
		protocol.OpVerifyKey:            3 * millisecond,
	}
}

// Cost is the time that the work on a meter takes, rounded down to nanoseconds.
func (c *CostTable) Cost(m *protocol.Meter) time.Duration {
	const stride = 8
	var t picoseconds
	op := 0
	for ; op+stride <= len(m); op += stride { // most of a meter is zeros
		if n := (*[stride]uint64)(m[op:]); n[0]|n[1]|n[2]|n[3]|n[4]|n[5]|n[6]|n[7] != 0 {
			t.add(n[:], c[op:])
		}
	}
	t.add(m[op:], c[op:])
	if t.hi >= nanosecond {
		panic("machine: the work of one step takes centuries")
	}
	ns, _ := bits.Div64(t.hi, t.lo, nanosecond)
	return time.Duration(min(ns, maxStep))
}

// picoseconds are a sum in 128 bits, since a meter counts anything.
type picoseconds struct{ hi, lo uint64 }

func (t *picoseconds) add(counts, costs []uint64) {
	for i, n := range counts {
		if n == 0 {
			continue
		}
		h, l := bits.Mul64(n, costs[i])
		var carry uint64
		t.lo, carry = bits.Add64(t.lo, l, 0)
		t.hi += h + carry
	}
}

// maxStep bounds a step's time, in nanoseconds: two years.
const maxStep = 1 << 56

// A Ratio scales costs; 2/1 is a machine at half speed. The zero Ratio is 1/1.
type Ratio struct{ Num, Den uint32 }

func (r Ratio) orOne() Ratio {
	switch {
	case r == Ratio{}:
		return Ratio{1, 1}
	case r.Num == 0 || r.Den == 0:
		panic(fmt.Sprintf("machine: work scaled by %d/%d", r.Num, r.Den))
	}
	return r
}

func (r Ratio) scale(d time.Duration) time.Duration {
	if r.Num == r.Den {
		return d
	}
	hi, lo := bits.Mul64(uint64(d), uint64(r.Num))
	if hi >= uint64(r.Den) {
		return maxStep
	}
	q, _ := bits.Div64(hi, lo, uint64(r.Den))
	return time.Duration(min(q, maxStep))
}

package consensus

import (
	"math/bits"
	"time"

	"icsim/protocol"
)

// The rule of the dynamic delay: where more than maxLateBlocks of the last lookBack+1 blocks were not of rank 0, rank 0
// gets one unit more before the others start (C/block_maker.rs; reference/protocol.md A.3).
const (
	lookBack      = 29
	maxLateBlocks = 10
)

// The notary's constants (C/notary.rs; reference/protocol.md A.3).
const (
	// backlogDelay is added for each height that certification is behind finalization, if more than backlogGap.
	backlogDelay = 2000 * time.Millisecond
	backlogGap   = 1

	// CertificationGapBound is how far notarization may be ahead of certification: at this gap nobody notarizes.
	CertificationGapBound = 70
	// CUPGapBound is how far notarization may be ahead of the next CUP's height.
	CUPGapBound = 130
)

// RoundStart is when the round of a height began for this node: the later of the first notarization and the beacon of
// the height before, or the CUP's arrival when those are not here (pool_reader.rs get_round_start_time).
func (r *Reader) RoundStart(h protocol.Height) (start Clock, ok bool) {
	if h <= r.CUPHeight() {
		return Clock{}, false
	}
	beacons, notarizations := r.Validated.Beacons.At(h-1), r.Validated.Notarizations.At(h-1)
	if len(beacons) > 0 && len(notarizations) > 0 {
		start = Clock{notarizations[0].Time, notarizations[0].Instant}
		for i := range notarizations {
			start.Now = min(start.Now, notarizations[i].Time)
			start.Instant = min(start.Instant, notarizations[i].Instant)
		}
		return Clock{max(start.Now, beacons[0].Time), max(start.Instant, beacons[0].Instant)}, true
	}
	if h-1 == r.CUPHeight() {
		return r.cupAt, true
	}
	return Clock{}, false
}

// after gives the moment a delay past a start, by each clock.
func (c Clock) after(delay time.Duration) Clock {
	return Clock{saturate(c.Now, delay), saturate(c.Instant, delay)}
}

func saturate(t protocol.Time, d time.Duration) protocol.Time {
	if sum := t.Add(d); sum >= t {
		return sum
	}
	return protocol.Never
}

// reached reports whether either clock has come to the moment. The monotonic one counts too, so that a stalled wall
// clock cannot stop the node.
func (c Clock) reached(moment Clock) bool { return c.Now >= moment.Now || c.Instant >= moment.Instant }

// makerTime is when a block of a rank may be made, and validated, at a height on top of a parent
// (CU/lib.rs is_time_to_make_block, get_block_maker_delay). ok is false while the round has not begun.
func (r *Reader) makerTime(h protocol.Height, rank protocol.Rank, parent HashedBlock) (due Clock, ok bool) {
	record := r.Record(h)
	start, began := r.RoundStart(h)
	if record == nil || !began {
		return Clock{}, false
	}
	unit := record.Timing.UnitDelay
	delay := unit * time.Duration(rank)
	if rank > 0 && r.manyLateBlocks(parent) {
		delay += unit
	}
	return start.after(delay), true
}

// manyLateBlocks looks back from a parent. What it finds is kept, for the next question is most often about the same one.
func (r *Reader) manyLateBlocks(parent HashedBlock) bool {
	if past := (lateBlocks{parent.Hash, r.CUPHeight(), r.late.many}); r.late != past {
		past.many = r.countLateBlocks(parent) > maxLateBlocks
		r.late = past
	}
	return r.late.many
}

// lateBlocks is whether there are many before and at a parent, as seen with a catch-up package.
type lateBlocks struct {
	parent protocol.BlockHash
	cup    protocol.Height
	many   bool
}

func (r *Reader) countLateBlocks(b HashedBlock) (late int) {
	for i := 0; i <= lookBack && b.Block != nil; i++ {
		if b.Block.Rank > 0 {
			late++
		}
		if b.Block.Height == 0 {
			break
		}
		b = r.Block(b.Block.Parent, b.Block.Height-1)
	}
	return late
}

// A notaryGate is what holds a notary back.
type notaryGate uint8

const (
	gateOpen          notaryGate = iota
	gateCertification            // notarized − certified reached CertificationGapBound
	gateCUP                      // notarized − next CUP reached CUPGapBound
	gateUnknown                  // no registry version for this height
)

// NotaryDelay is how long after the round's start a block of a rank may be notarized at notarized height + 1, and
// whether it may be at all (C/notary.rs get_adjusted_notary_delay).
func (r *Reader) NotaryDelay(rank protocol.Rank) (delay time.Duration, ok bool) {
	delay, gate := r.notaryDelay(rank)
	return delay, gate == gateOpen
}

func (r *Reader) notaryDelay(rank protocol.Rank) (time.Duration, notaryGate) {
	notarized, finalized, certified := r.NotarizedHeight(), r.FinalizedHeight(), r.env.States.CertifiedHeight()
	record := r.Record(notarized + 1)
	if record == nil {
		return 0, gateUnknown
	}
	if above(notarized, certified) >= CertificationGapBound {
		return 0, gateCertification
	}
	if above(notarized, r.NextCUPHeight()) >= CUPGapBound {
		return 0, gateCUP
	}
	delay := adjustedDelay(record.Timing, rank, notarized-finalized)
	gap := above(finalized, certified)
	if gap <= backlogGap {
		return delay, gateOpen
	}
	// While halting, certification stands still by design: slowing down would only delay the upgrade.
	if halting, _ := r.shouldHalt(notarized); halting {
		return delay, gateOpen
	}
	return delay + backlogDelay*time.Duration(gap), gateOpen
}

// adjustedDelay is initial + unit·rank·1.5^gap in whole milliseconds. The power is 3^gap/2^gap in integers: exact up to
// gap 40, and without end (over a century) beyond what fits.
//
// Model: the replica computes in 32-bit floats, which differ in the seventh digit.
func adjustedDelay(timing protocol.SubnetTiming, rank protocol.Rank, gap protocol.Height) time.Duration {
	const endless = 1 << 62
	ranked := uint64(timing.UnitDelay.Milliseconds()) * uint64(rank)
	if ranked == 0 {
		return timing.InitialNotaryDelay
	}
	if gap > 40 {
		return endless
	}
	power := uint64(1)
	for range gap {
		power *= 3
	}
	hi, lo := bits.Mul64(ranked, power)
	if hi>>gap != 0 {
		return endless
	}
	ms := lo>>gap | hi<<(64-gap)
	if ms > endless/uint64(time.Millisecond) {
		return endless
	}
	return timing.InitialNotaryDelay + time.Duration(ms)*time.Millisecond
}

// above is how far a is above b, 0 when it is not.
func above(a, b protocol.Height) protocol.Height {
	if a <= b {
		return 0
	}
	return a - b
}

package fault

import (
	"math/bits"
	"time"

	"icsim/sim/rng"
)

// Outages of mainnet's nodes, 14 December 2025 to 12 January 2026 (trustworthy node metrics, dfinity/dre): 21,046 node-days of assigned
// nodes have 282 episodes in which a node failed 10 % or more of its turns as block maker, beyond those of its subnet.
const (
	nodeDays = 21_046
	episodes = 282
)

// downMinutes are the quantiles, in 32nds, of how long a node was down in an episode, rounded to two digits: ours, from the
// episodes. Between them the table is read as linear. Episodes longer than the 30 days measured count as these.
var downMinutes = [...]int64{
	140, 150, 160, 160, 170, 170, 190, 200, 200, 220, 220, 240, 290, 340, 380, 430, 450,
	520, 610, 790, 890, 1000, 1100, 1100, 1300, 1500, 1800, 2400, 3900, 6900, 12_000, 20_000, 43_000,
}

// upTimes is how long a node is up between two episodes. Of it the mean is known; episodes are taken to come independently.
var upTimes = rng.Exponential(int64(24 * time.Hour * nodeDays / episodes))

// Outages draws how long a node is up, and down after that, as on mainnet and num/den times as fast.
func Outages(up, down rng.Draw, num, den uint32) (stays, gone time.Duration) {
	u := down.Uint64()
	k := u >> 59
	low, high := downMinutes[k], downMinutes[k+1]
	more, _ := bits.Mul64(uint64(high-low)*uint64(time.Minute), u<<5)
	return faster(upTimes.Pick(up), num, den), faster(low*int64(time.Minute)+int64(more), num, den)
}

// faster divides, and leaves a nanosecond at least.
func faster(ns int64, num, den uint32) time.Duration {
	hi, lo := bits.Mul64(uint64(ns), uint64(den))
	if hi >= uint64(num) {
		return 1 << 62
	}
	q, _ := bits.Div64(hi, lo, uint64(num))
	return time.Duration(max(min(q, 1<<62), 1))
}

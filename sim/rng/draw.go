package rng

import (
	"fmt"
	"math/bits"
)

// A Draw is one random choice. Its methods are different readings of the same randomness: ask one
// draw for one thing, and take another index or source for the next.
type Draw struct {
	key, lo, hi uint64
}

// Uint64 reads the draw as a number of 64 uniform bits.
func (d Draw) Uint64() uint64 { return d.lo }

// Uint64n reads the draw as a uniform number below n, without bias (Lemire: Fast random integer
// generation in an interval, 2019). It panics when n is 0.
func (d Draw) Uint64n(n uint64) uint64 {
	if n == 0 {
		panic("rng: draw below 0")
	}
	quotient, rest := bits.Mul64(d.lo, n)
	if rest >= n {
		return quotient
	}
	for unfair := -n % n; rest < unfair; { // 2⁶⁴ mod n values are too many: draw again
		d = d.again()
		quotient, rest = bits.Mul64(d.lo, n)
	}
	return quotient
}

// again gives fresh randomness determined by d: the permutation applied to its own result.
func (d Draw) again() Draw {
	d.lo, d.hi = philox(rounds, d.key, d.lo, d.hi)
	return d
}

// IntN reads the draw as a uniform index below n. It panics when n is not positive.
func (d Draw) IntN(n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("rng: draw an index below %d", n))
	}
	return int(d.Uint64n(uint64(n)))
}

// Chance is true with probability num/den. It panics unless num ≤ den and 0 < den.
func (d Draw) Chance(num, den uint64) bool {
	if num > den || den == 0 {
		panic(fmt.Sprintf("rng: probability %d/%d", num, den))
	}
	return d.Uint64n(den) < num
}

package rng

import (
	"fmt"
	"math"
	"math/bits"
)

// The knots of a table lie in octaves of the tail probability t, the probability of a value farther out
// on the same side of the median: knot k has t = (32 − k mod 16) / 32 · 2^−⌊k/16⌋ (1 being the
// median, as each side has half of the mass). Tails are thus as finely drawn as the middle, down to
// 2⁻²⁵ of the whole, where values are cut off.
const (
	octaves        = 24
	knotsPerOctave = 16
	knots          = octaves*knotsPerOctave + 1
)

// Quantiles is a distribution of int64 values (nanoseconds, mostly) as a table: linear between 769
// quantiles. It is immutable once made and may be shared.
type Quantiles struct {
	sides [2][knots]int64 // below and above the median, from it outwards
}

// Pick reads the draw as a value of the distribution.
func (q *Quantiles) Pick(d Draw) int64 {
	u := d.Uint64()
	side := &q.sides[u>>63] // an index, not a branch: the processor cannot foretell a coin
	tail := u &^ (1 << 63)
	octave := bits.LeadingZeros64(tail) - 1
	if octave >= octaves {
		return side[knots-1]
	}
	// The octave's 2⁶² numbers, the nearest to the median first.
	within := 1<<63 - 1 - tail<<octave
	k := octave*knotsPerOctave + int(within>>58)
	return side[k] + scale(side[k+1]-side[k], within&(1<<58-1))
}

// scale gives v · fraction / 2⁵⁸, rounded towards zero.
func scale(v int64, fraction uint64) int64 {
	sign := v >> 63 // 0 or −1
	hi, lo := bits.Mul64(uint64((v^sign)-sign), fraction)
	return (int64(hi<<6|lo>>58) ^ sign) - sign
}

// Median is the value that half of the draws stay below.
func (q *Quantiles) Median() int64 { return q.sides[1][0] }

// Exponential is the distribution of waiting times with this mean. 0 ≤ mean ≤ 2⁵⁶.
func Exponential(mean int64) *Quantiles {
	if mean < 0 || mean > 1<<56 {
		panic(fmt.Sprintf("rng: exponential distribution with mean %d", mean))
	}
	q := new(Quantiles)
	for k := range knots {
		// −ln of the probability p of a greater value, p = t/2 above the median, 1 − t/2 below.
		octave, rest := k/knotsPerOctave, k%knotsPerOctave
		mantissa := uint64(32 - rest) // t = mantissa / 2^(5+octave)
		q.sides[1][k] = mulQ32(mean, lnQ32(6+octave, mantissa))
		q.sides[0][k] = mulQ32(mean, lnQ32(6+octave, 1<<(6+octave)-mantissa))
	}
	return q
}

// Lognormal is the distribution of median · exp(num/den · z), z standard normal. The spread num/den
// is at most 4, and median is in 0..2⁴⁰; what exceeds 2⁶² is cut off there.
func Lognormal(median int64, num, den uint64) *Quantiles {
	if median < 0 || median > 1<<40 || den == 0 || num > 4*den || den > 1<<24 {
		panic(fmt.Sprintf("rng: lognormal distribution with median %d and spread %d/%d", median, num, den))
	}
	q := new(Quantiles)
	for k := range knots {
		// |z| < 2³ in units of 2⁻³², times num < 2²⁶ fits.
		exponent := mulQ32(int64(uint64(normal[k])*num/den), log2eQ32)
		q.sides[1][k] = timesExp2(median, exponent)
		q.sides[0][k] = timesExp2(median, -exponent)
	}
	return q
}

// Empirical is the distribution of measured values, which are in ascending order: linear between
// neighbours, the least and the greatest being the ends. It panics without values, or out of order.
// Values are in ±2⁶².
func Empirical(sorted []int64) *Quantiles {
	if len(sorted) == 0 {
		panic("rng: empirical distribution of no values")
	}
	for i := 1; i < len(sorted); i++ {
		if sorted[i] < sorted[i-1] {
			panic(fmt.Sprintf("rng: empirical distribution: value %d is below value %d", i, i-1))
		}
	}
	q := new(Quantiles)
	for k := range knots {
		octave, rest := k/knotsPerOctave, k%knotsPerOctave
		half := uint64(32-rest) << (57 - octave) // t/2 in units of 2⁻⁶³
		q.sides[0][k] = interpolate(sorted, half)
		q.sides[1][k] = interpolate(sorted, 1<<63-half)
	}
	return q
}

// interpolate gives the value p/2⁶³ of the way from the least to the greatest. p < 2⁶³.
func interpolate(sorted []int64, p uint64) int64 {
	i, fraction := bits.Mul64(p<<1, uint64(len(sorted)-1))
	if len(sorted) == 1 {
		return sorted[0]
	}
	return sorted[i] + scale(sorted[i+1]-sorted[i], fraction>>6)
}

const (
	ln2Q32   = 2977044472 // ln 2 · 2³²
	log2eQ32 = 6196328019 // log₂ e · 2³²
)

// lnQ32 gives −ln(x / 2^shift) in units of 2⁻³². 1 ≤ x ≤ 2^shift.
func lnQ32(shift int, x uint64) int64 {
	whole := bits.Len64(x) - 1
	m := x << (63 - whole) // in [2⁶³, 2⁶⁴): the mantissa in [1, 2)
	log := uint64(whole) << 32
	for bit := uint64(1) << 31; bit > 0; bit >>= 1 { // squaring doubles the logarithm
		hi, lo := bits.Mul64(m, m)
		if hi>>63 == 1 {
			log |= bit
			m = hi
		} else {
			m = hi<<1 | lo>>63
		}
	}
	return mulQ32(int64(uint64(shift)<<32-log), ln2Q32)
}

// mulQ32 gives a · b / 2³², rounded down, for non-negative arguments whose result fits.
func mulQ32(a, b int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(hi<<32 | lo>>32)
}

// timesExp2 gives v · 2^(exponent/2³²), rounded down and at most 2⁶². 0 ≤ v ≤ 2⁴⁰.
func timesExp2(v, exponent int64) int64 {
	power := uint64(1) << 63 // in [1, 2)
	whole, fraction := exponent>>32, uint64(exponent)&math.MaxUint32
	for i, root := range rootsOf2 {
		if fraction>>(31-i)&1 == 1 {
			hi, lo := bits.Mul64(power, root)
			power = hi<<1 | lo>>63
		}
	}
	hi, lo := bits.Mul64(uint64(v), power) // v · 2^fraction · 2⁶³
	if whole >= int64(63-bits.Len64(uint64(v))) {
		return 1 << 62
	}
	shift := 63 - whole // in 31..95, as |exponent| ≤ 4 · 5.4 · log₂e < 32 · 2³²
	if shift >= 64 {
		return int64(hi >> (shift - 64))
	}
	return int64(hi<<(64-shift) | lo>>shift)
}

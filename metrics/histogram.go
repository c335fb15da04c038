package metrics

import (
	"fmt"
	"math"
	"math/bits"
)

// A Histogram counts values by size. Values keep a number of significant decimal digits: what it reports
// for a quantile differs from the exact one by less than a part in 10^digits.
//
// Cells lie as in HdrHistogram: values below 2·half have a cell each, and every further doubling of the value is divided in
// half cells. Cells are allocated up to the greatest value seen: with 2 digits 8 kB for a second in
// nanoseconds, 58 kB at most; with 3 digits 42 kB and 435 kB.
type Histogram struct {
	digits   int
	halfBits uint // half = 1 << halfBits
	counts   []uint64
	count    uint64
	sum      sum
	min, max int64
}

// MaxDigits bounds the memory of a histogram to 7 MB.
const MaxDigits = 4

// NewHistogram makes an empty histogram that keeps 1 to MaxDigits significant digits.
func NewHistogram(digits int) *Histogram {
	if digits < 1 || digits > MaxDigits {
		panic(fmt.Sprintf("metrics: histogram of %d digits", digits))
	}
	half := 1
	for range digits {
		half *= 10
	}
	return &Histogram{digits: digits, halfBits: uint(bits.Len(uint(half))), min: math.MaxInt64}
}

// Record counts a value, which must not be negative.
func (h *Histogram) Record(v int64) {
	if v < 0 {
		panic(fmt.Sprintf("metrics: histogram records %d", v))
	}
	cell := h.cell(v)
	if cell >= len(h.counts) {
		h.grow(cell)
	}
	h.counts[cell]++
	h.count++
	h.sum.add(uint64(v))
	h.min, h.max = min(h.min, v), max(h.max, v)
}

// cell numbers the cells from 0 on. A doubling beyond 2·half has half cells, each 2^shift wide.
func (h *Histogram) cell(v int64) int {
	shift := max(0, bits.Len64(uint64(v))-int(h.halfBits)-1)
	return shift<<h.halfBits + int(v>>shift)
}

// last is the greatest value of a cell.
func (h *Histogram) last(cell int) int64 {
	shift := max(0, cell>>h.halfBits-1)
	first := int64(cell-shift<<h.halfBits) << shift
	return first + (1<<shift - 1)
}

// grow makes room up to a cell, by whole doublings.
func (h *Histogram) grow(cell int) {
	counts := make([]uint64, (cell>>h.halfBits+1)<<h.halfBits)
	copy(counts, h.counts)
	h.counts = counts
}

// Merge counts all values of another histogram, of the same digits.
func (h *Histogram) Merge(o *Histogram) {
	if h.digits != o.digits {
		panic(fmt.Sprintf("metrics: merge a histogram of %d digits into one of %d", o.digits, h.digits))
	}
	if len(o.counts) > len(h.counts) {
		h.grow(len(o.counts) - 1)
	}
	for cell, n := range o.counts {
		h.counts[cell] += n
	}
	h.count += o.count
	h.sum.merge(o.sum)
	h.min, h.max = min(h.min, o.min), max(h.max, o.max)
}

// Count is the number of values.
func (h *Histogram) Count() uint64 { return h.count }

// Min is the least value, exactly; 0 without values.
func (h *Histogram) Min() int64 {
	if h.count == 0 {
		return 0
	}
	return h.min
}

// Max is the greatest value, exactly; 0 without values.
func (h *Histogram) Max() int64 { return h.max }

// Sum is the sum of all values, computed exactly and rounded once.
func (h *Histogram) Sum() float64 { return h.sum.float() }

// Mean is the mean of all values; 0 without values.
func (h *Histogram) Mean() float64 {
	if h.count == 0 {
		return 0
	}
	return h.Sum() / float64(h.count)
}

// Quantile is the least value that at least num/den of all values do not exceed, within the precision of
// the histogram: never below it, and above it by less than a part in 10^digits. Quantile(1, 1) is Max. It is 0 without
// values. The share is a ratio, num ≤ den < 2¹⁶, since 0.07 of a hundred is more than seven in floats.
func (h *Histogram) Quantile(num, den uint64) int64 {
	if num > den || den == 0 || den >= 1<<16 {
		panic(fmt.Sprintf("metrics: quantile %d/%d", num, den))
	}
	rank := max(1, (h.count*num+den-1)/den)
	seen := uint64(0)
	for cell, n := range h.counts {
		if seen += n; seen >= rank {
			return min(h.last(cell), h.max)
		}
	}
	return h.max
}

// sum adds numbers up in 128 bits.
type sum struct{ hi, lo uint64 }

func (s *sum) add(v uint64) { s.merge(sum{lo: v}) }

func (s *sum) merge(o sum) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, o.lo, 0)
	s.hi += o.hi + carry
}

func (s *sum) float() float64 { return float64(s.hi)*(1<<64) + float64(s.lo) }

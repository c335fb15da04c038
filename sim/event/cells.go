package event

import (
	"math/bits"
	"slices"
)

// Cells sort more numbers than a network sorts fast: they spread them over as many cells of equal width that one has some dozens, if
// nothing crowds them.
type cells struct {
	spread []uint64
	ends   []uint32 // of the cells in spread
}

// sort sorts numbers. Space for a block must follow; it is overwritten.
func (c *cells) sort(numbers []uint64) {
	if len(numbers) <= sortAtOnce {
		sortNumbers(numbers)
		return
	}
	c.fill(numbers)
	begin := uint32(0)
	for _, end := range c.ends {
		cell := numbers[begin:end]
		copy(cell, c.spread[begin:end])
		if len(cell) <= sortAtOnce {
			sortNumbers(cell)
		} else {
			slices.Sort(cell)
		}
		begin = end
	}
}

// fill spreads numbers over cells.
func (c *cells) fill(numbers []uint64) {
	width := bits.Len(uint(len(numbers) / 64))
	if cap(c.spread) < len(numbers) {
		c.spread = make([]uint64, cap(numbers))
	}
	if cap(c.ends) < 1<<width {
		c.ends = make([]uint32, 1<<width)
	}
	c.spread, c.ends = c.spread[:len(numbers)], c.ends[:1<<width]
	clear(c.ends)
	first, last := slices.Min(numbers), slices.Max(numbers)
	shift := max(0, bits.Len64(last-first)-width) & 63
	for _, n := range numbers {
		c.ends[(n-first)>>shift]++
	}
	sum := uint32(0)
	for i, n := range c.ends {
		c.ends[i] = sum
		sum += n
	}
	for _, n := range numbers {
		i := (n - first) >> shift
		c.spread[c.ends[i]] = n
		c.ends[i]++
	}
}

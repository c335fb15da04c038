package event

import "math"

// block is how many numbers a sorting network orders in the processor's registers.
const block = 8

// sortNumbers sorts numbers in a time that does not depend on them: a bitonic network over blocks (Batcher: Sorting networks and
// their applications, 1968). It has no branch that a processor could guess wrong, which costs as much as ordering five numbers.
// Space for a block must follow; it is overwritten.
func sortNumbers(numbers []uint64) {
	n := (len(numbers) + block - 1) &^ (block - 1)
	s := numbers[:n]
	*(*[block]uint64)(numbers[len(numbers) : len(numbers)+block]) = greatest
	for i := 0; i < n; i += block {
		sortBlock((*[block]uint64)(s[i:]))
	}
	for size := 2 * block; size < 2*n; size *= 2 {
		for start := 0; start+size/2 < n; start += size {
			mirror(s[start:min(start+size, n)], size/2)
		}
		for half := size / 4; half >= block; half /= 2 {
			for start := 0; start+half < n; start += 2 * half {
				cross(s[start:start+half], s[start+half:min(start+2*half, n)])
			}
		}
		for i := 0; i < n; i += block {
			mergeBlock((*[block]uint64)(s[i:]))
		}
	}
}

// mirror begins to merge two sorted halves, of which the second may lack its end: as if the largest numbers were there.
func mirror(s []uint64, half int) {
	for i, j := len(s)-block, 2*half-len(s); i >= half; i, j = i-block, j+block {
		mirrorBlocks((*[block]uint64)(s[j:]), (*[block]uint64)(s[i:]))
	}
}

// mirrorBlocks moves the lesser of each pair to low, the first of low paired with the last of high.
func mirrorBlocks(low, high *[block]uint64) {
	low[0], high[7] = inOrder(low[0], high[7])
	low[1], high[6] = inOrder(low[1], high[6])
	low[2], high[5] = inOrder(low[2], high[5])
	low[3], high[4] = inOrder(low[3], high[4])
	low[4], high[3] = inOrder(low[4], high[3])
	low[5], high[2] = inOrder(low[5], high[2])
	low[6], high[1] = inOrder(low[6], high[1])
	low[7], high[0] = inOrder(low[7], high[0])
}

// cross moves the lesser of each pair to low.
func cross(low, high []uint64) {
	low = low[:len(high)]
	for i, h := range high {
		l := low[i]
		low[i], high[i] = min(l, h), max(l, h)
	}
}

// sortBlock has 19 comparisons, the fewest for eight.
func sortBlock(s *[block]uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	a, c = inOrder(a, c)
	b, d = inOrder(b, d)
	e, g = inOrder(e, g)
	f, h = inOrder(f, h)
	a, e = inOrder(a, e)
	b, f = inOrder(b, f)
	c, g = inOrder(c, g)
	d, h = inOrder(d, h)
	a, b = inOrder(a, b)
	c, d = inOrder(c, d)
	e, f = inOrder(e, f)
	g, h = inOrder(g, h)
	c, e = inOrder(c, e)
	d, f = inOrder(d, f)
	b, e = inOrder(b, e)
	d, g = inOrder(d, g)
	b, c = inOrder(b, c)
	d, e = inOrder(d, e)
	f, g = inOrder(f, g)
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}

// mergeBlock sorts a block that rises and then falls, or the other way round.
func mergeBlock(s *[block]uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	a, e = inOrder(a, e)
	b, f = inOrder(b, f)
	c, g = inOrder(c, g)
	d, h = inOrder(d, h)
	a, c = inOrder(a, c)
	b, d = inOrder(b, d)
	e, g = inOrder(e, g)
	f, h = inOrder(f, h)
	a, b = inOrder(a, b)
	c, d = inOrder(c, d)
	e, f = inOrder(e, f)
	g, h = inOrder(g, h)
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}

const most = math.MaxUint64

var greatest = [block]uint64{most, most, most, most, most, most, most, most}

func inOrder(a, b uint64) (uint64, uint64) { return min(a, b), max(a, b) }

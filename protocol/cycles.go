package protocol

import (
	"fmt"
	"math/bits"
)

// Cycles is an amount of cycles, 128 bits as in the system API. Arithmetic panics on overflow and on
// negative results: both mean that conservation is already broken.
type Cycles struct{ Hi, Lo uint64 }

// CyclesOf widens a small amount.
func CyclesOf(n uint64) Cycles { return Cycles{Lo: n} }

// Add gives c + d.
func (c Cycles) Add(d Cycles) Cycles {
	lo, carry := bits.Add64(c.Lo, d.Lo, 0)
	hi, over := bits.Add64(c.Hi, d.Hi, carry)
	if over != 0 {
		panic("protocol: cycles overflow")
	}
	return Cycles{hi, lo}
}

// Sub gives c − d; d must not exceed c.
func (c Cycles) Sub(d Cycles) Cycles {
	lo, borrow := bits.Sub64(c.Lo, d.Lo, 0)
	hi, under := bits.Sub64(c.Hi, d.Hi, borrow)
	if under != 0 {
		panic("protocol: cycles below zero")
	}
	return Cycles{hi, lo}
}

// Mul gives c × n.
func (c Cycles) Mul(n uint64) Cycles {
	hiOfLo, lo := bits.Mul64(c.Lo, n)
	over, hi := bits.Mul64(c.Hi, n)
	hi, carry := bits.Add64(hi, hiOfLo, 0)
	if over+carry != 0 {
		panic("protocol: cycles overflow")
	}
	return Cycles{hi, lo}
}

// Div gives ⌊c / n⌋ for n > 0.
func (c Cycles) Div(n uint64) Cycles {
	hi, rem := bits.Div64(0, c.Hi, n)
	lo, _ := bits.Div64(rem, c.Lo, n)
	return Cycles{hi, lo}
}

// Compare is −1, 0 or 1.
func (c Cycles) Compare(d Cycles) int {
	switch {
	case c == d:
		return 0
	case c.Hi < d.Hi || c.Hi == d.Hi && c.Lo < d.Lo:
		return -1
	}
	return 1
}

// Less reports c < d.
func (c Cycles) Less(d Cycles) bool { return c.Compare(d) < 0 }

// IsZero reports whether nothing is left.
func (c Cycles) IsZero() bool { return c == Cycles{} }

// Min gives the lesser of two amounts.
func (c Cycles) Min(d Cycles) Cycles {
	if d.Less(c) {
		return d
	}
	return c
}

func (c Cycles) String() string {
	if c.Hi == 0 {
		return fmt.Sprintf("%d", c.Lo)
	}
	const billion = 1_000_000_000
	q, digits := c, ""
	for !q.IsZero() {
		next := q.Div(billion)
		rem := q.Sub(next.Mul(billion)).Lo
		if next.IsZero() {
			return fmt.Sprintf("%d%s", rem, digits)
		}
		digits = fmt.Sprintf("%09d%s", rem, digits)
		q = next
	}
	return "0"
}

package cdk

import "math/bits"

// Cycles are an amount of cycles: Hi·2⁶⁴ + Lo.
type Cycles struct{ Hi, Lo uint64 }

// CyclesOf gives n cycles.
func CyclesOf(n uint64) Cycles { return Cycles{Lo: n} }

// IsZero tells the amount 0.
func (c Cycles) IsZero() bool { return c == Cycles{} }

// Less reports c < d.
func (c Cycles) Less(d Cycles) bool { return c.Hi < d.Hi || c.Hi == d.Hi && c.Lo < d.Lo }

// Add gives c + d. It panics beyond 2¹²⁸.
func (c Cycles) Add(d Cycles) Cycles {
	lo, carry := bits.Add64(c.Lo, d.Lo, 0)
	hi, over := bits.Add64(c.Hi, d.Hi, carry)
	if over != 0 {
		panic("cdk: cycles: sum beyond 2^128")
	}
	return Cycles{hi, lo}
}

// Sub gives c − d. It panics if that is below 0.
func (c Cycles) Sub(d Cycles) Cycles {
	lo, borrow := bits.Sub64(c.Lo, d.Lo, 0)
	hi, under := bits.Sub64(c.Hi, d.Hi, borrow)
	if under != 0 {
		panic("cdk: cycles: difference below 0")
	}
	return Cycles{hi, lo}
}

package management

import (
	"math"

	"icsim/canister/candid"
)

// A Float32 is the bits of a number: it is carried and never computed with.
type Float32 uint32

// A Float64 is likewise.
type Float64 uint64

func (f Float32) value() candid.Value {
	return candid.Float32(math.Float32frombits(uint32(f))) //tidy:float carried
}

func (f Float64) value() candid.Value {
	return candid.Float64(math.Float64frombits(uint64(f))) //tidy:float carried
}

func bits32(v candid.Float32) uint64 { return uint64(math.Float32bits(float32(v))) } //tidy:float carried
func bits64(v candid.Float64) uint64 { return math.Float64bits(float64(v)) }         //tidy:float carried

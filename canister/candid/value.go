package candid

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"icsim/crypto/principal"
)

// A Value is a Candid value: one of the types below. Values are not changed once made, so they may share parts.
type Value interface{ isValue() }

// The values. Nat and Int are in number.go.
type (
	// Null is the value of null and of reserved, and the absent value of every opt.
	Null  struct{}
	Bool  bool
	Nat8  uint8
	Nat16 uint16
	Nat32 uint32
	Nat64 uint64
	Int8  int8
	Int16 int16
	Int32 int32
	Int64 int64

	// Float32 and Float64 are carried and never computed with.
	Float32 float32 //tidy:float carried for canisters
	Float64 float64 //tidy:float carried for canisters

	// Text is valid UTF-8.
	Text string
	// Blob is every value of vec nat8 that this package makes.
	Blob []byte
	// Opt is a present value; Null is the absent one.
	Opt struct{ Value Value }
	Vec []Value
	// Record has its fields by rising id, in what this package makes.
	Record []FieldValue
	// Variant is the one case that it is.
	Variant   FieldValue
	Principal struct{ principal.ID }
	// Service is a reference to a service.
	Service struct{ principal.ID }
	// Func is a reference to a method of a service.
	Func struct {
		Service principal.ID
		Method  string
	}
)

// A FieldValue is a field of a Record or the case of a Variant.
type FieldValue struct {
	Label
	Value Value
}

func (Null) isValue()      {}
func (Bool) isValue()      {}
func (Nat) isValue()       {}
func (Int) isValue()       {}
func (Nat8) isValue()      {}
func (Nat16) isValue()     {}
func (Nat32) isValue()     {}
func (Nat64) isValue()     {}
func (Int8) isValue()      {}
func (Int16) isValue()     {}
func (Int32) isValue()     {}
func (Int64) isValue()     {}
func (Float32) isValue()   {} //tidy:float a mark of the type
func (Float64) isValue()   {} //tidy:float a mark of the type
func (Text) isValue()      {}
func (Blob) isValue()      {}
func (Opt) isValue()       {}
func (Vec) isValue()       {}
func (Record) isValue()    {}
func (Variant) isValue()   {}
func (Principal) isValue() {}
func (Service) isValue()   {}
func (Func) isValue()      {}

// Get gives the value of the field of this name.
func (r Record) Get(name string) (Value, bool) {
	id := Hash(name)
	i, ok := slices.BinarySearchFunc(r, id, func(f FieldValue, id uint32) int { return cmp.Compare(f.ID, id) })
	if !ok {
		return nil, false
	}
	return r[i].Value, true
}

// Same tells whether two values are one: labels count by their ids, floats by their bits, and a vec of nat8 is a blob.
func Same(a, b Value) bool {
	switch a := a.(type) {
	case Nat:
		b, ok := b.(Nat)
		return ok && a.Big().Cmp(b.Big()) == 0
	case Int:
		b, ok := b.(Int)
		return ok && a.Big().Cmp(b.Big()) == 0
	case Float32, Float64: //tidy:float only told apart
		return sameBits(a, b)
	case Opt:
		b, ok := b.(Opt)
		return ok && Same(a.Value, b.Value)
	case Variant:
		b, ok := b.(Variant)
		return ok && a.ID == b.ID && Same(a.Value, b.Value)
	case Record:
		b, ok := b.(Record)
		return ok && slices.EqualFunc(a, b, func(x, y FieldValue) bool { return x.ID == y.ID && Same(x.Value, y.Value) })
	case Blob:
		switch b := b.(type) {
		case Blob:
			return bytes.Equal(a, b)
		case Vec:
			return sameBytes(a, b)
		}
		return false
	case Vec:
		if b, ok := b.(Blob); ok {
			return sameBytes(b, a)
		}
		b, ok := b.(Vec)
		return ok && slices.EqualFunc(a, b, Same)
	}
	return a == b
}

// sameBits compares floats.
//
//tidy:float compared as bits, which tells -0 from 0 and has nan equal itself
func sameBits(a, b Value) bool {
	switch a := a.(type) {
	case Float32:
		b, ok := b.(Float32)
		return ok && math.Float32bits(float32(a)) == math.Float32bits(float32(b))
	case Float64:
		b, ok := b.(Float64)
		return ok && math.Float64bits(float64(a)) == math.Float64bits(float64(b))
	}
	return false
}

func sameBytes(blob Blob, vec Vec) bool {
	return slices.EqualFunc(blob, vec, func(x byte, y Value) bool { return y == Nat8(x) })
}

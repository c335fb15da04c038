package candid

import (
	"errors"
	"math"
	"reflect"
	"strconv"
)

// Encode writes values, which are of the codec's types, as a message. It panics if a variant has not one case.
func (c *Codec) Encode(values []reflect.Value) []byte {
	out := append(make([]byte, 0, len(c.header)+32), c.header...)
	for i, g := range c.types {
		out = g.append(out, values[i])
	}
	return out
}

//tidy:float the bits of floats pass through, and nothing is computed
func (g *goType) append(out []byte, v reflect.Value) []byte {
	switch g.kind {
	case Bool:
		if v.Bool() {
			return append(out, 1)
		}
		return append(out, 0)
	case Text:
		return append(appendUnsigned(out, uint64(v.Len())), v.String()...)
	case Principal:
		return append(appendUnsigned(append(out, 1), uint64(v.Len())), v.String()...)
	case Blob:
		return append(appendUnsigned(out, uint64(v.Len())), v.Bytes()...)
	case Nat:
		return appendUnsigned(out, v.Uint())
	case Int:
		return appendSigned(out, v.Int())
	case Nat8, Nat16, Nat32, Nat64:
		return appendFixed(out, v.Uint(), g.kind)
	case Int8, Int16, Int32, Int64:
		return appendFixed(out, uint64(v.Int()), g.kind)
	case Float32:
		return appendFixed(out, uint64(math.Float32bits(float32(v.Float()))), g.kind)
	case Float64:
		return appendFixed(out, math.Float64bits(v.Float()), g.kind)
	case Opt:
		if v.IsNil() {
			return append(out, 0)
		}
		return g.item.append(append(out, 1), v.Elem())
	case Vec:
		out = appendUnsigned(out, uint64(v.Len()))
		for i := range v.Len() {
			out = g.item.append(out, v.Index(i))
		}
	case Record:
		for _, f := range g.fields {
			out = f.append(out, v.Field(f.index))
		}
	case Variant:
		return g.appendCase(out, v)
	}
	return out
}

func (g *goType) appendCase(out []byte, v reflect.Value) []byte {
	chosen := -1
	for i, f := range g.fields {
		if v.Field(f.index).IsNil() {
			continue
		}
		if chosen >= 0 {
			panic("candid: the variant " + g.of.String() + " is both " + g.fields[chosen].name + " and " + f.name)
		}
		chosen = i
	}
	if chosen < 0 {
		panic("candid: the variant " + g.of.String() + " is none of its cases")
	}
	f := g.fields[chosen]
	return f.append(appendUnsigned(out, uint64(chosen)), v.Field(f.index).Elem())
}

func appendFixed(out []byte, n uint64, k Kind) []byte {
	for range k.width() {
		out, n = append(out, byte(n)), n>>8
	}
	return out
}

// Decode reads a message into new values of the codec's types. As Candid's subtyping has it, more values and fields than expected
// are passed over; a missing one is null where that is a value of its type; and what does not fit an opt is null. The
// error is an *Error.
//
// Types are compared by what the message holds, not by what it could: an empty vec of anything is a vec of what is expected.
func (c *Codec) Decode(message []byte) ([]reflect.Value, error) {
	have, err := Decode(message)
	if err != nil {
		return nil, err
	}
	values := make([]reflect.Value, len(c.types))
	for i, g := range c.types {
		values[i] = reflect.New(g.of).Elem()
		if i >= len(have) {
			err = g.missing()
		} else {
			err = g.set(values[i], have[i])
		}
		if err != nil {
			return nil, &Error{-1, "value " + strconv.Itoa(i+1) + ": " + err.Error()}
		}
	}
	return values, nil
}

// missing says whether a value may be left out.
func (g *goType) missing() error {
	if g.kind == Opt || g.kind == Null {
		return nil
	}
	return errors.New("missing: a " + g.kind.String() + " is expected")
}

//tidy:float the bits of floats pass through, and nothing is computed
func (g *goType) set(v reflect.Value, from Value) error {
	if g.kind == Opt {
		return g.setOpt(v, from)
	}
	if isList(g.kind) && isList(from.kind) && len(from.items)+len(from.text) == 0 {
		from.kind = g.kind // empty, of whatever type
	}
	if from.kind != g.kind && !(g.kind == Int && from.kind == Nat && from.num < 1<<63) {
		return errors.New("a " + from.kind.String() + ", not a " + g.kind.String())
	}
	switch g.kind {
	case Bool:
		v.SetBool(from.num == 1)
	case Text, Principal:
		v.SetString(from.text)
	case Blob:
		v.SetBytes([]byte(from.text))
	case Nat, Nat8, Nat16, Nat32, Nat64:
		v.SetUint(from.num)
	case Int, Int8, Int16, Int32, Int64:
		v.SetInt(int64(from.num))
	case Float32:
		v.SetFloat(float64(math.Float32frombits(uint32(from.num))))
	case Float64:
		v.SetFloat(math.Float64frombits(from.num))
	case Vec:
		return g.setVec(v, from.items)
	case Record:
		return g.setRecord(v, from.fields)
	case Variant:
		return g.setCase(v, from.fields[0])
	}
	return nil
}

func isList(k Kind) bool { return k == Vec || k == Blob }

// setOpt takes opt T, null, and T itself; anything else is null.
func (g *goType) setOpt(v reflect.Value, from Value) error {
	switch from.kind {
	case Null, Reserved:
		return nil
	case Opt:
		if len(from.items) == 0 {
			return nil
		}
		from = from.items[0]
	}
	item := reflect.New(g.item.of)
	if g.item.set(item.Elem(), from) == nil {
		v.Set(item)
	}
	return nil
}

func (g *goType) setVec(v reflect.Value, items []Value) error {
	v.Set(reflect.MakeSlice(g.of, len(items), len(items)))
	for i, x := range items {
		if err := g.item.set(v.Index(i), x); err != nil {
			return errors.New("item " + strconv.Itoa(i) + ": " + err.Error())
		}
	}
	return nil
}

func (g *goType) setRecord(v reflect.Value, have []Field) error {
	for _, f := range g.fields { // both ascend
		for len(have) > 0 && have[0].id < f.id {
			have = have[1:]
		}
		var err error
		if len(have) > 0 && have[0].id == f.id {
			err = f.set(v.Field(f.index), have[0].Value)
		} else {
			err = f.missing()
		}
		if err != nil {
			return errors.New("field " + f.name + ": " + err.Error())
		}
	}
	return nil
}

func (g *goType) setCase(v reflect.Value, have Field) error {
	for _, f := range g.fields {
		if f.id == have.id {
			of := reflect.New(f.of)
			v.Field(f.index).Set(of)
			if err := f.set(of.Elem(), have.Value); err != nil {
				return errors.New("case " + f.name + ": " + err.Error())
			}
			return nil
		}
	}
	return errors.New("a case of a variant that " + g.of.String() + " does not have")
}

package candid

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"icsim/crypto/principal"
)

// maxDepth is how deep values nest in messages and in text: a list of some two thousand items.
const maxDepth = 4096

// Encode writes a message: args at types, of which there are as many. A value has to fit its type; only a Nat may
// stand for an int, fields of a record may be in any order, and those that may be null may be missing.
func Encode(args []Value, types []Type) ([]byte, error) {
	if len(args) != len(types) {
		return nil, fmt.Errorf("candid: %d values for %d types %s", len(args), len(types), FormatTypes(types))
	}
	t := newTable(types)
	e := encoder{out: t.appendHeader(make([]byte, 0, 128), types)}
	for i, v := range args {
		if f := e.value(v, types[i]); f != nil {
			return nil, f.under(step{index: i}).inValue()
		}
	}
	return e.out, nil
}

type encoder struct {
	out   []byte
	depth int
}

// value writes a value (Candid.md, section Memory, function M).
func (e *encoder) value(v Value, t Type) *fault {
	switch t.kind {
	case KindReserved:
		return nil
	case KindOpt:
		return e.opt(v, t)
	case KindVec:
		return e.vec(v, t)
	case KindRecord:
		return e.record(v, t)
	case KindVariant:
		return e.variant(v, t)
	}
	switch v := v.(type) {
	case Null:
		if t.kind == KindNull {
			return nil
		}
	case Bool:
		if t.kind == KindBool {
			return e.bool(bool(v))
		}
	case Nat:
		return e.nat(v, t)
	case Int:
		if t.kind == KindInt {
			e.out = appendInt(e.out, v)
			return nil
		}
	case Text:
		if t.kind == KindText {
			return e.text(string(v))
		}
	case Principal:
		if t.kind == KindPrincipal {
			return e.principal(v.ID)
		}
	case Service:
		if t.kind == KindService {
			return e.principal(v.ID)
		}
	case Func:
		if t.kind == KindFunc {
			e.out = append(e.out, 1)
			e.principal(v.Service)
			return e.text(v.Method)
		}
	default:
		return e.fixed(v, t)
	}
	return unfit(v, t)
}

// fixed writes the numbers of a fixed width.
//
//tidy:float floats are written as their bits
func (e *encoder) fixed(v Value, t Type) *fault {
	kind, bits := Kind(0), uint64(0)
	switch v := v.(type) {
	case Nat8:
		kind, bits = KindNat8, uint64(v)
	case Nat16:
		kind, bits = KindNat16, uint64(v)
	case Nat32:
		kind, bits = KindNat32, uint64(v)
	case Nat64:
		kind, bits = KindNat64, uint64(v)
	case Int8:
		kind, bits = KindInt8, uint64(v)
	case Int16:
		kind, bits = KindInt16, uint64(v)
	case Int32:
		kind, bits = KindInt32, uint64(v)
	case Int64:
		kind, bits = KindInt64, uint64(v)
	case Float32:
		kind, bits = KindFloat32, uint64(math.Float32bits(float32(v)))
	case Float64:
		kind, bits = KindFloat64, math.Float64bits(float64(v))
	}
	if kind != t.kind || kind == 0 {
		return unfit(v, t)
	}
	e.out = append(binary.LittleEndian.AppendUint64(e.out, bits), 0)[:len(e.out)+kind.width()]
	return nil
}

func (e *encoder) bool(b bool) *fault {
	if b {
		e.out = append(e.out, 1)
	} else {
		e.out = append(e.out, 0)
	}
	return nil
}

func (e *encoder) nat(n Nat, t Type) *fault {
	switch t.kind {
	case KindNat:
		e.out = appendNat(e.out, n)
	case KindInt:
		e.out = appendInt(e.out, n.Int())
	default:
		return unfit(n, t)
	}
	return nil
}

func (e *encoder) text(s string) *fault {
	if !utf8.ValidString(s) {
		return &fault{says: "a text has to be valid UTF-8"}
	}
	e.out = append(appendLEB(e.out, uint64(len(s))), s...)
	return nil
}

func (e *encoder) principal(id principal.ID) *fault {
	e.out = append(e.out, 1, byte(id.Len()))
	e.out = id.AppendTo(e.out)
	return nil
}

func (e *encoder) opt(v Value, t Type) *fault {
	switch v := v.(type) {
	case Null:
		e.out = append(e.out, 0)
		return nil
	case Opt:
		e.out = append(e.out, 1)
		return e.nested(v.Value, t.body.elem)
	}
	return unfit(v, t)
}

func (e *encoder) vec(v Value, t Type) *fault {
	switch v := v.(type) {
	case Blob:
		if t.body.elem.kind == KindNat8 {
			e.out = append(appendLEB(e.out, uint64(len(v))), v...)
			return nil
		}
	case Vec:
		e.out = appendLEB(e.out, uint64(len(v)))
		for i, item := range v {
			if f := e.nested(item, t.body.elem); f != nil {
				return f.under(step{into: KindVec, index: i})
			}
		}
		return nil
	}
	return unfit(v, t)
}

func (e *encoder) record(v Value, t Type) *fault {
	r, ok := v.(Record)
	if !ok {
		return unfit(v, t)
	}
	used, next := 0, 0
	for _, f := range t.body.fields {
		field := Value(Null{})
		if i := indexFrom(r, next, f.ID); i >= 0 {
			field, next = r[i].Value, i+1
			used++
		} else if !f.Type.nullable() {
			return &fault{says: fmt.Sprintf("field %s of %s is missing", f.Label, short(t))}
		}
		if bad := e.nested(field, f.Type); bad != nil {
			return bad.under(step{into: KindRecord, label: f.Label})
		}
	}
	if used != len(r) {
		return superfluous(r, t)
	}
	return nil
}

// indexFrom finds a field, looking first where it is if fields are in order.
func indexFrom(r Record, next int, id uint32) int {
	if next < len(r) && r[next].ID == id {
		return next
	}
	for i := range r {
		if r[i].ID == id {
			return i
		}
	}
	return -1
}

// superfluous names the field that the type does not have, or that is there twice.
func superfluous(r Record, t Type) *fault {
	seen := map[uint32]bool{}
	for _, f := range r {
		if _, ok := findField(t.body.fields, f.ID); !ok || seen[f.ID] {
			return &fault{says: fmt.Sprintf("field %s is not expected, or there twice; expected is %s", f.Label, short(t))}
		}
		seen[f.ID] = true
	}
	return nil
}

func (e *encoder) variant(v Value, t Type) *fault {
	c, ok := v.(Variant)
	if !ok {
		return unfit(v, t)
	}
	i, ok := findField(t.body.fields, c.ID)
	if !ok {
		return &fault{says: fmt.Sprintf("case %s is not one of %s", c.Label, short(t))}
	}
	e.out = appendLEB(e.out, uint64(i))
	if f := e.nested(c.Value, t.body.fields[i].Type); f != nil {
		return f.under(step{into: KindVariant, label: c.Label})
	}
	return nil
}

func (e *encoder) nested(v Value, t Type) *fault {
	if e.depth++; e.depth > maxDepth {
		return &fault{says: tooDeep}
	}
	f := e.value(v, t)
	e.depth--
	return f
}

const tooDeep = "values nest too deep: 4,096 levels are the most"

func unfit(v Value, t Type) *fault {
	return &fault{says: fmt.Sprintf("%s where %s is expected", describe(v), short(t))}
}

// describe names a value by its type's word.
func describe(v Value) string {
	switch v := v.(type) {
	case nil:
		return "no value"
	case Record:
		return "a record"
	case Variant:
		return "variant { " + v.Label.String() + " }"
	case Opt:
		return "an opt"
	case Vec:
		return "a vec"
	case Blob:
		return "a blob"
	case Text:
		return "a text"
	case Func:
		return "a func"
	case Principal:
		return "a principal"
	case Service:
		return "a service"
	}
	return FormatValue(v)
}

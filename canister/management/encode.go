package management

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"

	"icsim/crypto/principal"
)

// Encode writes a message of one value, or of none if v is nil. It panics for a type that has no Candid, which is our fault.
func Encode(v any) []byte {
	if v == nil {
		return []byte(magic + "\x00\x00")
	}
	e := encoder{index: map[reflect.Type]int64{}}
	at := reflect.ValueOf(v)
	ref := e.typeOf(at.Type())
	out := append([]byte(magic), leb(Nat{Lo: uint64(len(e.table))})...)
	for _, t := range e.table {
		out = append(out, t...)
	}
	out = append(out, 1)
	out = append(out, sleb(ref)...)
	return e.value(out, at)
}

// An encoder collects the type table of a message.
type encoder struct {
	table [][]byte
	index map[reflect.Type]int64 // of composite types in the table
}

func primitiveKind(t reflect.Type) kind {
	switch t {
	case reflect.TypeFor[Null]():
		return kindNull
	case reflect.TypeFor[Nat]():
		return kindNat
	case reflect.TypeFor[principal.ID]():
		return kindPrincipal
	}
	switch t.Kind() {
	case reflect.Bool:
		return kindBool
	case reflect.Uint8:
		return kindNat8
	case reflect.Uint16:
		return kindNat16
	case reflect.Uint32:
		return kindNat32
	case reflect.Uint64:
		return kindNat64
	case reflect.String:
		return kindText
	}
	return 0
}

// typeOf gives the reference to a type, which it adds to the table if need be.
func (e *encoder) typeOf(t reflect.Type) int64 {
	if k := primitiveKind(t); k != 0 {
		return int64(k)
	}
	if ref, ok := e.index[t]; ok {
		return ref
	}
	ref := int64(len(e.table))
	e.index[t] = ref
	e.table = append(e.table, nil)
	switch t.Kind() {
	case reflect.Pointer:
		e.table[ref] = append(sleb(int64(kindOpt)), sleb(e.typeOf(t.Elem()))...)
	case reflect.Slice:
		e.table[ref] = append(sleb(int64(kindVec)), sleb(e.typeOf(t.Elem()))...)
	case reflect.Struct:
		e.table[ref] = e.fieldsType(t)
	default:
		panic(fmt.Sprintf("management: no Candid for %s", t))
	}
	return ref
}

func (e *encoder) fieldsType(t reflect.Type) []byte {
	k := kindRecord
	if isVariant(t) {
		k = kindVariant
	}
	fields := fieldsOf(t)
	out := append(sleb(int64(k)), leb(Nat{Lo: uint64(len(fields))})...)
	for _, f := range fields {
		inner := t.Field(f.at).Type
		if k == kindVariant {
			inner = inner.Elem()
		}
		ref := e.typeOf(inner)
		out = append(append(out, leb(Nat{Lo: uint64(f.id)})...), sleb(ref)...)
	}
	return out
}

// A goField is a field of a struct with its hash.
type goField struct {
	id uint32
	at int
}

// fieldsOf gives the fields of a record or the cases of a variant, ascending.
func fieldsOf(t reflect.Type) []goField {
	var fields []goField
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("candid"); name != "" {
			fields = append(fields, goField{hash(name), i})
		}
	}
	slices.SortFunc(fields, func(a, b goField) int { return cmp.Compare(a.id, b.id) })
	return fields
}

// value appends a value without its type.
func (e *encoder) value(out []byte, v reflect.Value) []byte {
	switch x := v.Interface().(type) {
	case Null:
		return out
	case Nat:
		return append(out, leb(x)...)
	case principal.ID:
		return x.AppendTo(append(out, 1, byte(x.Len())))
	case []byte:
		return append(append(out, leb(Nat{Lo: uint64(len(x))})...), x...)
	case string:
		return append(append(out, leb(Nat{Lo: uint64(len(x))})...), x...)
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(out, 1)
		}
		return append(out, 0)
	case reflect.Pointer:
		if v.IsNil() {
			return append(out, 0)
		}
		return e.value(append(out, 1), v.Elem())
	case reflect.Slice:
		out = append(out, leb(Nat{Lo: uint64(v.Len())})...)
		for i := range v.Len() {
			out = e.value(out, v.Index(i))
		}
		return out
	case reflect.Struct:
		return e.fields(out, v)
	}
	fixed := binary.LittleEndian.AppendUint64(nil, v.Uint())
	return append(out, fixed[:primitiveKind(v.Type()).width()]...)
}

func (e *encoder) fields(out []byte, v reflect.Value) []byte {
	variant := isVariant(v.Type())
	for i, f := range fieldsOf(v.Type()) {
		inner := v.Field(f.at)
		switch {
		case !variant:
			out = e.value(out, inner)
		case !inner.IsNil():
			return e.value(append(out, leb(Nat{Lo: uint64(i)})...), inner.Elem())
		}
	}
	if variant {
		panic(fmt.Sprintf("management: a %s with no case", v.Type()))
	}
	return out
}

// leb writes LEB128.
func leb(n Nat) []byte {
	var out []byte
	for {
		b := byte(n.Lo & 0x7f)
		n = Nat{Hi: n.Hi >> 7, Lo: n.Lo>>7 | n.Hi<<57}
		if n.IsZero() {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

// sleb writes signed LEB128.
func sleb(n int64) []byte {
	var out []byte
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if n == 0 && b&0x40 == 0 || n == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

package management

import (
	"fmt"
	"reflect"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// Nat is a nat of at most 128 bits.
type Nat = protocol.Cycles

// Null is the type null.
type Null struct{}

// Variant at the head of a struct makes it a variant.
type Variant struct{}

// Decode reads a message of one value, or of none if to is nil. The error says what is wrong and, if the message is malformed, where.
func Decode(message []byte, to any) error {
	values, err := readMessage(message)
	if err != nil || to == nil {
		return err // values that nobody asked for are passed over
	}
	if len(values) == 0 {
		return fmt.Errorf("the message holds no value")
	}
	return assign(values[0], reflect.ValueOf(to).Elem())
}

// assign puts a value where a Go type expects it.
func assign(v value, to reflect.Value) error {
	switch p := to.Addr().Interface().(type) {
	case *Null:
		return nil
	case *Nat:
		if v.kind != kindNat {
			return mismatch(v, "nat")
		}
		*p = v.num
		return nil
	case *principal.ID:
		if v.kind != kindPrincipal {
			return mismatch(v, "principal")
		}
		id, err := principal.FromBytes(v.bytes)
		*p = id
		return err
	case *[]byte:
		if v.kind != kindBlob && !(v.kind == kindVec && len(v.items) == 0) {
			return mismatch(v, "blob")
		}
		*p = v.bytes
		return nil
	}
	switch to.Kind() {
	case reflect.Pointer:
		return assignOpt(v, to)
	case reflect.Slice:
		return assignVec(v, to)
	case reflect.Struct:
		if isVariant(to.Type()) {
			return assignVariant(v, to)
		}
		return assignRecord(v, to)
	}
	return assignPrimitive(v, to)
}

func assignPrimitive(v value, to reflect.Value) error {
	k := primitiveKind(to.Type())
	if v.kind != k {
		return mismatch(v, to.Kind().String())
	}
	switch k {
	case kindText:
		to.SetString(string(v.bytes))
	case kindBool:
		to.SetBool(v.num.Lo == 1)
	default:
		to.SetUint(v.num.Lo)
	}
	return nil
}

// assignOpt follows the rules of opt: what does not fit is none.
func assignOpt(v value, to reflect.Value) error {
	if v.kind == kindOpt {
		if len(v.items) == 0 {
			return nil
		}
		v = v.items[0]
	}
	if v.kind == kindNull || v.kind == kindReserved {
		return nil
	}
	inner := reflect.New(to.Type().Elem())
	if assign(v, inner.Elem()) == nil {
		to.Set(inner)
	}
	return nil
}

func assignVec(v value, to reflect.Value) error {
	if v.kind != kindVec && !(v.kind == kindBlob && len(v.bytes) == 0) {
		return mismatch(v, "vec")
	}
	all := reflect.MakeSlice(to.Type(), len(v.items), len(v.items))
	for i, item := range v.items {
		if err := assign(item, all.Index(i)); err != nil {
			return err
		}
	}
	to.Set(all)
	return nil
}

func assignRecord(v value, to reflect.Value) error {
	if v.kind != kindRecord {
		return mismatch(v, "record")
	}
	for i := range to.NumField() {
		name := to.Type().Field(i).Tag.Get("candid")
		f, ok := v.field(name)
		switch {
		case ok:
			if err := assign(f, to.Field(i)); err != nil {
				return fmt.Errorf("field %s: %w", name, err)
			}
		case to.Field(i).Kind() != reflect.Pointer:
			return fmt.Errorf("field %s is missing", name)
		}
	}
	return nil
}

func assignVariant(v value, to reflect.Value) error {
	if v.kind != kindVariant {
		return mismatch(v, "variant")
	}
	for i := 1; i < to.NumField(); i++ {
		if hash(to.Type().Field(i).Tag.Get("candid")) != v.fields[0].id {
			continue
		}
		inner := reflect.New(to.Field(i).Type().Elem())
		to.Field(i).Set(inner)
		return assign(v.fields[0].value, inner.Elem())
	}
	return fmt.Errorf("a variant has a case that is not known, with hash %d", v.fields[0].id)
}

func (v value) field(name string) (value, bool) {
	id := hash(name)
	for _, f := range v.fields {
		if f.id == id {
			return f.value, true
		}
	}
	return value{}, false
}

func mismatch(v value, want string) error {
	return fmt.Errorf("a value of type %d where %s is expected", v.kind, want)
}

func isVariant(t reflect.Type) bool {
	return t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[Variant]()
}

// hash is what stands for a field's name.
func hash(name string) uint32 {
	h := uint32(0)
	for i := range len(name) {
		h = h*223 + uint32(name[i])
	}
	return h
}

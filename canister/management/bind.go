package management

import (
	"fmt"
	"reflect"
	"slices"

	"icsim/canister/candid"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// Nat is a nat of at most 128 bits.
type Nat = protocol.Cycles

// Null is the type null.
type Null struct{}

// Variant at the head of a struct makes it a variant.
type Variant struct{}

// Decode reads a message of one value. The error says what is wrong, and where.
func Decode(message []byte, to any) error {
	at := reflect.ValueOf(to).Elem()
	values, err := candid.Decode(message, []candid.Type{typeOf(at.Type())})
	if err != nil {
		return err
	}
	return assign(values[0], at)
}

// DecodeNothing reads a message of which nobody asked for a value.
func DecodeNothing(message []byte) error {
	_, err := candid.Decode(message, nil)
	return err
}

// Encode writes a message of one value, or of none if v is nil. It panics for a type that has no Candid, which is our fault.
func Encode(v any) []byte {
	var values []candid.Value
	var types []candid.Type
	if v != nil {
		at := reflect.ValueOf(v)
		values, types = []candid.Value{valueOf(at)}, []candid.Type{typeOf(at.Type())}
	}
	message, err := candid.Encode(values, types)
	if err != nil {
		panic("management: " + err.Error())
	}
	return message
}

// typeOf gives the Candid type that stands for a Go type.
func typeOf(t reflect.Type) candid.Type {
	if k := primitive(t); k != 0 {
		return candid.Prim(k)
	}
	if t == reflect.TypeFor[TransformFunction]() {
		return transformType()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return candid.OptOf(typeOf(t.Elem()))
	case reflect.Slice:
		return candid.VecOf(typeOf(t.Elem()))
	case reflect.Struct:
	default:
		panic(fmt.Sprintf("management: no Candid for %s", t))
	}
	var fields []candid.Field
	for _, f := range fieldsOf(t) {
		inner := f.Type
		if isVariant(t) {
			inner = inner.Elem()
		}
		fields = append(fields, candid.Field{Label: candid.Named(f.Tag.Get(tag)), Type: typeOf(inner)})
	}
	if isVariant(t) {
		return candid.VariantOf(fields...)
	}
	return candid.RecordOf(fields...)
}

// tag names a field.
const tag = "candid"

// fieldsOf gives the named fields of a struct, those of the structs embedded in it among them.
func fieldsOf(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get(tag) == "" })
}

// primitive gives the kind of a type that is not made of others; 0 for one that is.
func primitive(t reflect.Type) candid.Kind {
	switch t {
	case reflect.TypeFor[Null]():
		return candid.KindNull
	case reflect.TypeFor[Nat]():
		return candid.KindNat
	case reflect.TypeFor[Float32]():
		return candid.KindFloat32
	case reflect.TypeFor[Float64]():
		return candid.KindFloat64
	case reflect.TypeFor[principal.ID]():
		return candid.KindPrincipal
	}
	switch t.Kind() {
	case reflect.Bool:
		return candid.KindBool
	case reflect.Uint8:
		return candid.KindNat8
	case reflect.Uint64:
		return candid.KindNat64
	case reflect.Int32:
		return candid.KindInt32
	case reflect.Int64:
		return candid.KindInt64
	case reflect.String:
		return candid.KindText
	}
	return 0
}

func isVariant(t reflect.Type) bool {
	return t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[Variant]()
}

// valueOf gives the Candid value of a Go value.
func valueOf(v reflect.Value) candid.Value {
	switch x := v.Interface().(type) {
	case Null:
		return candid.Null{}
	case Nat:
		return natOf(x)
	case principal.ID:
		return candid.Principal{ID: x}
	case []byte:
		return candid.Blob(x)
	case string:
		return candid.Text(x)
	case bool:
		return candid.Bool(x)
	case uint64:
		return candid.Nat64(x)
	case int32:
		return candid.Int32(x)
	case int64:
		return candid.Int64(x)
	case Float32:
		return x.value()
	case Float64:
		return x.value()
	case TransformFunction:
		return candid.Func{Service: x.Canister, Method: x.Method}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return candid.Null{}
		}
		return candid.Opt{Value: valueOf(v.Elem())}
	case reflect.Slice:
		all := make(candid.Vec, v.Len())
		for i := range all {
			all[i] = valueOf(v.Index(i))
		}
		return all
	}
	if isVariant(v.Type()) {
		return caseOf(v)
	}
	var record candid.Record
	for _, f := range fieldsOf(v.Type()) {
		record = append(record, candid.FieldValue{Label: candid.Named(f.Tag.Get(tag)), Value: valueOf(v.FieldByIndex(f.Index))})
	}
	return record
}

// caseOf gives the case of a variant that is set.
func caseOf(v reflect.Value) candid.Value {
	for _, f := range fieldsOf(v.Type()) {
		if of := v.FieldByIndex(f.Index); !of.IsNil() {
			return candid.Variant{Label: candid.Named(f.Tag.Get(tag)), Value: valueOf(of.Elem())}
		}
	}
	panic(fmt.Sprintf("management: a %s with no case", v.Type()))
}

// assign puts a value of the type that stands for it into a Go value.
func assign(v candid.Value, to reflect.Value) error {
	switch v := v.(type) {
	case candid.Null:
		to.SetZero()
	case candid.Bool:
		to.SetBool(bool(v))
	case candid.Nat8:
		to.SetUint(uint64(v))
	case candid.Nat64:
		to.SetUint(uint64(v))
	case candid.Int32:
		to.SetInt(int64(v))
	case candid.Int64:
		to.SetInt(int64(v))
	case candid.Float32: //tidy:float carried
		to.SetUint(bits32(v)) //tidy:float carried
	case candid.Float64: //tidy:float carried
		to.SetUint(bits64(v)) //tidy:float carried
	case candid.Text:
		to.SetString(string(v))
	case candid.Blob:
		to.SetBytes(v)
	case candid.Principal:
		to.Set(reflect.ValueOf(v.ID))
	case candid.Nat:
		n, err := cyclesOf(v)
		to.Set(reflect.ValueOf(n))
		return err
	case candid.Func:
		to.Set(reflect.ValueOf(TransformFunction{v.Service, v.Method}))
	case candid.Opt:
		to.Set(reflect.New(to.Type().Elem()))
		return assign(v.Value, to.Elem())
	case candid.Vec:
		to.Set(reflect.MakeSlice(to.Type(), len(v), len(v)))
		for i, item := range v {
			if err := assign(item, to.Index(i)); err != nil {
				return err
			}
		}
	case candid.Record:
		return assignRecord(v, to)
	case candid.Variant:
		of := fieldNamed(to, v.Name)
		of.Set(reflect.New(of.Type().Elem()))
		return assign(v.Value, of.Elem())
	default:
		panic(fmt.Sprintf("management: a %T cannot be expected", v))
	}
	return nil
}

func assignRecord(v candid.Record, to reflect.Value) error {
	for _, f := range v {
		if err := assign(f.Value, fieldNamed(to, f.Name)); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}

func fieldNamed(v reflect.Value, name string) reflect.Value {
	for _, f := range fieldsOf(v.Type()) {
		if f.Tag.Get(tag) == name {
			return v.FieldByIndex(f.Index)
		}
	}
	panic(fmt.Sprintf("management: %s has no field %s", v.Type(), name))
}

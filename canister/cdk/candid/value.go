package candid

// A Kind is the type of a value, by its opcode on the wire.
type Kind int8

// The types.
const (
	Null      Kind = -1
	Bool      Kind = -2
	Nat       Kind = -3
	Int       Kind = -4
	Nat8      Kind = -5
	Nat16     Kind = -6
	Nat32     Kind = -7
	Nat64     Kind = -8
	Int8      Kind = -9
	Int16     Kind = -10
	Int32     Kind = -11
	Int64     Kind = -12
	Float32   Kind = -13
	Float64   Kind = -14
	Text      Kind = -15
	Reserved  Kind = -16
	Empty     Kind = -17
	Opt       Kind = -18
	Vec       Kind = -19
	Record    Kind = -20
	Variant   Kind = -21
	Func      Kind = -22
	Principal Kind = -24

	// Blob is vec nat8.
	Blob Kind = 1
)

// String gives the type's name in Candid.
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "bool"
	case Nat:
		return "nat"
	case Int:
		return "int"
	case Nat8:
		return "nat8"
	case Nat16:
		return "nat16"
	case Nat32:
		return "nat32"
	case Nat64:
		return "nat64"
	case Int8:
		return "int8"
	case Int16:
		return "int16"
	case Int32:
		return "int32"
	case Int64:
		return "int64"
	case Float32:
		return "float32"
	case Float64:
		return "float64"
	case Text:
		return "text"
	case Reserved:
		return "reserved"
	case Empty:
		return "empty"
	case Opt:
		return "opt"
	case Vec:
		return "vec"
	case Record:
		return "record"
	case Variant:
		return "variant"
	case Func:
		return "func"
	case -23:
		return "service"
	case Principal:
		return "principal"
	case Blob:
		return "blob"
	}
	return "future type"
}

// A Value is a Candid value. The zero Value is none.
type Value struct {
	kind   Kind
	num    uint64  // of numbers: the bits, signed integers extended to 64; of bool: 0 or 1
	text   string  // of text, blob and principal: the bytes; of func: the method
	items  []Value // of vec; of opt: none or one; of func: its canister, and two tuples that have the types of arguments and results
	fields []Field // of record, ascending; of variant: one
}

// A Field is a field of a record or the case of a variant. On the wire its name is a hash.
type Field struct {
	id    uint32
	Value Value
}

// Hash gives what stands for a field's name.
func Hash(name string) uint32 {
	h := uint32(0)
	for i := range len(name) {
		h = h*223 + uint32(name[i])
	}
	return h
}

// Of makes a field.
func Of(name string, v Value) Field { return Field{Hash(name), v} }

// Kind gives the type.
func (v Value) Kind() Kind { return v.kind }

// Items gives the items of a vec.
func (v Value) Items() []Value { return v.items }

// NewNull makes null.
func NewNull() Value { return Value{kind: Null} }

// NewBool makes a bool.
func NewBool(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.num = 1
	}
	return v
}

// NewNat makes a nat.
func NewNat(n uint64) Value { return Value{kind: Nat, num: n} }

// NewNat16 makes a nat16.
func NewNat16(n uint16) Value { return Value{kind: Nat16, num: uint64(n)} }

// NewNat32 makes a nat32.
func NewNat32(n uint32) Value { return Value{kind: Nat32, num: uint64(n)} }

// NewNat64 makes a nat64.
func NewNat64(n uint64) Value { return Value{kind: Nat64, num: n} }

// NewText makes a text. It has to be UTF-8.
func NewText(s string) Value { return Value{kind: Text, text: s} }

// NewBlob makes a blob.
func NewBlob(b []byte) Value { return Value{kind: Blob, text: string(b)} }

// NewPrincipal makes a principal of its raw bytes.
func NewPrincipal[T ~string | ~[]byte](id T) Value { return Value{kind: Principal, text: string(id)} }

// NewVec makes a vector of values of one type; it panics if they are not. Variants may be of several cases.
// An empty one has type vec empty, which every reader of a vector takes.
func NewVec(items ...Value) Value { return Value{kind: Vec, items: items} }

// NewOpt makes an opt of one value, or of none; then its type is opt empty, which every reader of an opt takes.
func NewOpt(v ...Value) Value { return Value{kind: Opt, items: v[:min(len(v), 1)]} }

// NewTuple makes a record whose fields are numbered from 0.
func NewTuple(values ...Value) Value {
	v := Value{kind: Record}
	for i, x := range values {
		v.fields = append(v.fields, Field{uint32(i), x})
	}
	return v
}

// NewQuery makes a reference to a query method of a canister. What it takes and gives is of the types of these values.
func NewQuery[T ~string | ~[]byte](canister T, method string, args, results []Value) Value {
	return Value{kind: Func, text: method, items: []Value{NewPrincipal(canister), NewTuple(args...), NewTuple(results...)}}
}

// NewRecord makes a record. It panics if two fields have the same name, or hash.
func NewRecord(fields ...Field) Value {
	sorted := append([]Field(nil), fields...)
	for i := range sorted { // by insertion: records are short
		for k := i; k > 0 && sorted[k].id <= sorted[k-1].id; k-- {
			if sorted[k].id == sorted[k-1].id {
				panic("candid: a record with a field twice")
			}
			sorted[k], sorted[k-1] = sorted[k-1], sorted[k]
		}
	}
	return Value{kind: Record, fields: sorted}
}

// NewVariant makes a variant of one case.
func NewVariant(name string, v Value) Value {
	return Value{kind: Variant, fields: []Field{Of(name, v)}}
}

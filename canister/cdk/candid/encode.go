package candid

const magic = "DIDL"

// Encode writes a message with these values.
func Encode(values ...Value) []byte {
	var e encoder
	refs := make([]byte, 0, 2*len(values))
	for _, v := range values {
		refs = appendSigned(refs, e.typeOf(v))
	}
	out := append(make([]byte, 0, 64), magic...)
	out = appendUnsigned(out, uint64(len(e.types)))
	for _, t := range e.types {
		out = append(out, t...)
	}
	out = appendUnsigned(out, uint64(len(values)))
	out = append(out, refs...)
	for _, v := range values {
		out = appendValue(out, v)
	}
	return out
}

// An encoder collects the table of types, each in its wire form and once.
type encoder struct{ types []string }

// typeOf gives the reference to a value's type: an opcode or an index in the table.
func (e *encoder) typeOf(v Value) int64 {
	var t []byte
	switch v.kind {
	case 0:
		panic("candid: the zero Value has no type")
	case Blob:
		t = appendSigned(appendSigned(nil, int64(Vec)), int64(Nat8))
	case Vec:
		item := int64(Empty)
		items := v.items
		if cases := casesOf(items); len(cases) > 0 {
			for _, x := range items {
				e.same(x.fields[0].Value, cases[indexOf(cases, x.fields[0].id)].Value)
			}
			items = []Value{{kind: Variant, fields: cases}}
		}
		for i, x := range items {
			if t := e.typeOf(x); i == 0 {
				item = t
			} else {
				e.same(x, items[0])
			}
		}
		t = appendSigned(appendSigned(nil, int64(Vec)), item)
	case Opt:
		item := int64(Empty)
		if len(v.items) > 0 {
			item = e.typeOf(v.items[0])
		}
		t = appendSigned(appendSigned(nil, int64(Opt)), item)
	case Func:
		t = appendSigned(nil, int64(Func))
		for _, tuple := range v.items[1:] {
			t = appendUnsigned(t, uint64(len(tuple.fields)))
			for _, f := range tuple.fields {
				t = appendSigned(t, e.typeOf(f.Value))
			}
		}
		t = append(t, 1, queryMode)
	case Record, Variant:
		t = appendUnsigned(appendSigned(nil, int64(v.kind)), uint64(len(v.fields)))
		for _, f := range v.fields {
			t = appendSigned(appendUnsigned(t, uint64(f.id)), e.typeOf(f.Value))
		}
	default:
		return int64(v.kind)
	}
	for i, have := range e.types {
		if have == string(t) {
			return int64(i)
		}
	}
	e.types = append(e.types, string(t))
	return int64(len(e.types) - 1)
}

// same panics if two values that are to be in one vector have different types.
func (e *encoder) same(a, b Value) {
	if e.typeOf(a) != e.typeOf(b) {
		panic("candid: a vec of values of different types")
	}
}

// queryMode is the annotation of a query method.
const queryMode = 1

func appendValue(out []byte, v Value) []byte {
	switch v.kind {
	case Func:
		out = appendValue(append(out, 1), v.items[0])
		return append(appendUnsigned(out, uint64(len(v.text))), v.text...)
	case Bool:
		return append(out, byte(v.num))
	case Nat:
		return appendUnsigned(out, v.num)
	case Int:
		return appendSigned(out, int64(v.num))
	case Text, Blob:
		return append(appendUnsigned(out, uint64(len(v.text))), v.text...)
	case Principal:
		return append(appendUnsigned(append(out, 1), uint64(len(v.text))), v.text...)
	case Vec:
		out = appendUnsigned(out, uint64(len(v.items)))
		if cases := casesOf(v.items); len(cases) > 0 {
			for _, x := range v.items {
				out = appendUnsigned(out, uint64(indexOf(cases, x.fields[0].id)))
				out = appendValue(out, x.fields[0].Value)
			}
			return out
		}
	case Opt:
		out = append(out, byte(len(v.items)))
	case Variant:
		out = append(out, 0) // the only case of its type
	}
	for n, i := v.num, v.kind.width(); i > 0; n, i = n>>8, i-1 {
		out = append(out, byte(n))
	}
	for _, x := range v.items {
		out = appendValue(out, x)
	}
	for _, f := range v.fields {
		out = appendValue(out, f.Value)
	}
	return out
}

// casesOf gives one of each case that the items of a vector of variants have, ascending: together they are the type of each.
func casesOf(items []Value) (cases []Field) {
	for _, x := range items {
		if x.kind != Variant {
			return nil
		}
		if i := indexOf(cases, x.fields[0].id); i == len(cases) || cases[i].id != x.fields[0].id {
			cases = append(cases[:i:i], append([]Field{x.fields[0]}, cases[i:]...)...)
		}
	}
	return cases
}

// indexOf gives where a field is in ascending ones, or would be.
func indexOf(fields []Field, id uint32) int {
	i := 0
	for i < len(fields) && fields[i].id < id {
		i++
	}
	return i
}

// width is the number of bytes of a number of fixed width, otherwise 0.
func (k Kind) width() int {
	switch k {
	case Nat8, Int8:
		return 1
	case Nat16, Int16:
		return 2
	case Nat32, Int32, Float32:
		return 4
	case Nat64, Int64, Float64:
		return 8
	}
	return 0
}

// appendUnsigned appends n in LEB128.
func appendUnsigned(out []byte, n uint64) []byte {
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// appendSigned appends n in signed LEB128.
func appendSigned(out []byte, n int64) []byte {
	for ; n < -64 || n >= 64; n >>= 7 {
		out = append(out, byte(n)&0x7f|0x80)
	}
	return append(out, byte(n)&0x7f)
}

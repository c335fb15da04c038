package candid

import (
	"strconv"
	"unicode/utf8"
)

// Bounds of what is decoded: a short message may claim to hold much (vectors of null, records in records).
const (
	maxDepth  = 64
	maxTypes  = 1 << 12
	maxValues = 1 << 16 // beside those inside blobs
)

// An Error says what is wrong with a message.
type Error struct {
	Offset int // of the byte where it shows; -1: the message is well formed, but not what was expected
	Text   string
}

func (e *Error) Error() string {
	if e.Offset < 0 {
		return "candid: " + e.Text
	}
	return "candid: byte " + strconv.Itoa(e.Offset) + ": " + e.Text
}

// Decode reads a message: its values, by the types it states. The error is an *Error.
func Decode(message []byte) (values []Value, err error) {
	d := decoder{data: message, left: maxValues}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			values, err = nil, r
		default:
			panic(r)
		}
	}()
	return d.message(), nil
}

type decoder struct {
	data  []byte
	at    int
	types []wireType
	left  int // values that may come
}

// A wireType is an entry of the table.
type wireType struct {
	kind   Kind
	item   int64 // of vec and opt
	fields []wireField
}

type wireField struct {
	id  uint32
	ref int64
}

func (d *decoder) fail(text string) { panic(&Error{d.at, text}) }

func (d *decoder) message() []Value {
	if string(d.take(min(len(magic), len(d.data)))) != magic {
		d.at = 0
		d.fail("not a Candid message: it does not begin with DIDL")
	}
	d.table()
	count := d.unsigned()
	if count > uint64(len(d.data)-d.at) {
		d.fail("the message ends inside the types of its values")
	}
	refs := make([]int64, count)
	for i := range refs {
		refs[i] = d.ref()
	}
	values := make([]Value, count)
	for i, ref := range refs {
		values[i] = d.value(ref, 0)
	}
	if d.at < len(d.data) {
		d.fail(strconv.Itoa(len(d.data)-d.at) + " bytes too many")
	}
	return values
}

func (d *decoder) table() {
	n := d.unsigned()
	if n > maxTypes {
		d.fail("a table of " + strconv.FormatUint(n, 10) + " types, at most " + strconv.Itoa(maxTypes) + " are supported")
	}
	d.types = make([]wireType, n)
	for i := range d.types {
		t := &d.types[i]
		t.kind = Kind(max(d.signed(), -128))
		switch t.kind {
		case Vec, Opt:
			t.item = d.ref()
		case Record, Variant:
			t.fields = d.fieldTypes()
		default:
			d.fail("the type " + t.kind.String() + " is not supported in a table")
		}
	}
}

func (d *decoder) fieldTypes() []wireField {
	var fields []wireField
	for n := d.unsigned(); n > 0; n-- {
		id := d.unsigned()
		if id > 1<<32-1 || len(fields) > 0 && uint32(id) <= fields[len(fields)-1].id {
			d.fail("field ids do not ascend")
		}
		fields = append(fields, wireField{uint32(id), d.ref()})
	}
	return fields
}

// ref reads a reference to a type.
func (d *decoder) ref() int64 {
	ref := d.signed()
	if ref >= int64(len(d.types)) {
		d.fail("no type " + strconv.FormatInt(ref, 10) + " in the table")
	}
	if ref < int64(Principal) || ref < int64(Empty) && ref > int64(Principal) {
		d.fail("no such primitive type")
	}
	return ref
}

// value reads a value of a type.
func (d *decoder) value(ref int64, depth int) Value {
	if d.left--; d.left < 0 {
		d.fail("more than " + strconv.Itoa(maxValues) + " values, which is more than is supported")
	}
	if depth > maxDepth {
		d.fail("values deeper in each other than is supported")
	}
	if ref < 0 {
		return d.primitive(Kind(ref))
	}
	t := &d.types[ref]
	v := Value{kind: t.kind}
	switch t.kind {
	case Vec:
		n := d.unsigned()
		if t.item == int64(Nat8) {
			return Value{kind: Blob, text: d.bytes(n)}
		}
		if n > maxValues {
			d.fail("a vec of " + strconv.FormatUint(n, 10) + " is more than is supported")
		}
		for ; n > 0; n-- {
			v.items = append(v.items, d.value(t.item, depth+1))
		}
	case Opt:
		if d.bit("opt") == 1 {
			v.items = []Value{d.value(t.item, depth+1)}
		}
	case Record:
		for _, f := range t.fields {
			v.fields = append(v.fields, Field{f.id, d.value(f.ref, depth+1)})
		}
	case Variant:
		n := d.unsigned()
		if n >= uint64(len(t.fields)) {
			d.fail("a variant has no such case")
		}
		f := t.fields[n]
		v.fields = []Field{{f.id, d.value(f.ref, depth+1)}}
	}
	return v
}

func (d *decoder) primitive(k Kind) Value {
	v := Value{kind: k}
	switch k {
	case Null, Reserved:
	case Bool:
		v.num = d.bit("bool")
	case Nat:
		v.num = d.unsigned()
	case Int:
		v.num = uint64(d.signed())
	case Text:
		v.text = d.bytes(d.unsigned())
		if !utf8.ValidString(v.text) {
			d.fail("a text is not UTF-8")
		}
	case Principal:
		if d.bit("principal") == 0 {
			d.fail("an opaque reference")
		}
		if v.text = d.bytes(d.unsigned()); len(v.text) > 29 {
			d.fail("a principal of more than 29 bytes")
		}
	case Empty:
		d.fail("a value of type empty")
	default:
		if k.width() == 0 {
			d.fail("the type " + k.String() + " is not supported")
		}
		v.num = d.fixed(k)
	}
	return v
}

// fixed reads a number of fixed width.
func (d *decoder) fixed(k Kind) uint64 {
	var n uint64
	bits := 0
	for _, b := range d.take(k.width()) {
		n |= uint64(b) << bits
		bits += 8
	}
	if k <= Int8 && k >= Int64 { // extend the sign
		n = uint64(int64(n<<(64-bits)) >> (64 - bits))
	}
	return n
}

func (d *decoder) bit(what string) uint64 {
	b := d.take(1)[0]
	if b > 1 {
		d.fail("a " + what + " that begins neither with 0 nor 1")
	}
	return uint64(b)
}

func (d *decoder) bytes(n uint64) string {
	if n > uint64(len(d.data)-d.at) {
		d.fail("the message ends inside a value")
	}
	return string(d.take(int(n)))
}

func (d *decoder) take(n int) []byte {
	if n > len(d.data)-d.at {
		d.fail("the message ends inside a value")
	}
	d.at += n
	return d.data[d.at-n : d.at]
}

// unsigned reads LEB128.
func (d *decoder) unsigned() uint64 {
	var n uint64
	for shift := 0; ; shift += 7 {
		b := d.take(1)[0]
		if part := uint64(b & 0x7f); shift > 63 && part != 0 || shift == 63 && part > 1 {
			d.fail("a number beyond 64 bits")
		} else if shift < 64 {
			n |= part << shift
		}
		if b < 0x80 {
			return n
		}
	}
}

// signed reads signed LEB128.
func (d *decoder) signed() int64 {
	var n int64
	for shift := 0; ; shift += 7 {
		b := d.take(1)[0]
		if shift > 56 && !(b&0x7f == 0 || b&0x7f == 0x7f) {
			d.fail("a number beyond 64 bits")
		}
		if shift < 64 {
			n |= int64(b&0x7f) << shift
		}
		if b < 0x80 {
			if shift < 57 {
				n = n << (57 - shift) >> (57 - shift)
			}
			return n
		}
	}
}

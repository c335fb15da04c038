package management

import (
	"fmt"
	"unicode/utf8"

	"icsim/crypto/principal"
)

// Bounds of what is decoded: a short message may claim to hold much (vectors of null, records in records).
const (
	maxDepth  = 64
	maxTypes  = 1 << 12
	maxValues = 1 << 16 // beside those inside blobs
)

const magic = "DIDL"

// A kind is a type of the wire, by its opcode.
type kind int64

const (
	kindNull      kind = -1
	kindBool      kind = -2
	kindNat       kind = -3
	kindNat8      kind = -5
	kindNat16     kind = -6
	kindNat32     kind = -7
	kindNat64     kind = -8
	kindInt8      kind = -9
	kindInt64     kind = -12
	kindFloat32   kind = -13
	kindFloat64   kind = -14
	kindText      kind = -15
	kindReserved  kind = -16
	kindEmpty     kind = -17
	kindOpt       kind = -18
	kindVec       kind = -19
	kindRecord    kind = -20
	kindVariant   kind = -21
	kindPrincipal kind = -24

	kindBlob kind = 1 // vec nat8, which no wire says
)

// width is the size of a number of fixed width, in bytes; 0 for other kinds.
func (k kind) width() int {
	switch {
	case k <= kindNat8 && k >= kindNat64:
		return 1 << (kindNat8 - k)
	case k <= kindInt8 && k >= kindInt64:
		return 1 << (kindInt8 - k)
	case k == kindFloat32:
		return 4
	case k == kindFloat64:
		return 8
	}
	return 0
}

// A value is one of a message, by the type that the message states.
type value struct {
	kind   kind
	num    Nat     // of numbers and bool
	bytes  []byte  // of text, blob and principal
	items  []value // of vec; of opt none or one
	fields []field // of record, ascending; of variant one
}

type field struct {
	id uint32
	value
}

// A malformed is what is wrong with a message; the decoder panics with it.
type malformed struct {
	at   int
	text string
}

// A decoder reads a message.
type decoder struct {
	data  []byte
	at    int
	types []wireType
	left  int // values that may come
}

type wireType struct {
	kind   kind
	item   int64 // of vec and opt
	fields []wireField
}

type wireField struct {
	id  uint32
	ref int64
}

// readMessage gives the values that a message holds.
func readMessage(message []byte) (values []value, err error) {
	d := decoder{data: message, left: maxValues}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case malformed:
			values, err = nil, fmt.Errorf("byte %d: %s", r.at, r.text)
		default:
			panic(r)
		}
	}()
	return d.message(), nil
}

func (d *decoder) fail(format string, args ...any) {
	panic(malformed{d.at, fmt.Sprintf(format, args...)})
}

func (d *decoder) message() []value {
	if string(d.take(min(len(magic), len(d.data)))) != magic {
		d.at = 0
		d.fail("not a Candid message: it does not begin with DIDL")
	}
	d.table()
	n := d.count()
	refs := make([]int64, n)
	for i := range refs {
		refs[i] = d.ref()
	}
	values := make([]value, n)
	for i, ref := range refs {
		values[i] = d.value(ref, 0)
	}
	if d.at < len(d.data) {
		d.fail("%d bytes too many", len(d.data)-d.at)
	}
	return values
}

func (d *decoder) table() {
	n := d.number()
	if n > maxTypes {
		d.fail("a table of %d types, at most %d are taken", n, maxTypes)
	}
	d.types = make([]wireType, n)
	for i := range d.types {
		t := &d.types[i]
		t.kind = kind(d.signed())
		switch t.kind {
		case kindVec, kindOpt:
			t.item = d.ref()
		case kindRecord, kindVariant:
			t.fields = d.fieldTypes()
		default:
			d.fail("a type %d, which no method takes", t.kind)
		}
	}
}

func (d *decoder) fieldTypes() []wireField {
	var fields []wireField
	for n := d.count(); n > 0; n-- {
		id := d.number()
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
		d.fail("no type %d in the table", ref)
	}
	if k := kind(ref); ref < 0 && k < kindEmpty && k != kindPrincipal {
		d.fail("no primitive type %d", ref)
	}
	return ref
}

// value reads a value of a type.
func (d *decoder) value(ref int64, depth int) value {
	if d.left--; d.left < 0 || depth > maxDepth {
		d.fail("more values, or deeper in each other, than are taken")
	}
	if ref < 0 {
		return d.primitive(kind(ref))
	}
	t := &d.types[ref]
	v := value{kind: t.kind}
	switch t.kind {
	case kindVec:
		if kind(t.item) == kindNat8 {
			return value{kind: kindBlob, bytes: d.take(d.size())}
		}
		for n := d.number(); n > 0; n-- {
			v.items = append(v.items, d.value(t.item, depth+1))
		}
	case kindOpt:
		if d.bit() {
			v.items = []value{d.value(t.item, depth+1)}
		}
	case kindRecord:
		for _, f := range t.fields {
			v.fields = append(v.fields, field{f.id, d.value(f.ref, depth+1)})
		}
	case kindVariant:
		n := d.number()
		if n >= uint64(len(t.fields)) {
			d.fail("a variant has no case %d", n)
		}
		f := t.fields[n]
		v.fields = []field{{f.id, d.value(f.ref, depth+1)}}
	}
	return v
}

func (d *decoder) primitive(k kind) value {
	v := value{kind: k}
	switch k {
	case kindNull, kindReserved:
	case kindBool:
		if d.bit() {
			v.num.Lo = 1
		}
	case kindNat:
		v.num = d.unsigned()
	case kindText:
		if v.bytes = d.take(d.size()); !utf8.Valid(v.bytes) {
			d.fail("a text is not UTF-8")
		}
	case kindPrincipal:
		if !d.bit() {
			d.fail("an opaque reference")
		}
		if v.bytes = d.take(d.size()); len(v.bytes) > principal.MaxLen {
			d.fail("a principal of more than %d bytes", principal.MaxLen)
		}
	default:
		if k.width() == 0 {
			d.fail("a value of type %d, which no method takes", k)
		}
		for i, b := range d.take(k.width()) {
			v.num.Lo |= uint64(b) << (8 * i)
		}
	}
	return v
}

func (d *decoder) bit() bool {
	b := d.take(1)[0]
	if b > 1 {
		d.fail("a byte %d where 0 or 1 is due", b)
	}
	return b == 1
}

func (d *decoder) take(n int) []byte {
	if n > len(d.data)-d.at {
		d.fail("the message ends too soon")
	}
	d.at += n
	return d.data[d.at-n : d.at : d.at]
}

// size reads a number of bytes that are still to come.
func (d *decoder) size() int { return int(d.count()) }

// count reads a number of things of which each takes a byte or more.
func (d *decoder) count() uint64 {
	n := d.number()
	if n > uint64(len(d.data)-d.at) {
		d.fail("the message ends too soon")
	}
	return n
}

func (d *decoder) number() uint64 {
	n := d.unsigned()
	if n.Hi != 0 {
		d.fail("a number beyond 64 bits")
	}
	return n.Lo
}

// unsigned reads LEB128.
func (d *decoder) unsigned() Nat {
	var n Nat
	for shift := uint(0); ; shift += 7 {
		b := d.take(1)[0]
		part := uint64(b & 0x7f)
		switch {
		case shift >= 128 && part != 0 || shift == 126 && part > 3:
			d.fail("a number beyond 128 bits")
		case shift >= 64:
			n.Hi |= part << (shift - 64)
		default:
			n.Lo |= part << shift
			if shift > 57 {
				n.Hi |= part >> (64 - shift)
			}
		}
		if b < 0x80 {
			return n
		}
	}
}

// signed reads signed LEB128 of the size that types have.
func (d *decoder) signed() int64 {
	var n int64
	for shift := uint(0); shift < 35; shift += 7 {
		b := d.take(1)[0]
		n |= int64(b&0x7f) << shift
		if b < 0x80 {
			return n << (57 - shift) >> (57 - shift)
		}
	}
	d.fail("no such type")
	return 0
}

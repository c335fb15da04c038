package candid

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Decode reads a message at expected types, coercing as the specification has it (Candid.md, sections Coercion and Deserialisation):
// additional arguments are passed over, and missing ones are null where they may be. Labels of the values are those of the
// expected types.
func Decode(message []byte, types []Type) ([]Value, error) {
	d := newDecoder(message)
	wire, f := d.header()
	if f != nil {
		return nil, f.inMessage()
	}
	return d.arguments(wire, types)
}

// DecodeAny reads a message for what it says it holds. Fields have numbers and no names. A future value is Null.
func DecodeAny(message []byte) ([]Value, []Type, error) {
	d := newDecoder(message)
	wire, f := d.header()
	if f != nil {
		return nil, nil, f.inMessage()
	}
	values, err := d.arguments(wire, wire)
	return values, wire, err
}

// A decoder reads values of one type at another.
type decoder struct {
	reader
	meter
	depth int
	sub   subtyping
}

func newDecoder(message []byte) *decoder {
	return &decoder{reader: reader{data: message}, meter: newMeter(len(message))}
}

func (d *decoder) arguments(wire, types []Type) ([]Value, error) {
	values := make([]Value, 0, len(types))
	for i, want := range types {
		v, f := d.argument(wire, i, want)
		if f != nil {
			return nil, f.under(step{index: i}).inMessage()
		}
		values = append(values, v)
	}
	for i := len(types); i < len(wire); i++ {
		if f := d.skip(wire[i]); f != nil {
			return nil, f.under(step{index: i}).inMessage()
		}
	}
	if d.left() > 0 {
		return nil, d.fault(fmt.Sprintf("%d bytes follow the last argument", d.left())).inMessage()
	}
	return values, nil
}

// argument reads the next argument, if the message has it.
func (d *decoder) argument(wire []Type, i int, want Type) (Value, *fault) {
	switch {
	case i < len(wire):
		return d.value(wire[i], want)
	case want.nullable():
		return Null{}, nil
	}
	return nil, d.mismatch(fmt.Sprintf("missing; %s is expected", short(want)))
}

// enter counts a value and a level of nesting; leave undoes the latter.
func (d *decoder) enter() *fault {
	if d.depth++; d.depth > maxDepth {
		return d.fault(tooDeep)
	}
	if !d.charge(1) {
		return d.exhausted()
	}
	return nil
}

func (d *decoder) leave() { d.depth-- }

func (d *decoder) exhausted() *fault {
	return d.fault("the message takes more work to decode than one of its length may")
}

func (d *decoder) mismatch(says string) *fault { return &fault{at: d.pos, says: says, mismatch: true} }

func (d *decoder) unlike(have, want Type) *fault {
	return &fault{at: d.pos, have: have, want: want, mismatch: true}
}

// value reads a value of type wire at type want. After a mismatch the reader stands anywhere inside the value.
func (d *decoder) value(wire, want Type) (Value, *fault) {
	if f := d.enter(); f != nil {
		return nil, f
	}
	v, f := d.coerce(wire, want)
	d.leave()
	return v, f
}

func (d *decoder) coerce(wire, want Type) (Value, *fault) {
	switch {
	case want.kind == KindReserved:
		return Null{}, d.skip(wire)
	case wire.kind == KindEmpty:
		return nil, d.fault("a value of type empty, which has none")
	case want.kind == KindOpt:
		return d.opt(wire, want.body.elem)
	case wire.kind == KindNat && want.kind == KindInt:
		g, f := d.groups()
		if f != nil {
			return nil, f
		}
		return decodeNat(g).Int(), nil
	case wire.kind == KindService && want.kind == KindPrincipal:
		id, f := d.principal()
		return Principal{id}, f
	case wire.kind != want.kind:
		return nil, d.unlike(wire, want)
	}
	switch wire.kind {
	case KindVec:
		return d.vec(wire.body.elem, want.body.elem)
	case KindRecord:
		return d.record(wire, want)
	case KindVariant:
		return d.variant(wire, want)
	case KindFunc, KindService:
		return d.reference(wire, want)
	case KindFuture:
		return Null{}, d.future()
	}
	return d.primitive(wire.kind)
}

// opt reads at type opt want. What cannot be coerced becomes null, but has to be sound.
func (d *decoder) opt(wire, want Type) (Value, *fault) {
	switch wire.kind {
	case KindNull, KindReserved:
		return Null{}, nil
	case KindOpt:
		present, f := d.bool()
		if f != nil || !present {
			return Null{}, f
		}
		wire = wire.body.elem
	}
	start := d.pos
	v, f := d.value(wire, want)
	switch {
	case f == nil:
		return Opt{v}, nil
	case !f.mismatch:
		return nil, f
	}
	d.pos = start
	return Null{}, d.skip(wire)
}

func (d *decoder) vec(wire, want Type) (Value, *fault) {
	n, f := d.leb()
	if f != nil {
		return nil, f
	}
	if wire.kind == KindNat8 && want.kind == KindNat8 {
		raw, f := d.bytes(n)
		if f != nil {
			return nil, f
		}
		return append(Blob{}, raw...), nil
	}
	items := make(Vec, 0, min(n, uint64(d.left())))
	for i := range n {
		v, f := d.value(wire, want)
		if f != nil {
			return nil, f.under(step{into: KindVec, index: int(i)})
		}
		items = append(items, v)
	}
	if want.kind == KindNat8 { // of something else, so that it has none
		return Blob{}, nil
	}
	return items, nil
}

func (d *decoder) record(wire, want Type) (Value, *fault) {
	have := wire.body.fields
	fields := make(Record, 0, len(want.body.fields))
	for _, w := range want.body.fields {
		for len(have) > 0 && have[0].ID < w.ID {
			if f := d.skipField(have[0]); f != nil {
				return nil, f
			}
			have = have[1:]
		}
		if len(have) == 0 || have[0].ID != w.ID {
			if !w.Type.nullable() {
				return nil, d.mismatch(fmt.Sprintf("field %s is missing; its type is %s", w.Label, short(w.Type)))
			}
			fields = append(fields, FieldValue{w.Label, Null{}})
			continue
		}
		v, f := d.value(have[0].Type, w.Type)
		if f != nil {
			return nil, f.under(step{into: KindRecord, label: w.Label})
		}
		fields = append(fields, FieldValue{w.Label, v})
		have = have[1:]
	}
	for _, h := range have {
		if f := d.skipField(h); f != nil {
			return nil, f
		}
	}
	return fields, nil
}

func (d *decoder) skipField(field Field) *fault {
	if f := d.skip(field.Type); f != nil {
		return f.under(step{into: KindRecord, label: field.Label})
	}
	return nil
}

func (d *decoder) variant(wire, want Type) (Value, *fault) {
	have, f := d.caseOf(wire)
	if f != nil {
		return nil, f
	}
	i, ok := findField(want.body.fields, have.ID)
	if !ok {
		return nil, d.mismatch(fmt.Sprintf("case %s is not one of %s", have.Label, short(want)))
	}
	w := want.body.fields[i]
	v, f := d.value(have.Type, w.Type)
	if f != nil {
		return nil, f.under(step{into: KindVariant, label: w.Label})
	}
	return Variant{w.Label, v}, nil
}

// caseOf reads which case of a variant follows.
func (d *decoder) caseOf(wire Type) (Field, *fault) {
	at := d.pos
	i, f := d.leb()
	switch {
	case f != nil:
		return Field{}, f
	case i >= uint64(len(wire.body.fields)):
		return Field{}, &fault{at: at, says: fmt.Sprintf("case number %d of a variant with %d", i, len(wire.body.fields))}
	}
	return wire.body.fields[i], nil
}

// reference reads a func or a service, which coerces if its type is a subtype of the expected one.
func (d *decoder) reference(wire, want Type) (Value, *fault) {
	if d.sub.known == nil {
		d.sub.known = map[pair]bool{}
	}
	if !d.sub.holds(wire, want, &d.meter) {
		if d.steps < 0 {
			return nil, d.exhausted()
		}
		return nil, d.unlike(wire, want)
	}
	if wire.kind == KindFunc {
		return d.function()
	}
	id, f := d.principal()
	return Service{id}, f
}

// primitive reads a value of a primitive type at that type.
//
//tidy:float floats are made from their bits
func (d *decoder) primitive(kind Kind) (Value, *fault) {
	if n := kind.width(); n > 0 {
		raw, f := d.bytes(uint64(n))
		if f != nil {
			return nil, f
		}
		return fixed(kind, raw), nil
	}
	switch kind {
	case KindNull, KindReserved:
		return Null{}, nil
	case KindBool:
		b, f := d.bool()
		return Bool(b), f
	case KindNat, KindInt:
		g, f := d.groups()
		if f != nil {
			return nil, f
		}
		if kind == KindNat {
			return decodeNat(g), nil
		}
		return decodeInt(g), nil
	case KindText:
		raw, f := d.text()
		return Text(raw), f
	case KindPrincipal:
		id, f := d.principal()
		return Principal{id}, f
	}
	return nil, d.fault("a value of " + kind.String())
}

// fixed makes a number of a fixed width from its bytes.
//
//tidy:float floats are made from their bits
func fixed(kind Kind, raw []byte) Value {
	switch kind {
	case KindNat8:
		return Nat8(raw[0])
	case KindNat16:
		return Nat16(binary.LittleEndian.Uint16(raw))
	case KindNat32:
		return Nat32(binary.LittleEndian.Uint32(raw))
	case KindNat64:
		return Nat64(binary.LittleEndian.Uint64(raw))
	case KindInt8:
		return Int8(raw[0])
	case KindInt16:
		return Int16(binary.LittleEndian.Uint16(raw))
	case KindInt32:
		return Int32(binary.LittleEndian.Uint32(raw))
	case KindInt64:
		return Int64(binary.LittleEndian.Uint64(raw))
	case KindFloat32:
		return Float32(math.Float32frombits(binary.LittleEndian.Uint32(raw)))
	}
	return Float64(math.Float64frombits(binary.LittleEndian.Uint64(raw)))
}

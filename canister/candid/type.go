package candid

import (
	"cmp"
	"fmt"
	"slices"
)

// A Type is a Candid type. Types compare with == as nodes of a graph do; Equal compares what they mean. The zero Type is none.
type Type struct {
	kind Kind
	body *body // of a composite type
}

// A body is what a composite type is made of. It may lead back to itself. Nothing changes it once a Type is handed out.
type body struct {
	name      string // of its definition, if it has one
	elem      Type   // opt, vec
	fields    []Field
	signature Signature
	methods   []Method
}

// A Field is a field of a record type or a case of a variant type.
type Field struct {
	Label
	Type Type
}

// A Method of a service; its type is a func.
type Method struct {
	Name string
	Type Type
}

// A Signature is the type of a function.
type Signature struct {
	Args, Results []Type
	Mode          Mode
}

// A Mode is a set of annotations of a function.
type Mode uint8

// The annotations. A function without one is an update.
const (
	Query Mode = 1 << iota
	Oneway
	CompositeQuery
)

// modes are the annotations by their number on the wire, which counts from 1.
var modes = [...]struct {
	mode Mode
	word string
}{{Query, "query"}, {Oneway, "oneway"}, {CompositeQuery, "composite_query"}}

// Prim is a primitive type; it panics on another kind.
func Prim(k Kind) Type {
	if !k.IsPrimitive() {
		panic("candid: Prim of " + k.String())
	}
	return Type{kind: k}
}

// OptOf is opt t.
func OptOf(t Type) Type { return Type{KindOpt, &body{elem: t}} }

// VecOf is vec t.
func VecOf(t Type) Type { return Type{KindVec, &body{elem: t}} }

// BlobType is vec nat8.
func BlobType() Type { return VecOf(Prim(KindNat8)) }

// RecordOf is a record of fields in any order; it panics if two have one id.
func RecordOf(fields ...Field) Type { return Type{KindRecord, &body{fields: ordered(fields)}} }

// VariantOf is a variant of cases in any order; it panics if two have one id.
func VariantOf(cases ...Field) Type { return Type{KindVariant, &body{fields: ordered(cases)}} }

// TupleOf is a record whose fields are numbered from 0.
func TupleOf(types ...Type) Type {
	fields := make([]Field, len(types))
	for i, t := range types {
		fields[i] = Field{Numbered(uint32(i)), t}
	}
	return RecordOf(fields...)
}

// FuncOf is a reference to a function.
func FuncOf(s Signature) Type { return Type{KindFunc, &body{signature: s}} }

// ServiceOf is a reference to a service of methods in any order; it panics if two have one name or one is no func.
func ServiceOf(methods ...Method) Type {
	sorted := slices.SortedFunc(slices.Values(methods), byName)
	for i, m := range sorted {
		if m.Type.kind != KindFunc || i > 0 && sorted[i-1].Name == m.Name {
			panic(fmt.Sprintf("candid: method %s is no func, or there twice", quoteName(m.Name)))
		}
	}
	return Type{KindService, &body{methods: sorted}}
}

func ordered(fields []Field) []Field {
	sorted := slices.SortedStableFunc(slices.Values(fields), byLabel)
	if i, twice := duplicate(sorted); twice {
		panic(fmt.Sprintf("candid: fields %s and %s have one id", sorted[i-1].Label, sorted[i].Label))
	}
	return sorted
}

// duplicate finds the second of two fields in order that have one id.
func duplicate(sorted []Field) (int, bool) {
	for i := 1; i < len(sorted); i++ {
		if sorted[i-1].ID == sorted[i].ID {
			return i, true
		}
	}
	return 0, false
}

func byName(a, b Method) int { return cmp.Compare(a.Name, b.Name) }

// Kind is the head of the type; 0 for the zero Type.
func (t Type) Kind() Kind { return t.kind }

// Name is the name that a description gave to the type; "" if none did.
func (t Type) Name() string {
	if t.body == nil {
		return ""
	}
	return t.body.name
}

// Elem is what an opt or a vec is of; the zero Type for others.
func (t Type) Elem() Type {
	if t.body == nil {
		return Type{}
	}
	return t.body.elem
}

// Fields are those of a record or variant, by rising id; not to be changed.
func (t Type) Fields() []Field {
	if t.body == nil {
		return nil
	}
	return t.body.fields
}

// Signature is that of a func.
func (t Type) Signature() Signature {
	if t.body == nil {
		return Signature{}
	}
	return t.body.signature
}

// Methods are those of a service, by name; not to be changed.
func (t Type) Methods() []Method {
	if t.body == nil {
		return nil
	}
	return t.body.methods
}

// nullable tells null <: t: what may be missing.
func (t Type) nullable() bool {
	return t.kind == KindNull || t.kind == KindOpt || t.kind == KindReserved
}

// isBlob tells vec nat8.
func (t Type) isBlob() bool { return t.kind == KindVec && t.body.elem.kind == KindNat8 }

// children calls visit for each type that a composite type is made of, in order.
func (t Type) children(visit func(Type)) {
	switch t.kind {
	case KindOpt, KindVec:
		visit(t.body.elem)
	case KindRecord, KindVariant:
		for _, f := range t.body.fields {
			visit(f.Type)
		}
	case KindFunc:
		for _, a := range t.body.signature.Args {
			visit(a)
		}
		for _, r := range t.body.signature.Results {
			visit(r)
		}
	case KindService:
		for _, m := range t.body.methods {
			visit(m.Type)
		}
	}
}

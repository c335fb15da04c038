package candid

import (
	"fmt"
	"strings"
)

// infer gives the type of a value that is wanted at none.
func infer(n *node) (Type, *fault) {
	switch n.form {
	case formNumber:
		if isFloat(n.text) {
			return Type{kind: KindFloat64}, nil
		}
		return Type{kind: KindInt}, nil
	case formOpt:
		elem, f := infer(&n.parts[0])
		return OptOf(elem), f
	case formVec:
		return inferVec(n)
	case formRecord, formVariant:
		fields := make([]Field, len(n.parts))
		for i := range n.parts {
			t, f := infer(&n.parts[i])
			if f != nil {
				return Type{}, f
			}
			fields[i] = Field{n.labels[i], t}
		}
		if n.form == formVariant {
			return Type{KindVariant, &body{fields: fields}}, nil
		}
		return Type{KindRecord, &body{fields: fields}}, nil
	case formAnnotated:
		return n.typ, nil
	}
	return plain(n.form), nil
}

// plain gives the types of values that say all about themselves. A reference to a service promises no methods,
// one to a function takes and gives nothing.
func plain(f form) Type {
	switch f {
	case formText:
		return Type{kind: KindText}
	case formBlob:
		return BlobType()
	case formNull:
		return Type{kind: KindNull}
	case formPrincipal:
		return Type{kind: KindPrincipal}
	case formService:
		return ServiceOf()
	case formFunc:
		return FuncOf(Signature{})
	}
	return Type{kind: KindBool}
}

func isFloat(number string) bool {
	if hex := strings.ContainsAny(number, "xX"); hex {
		return strings.ContainsAny(number, ".pP")
	}
	return strings.ContainsAny(number, ".eEnN") // and inf, nan, NaN
}

func inferVec(n *node) (Type, *fault) {
	elem := Type{kind: KindEmpty}
	for i := range n.parts {
		t, f := infer(&n.parts[i])
		if f != nil {
			return Type{}, f
		}
		both, ok := join(elem, t)
		if !ok {
			return Type{}, &fault{at: n.parts[i].pos, says: fmt.Sprintf(
				"%s among items of type %s; the items of a vec have one type, which an annotation may say", short(t), short(elem))}
		}
		elem = both
	}
	return VecOf(elem), nil
}

// join gives a type that holds the values of both: cases of variants come together, null joins an opt, nat an int.
// Types of annotations have no cycles, so it ends.
func join(a, b Type) (Type, bool) {
	switch {
	case a.kind == KindEmpty:
		return b, true
	case b.kind == KindEmpty:
		return a, true
	case a.kind == KindNull && b.nullable():
		return b, true
	case b.kind == KindNull && a.nullable():
		return a, true
	case a.kind == KindNat && b.kind == KindInt, a.kind == KindInt && b.kind == KindNat:
		return Type{kind: KindInt}, true
	case a.kind != b.kind:
		return Type{}, false
	}
	switch a.kind {
	case KindOpt, KindVec:
		elem, ok := join(a.body.elem, b.body.elem)
		return Type{a.kind, &body{elem: elem}}, ok
	case KindRecord, KindVariant:
		return joinFields(a, b)
	}
	return a, Equal(a, b)
}

// joinFields joins records that have the same fields, and variants.
func joinFields(a, b Type) (Type, bool) {
	var fields []Field
	x, y := a.body.fields, b.body.fields
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(x) > 0 && len(y) > 0 && x[0].ID == y[0].ID:
			t, ok := join(x[0].Type, y[0].Type)
			if !ok {
				return Type{}, false
			}
			fields = append(fields, Field{x[0].Label, t})
			x, y = x[1:], y[1:]
		case a.kind == KindRecord:
			return Type{}, false
		case len(y) == 0 || len(x) > 0 && x[0].ID < y[0].ID:
			fields = append(fields, x[0])
			x = x[1:]
		default:
			fields = append(fields, y[0])
			y = y[1:]
		}
	}
	return Type{a.kind, &body{fields: fields}}, true
}

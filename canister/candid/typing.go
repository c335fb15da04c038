package candid

import "fmt"

// typing makes values of what is written, at expected types.
type typing struct {
	lenient bool // pass over what no type asks for
}

func (t typing) value(n *node, want Type) (Value, *fault) {
	switch {
	case n.form == formAnnotated:
		return t.annotated(n, want)
	case want.kind == KindReserved:
		return Null{}, nil
	}
	switch n.form {
	case formNumber:
		return number(n, want)
	case formNull:
		if want.kind == KindNull || want.kind == KindOpt {
			return Null{}, nil
		}
	case formTrue, formFalse:
		if want.kind == KindBool {
			return Bool(n.form == formTrue), nil
		}
	case formText:
		if want.kind == KindText {
			return Text(n.text), nil
		}
	case formBlob:
		if want.kind == KindVec && want.body.elem.kind == KindNat8 {
			return Blob(n.text), nil
		}
	case formOpt:
		if want.kind == KindOpt {
			v, f := t.value(&n.parts[0], want.body.elem)
			return Opt{v}, f
		}
	case formVec:
		if want.kind == KindVec {
			return t.vec(n, want.body.elem)
		}
	case formRecord:
		if want.kind == KindRecord {
			return t.record(n, want)
		}
	case formVariant:
		if want.kind == KindVariant {
			return t.variant(n, want)
		}
	case formPrincipal:
		if want.kind == KindPrincipal {
			return Principal{n.id}, nil
		}
	case formService:
		if want.kind == KindService {
			return Service{n.id}, nil
		}
	case formFunc:
		if want.kind == KindFunc {
			return Func{n.id, n.text}, nil
		}
	}
	return nil, expected(n, want)
}

// expected says what may stand in a node's place.
func expected(n *node, want Type) *fault {
	says := fmt.Sprintf("%s where %s is expected", formNames[n.form], short(want))
	if want.kind == KindOpt {
		says += "; write opt … or null"
	}
	return &fault{at: n.pos, says: says}
}

// annotated takes a value whose type is written with it, which has to be the expected one.
func (t typing) annotated(n *node, want Type) (Value, *fault) {
	have, inner := n.typ, &n.parts[0]
	switch {
	case want.kind == KindReserved:
		_, f := t.value(inner, have)
		return Null{}, f
	case have.kind == KindNat && want.kind == KindInt:
		v, f := t.value(inner, have)
		if f != nil {
			return nil, f
		}
		return v.(Nat).Int(), nil
	case !Equal(have, want):
		return nil, &fault{at: n.pos, have: have, want: want}
	}
	return t.value(inner, want)
}

func (t typing) vec(n *node, elem Type) (Value, *fault) {
	if elem.kind == KindNat8 {
		return t.blob(n, elem)
	}
	items := make(Vec, len(n.parts))
	for i := range n.parts {
		v, f := t.value(&n.parts[i], elem)
		if f != nil {
			return nil, f.under(step{into: KindVec, index: i})
		}
		items[i] = v
	}
	return items, nil
}

func (t typing) blob(n *node, elem Type) (Value, *fault) {
	blob := make(Blob, len(n.parts))
	for i := range n.parts {
		v, f := t.value(&n.parts[i], elem)
		if f != nil {
			return nil, f.under(step{into: KindVec, index: i})
		}
		blob[i] = byte(v.(Nat8))
	}
	return blob, nil
}

func (t typing) record(n *node, want Type) (Value, *fault) {
	fields := make(Record, 0, len(want.body.fields))
	i := 0
	for _, w := range want.body.fields {
		if i < len(n.labels) && n.labels[i].ID < w.ID {
			if !t.lenient {
				return nil, unknownField(n, i, want)
			}
			for i < len(n.labels) && n.labels[i].ID < w.ID {
				i++
			}
		}
		if i == len(n.labels) || n.labels[i].ID != w.ID {
			if !w.Type.nullable() {
				return nil, &fault{at: n.pos, says: fmt.Sprintf("field %s is missing; its type is %s", w.Label, short(w.Type))}
			}
			fields = append(fields, FieldValue{w.Label, Null{}})
			continue
		}
		v, f := t.value(&n.parts[i], w.Type)
		if f != nil {
			return nil, f.under(step{into: KindRecord, label: w.Label})
		}
		fields = append(fields, FieldValue{w.Label, v})
		i++
	}
	if i < len(n.labels) && !t.lenient {
		return nil, unknownField(n, i, want)
	}
	return fields, nil
}

func unknownField(n *node, i int, want Type) *fault {
	return &fault{at: n.parts[i].pos, says: fmt.Sprintf("field %s is not one of %s", n.labels[i], short(want))}
}

func (t typing) variant(n *node, want Type) (Value, *fault) {
	i, ok := findField(want.body.fields, n.labels[0].ID)
	if !ok {
		return nil, &fault{at: n.pos, says: fmt.Sprintf("case %s is not one of %s", n.labels[0], short(want))}
	}
	w := want.body.fields[i]
	v, f := t.value(&n.parts[0], w.Type)
	if f != nil {
		return nil, f.under(step{into: KindVariant, label: w.Label})
	}
	return Variant{w.Label, v}, nil
}

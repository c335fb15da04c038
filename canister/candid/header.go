package candid

import (
	"fmt"
)

// maxTableEntries is how many composite types a message may describe. The largest interfaces in use have a few hundred.
const maxTableEntries = 1 << 14

// header reads a message up to its values, and gives the types of these.
func (r *reader) header() ([]Type, *fault) {
	if r.left() < len(magic) || string(r.data[:len(magic)]) != magic {
		return nil, r.fault(`a message begins with "DIDL"`)
	}
	r.pos = len(magic)
	n, f := r.count("types", 2)
	if f != nil {
		return nil, f
	}
	if n > maxTableEntries {
		return nil, r.fault(fmt.Sprintf("%d types described; %d are the most", n, maxTableEntries))
	}
	h := headerReader{reader: r, table: make([]Type, n)}
	bodies := make([]body, n)
	if f := h.kinds(bodies); f != nil {
		return nil, f
	}
	for i := range h.table {
		if f := h.entry(h.table[i], &bodies[i]); f != nil {
			return nil, f
		}
	}
	return h.types("arguments")
}

// headerReader reads a type table in two passes: the kinds first, since an entry may name a later one, and a method has to name a func.
type headerReader struct {
	*reader
	table []Type
}

// kinds runs through the table for the kind of each entry, and goes back to its beginning.
func (h *headerReader) kinds(bodies []body) *fault {
	start := h.pos
	for i := range h.table {
		at := h.pos
		op, f := h.sleb()
		if f != nil {
			return f
		}
		kind := Kind(max(op, int64(KindFuture)))
		if op >= 0 || kind.IsPrimitive() {
			return &fault{at: at, says: "the type table holds composite types only"}
		}
		h.table[i] = Type{kind, &bodies[i]}
		if f := h.pass(kind); f != nil {
			return f
		}
	}
	h.pos = start
	return nil
}

// pass goes past the rest of an entry, whose contents entry checks.
func (h *headerReader) pass(kind Kind) *fault {
	switch kind {
	case KindOpt, KindVec:
		_, f := h.sleb()
		return f
	case KindRecord, KindVariant:
		return h.each("fields", 2, func() *fault {
			if _, f := h.leb(); f != nil {
				return f
			}
			_, f := h.sleb()
			return f
		})
	case KindFunc:
		for range 2 {
			if f := h.each("types", 1, func() *fault { _, f := h.sleb(); return f }); f != nil {
				return f
			}
		}
		return h.each("annotations", 1, func() *fault { _, f := h.byte(); return f })
	case KindService:
		return h.each("methods", 2, func() *fault {
			if _, f := h.text(); f != nil {
				return f
			}
			_, f := h.sleb()
			return f
		})
	}
	n, f := h.leb()
	if f != nil {
		return f
	}
	_, f = h.bytes(n)
	return f
}

func (h *headerReader) each(what string, leastBytes int, read func() *fault) *fault {
	n, f := h.count(what, leastBytes)
	for i := 0; i < n && f == nil; i++ {
		f = read()
	}
	return f
}

// entry reads what an entry is made of into its body.
func (h *headerReader) entry(t Type, b *body) (f *fault) {
	if _, f = h.sleb(); f != nil {
		return f
	}
	switch t.kind {
	case KindOpt, KindVec:
		b.elem, f = h.ref()
	case KindRecord, KindVariant:
		b.fields, f = h.fields()
	case KindFunc:
		b.signature, f = h.signature()
	case KindService:
		b.methods, f = h.methods()
	default:
		f = h.pass(t.kind)
	}
	return f
}

// ref reads a type: a primitive one, or an entry of the table.
func (h *headerReader) ref() (Type, *fault) {
	at := h.pos
	n, f := h.sleb()
	switch {
	case f != nil:
		return Type{}, f
	case n >= 0 && n < int64(len(h.table)):
		return h.table[n], nil
	case n >= 0:
		return Type{}, &fault{at: at, says: fmt.Sprintf("type %d of a table of %d", n, len(h.table))}
	case n >= int64(KindPrincipal) && Kind(n).IsPrimitive():
		return Type{kind: Kind(n)}, nil
	}
	return Type{}, &fault{at: at, says: "an opcode stands where a primitive type or an entry of the table is expected"}
}

func (h *headerReader) types(what string) ([]Type, *fault) {
	n, f := h.count(what, 1)
	if f != nil {
		return nil, f
	}
	types := make([]Type, n)
	for i := range types {
		if types[i], f = h.ref(); f != nil {
			return nil, f
		}
	}
	return types, nil
}

func (h *headerReader) fields() ([]Field, *fault) {
	n, f := h.count("fields", 2)
	if f != nil {
		return nil, f
	}
	fields := make([]Field, n)
	for i := range fields {
		at := h.pos
		id, f := h.leb()
		switch {
		case f != nil:
			return nil, f
		case id > 1<<32-1:
			return nil, &fault{at: at, says: "the id of a field is beyond 32 bits"}
		case i > 0 && uint32(id) <= fields[i-1].ID:
			return nil, &fault{at: at, says: "the ids of fields do not rise"}
		}
		fields[i].ID = uint32(id)
		if fields[i].Type, f = h.ref(); f != nil {
			return nil, f
		}
	}
	return fields, nil
}

func (h *headerReader) signature() (s Signature, f *fault) {
	if s.Args, f = h.types("arguments"); f != nil {
		return s, f
	}
	if s.Results, f = h.types("results"); f != nil {
		return s, f
	}
	return s, h.each("annotations", 1, func() *fault {
		b, f := h.byte()
		if f != nil {
			return f
		}
		if b < 1 || int(b) > len(modes) {
			return h.fault("an annotation of a func that is not query, oneway or composite_query")
		}
		s.Mode |= modes[b-1].mode
		return nil
	})
}

func (h *headerReader) methods() ([]Method, *fault) {
	n, f := h.count("methods", 2)
	if f != nil {
		return nil, f
	}
	methods := make([]Method, n)
	for i := range methods {
		name, f := h.text()
		if f != nil {
			return nil, f
		}
		if i > 0 && string(name) <= methods[i-1].Name {
			return nil, h.fault("the names of methods do not rise")
		}
		methods[i].Name = string(name)
		if methods[i].Type, f = h.ref(); f != nil {
			return nil, f
		}
		if methods[i].Type.kind != KindFunc {
			return nil, h.fault(fmt.Sprintf("the type of method %s is %s, and no func", quoteName(methods[i].Name), methods[i].Type.kind))
		}
	}
	return methods, nil
}

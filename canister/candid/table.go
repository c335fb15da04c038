package candid

// A table holds the composite types that some types are made of, equal ones once. It is the type table of a message: nothing in it is
// superfluous, and equal types give equal tables, however they are knotted.
//
// Types are graphs with cycles, so equality is found by refinement (Moore's minimisation of automata): begin with all types in
// one class; write each as an entry that names its parts by their class; types whose entries differ part; repeat until nothing parts.
// The entries of the last round are the table. Classes are numbered as a walk in breadth meets them.
type table struct {
	nodes   []Type
	index   map[*body]int // into nodes
	class   []int         // of each node
	entries [][]byte      // by class
}

func newTable(types []Type) *table {
	t := &table{}
	for _, a := range types {
		t.reach(a)
	}
	for i := 0; i < len(t.nodes); i++ {
		t.nodes[i].children(t.reach)
	}
	t.class = make([]int, len(t.nodes))
	for t.refine() {
	}
	return t
}

func (t *table) reach(a Type) {
	if a.body == nil || a.kind == KindFuture {
		return
	}
	if _, ok := t.index[a.body]; ok {
		return
	}
	if t.index == nil {
		t.index = map[*body]int{}
	}
	t.index[a.body] = len(t.nodes)
	t.nodes = append(t.nodes, a)
}

// refine parts classes once; false if nothing parted.
func (t *table) refine() bool {
	before := len(t.entries)
	seen := make(map[string]int, len(t.nodes))
	next := make([]int, len(t.nodes))
	t.entries = t.entries[:0]
	var entry []byte
	for i, node := range t.nodes {
		entry = t.appendEntry(entry[:0], node)
		class, ok := seen[string(entry)]
		if !ok {
			class = len(t.entries)
			kept := append([]byte(nil), entry...)
			seen[string(entry)] = class
			t.entries = append(t.entries, kept)
		}
		next[i] = class
	}
	t.class = next
	return len(t.entries) > before && len(t.nodes) > 0
}

// ref is a type as an entry or a list of arguments names it: an opcode, or the number of an entry.
func (t *table) ref(a Type) int {
	if a.body == nil || a.kind == KindFuture {
		return int(a.kind)
	}
	return t.class[t.index[a.body]]
}

// appendEntry writes a composite type (Candid.md, section Types, function T).
func (t *table) appendEntry(dst []byte, a Type) []byte {
	dst = appendSLEB(dst, int64(a.kind))
	switch a.kind {
	case KindOpt, KindVec:
		dst = t.appendRef(dst, a.body.elem)
	case KindRecord, KindVariant:
		dst = appendLEB(dst, uint64(len(a.body.fields)))
		for _, f := range a.body.fields {
			dst = t.appendRef(appendLEB(dst, uint64(f.ID)), f.Type)
		}
	case KindFunc:
		dst = t.appendSignature(dst, a.body.signature)
	case KindService:
		dst = appendLEB(dst, uint64(len(a.body.methods)))
		for _, m := range a.body.methods {
			dst = append(appendLEB(dst, uint64(len(m.Name))), m.Name...)
			dst = t.appendRef(dst, m.Type)
		}
	}
	return dst
}

func (t *table) appendSignature(dst []byte, s Signature) []byte {
	for _, types := range [][]Type{s.Args, s.Results} {
		dst = t.appendRefs(dst, types)
	}
	var annotations []byte
	for i, m := range modes {
		if s.Mode&m.mode != 0 {
			annotations = append(annotations, byte(i+1))
		}
	}
	dst = appendLEB(dst, uint64(len(annotations)))
	return append(dst, annotations...)
}

func (t *table) appendRefs(dst []byte, types []Type) []byte {
	dst = appendLEB(dst, uint64(len(types)))
	for _, a := range types {
		dst = t.appendRef(dst, a)
	}
	return dst
}

func (t *table) appendRef(dst []byte, a Type) []byte { return appendSLEB(dst, int64(t.ref(a))) }

// appendHeader writes what goes before the values of a message whose arguments have these types.
func (t *table) appendHeader(dst []byte, types []Type) []byte {
	dst = append(dst, magic...)
	dst = appendLEB(dst, uint64(len(t.entries)))
	for _, e := range t.entries {
		dst = append(dst, e...)
	}
	return t.appendRefs(dst, types)
}

const magic = "DIDL"

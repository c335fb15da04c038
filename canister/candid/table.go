package candid

// A table holds the composite types that some types are made of, equal ones once. It is the type table of a message: nothing in it is
// superfluous, and equal types give equal tables, however they are knotted.
//
// Types fall into classes of equal ones. A type that leads into no cycle is known by its entry, once the classes of its parts are known.
// The others are parted by refinement (Moore's minimisation of automata): begin with all of them in one class; write each as
// an entry that names its parts by their class; types whose entries differ part; repeat until nothing parts. That takes a round for
// each step that it takes to see a difference. In the end classes are numbered as a walk in breadth meets them.
type table struct {
	nodes   []Type
	index   map[*body]int // into nodes
	class   []int         // of each node; unsettled before it is known
	entries [][]byte      // by class
}

const unsettled = -1 << 30

func newTable(types []Type) *table {
	t := &table{}
	for _, a := range types {
		t.reach(a)
	}
	for i := 0; i < len(t.nodes); i++ {
		t.nodes[i].children(t.reach)
	}
	t.class = make([]int, len(t.nodes))
	for i := range t.class {
		t.class[i] = unsettled
	}
	if settled := t.settle(); settled < len(t.nodes) {
		t.refine()
	}
	t.number()
	return t
}

func (t *table) reach(a Type) {
	if !a.composite() {
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

// composite tells what has an entry in a table. A future type has none that could be written.
func (t Type) composite() bool { return t.body != nil && t.kind != KindFuture }

// settle finds the classes of what leads into no cycle, parts before wholes, and says of how many types. Parts are
// mostly met after wholes, so one pass backwards mostly does.
func (t *table) settle() int {
	classes := make(map[string]int, len(t.nodes))
	settled := 0
	var entry []byte
	for before := -1; before < settled; {
		before = settled
		for i := len(t.nodes) - 1; i >= 0; i-- {
			if t.class[i] != unsettled || !t.partsSettled(t.nodes[i]) {
				continue
			}
			entry = t.appendEntry(entry[:0], t.nodes[i])
			t.class[i] = intern(classes, entry)
			settled++
		}
	}
	return settled
}

func (t *table) partsSettled(a Type) bool {
	all := true
	a.children(func(part Type) { all = all && t.ref(part) != unsettled })
	return all
}

// refine finds the classes of the rest. They are numbered below unsettled, out of the way of the settled ones.
func (t *table) refine() {
	var rest []int
	for i, class := range t.class {
		if class == unsettled {
			rest = append(rest, i)
		}
	}
	next := make([]int, len(rest))
	var entry []byte
	for before := 0; ; {
		classes := make(map[string]int, len(rest))
		for j, i := range rest {
			entry = t.appendEntry(entry[:0], t.nodes[i])
			next[j] = unsettled - intern(classes, entry)
		}
		for j, i := range rest {
			t.class[i] = next[j]
		}
		if len(classes) == before {
			return
		}
		before = len(classes)
	}
}

// intern numbers entries as they come, equal ones alike.
func intern(classes map[string]int, entry []byte) int {
	class, ok := classes[string(entry)]
	if !ok {
		class = len(classes)
		classes[string(entry)] = class
	}
	return class
}

// number gives classes their final numbers and writes an entry for each.
func (t *table) number() {
	numbers := make(map[int]int, len(t.nodes))
	var first []Type // of each class
	for i, class := range t.class {
		n, ok := numbers[class]
		if !ok {
			n = len(first)
			numbers[class] = n
			first = append(first, t.nodes[i])
		}
		t.class[i] = n
	}
	t.entries = make([][]byte, len(first))
	for n, a := range first {
		t.entries[n] = t.appendEntry(nil, a)
	}
}

// ref is a type as an entry or a list of arguments names it: an opcode, or the number of an entry.
func (t *table) ref(a Type) int {
	if !a.composite() {
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

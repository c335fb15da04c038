package certified

import "slices"

// A directory of a hash tree: entries by label, or a leaf. Its shape is a balanced tree of forks.
type directory struct {
	entries []entry
	leaf    bool
	value   string // of a leaf
	digest  *hash  // nil: to be worked out
}

type entry struct {
	label string
	below *directory
}

// find gives the place of a label, and whether it is there.
func (d *directory) find(label string) (int, bool) {
	return slices.BinarySearchFunc(d.entries, label, func(e entry, label string) int {
		switch {
		case e.label < label:
			return -1
		case e.label > label:
			return 1
		}
		return 0
	})
}

// set puts a leaf at a path.
func (d *directory) set(value string, path ...string) {
	d.digest = nil
	if len(path) == 0 {
		*d = directory{leaf: true, value: value}
		return
	}
	i, ok := d.find(path[0])
	if !ok {
		d.entries = slices.Insert(d.entries, i, entry{path[0], &directory{}})
	}
	d.entries[i].below.set(value, path[1:]...)
}

// remove takes away what stands at a path.
func (d *directory) remove(path ...string) {
	i, ok := d.find(path[0])
	if !ok {
		return
	}
	d.digest = nil
	if len(path) == 1 {
		d.entries = slices.Delete(d.entries, i, i+1)
		return
	}
	d.entries[i].below.remove(path[1:]...)
}

// root is the root hash (reference/interface.md D.4).
func (d *directory) root() hash {
	if d.digest == nil {
		h := sum("\x11ic-hashtree-empty")
		switch {
		case d.leaf:
			h = sum("\x10ic-hashtree-leaf", d.value)
		case len(d.entries) > 0:
			h = forked(d.entries)
		}
		d.digest = &h
	}
	return *d.digest
}

// forked is the hash of some entries.
func forked(of []entry) hash {
	if len(of) == 1 {
		below := of[0].below.root()
		return sum("\x13ic-hashtree-labeled", of[0].label, string(below[:]))
	}
	left, right := forked(of[:len(of)/2]), forked(of[len(of)/2:])
	return sum("\x10ic-hashtree-fork", string(left[:]), string(right[:]))
}

// A witness shows what stands at some paths, or that nothing does: then the labels between which it would be.
type witness struct {
	whole bool // with all below
	shown []bool
	paths [][][]string // by entry: what to show below it
}

// appendWitness appends what a witness shows of a directory, in CBOR; what it does not show is pruned.
func (d *directory) appendWitness(out []byte, paths [][]string) []byte {
	if len(paths) == 0 {
		h := d.root()
		return appendBytes(append(out, 0x82, 4), string(h[:]))
	}
	switch {
	case d.leaf:
		return appendBytes(append(out, 0x82, 3), d.value)
	case len(d.entries) == 0:
		return append(out, 0x81, 0)
	}
	w := witness{shown: make([]bool, len(d.entries)), paths: make([][][]string, len(d.entries))}
	for _, path := range paths {
		w.show(d, path)
	}
	return w.append(out, d.entries, 0)
}

func (w *witness) show(d *directory, path []string) {
	if len(path) == 0 {
		w.whole = true
		return
	}
	i, ok := d.find(path[0])
	switch {
	case ok:
		w.shown[i] = true
		w.paths[i] = append(w.paths[i], path[1:])
		return
	case i < len(d.entries):
		w.shown[i] = true
	}
	if i > 0 {
		w.shown[i-1] = true
	}
}

// append appends the entries from the first of a directory on.
func (w *witness) append(out []byte, of []entry, first int) []byte {
	half := len(of) / 2
	switch {
	case !w.whole && !slices.Contains(w.shown[first:first+len(of)], true):
		h := forked(of)
		return appendBytes(append(out, 0x82, 4), string(h[:]))
	case half > 0:
		return w.append(w.append(append(out, 0x83, 1), of[:half], first), of[half:], first+half)
	}
	paths := w.paths[first]
	if w.whole {
		paths = [][]string{{}}
	}
	return of[0].below.appendWitness(appendBytes(append(out, 0x83, 2), of[0].label), paths)
}

// appendBytes appends a byte string in CBOR.
func appendBytes(out []byte, text string) []byte {
	return append(appendHead(out, 0x40, len(text)), text...)
}

// appendHead appends the head of an item in CBOR: major type and number.
func appendHead(out []byte, major byte, n int) []byte {
	switch {
	case n < 24:
		return append(out, major|byte(n))
	case n < 1<<8:
		return append(out, major|24, byte(n))
	case n < 1<<16:
		return append(out, major|25, byte(n>>8), byte(n))
	}
	return append(out, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

package hashtree

// Prune reveals less: of what is revealed, the parts a pattern asks for, with the neighbours that
// prove an absence or the end of a range. The digest stays.
func (m *Mixed) Prune(p Pattern) *Mixed {
	switch {
	case p.nothing():
		return pruned(m.digest)
	case p.all || m.kind == kindPruned || m.kind == kindEmpty || m.kind == kindLeaf:
		return m
	}
	k := keeper{members: m.members(nil)}
	k.keep = make([]*Pattern, len(k.members))
	for _, x := range p.points {
		k.span(span{x.label, x.label + "\x00"}, x.below) // the labels from x to its successor: x itself
	}
	for _, s := range p.spans {
		k.span(s, Everything())
	}
	return k.rebuild(m)
}

// A keeper notes for the members of one directory how far each is revealed; nil is not at all.
type keeper struct {
	members []*Mixed
	keep    []*Pattern
}

// span keeps what is in a span, and what stands before and after it unless the span is just one
// label that was found.
func (k *keeper) span(s span, below Pattern) {
	before, after, found := -1, -1, false
	for i, m := range k.members {
		switch {
		case m.kind != kindLabeled:
		case m.label < s.from:
			before = i
		case m.label < s.to:
			k.add(i, below)
			found = true
		case after < 0:
			after = i
		}
	}
	if found && s.to == s.from+"\x00" {
		return
	}
	k.add(before, Pattern{})
	k.add(after, Pattern{})
}

func (k *keeper) add(i int, below Pattern) {
	if i < 0 {
		return
	}
	if k.keep[i] != nil {
		below = k.keep[i].union(below)
	}
	k.keep[i] = &below
}

// rebuild goes through the forks in the order of members, and uses up keep.
func (k *keeper) rebuild(m *Mixed) *Mixed {
	switch m.kind {
	case kindEmpty:
		return m
	case kindFork:
		left := k.rebuild(m.left)
		right := k.rebuild(m.right)
		if left.kind == kindPruned && right.kind == kindPruned {
			return pruned(m.digest)
		}
		return &Mixed{kind: kindFork, digest: m.digest, left: left, right: right}
	}
	below := k.keep[0]
	k.keep = k.keep[1:]
	if m.kind != kindLabeled {
		return m
	}
	if below == nil {
		return pruned(m.digest)
	}
	return &Mixed{kind: kindLabeled, digest: m.digest, label: m.label, left: m.left.Prune(*below)}
}

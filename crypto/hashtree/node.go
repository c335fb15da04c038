package hashtree

import "sort"

func newEntry(label Label, content Content) *node {
	return &node{
		digest: labeledDigest(label, content.digest()),
		entry:  &entry{label: label, content: content},
		at:     never,
		count:  1,
	}
}

// join makes the fork of two sides that differ first at a position. A side may be missing.
func join(at position, left, right *node) *node {
	if left == nil {
		return right
	}
	if right == nil {
		return left
	}
	return &node{
		digest: forkDigest(&left.digest, &right.digest),
		left:   left,
		right:  right,
		entry:  left.entry,
		at:     at,
		count:  left.count + right.count,
	}
}

// build makes the node of edits, sorted and with distinct labels. Nil if nothing is left.
func build(edits []Edit) *node {
	switch {
	case len(edits) == 0, len(edits) == 1 && edits[0].Remove:
		return nil
	case len(edits) == 1:
		return newEntry(edits[0].Label, edits[0].To)
	}
	at := critical(edits[0].Label, edits[len(edits)-1].Label)
	zeros := splitEdits(edits, at)
	return join(at, build(edits[:zeros]), build(edits[zeros:]))
}

// apply gives n with edits made, sorted and with distinct labels; n itself if they change nothing.
func apply(n *node, edits []Edit) *node {
	if len(edits) == 0 {
		return n
	}
	if n == nil {
		return build(edits)
	}
	sample := n.entry.label
	at := critical(sample, edits[0].Label)
	if len(edits) > 1 {
		at = min(at, critical(sample, edits[len(edits)-1].Label))
	}
	if at < n.at { // some edits lie beside all of n
		zeros := splitEdits(edits, at)
		if sample.bit(at) {
			return besides(n, at, build(edits[:zeros]), apply(n, edits[zeros:]))
		}
		return besides(n, at, apply(n, edits[:zeros]), build(edits[zeros:]))
	}
	if n.left == nil {
		return n.replaced(&edits[0])
	}
	zeros := splitEdits(edits, n.at)
	left, right := apply(n.left, edits[:zeros]), apply(n.right, edits[zeros:])
	if left == n.left && right == n.right {
		return n
	}
	return join(n.at, left, right)
}

// besides is join, and says what n was when there came nothing beside it.
func besides(n *node, at position, left, right *node) *node {
	if left == n && right == nil || right == n && left == nil {
		return n
	}
	return join(at, left, right)
}

func (n *node) replaced(e *Edit) *node {
	switch {
	case e.Remove:
		return nil
	case e.To.same(n.entry.content):
		return n
	default:
		return newEntry(n.entry.label, e.To)
	}
}

// splitEdits counts the edits whose bit is zero: they come first, since all share what precedes it.
func splitEdits(edits []Edit, at position) int {
	if len(edits) == 1 {
		if edits[0].Label.bit(at) {
			return 0
		}
		return 1
	}
	return sort.Search(len(edits), func(i int) bool { return edits[i].Label.bit(at) })
}

// ascend visits entries not below a label; false when the visitor had enough.
func (n *node) ascend(from Label, visit func(Label, Content) bool) bool {
	at := critical(n.entry.label, from)
	switch {
	case at < n.at && from.bit(at):
		return true // all of n is below from
	case at < n.at || n.left == nil:
		return n.each(visit)
	case from.bit(n.at):
		return n.right.ascend(from, visit)
	default:
		return n.left.ascend(from, visit) && n.right.each(visit)
	}
}

func (n *node) each(visit func(Label, Content) bool) bool {
	if n.left == nil {
		return visit(n.entry.label, n.entry.content)
	}
	return n.left.each(visit) && n.right.each(visit)
}

// before is the last entry below a label, or nil.
func (n *node) before(label Label) *entry {
	at := critical(n.entry.label, label)
	switch {
	case at < n.at && label.bit(at):
		return n.last()
	case at < n.at || n.left == nil:
		return nil
	case !label.bit(n.at):
		return n.left.before(label)
	}
	if e := n.right.before(label); e != nil {
		return e
	}
	return n.left.last()
}

// from is the first entry not below a label, or nil.
func (n *node) from(label Label) *entry {
	at := critical(n.entry.label, label)
	switch {
	case at < n.at && label.bit(at):
		return nil
	case at < n.at || n.left == nil:
		return n.entry
	case label.bit(n.at):
		return n.right.from(label)
	}
	if e := n.left.from(label); e != nil {
		return e
	}
	return n.right.entry
}

func (n *node) last() *entry {
	for n.left != nil {
		n = n.right
	}
	return n.entry
}

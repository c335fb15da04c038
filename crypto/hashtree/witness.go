package hashtree

import "sort"

// Witness reveals what a pattern asks for, and prunes the rest. It has the digest of the tree.
func (t Tree) Witness(p Pattern) *Mixed { return revealContent(SubtreeOf(t), p) }

func revealContent(c Content, p Pattern) *Mixed {
	value, isLeaf := c.Leaf()
	root := c.subtree.root
	switch {
	case p.nothing():
		return pruned(c.digest())
	case isLeaf: // also when the path goes on: that nothing is below is what is asked
		return leaf(value)
	case root == nil:
		return empty()
	case p.all:
		return root.reveal()
	default:
		return root.revealSome(p.in(root))
	}
}

// reveal shows everything at and below a node.
func (n *node) reveal() *Mixed {
	if n.left == nil {
		return &Mixed{kind: kindLabeled, digest: n.digest, label: n.entry.label,
			left: revealContent(n.entry.content, Everything())}
	}
	return &Mixed{kind: kindFork, digest: n.digest, left: n.left.reveal(), right: n.right.reveal()}
}

// revealSome shows the entries with these labels, all of which are below n.
func (n *node) revealSome(points []point) *Mixed {
	if len(points) == 0 {
		return pruned(n.digest)
	}
	if n.left == nil {
		return &Mixed{kind: kindLabeled, digest: n.digest, label: n.entry.label,
			left: revealContent(n.entry.content, points[0].below)}
	}
	zeros := sort.Search(len(points), func(i int) bool { return points[i].label.bit(n.at) })
	return &Mixed{kind: kindFork, digest: n.digest,
		left: n.left.revealSome(points[:zeros]), right: n.right.revealSome(points[zeros:])}
}

package hashtree

import (
	"slices"
	"sort"
	"strings"
)

// A Pattern says what of a tree to reveal. The zero value reveals nothing but the digest.
// Immutable; patterns combine with Union.
type Pattern struct {
	all    bool
	points []point // by label, distinct
	spans  []span
}

type point struct {
	label Label
	below Pattern
}

// A span is all labels from one on, up to another that is not in it.
type span struct{ from, to Label }

// Everything reveals a whole tree.
func Everything() Pattern { return Pattern{all: true} }

// Paths reveals what each path names, with everything under it; for a path that leads nowhere,
// the proof that nothing is there: the neighbours that the missing label would stand between.
func Paths(paths ...Path) Pattern {
	var p Pattern
	for _, path := range paths {
		p = Union(p, along(path, Everything()))
	}
	return p
}

// Range reveals the entries of the directory at a path whose labels are at least from and less
// than to, with everything under them, and the neighbours on both sides: so the holder of the
// witness knows that the range is complete.
func Range(dir Path, from, to Label) Pattern {
	return along(dir, Pattern{spans: []span{{from, to}}})
}

func along(path Path, end Pattern) Pattern {
	for _, label := range slices.Backward(path) {
		end = Pattern{points: []point{{label, end}}}
	}
	return end
}

// Union reveals what any of the patterns reveals.
func Union(patterns ...Pattern) Pattern {
	var u Pattern
	for _, p := range patterns {
		u = u.union(p)
	}
	return u
}

func (p Pattern) union(q Pattern) Pattern {
	switch {
	case p.all || q.nothing():
		return p
	case q.all || p.nothing():
		return q
	}
	points := slices.Clone(p.points)
	for _, x := range q.points {
		i := sort.Search(len(points), func(i int) bool { return points[i].label >= x.label })
		if i < len(points) && points[i].label == x.label {
			points[i].below = points[i].below.union(x.below)
		} else {
			points = slices.Insert(points, i, x)
		}
	}
	return Pattern{points: points, spans: slices.Concat(p.spans, q.spans)}
}

func (p Pattern) nothing() bool { return !p.all && len(p.points) == 0 && len(p.spans) == 0 }

// in narrows a pattern to the labels that stand in a directory: whatever p asks of it is answered
// by revealing these, each as far as its own pattern says. Sorted and distinct.
func (p Pattern) in(dir *node) []point {
	var found []point
	show := func(e *entry, below Pattern) {
		if e != nil {
			found = append(found, point{e.label, below})
		}
	}
	for _, x := range p.points {
		if e := (Tree{dir}).find(x.label); e != nil {
			show(e, x.below)
			continue
		}
		show(dir.before(x.label), Pattern{})
		show(dir.from(x.label), Pattern{})
	}
	for _, s := range p.spans {
		show(dir.before(s.from), Pattern{})
		show(dir.from(max(s.from, s.to)), Pattern{})
		dir.ascend(s.from, func(label Label, _ Content) bool {
			if label < s.to {
				found = append(found, point{label, Everything()})
			}
			return label < s.to
		})
	}
	slices.SortStableFunc(found, func(a, b point) int { return strings.Compare(string(a.label), string(b.label)) })
	return distinct(found)
}

// distinct unites the patterns of neighbours with one label, in place.
func distinct(sorted []point) []point {
	out := sorted[:0]
	for _, x := range sorted {
		if n := len(out); n > 0 && out[n-1].label == x.label {
			out[n-1].below = out[n-1].below.union(x.below)
		} else {
			out = append(out, x)
		}
	}
	return out
}

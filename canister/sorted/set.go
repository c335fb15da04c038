package sorted

import (
	"iter"
	"slices"
	"sort"
)

// half is the length of the runs that a run too long is cut into.
const half = 128

// Ordered values compare with others of their type: negative, 0 or positive.
type Ordered[T any] interface{ Compare(T) int }

// A Set holds values in ascending order, no two of them equal. The zero value is empty.
type Set[T Ordered[T]] struct {
	runs [][]T
	n    int
}

// An Edit puts a value, in place of an equal one if there is one, or removes the equal one.
type Edit[T any] struct {
	Value  T
	Remove bool
}

// Len is the number of values.
func (s Set[T]) Len() int { return s.n }

// Get finds the value equal to a probe.
func (s Set[T]) Get(probe T) (value T, ok bool) {
	i := s.runOf(probe)
	if i == len(s.runs) {
		return value, false
	}
	run := s.runs[i]
	k, found := find(run, probe)
	if !found {
		return value, false
	}
	return run[k], true
}

// Min gives the least value; ok is false for an empty set.
func (s Set[T]) Min() (value T, ok bool) {
	if s.n == 0 {
		return value, false
	}
	return s.runs[0][0], true
}

// All goes through the values in ascending order.
func (s Set[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, run := range s.runs {
			for _, v := range run {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// Apply gives the set with the edits made. They must ascend, at most one a value.
func (s Set[T]) Apply(edits []Edit[T]) Set[T] {
	if len(edits) == 0 {
		return s
	}
	out := Set[T]{runs: make([][]T, 0, len(s.runs)+1)}
	for i, run := range s.runs {
		mine := len(edits)
		if i+1 < len(s.runs) {
			next := s.runs[i+1][0]
			mine = sort.Search(len(edits), func(k int) bool { return edits[k].Value.Compare(next) >= 0 })
		}
		if mine == 0 {
			out.add(run)
			continue
		}
		out.cut(merge(run, edits[:mine]))
		edits = edits[mine:]
	}
	out.cut(merge(nil, edits)) // only when s was empty
	return out
}

// runOf is the run that would hold a value: the last one that begins at or before it.
func (s Set[T]) runOf(probe T) int {
	i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i][0].Compare(probe) > 0 })
	return max(i-1, 0)
}

func (s *Set[T]) add(run []T) {
	s.runs = append(s.runs, run)
	s.n += len(run)
}

// cut adds a run, in halves if it is too long; none if it is empty.
func (s *Set[T]) cut(run []T) {
	for len(run) > 2*half {
		s.add(run[:half:half])
		run = run[half:]
	}
	if len(run) > 0 {
		s.add(run)
	}
}

func find[T Ordered[T]](run []T, probe T) (int, bool) {
	return slices.BinarySearchFunc(run, probe, func(a, b T) int { return a.Compare(b) })
}

// merge makes a new run of an old one and edits.
func merge[T Ordered[T]](run []T, edits []Edit[T]) []T {
	out := make([]T, 0, len(run)+len(edits))
	for _, e := range edits {
		k, found := find(run, e.Value)
		out = append(out, run[:k]...)
		if !e.Remove {
			out = append(out, e.Value)
		}
		if found {
			k++
		}
		run = run[k:]
	}
	return append(out, run...)
}

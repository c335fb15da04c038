package consensus

import (
	"encoding/binary"
	"slices"
	"sort"

	"icsim/protocol"
)

// A Held is an artifact in the pool and when it came in, by both clocks. Instant is 0, the node's start, for what
// was read from disk: monotonic instants do not survive a restart.
type Held[T protocol.Artifact] struct {
	Artifact      T
	Time, Instant protocol.Time
	from          protocol.NodeID // who sent it; the node itself for its own
	verified      bool            // its signature was checked while it waits unvalidated
}

// An origin is when an artifact came in, and from whom.
type origin struct {
	Clock
	from protocol.NodeID
}

// A Shelf holds the artifacts of one kind by height, and within a height in the order they came.
type Shelf[T protocol.Artifact] struct {
	rows  []shelfRow[T] // ascending heights, none empty
	free  []shelfRow[T] // emptied rows, to be filled again
	count int
}

type shelfRow[T protocol.Artifact] struct {
	height protocol.Height
	items  []Held[T]
	keys   []uint16 // of items: prefixes of the artifacts' ids, close together to be looked through
}

// index finds an artifact in the row, or gives −1.
func (r *shelfRow[T]) index(id *protocol.ArtifactID) int {
	key := keyOf(id)
	for i, k := range r.keys {
		if k == key && r.items[i].Artifact.ID() == *id {
			return i
		}
	}
	return -1
}

// At gives what lies at a height. Valid until the pool changes.
func (s *Shelf[T]) At(h protocol.Height) []Held[T] {
	if i, ok := s.find(h); ok {
		return s.rows[i].items
	}
	return nil
}

// Len is the number of artifacts.
func (s *Shelf[T]) Len() int { return s.count }

// Max is the greatest height with an artifact, or 0.
func (s *Shelf[T]) Max() protocol.Height {
	if len(s.rows) == 0 {
		return 0
	}
	return s.rows[len(s.rows)-1].height
}

// Min is the least height with an artifact, or 0.
func (s *Shelf[T]) Min() protocol.Height {
	if len(s.rows) == 0 {
		return 0
	}
	return s.rows[0].height
}

// Next gives the least height from h on with an artifact.
func (s *Shelf[T]) Next(h protocol.Height) (protocol.Height, bool) {
	i, _ := s.find(h)
	if i == len(s.rows) {
		return 0, false
	}
	return s.rows[i].height, true
}

// After gives the least height above h with an artifact.
func (s *Shelf[T]) After(h protocol.Height) (protocol.Height, bool) {
	if h+1 == 0 { // nothing is above the greatest height, which anybody may have put on an artifact
		return 0, false
	}
	return s.Next(h + 1)
}

// Has reports whether the artifact lies here.
func (s *Shelf[T]) Has(h protocol.Height, id protocol.ArtifactID) bool { return s.get(h, id) != nil }

// find gives the row of a height, or where it would stand. Heights are mostly dense and asked for near the greatest, so the first guess
// hits, and touches nothing that is older.
func (s *Shelf[T]) find(h protocol.Height) (int, bool) {
	n := len(s.rows)
	if n == 0 {
		return 0, false
	}
	last := s.rows[n-1].height
	if h > last {
		return n, false
	}
	if below := last - h; below < protocol.Height(n) { // may be more than an int holds
		if i := n - 1 - int(below); s.rows[i].height == h {
			return i, true
		}
	}
	if h < s.rows[0].height {
		return 0, false
	}
	i := sort.Search(n, func(i int) bool { return s.rows[i].height >= h })
	return i, s.rows[i].height == h
}

func keyOf(id *protocol.ArtifactID) uint16 { return binary.LittleEndian.Uint16(id[:2]) }

func (s *Shelf[T]) get(h protocol.Height, id protocol.ArtifactID) *Held[T] {
	if i, ok := s.find(h); ok {
		if j := s.rows[i].index(&id); j >= 0 {
			return &s.rows[i].items[j]
		}
	}
	return nil
}

// add reports whether the artifact is new.
func (s *Shelf[T]) add(a T, at origin) bool {
	h, id := a.Height(), a.ID()
	i, ok := s.find(h)
	if !ok {
		s.rows = slices.Insert(s.rows, i, s.row(h, i))
	} else if s.rows[i].index(&id) >= 0 {
		return false
	}
	row := &s.rows[i]
	row.items = append(row.items, Held[T]{Artifact: a, Time: at.Now, Instant: at.Instant, from: at.from})
	row.keys = append(row.keys, keyOf(&id))
	s.count++
	return true
}

// row gives an empty row, to be row i. One that was in use before is taken first; a new one gets the greatest length below it, for
// heights are much alike and most rows stay for a DKG interval. The nearest rows may not be full yet.
func (s *Shelf[T]) row(h protocol.Height, i int) (row shelfRow[T]) {
	if n := len(s.free); n > 0 {
		row, s.free = s.free[n-1], s.free[:n-1]
		row.height = h
		return row
	}
	const looked, most = 8, 64
	usual := 0
	for _, below := range s.rows[max(i-looked, 0):i] {
		usual = max(usual, len(below.items))
	}
	usual = min(usual, most)
	return shelfRow[T]{height: h, items: make([]Held[T], 0, usual), keys: make([]uint16, 0, usual)}
}

func (s *Shelf[T]) remove(h protocol.Height, id protocol.ArtifactID) (held Held[T], ok bool) {
	i, ok := s.find(h)
	if !ok {
		return held, false
	}
	row := &s.rows[i]
	j := row.index(&id)
	if j < 0 {
		return held, false
	}
	held = row.items[j]
	row.items, row.keys = slices.Delete(row.items, j, j+1), slices.Delete(row.keys, j, j+1)
	if len(row.items) == 0 {
		s.release(*row)
		s.rows = slices.Delete(s.rows, i, i+1)
	}
	s.count--
	return held, true
}

// purgeBelow removes everything under a height and shows it to gone.
func (s *Shelf[T]) purgeBelow(h protocol.Height, gone func(protocol.Artifact)) {
	n, _ := s.find(h)
	if n == 0 {
		return
	}
	for i := range s.rows[:n] {
		items := s.rows[i].items
		for j := range items {
			gone(items[j].Artifact)
		}
		s.count -= len(items)
		clear(items)
		s.release(s.rows[i])
	}
	s.rows = slices.Delete(s.rows, 0, n)
}

// release keeps an emptied row's memory for the next height. A few are enough: rows come and go one by one, except
// when a catch-up package lets go of hundreds.
func (s *Shelf[T]) release(row shelfRow[T]) {
	const kept = 8
	if len(s.free) < kept {
		s.free = append(s.free, shelfRow[T]{items: row.items[:0], keys: row.keys[:0]})
	}
}

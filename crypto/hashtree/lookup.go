package hashtree

// A Result says what a lookup learnt.
type Result uint8

// The results of the interface specification ("Lookup"). Only Found comes with a value.
const (
	Unknown Result = iota // pruned: it may be there or not
	Found                 // there it is
	Absent                // proven not to be there
	Error                 // the path names a directory, not a leaf
)

func (r Result) String() string {
	switch r {
	case Unknown:
		return "unknown"
	case Found:
		return "found"
	case Absent:
		return "absent"
	default:
		return "error"
	}
}

// Lookup finds the leaf at a path. The tree must be WellFormed; those of Witness and Decode are.
func (m *Mixed) Lookup(path ...Label) (value []byte, result Result) {
	at, result := m.Subtree(path...)
	if result != Found {
		return nil, result
	}
	switch at.kind {
	case kindEmpty:
		return nil, Absent
	case kindLeaf:
		return at.value, Found
	case kindPruned:
		return nil, Unknown
	default:
		return nil, Error
	}
}

// Subtree finds whatever stands at a path: the result is Found, Absent or Unknown. What is Found
// may itself be pruned.
func (m *Mixed) Subtree(path ...Label) (at *Mixed, result Result) {
	for _, label := range path {
		if m, result = m.find(label); result != Found {
			return nil, result
		}
	}
	return m, Found
}

// find looks for a label in a directory: absence is proven by two neighbours between which nothing
// is pruned, an end of the directory counting as one, or by a leaf or nothing standing there.
func (m *Mixed) find(label Label) (below *Mixed, result Result) {
	s := search{label: label}
	s.through(m)
	switch {
	case s.below != nil:
		return s.below, Found
	case s.hidden:
		return nil, Unknown
	default:
		return nil, Absent
	}
}

// A search goes through the members of a directory from left to right.
type search struct {
	label  Label
	below  *Mixed // what the label names
	hidden bool   // a pruned member may hold it
}

// through returns false when the search is over.
func (s *search) through(m *Mixed) bool {
	switch m.kind {
	case kindFork:
		return s.through(m.left) && s.through(m.right)
	case kindPruned:
		s.hidden = true
	case kindLabeled:
		switch {
		case m.label < s.label:
			s.hidden = false // whatever was pruned before lies before this label
		case m.label == s.label:
			s.below = m.left
			return false
		default:
			return false
		}
	}
	return true
}

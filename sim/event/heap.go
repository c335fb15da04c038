package event

// An entryHeap is a priority queue in which each entry has four children: fewer levels than two, and siblings
// that lie together.
type entryHeap[P any] []entry[P]

func (h *entryHeap[P]) push(e entry[P]) {
	*h = append(*h, e)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(&s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = e
}

// pop removes the least event of a heap that is not empty.
func (h *entryHeap[P]) pop() *Event[P] {
	s := *h
	least := s[0].ev
	n := len(s) - 1
	last := s[n]
	s = s[:n]
	*h = s
	if n == 0 {
		return least
	}
	i := 0
	for child := 1; child < n; child = 4*i + 1 {
		for c, end := child+1, min(child+4, n); c < end; c++ {
			if s[c].before(&s[child]) {
				child = c
			}
		}
		if !s[child].before(&last) {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = last
	return least
}

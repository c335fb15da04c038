package event

// A valueHeap is a priority queue of values in which each has four children: fewer levels than two, and siblings
// that lie together.
type valueHeap[P any] []Event[P]

func (h *valueHeap[P]) push(ev *Event[P]) {
	*h = append(*h, *ev)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !ev.Before(&s[parent].Key) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = *ev
}

// pop moves the least event of a heap that is not empty into ev.
func (h *valueHeap[P]) pop(ev *Event[P]) {
	s := *h
	*ev = s[0]
	n := len(s) - 1
	last := s[n]
	s[n] = Event[P]{}
	s = s[:n]
	*h = s
	if n == 0 {
		return
	}
	i := 0
	for child := 1; child < n; child = 4*i + 1 {
		for c, end := child+1, min(child+4, n); c < end; c++ {
			if s[c].Before(&s[child].Key) {
				child = c
			}
		}
		if !s[child].Before(&last.Key) {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = last
}

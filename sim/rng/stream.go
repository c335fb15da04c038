package rng

// A Stream makes the draws of a source one after the other, for owners whose draws have no natural
// index. The zero Stream draws from the zero Source: make one with Source.Stream.
type Stream struct {
	source Source
	next   uint64
}

// Stream starts a sequence of its own below s: it does not repeat what s.At gives.
func (s Source) Stream() Stream { return Stream{source: s.Split("stream")} }

// Next makes the next draw.
func (s *Stream) Next() Draw {
	d := s.source.At(s.next)
	s.next++
	return d
}

// Shuffle permutes n elements, each order being equally likely, by swapping (Fisher and Yates).
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, s.Next().IntN(i+1))
	}
}

// Perm gives the numbers below n in a random order.
func (s *Stream) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	s.Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

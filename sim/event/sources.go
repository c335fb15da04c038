package event

import "icsim/sim/rng"

// sources number the events of all parties.
type sources struct {
	list []source
	ties rng.Source
}

// A source counts the events that one party has scheduled.
type source struct {
	tie   uint64 // distinguishes the ties of this source
	count uint64
}

func newSources(seed uint64) sources { return sources{ties: rng.Root(seed).Split("tie")} }

// grow makes room for the sources below n.
func (s *sources) grow(n int) {
	for id := len(s.list); id < n; id++ {
		s.list = append(s.list, source{tie: s.ties.Split("source", uint64(id)).At(0).Uint64()})
	}
}

// rekey lets a new seed decide ties. What has its key keeps it.
func (s *sources) rekey(seed rng.Source) {
	s.ties = seed.Split("tie")
	for id := range s.list {
		s.list[id].tie = s.ties.Split("source", uint64(id)).At(0).Uint64()
	}
}

// of gives a source by its number.
func (s *sources) of(src uint32) *source {
	if int(src) >= len(s.list) {
		s.grow(int(src) + 1)
	}
	return &s.list[src]
}

// number gives the source's next event its place in the order.
func (s *source) number(k *Key) {
	k.Tie, k.Seq = mix(s.tie+s.count*weyl), s.count
	s.count++
}

// weyl and mix are SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
const weyl = 0x9E3779B97F4A7C15

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

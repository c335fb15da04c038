package page

import (
	"math/bits"
	"time"

	"icsim/sim"
)

// A meter makes rates of counts, between two snapshots a second or more apart.
type meter struct {
	speed  float64   // virtual over real time
	bytes  []float64 // a second, by node
	links  [][3]int  // on the map: subnet or −1, two places
	levels []byte    // of traffic, by link
	known  map[[3]int]int
	base   counts
	stood  bool // when it was last looked at
}

// counts are what a snapshot counts.
type counts struct {
	taken    bool
	at       time.Duration
	real     time.Time
	bytes    []uint64
	messages []uint64 // by link of the map
}

// span is the virtual time that rates are measured over, at least.
const span = time.Second

// acrossSubnets stands for the links between nodes of two subnets.
const acrossSubnets = -1

// measure takes a snapshot.
func (m *meter) measure(s *sim.Snapshot, paused bool, now time.Time) {
	if m.known == nil {
		m.known = map[[3]int]int{}
		m.bytes = make([]float64, len(s.Nodes))
	}
	c := counts{taken: true, at: s.At, real: now}
	for i := range s.Nodes {
		c.bytes = append(c.bytes, s.Nodes[i].SentBytes)
	}
	c.messages = m.group(s)
	switch passed := c.at - m.base.at; {
	case !m.base.taken, m.stood && !paused && passed < span: // real time begins to count now
		m.base = c
	case passed >= span:
		m.rate(&c, passed)
		m.base = c
	}
	if real := now.Sub(m.base.real); real > 0 && (paused || real > 2*time.Second) {
		m.speed = (c.at - m.base.at).Seconds() / real.Seconds()
	}
	if m.stood = paused; paused {
		m.speed = 0
	}
}

// group adds up what left on the links between two places.
func (m *meter) group(s *sim.Snapshot) []uint64 {
	sums := make([]uint64, len(m.links))
	for _, l := range s.Links {
		from, to := &s.Nodes[l.From], &s.Nodes[l.To]
		key := [3]int{from.Subnet, min(from.Place, to.Place), max(from.Place, to.Place)}
		if from.Subnet != to.Subnet {
			key[0] = acrossSubnets
		}
		i, ok := m.known[key]
		if !ok {
			i = len(m.links)
			m.known[key] = i
			m.links, m.levels, sums = append(m.links, key), append(m.levels, '0'), append(sums, 0)
		}
		sums[i] += l.Messages
	}
	return sums
}

func (m *meter) rate(c *counts, passed time.Duration) {
	if real := c.real.Sub(m.base.real); real > 0 {
		m.speed = passed.Seconds() / real.Seconds()
	}
	for i := range c.bytes {
		m.bytes[i] = float64(c.bytes[i]-m.base.bytes[i]) / passed.Seconds()
	}
	for i := range c.messages {
		before := uint64(0)
		if i < len(m.base.messages) {
			before = m.base.messages[i]
		}
		perSecond := float64(c.messages[i]-min(before, c.messages[i])) / passed.Seconds() // fewer: a node has left the subnet
		m.levels[i] = '0' + byte(min(bits.Len64(uint64(perSecond+0.9)), 9))
	}
}

func (m *meter) traffic() string { return string(m.levels) }

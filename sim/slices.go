package sim

import (
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/sim/memo"
)

// A shownCut is all that a slice depends on: what it shows, and the certification that fixes what the state has.
type shownCut struct {
	certification protocol.ArtifactID
	cut           messaging.Cut
}

// slicesShared is how many slices of a subnet are remembered, twice as many at most: all nodes of another subnet ask for the same, as
// long as theirs and the state are, for some 47 subnets and a few states.
const slicesShared = 1 << 8

// sharedSlicer is the slicer that the nodes of a subnet share.
func (s *simulation) sharedSlicer(inner messaging.Slicer) messaging.Slicer {
	if s.config.NoShare {
		return inner
	}
	slices := memo.NewCache[shownCut, *protocol.CertifiedStreamSlice](slicesShared)
	return func(state *messaging.State, c *protocol.Certification, cut messaging.Cut) *protocol.CertifiedStreamSlice {
		slice := slices.Do(shownCut{c.ID(), cut}, func() *protocol.CertifiedStreamSlice { return inner(state, c, cut) })
		if slice.Certification == c {
			return slice
		}
		own := *slice // who pulls it verifies each node's certification, though they say the same
		own.Certification = c
		return &own
	}
}

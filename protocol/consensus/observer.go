package consensus

import (
	"fmt"

	"icsim/protocol"
)

// What follows is for who looks at a simulation from outside; no component asks it.

// Makers gives the block makers of a height by rank, 0 to f; nil while they are unknown.
func (r *Reader) Makers(h protocol.Height) []protocol.NodeID {
	o := r.roster(h)
	if o == nil {
		return nil
	}
	return o.ranking[:protocol.FaultsTolerated(len(o.ranking))+1]
}

// Notaries gives the notarization committee of a height, ascending, and how many of it notarize or finalize.
func (r *Reader) Notaries(h protocol.Height) (committee []protocol.NodeID, threshold int) {
	o := r.roster(h)
	if o == nil {
		return nil, 0
	}
	for i, n := range o.record.Members {
		if o.notary[i] {
			committee = append(committee, n)
		}
	}
	return committee, o.threshold()
}

// Held says what holds the notary back at notarized height + 1, if it is more than its usual delay; empty: nothing.
func (r *Reader) Held() string {
	notarized, certified := r.NotarizedHeight(), r.env.States.CertifiedHeight()
	switch delay, gate := r.notaryDelay(0); {
	case gate == gateCertification:
		return fmt.Sprintf("notarized height %d is %d above certified height %d: at %d nobody notarizes",
			notarized, notarized-certified, certified, CertificationGapBound)
	case gate == gateCUP:
		return fmt.Sprintf("notarized height %d is %d above height %d, where the next catch-up package belongs: at %d nobody notarizes",
			notarized, above(notarized, r.NextCUPHeight()), r.NextCUPHeight(), CUPGapBound)
	case gate == gateUnknown:
		return fmt.Sprintf("who notarizes height %d is unknown without a newer catch-up package", notarized+1)
	case delay > r.Record(notarized+1).Timing.InitialNotaryDelay:
		return fmt.Sprintf("finalized height %d is ahead of certified height %d: notarization waits for %v",
			r.FinalizedHeight(), certified, delay)
	}
	return ""
}

// Each lists a section's artifacts of one kind: how many there are, from which height to which.
func (s *Section) Each(tell func(kind protocol.ArtifactKind, count int, low, high protocol.Height)) {
	for k := range lastKind + 1 {
		if d := s.drawer(k); d.Len() > 0 {
			tell(k, d.Len(), d.Min(), d.Max())
		}
	}
}

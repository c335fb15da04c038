package consensus

import "icsim/protocol"

// lookAhead is how far above what a node has an artifact may be and still be fetched now (C/priority.rs).
const lookAhead = 10

// Bouncer says whether an artifact is worth fetching (C/priority.rs; reference/protocol.md B, "Bouncer").
//
// Model: the replica keeps a function made of heights up to three seconds old. Here each advert is judged by the heights
// of the moment; what was put off waits for the next refresh, as there.
func (c *Consensus) Bouncer(meta protocol.ArtifactMeta) protocol.Wish {
	r, h := &c.reader, meta.Height
	cup, expected := r.CUPHeight(), c.env.Router.ExpectedBatchHeight()
	if h < min(expected, cup) || meta.Kind > lastKind {
		return protocol.Unwanted
	}
	if meta.Kind == protocol.KindCatchUpPackage {
		return protocol.Wanted
	}
	if h > r.NextCUPHeight()+CUPGapBound {
		return protocol.WantedLater
	}
	switch meta.Kind {
	case protocol.KindRandomBeacon, protocol.KindRandomBeaconShare:
		return wish(h, r.BeaconHeight()+1, r.BeaconHeight()+lookAhead)
	case protocol.KindNotarizationShare:
		return wish(h, r.NotarizedHeight()+1, r.NotarizedHeight()+lookAhead)
	case protocol.KindNotarization, protocol.KindFinalization, protocol.KindFinalizationShare,
		protocol.KindBlockProposal, protocol.KindEquivocationProof:
		return wish(h, r.FinalizedHeight()+1, r.NotarizedHeight()+lookAhead)
	case protocol.KindRandomTape, protocol.KindRandomTapeShare:
		return wish(h, expected, r.FinalizedHeight()+lookAhead)
	default: // catch-up package shares
		return wish(h, cup+1, r.FinalizedHeight())
	}
}

// wish wants heights in [least, most]: lower ones never, higher ones later.
func wish(h, least, most protocol.Height) protocol.Wish {
	switch {
	case h < least:
		return protocol.Unwanted
	case h > most:
		return protocol.WantedLater
	default:
		return protocol.Wanted
	}
}

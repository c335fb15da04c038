package consensus

import "icsim/protocol"

// ValidatedBounds is how many artifacts of each kind an honest node's validated pool holds at most, for n nodes and an
// interval length (C/bounds.rs; reference/protocol.md A.5). The worst case is a chain d heights above the certified
// height, g above a CUP that is not there yet, with an interval and the minimum chain below.
func ValidatedBounds(n int, interval protocol.Height) [lastKind + 1]int {
	f := protocol.FaultsTolerated(n)
	const g, d, e = CUPGapBound, CertificationGapBound, MinimumChainLength
	k := int(interval) + 1
	l := k + e + g + 1
	cups := 2 + e/k + 1
	return [...]int{
		protocol.KindBlockProposal:       (f+1)*d + (l - d) + 1,
		protocol.KindNotarizationShare:   d * (f + 1) * n,
		protocol.KindNotarization:        (f+1)*d + (l - d),
		protocol.KindFinalizationShare:   d * n,
		protocol.KindFinalization:        l,
		protocol.KindRandomBeaconShare:   (l + 1) * n,
		protocol.KindRandomBeacon:        l + 1,
		protocol.KindRandomTapeShare:     (l + 1) * n,
		protocol.KindRandomTape:          l + 1,
		protocol.KindCatchUpPackageShare: cups * n,
		protocol.KindCatchUpPackage:      cups,
		protocol.KindEquivocationProof:   d * (f + 1),
	}
}

// checkBounds notes the size of the validated pool, with a reason if a kind exceeds its bound.
func (r *Reader) checkBounds() {
	note := protocol.Note{
		Kind: protocol.NotePoolSize, Height: r.FinalizedHeight(), Peer: protocol.NoNode, Value: uint64(r.Validated.Len()),
	}
	if kind, exceeded := r.exceeds(); exceeded {
		note.Reason = "validated pool holds too many " + kind.String()
	}
	r.Emit(note)
}

func (r *Reader) exceeds() (protocol.ArtifactKind, bool) {
	record := r.Record(r.NotarizedHeight())
	if record == nil {
		return 0, false
	}
	bounds := ValidatedBounds(len(record.Members), record.DKGIntervalLength)
	for kind, bound := range bounds {
		held := r.Validated.drawer(protocol.ArtifactKind(kind)).Len()
		if held > bound && kind == int(protocol.KindCatchUpPackage) {
			held = r.keptPackages()
		}
		if held > bound {
			return protocol.ArtifactKind(kind), true
		}
	}
	return 0, false
}

// keptPackages counts the packages that the purger is to leave. A node that lags validates as many as have come in one go, before the
// purger has its turn: nothing bounds these (C/bounds.rs says so of its own bound, CON-1454: lagging nodes exceed it).
func (r *Reader) keptPackages() (n int) {
	cups := &r.Validated.CUPs
	for _, row := range cups.rows {
		if row.height+MinimumChainLength >= cups.Max() {
			n += len(row.items)
		}
	}
	return n
}

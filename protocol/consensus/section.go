package consensus

import (
	"fmt"

	"icsim/protocol"
)

// A Section is one half of the pool: the validated or the unvalidated artifacts, a shelf a kind. Components read it;
// only the pool's owner changes it.
type Section struct {
	Proposals          Shelf[*protocol.BlockProposal]
	NotarizationShares Shelf[*protocol.BlockShare]
	Notarizations      Shelf[*protocol.BlockAggregate]
	FinalizationShares Shelf[*protocol.BlockShare]
	Finalizations      Shelf[*protocol.BlockAggregate]
	BeaconShares       Shelf[*protocol.RandomShare]
	Beacons            Shelf[*protocol.Random]
	TapeShares         Shelf[*protocol.RandomShare]
	Tapes              Shelf[*protocol.Random]
	CUPShares          Shelf[*protocol.CatchUpPackageShare]
	CUPs               Shelf[*protocol.CatchUpPackage]
	Proofs             Shelf[*protocol.EquivocationProof]

	full     uint64 // counts changes of artifacts that are no shares
	shares   uint64 // counts changes of shares
	count    int
	counts   [lastKind + 1]int
	versions [lastKind + 1]uint64 // counts changes of each kind
}

// Len is the number of artifacts of all kinds.
func (s *Section) Len() int { return s.count }

// A drawer is what all shelves can do, whatever they hold.
type drawer interface {
	Len() int
	Min() protocol.Height
	Max() protocol.Height
	Has(protocol.Height, protocol.ArtifactID) bool
	purgeBelow(protocol.Height, func(protocol.Artifact))
}

// drawer gives the shelf of a kind.
func (s *Section) drawer(kind protocol.ArtifactKind) drawer {
	switch kind {
	case protocol.KindBlockProposal:
		return &s.Proposals
	case protocol.KindNotarizationShare:
		return &s.NotarizationShares
	case protocol.KindNotarization:
		return &s.Notarizations
	case protocol.KindFinalizationShare:
		return &s.FinalizationShares
	case protocol.KindFinalization:
		return &s.Finalizations
	case protocol.KindRandomBeaconShare:
		return &s.BeaconShares
	case protocol.KindRandomBeacon:
		return &s.Beacons
	case protocol.KindRandomTapeShare:
		return &s.TapeShares
	case protocol.KindRandomTape:
		return &s.Tapes
	case protocol.KindCatchUpPackageShare:
		return &s.CUPShares
	case protocol.KindCatchUpPackage:
		return &s.CUPs
	case protocol.KindEquivocationProof:
		return &s.Proofs
	}
	panic(fmt.Sprintf("consensus: no shelf for %s", kind))
}

// lastKind bounds the kinds that lie in this pool.
const lastKind = protocol.KindEquivocationProof

// add reports whether the artifact is new here.
func (s *Section) add(a protocol.Artifact, at origin) bool {
	kind := a.Kind()
	added := false
	switch a := a.(type) {
	case *protocol.BlockProposal:
		added = s.Proposals.add(a, at)
	case *protocol.BlockShare:
		added = s.blockShares(kind).add(a, at)
	case *protocol.BlockAggregate:
		added = s.aggregates(kind).add(a, at)
	case *protocol.RandomShare:
		added = s.randomShares(kind).add(a, at)
	case *protocol.Random:
		added = s.randoms(kind).add(a, at)
	case *protocol.CatchUpPackageShare:
		added = s.CUPShares.add(a, at)
	case *protocol.CatchUpPackage:
		added = s.CUPs.add(a, at)
	case *protocol.EquivocationProof:
		added = s.Proofs.add(a, at)
	default:
		panic(fmt.Sprintf("consensus: %s is no consensus artifact", kind))
	}
	if added {
		s.changed(kind, 1)
	}
	return added
}

// remove takes an artifact out and tells where it had come from.
func (s *Section) remove(meta *protocol.ArtifactMeta) (at origin, ok bool) {
	switch kind, h, id := meta.Kind, meta.Height, meta.ID; kind {
	case protocol.KindBlockProposal:
		at, ok = take(&s.Proposals, h, id)
	case protocol.KindNotarizationShare, protocol.KindFinalizationShare:
		at, ok = take(s.blockShares(kind), h, id)
	case protocol.KindNotarization, protocol.KindFinalization:
		at, ok = take(s.aggregates(kind), h, id)
	case protocol.KindRandomBeaconShare, protocol.KindRandomTapeShare:
		at, ok = take(s.randomShares(kind), h, id)
	case protocol.KindRandomBeacon, protocol.KindRandomTape:
		at, ok = take(s.randoms(kind), h, id)
	case protocol.KindCatchUpPackageShare:
		at, ok = take(&s.CUPShares, h, id)
	case protocol.KindCatchUpPackage:
		at, ok = take(&s.CUPs, h, id)
	case protocol.KindEquivocationProof:
		at, ok = take(&s.Proofs, h, id)
	}
	if ok {
		s.changed(meta.Kind, -1)
	}
	return at, ok
}

func take[T protocol.Artifact](s *Shelf[T], h protocol.Height, id protocol.ArtifactID) (origin, bool) {
	held, ok := s.remove(h, id)
	return origin{Clock{held.Time, held.Instant}, held.from}, ok
}

func (s *Section) purgeBelow(kind protocol.ArtifactKind, h protocol.Height, gone func(protocol.Artifact)) {
	d := s.drawer(kind)
	before := d.Len()
	d.purgeBelow(h, gone)
	if n := d.Len() - before; n != 0 {
		s.changed(kind, n)
	}
}

func (s *Section) changed(kind protocol.ArtifactKind, n int) {
	s.count += n
	s.counts[kind] += n
	s.versions[kind]++
	if kind.IsShare() {
		s.shares++
	} else {
		s.full++
	}
}

// lookup gives an artifact by kind, height and id, or nil.
func (s *Section) lookup(meta *protocol.ArtifactMeta) protocol.Artifact {
	switch kind, h, id := meta.Kind, meta.Height, meta.ID; kind {
	case protocol.KindBlockProposal:
		return found(s.Proposals.get(h, id))
	case protocol.KindNotarizationShare, protocol.KindFinalizationShare:
		return found(s.blockShares(kind).get(h, id))
	case protocol.KindNotarization, protocol.KindFinalization:
		return found(s.aggregates(kind).get(h, id))
	case protocol.KindRandomBeaconShare, protocol.KindRandomTapeShare:
		return found(s.randomShares(kind).get(h, id))
	case protocol.KindRandomBeacon, protocol.KindRandomTape:
		return found(s.randoms(kind).get(h, id))
	case protocol.KindCatchUpPackageShare:
		return found(s.CUPShares.get(h, id))
	case protocol.KindCatchUpPackage:
		return found(s.CUPs.get(h, id))
	case protocol.KindEquivocationProof:
		return found(s.Proofs.get(h, id))
	}
	return nil
}

func found[T protocol.Artifact](held *Held[T]) protocol.Artifact {
	if held == nil {
		return nil
	}
	return held.Artifact
}

func (s *Section) blockShares(kind protocol.ArtifactKind) *Shelf[*protocol.BlockShare] {
	if kind == protocol.KindNotarizationShare {
		return &s.NotarizationShares
	}
	return &s.FinalizationShares
}

func (s *Section) aggregates(kind protocol.ArtifactKind) *Shelf[*protocol.BlockAggregate] {
	if kind == protocol.KindNotarization {
		return &s.Notarizations
	}
	return &s.Finalizations
}

func (s *Section) randomShares(kind protocol.ArtifactKind) *Shelf[*protocol.RandomShare] {
	if kind == protocol.KindRandomBeaconShare {
		return &s.BeaconShares
	}
	return &s.TapeShares
}

func (s *Section) randoms(kind protocol.ArtifactKind) *Shelf[*protocol.Random] {
	if kind == protocol.KindRandomBeacon {
		return &s.Beacons
	}
	return &s.Tapes
}

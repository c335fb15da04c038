package consensus

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// The purposes that keep the two permutations of a height's nodes apart (rs/crypto/prng/src/lib.rs).
const (
	purposeRanking   = "ic-crypto-prng-blockmaker-ranking"
	purposeCommittee = "ic-crypto-prng-committee-sampling"
)

// rosterCache is how many heights' rosters are remembered, a power of two. Heights in work span a few; a lagging
// node works through them one by one. A roster forgotten is drawn again.
const rosterCache = 64

// A roster says who does what at one height: the nodes in force, shuffled twice by the signed beacon of the height
// before (CU/membership.rs; reference/protocol.md A.1). It never changes once drawn, because the beacon is unique.
type roster struct {
	height  protocol.Height
	drawn   bool
	version protocol.RegistryVersion
	record  *protocol.SubnetRecord
	ranking []protocol.NodeID // by rank
	ranks   []protocol.Rank   // by position in record.Members
	notary  []bool            // by position in record.Members
}

// roster gives the roster of a height, or nil while the beacon before it or its summary is unknown.
func (r *Reader) roster(h protocol.Height) *roster {
	o := &r.rosters[h%rosterCache]
	if o.drawn && o.height == h {
		return o
	}
	if h == 0 {
		return nil
	}
	beacon := r.Beacon(h - 1)
	version, ok := r.RegistryVersion(h)
	if beacon == nil || !ok {
		return nil
	}
	record := r.env.Registry.At(version).Subnet(r.cfg.Subnet)
	n := len(record.Members)
	o.height, o.drawn, o.version, o.record = h, true, version, record
	o.ranks, o.notary = slices.Grow(o.ranks[:0], n)[:n], slices.Grow(o.notary[:0], n)[:n]

	o.shuffle(beacon, purposeCommittee)
	size := protocol.CommitteeSize(n)
	for i, m := range o.ranking {
		o.notary[o.position(m)] = i < size
	}
	o.shuffle(beacon, purposeRanking)
	for i, m := range o.ranking {
		o.ranks[o.position(m)] = protocol.Rank(i)
	}
	return o
}

func (o *roster) shuffle(beacon *protocol.Random, purpose string) {
	o.ranking = shuffled(append(o.ranking[:0], o.record.Members...), beacon.Hash(), purpose)
}

func shuffled(nodes []protocol.NodeID, beacon crypto.Hash, purpose string) []protocol.NodeID {
	rand := protocol.NewRand(beacon, purpose)
	rand.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	return nodes
}

// Ranking gives the members of a subnet by rank at the height after that of a signed beacon.
func Ranking(members []protocol.NodeID, beacon crypto.Hash) []protocol.NodeID {
	return shuffled(slices.Clone(members), beacon, purposeRanking)
}

// position gives a node's place among the members, or −1.
func (o *roster) position(n protocol.NodeID) int {
	if i, ok := slices.BinarySearch(o.record.Members, n); ok {
		return i
	}
	return -1
}

// makerRank gives a node's rank when it may make blocks: only ranks 0 … f may.
func (o *roster) makerRank(n protocol.NodeID) (protocol.Rank, bool) {
	i := o.position(n)
	if i < 0 || int(o.ranks[i]) > protocol.FaultsTolerated(len(o.record.Members)) {
		return 0, false
	}
	return o.ranks[i], true
}

// isNotary reports whether a node is in the notarization committee.
func (o *roster) isNotary(n protocol.NodeID) bool {
	i := o.position(n)
	return i >= 0 && o.notary[i]
}

// threshold is how many notaries make a notarization or finalization: c − f(c) of a committee of c.
func (o *roster) threshold() int {
	size := protocol.CommitteeSize(len(o.record.Members))
	return size - protocol.FaultsTolerated(size)
}

// MakerRank gives a node's rank at a height if it may make blocks there.
func (r *Reader) MakerRank(h protocol.Height, n protocol.NodeID) (protocol.Rank, bool) {
	if o := r.roster(h); o != nil {
		return o.makerRank(n)
	}
	return 0, false
}

// IsNotary reports whether a node is in the notarization committee of a height.
func (r *Reader) IsNotary(h protocol.Height, n protocol.NodeID) bool {
	o := r.roster(h)
	return o != nil && o.isNotary(n)
}

// RegistryVersion is the version in force at a height, known for the interval of the CUP and the one after it, and
// likewise for the highest finalized summary (CU/lib.rs registry_version_at_height, get_active_data_at).
func (r *Reader) RegistryVersion(h protocol.Height) (protocol.RegistryVersion, bool) {
	switch block, next := r.governing(h); {
	case block == nil:
		return 0, false
	case next:
		return block.Context.RegistryVersion, true
	default:
		return block.Payload.Summary.RegistryVersion, true
	}
}

// Transcripts gives the keys that sign at a height; both are nil when they are unknown.
func (r *Reader) Transcripts(h protocol.Height) protocol.Transcripts {
	switch block, next := r.governing(h); {
	case block == nil:
		return protocol.Transcripts{}
	case next:
		return block.Payload.Summary.Next
	default:
		return block.Payload.Summary.Current
	}
}

// governing gives the summary block that knows of a height, and whether the height lies in the interval after the
// one it starts. The CUP is asked first, because tapes and batches lag behind; then the highest finalized summary,
// because without a new CUP the chain must still go on.
//
// Model: finalized heights between the two, of which the replica knows nothing, are looked up in the chain. They exist
// only where intervals are so short that three lie within the 130 heights to the next CUP.
func (r *Reader) governing(h protocol.Height) (block *protocol.Block, next bool) {
	cup := r.cup.Content.Block
	if next, ok := governs(cup.Payload.Summary, h); ok {
		return cup, next
	}
	if next, ok := governs(r.summary.Payload.Summary, h); ok {
		return r.summary, next
	}
	return r.SummaryOfFinalized(h), false
}

func governs(s *protocol.Summary, h protocol.Height) (next, ok bool) {
	if s.Covers(h) {
		return false, true
	}
	start := s.NextStart()
	return true, h >= start && h <= start+s.NextIntervalLength
}

// Record gives the subnet's record in force at a height, or nil.
func (r *Reader) Record(h protocol.Height) *protocol.SubnetRecord {
	if o := &r.rosters[h%rosterCache]; o.drawn && o.height == h {
		return o.record
	}
	version, ok := r.RegistryVersion(h)
	if !ok {
		return nil
	}
	return r.env.Registry.At(version).Subnet(r.cfg.Subnet)
}

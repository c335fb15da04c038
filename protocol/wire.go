package protocol

import (
	"encoding/binary"
	"fmt"

	"icsim/crypto"
)

// prefix makes a fingerprint of a hash.
func prefix(h [32]byte) uint64 { return binary.BigEndian.Uint64(h[:8]) }

// laneOf gives the lane that handles artifacts of a kind.
func laneOf(k ArtifactKind) Lane {
	switch k {
	case KindCertificationShare, KindCertification:
		return LaneCertification
	case KindIngress:
		return LaneIngress
	case KindOutcallShare:
		return LaneOutcalls
	case KindDealing:
		return LaneDKG
	case KindIDKGDealing, KindIDKGSupport, KindIDKGComplaint, KindIDKGOpening, KindSignatureShare, KindKeyShare:
		return LaneIDKG
	}
	return LaneConsensus
}

// ArtifactMeta is what an advert tells: enough to decide whether to fetch.
type ArtifactMeta struct {
	ID      ArtifactID
	Kind    ArtifactKind
	Height  Height
	Expiry  Time      // of ingress
	Outcall OutcallID // of a share of an outcall
}

// MetaOf gives an artifact's meta.
func MetaOf(a Artifact) ArtifactMeta {
	m := ArtifactMeta{ID: a.ID(), Kind: a.Kind(), Height: a.Height()}
	switch a := a.(type) {
	case *SignedIngress:
		m.Expiry = a.Content.Expiry
	case *OutcallShare:
		m.Outcall = a.Metadata.ID
	}
	return m
}

// A SlotUpdate says that a slot of the sender's table now holds an artifact; the artifact comes along when it is
// pushed, and stays with the sender when it is only advertised (reference/protocol.md B).
type SlotUpdate struct {
	Slot     uint32
	Commit   uint64 // counts the sender's updates of this kind's table
	Meta     ArtifactMeta
	Artifact Artifact // nil in an advert
}

func (u *SlotUpdate) Lane() Lane          { return laneOf(u.Meta.Kind) }
func (u *SlotUpdate) Fingerprint() uint64 { return prefix(u.Meta.ID) ^ u.Commit }

// Size is the wire size: proposals travel stripped of ingress.
func (u *SlotUpdate) Size() int {
	const header = 24
	switch a := u.Artifact.(type) {
	case nil:
		return header + SizeHash + 16
	case *BlockProposal:
		return header + a.StrippedSize()
	default:
		return header + a.Size()
	}
}

func (u *SlotUpdate) String() string {
	if u.Artifact == nil {
		return fmt.Sprintf("advert %s@%d %s", u.Meta.Kind, u.Meta.Height, u.Meta.ID)
	}
	return "push " + Describe(u.Artifact)
}

// A FetchRequest asks a peer for an advertised artifact, or for ingress messages of a proposal.
type FetchRequest struct {
	Meta ArtifactMeta
	// Ingress, if not empty, asks for these messages of proposal Meta.ID instead of the whole artifact: the
	// receiver of a stripped block lacks them.
	Ingress []MessageID
	Serial  uint64 // echoed by the reply
}

func (r *FetchRequest) Lane() Lane          { return LaneTransport }
func (r *FetchRequest) Size() int           { return 64 + SizeHash*len(r.Ingress) }
func (r *FetchRequest) Fingerprint() uint64 { return prefix(r.Meta.ID) ^ r.Serial }
func (r *FetchRequest) String() string {
	return fmt.Sprintf("fetch %s@%d %s (%d ingress)", r.Meta.Kind, r.Meta.Height, r.Meta.ID, len(r.Ingress))
}

// A FetchReply answers a FetchRequest, in the lane of the pool that asked. Artifact is nil when the peer no longer
// has it.
type FetchReply struct {
	Meta     ArtifactMeta
	Artifact Artifact
	Ingress  []*SignedIngress
	Serial   uint64
}

func (r *FetchReply) Lane() Lane          { return laneOf(r.Meta.Kind) }
func (r *FetchReply) Fingerprint() uint64 { return prefix(r.Meta.ID) ^ r.Serial }
func (r *FetchReply) String() string {
	return fmt.Sprintf("fetched %s@%d %s (%d ingress)", r.Meta.Kind, r.Meta.Height, r.Meta.ID, len(r.Ingress))
}

func (r *FetchReply) Size() int {
	size := 64
	switch a := r.Artifact.(type) {
	case nil:
	case *BlockProposal:
		size += a.StrippedSize()
	default:
		size += a.Size()
	}
	for _, m := range r.Ingress {
		size += m.Size()
	}
	return size
}

// A PeerChange tells a node that a connection with a peer came up or went down. Every lane that broadcasts gets
// its own.
type PeerChange struct {
	At   Lane
	Peer NodeID
	Conn uint32 // which one
	Up   bool
	Left bool // not Up: this node keeps no connection with the peer any more
}

func (c *PeerChange) Lane() Lane          { return c.At }
func (c *PeerChange) Size() int           { return 0 }
func (c *PeerChange) Fingerprint() uint64 { return uint64(c.Peer)<<32 ^ uint64(c.Conn)<<1 }
func (c *PeerChange) String() string {
	if c.Up {
		return fmt.Sprintf("peer %s up (connection %d)", c.Peer, c.Conn)
	}
	return fmt.Sprintf("peer %s down", c.Peer)
}

// A StreamPull asks a node of another subnet for a certified slice of the stream to subnet To. The messages
// [WitnessBegin, MessageBegin) the puller has already; it only wants them covered by the witness.
type StreamPull struct {
	To           SubnetID // the puller's subnet
	WitnessBegin StreamIndex
	MessageBegin StreamIndex
	ByteLimit    int
	Serial       uint64
}

func (p *StreamPull) Lane() Lane          { return LaneXNet }
func (p *StreamPull) Size() int           { return 200 }
func (p *StreamPull) Fingerprint() uint64 { return uint64(p.MessageBegin)<<16 ^ p.Serial }
func (p *StreamPull) String() string      { return fmt.Sprintf("pull stream from %d", p.MessageBegin) }

// A StreamReply answers a StreamPull. Slice is nil when there is none to give.
type StreamReply struct {
	From   SubnetID
	Slice  *CertifiedStreamSlice
	Serial uint64
}

func (r *StreamReply) Lane() Lane { return LaneXNet }

func (r *StreamReply) Size() int {
	if r.Slice == nil {
		return 100
	}
	return 100 + r.Slice.Size()
}

func (r *StreamReply) Fingerprint() uint64 {
	if r.Slice == nil {
		return r.Serial
	}
	return prefix(r.Slice.Hash) ^ r.Serial
}

func (r *StreamReply) String() string {
	if r.Slice == nil {
		return fmt.Sprintf("no slice from %s", r.From)
	}
	return fmt.Sprintf("slice from %s [%d,%d)", r.From, r.Slice.MessagesBegin, r.Slice.MessagesEnd())
}

// Messages between the lanes of one node.

// A BatchReady brings finalized batches to the execution lane.
type BatchReady struct{ Batch *Batch }

func (b *BatchReady) Lane() Lane          { return LaneExecution }
func (b *BatchReady) Size() int           { return 0 }
func (b *BatchReady) Fingerprint() uint64 { return prefix(b.Batch.BlockHash) }
func (b *BatchReady) String() string      { return fmt.Sprintf("batch %d", b.Batch.Height) }

// A RegistryNews tells a node's orchestrator that a poll of its has brought a registry version.
//
// Model: the replica's parts poll for ever. Here who has nothing to follow is woken by what its poll would have found.
type RegistryNews struct{ Version RegistryVersion }

func (n *RegistryNews) Lane() Lane          { return LaneOrchestrator }
func (n *RegistryNews) Size() int           { return 0 }
func (n *RegistryNews) Fingerprint() uint64 { return uint64(n.Version) }
func (n *RegistryNews) String() string      { return fmt.Sprintf("registry version %d", n.Version) }

// A Poke wakes a lane because another lane of the node has something new for it.
type Poke struct {
	At     Lane
	Reason string // a constant
	Hash   crypto.Hash
}

func (p *Poke) Lane() Lane          { return p.At }
func (p *Poke) Size() int           { return 0 }
func (p *Poke) Fingerprint() uint64 { return prefix(p.Hash) }
func (p *Poke) String() string      { return p.Reason }

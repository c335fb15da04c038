package protocol

import "fmt"

// A Checkpoint is a state that is on disk with its files. Package messaging implements it.
type Checkpoint interface {
	Height() Height
	Files() *Manifest
}

// A StateWish tells peers that the sender fetches a checkpoint: who has it advertises it.
type StateWish struct {
	AtHeight Height
	Root     StateHash // of its manifest
}

func (w *StateWish) Lane() Lane          { return LaneStateSync }
func (w *StateWish) Size() int           { return 48 }
func (w *StateWish) Fingerprint() uint64 { return prefix(w.Root) ^ uint64(w.AtHeight) }
func (w *StateWish) String() string      { return fmt.Sprintf("wish for state %d %s", w.AtHeight, w.Root) }

// A StateAdvert offers a checkpoint (rs/p2p/state_sync_manager: the id of a state is its height and root hash).
type StateAdvert struct {
	AtHeight Height
	Root     StateHash
}

func (a *StateAdvert) Lane() Lane          { return LaneStateSync }
func (a *StateAdvert) Size() int           { return 48 }
func (a *StateAdvert) Fingerprint() uint64 { return ^(prefix(a.Root) ^ uint64(a.AtHeight)) }
func (a *StateAdvert) String() string {
	return fmt.Sprintf("advert of state %d %s", a.AtHeight, a.Root)
}

// A ChunkRequest asks for a part of an advertised checkpoint.
type ChunkRequest struct {
	AtHeight Height
	Root     StateHash
	ID       ChunkID
	Serial   uint64 // echoed by the reply
}

func (r *ChunkRequest) Lane() Lane          { return LaneStateSync }
func (r *ChunkRequest) Size() int           { return 64 }
func (r *ChunkRequest) Fingerprint() uint64 { return prefix(r.Root) ^ uint64(r.ID)<<32 ^ r.Serial }
func (r *ChunkRequest) String() string      { return fmt.Sprintf("chunk %d of state %d?", r.ID, r.AtHeight) }

// A ChunkReply answers a ChunkRequest. Nobody believes Bytes without their hash.
//
// Model: chunks are not compressed; the replica uses zstd.
type ChunkReply struct {
	AtHeight Height
	ID       ChunkID
	Serial   uint64
	Absent   bool // the sender does not have it
	Bytes    []byte
	// State comes with the meta-manifest.
	//
	// Model: it stands in for decoding the files. Who has fetched and verified each of their bytes takes this value, which all share,
	// after finding that its manifest is the one signed; before that nobody looks into it.
	State Checkpoint
}

func (r *ChunkReply) Lane() Lane { return LaneStateSync }
func (r *ChunkReply) Size() int  { return 64 + len(r.Bytes) }

// Fingerprint takes the length of the bytes for them: their hash would cost as much as receiving them.
func (r *ChunkReply) Fingerprint() uint64 {
	return uint64(r.AtHeight)<<48 ^ uint64(r.ID)<<16 ^ r.Serial<<1 ^ uint64(len(r.Bytes))<<40
}

func (r *ChunkReply) String() string {
	if r.Absent {
		return fmt.Sprintf("no chunk %d of state %d", r.ID, r.AtHeight)
	}
	return fmt.Sprintf("chunk %d of state %d, %d bytes", r.ID, r.AtHeight, len(r.Bytes))
}

// Stream tells which stream the reply comes on: that of its request.
func (r *ChunkReply) Stream() uint64 { return r.Serial }

// A StopSending ends the stream of a request that was given up: what the network still holds of the reply is not sent. The replica drops
// the call (rs/p2p/state_sync_manager, ongoing.rs: a timeout, a cancelled sync) and with it the stream's receiving end, for which QUIC
// sends a frame of this name (RFC 9000, 3.5).
type StopSending struct{ Stream uint64 }

func (s *StopSending) Lane() Lane          { return LaneStateSync }
func (s *StopSending) Size() int           { return 16 }
func (s *StopSending) Fingerprint() uint64 { return s.Stream }
func (s *StopSending) String() string      { return fmt.Sprintf("stop sending %d", s.Stream) }

// A CUPRequest asks a peer for its highest catch-up package, as the orchestrator of a node does that starts (section F).
type CUPRequest struct{ Serial uint64 }

func (r *CUPRequest) Lane() Lane          { return LaneStateSync }
func (r *CUPRequest) Size() int           { return 200 }
func (r *CUPRequest) Fingerprint() uint64 { return r.Serial }
func (r *CUPRequest) String() string      { return "catch-up package?" }

// A CUPReply answers a CUPRequest.
type CUPReply struct {
	CUP    *CatchUpPackage
	Serial uint64
}

func (r *CUPReply) Lane() Lane          { return LaneStateSync }
func (r *CUPReply) Size() int           { return 100 + r.CUP.Size() }
func (r *CUPReply) Fingerprint() uint64 { return prefix(r.CUP.ID()) ^ r.Serial }
func (r *CUPReply) String() string      { return Describe(r.CUP) }

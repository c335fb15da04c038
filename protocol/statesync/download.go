package statesync

import (
	"fmt"
	"slices"
	"time"

	"icsim/crypto"
	"icsim/protocol"
)

const (
	// Parallel is how many chunks of a peer are under way at once (ongoing.rs, PARALLEL_CHUNK_DOWNLOADS).
	Parallel = 10
	// Timeout is how long a chunk may take (ongoing.rs, CHUNK_DOWNLOAD_TIMEOUT).
	Timeout = 10 * time.Second
	// AdvertPeriod is how often a node advertises its checkpoints, and here how often it is asked to.
	AdvertPeriod = 5 * time.Second
)

// A Target is the state of a catch-up package.
type Target struct {
	Height protocol.Height
	Root   protocol.StateHash
}

// A stage is what is being fetched.
type stage uint8

const (
	idle stage = iota
	fetchingMeta
	fetchingManifest
	fetchingState
)

// A Download is one node's receiving end. One state at a time is fetched.
type Download struct {
	node protocol.NodeID
	rand *protocol.Rand

	target Target
	stage  stage
	peers  []source
	liars  []protocol.NodeID
	open   []request
	queue  []protocol.ChunkID // to be asked for
	serial uint64
	wish   protocol.Time // when peers are asked again to advertise

	hashes   []crypto.Hash // of the manifest's pieces
	pieces   [][]byte
	manifest *protocol.Manifest
	parts    map[protocol.ChunkID]protocol.Part
	state    protocol.Checkpoint

	held    map[crypto.Hash]bool // chunks that the node has: of its checkpoint, and fetched since
	fetched uint64               // bytes, of this sync
	reused  uint64
}

// A source is a peer that advertises the state.
type source struct {
	node protocol.NodeID
	open int
}

// A request is a chunk on its way.
type request struct {
	id       protocol.ChunkID
	peer     protocol.NodeID
	serial   uint64
	deadline protocol.Time
}

// NewDownload makes the receiving end of a node; rand picks whom to ask.
func NewDownload(node protocol.NodeID, rand *protocol.Rand) *Download {
	return &Download{node: node, rand: rand, held: map[crypto.Hash]bool{}}
}

// Want begins to fetch a state, unless it is under way or a higher one is. base is the manifest of the node's own newest checkpoint, nil if
// it has none. What was fetched for an older target stays of use (rs/state_manager/src/state_sync/chunkable/cache.rs).
func (d *Download) Want(t Target, base *protocol.Manifest, out *protocol.Outputs) {
	if d.stage != idle && t.Height <= d.target.Height {
		return
	}
	if base != nil {
		for i := range base.Files {
			for _, hash := range base.Files[i].Chunks {
				d.held[hash] = true
			}
		}
	}
	for i := range d.open {
		d.open[i].giveUp(out)
	}
	held := d.held
	*d = Download{
		node: d.node, rand: d.rand, serial: d.serial, held: held,
		target: t, stage: fetchingMeta, queue: []protocol.ChunkID{protocol.MetaManifestChunk},
	}
	out.Emit(protocol.Note{Kind: protocol.NoteSyncStarted, Height: t.Height, Hash: crypto.Hash(t.Root), Peer: protocol.NoNode})
}

// Target is the state being fetched; false when there is none.
func (d *Download) Target() (Target, bool) { return d.target, d.stage != idle }

// Advert notes that a peer has a state.
func (d *Download) Advert(from protocol.NodeID, a *protocol.StateAdvert) {
	if d.stage == idle || a.AtHeight != d.target.Height || a.Root != d.target.Root || slices.Contains(d.liars, from) {
		return
	}
	if i, known := d.find(from); !known {
		s := source{node: from}
		for j := range d.open { // a peer that was left out while it had more to answer
			if d.open[j].peer == from {
				s.open++
			}
		}
		d.peers = slices.Insert(d.peers, i, s)
	}
}

func (d *Download) find(peer protocol.NodeID) (int, bool) {
	return slices.BinarySearchFunc(d.peers, peer, func(s source, n protocol.NodeID) int { return int(s.node) - int(n) })
}

// Step asks for what is missing, again where there was no answer in time. up are the peers that are connected. It gives the state once it
// is there as a whole, and is idle then.
func (d *Download) Step(now protocol.Time, up []protocol.NodeID, out *protocol.Outputs) protocol.Checkpoint {
	if d.stage == idle {
		return nil
	}
	d.expire(now, out)
	if now >= d.wish {
		if d.wish = now.Add(AdvertPeriod); len(up) == 0 {
			d.wish = now.Add(time.Second)
		} else {
			out.Send(up, &protocol.StateWish{AtHeight: d.target.Height, Root: d.target.Root})
		}
	}
	for len(d.queue) == 0 && len(d.open) == 0 {
		if d.advance(out); d.stage == idle {
			s := d.state
			*d = Download{node: d.node, rand: d.rand, serial: d.serial, held: map[crypto.Hash]bool{}}
			return s
		}
	}
	d.ask(now, out)
	return nil
}

// NextWake is when Step has something to do if nothing arrives.
func (d *Download) NextWake() protocol.Time {
	if d.stage == idle {
		return protocol.Never
	}
	wake := d.wish
	for i := range d.open {
		wake = min(wake, d.open[i].deadline)
	}
	return wake
}

func (d *Download) broken(format string, args ...any) {
	panic(fmt.Sprintf("statesync: node %s, state %d: ", d.node, d.target.Height) + fmt.Sprintf(format, args...))
}

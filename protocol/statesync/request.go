package statesync

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// ask sends requests while there is something to ask for and somebody to ask.
func (d *Download) ask(now protocol.Time, out *protocol.Outputs) {
	for len(d.queue) > 0 {
		i := d.pick()
		if i < 0 {
			return
		}
		peer := &d.peers[i]
		peer.open++
		d.serial++
		r := &protocol.ChunkRequest{AtHeight: d.target.Height, Root: d.target.Root, ID: d.queue[0], Serial: d.serial}
		d.queue = d.queue[1:]
		d.open = append(d.open, request{id: r.ID, peer: peer.node, serial: r.Serial, deadline: now.Add(Timeout)})
		out.Send([]protocol.NodeID{peer.node}, r)
	}
}

// pick draws a peer, each with a weight that falls with its open requests (ongoing.rs, spawn_chunk_downloads); −1 if all are busy.
//
// Model: the replica bounds the requests to all peers together, by Parallel times their number; here each peer is held to Parallel.
func (d *Download) pick() int {
	most, total := 0, 0
	for i := range d.peers {
		most = max(most, d.peers[i].open)
	}
	for i := range d.peers {
		total += d.peers[i].weight(most)
	}
	if total == 0 {
		return -1
	}
	at := int(d.rand.Below(uint64(total)))
	for i := range d.peers {
		if at -= d.peers[i].weight(most); at < 0 {
			return i
		}
	}
	return -1
}

func (s *source) weight(most int) int {
	if s.open >= Parallel {
		return 0
	}
	return most - s.open + 1
}

// expire gives up requests whose time is over, and leaves their peers out until they advertise again.
func (d *Download) expire(now protocol.Time, out *protocol.Outputs) {
	for i := 0; i < len(d.open); {
		if d.open[i].deadline > now {
			i++
			continue
		}
		r := d.close(i)
		r.giveUp(out)
		d.queue = append(d.queue, r.id)
		d.leave(r.peer)
	}
}

// close ends a request.
func (d *Download) close(i int) request {
	r := d.open[i]
	d.open = slices.Delete(d.open, i, i+1)
	if p, ok := d.find(r.peer); ok {
		d.peers[p].open = max(0, d.peers[p].open-1)
	}
	return r
}

// giveUp tells the peer that nobody waits for the answer. Were it sent all the same, answers that come too late would keep those behind
// them from coming in time, for ever.
func (r *request) giveUp(out *protocol.Outputs) {
	out.Send([]protocol.NodeID{r.peer}, &protocol.StopSending{Stream: r.serial})
}

// leave takes a peer off the list of those to ask.
func (d *Download) leave(peer protocol.NodeID) {
	if i, ok := d.find(peer); ok {
		d.peers = slices.Delete(d.peers, i, i+1)
	}
}

// Reply takes a peer's answer. One to a request that was given up is dropped.
func (d *Download) Reply(from protocol.NodeID, r *protocol.ChunkReply, out *protocol.Outputs) {
	i := slices.IndexFunc(d.open, func(q request) bool { return q.serial == r.Serial && q.peer == from && q.id == r.ID })
	if i < 0 {
		return
	}
	d.close(i)
	if r.Absent {
		d.queue = append(d.queue, r.ID)
		d.leave(from)
		return
	}
	out.Meter.Charge(protocol.OpHashByte, len(r.Bytes))
	if !d.accept(r) {
		d.queue = append(d.queue, r.ID)
		d.leave(from)
		d.liars = append(d.liars, from)
		out.Emit(protocol.Note{
			Kind: protocol.NoteBadChunk, Height: d.target.Height, Hash: crypto.Hash(d.target.Root), Peer: from, Value: uint64(r.ID),
		})
		return
	}
	d.fetched += uint64(len(r.Bytes))
	out.Meter.Charge(protocol.OpDiskByte, len(r.Bytes)) // into the scratchpad
}

// accept holds an answer against the hashes that are known of it, and keeps it if it is right.
func (d *Download) accept(r *protocol.ChunkReply) bool {
	switch {
	case r.ID == protocol.MetaManifestChunk:
		return d.acceptMeta(r)
	case r.ID >= protocol.ManifestChunks:
		i := r.ID - protocol.ManifestChunks
		if protocol.SubManifestHash(r.Bytes) != d.hashes[i] {
			return false
		}
		d.pieces[i] = r.Bytes
		return true
	}
	rest := r.Bytes
	refs := d.parts[r.ID].Chunks
	for _, c := range refs {
		f := &d.manifest.Files[c.File]
		n := f.ChunkLen(c.Chunk)
		if n > len(rest) || crypto.SumChunk(rest[:n]) != f.Chunks[c.Chunk] {
			return false
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return false
	}
	for _, c := range refs {
		d.held[d.manifest.Files[c.File].Chunks[c.Chunk]] = true
	}
	return true
}

func (d *Download) acceptMeta(r *protocol.ChunkReply) bool {
	if protocol.MetaManifestRoot(r.Bytes) != d.target.Root || r.State == nil ||
		r.State.Height() != d.target.Height || r.State.Files().Root() != d.target.Root {
		return false
	}
	hashes, err := protocol.DecodeMeta(r.Bytes)
	if err != nil {
		d.broken("the subnet signed a %v", err)
	}
	d.hashes, d.state = hashes, r.State
	return true
}

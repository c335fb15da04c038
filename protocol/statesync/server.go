package statesync

import (
	"slices"

	"icsim/protocol"
)

// interest is how long a checkpoint is kept, and advertised, for a peer that is not heard of: three wishes may get lost.
const interest = 4 * AdvertPeriod

// Checkpoints are what a node can serve. A pinned one is not deleted.
type Checkpoints interface {
	Serves(protocol.Height) protocol.Checkpoint // nil: not there
	Pin(protocol.Height)
	Unpin(protocol.Height)
}

// A Server is one node's giving end.
type Server struct {
	store  Checkpoints
	phase  protocol.Time // of its adverts in AdvertPeriod
	askers []asker       // in the order in which they came
	due    protocol.Time // of the next adverts; Never when nobody asks
	served []served
}

// An asker is a peer that syncs.
type asker struct {
	node  protocol.NodeID
	wish  Target
	until protocol.Time
}

// A served checkpoint is pinned, and its manifest cut into parts.
type served struct {
	state  protocol.Checkpoint
	parts  map[protocol.ChunkID]protocol.Part
	meta   []byte
	pieces []byte // the encoded manifest
	until  protocol.Time
}

// NewServer makes the giving end. Nodes advertise every AdvertPeriod, each in a phase of its own that rand draws.
func NewServer(store Checkpoints, rand *protocol.Rand) *Server {
	return &Server{store: store, phase: protocol.Time(rand.Below(uint64(AdvertPeriod))), due: protocol.Never}
}

// Wish notes that a peer syncs, and from when on to advertise to it.
func (s *Server) Wish(from protocol.NodeID, w *protocol.StateWish, now protocol.Time) {
	t := Target{w.AtHeight, w.Root}
	s.askers = slices.DeleteFunc(s.askers, func(a asker) bool { return a.node == from })
	s.askers = append(s.askers, asker{from, t, now.Add(interest)})
	if s.due == protocol.Never {
		s.due = s.tick(now)
	}
	s.hold(t, now)
}

// tick is the time of the first adverts after now.
func (s *Server) tick(now protocol.Time) protocol.Time {
	period := protocol.Time(AdvertPeriod)
	return (now-s.phase+period)/period*period + s.phase
}

// hold pins a checkpoint for some time to come, if it is there.
func (s *Server) hold(t Target, now protocol.Time) *served {
	i := slices.IndexFunc(s.served, func(k served) bool { return k.state.Height() == t.Height })
	if i < 0 {
		state := s.store.Serves(t.Height)
		if state == nil || state.Files().Root() != t.Root {
			return nil
		}
		s.store.Pin(t.Height)
		m := state.Files()
		k := served{state: state, parts: map[protocol.ChunkID]protocol.Part{}, meta: m.Meta(), pieces: m.Encode()}
		for _, p := range m.Parts() {
			k.parts[p.ID] = p
		}
		i, s.served = len(s.served), append(s.served, k)
	}
	k := &s.served[i]
	if k.state.Files().Root() != t.Root {
		return nil
	}
	k.until = now.Add(interest)
	return k
}

// Serve answers a request.
func (s *Server) Serve(from protocol.NodeID, r *protocol.ChunkRequest, now protocol.Time, out *protocol.Outputs) {
	reply := &protocol.ChunkReply{AtHeight: r.AtHeight, ID: r.ID, Serial: r.Serial, Absent: true}
	if k := s.hold(Target{r.AtHeight, r.Root}, now); k != nil {
		if reply.Bytes = k.read(r.ID); reply.Bytes != nil {
			reply.Absent = false
		}
		if r.ID == protocol.MetaManifestChunk {
			reply.State = k.state
		}
	}
	out.Meter.Charge(protocol.OpDiskReadByte, len(reply.Bytes))
	out.Send([]protocol.NodeID{from}, reply)
}

// read gives a part of the checkpoint, nil if there is none of that number.
func (k *served) read(id protocol.ChunkID) []byte {
	if id == protocol.MetaManifestChunk {
		return k.meta
	}
	if id >= protocol.ManifestChunks {
		at := int(id-protocol.ManifestChunks) * protocol.ChunkSize
		if at >= len(k.pieces) {
			return nil
		}
		return k.pieces[at:min(at+protocol.ChunkSize, len(k.pieces))]
	}
	var b []byte
	for _, c := range k.parts[id].Chunks {
		b = append(b, k.state.Files().Files[c.File].Content.Chunk(c.Chunk)...)
	}
	return b
}

// Step advertises when it is time to, and lets go of what nobody asked for lately.
func (s *Server) Step(now protocol.Time, out *protocol.Outputs) {
	s.served = slices.DeleteFunc(s.served, func(k served) bool {
		if k.until > now {
			return false
		}
		s.store.Unpin(k.state.Height())
		return true
	})
	if now < s.due {
		return
	}
	s.askers = slices.DeleteFunc(s.askers, func(a asker) bool { return a.until <= now })
	for _, a := range s.askers {
		if s.hold(a.wish, now) != nil {
			out.Send([]protocol.NodeID{a.node}, &protocol.StateAdvert{AtHeight: a.wish.Height, Root: a.wish.Root})
		}
	}
	s.due = protocol.Never
	if len(s.askers) > 0 {
		s.due = s.tick(now)
	}
}

// NextWake is when Step has something to do.
func (s *Server) NextWake() protocol.Time {
	wake := s.due
	for i := range s.served {
		wake = min(wake, s.served[i].until)
	}
	return wake
}

// Serving is how many checkpoints are pinned.
func (s *Server) Serving() int { return len(s.served) }

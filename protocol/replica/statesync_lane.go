package replica

import (
	"fmt"
	"strings"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/statesync"
)

// wanted tells the state sync lane that consensus starts from a package whose state the node does not have.
type wanted struct{ statesync.Target }

func (w *wanted) Lane() protocol.Lane { return protocol.LaneStateSync }
func (w *wanted) Size() int           { return 0 }
func (w *wanted) Fingerprint() uint64 { return uint64(w.Height) }
func (w *wanted) String() string      { return fmt.Sprintf("want state %d", w.Height) }

// synced brings a state that was fetched and written to disk to the execution lane.
type synced struct{ state *messaging.State }

func (s *synced) Lane() protocol.Lane { return protocol.LaneExecution }
func (s *synced) Size() int           { return 0 }
func (s *synced) Fingerprint() uint64 { return uint64(s.state.Height()) }
func (s *synced) String() string      { return fmt.Sprintf("synced state %d", s.state.Height()) }

// found brings a catch-up package that a peer gave to consensus, which judges it like any other.
type found struct {
	cup  *protocol.CatchUpPackage
	from protocol.NodeID
}

func (f *found) Lane() protocol.Lane { return protocol.LaneConsensus }
func (f *found) Size() int           { return 0 }
func (f *found) Fingerprint() uint64 { return uint64(f.cup.Height()) }
func (f *found) String() string      { return fmt.Sprintf("found catch-up package %d", f.cup.Height()) }

// A stateSyncLane fetches the state of a catch-up package when consensus wants it, and serves peers that do. It is woken by the one
// or the other, and otherwise never.
type stateSyncLane struct {
	download *statesync.Download
	server   *statesync.Server
	search   *statesync.Search
}

func (l *stateSyncLane) init(r *Replica) {
	l.download = statesync.NewDownload(r.cfg.Node, r.rand("state sync"))
	l.server = statesync.NewServer(r.states, r.rand("state adverts"))
	l.search = statesync.NewSearch(r.rand("catch-up package"))
}

func (l *stateSyncLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		l.handle(r, &in.Arrivals[i], in, out)
	}
	up := r.ingress.broadcast.Connected()
	if state := l.download.Step(in.Instant, up, out); state != nil {
		l.finish(state.(*messaging.State), out)
	}
	l.server.Step(in.Instant, out)
	l.search.Step(in.Instant, r.consensus.consensus.CUPHeight() > 0, up, r.size(in.Now), out)
	out.Writes = append(out.Writes, r.states.TakeWrites()...) // checkpoints that no peer needs any more
	out.Wake = min(l.download.NextWake(), l.server.NextWake(), l.search.NextWake())
}

// size is the number of the subnet's nodes.
func (r *Replica) size(now protocol.Time) int {
	return len(r.cfg.Registry.At(r.cfg.Registry.Latest(now)).Subnet(r.cfg.Subnet).Members)
}

func (l *stateSyncLane) handle(r *Replica, a *protocol.Arrival, in *protocol.Input, out *protocol.Outputs) {
	switch m := a.Msg.(type) {
	case *wanted:
		if own := r.states.CheckpointOf(m.Root); own != nil && own.Height() < m.Height {
			l.clone(own, m.Height, out)
			return
		}
		l.download.Want(m.Target, r.base(), out)
		return
	case *protocol.Poke: // the disk is empty
		l.search.Begin(in.Instant)
		return
	case *protocol.StateWish:
		l.server.Wish(a.From, m, in.Instant)
	case *protocol.StateAdvert:
		l.download.Advert(a.From, m)
	case *protocol.ChunkRequest:
		l.server.Serve(a.From, m, in.Instant, out)
	case *protocol.ChunkReply:
		l.download.Reply(a.From, m, out)
	case *protocol.CUPRequest:
		out.Send([]protocol.NodeID{a.From}, &protocol.CUPReply{CUP: r.consensus.consensus.Reader().CUP(), Serial: m.Serial})
	case *protocol.CUPReply:
		if l.search.Expects(m) && m.CUP.Height() > r.consensus.consensus.CUPHeight() {
			out.Local(&found{m.CUP, a.From})
		}
		r.orchestrator.orchestrator.Reply(m, in, r.consensus.consensus.Reader().CUP(), out)
	}
	out.Meter.Charge(protocol.OpReceive, 1)
}

// base is what the node has on disk of an older state. The state of genesis is in no checkpoint on disk.
func (r *Replica) base() *protocol.Manifest {
	if s := r.states.NewestCheckpoint(); s.Height() > 0 {
		return s.Files()
	}
	return nil
}

// finish writes the state to disk and hands it on when that is done (rs/state_manager, deliver_state_sync). Memories are mapped; what
// is small of each canister is read.
func (l *stateSyncLane) finish(state *messaging.State, out *protocol.Outputs) {
	files := state.Files()
	out.Meter.Charge(protocol.OpLoadCheckpoint, 1)
	for i := range files.Files {
		if strings.HasSuffix(files.Files[i].Path, ".pbuf") {
			out.Meter.Charge(protocol.OpDiskReadByte, int(files.Files[i].Size))
		}
	}
	out.Writes = append(out.Writes, protocol.Write{
		Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: state.Height()}, Value: state, Bytes: int(files.Size()),
	})
	out.Local(&synced{state})
}

// clone goes on from a state that the node has under another height: who recovers a subnet gives its package a height above all that it
// has had, and the state of a node that is left (rs/state_manager, fetch_state). The files are linked, not copied.
func (l *stateSyncLane) clone(own *messaging.State, h protocol.Height, out *protocol.Outputs) {
	state := own.CloneTo(h)
	out.Meter.Charge(protocol.OpLoadCheckpoint, 1)
	out.Writes = append(out.Writes, protocol.Write{
		Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: h}, Value: state,
	})
	out.Local(&synced{state})
}

// adopt makes a fetched state the one that the node goes on from: batches that were to lead to it are dropped.
func (l *executionLane) adopt(r *Replica, s *messaging.State, out *protocol.Outputs) {
	if s.Height() <= r.states.LatestHeight() {
		return
	}
	r.states.Adopt(s)
	l.router.Reset(s)
	l.batches, l.line = nil, l.line+1
	manifest := crypto.Hash(s.Files().Root())
	out.Emit(protocol.Note{Kind: protocol.NoteSyncAdopted, Height: s.Height(), Hash: manifest, Peer: protocol.NoNode})
	for _, lane := range [...]protocol.Lane{protocol.LaneConsensus, protocol.LaneCertification} {
		out.Local(&protocol.Poke{At: lane, Reason: "state synced", Hash: manifest})
	}
}

package replica

import (
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/messaging"
	"icsim/protocol/p2p"
	"icsim/protocol/statesync"
)

// pollInterval is how long the consensus thread waits for input before it looks again
// (rs/p2p/artifact_manager/src/lib.rs; reference/protocol.md A.2).
const pollInterval = 200 * time.Millisecond

// young is for how long after genesis a node with an empty disk starts from there without asking anybody.
const young = 10 * time.Second

// A consensusLane is the consensus thread: one pool, one broadcast, one consensus.
type consensusLane struct {
	broadcast *p2p.Broadcast
	consensus *consensus.Consensus
	events    []p2p.Event
	effects   consensus.Effects
	router    batchRouter
	started   bool
	synced    protocol.Height // of the package whose state was wanted last
	tip       *protocol.Block // finalized, that the lane of chain keys was told of
	summary   *protocol.Block // the highest finalized that the lane of key generation was told of
	rejoining bool            // since then: the chain from the package on is being fetched
	refreshed protocol.Height // notarized height when the bouncer was asked again, while rejoining
	topology  topology
	cup       *protocol.CatchUpPackage // whose keys were looked at last
}

func (l *consensusLane) init(r *Replica) {
	env := consensus.Env{
		Keys: r.keys, Registry: r.cfg.Registry, Payloads: newPayloadBuilder(r), Router: &l.router, States: r.states,
		DKG: r.dkg.payloads, ChainKeys: r.idkg.payloads,
	}
	l.router.Router = r.execution.router
	cfg := r.consensusConfig()
	components := r.cfg.Components
	if components == nil {
		components = consensus.DefaultComponents
	}
	l.consensus = consensus.New(cfg, &env, components(cfg, &env), consensus.Clock{Now: r.cfg.Now})
	l.broadcast = r.broadcast(protocol.LaneConsensus, l.consensus.Bouncer)
}

func (r *Replica) consensusConfig() *consensus.Config {
	return &consensus.Config{Node: r.cfg.Node, Subnet: r.cfg.Subnet, Version: r.cfg.Version, Genesis: r.cfg.Genesis}
}

// step is one turn of the thread: everything that came goes into the unvalidated pool, then consensus acts until there
// is nothing left to do.
func (l *consensusLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	at := consensus.Clock{Now: in.Now, Instant: in.Instant}
	l.router.out = out
	l.effects.Reset()
	if !l.started {
		l.started = true
		pool := r.cfg.Disk.Load(protocol.DiskConsensusPool)
		out.Emit(protocol.Note{Kind: protocol.NoteStarted, Height: l.router.ExpectedBatchHeight() - 1, Value: uint64(len(pool))})
		l.consensus.Restore(pool, at, &l.effects)
		if genesis := r.cfg.Genesis.Content.Block.Context.Time; len(pool) == 0 && in.Now > genesis.Add(young) {
			out.Local(&protocol.Poke{At: protocol.LaneStateSync, Reason: "no catch-up package on disk"})
		}
		r.orchestrator.start(r, in.Now, out)
	}
	out.Meter.Charge(protocol.OpReceive, len(in.Arrivals))
	l.events = l.events[:0]
	for i := range in.Arrivals {
		if f, ok := in.Arrivals[i].Msg.(*found); ok {
			l.consensus.Insert(f.cup, f.from, at)
			continue
		}
		l.broadcast.Handle(&in.Arrivals[i], in.Instant, out, &l.events)
	}
	l.broadcast.Tick(in.Instant, out, &l.events)
	for i := range l.events {
		if e := &l.events[i]; e.Kind == p2p.Received {
			l.consensus.Insert(e.Artifact, e.From, at)
		} else {
			l.consensus.Lost(e.Meta)
		}
	}
	if rested := l.consensus.Step(at, &l.effects); !rested {
		l.apply(out)
		l.follow(r, in, out)
	}
	l.topology.follow(r, l.consensus.Reader().NewestVersion(), out)
	out.Writes = append(out.Writes, r.states.TakeWrites()...) // checkpoints that consensus let go of
	out.Wake = min(in.Instant.Add(pollInterval), l.broadcast.NextWake())
}

// follow tells other lanes what has come of a step that was none of rest.
func (l *consensusLane) follow(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	if h, root, ok := l.consensus.NeedsStateSync(); ok && h > l.synced {
		l.synced = h
		l.rejoining, l.refreshed = true, 0
		out.Local(&wanted{statesync.Target{Height: h, Root: root}})
	}
	l.rejoin(in.Instant)
	if s := l.consensus.Reader().Summary(); s != l.summary {
		l.summary = s
		out.Local(&protocol.Poke{At: protocol.LaneDKG, Reason: "summary finalized", Hash: crypto.Hash(s.Payload.Hash)})
	}
	if tip := l.consensus.Reader().FinalizedTip(); tip.Block != l.tip && tip.Block.Payload.Batch.IDKG != nil {
		l.tip = tip.Block
		out.Local(&protocol.Poke{At: protocol.LaneIDKG, Reason: "block finalized", Hash: crypto.Hash(tip.Hash)})
	}
	l.outlived(r, out)
}

// refreshEvery is by how much the notarized height grows between two questions to the bouncer, half of its look-ahead.
const refreshEvery = 5

// rejoin has the bouncer asked again about what it put off, as the node gets along the chain from a catch-up package, until nothing is
// put off.
//
// Model: the replica asks every 3 s, so that a node gets ahead by ten heights in that time and never catches up with a subnet that is
// faster (reference/protocol.md B, "Bouncer"). The replica's own subnets cannot be: their up-to-date nodes put off likewise what is more
// than ten heights above those of up to 3 s ago. Ours judge by the heights of the moment, so whoever rejoins has to.
func (l *consensusLane) rejoin(instant protocol.Time) {
	if h := l.consensus.NotarizedHeight(); l.rejoining && h >= l.refreshed+refreshEvery {
		l.refreshed = h
		l.rejoining = l.broadcast.Refresh(instant)
	}
}

// apply hands on what consensus wants of the world.
func (l *consensusLane) apply(out *protocol.Outputs) {
	for _, p := range l.effects.Publish {
		l.broadcast.Publish(p.Artifact, p.Push, out)
	}
	l.broadcast.Withdraw(l.effects.Withdraw...)
	out.Writes = append(out.Writes, l.effects.Writes...)
	out.Notes = append(out.Notes, l.effects.Notes...)
	if d := l.effects.Diverged; d != nil {
		// The node throws its state away and starts again from the package; then it needs the state that the subnet signed.
		out.Writes = append(out.Writes, protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: d.Height}})
		out.Restart = protocol.Restart{Why: "own state is not the catch-up package's", Takes: protocol.OpRestart}
	}
	for _, w := range l.effects.Writes {
		out.Meter.Charge(protocol.OpDiskByte, w.Bytes)
	}
}

// A batchRouter hands finalized batches to the execution lane.
type batchRouter struct {
	*messaging.Router
	out *protocol.Outputs
}

// Deliver queues the next batch and tells the execution lane, or reports that the queue is full.
func (b *batchRouter) Deliver(batch *protocol.Batch) bool {
	if !b.Router.Deliver(batch) {
		return false
	}
	b.out.Local(&protocol.BatchReady{Batch: batch})
	return true
}

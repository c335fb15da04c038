package replica

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/certification"
	"icsim/protocol/messaging"
	"icsim/protocol/p2p"
)

// executed brings an executed batch from the execution lane to the certification lane, which commits it.
type executed struct {
	result *messaging.Result
	batch  *protocol.Batch
	line   uint32 // of the execution lane
}

func (e *executed) Lane() protocol.Lane { return protocol.LaneCertification }
func (e *executed) Size() int           { return 0 }
func (e *executed) Fingerprint() uint64 { return uint64(e.result.State.Height()) }
func (e *executed) String() string      { return fmt.Sprintf("executed %d", e.result.State.Height()) }

// inducted tells the ingress lane which calls are in the state, so that its pool lets go of them.
type inducted struct {
	height protocol.Height
	calls  []*protocol.SignedIngress
}

func (n *inducted) Lane() protocol.Lane { return protocol.LaneIngress }
func (n *inducted) Size() int           { return 0 }
func (n *inducted) Fingerprint() uint64 { return uint64(n.height) }
func (n *inducted) String() string {
	return fmt.Sprintf("inducted %d calls at %d", len(n.calls), n.height)
}

// A certificationLane commits states and gets them certified.
type certificationLane struct {
	broadcast *p2p.Broadcast
	certifier *certification.Certifier
	events    []p2p.Event
	effects   certification.Effects
	started   bool
	certified protocol.Height // last announced to the other lanes
}

func (l *certificationLane) init(r *Replica) {
	l.certifier = certification.New(certification.Config{
		Node: r.cfg.Node, Subnet: r.cfg.Subnet, Keys: r.keys, States: r.states, Consensus: r.consensus.consensus,
	})
	l.broadcast = r.broadcast(protocol.LaneCertification, l.certifier.Bouncer)
}

func (l *certificationLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	l.effects.Reset()
	if !l.started {
		l.started = true
		l.certifier.Restore(r.cfg.Disk.Load(protocol.DiskCertificationPool))
	}
	out.Meter.Charge(protocol.OpReceive, len(in.Arrivals))
	l.events = l.events[:0]
	for i := range in.Arrivals {
		if e, ok := in.Arrivals[i].Msg.(*executed); ok {
			if e.line == r.execution.line {
				l.commit(r, e, out)
			}
			continue
		}
		l.broadcast.Handle(&in.Arrivals[i], in.Instant, out, &l.events)
	}
	l.broadcast.Tick(in.Instant, out, &l.events)
	for i := range l.events {
		if e := &l.events[i]; e.Kind == p2p.Received {
			l.certifier.Insert(e.Artifact, e.From)
		} else {
			l.certifier.Lost(e.Meta)
		}
	}
	l.certifier.Step(in.Now, &l.effects)
	l.apply(out)
	l.announce(r, out)
	out.Wake = l.broadcast.NextWake()
}

// commit holds an executed state and tells what the round did.
func (l *certificationLane) commit(r *Replica, e *executed, out *protocol.Outputs) {
	result, s := e.result, e.result.State
	r.states.Commit(s)
	out.Emit(protocol.Note{
		Kind: protocol.NoteExecuted, Height: s.Height(), Hash: crypto.Hash(s.Root()),
		Value: result.Summary.Instructions, Round: result.Summary,
	})
	if manifest, ok := s.Manifest(); ok {
		out.Emit(protocol.Note{Kind: protocol.NoteCheckpoint, Height: s.Height(), Hash: crypto.Hash(manifest)})
	}
	for _, reason := range result.Critical {
		out.Emit(protocol.Note{Kind: protocol.NoteCritical, Height: s.Height(), Reason: reason})
	}
	out.Writes = append(out.Writes, r.states.TakeWrites()...)
	if calls := e.batch.Payload.Ingress; len(calls) > 0 {
		out.Local(&inducted{height: s.Height(), calls: calls})
	}
	if len(s.Canisters().Outcalls().Open) > 0 || !r.outcalls.pool.IsIdle() {
		out.Local(&protocol.Poke{At: protocol.LaneOutcalls, Reason: "state executed", Hash: crypto.Hash(s.Root())})
	}
}

func (l *certificationLane) apply(out *protocol.Outputs) {
	for _, p := range l.effects.Publish {
		l.broadcast.Publish(p.Artifact, p.Push, out)
	}
	l.broadcast.Withdraw(l.effects.Withdraw...)
	out.Writes = append(out.Writes, l.effects.Writes...)
	out.Notes = append(out.Notes, l.effects.Notes...)
}

// announce tells the lanes that wait for certified states: answers to users and slices for other subnets.
func (l *certificationLane) announce(r *Replica, out *protocol.Outputs) {
	h := r.states.CertifiedHeight()
	if h <= l.certified {
		return
	}
	if l.certified == 0 {
		out.Local(&protocol.Poke{At: protocol.LaneQuery, Reason: "first state certified"})
	}
	l.certified = h
	if keys := r.states.At(h).Canisters().ChainKeys(); len(keys.Open) > 0 || !r.idkg.pool.IsIdle() {
		out.Local(&protocol.Poke{At: protocol.LaneIDKG, Reason: "state certified", Hash: crypto.Hash(r.states.At(h).Root())})
	}
	hash := crypto.Hash(r.states.At(h).Root())
	out.Local(&protocol.Poke{At: protocol.LaneIngress, Reason: "state certified", Hash: hash})
	out.Local(&protocol.Poke{At: protocol.LaneConsensus, Reason: "state certified", Hash: hash})
}

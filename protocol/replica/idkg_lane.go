package replica

import (
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/idkg"
	"icsim/protocol/p2p"
)

// An idkgLane makes transcripts of canisters' chain keys, and signs what canisters ask for. It is woken by finalized blocks of a subnet
// that has such keys, by certified states, and by peers; on other subnets never.
//
// Model: as the lane of outcalls, it learns of connections when it is woken.
type idkgLane struct {
	pool      *idkg.Pool
	payloads  *idkg.Payloads
	broadcast *p2p.Broadcast
	events    []p2p.Event
	effects   idkg.Effects
	retained  *protocol.CatchUpPackage // whose transcripts, and later ones, are all that the node can still open
}

// idkgKeys is what a node keeps of its IDKG encryption keys on disk.
type idkgKeys []*crypt.SecretKey

// keepIDKGKeys writes them down, beside the decryption key.
func (r *Replica) keepIDKGKeys() protocol.Write {
	return protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskKeys, Height: 1}, Value: idkgKeys(r.keys.Secrets.IDKG)}
}

// retain forgets encryption keys that no transcript needs from the newest package on, or that is on its way to this subnet
// (rs/consensus/idkg/src/utils.rs, retain_active_transcripts).
func (l *idkgLane) retain(r *Replica, now protocol.Time, out *protocol.Outputs) {
	cup := r.consensus.consensus.Reader().CUP()
	if cup == l.retained || len(r.keys.Secrets.IDKG) < 2 {
		return
	}
	oldest, has := l.pool.InUse(cup.Content.Block)
	if r.cfg.Registry.At(r.cfg.Registry.Latest(now)).Awaits(r.cfg.Subnet, has) {
		return
	}
	if l.retained = cup; r.keys.RetainIDKG(oldest) {
		out.Writes = append(out.Writes, r.keepIDKGKeys())
	}
}

func (l *idkgLane) init(r *Replica) {
	none := new(protocol.ChainKeyState)
	l.pool = idkg.NewPool(idkg.Config{
		Node: r.cfg.Node, Keys: r.keys,
		Tip: func() *protocol.Block { return r.consensus.consensus.Reader().FinalizedTip().Block },
		State: func() (*protocol.ChainKeyState, protocol.Height) {
			s, _ := r.states.Certified()
			if s == nil {
				return none, 0
			}
			return s.Canisters().ChainKeys(), s.Height()
		},
	})
	l.payloads = &idkg.Payloads{
		Subnet: r.cfg.Subnet, Keys: r.keys, Pool: l.pool,
		StateAt: func(h protocol.Height) (*protocol.ChainKeyState, bool) {
			s := r.states.At(h)
			if s == nil {
				return nil, false
			}
			return s.Canisters().ChainKeys(), true
		},
	}
	l.broadcast = r.broadcast(protocol.LaneIDKG, l.pool.Bouncer)
}

func (l *idkgLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	l.effects.Reset()
	l.events = l.events[:0]
	l.broadcast.Follow(r.ingress.broadcast, out, &l.events)
	for i := range in.Arrivals {
		if _, poked := in.Arrivals[i].Msg.(*protocol.Poke); poked {
			continue
		}
		out.Meter.Charge(protocol.OpReceive, 1)
		l.broadcast.Handle(&in.Arrivals[i], in.Instant, out, &l.events)
	}
	l.broadcast.Tick(in.Instant, out, &l.events)
	for i := range l.events {
		if e := &l.events[i]; e.Kind == p2p.Received {
			l.pool.Insert(e.Artifact, e.From)
		} else {
			l.pool.Lost(e.Meta.ID)
		}
	}
	l.pool.Step(&l.effects)
	l.retain(r, in.Now, out)
	l.broadcast.Withdraw(l.effects.Withdraw...)
	for _, a := range l.effects.Publish {
		l.broadcast.Publish(a, true, out)
	}
	out.Notes = append(out.Notes, l.effects.Notes...)
	out.Wake = l.broadcast.NextWake()
}

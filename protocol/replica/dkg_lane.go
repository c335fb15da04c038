package replica

import (
	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/p2p"
)

// A dkgLane deals for the subnet's next keys, judges what peers dealt, and opens the node's shares. It is woken by finalized
// summaries and by peers, and otherwise never: between a summary and the last dealing it has work, and then sleeps.
//
// Model: shares are opened on this thread; the replica loads them on others beside.
type dkgLane struct {
	pool      *dkg.Pool
	payloads  *dkg.Payloads
	broadcast *p2p.Broadcast
	events    []p2p.Event
	effects   dkg.Effects
	retained  *protocol.CatchUpPackage // whose keys, and later ones, are all that the node can still open
}

func (l *dkgLane) init(r *Replica) {
	l.pool = dkg.NewPool(dkg.Config{
		Node: r.cfg.Node, Version: r.cfg.Version, Keys: r.keys,
		Latest: func() *protocol.Summary { return r.consensus.consensus.Reader().Summary().Payload.Summary },
	})
	l.payloads = &dkg.Payloads{Subnet: r.cfg.Subnet, Keys: r.keys, Pool: l.pool}
	l.broadcast = r.broadcast(protocol.LaneDKG, l.pool.Bouncer)
}

func (l *dkgLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	l.effects.Reset()
	l.events = l.events[:0]
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
			l.pool.Insert(e.Artifact.(*protocol.Dealing), e.From)
		} else {
			l.pool.Lost(e.Meta.ID)
		}
	}
	l.pool.Step(&l.effects)
	l.retain(r, in.Now, out)
	l.broadcast.Withdraw(l.effects.Withdraw...)
	for _, d := range l.effects.Publish {
		l.broadcast.Publish(d, true, out)
	}
	out.Notes = append(out.Notes, l.effects.Notes...)
	out.Wake = l.broadcast.NextWake()
}

// retain forgets what opens keys that no height from the newest package on needs (rs/consensus/dkg/src/dkg_key_manager.rs,
// delete_inactive_keys). Nothing is forgotten while a vetKD key is on its way, which needs what opened shares when it was asked for.
func (l *dkgLane) retain(r *Replica, now protocol.Time, out *protocol.Outputs) {
	reader := r.consensus.consensus.Reader()
	cup, newest := reader.CUP(), reader.Summary().Payload.Summary
	has := func(key chainkey.KeyID) bool {
		return key.Algorithm != chainkey.VetKD || newest.Next.VetKDOf(key) != nil
	}
	if cup == l.retained || r.cfg.Registry.At(r.cfg.Registry.Latest(now)).Awaits(r.cfg.Subnet, has) {
		return
	}
	l.retained = cup
	active := append(cup.Summary().Transcripts(), newest.Transcripts()...)
	if !r.keys.Retain(active) {
		return
	}
	key := r.keys.Secrets.Decryption
	out.Writes = append(out.Writes, protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskKeys}, Value: key})
	out.Emit(protocol.Note{
		Kind: protocol.NoteKeyUpdated, Height: cup.Height(), Hash: crypto.Hash(cup.ID()), Peer: protocol.NoNode, Value: uint64(key.Epoch()),
	})
}

package idkg

import (
	"slices"

	crypt "icsim/crypto/idkg"
	"icsim/protocol"
)

// Step brings the pool up to the finalized tip and the certified state, deals, supports and signs what is due, and judges what peers sent
// (rs/consensus/idkg/src/lib.rs, on_state_change: pre_signer, signer, complaints). With nothing new it costs two comparisons.
func (p *Pool) Step(out *Effects) {
	if tip := p.cfg.Tip(); tip != p.tip {
		p.followTip(tip, out)
	}
	if state, h := p.cfg.State(); state != p.state || h != p.height {
		p.followState(state, h, out)
	}
	p.inParallel(func() {
		for _, m := range p.making {
			p.deal(m, out)
		}
		if len(p.unvalidated) > 0 {
			p.judgeAll(out)
		}
		for _, s := range p.signing {
			p.sign(s, out)
		}
	})
}

// threads is how many work at once (reference/protocol.md G: at most 16 IDKG threads).
const threads = 16

// inParallel lets time pass as for the busiest thread.
func (p *Pool) inParallel(work func()) {
	meter := p.cfg.Keys.Meter
	before := *meter
	work()
	for op := range meter {
		meter[op] = before[op] + (meter[op]-before[op]+threads-1)/threads
	}
}

// followTip takes up the transcripts that a finalized block asks for, and lets go of others.
func (p *Pool) followTip(tip *protocol.Block, out *Effects) {
	p.tip = tip
	var configs []*protocol.IDKGConfig
	if tip.Payload.Batch.IDKG != nil {
		configs = tip.Payload.Batch.IDKG.Configs()
	}
	slices.SortFunc(configs, func(a, b *protocol.IDKGConfig) int { return int(int64(a.ID.Serial) - int64(b.ID.Serial)) })
	old := p.making
	next := make([]*making, 0, len(configs))
	for _, c := range configs {
		for len(old) > 0 && old[0].ID.Serial < c.ID.Serial {
			old[0].each(p.withdraw(out))
			old = old[1:]
		}
		if len(old) > 0 && old[0].ID == c.ID {
			next, old = append(next, old[0]), old[1:]
			continue
		}
		next = append(next, &making{IDKGConfig: c, dealings: make([]*dealing, len(c.Dealers)), waits: -1})
	}
	for _, m := range old {
		m.each(p.withdraw(out))
	}
	p.making = next
	p.forgetTroubles(out)
}

// followState takes up the requests of a certified state that are ready, and lets go of those that were answered.
func (p *Pool) followState(state *protocol.ChainKeyState, h protocol.Height, out *Effects) {
	p.state, p.height = state, h
	next := make([]*signing, 0, len(state.Open))
	old := p.signing
	for _, c := range state.Open {
		if !c.IsReady() {
			continue
		}
		for len(old) > 0 && old[0].context.ID < c.ID {
			p.forget(old[0], out)
			old = old[1:]
		}
		if len(old) > 0 && old[0].context.ID == c.ID {
			next, old = append(next, old[0]), old[1:]
			continue
		}
		s := &signing{context: c, waits: -1}
		s.Signing, _ = p.cfg.Keys.StartSigning(c)
		next = append(next, s)
	}
	for _, s := range old {
		p.forget(s, out)
	}
	p.signing = next
	p.forgetTroubles(out)
}

func (p *Pool) forget(s *signing, out *Effects) {
	for _, share := range s.shares {
		p.withdraw(out)(share)
	}
}

// deal makes this node's dealing, once it has its shares of the operands (pre_signer.rs, send_dealings).
func (p *Pool) deal(m *making, out *Effects) {
	if m.done || m.waits == p.openings() {
		return
	}
	if m.Initial != nil {
		m.done = true
		p.take(m, out)
		return
	}
	place := m.DealerIndex(p.cfg.Node)
	if place < 0 || m.dealings[place] != nil {
		m.done = true
		return
	}
	var operands []*protocol.IDKGTranscript
	for _, t := range []*protocol.IDKGTranscript{m.Left, m.Right} {
		if t != nil {
			operands = append(operands, t)
		}
	}
	shares, ok := p.load(operands, out)
	if !ok {
		m.waits = p.openings()
		return
	}
	m.done = true
	made, ok := p.cfg.Keys.DealIDKG(m.IDKGConfig, shares)
	if !ok {
		return
	}
	d := protocol.NewIDKGDealing(m.ID, p.cfg.Node, made, p.cfg.Keys.SignBasic(protocol.IDKGDealingSignable(m.ID, made)))
	out.Publish = append(out.Publish, d)
	p.admit(m, d, out)
}

// admit takes a dealing that is sound as far as everybody can see. If this node's share in it is, too, it supports it
// (pre_signer.rs, send_dealing_support).
func (p *Pool) admit(m *making, d *protocol.IDKGDealing, out *Effects) {
	held := &dealing{IDKGDealing: d}
	m.dealings[m.DealerIndex(d.Dealer)] = held
	if m.ReceiverIndex(p.cfg.Node) < 0 || p.cfg.Keys.VerifyIDKGShare(m.IDKGConfig, d.Dealer, d.Dealing) != crypt.Valid {
		return
	}
	sig := p.cfg.Keys.SignMulti(protocol.IDKGSupportSignable(m.ID, d.Dealer, d.ID()))
	s := protocol.NewIDKGSupport(m.ID, d.Dealer, d.ID(), p.cfg.Node, sig)
	held.supports = append(held.supports, s)
	out.Publish = append(out.Publish, s)
}

// load gives this node's shares of transcripts; false while one is bad and not made up for. It complains about bad ones.
func (p *Pool) load(all []*protocol.IDKGTranscript, out *Effects) ([]crypt.Opening, bool) {
	own, ok := make([]crypt.Opening, len(all)), true
	for i, t := range all {
		digest := t.Transcript.Digest()
		share, known := p.loaded.get(digest)
		if !known {
			var bad []int
			var opened bool
			if share, bad, opened = p.cfg.Keys.LoadIDKG(t, p.openingsOf(t.ID)); !opened {
				if len(bad) > 0 {
					p.complain(t, bad, out)
				}
				ok = false
				continue
			}
			p.loaded.put(digest, share)
		}
		own[i] = share
	}
	return own, ok
}

// start gives a request as this node works on it.
func (p *Pool) start(c *protocol.SignatureContext) (*keysSigning, error) {
	if s := p.request(c.ID); s != nil && s.context == c && s.Signing != nil {
		return s.Signing, nil
	}
	return p.cfg.Keys.StartSigning(c)
}

// sign makes this node's share of an answer (signer.rs, send_signature_shares).
func (p *Pool) sign(s *signing, out *Effects) {
	if s.done || s.waits == p.openings() {
		return
	}
	if s.Signing == nil || !slices.Contains(s.context.Signers(), p.cfg.Node) {
		s.done = true
		return
	}
	shares, ok := p.load(s.Loads(), out)
	if !ok {
		s.waits = p.openings()
		return
	}
	s.done = true
	raw, ok := s.Share(shares)
	if !ok {
		return
	}
	share := protocol.NewSignatureShare(kindOf(s.context), s.context.ID, s.context.ReadyAt(), p.cfg.Node, raw)
	s.shares = append(s.shares, share)
	out.Publish = append(out.Publish, share)
}

func kindOf(c *protocol.SignatureContext) protocol.ArtifactKind {
	if c.Transcript != nil {
		return protocol.KindKeyShare
	}
	return protocol.KindSignatureShare
}

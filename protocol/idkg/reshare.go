package idkg

import (
	"cmp"
	"slices"

	crypt "icsim/crypto/idkg"
	"icsim/protocol"
)

// Keys that other subnets are to have (rs/consensus/idkg/src/payload_builder/resharing.rs).

// advanceResharings carries on what the registry asks this subnet for: of a key that it has, its nodes deal to those of the other subnet.
// Their dealings, found by the block's maker, are the answer. When the key itself has been reshared meanwhile, they deal again.
func (b *builder) advanceResharings(parent *protocol.IDKGPayload, found []*protocol.InitialDealings) {
	for _, q := range b.registry.Reshares {
		key := b.next.Key(q.Key)
		if q.From != b.subnet || key == nil || key.Current == nil {
			continue // vetKD keys are dealt by package dkg
		}
		r := ongoing(parent, q)
		switch dealt := dealtFor(r, found); {
		case r == nil || r.Config != nil && r.Config.Left.ID != key.Current.ID:
			r = &protocol.Resharing{Request: q, Config: b.config(
				q.Key.Algorithm.IDKG(), b.nodes(q.Nodes), key.Current.Receivers, crypt.ReshareOfUnmasked, key.Current, nil)}
		case dealt != nil:
			b.next.Shared = append(b.next.Shared, &protocol.ChainKeyInitialization{Request: q, Config: r.Config, Dealings: dealt.Dealings})
			r = &protocol.Resharing{Request: q}
		}
		b.next.Resharings = append(b.next.Resharings, *r)
	}
}

// dealingToOthers is how many transcripts for other subnets are being made. They are beside those that the registry bounds.
func (b *builder) dealingToOthers() (n int) {
	for i := range b.next.Resharings {
		if b.next.Resharings[i].Config != nil {
			n++
		}
	}
	return n
}

// ongoing gives how far a request is, or nil if it is new.
func ongoing(parent *protocol.IDKGPayload, q *protocol.ReshareChainKey) *protocol.Resharing {
	if parent == nil {
		return nil
	}
	i := slices.IndexFunc(parent.Resharings, func(r protocol.Resharing) bool { return r.Request.Is(q) })
	if i < 0 {
		return nil
	}
	return &parent.Resharings[i]
}

func dealtFor(r *protocol.Resharing, found []*protocol.InitialDealings) *protocol.InitialDealings {
	if r == nil || r.Config == nil {
		return nil
	}
	i := slices.IndexFunc(found, func(d *protocol.InitialDealings) bool { return d.ID == r.Config.ID })
	if i < 0 {
		return nil
	}
	return found[i]
}

// received states the transcript of a key that another subnet's nodes have dealt. The dealings are bound to what that subnet stated; the
// rest is as with transcripts of this subnet's own: receivers support dealings, and complain about bad shares.
func (b *builder) received(a *protocol.ChainKeyInitialization) *protocol.IDKGConfig {
	c := *a.Config
	c.ID = protocol.IDKGID{Subnet: b.subnet, Height: b.height, Serial: b.serial()}
	c.Initial = a.Dealings
	return &c
}

// take judges the dealings that a transcript came with, as those of peers (idkg_pool.rs, add_initial_dealings).
func (p *Pool) take(m *making, out *Effects) {
	for _, d := range m.Initial {
		if judgeDealing(p.cfg.Keys, m.IDKGConfig, d).Kind == protocol.Accepts {
			p.admit(m, d, out)
		}
	}
}

// initial gives the dealings for nodes of another subnet, the first in order of places, once there are enough of them.
func (p *Pool) initial(c *protocol.IDKGConfig) *protocol.InitialDealings {
	m := p.find(c.ID)
	if m == nil {
		return nil
	}
	out := &protocol.InitialDealings{ID: c.ID}
	for _, d := range m.dealings {
		if d != nil && len(out.Dealings) < c.Params.Unverified() {
			out.Dealings = append(out.Dealings, d.IDKGDealing)
		}
	}
	if len(out.Dealings) < c.Params.Unverified() {
		return nil
	}
	return out
}

// initialDealings are those that this node has for other subnets, as far as there is room for them.
func (p *Payloads) initialDealings(parent *protocol.IDKGPayload, room int) (all []*protocol.InitialDealings) {
	for i := range parent.Resharings {
		config := parent.Resharings[i].Config
		if config == nil {
			continue
		}
		d := p.Pool.initial(config)
		if d == nil {
			continue
		}
		if room -= (&protocol.IDKGPayload{Initial: []*protocol.InitialDealings{d}}).Size(); room < 0 {
			break
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *protocol.InitialDealings) int { return cmp.Compare(a.ID.Serial, b.ID.Serial) })
	return all
}

// judgeInitial: the dealings are of dealers, sound as far as everybody can see, and as many as it takes.
func (p *Payloads) judgeInitial(parent *protocol.IDKGPayload, found []*protocol.InitialDealings) protocol.Verdict {
	for i, d := range found {
		if i > 0 && found[i-1].ID.Serial >= d.ID.Serial {
			return protocol.Refuse(ReasonOrder)
		}
		at := slices.IndexFunc(parent.Resharings, func(r protocol.Resharing) bool { return r.Config != nil && r.Config.ID == d.ID })
		if at < 0 {
			return protocol.Refuse(ReasonUnknown)
		}
		config := parent.Resharings[at].Config
		if len(d.Dealings) != config.Params.Unverified() {
			return protocol.Refuse(ReasonCount)
		}
		if v := p.judgeDealings(config, d.Dealings); v.Kind != protocol.Accepts {
			return v
		}
	}
	return protocol.Accept()
}

// judgeDealings: they are of dealers of the transcript, ascending by place, and sound.
func (p *Payloads) judgeDealings(config *protocol.IDKGConfig, dealings []*protocol.IDKGDealing) protocol.Verdict {
	last := -1
	for _, d := range dealings {
		at := config.DealerIndex(d.Dealer)
		if at <= last || d.Transcript != config.DealtFor() {
			return protocol.Refuse(ReasonDealer)
		}
		if last = at; p.Pool.has(config.ID, d) {
			continue
		}
		if v := judgeDealing(p.Keys, config, d); v.Kind != protocol.Accepts {
			return v
		}
	}
	return protocol.Accept()
}

package outcalls

import (
	"cmp"
	"slices"

	"icsim/protocol"
	"icsim/protocol/keys"
)

// A Selector builds and validates the section of payloads that answers outcalls.
type Selector struct {
	Subnet protocol.SubnetID
	Keys   *keys.Keyring
	Pool   *Pool
	// StateAt gives the open calls of the state at a height; ok is false when the node does not have it.
	StateAt func(protocol.Height) (open protocol.Outcalls, ok bool)
	// Registry gives the version in force at a block's height.
	Registry func(protocol.Height) (protocol.RegistryVersion, bool)
}

// Build answers what it can in a block on past, with a section smaller than limit. With no call open it costs a look at the state.
func (s *Selector) Build(
	h protocol.Height, ctx protocol.ValidationContext, past []*protocol.Block, limit int,
) (section protocol.OutcallPayload) {
	open, ok := s.StateAt(ctx.CertifiedHeight)
	if !ok || len(open.Open) == 0 {
		return section
	}
	r, v := s.rules(h, ctx, past)
	if v.Kind != protocol.Accepts {
		return section
	}
	limit = min(limit, MaxSize)
	size := 0
	for _, c := range open.Open {
		if _, done := r.answered[c.ID]; done {
			continue
		}
		if r.timedOut(c) {
			if size+protocol.SizeOutcallTimeout < limit {
				section.Timeouts = append(section.Timeouts, c.ID)
				size += protocol.SizeOutcallTimeout
			}
			continue
		}
		k := s.Pool.find(c.ID)
		if k == nil || section.Len() >= MaxResponses {
			continue // but for timeouts
		}
		shares := k.counted(r)
		if a := k.agreement(r, shares); a != nil {
			if size+a.Size() < limit {
				section.Agreed = append(section.Agreed, a)
				size += a.Size()
			}
		} else if r.cannotAgree(shares) { // never so of a call that one node makes: it has but one share
			if d := (&protocol.OutcallDivergence{Shares: shares}); size+d.Size() < limit {
				section.Diverged = append(section.Diverged, d)
				size += d.Size()
			}
		}
	}
	return section
}

// counted gives the shares that count under the rules, by signer; none if they are too few to show anything.
func (c *call) counted(r *rules) []*protocol.OutcallShare {
	if n := len(c.shares); n < r.needed(c.OutcallContext) && n <= protocol.FaultsTolerated(len(r.members))+1 {
		return nil
	}
	counted := make([]*protocol.OutcallShare, 0, len(c.shares))
	for _, s := range c.shares {
		if s.Metadata.Registry == r.version && (!c.IsReplicated() || isMember(r.members, s.Signer)) {
			counted = append(counted, s)
		}
	}
	slices.SortFunc(counted, func(a, b *protocol.OutcallShare) int { return cmp.Compare(a.Signer, b.Signer) })
	return counted
}

// agreement gives a response that this node knows and enough nodes signed, or nil.
func (c *call) agreement(r *rules, shares []*protocol.OutcallShare) *protocol.AgreedOutcall {
	if len(shares) == 0 {
		return nil
	}
	for _, response := range c.responses {
		a := &protocol.AgreedOutcall{Response: response}
		for _, s := range shares {
			if s.Metadata.Hash == response.Hash() {
				a.Metadata = s.Metadata
				a.Signatures = append(a.Signatures, protocol.OutcallSignature{Signer: s.Signer, Signature: s.Signature})
			}
		}
		if len(a.Signatures) >= r.needed(c.OutcallContext) {
			return a
		}
	}
	return nil
}

// Validate judges the section of a peer's block on past. Signatures are looked at last, being dear.
func (s *Selector) Validate(
	h protocol.Height, p *protocol.OutcallPayload, ctx protocol.ValidationContext, past []*protocol.Block,
) protocol.Verdict {
	switch {
	case p.IsEmpty():
		return protocol.Accept()
	case p.Len() > MaxResponses:
		return protocol.Refuse(ReasonTooMany)
	}
	r, v := s.rules(h, ctx, past)
	if v.Kind != protocol.Accepts {
		return v
	}
	if v := r.section(p); v.Kind != protocol.Accepts {
		return v
	}
	if p.Size() > MaxSize {
		return protocol.Refuse(ReasonTooBig)
	}
	if !s.signed(p, r.version) {
		return protocol.Refuse(ReasonProof)
	}
	return protocol.Accept()
}

// section judges all parts.
func (r *rules) section(p *protocol.OutcallPayload) protocol.Verdict {
	for _, id := range p.Timeouts {
		if v := r.timeout(id); v.Kind != protocol.Accepts {
			return v
		}
	}
	for _, a := range p.Agreed {
		if v := r.agreed(a); v.Kind != protocol.Accepts {
			return v
		}
	}
	for _, d := range p.Diverged {
		if v := r.diverged(d); v.Kind != protocol.Accepts {
			return v
		}
	}
	return protocol.Accept()
}

// signed verifies every signature of a section.
func (s *Selector) signed(p *protocol.OutcallPayload, version protocol.RegistryVersion) bool {
	for _, a := range p.Agreed {
		s.Keys.Meter.Charge(protocol.OpHashByte, a.Response.Size())
		signed := a.Metadata.Signable()
		for _, sig := range a.Signatures {
			if !s.Keys.VerifyBasic(sig.Signer, version, signed, sig.Signature) {
				return false
			}
		}
	}
	for _, d := range p.Diverged {
		for _, share := range d.Shares {
			if !s.Keys.VerifyBasic(share.Signer, version, share.Metadata.Signable(), share.Signature) {
				return false
			}
		}
	}
	return true
}

func (s *Selector) rules(h protocol.Height, ctx protocol.ValidationContext, past []*protocol.Block) (*rules, protocol.Verdict) {
	open, ok := s.StateAt(ctx.CertifiedHeight)
	if !ok {
		return nil, protocol.Defer(ReasonStateMissing)
	}
	version, ok := s.Registry(h)
	if !ok {
		return nil, protocol.Defer(ReasonRegistryMissing)
	}
	r := &rules{
		open: open, now: ctx.Time, version: version, members: s.Keys.Registry.At(version).Subnet(s.Subnet).Members,
		answered: make(map[protocol.OutcallID]struct{}),
	}
	for _, b := range past {
		for _, id := range b.Payload.Batch.Outcalls.IDs() {
			r.answered[id] = struct{}{}
		}
	}
	return r, protocol.Accept()
}

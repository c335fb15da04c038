package xnet

import (
	"icsim/protocol"
	"icsim/protocol/keys"
)

// A Selector builds and validates the XNet section of payloads.
type Selector struct {
	Subnet protocol.SubnetID
	Keys   *keys.Keyring
	States States
	Pool   *Pool
	Rand   *protocol.Rand // which subnets come first
	Limits Limits

	verified []verified // by remote subnet: what the pool's slice was last found to be certified by
}

// verified spares a second look at the signature of a pooled slice, header and messages apart.
type verified struct {
	certification *protocol.Certification
	version       protocol.RegistryVersion
	ok            bool
}

// Build selects slices for a block on past with a size of at most budget bytes. Slices without messages come first, for
// all subnets: signals free the other side's streams. Then messages take what is left.
func (s *Selector) Build(ctx protocol.ValidationContext, past []*protocol.Block, budget int) []*protocol.CertifiedStreamSlice {
	subnets := s.Keys.Registry.At(ctx.RegistryVersion).Subnets
	order := make([]candidate, 0, len(subnets))
	for _, record := range subnets {
		if record.ID == s.Subnet {
			continue
		}
		c, ok := s.candidate(record.ID, ctx, past)
		if !ok {
			return nil
		}
		s.Pool.Advance(record.ID, c.next)
		order = append(order, c)
	}
	s.Rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	left := min(budget, s.Limits.Payload)
	chosen := make([]*protocol.CertifiedStreamSlice, len(subnets))
	for i := range order {
		c := &order[i]
		if slice := s.take(c, ctx, 0, left); slice != nil {
			chosen[c.from] = slice
			left -= slice.Size()
		}
	}
	for i := range order {
		if left < s.Limits.MinSlice {
			break
		}
		c := &order[i]
		room := left
		if chosen[c.from] != nil {
			room += chosen[c.from].Size()
		}
		count := s.mayInduct(c, ctx)
		if count == 0 {
			continue
		}
		if slice := s.take(c, ctx, count, room); slice != nil {
			chosen[c.from] = slice
			left = room - slice.Size()
		}
	}
	section := chosen[:0]
	for _, slice := range chosen {
		if slice != nil {
			section = append(section, slice)
		}
	}
	return section
}

// take gives a valid slice from the pool, or nil. A slice that breaks a rule is dropped from the pool.
func (s *Selector) take(c *candidate, ctx protocol.ValidationContext, count, bytes int) *protocol.CertifiedStreamSlice {
	if count == 0 && !s.Pool.hasSignals(c.from, c.next) {
		return nil
	}
	slice := s.Pool.Take(c.from, c.next, count, bytes)
	if slice == nil || count > 0 && len(slice.Messages) == 0 {
		return nil
	}
	verdict := s.judge(slice, c, ctx)
	if verdict.Kind == protocol.Accepts && !s.pooledIsCertified(slice, ctx) {
		verdict = protocol.Refuse(ReasonCertification)
	}
	if verdict.Kind != protocol.Accepts {
		s.Pool.Drop(c.from)
		return nil
	}
	return slice
}

// Validate judges the XNet section of a peer's block on past.
func (s *Selector) Validate(
	section []*protocol.CertifiedStreamSlice, ctx protocol.ValidationContext, past []*protocol.Block,
) protocol.Verdict {
	size := 0
	for i, slice := range section {
		if slice == nil || slice.Witness == nil || slice.Certification == nil {
			return protocol.Refuse(ReasonMalformed)
		}
		if i > 0 && section[i-1].From >= slice.From {
			return protocol.Refuse(ReasonOrder)
		}
		c, ok := s.candidate(slice.From, ctx, past)
		if !ok {
			return protocol.Defer(ReasonStateMissing)
		}
		if v := s.judge(slice, &c, ctx); v.Kind != protocol.Accepts {
			return v
		}
		if !s.certified(slice, ctx) {
			return protocol.Refuse(ReasonCertification)
		}
		if size += slice.Size(); size > s.Limits.Payload {
			return protocol.Refuse(ReasonTooBig)
		}
	}
	for _, slice := range section {
		s.Pool.Advance(slice.From, after(slice))
	}
	return protocol.Accept()
}

// A candidate is a subnet that a slice may come from, seen from a block.
type candidate struct {
	from protocol.SubnetID
	own  protocol.StreamHeader // of our stream to it, at the certified height
	next Indices
}

// candidate finds what is expected of a subnet: what the latest slice in past payloads leaves, else what the state at the
// certified height does. ok is false when the node does not have that state.
func (s *Selector) candidate(from protocol.SubnetID, ctx protocol.ValidationContext, past []*protocol.Block) (candidate, bool) {
	own, ok := s.States.StreamHeader(ctx.CertifiedHeight, from)
	if !ok {
		return candidate{}, false
	}
	c := candidate{from: from, own: own, next: Indices{Message: own.SignalsEnd, Signal: own.Begin}}
	signals := false
	for _, b := range past {
		slice := sliceFrom(b.Payload.Batch.XNet, from)
		if slice == nil {
			continue
		}
		if !signals {
			c.next.Signal, signals = slice.Header.SignalsEnd, true
		}
		if len(slice.Messages) > 0 {
			c.next.Message = slice.MessagesEnd()
			break
		}
	}
	return c, true
}

func sliceFrom(section []*protocol.CertifiedStreamSlice, from protocol.SubnetID) *protocol.CertifiedStreamSlice {
	for _, slice := range section {
		if slice.From == from {
			return slice
		}
	}
	return nil
}

// after is what is expected once a slice with messages or signals is in a block.
func after(slice *protocol.CertifiedStreamSlice) Indices {
	return Indices{Message: slice.MessagesEnd(), Signal: slice.Header.SignalsEnd}
}

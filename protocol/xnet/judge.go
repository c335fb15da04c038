package xnet

import "icsim/protocol"

// judge applies every rule of a slice but the signature's, cheap ones first (rs/xnet/payload_builder/src/lib.rs
// validate_slice; reference/protocol.md C).
func (s *Selector) judge(slice *protocol.CertifiedStreamSlice, c *candidate, ctx protocol.ValidationContext) protocol.Verdict {
	registry := s.Keys.Registry.At(ctx.RegistryVersion)
	switch {
	case slice.From == s.Subnet:
		return protocol.Refuse(ReasonLoopback)
	case slice.To != s.Subnet:
		return protocol.Refuse(ReasonNotForUs)
	case registry.Subnet(slice.From) == nil:
		return protocol.Refuse(ReasonUnknownSubnet)
	}
	if v := s.checkIndices(slice, c, ctx); v.Kind != protocol.Accepts {
		return v
	}
	if v := checkSignals(&slice.Header, c); v.Kind != protocol.Accepts {
		return v
	}
	return checkWitness(slice, registry.Subnet(s.Subnet).Principal)
}

// checkIndices: messages continue where the last ones ended, within the stream, no more than may be inducted.
func (s *Selector) checkIndices(slice *protocol.CertifiedStreamSlice, c *candidate, ctx protocol.ValidationContext) protocol.Verdict {
	h := &slice.Header
	if c.next.Message < h.Begin || c.next.Message > h.End {
		return protocol.Refuse(ReasonBounds)
	}
	if len(slice.Messages) == 0 {
		if h.SignalsEnd == c.next.Signal {
			return protocol.Refuse(ReasonEmpty)
		}
		return protocol.Accept()
	}
	switch {
	case slice.MessagesBegin != c.next.Message:
		return protocol.Refuse(ReasonGap)
	case slice.MessagesEnd() > h.End:
		return protocol.Refuse(ReasonBounds)
	case len(slice.Messages) > s.systemLimit(c, ctx) || slice.MessagesEnd() > h.Begin+s.Limits.Signals:
		return protocol.Refuse(ReasonTooMany)
	}
	return protocol.Accept()
}

// checkSignals: signals go on from the last ones, for messages that our stream has; rejects increase.
func checkSignals(h *protocol.StreamHeader, c *candidate) protocol.Verdict {
	if h.SignalsEnd < c.next.Signal || h.SignalsEnd > c.own.End {
		return protocol.Refuse(ReasonSignals)
	}
	for i, r := range h.Rejects {
		increases := r.Index < h.SignalsEnd && (i == 0 || r.Index > h.Rejects[i-1].Index)
		if !increases || r.Reason == protocol.Accepted || r.Reason > protocol.RejectUnknown {
			return protocol.Refuse(ReasonRejects)
		}
	}
	return protocol.Accept()
}

// systemLimit is how many messages a system subnet takes from a slice, so that requests in flight and responses due stay
// bounded. Between system subnets other than the root there is none, lest they stall each other; nor on application
// subnets.
func (s *Selector) systemLimit(c *candidate, ctx protocol.ValidationContext) int {
	const none = int(^uint(0) >> 1)
	registry := s.Keys.Registry.At(ctx.RegistryVersion)
	system := func(id protocol.SubnetID) bool {
		record := registry.Subnet(id)
		return record != nil && record.Type == protocol.SystemSubnet
	}
	if !system(s.Subnet) || s.Subnet != registry.Root && system(c.from) {
		return none
	}
	return max(0, s.Limits.SystemMessages-int(c.own.End-c.own.Begin))
}

// mayInduct is how many messages a slice from the pool may have: what checkIndices will allow.
func (s *Selector) mayInduct(c *candidate, ctx protocol.ValidationContext) int {
	slice := s.Pool.entry(c.from).slice
	if slice == nil {
		return 0
	}
	limit := slice.Header.Begin + s.Limits.Signals
	if limit <= c.next.Message {
		return 0
	}
	return min(s.systemLimit(c, ctx), int(limit-c.next.Message))
}

// certified verifies the subnet's signature on the state that a slice comes from.
func (s *Selector) certified(slice *protocol.CertifiedStreamSlice, ctx protocol.ValidationContext) bool {
	key := s.Keys.Registry.At(ctx.RegistryVersion).Subnet(slice.From).PublicKey
	return s.Keys.VerifyThreshold(key, protocol.CertificationSignable(slice.Certification.Hash), slice.Certification.Signature)
}

// pooledIsCertified is certified, once for each certification in the pool.
func (s *Selector) pooledIsCertified(slice *protocol.CertifiedStreamSlice, ctx protocol.ValidationContext) bool {
	for int(slice.From) >= len(s.verified) {
		s.verified = append(s.verified, verified{})
	}
	v := &s.verified[slice.From]
	if v.certification != slice.Certification || v.version != ctx.RegistryVersion {
		*v = verified{slice.Certification, ctx.RegistryVersion, s.certified(slice, ctx)}
	}
	return v.ok
}

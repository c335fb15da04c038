package dkg

import "icsim/protocol"

// maxDealings is how many dealings a block holds (registry: dkg_dealings_per_block).
const maxDealings = 1

// Reasons to refuse a block's dealings.
const (
	ReasonTooMany   = "too many dealings in a block"
	ReasonUnknown   = "dealing for a key that is not being generated"
	ReasonDealer    = "dealing of a node that is no dealer"
	ReasonTwice     = "second dealing of a dealer for one key"
	ReasonVersion   = "dealing of another replica version"
	ReasonSignature = "dealing with an invalid signature"
)

// Build picks a dealing that the chain lacks since the summary, if there is one (payload_builder.rs, create_data_payload).
func (p *Payloads) Build(last *protocol.Summary, dealt []*protocol.Dealing) (section []*protocol.Dealing) {
	if len(p.Pool.validated) == 0 || p.Pool.interval.Height != last.Height {
		return nil
	}
	for _, d := range p.Pool.validated {
		c := last.Config(d.Key)
		if len(section) < maxDealings && c != nil && !contains(dealt, d.Key, d.Dealer) && count(dealt, d.Key) < c.Collect {
			section = append(section, d)
		}
	}
	return section
}

// Validate judges the dealings of a peer's block: each is a dealer's first on the chain for a key that the summary asks for, signed
// and sound (payload_validator.rs, validate_dealings_payload). What this node has in its pool it has judged already.
func (p *Payloads) Validate(last *protocol.Summary, dealt, section []*protocol.Dealing) protocol.Verdict {
	if len(section) > maxDealings {
		return protocol.Refuse(ReasonTooMany)
	}
	for i, d := range section {
		c := last.Config(d.Key)
		switch {
		case c == nil:
			return protocol.Refuse(ReasonUnknown)
		case contains(dealt, d.Key, d.Dealer) || contains(section[:i], d.Key, d.Dealer):
			return protocol.Refuse(ReasonTwice)
		case p.Pool.Validated(protocol.MetaOf(d)) != nil:
			continue
		}
		if v := p.Pool.verify(c, d); v.Kind != protocol.Accepts {
			return v
		}
	}
	return protocol.Accept()
}

func contains(dealings []*protocol.Dealing, key protocol.TranscriptID, dealer protocol.NodeID) bool {
	for _, d := range dealings {
		if d.Key == key && d.Dealer == dealer {
			return true
		}
	}
	return false
}

func count(dealings []*protocol.Dealing, key protocol.TranscriptID) (n int) {
	for _, d := range dealings {
		if d.Key == key {
			n++
		}
	}
	return n
}

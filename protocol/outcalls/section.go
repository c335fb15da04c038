package outcalls

import (
	"icsim/crypto"
	"icsim/protocol"
)

// Bounds of a section (rs/types/types/src/batch/canister_http.rs, canister_http.rs; reference/protocol.md D).
const (
	MaxResponses = 500     // beside timeouts, which cost nothing to check
	MaxSize      = 2 << 20 // bytes
)

// Reasons to refuse a section.
const (
	ReasonStateMissing    = "state at certified height missing"
	ReasonRegistryMissing = "registry version at height unknown"
	ReasonTooMany         = "too many outcall responses in a block"
	ReasonTooBig          = "too many outcall bytes in a block"
	ReasonMalformed       = "outcall section with parts missing"
	ReasonUnknown         = "answer to an outcall that is not open"
	ReasonTwice           = "outcall answered twice"
	ReasonNotTimedOut     = "outcall has not timed out"
	ReasonTimedOut        = "outcall has timed out"
	ReasonMetadata        = "outcall response is not what was signed"
	ReasonVersion         = "outcall signed under another registry version"
	ReasonOrder           = "outcall signers not in order"
	ReasonNotMember       = "outcall signed by a node that was not to ask"
	ReasonFewSigners      = "too few nodes signed an outcall's response"
	ReasonProof           = "invalid signature under an outcall's response"
	ReasonMixed           = "divergence of several outcalls"
	ReasonNotReplicated   = "divergence of an outcall that one node makes"
	ReasonAgreeable       = "shares of an outcall that could still agree"
)

// rules is what the parts of one section are judged by.
type rules struct {
	open     protocol.Outcalls // of the state at the certified height
	now      protocol.Time     // of the block
	version  protocol.RegistryVersion
	members  []protocol.NodeID // ascending
	answered map[protocol.OutcallID]struct{}
}

// needed is how many nodes have to agree on a call: n − f (reference/protocol.md A.1), or the one who makes it.
func (r *rules) needed(c *protocol.OutcallContext) int {
	if !c.IsReplicated() {
		return 1
	}
	return len(r.members) - protocol.FaultsTolerated(len(r.members))
}

// answer marks a call as answered, or says why it may not be.
func (r *rules) answer(id protocol.OutcallID) (*protocol.OutcallContext, protocol.Verdict) {
	c := r.open.Find(id)
	if c == nil {
		return nil, protocol.Refuse(ReasonUnknown)
	}
	if _, ok := r.answered[id]; ok {
		return nil, protocol.Refuse(ReasonTwice)
	}
	r.answered[id] = struct{}{}
	return c, protocol.Accept()
}

func (r *rules) timedOut(c *protocol.OutcallContext) bool { return c.Deadline() < r.now }

// timeout judges that a call has had no answer for too long.
func (r *rules) timeout(id protocol.OutcallID) protocol.Verdict {
	c, v := r.answer(id)
	if v.Kind == protocol.Accepts && !r.timedOut(c) {
		return protocol.Refuse(ReasonNotTimedOut)
	}
	return v
}

// agreed judges a response, all but its signatures.
func (r *rules) agreed(a *protocol.AgreedOutcall) protocol.Verdict {
	if a == nil || a.Response == nil {
		return protocol.Refuse(ReasonMalformed)
	}
	c, v := r.answer(a.Response.ID)
	if v.Kind != protocol.Accepts {
		return v
	}
	m, response := &a.Metadata, a.Response
	switch {
	case r.timedOut(c):
		return protocol.Refuse(ReasonTimedOut)
	case m.ID != c.ID || m.Timeout != c.Deadline() || m.Hash != response.Hash() || response.Canister != c.Caller():
		return protocol.Refuse(ReasonMetadata)
	case m.Registry != r.version:
		return protocol.Refuse(ReasonVersion)
	case !fits(c, response):
		return protocol.Refuse(ReasonOversized)
	}
	for i, s := range a.Signatures {
		switch {
		case i > 0 && a.Signatures[i-1].Signer >= s.Signer:
			return protocol.Refuse(ReasonOrder)
		case c.IsReplicated() && !isMember(r.members, s.Signer) || !c.IsReplicated() && s.Signer != c.Node:
			return protocol.Refuse(ReasonNotMember)
		}
	}
	if len(a.Signatures) < r.needed(c) {
		return protocol.Refuse(ReasonFewSigners)
	}
	return protocol.Accept()
}

// diverged judges that no response can be agreed on, all but the signatures.
//
// Model: a proof has one share of a node, in order. The replica takes several and counts the node once.
func (r *rules) diverged(d *protocol.OutcallDivergence) protocol.Verdict {
	if d == nil || len(d.Shares) == 0 || d.Shares[0] == nil {
		return protocol.Refuse(ReasonMalformed)
	}
	c, v := r.answer(d.Shares[0].Metadata.ID)
	switch {
	case v.Kind != protocol.Accepts:
		return v
	case !c.IsReplicated():
		return protocol.Refuse(ReasonNotReplicated)
	case r.timedOut(c):
		return protocol.Refuse(ReasonTimedOut)
	}
	for i, s := range d.Shares {
		switch {
		case s == nil || s.Response != nil:
			return protocol.Refuse(ReasonMalformed)
		case s.Metadata.ID != c.ID:
			return protocol.Refuse(ReasonMixed)
		case s.Metadata.Timeout != c.Deadline():
			return protocol.Refuse(ReasonMetadata)
		case s.Metadata.Registry != r.version:
			return protocol.Refuse(ReasonVersion)
		case i > 0 && d.Shares[i-1].Signer >= s.Signer:
			return protocol.Refuse(ReasonOrder)
		case !isMember(r.members, s.Signer):
			return protocol.Refuse(ReasonNotMember)
		}
	}
	if !r.cannotAgree(d.Shares) {
		return protocol.Refuse(ReasonAgreeable)
	}
	return protocol.Accept()
}

// cannotAgree reports whether more than f nodes have signed something else than the most: then whatever the missing nodes sign,
// no response comes to n−f (payload_builder/utils.rs, grouped_shares_meet_divergence_criteria).
func (r *rules) cannotAgree(shares []*protocol.OutcallShare) bool {
	count := map[crypto.Hash]int{}
	most := 0
	for _, s := range shares {
		count[s.Metadata.Hash]++
		most = max(most, count[s.Metadata.Hash])
	}
	return len(shares)-most > protocol.FaultsTolerated(len(r.members))
}

package ingress

import (
	"bytes"
	"cmp"

	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
)

// Reasons to refuse a section.
const (
	ReasonTooMany      = "too many ingress messages in a block"
	ReasonBlockTooBig  = "too many ingress bytes in a block"
	ReasonOrder        = "ingress messages not in order"
	ReasonPast         = "ingress message in a past payload"
	ReasonHistory      = "ingress message in the ingress history"
	ReasonNoCanister   = "ingress canister not hosted or not running"
	ReasonStateMissing = "state at certified height missing"
)

// A State is what the rules ask of the replicated state at a certified height.
type State interface {
	IngressState(protocol.MessageID) protocol.IngressState
	// HasCanister says whether the canister is hosted here, and neither stops nor is stopped.
	HasCanister(protocol.CanisterID) bool
}

// A StateReader gives the state at a height; ok is false when the node does not have it.
type StateReader interface {
	StateAt(protocol.Height) (s State, ok bool)
}

// WireSize is what a message takes in a stripped proposal: its id and the hash of its bytes.
const WireSize = 2 * protocol.SizeHash

// rules is what messages of one section are judged by (ingress_selector.rs, validate_ingress).
type rules struct {
	keys    *keys.Keyring
	whose   authentication.Judgement
	subnet  *protocol.SubnetRecord
	context protocol.ValidationContext
	state   State
	past    map[protocol.MessageID]struct{}
}

// judge says whether a message may stand in the section.
func (r *rules) judge(m *protocol.SignedIngress) protocol.Verdict {
	if _, ok := r.past[m.MessageID]; ok {
		return protocol.Refuse(ReasonPast)
	}
	if r.state.IngressState(m.MessageID) != protocol.IngressUnknown {
		return protocol.Refuse(ReasonHistory)
	}
	if c := m.Content.Canister; c != protocol.ManagementCanister && !r.state.HasCanister(c) {
		return protocol.Refuse(ReasonNoCanister)
	}
	if v := checkExpiry(m, r.context.Time, protocol.IngressTTL); v.Kind != protocol.Accepts {
		return v
	}
	return checkRequest(r.whose, r.keys, r.subnet.ID, r.context.RegistryVersion, m, r.context.Time)
}

// compare orders a section: by expiry, then id. The replica's section is a map with that order.
func compare(a, b *protocol.SignedIngress) int {
	return cmp.Or(cmp.Compare(a.Content.Expiry, b.Content.Expiry), bytes.Compare(a.MessageID[:], b.MessageID[:]))
}

package sim

import (
	"bytes"
	"encoding/binary"

	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
)

// newJudgement gives how nodes judge whose a request is. With a voucher somebody outside, who hands out what he knows the senders of,
// speaks for all users: he has nobody's keys, and test suites want to act as anybody.
func newJudgement(c *Config) authentication.Judgement {
	judge := authentication.Judgement(authentication.Judge)
	if !c.NoShare {
		judge = remembering(judge)
	}
	voucher := c.Voucher
	if len(voucher) == 0 {
		return judge
	}
	return func(
		k *keys.Keyring, at protocol.RegistryVersion, a *protocol.Authentication, r authentication.Request, now uint64,
	) (authentication.Scope, authentication.Fault) {
		if len(a.PublicKey) == 0 && len(a.Delegations) == 0 && bytes.Equal(a.Signature, voucher) {
			return authentication.Scope{}, authentication.Fault{}
		}
		return judge(k, at, a, r, now)
	}
}

// A vetted request was found to be its sender's. Where nobody delegates and the key is not a canister's, that holds on any node at any
// time.
type vetted struct {
	id     protocol.MessageID
	sender principal.ID
	by     *protocol.Authentication // what all nodes have of the message that they share: nobody changes it
	key    *userkey.Key             // nil: this is none
}

func (v *vetted) is(a *protocol.Authentication, r *authentication.Request) bool {
	return v.key != nil && v.id == r.ID && v.sender == r.Sender &&
		(v.by == a || v.key.DER() == string(a.PublicKey) && bytes.Equal(v.by.Signature, a.Signature))
}

// vettedRequests is a power of two: what a busy subnet takes in a few seconds, until each node has judged a request twice, when a peer
// sends it and in a block.
const vettedRequests = 1 << 12

// remembering is judge with a memory of its latest favourable verdicts, for one goroutine: each node of a subnet judges a request twice.
func remembering(judge authentication.Judgement) authentication.Judgement {
	var known []vetted
	return func(
		k *keys.Keyring, at protocol.RegistryVersion, a *protocol.Authentication, r authentication.Request, now uint64,
	) (authentication.Scope, authentication.Fault) {
		if len(a.Delegations) > 0 || r.Info != nil || len(a.PublicKey) == 0 {
			return judge(k, at, a, r, now)
		}
		if known == nil {
			known = make([]vetted, vettedRequests)
		}
		v := &known[binary.LittleEndian.Uint64(r.ID[:])%vettedRequests]
		if v.is(a, &r) {
			k.ChargeUser(v.key, nil, a.Signature)
			return authentication.Scope{}, authentication.Fault{}
		}
		scope, fault := judge(k, at, a, r, now)
		if fault == (authentication.Fault{}) {
			if key, err := userkey.Parse(a.PublicKey); err == nil && key.Kind() != userkey.Canister {
				*v = vetted{r.ID, r.Sender, a, key}
			}
		}
		return scope, fault
	}
}

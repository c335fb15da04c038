package canister

import (
	"encoding/binary"
	"slices"

	m "icsim/canister/management"
	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// nonce is what a request's nonce is moved by, in the round after it was paired.
func (r *Round) nonce(id protocol.SignatureID) crypto.Hash {
	return crypto.Sum("signature nonce", r.ctx.Randomness[:], binary.BigEndian.AppendUint64(nil, uint64(id)))
}

// stash takes the pre-signatures that the round's block brings, and throws away those of keys that other nodes hold by now.
func (r *Round) stash(blocks *protocol.IDKGPayload) {
	for i := range blocks.Keys {
		key := &blocks.Keys[i]
		if key.Current == nil {
			continue
		}
		held := r.chainKeys.Stash(key.ID)
		kept := slices.DeleteFunc(slices.Clone(held), func(p *protocol.PreSignature) bool { return p.Master.ID != key.Current.ID })
		for _, p := range blocks.Made {
			if p.Key == key.ID && p.Master.ID == key.Current.ID {
				kept = append(kept, p)
			}
		}
		if !slices.Equal(kept, held) {
			r.setStash(key.ID, kept)
		}
	}
}

// setStash replaces the pre-signatures of a key.
func (r *Round) setStash(id chainkey.KeyID, all []*protocol.PreSignature) {
	r.editChainKeys()
	i := slices.IndexFunc(r.chainKeys.Stashes, func(s protocol.Stash) bool { return s.Key == id })
	r.chainKeys.Stashes = slices.Clone(r.chainKeys.Stashes)
	if i < 0 {
		r.chainKeys.Stashes = append(r.chainKeys.Stashes, protocol.Stash{Key: id, PreSignatures: all})
		return
	}
	r.chainKeys.Stashes[i].PreSignatures = all
}

// takePreSignature takes the oldest of a key, or gives nil.
func (r *Round) takePreSignature(id chainkey.KeyID) *protocol.PreSignature {
	held := r.chainKeys.Stash(id)
	if len(held) == 0 {
		return nil
	}
	r.setStash(id, held[1:])
	return held[0]
}

// AnswerSignature implements protocol.Round: the canister's call is answered before anything else runs.
func (r *Round) AnswerSignature(a *protocol.SignatureAnswer) {
	c := r.chainKeys.Find(a.ID)
	if c == nil {
		return
	}
	r.editChainKeys()
	r.chainKeys.Open = slices.DeleteFunc(slices.Clone(r.chainKeys.Open), func(o *protocol.SignatureContext) bool { return o == c })
	asked := c.Call.Request
	response := &protocol.Response{
		Originator: asked.Sender, Respondent: asked.Receiver, Callback: asked.Callback, Deadline: asked.Deadline,
		Refund: c.Refund, Reject: a.Reject,
	}
	switch {
	case a.Reject.Code != 0:
	case c.Key.Algorithm == chainkey.VetKD:
		response.Reply = m.Encode(m.VetKDKeyReply{EncryptedKey: a.Answer})
	default:
		response.Reply = m.Encode(m.SignatureReply{Signature: a.Answer})
	}
	if c.Remote {
		r.departing = append(slices.Clip(r.departing), protocol.NewResponse(response))
		return
	}
	r.deliver(r.touch(asked.Sender), protocol.NewResponse(response), false)
}

// ChainKeys implements protocol.CanisterState.
func (s *State) ChainKeys() *protocol.ChainKeyState {
	if s.chainKeys == nil {
		return noChainKeys
	}
	return s.chainKeys
}

// noChainKeys is that of states without.
var noChainKeys = new(protocol.ChainKeyState)

func cyclesOfSignatures(s *protocol.ChainKeyState) protocol.Cycles {
	var sum protocol.Cycles
	for _, c := range s.Open {
		sum = sum.Add(c.Refund)
	}
	return sum
}

// appendSignatures covers chain keys for a state's hash; nothing where there never were any.
func appendSignatures(b []byte, s *protocol.ChainKeyState) []byte {
	if s.IsEmpty() {
		return b
	}
	return appendBlob(b, s.Bytes())
}

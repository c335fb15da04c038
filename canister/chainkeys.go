package canister

import (
	"fmt"
	"slices"
	"strings"

	m "icsim/canister/management"
	"icsim/crypto/chainkey"
	"icsim/crypto/principal"
	"icsim/protocol"
)

func ecdsaKey(k *m.ECDSAKeyID) chainkey.KeyID {
	return chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: k.Name}
}

func vetKDKey(k *m.VetKDKeyID) chainkey.KeyID {
	return chainkey.KeyID{Algorithm: chainkey.VetKD, Name: k.Name}
}

func schnorrKey(k *m.SchnorrKeyID) chainkey.KeyID {
	if k.Algorithm.BIP340 != nil {
		return chainkey.KeyID{Algorithm: chainkey.BIP340, Name: k.Name}
	}
	return chainkey.KeyID{Algorithm: chainkey.Ed25519, Name: k.Name}
}

// keyAsked reads from the argument of a method which chain key a call is about, and tells whether it is to be signed with; ok is false if
// the method is about none, or the argument does not say.
func keyAsked(name string, arg []byte) (key chainkey.KeyID, signing, ok bool) {
	switch name {
	case "ecdsa_public_key", "sign_with_ecdsa":
		var to struct {
			Key m.ECDSAKeyID `candid:"key_id"`
		}
		ok = m.Decode(arg, &to) == nil
		return ecdsaKey(&to.Key), ok && name == "sign_with_ecdsa", ok
	case "schnorr_public_key", "sign_with_schnorr":
		var to struct {
			Key m.SchnorrKeyID `candid:"key_id"`
		}
		ok = m.Decode(arg, &to) == nil
		return schnorrKey(&to.Key), ok && name == "sign_with_schnorr", ok
	case "vetkd_public_key", "vetkd_derive_key":
		var to struct {
			Key m.VetKDKeyID `candid:"key_id"`
		}
		ok = m.Decode(arg, &to) == nil
		return vetKDKey(&to.Key), ok && name == "vetkd_derive_key", ok
	}
	return key, false, false
}

// signer gives the subnet that signs with a key: this one, or the first that does (routing.rs).
func (r *Round) signer(key chainkey.KeyID) (protocol.SubnetID, bool) {
	return r.firstSubnet(func(keys *protocol.ChainKeys) bool { return keys.Signs(key) })
}

// knower gives a subnet that can tell a public key: one that signs, or else one that holds the key as a backup.
func (r *Round) knower(key chainkey.KeyID) (protocol.SubnetID, bool) {
	if s, ok := r.signer(key); ok {
		return s, true
	}
	return r.firstSubnet(func(keys *protocol.ChainKeys) bool { return keys.Find(key) != nil })
}

// firstSubnet gives the first subnet whose keys will do, of all this one.
func (r *Round) firstSubnet(will func(*protocol.ChainKeys) bool) (protocol.SubnetID, bool) {
	if r.ctx.Registry == nil {
		return 0, false
	}
	if will(r.ctx.Registry.Subnet(r.ctx.Subnet).ChainKeys) {
		return r.ctx.Subnet, true
	}
	for _, s := range r.ctx.Registry.Subnets {
		if will(s.ChainKeys) {
			return s.ID, true
		}
	}
	return 0, false
}

// unknownKey says that no subnet has a key, or that none signs with it.
func (r *Round) unknownKey(q *request, key chainkey.KeyID, signing bool) *fault {
	var known []string
	if r.ctx.Registry != nil {
		for _, s := range r.ctx.Registry.Subnets {
			if s.ChainKeys != nil {
				for i := range s.ChainKeys.Keys {
					if key := &s.ChainKeys.Keys[i]; !signing || !key.Disabled {
						known = append(known, key.ID.Shown())
					}
				}
			}
		}
	}
	slices.Sort(known)
	unknown, existing := "unknown", "existing keys"
	if signing {
		unknown, existing = "unknown or signing disabled", "existing keys with signing enabled"
	}
	return refusal(errCanisterNotFound,
		"Unable to route management canister request %s: ChainKeyError(\"Requested %s threshold key: %s, %s: [%s]\")",
		q.method(), unknown, key.Shown(), existing, strings.Join(slices.Compact(known), ", "))
}

// keysHere are those that the registry gives this subnet; nil: none.
func (r *Round) keysHere() *protocol.ChainKeys {
	if r.ctx.Registry == nil {
		return nil
	}
	return r.ctx.Registry.Subnet(r.ctx.Subnet).ChainKeys
}

// master gives what blocks have of a key, if it can be derived from by now.
func (r *Round) master(q *request, key chainkey.KeyID) (*protocol.MasterKey, *fault) {
	if r.keysHere().Find(key) == nil {
		return nil, r.unknownKey(q, key, false)
	}
	if r.ctx.ChainKeys != nil {
		if k := r.ctx.ChainKeys.Key(key); k != nil && (k.Current != nil || k.VetKD != nil) {
			return k, nil
		}
	}
	return nil, refusal(errRejectedMessage, "Subnet %s does not hold threshold key %s.", r.ctx.SubnetPrincipal, key.Shown())
}

// pathOf is whose key is asked for: that of the canister named, or the caller's.
func pathOf(q *request, canister *principal.ID, parts [][]byte) ([][]byte, *fault) {
	id := q.caller
	if canister != nil {
		id = *canister
	}
	path, err := chainkey.Path([]byte(id.Bytes()), parts)
	if err != nil {
		return nil, undecodable(err)
	}
	return path, nil
}

func (r *Round) publicKey(q *request, key chainkey.KeyID, canister *principal.ID, parts [][]byte) ([]byte, *fault) {
	path, f := pathOf(q, canister, parts)
	if f != nil {
		return nil, f
	}
	k, f := r.master(q, key)
	if f != nil {
		return nil, f
	}
	p := chainkey.PublicKey(k.Current.Transcript, path)
	return m.Encode(m.PublicKeyReply{PublicKey: p.Key, ChainCode: p.ChainCode}), nil
}

func (r *Round) ecdsaPublicKey(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.ECDSAPublicKey
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	return r.publicKey(q, ecdsaKey(&arg.Key), arg.Canister, arg.Path)
}

func (r *Round) schnorrPublicKey(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.SchnorrPublicKey
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	return r.publicKey(q, schnorrKey(&arg.Key), arg.Canister, arg.Path)
}

func (r *Round) vetKDPublicKey(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.VetKDPublicKey
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	k, f := r.master(q, vetKDKey(&arg.Key))
	if f != nil {
		return nil, f
	}
	id := q.caller
	if arg.Canister != nil {
		id = *arg.Canister
	}
	p, err := chainkey.DerivedKey(k.VetKD.Group.Key, []byte(id.Bytes()), arg.Context)
	if err != nil {
		return nil, refusal(errRejectedMessage, "%s", err)
	}
	return m.Encode(m.VetKDPublicKeyReply{PublicKey: p.Key}), nil
}

func (r *Round) signWithECDSA(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.SignWithECDSA
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if len(arg.Hash) != 32 {
		return nil, undecodable(fmt.Errorf("candid: message_hash has %d bytes; 32 are wanted", len(arg.Hash)))
	}
	path, f := pathOf(q, nil, arg.Path)
	if f != nil {
		return nil, f
	}
	return nil, r.ask(q, &protocol.SignatureContext{Key: ecdsaKey(&arg.Key), Path: path, Message: arg.Hash})
}

func (r *Round) signWithSchnorr(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.SignWithSchnorr
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	path, f := pathOf(q, nil, arg.Path)
	if f != nil {
		return nil, f
	}
	c := &protocol.SignatureContext{Key: schnorrKey(&arg.Key), Path: path, Message: arg.Message}
	if arg.Aux != nil {
		root := arg.Aux.BIP341.MerkleRoot
		if n := len(root); n != 0 && n != 32 {
			return nil, undecodable(fmt.Errorf("candid: merkle_root_hash has %d bytes; 0 or 32 are wanted", n))
		}
		if c.Key.Algorithm != chainkey.BIP340 {
			return nil, refusal(errRejectedMessage, "%s request failed: invalid aux field for this key", q.method())
		}
		c.Taproot = &root
	}
	return nil, r.ask(q, c)
}

func (r *Round) vetKDDeriveKey(q *request, _ *Canister) ([]byte, *fault) {
	var arg m.VetKDDeriveKey
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	c := &protocol.SignatureContext{
		Key: vetKDKey(&arg.Key), Message: arg.Input, Caller: []byte(q.caller.Bytes()), Context: arg.Context,
	}
	if len(arg.Transport) != len(c.Transport) {
		return nil, undecodable(fmt.Errorf("candid: transport_public_key has %d bytes; %d are wanted", len(arg.Transport), len(c.Transport)))
	}
	copy(c.Transport[:], arg.Transport)
	if !chainkey.ValidTransport(c.Transport) {
		return nil, refusal(errRejectedMessage, "invalid transport public key")
	}
	return nil, r.ask(q, c)
}

// ask opens a request to a chain key. It is answered when consensus does, see AnswerSignature.
func (r *Round) ask(q *request, c *protocol.SignatureContext) *fault {
	key := r.keysHere().Find(c.Key)
	switch _, elsewhere := r.signer(c.Key); {
	case key != nil && key.Disabled && elsewhere:
		return refusal(errRejectedMessage, "%s request failed: subnet %s holds threshold key %s, and signing with it is disabled there.",
			q.method(), r.ctx.SubnetPrincipal, c.Key.Shown())
	case key == nil || key.Disabled:
		return r.unknownKey(q, c.Key, true)
	}
	fee := r.prices.signature()
	if q.cycles.Less(fee) {
		return refusal(errRejectedMessage, "%s request sent with %s cycles, but %s cycles are required.", q.method(), q.cycles, fee)
	}
	waiting := 0
	for _, o := range r.chainKeys.Open {
		if o.Key == c.Key {
			waiting++
		}
	}
	if waiting >= key.Queue {
		return refusal(errRejectedMessage, "%s request failed: signature queue for key %s is full.", q.method(), c.Key.Shown())
	}
	if q.remote {
		r.lose(fee)
	} else {
		r.consume(r.touch(q.message.Request.Sender), useSignatures, fee)
	}
	c.ID, c.Call, c.Remote, c.Time, c.Height = r.chainKeys.Next, q.message, q.remote, r.ctx.Time, r.ctx.Height
	c.Refund = q.cycles.Sub(fee)
	q.cycles = protocol.Cycles{}
	r.editChainKeys()
	r.chainKeys.Open = append(slices.Clip(r.chainKeys.Open), c)
	r.chainKeys.Next++
	return nil
}

// editChainKeys makes the round's value its own.
func (r *Round) editChainKeys() {
	if r.chainKeys == r.parent.ChainKeys() {
		own := *r.chainKeys
		r.chainKeys = &own
	}
}

// pair gives open requests what they are answered by, at the beginning of a round: first a pre-signature, oldest to oldest, and a round
// later, so that nobody knew it when the pair was made, a nonce from the round's randomness
// (rs/execution_environment/src/scheduler/threshold_signatures.rs).
func (r *Round) pair() {
	blocks := r.ctx.ChainKeys
	if blocks == nil {
		return
	}
	r.stash(blocks)
	open := r.chainKeys.Open
	for i, c := range open {
		next := r.paired(c, blocks, open)
		if next == nil {
			continue
		}
		r.editChainKeys()
		if &r.chainKeys.Open[0] == &r.parent.ChainKeys().Open[0] {
			r.chainKeys.Open = slices.Clone(open)
			open = r.chainKeys.Open
		}
		open[i] = next
	}
}

// paired gives a request with what it gets in this round, or nil if that is nothing.
func (r *Round) paired(
	c *protocol.SignatureContext, blocks *protocol.IDKGPayload, open []*protocol.SignatureContext,
) *protocol.SignatureContext {
	next := *c
	key := blocks.Key(c.Key)
	switch {
	case c.IsReady():
		return nil
	case c.PreSignature != nil:
		nonce := r.nonce(c.ID)
		next.Nonce = &nonce
		return &next
	case c.Key.Algorithm == chainkey.VetKD:
		if key == nil || key.VetKD == nil {
			return nil
		}
		next.Transcript, next.Paired = key.VetKD, r.ctx.Height
		return &next
	}
	pairs := 0
	for _, o := range open {
		if o.Key == c.Key && o.PreSignature != nil {
			pairs++
		}
	}
	if pairs >= protocol.MaxPaired {
		return nil
	}
	if next.PreSignature = r.takePreSignature(c.Key); next.PreSignature == nil {
		return nil
	}
	next.Paired = r.ctx.Height
	return &next
}

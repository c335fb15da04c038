package main

import (
	"crypto/sha256"
	"strings"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// signer asks the subnet's chain keys for signatures.
//
//	sign : (text, text) -> (blob, blob);   a key such as ecdsa:secp256k1:key_1, and a message; its public key and the signature
//
// ECDSA signs the message's SHA-256. Of vetKD the message is the input, and the second blob the derived key, encrypted for
// everybody: E1, E2, E3, of which the last 48 bytes are the key.
//
// Settings: cycles, with each request; path, a text, the only part of the derivation path; none if not given.
type signer struct {
	cycles uint64
	path   string
}

func newSigner(settings *candid.Reader) cdk.Canister {
	s := &signer{cycles: settings.FieldNat64("cycles", 30_000_000_000), path: settings.FieldText("path", "")}
	return cdk.Canister{Update: cdk.Methods{"sign": s.sign}}
}

// A chainKey is how the management canister's methods name a key.
type chainKey struct {
	scheme string // ecdsa, schnorr or vetkd
	id     candid.Value
}

func newChainKey(text string) (k chainKey, ok bool) {
	parts := strings.SplitN(text, ":", 3)
	if len(parts) != 3 {
		return k, false
	}
	kind := "curve"
	if parts[0] == "schnorr" {
		kind = "algorithm"
	}
	id := candid.NewRecord(
		candid.Of(kind, candid.NewVariant(parts[1], candid.NewNull())), candid.Of("name", candid.NewText(parts[2])))
	return chainKey{parts[0], id}, true
}

func (s *signer) sign(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	name, message := arg.Text(), arg.Text()
	mustRead(ctx, arg)
	key, ok := newChainKey(name)
	if !ok {
		ctx.Reject(name + " is no chain key, such as ecdsa:secp256k1:key_1")
		return
	}
	public, ok := s.ask(ctx, key.scheme+"_public_key", s.fields(key), 0, "public_key")
	if !ok {
		return
	}
	method, field, request := "sign_with_"+key.scheme, "signature", s.fields(key)
	switch key.scheme {
	case "ecdsa":
		hash := sha256.Sum256([]byte(message))
		request = append(request, candid.Of("message_hash", candid.NewBlob(hash[:])))
	case "schnorr":
		request = append(request, candid.Of("message", candid.NewBlob([]byte(message))))
	case "vetkd":
		method, field = "vetkd_derive_key", "encrypted_key"
		everybody := make([]byte, 48)
		everybody[0] = 0xc0 // infinity
		request = append(request,
			candid.Of("input", candid.NewBlob([]byte(message))), candid.Of("transport_public_key", candid.NewBlob(everybody)))
	}
	if signature, ok := s.ask(ctx, method, request, s.cycles, field); ok {
		ctx.Reply(candid.Encode(candid.NewBlob(public), candid.NewBlob(signature)))
	}
}

// fields are what all requests have: which key, and where in it.
func (s *signer) fields(key chainKey) []candid.Field {
	if key.scheme == "vetkd" {
		return []candid.Field{candid.Of("key_id", key.id), candid.Of("context", candid.NewBlob([]byte(s.path)))}
	}
	path := candid.NewVec()
	if s.path != "" {
		path = candid.NewVec(candid.NewBlob([]byte(s.path)))
	}
	return []candid.Field{candid.Of("key_id", key.id), candid.Of("derivation_path", path)}
}

// ask calls the management canister and gives a field of its reply; a reject goes to our caller.
func (s *signer) ask(ctx *cdk.Context, method string, request []candid.Field, cycles uint64, field string) ([]byte, bool) {
	reply, reject := ctx.Call(cdk.Management, method, candid.Encode(candid.NewRecord(request...)), cdk.CyclesOf(cycles))
	if reject != nil {
		ctx.Reject(codeName(reject.Code) + ": " + reject.Message)
		return nil, false
	}
	answer := candid.Read(reply)
	answer.Record()
	value := answer.FieldBlob(field, nil)
	mustRead(ctx, answer)
	return value, true
}

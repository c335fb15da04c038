package keys

import (
	"crypto/sha256"

	"icsim/crypto"
	"icsim/crypto/userkey"
	"icsim/protocol"
)

// VerifyUser checks a signature under a key that a user named, and under the root key at a registry version where it is
// a canister's. It answers with nil or the reason.
func (k *Keyring) VerifyUser(at protocol.RegistryVersion, key *userkey.Key, msg, sig []byte) error {
	k.ChargeUser(key, msg, sig)
	users := k.Users
	if users == nil {
		users = userkey.New(k.Scheme)
	}
	return users.Verify(k.root(at), key, msg, sig)
}

// root is the key of the root subnet.
func (k *Keyring) root(at protocol.RegistryVersion) (key crypto.ThresholdPublicKey) {
	r := k.Registry.At(at)
	if s := r.Subnet(r.Root); s != nil {
		key = s.PublicKey
	}
	return key
}

// ChargeUser counts the work of VerifyUser, for it and for whoever knows what it says. The bytes that it hashes matter where a signature
// brings them along.
func (k *Keyring) ChargeUser(key *userkey.Key, msg, sig []byte) {
	switch key.Kind() {
	case userkey.Ed25519, userkey.WebAuthnEd25519:
		k.Meter.Charge(protocol.OpVerifyBasic, 1)
	case userkey.ECDSAP256, userkey.ECDSASecp256k1, userkey.WebAuthnP256:
		k.Meter.Charge(protocol.OpVerifyECDSA, 1)
	case userkey.RSA, userkey.WebAuthnRSA:
		k.Meter.Charge(protocol.OpVerifyRSA, 1)
	case userkey.Canister:
		k.Meter.Charge(protocol.OpHashByte, len(sig))
		if k.certificates.add(contents(key, msg, sig)) {
			k.Meter.Charge(protocol.OpVerifyCanister, 1)
		}
	}
}

// maxCertificates bounds a generation of what a node remembers of canister signatures.
const maxCertificates = 10_000

// seen is the canister signatures that a node has verified lately: a session shows one delegation in each of its requests,
// and the replica remembers threshold signatures that it verified (rs/certification, verify_certified_data_with_cache).
//
// Model: whole canister signatures are remembered, the bad ones too; the replica remembers the threshold signatures inside.
type seen struct{ young, old map[crypto.Hash]struct{} }

// add reports whether the signature is new.
func (s *seen) add(h crypto.Hash) bool {
	_, young := s.young[h]
	_, old := s.old[h]
	if !young {
		if len(s.young) >= maxCertificates || s.young == nil {
			s.young, s.old = make(map[crypto.Hash]struct{}), s.young
		}
		s.young[h] = struct{}{}
	}
	return !young && !old
}

func contents(key *userkey.Key, msg, sig []byte) crypto.Hash {
	k, m, s := sha256.Sum256([]byte(key.DER())), sha256.Sum256(msg), sha256.Sum256(sig)
	return crypto.Sum("user signature", k[:], m[:], s[:])
}

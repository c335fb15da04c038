package chainkey

import (
	"fmt"
	"slices"
	"strings"

	"icsim/crypto"
	"icsim/crypto/derivation"
	"icsim/crypto/idkg"
	"icsim/crypto/vetkd"
)

// An Algorithm is what a key is for.
type Algorithm uint8

// The algorithms. The zero Algorithm is none.
const (
	ECDSA Algorithm = iota + 1
	BIP340
	Ed25519
	VetKD
)

// names are those of scenarios: the interface's words for the method, then for the curve or algorithm.
var names = [...]struct{ scheme, curve, shown string }{
	ECDSA:   {"ecdsa", "secp256k1", "Secp256k1"},
	BIP340:  {"schnorr", "bip340secp256k1", "Bip340Secp256k1"},
	Ed25519: {"schnorr", "ed25519", "Ed25519"},
	VetKD:   {"vetkd", "bls12_381_g2", "Bls12_381_G2"},
}

// NeedsPreSignatures says whether something must be prepared for each request.
func (a Algorithm) NeedsPreSignatures() bool { return a != VetKD }

// IDKG is the algorithm as transcripts know it; none for vetKD.
func (a Algorithm) IDKG() idkg.Algorithm {
	switch a {
	case ECDSA:
		return idkg.EcdsaSecp256k1
	case BIP340:
		return idkg.SchnorrBip340
	case Ed25519:
		return idkg.SchnorrEd25519
	}
	return 0
}

// A KeyID names a key (MasterPublicKeyId). The zero KeyID names none.
type KeyID struct {
	Algorithm Algorithm
	Name      string
}

// String is the name as scenarios write it: ecdsa:secp256k1:key_1.
func (k KeyID) String() string {
	if int(k.Algorithm) >= len(names) {
		return fmt.Sprintf("algorithm %d:%s", k.Algorithm, k.Name) // a peer may name any
	}
	n := names[k.Algorithm]
	return n.scheme + ":" + n.curve + ":" + k.Name
}

// Shown is the name as the replica's messages write it: ecdsa:Secp256k1:key_1.
func (k KeyID) Shown() string {
	if int(k.Algorithm) >= len(names) {
		return k.String()
	}
	n := names[k.Algorithm]
	return n.scheme + ":" + n.shown + ":" + k.Name
}

// Forms are the beginnings that a key's name may have.
func Forms() (forms []string) {
	for _, n := range names[1:] {
		forms = append(forms, n.scheme+":"+n.curve)
	}
	return forms
}

// ParseKeyID reads what KeyID.String writes.
func ParseKeyID(text string) (KeyID, error) {
	at := strings.LastIndexByte(text, ':')
	form := slices.Index(Forms(), text[:max(at, 0)])
	if form < 0 || at+1 == len(text) {
		return KeyID{}, fmt.Errorf("is no chain key; want one of %s, with a name behind, such as ecdsa:secp256k1:key_1",
			strings.Join(Forms(), ", "))
	}
	return KeyID{Algorithm(form + 1), text[at+1:]}, nil
}

// A Public is a canister's key with the chain code to derive further; vetKD has none.
type Public struct{ Key, ChainCode []byte }

// PublicKey derives a canister's key from that of a master transcript (ecdsa_public_key, schnorr_public_key).
func PublicKey(master *idkg.Transcript, path [][]byte) Public {
	d := derivation.Derive(master.Secret(), path)
	key := d.Key.Bytes()
	return Public{Key: key, ChainCode: d.ChainCode[:]}
}

// DerivedKey derives a canister's key from that of a group (vetkd_public_key).
func DerivedKey(master crypto.ThresholdPublicKey, canister, context []byte) (Public, error) {
	key, err := vetkd.PublicKey(master, canister, context)
	return Public{Key: key[:]}, err
}

// ValidTransport says whether a transport key of vetKD can be read.
func ValidTransport(key [48]byte) bool { return vetkd.TransportKey(key).Valid() }

// Path is a canister's path: its id, then the parts that it asks for, of which there may be 255.
func Path(canister []byte, parts [][]byte) ([][]byte, error) { return derivation.Path(canister, parts) }

package management

import "icsim/crypto/principal"

// ECDSAKeyID names a key of ECDSA.
type ECDSAKeyID struct {
	Curve ECDSACurve `candid:"curve"`
	Name  string     `candid:"name"`
}

// ECDSACurve is secp256k1.
type ECDSACurve struct {
	Variant
	Secp256k1 *Null `candid:"secp256k1"`
}

// SchnorrKeyID names a key of Schnorr signatures.
type SchnorrKeyID struct {
	Algorithm SchnorrAlgorithm `candid:"algorithm"`
	Name      string           `candid:"name"`
}

// SchnorrAlgorithm is one of two.
type SchnorrAlgorithm struct {
	Variant
	BIP340  *Null `candid:"bip340secp256k1"`
	Ed25519 *Null `candid:"ed25519"`
}

// VetKDKeyID names a key of vetKD.
type VetKDKeyID struct {
	Curve VetKDCurve `candid:"curve"`
	Name  string     `candid:"name"`
}

// VetKDCurve is that of BLS12-381 whose public keys are in G2.
type VetKDCurve struct {
	Variant
	BLS12381G2 *Null `candid:"bls12_381_g2"`
}

// ECDSAPublicKey is the argument of ecdsa_public_key.
type ECDSAPublicKey struct {
	Canister *principal.ID `candid:"canister_id"`
	Path     [][]byte      `candid:"derivation_path"`
	Key      ECDSAKeyID    `candid:"key_id"`
}

// SchnorrPublicKey is the argument of schnorr_public_key.
type SchnorrPublicKey struct {
	Canister *principal.ID `candid:"canister_id"`
	Path     [][]byte      `candid:"derivation_path"`
	Key      SchnorrKeyID  `candid:"key_id"`
}

// PublicKeyReply is the reply of both.
type PublicKeyReply struct {
	PublicKey []byte `candid:"public_key"`
	ChainCode []byte `candid:"chain_code"`
}

// VetKDPublicKey is the argument of vetkd_public_key.
type VetKDPublicKey struct {
	Canister *principal.ID `candid:"canister_id"`
	Context  []byte        `candid:"context"`
	Key      VetKDKeyID    `candid:"key_id"`
}

// VetKDPublicKeyReply is the reply of vetkd_public_key.
type VetKDPublicKeyReply struct {
	PublicKey []byte `candid:"public_key"`
}

// SignWithECDSA is the argument of sign_with_ecdsa.
type SignWithECDSA struct {
	Hash []byte     `candid:"message_hash"`
	Path [][]byte   `candid:"derivation_path"`
	Key  ECDSAKeyID `candid:"key_id"`
}

// SignWithSchnorr is the argument of sign_with_schnorr.
type SignWithSchnorr struct {
	Message []byte       `candid:"message"`
	Path    [][]byte     `candid:"derivation_path"`
	Key     SchnorrKeyID `candid:"key_id"`
	Aux     *SchnorrAux  `candid:"aux"`
}

// SchnorrAux says what else a signature takes into account.
type SchnorrAux struct {
	Variant
	BIP341 *BIP341 `candid:"bip341"`
}

// BIP341 asks for a signature by the key's taproot output key.
type BIP341 struct {
	MerkleRoot []byte `candid:"merkle_root_hash"`
}

// SignatureReply is the reply of sign_with_ecdsa and sign_with_schnorr.
type SignatureReply struct {
	Signature []byte `candid:"signature"`
}

// VetKDDeriveKey is the argument of vetkd_derive_key.
type VetKDDeriveKey struct {
	Input     []byte     `candid:"input"`
	Context   []byte     `candid:"context"`
	Transport []byte     `candid:"transport_public_key"`
	Key       VetKDKeyID `candid:"key_id"`
}

// VetKDKeyReply is the reply of vetkd_derive_key.
type VetKDKeyReply struct {
	EncryptedKey []byte `candid:"encrypted_key"`
}

// Package vetkd is verifiably encrypted threshold key derivation: a subnet derives a key for a canister's input that only the owner of a
// transport key can read, and that the owner can verify.
//
// Source: reference/interface.md, section B.1; eprint 2023/616; rs/crypto/internal/crypto_lib/bls12_381/vetkd/src/lib.rs; for the
// client, dfinity/vetkeys.
//
// The derived key is a BLS signature on the input, by a key that nodes share since its NI-DKG (crypto.ThresholdGroup, high
// threshold), moved for the canister and its context: in G2, 96 bytes,
//
//	canister key  = master key   + G2 · H(master key, canister id)
//	derived key   = canister key + G2 · H(canister key, context), where the context is not empty
//	derived secret for an input = (x + both offsets) · H1(derived key ‖ input), in G1, 48 bytes
//
// A node encrypts its share of it to the transport key T, with a number r of its own: (r·G1, r·G2, r·T + share). That is linear, so that
// shares interpolate to the encrypted key as to any signature, and two pairing equations say of either whether it is right, without
// anybody seeing what is in it.
//
// # The protocol's view
//
// Request.Start, then Derivation.Share on each node, VerifyShare on what comes in, Combine at the block maker, Verify at the
// validators; PublicKey answers vetkd_public_key. Client code is in client.go: TransportSecret.Decrypt, and what it gives.
//
// # Rules
//
//   - A transport key may be infinity: who asks so gets the key in the clear, for randomness that all may verify.
//   - Points off the curve, outside the subgroup or in a second encoding are refused.
//
// # Dependency
//
// gnark-crypto, for pairings; its functions that start goroutines are not called.
//
// # Speed
//
// Processor time in milliseconds: a share is made in 0.8, after 1.1 for the request's derived key and hashed input; verified in 3
// (three Miller loops); an encrypted key combined and verified in 7 of 9 shares (13 nodes), 14 of 23 (34 nodes); decrypted
// and verified by the client in 2.3.
package vetkd

// Package bls is the real crypto.Scheme: BLS signatures over BLS12-381 for committees and threshold
// keys, Ed25519 for single nodes. What it signs verifies with any agent of the Internet Computer.
//
// Source: reference/protocol.md, section E ("Multisig BLS", "Threshold BLS");
// rs/crypto/internal/crypto_lib/{multi_sig,threshold_sig}/bls12_381/src/crypto.rs; RFC 8032 and 9380.
//
//	signature    H(message)·secret in G1, 48 bytes compressed
//	public key   G·secret in G2, 96 bytes compressed
//	valid        e(signature, -G) · e(H(message), public key) = 1
//
// H is hash to curve with a suite string a purpose, so that one kind of signature never stands for
// another. A multi-signature is the sum of shares and verifies under the sum of keys. A threshold
// share is a signature under f(i+1), for the dealer's polynomial f of degree Threshold-1 and the
// receiver's index i; interpolating the shares at 0 gives the signature under f(0), which is unique.
//
// # Rules
//
//   - a point off the curve, outside the subgroup of prime order, in a second encoding, or at
//     infinity is neither key nor signature. Keys that cancel could only take the signature at
//     infinity, so they take none;
//   - possession of a committee key is proven by signing it under the suite for that purpose.
//
// # Speed
//
// A message is hashed to the curve once, a key's Miller lines are computed once, a share is
// decompressed and checked once: caches hold what was computed, each up to a stated bound, the oldest
// going first. They are pure memory: no result depends on what they hold.
//
// Combine first and verify the result; look at single shares only when that fails. BatchVerifier
// does so for shares that must be judged one by one: it checks a random combination, whose 128-bit
// coefficients hash all the inputs, and on failure every share alone.
//
// # Why gnark-crypto, and how it is called
//
// It is as fast as the best C library without cgo (reference/feasibility.md, section 1). Two of its
// habits are avoided here: MultiExp starts goroutines even with one task, which law 2 forbids, so
// combinations are summed by crypto/curve; and PairingCheckFixedQ overwrites the lines that it is given, so
// it gets copies.
//
// # What is left out
//
// Arithmetic takes time that depends on secrets; there are none worth guarding in a simulator.
package bls

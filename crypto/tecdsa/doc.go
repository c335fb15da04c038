// Package tecdsa is threshold ECDSA on secp256k1: signatures by a key that the nodes of a subnet share.
//
// Source: reference/protocol.md, section E; eprint 2022/506, section 4 (Groth, Shoup);
// rs/crypto/internal/crypto_lib/threshold_sig/canister_threshold_sig/src/signing/ecdsa.rs.
//
// # How f+1 nodes sign
//
// A pre-signature is four transcripts, made before there is anything to sign: κ, unmasked; λ, masked; κ·λ; x·λ, where x is the key. When
// a request is known, and randomness that nobody could know before it, both the key and the nonce move by public amounts: the key by
// the tweak of the request's path, the nonce by a hash of all of this. So nobody who biased κ gains by it. With R = (κ+δ)·G and
// r its first coordinate,
//
//	s = λ·(e + r·(x+tweak)) / λ·(κ+δ) = (λ·(e + r·tweak) + r·xλ) / (λ·δ + κλ)
//
// whose numerator and denominator are linear in what is shared: a node's share is a share of either, with the masks, by which everybody
// can hold it to the transcripts. The lower one of s and -s is the signature.
//
// # The protocol's view
//
// Request.Start, then Signing.Sign on each node, VerifyShare on what comes in, Combine at the block maker, Verify at the
// validators. A Signing is a function of its request: all nodes have the same, and it never changes. A pre-signature must
// serve one request only: two signatures by one nonce give the key away. That it does is the protocol's part.
package tecdsa

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
//
// # Speed
//
// Processor time of one node in milliseconds, for all four transcripts of a pre-signature with as many dealings as they need
// (10+18 at 13 nodes, 24+46 at 34: random ones, and products), and for one signature:
//
//	                      13 nodes   34 nodes
//	deal, four times          8.7       19.4    34 Diffie-Hellman secrets each
//	verify dealings          15.9       41.7    proofs; once for all nodes of a process where results are shared
//	verify own shares         6.0       14.1
//	combine                   2.6       13.0    once for all nodes too
//	load                      3.0        7.2
//	pre-signature            36         95
//
//	start                     0.13       0.13   derivation and rerandomisation
//	sign                      0.001      0.001
//	verify a share            0.21       0.21   f+1 of them: 1.1 and 2.5
//	combine and verify        0.14       0.22
//	signature                 1.6        3.7
package tecdsa

// Package tschnorr is threshold Schnorr: signatures as of BIP 340 on secp256k1, and Ed25519, by keys that the nodes of a subnet share.
//
// Source: reference/protocol.md, section E; eprint 2023/1019 (Shoup, The many faces of Schnorr); BIP 340, BIP 341; RFC 8032;
// rs/crypto/internal/crypto_lib/threshold_sig/canister_threshold_sig/src/signing/{bip340,eddsa}.rs.
//
// # How f+1 nodes sign
//
// A pre-signature is one transcript: a nonce k, RandomUnmasked. When a request is known, and randomness that nobody could know
// before it, key and nonce move by public amounts, the key by the tweak of the request's path, the nonce by a hash of all of
// this; so dealers who bias k gain nothing. A signature (R, s) has s = k' + e·x' with e the hash of R, the public key and the
// message. That is linear in both secrets: a node's share is the same expression of its shares, and is itself a signature by
// what both transcripts commit to at its place, by which everybody can check it.
//
// On secp256k1 keys and nonces are known by their first coordinates, and mean the point with the even second one: where the
// sum is the other, secret and shares change sign. With a taproot tweak (BIP 341) the key x' is made even, moved by the
// hash of itself and the script tree's root, and made even again.
//
// # The cofactor of Ed25519
//
// RFC 8032 lets verifiers multiply the equation by 8 or not, and signatures exist that only one kind takes. None is made here: master
// keys, nonces and their multiples are in the subgroup of prime order, since points outside it do not parse (crypto/idkg/curve). So a
// signature that Verify takes is taken by all verifiers. A nonce is not a hash of the key, as the RFC has it, but nobody can tell.
//
// # The protocol's view
//
// Request.Start, then Signing.Sign on each node, VerifyShare on what comes in, Combine at the block maker, Verify at the validators.
// A Signing is a function of its request. A pre-signature must serve one request only; that it does is the protocol's part.
//
// # Speed
//
// Processor time of one node in milliseconds: its dealing, f+1 dealings verified, combined and loaded; and its share, f+1 shares
// verified, and the signature:
//
//	                           13 nodes   34 nodes
//	BIP 340   pre-signature        6         16
//	          signature            1.1        2.3   a share is verified in 0.13
//	Ed25519   pre-signature        6         15
//	          signature            0.9        1.9   in 0.11
//
// Encryption keys are on secp256k1 whatever is shared, so that pre-signatures cost the same.
package tschnorr

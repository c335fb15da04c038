// Package idkg is interactive distributed key generation: how the nodes of a subnet come to share a secret that no f of them know,
// reshare it, and multiply it with another, for ECDSA and Schnorr keys and the nonces of their signatures.
//
// Source: reference/protocol.md, section E; eprint 2021/1330 and 2022/506 (Groth, Shoup);
// rs/crypto/internal/crypto_lib/threshold_sig/canister_threshold_sig/src/idkg.
//
// # The course of a transcript
//
//  1. A block states Params: the operation, the receivers, the transcripts to share from.
//  2. Each dealer calls Deal and sends the Dealing. Everybody checks it by VerifyDealing, each receiver its own share by VerifyShare; one
//     that finds both good supports it by signing its Digest. Params.Supports of them make it count.
//  3. The block maker calls Combine on Params.Collection dealings or more; validators do the same and compare digests.
//  4. Each receiver calls Transcript.Load. Dealers whose shares for it are bad, though enough others supported them, it
//     complains about; others check the Complaint and answer with their own shares of that dealing, of which Load takes f+1.
//
// All of these are pure functions of their arguments, so that sim/memo can share the public ones; a Transcript, Dealing or Complaint
// never changes. What an operation shares:
//
//	Random               masked    the sum of what is dealt; nothing of it is seen
//	RandomUnmasked       unmasked  the same with its public key in sight, which the last dealer can bias: for nonces, which are
//	                               rerandomised when they are used
//	ReshareOfMasked      unmasked  Left's secret, whose public key is seen from then on: a new key is this of a Random
//	ReshareOfUnmasked    unmasked  Left's secret, for the same or other receivers: the key stays
//	UnmaskedTimesMasked  masked    the product of Left's secret and Right's
//
// # How it is shared
//
// A dealer draws a polynomial of degree f and commits to its coefficients: as multiples of G (unmasked, Feldman), or with a second
// polynomial as mask (Pedersen). Receiver i gets the value at i+1, encrypted: the sum of it and a hash of a Diffie-Hellman
// secret, under one ephemeral key for all receivers, of which the dealer proves possession (MEGa, mega.go). That a dealing shares
// what it must is seen by its commitment (ReshareOfUnmasked) or a proof of Schnorr's kind (proof.go).
//
// # Invariants
//
//   - Any f+1 receivers' shares interpolate to the secret that Transcript.Secret commits to.
//   - A dealing is its dealer's, for one transcript and set of receivers: every hash and proof is bound to them.
//   - A dealing with 2f+1 supports has f+1 honest receivers with good shares, whose openings give any other receiver its own.
//   - Nothing that a peer sent panics. What is wrong with it is one Reason.
//
// # Who uses it
//
// The protocol works with crypto/chainkey.Scheme, which is these functions and the signatures made with what they give, whatever the
// algorithm. There is no cheap counterpart: canisters' signatures are to verify outside, and the arithmetic is a small part of a run.
//
// # Speed
//
// A multiple of a point costs 75 to 95 µs on secp256k1, one of G or H 25, a hash to the curve 70 (one core of an AMD EPYC, as all
// figures here and in tecdsa, tschnorr and vetkd; processor time, go test -bench). At 34 nodes, milliseconds a dealing:
//
//	deal          5     34 multiples, one for each receiver; 12 commitments
//	verify        0.4   the proof of possession: a hash to the curve, four multiples; 0.7 with the proof of a product
//	verify share  0.2   the Diffie-Hellman secret, the commitment at the receiver's place, and to what is decrypted
//	combine       0.2   by interpolation, 23 dealings of a product; more where dealers are missing in between
//	load          0.1   the Diffie-Hellman secret
//
// Nine tenths are field arithmetic of sums of multiples. A subnet of 34 in one process spends most on what each node
// does alone: dealing, verifying its shares, loading.
//
// # What is left out
//
// The signatures around dealings, complaints and openings, and the multisignature of support, are the protocol's (crypto.Scheme). The
// replica opens the opener's share, as here. Model: transcripts have digests, not a wire format: nodes of one process
// share them.
package idkg

// Package chainkey is what the protocol has to know of the keys that canisters sign by, whatever the algorithm: how they are named,
// what is asked of them, and how a node's part in an answer is made and checked. The cryptography is in crypto/idkg, tecdsa,
// tschnorr and vetkd.
//
// Source: reference/protocol.md, section E; reference/interface.md, section B.1; rs/types/types/src/crypto/canister_threshold_sig.
//
//   - key.go: names, and the public keys of canisters. request.go: from a request to its answer.
//   - scheme.go: the operations, as an interface, so that sim/memo can share what is public and an attacker can lie.
//
// A PreSignature is what is prepared before there is anything to sign: of ECDSA κ, λ, κ·λ and x·λ, of Schnorr a nonce. It serves one
// request. vetKD needs none: its keys are those of crypto.KeyGeneration.
//
// # Invariants
//
//   - A Request has one answer, of which no block maker has a choice; that of vetKD varies with the nodes' randomness, and decrypts to
//     one key.
//   - Nothing that a peer sent panics.
package chainkey

// Package idkg gives canisters their signatures: in blocks and between nodes, by interactive distributed key generation.
//
// Sources: reference/protocol.md E (IDKG, stash, signing, complaints, thresholds) and A.7; the replica's rs/consensus/idkg/src
// (pre_signer.rs, signer.rs, complaints.rs, payload_builder.rs, payload_builder/{key_transcript,pre_signatures,signatures}.rs,
// payload_verifier.rs), rs/consensus/vetkd, rs/execution_environment/src/scheduler/threshold_signatures.rs. The cryptography is that of
// crypto/chainkey; a node uses it through its keyring (protocol/keys).
//
//   - payload.go: what a block says of chain keys, from what its parent said. section.go: what its maker finds by itself, and how that
//     is judged.
//   - pool.go: what a node knows. step.go: dealing, supporting, signing. judge.go: what peers sent, complaints and openings.
//   - reshare.go: keys that go to other subnets, and come from them.
//
// # The way of a key, and of a signature
//
// The block at height 0 says that each key of the registry (protocol.ChainKeys) is to be made. A block states transcripts: every node
// that finds one at its finalized tip deals for it; every receiver checks what everybody can check of a dealing and then its own share,
// and supports it with a share of a multi-signature. A block maker who has enough dealings, each with 2f+1 supports, completes the
// transcript; its block states what is to be made of it. A key is a masked random secret, reshared unmasked. A pre-signature is κ, λ, κ·λ
// and x·λ for ECDSA, a nonce for Schnorr; as many as the registry wants in advance are begun, for the emptiest stash first. Complete, they
// go with the batch into the state.
//
// Execution (canister/chainkeys.go) keeps a context for each request, pairs it with the oldest pre-signature, and a round later
// gives it a nonce, which nobody could know when the pair was made. Nodes that find it so in their certified state send shares. A block
// maker who has f+1 puts the answer into a block; validators verify it, of which there is but one. Execution answers the canister.
//
// A vetKD key is generated and reshared by package dkg. A request is paired with its transcript; 2f+1 shares make the encrypted key.
//
// A node that finds its share of a transcript bad when it needs it complains: it shows what it got. Whoever sees that it is bad opens
// its own share of that dealing; f+1 of them give the node its share.
//
// When other nodes are members at the registry version of a summary's context, or have other encryption keys, that summary has each key
// reshared to them. The next brings the new transcript into force, and pre-signatures of the old one are thrown away. Encryption keys are
// rotated by the orchestrator (orchestrator/rotation.go); a node forgets those that no transcript in use needs.
//
// # To another subnet
//
// The registry asks a subnet that holds a key to share it with the nodes of another (protocol.ReshareChainKey). Its blocks state a
// resharing to them, and its nodes deal. Receivers cannot support what they have not got, so the first 2f+1 sound dealings are the answer:
// with f bad ones enough are left. The registry hands them to the other subnet, whose next summary, or whose first block, states a
// transcript with these dealings in it; its nodes support them and complain as always. The public key stays; who signs with it the registry
// says apart.
//
// # Invariants
//
//   - What a block says of chain keys is a function of its parent, of the state at its certified height, and of what its maker found.
//     Validators compute it again.
//   - What Build makes, Validate accepts under the same parent, context and state.
//   - The public key of a key never changes. A pre-signature serves one request.
//   - A request has one answer on a chain of blocks, whatever certification lags behind.
//   - The validated pool holds at most one dealing of a dealer for a transcript at the tip, one support of a node for each, one share of a
//     node for a request of the certified state, one complaint of a node about a dealing, one opening of a node of it.
//   - On subnets without chain keys nothing is sent and no block has anything of this.
//
// # Bounds
//
// Dealings and supports go when the finalized tip asks for their transcript no more, shares when the certified state has the answer,
// complaints and openings when no block, stash or request uses the transcript. Artifacts more than ten heights ahead are put off
// (lookAhead); maxUnvalidated of them wait at most. A node keeps maxLoaded shares of transcripts twice.
//
// # Models
//
// Model: a subnet that runs can get a key at a summary; on the Internet Computer it gets one when it is created or recovered.
// Model: what is dealt for another subnet is asked for by the registry itself (protocol.ReshareChainKey), and the transcript that is made
// of it has a name of that subnet's.
// Model: a first key serves as soon as it is made (payload.go). A vetKD key is there from the start, as the subnet's own keys are.
// Model: a node's share of an encrypted key needs no signature of its own, since VerifyShare tells whose it is.
// Model: time on 16 threads is a sixteenth of that on one.
package idkg

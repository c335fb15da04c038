// Package consensus agrees on a chain of blocks with the other nodes of a subnet, and hands finalized batches to
// execution.
//
// # What it models
//
// The Internet Computer's consensus as deployed: reference/protocol.md sections A.1 to A.8, read from rs/consensus and
// rs/artifact_pool of dfinity/ic. In each round makers of ranks 0 … f, drawn by the random beacon, propose blocks; notaries
// sign the one of lowest rank after a delay; when a node saw one block notarized and signed no other, it signs it for
// finalization; 2f+1 such shares finalize the block and all before it. At every interval a summary block fixes members
// and keys, and a catch-up package (CUP) lets nodes start there.
//
// The pool has two sections, unvalidated and validated. Components look at it and propose changes; the package applies
// them, asks again, and stops when nothing changes (Consensus.Step). One file a rule:
//
//	finalizer.go         signs for finalization, delivers batches (batch_delivery.go)
//	catch_up_package.go  signs CUP shares, notices a diverged state
//	share_aggregator.go  combines shares
//	purger.go            forgets, within bounds.go
//	notary.go            signs for notarization; its delays stand in timing.go
//	random_beacon.go, random_tape.go
//	block_maker.go       proposes
//	validator.go         judges what peers sent: validate_*.go
//
// and beneath them: shelf.go, section.go (the pool), reader.go (what follows from it), membership.go (ranks,
// committees, keys and registry versions by height), status.go (halting), apply.go (changes and what follows), persist.go
// (restart), bouncer.go (what is worth fetching). In comments C/ is rs/consensus/src/consensus, CU/ is
// rs/consensus/utils/src; "H, incident n" is a section of reference/protocol.md.
//
// # Invariants
//
// With at most f faulty nodes, whatever the network does: at most one block of a height is final; beside a block with a
// finalization of its own none is notarized; a node finality-signs a height once, and only what it alone notary-signed
// there; beacons and tapes are unique; nothing is notary-signed 70 heights above certification or 130 above the next
// CUP; contexts grow along the chain; batches leave in order and once (A.10, 1–4, 6–8). consensustest checks them in
// every test.
//
// # Cost
//
// An idle component answers in a few nanoseconds: it remembers a stamp of what its last answer depended on (counters of
// changes, a few heights) and the moment it waits for. TestShortcutsAreExact shows that this changes nothing. Heights
// index slices; there are no maps. Verification is charged to the meter by keys.Keyring; consensus charges
// OpHashByte for the payloads it hashes, and OpPayloadBuild, OpPayloadValidate and OpPayloadByte. Whoever applies
// Effects.Writes charges OpDiskByte.
//
// # Model
//
// Departures are marked Model: where they are made. In short: block signatures and aggregates are verified once, not again
// at every look; other nodes' shares are not written to disk; artifacts restored from disk count as received at
// restart; notary delays are exact integers; adverts are judged by live heights; an own state that diverges is reported
// in Effects instead of a panic; registry versions of finalized heights are found even three intervals back.
//
// # Left out
//
// IDKG, HTTPS outcalls, Bitcoin and query statistics in payloads: their makers do not exist here yet. NI-DKG dealings in
// data blocks: keys are dealt (protocol/dkg). Subnet splitting. State sync itself (protocol/statesync): NeedsStateSync says when it is due.
package consensus

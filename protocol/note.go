package protocol

import (
	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
)

// A NoteKind is a kind of observation.
type NoteKind uint8

const (
	NoteProposed          NoteKind = iota // Hash: block; Value: rank
	NoteNotarizationShare                 // Hash: block
	NoteNotarized                         // Hash: block; Value: rank; Peer: maker. The block and its notarization are validated here
	NoteFinalizationShare                 // Hash: block
	NoteFinalized                         // Hash: block; Value: rank; Peer: maker; Reason: empty if it has a finalization of its own
	NoteBlockReceived                     // Hash: block; Value: rank; Peer: maker. A proposal entered the validated pool
	NoteBeacon                            // Hash: the signed beacon
	NoteTape                              // Hash: the signed tape
	NoteDelivered                         // Hash: block; a batch went to execution
	NoteExecuted                          // Hash: root of the certified tree; Value: instructions; Round set
	NoteCertified                         // Hash: root of the certified tree
	NoteCheckpoint                        // Hash: manifest hash of the state at a CUP height
	NoteCatchUpPackage                    // Hash: the content's state hash
	NoteInvalid                           // Peer: who signed or sent; Value: ArtifactKind; Reason says what
	NoteEquivocation                      // Peer: maker against whom a proof became valid
	NotePoolSize                          // Value: artifacts in the validated pool
	NoteIngressAccepted                   // Hash: request id; a call entered this node's ingress pool from a client
	NoteCallSubmitted                     // client: Hash: request id
	NoteCallAnswered                      // client: Hash: request id; Value: latency in ns; Reason empty if replied, else the reject
	NoteCallLost                          // client: Hash: request id; no answer within its expiry
	NoteCritical                          // Reason: what a round found that cannot be among honest subnets
	NoteStarted                           // the node starts; Height: of its checkpoint; Value: artifacts on its disk
	NoteQueryMade                         // client: Hash: request id
	NoteQueryAnswered                     // client: Hash: request id; Value: latency in ns; Reason empty if replied, else the reject
	NoteQueryLost                         // client: Hash: request id; no answer within its expiry
	NoteQueryDistrusted                   // client: Hash: request id; Peer: who answered; Reason: what is wrong with the answer
	NoteSyncStarted                       // Hash: manifest hash; the node begins to fetch the state at Height
	NoteSyncFetched                       // Hash: manifest hash; Value: bytes fetched. All of the state was verified
	NoteSyncAdopted                       // Hash: manifest hash; the node goes on from the state that it fetched
	NoteBadChunk                          // Peer: who sent a part of a state that its hash refutes; Value: ChunkID; Hash: manifest hash
	NoteKeys                              // Hash: the keys announced by a summary; Value: how many of them its interval generated; Summary set
	NoteKeyUpdated                        // Hash: the package at Height; Value: the oldest epoch that the node's decryption key opens
	NoteIDKGComplaint                     // Peer: dealer whose share for this node is bad; Value: number of the transcript; Height: likewise
	NoteIDKGOpening                       // Peer: who complained; Value: number of the transcript, of which this node opened its share
	NoteIDKGKey                           // Hash: of a new encryption key, that the node asks the registry canister to take; EncryptionKey set
	NumNoteKinds
)

var noteNames = [NumNoteKinds]string{
	"proposed", "notarization-share", "notarized", "finalization-share", "finalized", "block-received", "beacon", "tape",
	"delivered", "executed", "certified", "checkpoint", "cup", "invalid", "equivocation", "pool-size",
	"ingress-accepted", "call-submitted", "call-answered", "call-lost", "critical", "started",
	"query-made", "query-answered", "query-lost", "query-distrusted",
	"sync-started", "sync-fetched", "sync-adopted", "bad-chunk", "keys",
	"key-updated", "idkg-complaint", "idkg-opening", "idkg-key",
}

func (k NoteKind) String() string { return noteNames[k] }

// A Note is an observation for checkers, metrics and traces. No node ever reads one. All fields but Round,
// Summary and EncryptionKey enter the digest (they are functions of what Hash names).
type Note struct {
	Kind    NoteKind
	Height  Height
	Hash    crypto.Hash
	Peer    NodeID
	Value   uint64
	Reason  string
	Round   *RoundSummary
	Summary *Summary
	// EncryptionKey is what the registry is to have.
	EncryptionKey *idkg.EncryptionKey
}

// A RoundSummary tells checkers what a round did to messages and cycles. A message that was accepted stays in its
// sender's stream until the signal comes back, and is held twice for so long: of one subnet,
// Cycles(before) + Minted + Arrived = Cycles(after) + Burned + Departed.
type RoundSummary struct {
	Height       Height
	Time         Time
	Inducted     []InductedRange // from remote subnets
	Rejected     []*Request      // of our canisters, that came back rejected and were answered here
	Streams      []StreamSummary // after the round
	Cycles       Cycles          // held by canisters and streams after the round
	Burned       Cycles          // in this round
	Minted       Cycles          // in this round
	Arrived      Cycles          // with messages accepted from other subnets in this round
	Departed     Cycles          // with messages dropped from streams, since other subnets accepted them
	Ingress      int             // calls inducted
	Answered     []MessageID     // calls of users that ended in this round
	Messages     int             // canister messages executed
	Instructions uint64
	Initial      *InitialDKG               // that the round's block brought for a subnet that the registry asks for
	ChainKeys    []ChainKeyEvent           // in this round
	Shared       []*ChainKeyInitialization // likewise, of keys for other subnets
}

// A ChainKeyEvent is a pre-signature that came into the state, or a request to a chain key that was answered.
type ChainKeyEvent struct {
	Key      chainkey.KeyID
	Answered bool
	Rejected bool // not signed, but rejected
}

// An InductedRange is the messages [Begin, End) of a stream that one round consumed, with what became of each.
type InductedRange struct {
	From       SubnetID
	Begin, End StreamIndex
	Messages   []*CanisterMessage
	Signals    []RejectReason // by message
}

// A StreamSummary is an outgoing stream after a round.
type StreamSummary struct {
	To         SubnetID
	Begin, End StreamIndex
	SignalsEnd StreamIndex
	Cycles     Cycles
	Appended   []*CanisterMessage // in this round: the last len(Appended) of [Begin, End)
}

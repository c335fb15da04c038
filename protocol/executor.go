package protocol

import (
	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// An Executor runs canisters. It is where message routing and the canister runtime meet: protocol/messaging
// calls it, package canister implements it, and neither knows the other.
//
// Everything is a function of parent and ctx and the calls made: equal arguments give equal results on every
// node, which is what lets one process execute a subnet's round once and share it.
type Executor interface {
	// Begin opens the round that follows parent. It times out expired messages first. parent is not changed.
	Begin(parent CanisterState, ctx *RoundContext) Round
}

// A Querier answers users from a state, outside of rounds; package canister implements it. ctx is what a round on the state
// would be told. Equal arguments give equal answers.
type Querier interface {
	// Query answers a query. certificate shows the canister's certified data in the state; nil: there is none.
	Query(s CanisterState, ctx *RoundContext, q *IngressContent, certificate []byte) QueryAnswer
	// AcceptsIngress says why a call would not be taken into a block; the zero Reject means that it would.
	AcceptsIngress(s CanisterState, ctx *RoundContext, m *SignedIngress) Reject
	// Subject is the canister that a call of the management canister is about, by its argument. bound is false when a call
	// of the method may be sent to any subnet, as nothing binds it to a canister; an error says that the argument does not say.
	Subject(method string, arg []byte) (subject principal.ID, bound bool, err error)
}

// A QueryAnswer is what became of a query.
type QueryAnswer struct {
	Reply        []byte // if Reject.Code is 0
	Reject       Reject
	Instructions uint64 // used, all executions together: what the node is to be charged
}

// RoundContext is what a round is told of the world.
type RoundContext struct {
	Subnet          SubnetID
	SubnetPrincipal principal.ID
	Nodes           int      // members of the subnet: prices scale with it
	Members         []NodeID // who they are, ascending
	System          bool     // a system subnet: canisters pay nothing
	Height          Height
	Time            Time   // of the batch; strictly increasing
	Genesis         uint64 // Unix nanoseconds that Time 0 stands for
	Randomness      crypto.Hash
	Checkpoint      bool
	Routing         *RoutingTable
	Registry        *RegistrySnapshot  // at the batch's version; nil where there is no network, as at genesis
	BlockMakers     []BlockMakerSample // of the days that are over, oldest first
	ChainKeys       *IDKGPayload       // of the block; nil: none
	// Sends tells whether a message of a canister is in one of the subnet's streams; nil: there are none.
	Sends func(CanisterID) bool
}

// A Round is one execution round, in the order its methods stand here.
type Round interface {
	// InductIngress offers a call from a block. The update is what to record: received, or rejected with the
	// reason (no such canister, stopped, frozen).
	InductIngress(m *SignedIngress) IngressUpdate
	// Induct offers a message from a stream to its receiver's input queue. A response to a hosted canister is
	// always accepted. On any other answer than Accepted the round has not changed.
	Induct(m *CanisterMessage) RejectReason
	// Answer brings what consensus came to about an open outcall. What is not open any more is ignored.
	Answer(OutcallAnswer)
	// AnswerSignature brings what consensus came to about a request to a chain key. What is not open any more is ignored.
	AnswerSignature(*SignatureAnswer)
	// Execute runs heartbeats, timers and messages until the budget is gone or all are idle.
	Execute()
	// Route offers outgoing messages that are not for a canister of this subnet, round robin over output
	// queues. take answers false when that message's stream is full: its queue is left alone until next round.
	Route(take func(m *CanisterMessage) bool)
	// Commit closes the round.
	Commit() (CanisterState, *RoundOutcome)
}

// CanisterState is the whole of a subnet's canisters after a round: immutable, so a snapshot costs nothing.
type CanisterState interface {
	// Tree is the subtree `canister` of the certified tree: empty when there is no canister.
	Tree() hashtree.Tree
	// Files are what a checkpoint has of the canisters: memories, queues, call contexts, balances. Of two states with equal
	// files the same follows.
	Files() []StateFile
	// Size is what a checkpoint would hold, in bytes.
	Size() uint64
	// TotalCycles is what the canisters hold: balances, queued messages and open calls. Cycles in streams
	// are counted by who owns the streams.
	TotalCycles() Cycles
	// NumCanisters is how many are hosted.
	NumCanisters() int
	// HasCanister reports whether c is hosted here and runs: blocks carry no calls of users to others.
	HasCanister(c CanisterID) bool
	// HidesSection reports whether c has a private custom section of that name, and does not have that user as a controller.
	HidesSection(c CanisterID, name string, from principal.ID) bool
	// Split gives the checkpoint that one of two subnets goes on from when a subnet is split: the canisters that are its own; old: and
	// what is of the subnet itself. The error says why canisters cannot part now.
	Split(mine func(CanisterID) bool, old bool) (CanisterState, error)
	// Outcalls are the HTTPS outcalls that wait for consensus.
	Outcalls() Outcalls
	// ChainKeys are the requests to chain keys that wait for consensus, and the pre-signatures that wait for requests.
	ChainKeys() *ChainKeyState
}

// RoundOutcome is what a round did besides changing the state.
type RoundOutcome struct {
	Ingress       []IngressUpdate // status changes in the order they happened
	Instructions  uint64          // of all threads together
	BusiestThread uint64          // instructions of the thread that ran longest
	Messages      int             // canister messages executed
	Burned        Cycles          // consumed by fees and burning: gone from TotalCycles
	Minted        Cycles          // added from nowhere, by provisional calls or a minting canister
}

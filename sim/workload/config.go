package workload

import (
	"time"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// A Config is one client: a user with a key who makes calls. An open client makes its Call again and again, whatever comes
// back. A client with a Sequence is closed: it makes those calls one after the other.
type Config struct {
	Name  string
	Place int // where it is, as an index in the network's paths
	Call
	Every   time.Duration // between two calls; more than 0
	Burst   int           // calls at a time; 0: one
	Poisson bool          // the time between calls is exponential with mean Every
	Start   time.Duration // of the first call, since genesis
	Stop    time.Duration // no call at or after it
	Count   int           // calls at most; 0: no limit
	// Copies is to how many nodes each call goes at once: the first as the user signs it, each other signed by a session key of its own
	// that the user has delegated to. They are one call, since the signature is not part of it. 0: one.
	Copies int

	// Trace is calls with their times (At, ascending), which are made then, whatever comes back: instead of Call, and of the fields
	// above but Name, Place and Stop.
	Trace []Call

	Sequence []Call // instead of Call. Of the fields above Start and Stop count, and Count: how often the whole is made; 0: once
}

// A Call is what a client asks of a canister.
type Call struct {
	What     string // for messages
	Subnet   int    // where the canister is at genesis
	Canister protocol.CanisterID
	About    protocol.CanisterID // of a call of the management canister: which canister it is about
	Method   string
	Arg      []byte
	As       User // who signs it
	Query    bool // it is asked as a query, of one node

	// Prepare makes the argument instead, from what is known when the call is made. It must depend on nothing else. The error
	// says why there is none: the call is not made, and counts as answered wrongly.
	Prepare func(*Memory) ([]byte, error)
	// Judge says what is wrong with the call's answer, or nothing. nil: any answer is right.
	Judge func(*Memory, Answer) string

	// Of a call in a sequence:
	At   time.Duration // not before, since genesis
	Wait time.Duration // after the answer to the call before
}

// A User is somebody with a key, by number. The clients come first, in their order; the zero User is the client itself.
type User int

// Anonymous signs nothing.
const Anonymous User = -1

// A Memory is what a client knows when it makes a call or judges an answer.
type Memory struct {
	Users   []principal.ID // by number − 1
	Subnets []principal.ID // of genesis, by number
	Replies [][]byte       // to the calls of the sequence, the newest to each; nil where there is none
}

// An Answer is what a call came to.
type Answer struct {
	Lost   bool // there is none: the call expired
	Reply  []byte
	Reject protocol.Reject // when Code is not 0
}

// An Outcome is how the calls of a kind went: all of an open client, or those of a step of a sequence.
type Outcome struct {
	Made, Answered int           // of those answered, some are lost
	Wrong          int           // answers that Judge minds
	Why            string        // the first of them
	WrongAt        protocol.Time // and when
	Newest         Answer
	NewestAt       protocol.Time
}

// Patience is how long an agent waits for the answer to a synchronous call, which the node gives up after 10 s, before it asks again.
const Patience = 12 * time.Second

// The manners of an agent (reference/interface.md D).
const (
	pollEvery = 1 * time.Second
	lifetime  = 4 * time.Minute  // of a call: its expiry
	grace     = 10 * time.Second // after the expiry, before the call counts as lost
	queryWait = 4 * time.Second  // for the answer to a query, before another node is asked
	freshness = 5 * time.Minute  // of the state that an answer is from

	sessionLifetime = time.Hour // of a delegation
)

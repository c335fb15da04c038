package workload

import (
	"time"

	"icsim/protocol"
)

// A Config is one client: a user with a key who makes calls of one kind.
type Config struct {
	Name     string
	Subnet   int // whose nodes it asks
	Place    int // where it is, as an index in the network's paths
	Canister protocol.CanisterID
	Method   string
	Arg      []byte
	Every    time.Duration // between two calls; more than 0
	Poisson  bool          // the time between calls is exponential with mean Every
	Start    time.Duration // of the first call, since genesis
	Stop     time.Duration // no call at or after it
	Count    int           // calls at most; 0: no limit
}

// The manners of an agent (reference/interface.md D).
const (
	syncWait  = 12 * time.Second // for a synchronous answer: the node gives up after 10 s
	pollEvery = 1 * time.Second
	lifetime  = 4 * time.Minute  // of a call: its expiry
	grace     = 10 * time.Second // after the expiry, before the call counts as lost
)

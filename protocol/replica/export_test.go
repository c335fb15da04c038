package replica

import (
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/outcalls"
	"icsim/protocol/statesync"
)

// What tests of lanes look at and hand over.
const (
	SyncWait     = syncWait
	MaxWatches   = maxWatches
	MaxRequests  = maxRequests
	QueryThreads = queryThreads
)

// States are the node's.
func (r *Replica) States() *messaging.StateManager { return r.states }

// OwnMessages are others that lanes tell each other, made of a state, a package and calls.
func OwnMessages(s *messaging.State, p *protocol.CatchUpPackage, calls []*protocol.SignedIngress) []protocol.Message {
	return []protocol.Message{
		&inducted{s.Height(), calls}, &wanted{statesync.Target{Height: 1000}}, &synced{s}, &found{cup: p, from: 1},
		&fetched{&outcalls.Request{ID: 1}},
	}
}

// Executed is what the execution lane tells the certification lane.
func Executed(result *messaging.Result, b *protocol.Batch) protocol.Message {
	return &executed{result: result, batch: b}
}

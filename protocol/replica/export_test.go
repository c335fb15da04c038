package replica

import (
	"icsim/protocol"
	"icsim/protocol/messaging"
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

// Executed is what the execution lane tells the certification lane.
func Executed(result *messaging.Result, b *protocol.Batch) protocol.Message {
	return &executed{result: result, batch: b}
}

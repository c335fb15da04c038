package messaging

import "icsim/protocol"

// MaxQueuedBatches is how many batches may wait for execution (rs/messaging: BATCH_QUEUE_BUFFER_SIZE).
const MaxQueuedBatches = 16

// A Router takes a node's finalized batches in order and executes them one by one.
type Router struct {
	processor Processor
	registry  protocol.RegistryClient
	tip       *State // the last state executed
	accepted  protocol.Height
	queue     []*protocol.Batch
}

// NewRouter makes a router that goes on from a state.
func NewRouter(p Processor, registry protocol.RegistryClient, tip *State) *Router {
	r := &Router{processor: p, registry: registry}
	r.Reset(tip)
	return r
}

// Reset goes on from another state: a checkpoint after a restart, or a state from a peer. Batches below are dropped.
func (r *Router) Reset(tip *State) { r.tip, r.accepted, r.queue = tip, tip.height, nil }

// Tip is the last state executed.
func (r *Router) Tip() *State { return r.tip }

// ExpectedBatchHeight is the only height that Deliver takes.
func (r *Router) ExpectedBatchHeight() protocol.Height { return r.accepted + 1 }

// Deliver takes a batch. It answers false, and has done nothing, when the queue is full or the batch is not the
// expected one.
func (r *Router) Deliver(b *protocol.Batch) bool {
	if b.Height != r.ExpectedBatchHeight() || len(r.queue) == MaxQueuedBatches {
		return false
	}
	r.queue = append(r.queue, b)
	r.accepted = b.Height
	return true
}

// Waiting is how many batches wait.
func (r *Router) Waiting() int { return len(r.queue) }

// Process executes the next batch and charges the node for it; nil when none waits.
func (r *Router) Process(m *protocol.Meter) *Result {
	if len(r.queue) == 0 {
		return nil
	}
	b := r.queue[0]
	r.queue[0] = nil
	r.queue = r.queue[1:]
	result := r.processor.Process(r.tip, b, r.registry.At(b.RegistryVersion))
	result.Charge(m)
	r.tip = result.State
	return result
}

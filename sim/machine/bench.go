package machine

import "icsim/protocol"

// A Bench is what a step is at work with. Hosts that never step at the same time share one, so that it stays in the processor's cache:
// most steps put nothing out, and of their lanes touch little beside the queue. What a step has put out goes to its lane until it takes
// effect; the space of what has done so is used first.
type Bench struct {
	in     protocol.Input
	out    *protocol.Outputs
	one    [1]protocol.Arrival // when it is alone
	spares []*protocol.Outputs // empty
	lent   *protocol.Outputs   // to the caller of Free
}

// keepOutputs bounds what a bench keeps empty.
const keepOutputs = 64

// UseBench has the steps to come done elsewhere; nil: on a bench of its own.
func (h *Host) UseBench(b *Bench) {
	if b == nil {
		b = new(Bench)
	}
	h.bench = b
}

// clear gives outputs for a step. What is there already a step has left that put out nothing.
func (b *Bench) clear() *protocol.Outputs {
	if b.out == nil {
		if last := len(b.spares) - 1; last >= 0 {
			b.out, b.spares = b.spares[last], b.spares[:last]
		} else {
			b.out = new(protocol.Outputs)
		}
	}
	b.out.Wake, b.out.Meter = protocol.Never, protocol.Meter{}
	return b.out
}

// take gives away what the step has put out.
func (b *Bench) take() *protocol.Outputs {
	out := b.out
	b.out = nil
	return out
}

// lend takes back what was lent before, and lends what takes effect.
func (b *Bench) lend(out *protocol.Outputs) {
	if before := b.lent; before != nil && len(b.spares) < keepOutputs {
		empty(before)
		b.spares = append(b.spares, before)
	}
	b.lent = out
}

// empty makes outputs as a step gets them, and keeps their space.
func empty(o *protocol.Outputs) {
	o.Sends, o.Locals = protocol.Reuse(o.Sends), protocol.Reuse(o.Locals)
	o.Writes, o.Notes = protocol.Reuse(o.Writes), protocol.Reuse(o.Notes)
	o.Wake, o.Restart, o.Peers = protocol.Never, protocol.Restart{}, nil
	o.Meter = protocol.Meter{}
}

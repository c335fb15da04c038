package replica

import (
	"icsim/protocol"
	"icsim/protocol/messaging"
)

// An executionLane executes batches in order, one a step.
type executionLane struct {
	router  *messaging.Router
	batches []*protocol.Batch // in the router's queue
}

// init goes on from the latest state that the disk had.
func (l *executionLane) init(r *Replica) {
	r.states.Restore(r.cfg.Disk.Load(protocol.DiskCheckpoint))
	l.router = messaging.NewRouter(r.cfg.Processor, r.cfg.Registry, r.states.Latest())
}

func (l *executionLane) step(_ *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		if ready, ok := in.Arrivals[i].Msg.(*protocol.BatchReady); ok {
			l.batches = append(l.batches, ready.Batch)
		}
	}
	if len(l.batches) == 0 {
		return
	}
	result := l.router.Process(&out.Meter)
	out.Local(&executed{result, l.batches[0]})
	l.batches = l.batches[1:]
	if len(l.batches) > 0 {
		out.Wake = in.Instant
	}
}

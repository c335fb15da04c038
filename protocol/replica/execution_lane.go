package replica

import (
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/messaging"
)

// An executionLane executes batches in order, one a step.
type executionLane struct {
	router  *messaging.Router
	batches []*protocol.Batch // in the router's queue
	line    uint32            // counts the states from peers: what was executed before one is of no use after it
}

// init goes on from the latest state on disk that leaves none out that consensus needs.
func (l *executionLane) init(r *Replica) {
	if checkpoints := r.cfg.Disk.Load(protocol.DiskCheckpoint); len(checkpoints) > 0 {
		needed, cup := consensus.StartingHeight(r.consensusConfig(), r.cfg.Disk.Load(protocol.DiskConsensusPool))
		r.states.Restore(checkpoints, needed, cup)
	}
	l.router = messaging.NewRouter(r.cfg.Processor, r.cfg.Registry, r.states.Latest())
}

func (l *executionLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *protocol.BatchReady:
			l.batches = append(l.batches, m.Batch)
		case *synced:
			l.adopt(r, m.state, out)
		}
	}
	if len(l.batches) == 0 {
		return
	}
	result := l.router.Process(&out.Meter)
	out.Local(&executed{result, l.batches[0], l.line})
	l.batches = l.batches[1:]
	if len(l.batches) > 0 {
		out.Wake = in.Instant
	}
}

package live

import (
	"time"

	"icsim/sim"
)

// A Status is how a session goes on.
type Status struct {
	Mode   Mode
	Factor float64 // of Real
	Paused bool
	Lead   time.Duration // of the walls over real time
	Open   int           // requests without an answer
	Asked  uint64        // requests so far
}

// Look runs f between two events, like Do, and tells it how the session goes on.
func (r *Runner) Look(f func(*sim.Session, Status)) error {
	return r.Do(func(s *sim.Session) {
		p := &r.pacer
		f(s, Status{
			Mode: p.mode, Factor: p.factor, Paused: p.paused, Lead: p.lead(s), Open: len(r.waiting), Asked: r.tickets,
		})
	})
}

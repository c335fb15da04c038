package live

import (
	"fmt"
	"time"

	"icsim/sim"
	"icsim/sim/machine"
)

// A Mode is how virtual time goes on.
type Mode string

const (
	Auto   Mode = "auto"
	Real   Mode = "real"
	Manual Mode = "manual"
)

// ParseMode reads a mode's name.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Auto, Real, Manual:
		return m, nil
	}
	return "", fmt.Errorf("unknown clock %q: want auto, real or manual", s)
}

const (
	idle    = 10 * time.Millisecond  // how often a session without open requests is looked after
	quantum = 20 * time.Millisecond  // of virtual time, in which nobody else gets at the session
	burst   = 100 * time.Millisecond // of virtual time, likewise, when the simulation is behind
	slack   = 250 * time.Millisecond // that walls may be behind real time before they are set
	lost    = 5 * time.Second        // that virtual time may be behind, in Real, before it is given up
)

// Blocks of a subnet are apart in their time by the initial notary delay at least, whatever the walls show. So long as requests are open,
// their time runs ahead of the real one, and agents refuse what is five minutes ahead. In Auto the session therefore goes the slower
// the further they are: at most 1 + (mostAhead − lead)/relax times as fast as real time.
const (
	mostAhead = 2 * time.Minute
	relax     = time.Second
	saved     = time.Second // of virtual time, that may be made up for at once
)

// Slewing in Auto: beyond so much ahead of real time the walls go slower.
const (
	ahead     = time.Second
	farAhead  = 20 * time.Second
	slow      = machine.Steady / 100
	slowest   = machine.Steady / 100_000
	standing  = machine.Steady / 1_000_000 // in Manual: blocks have to differ in time, by a nanosecond at least
	backAgain = 200 * time.Millisecond     // ahead, from where on they go normally
)

// A pacer decides how far a session goes.
type pacer struct {
	mode   Mode
	factor float64
	now    func() time.Time
	paused bool
	pace   machine.Pace

	// In Auto: how much virtual time may pass, as of then.
	allowance time.Duration
	allowed   time.Time

	// In Real: virtual time since is to be reached factor times as fast as real time goes from begun on.
	begun time.Time
	since time.Duration
}

func newPacer(c Config, s *sim.Session) pacer {
	p := pacer{mode: c.Mode, factor: c.Factor, now: c.Now, pace: machine.Steady}
	p.restart(s)
	return p
}

// start sets the walls going as the mode wants.
func (p *pacer) start(r *Runner) {
	if p.mode == Manual {
		p.pace = standing
		r.mustPut(sim.Input{Clocks: &sim.Clocks{Pace: standing}})
	}
}

// restart begins to count real time anew.
func (p *pacer) restart(s *sim.Session) { p.begun, p.since = p.now(), s.Now() }

// runs tells whether there is something to do at once.
func (p *pacer) runs(s *sim.Session, waiting int) bool {
	return p.mode == Auto && waiting > 0 && !p.paused && p.allow(s) > 0
}

// allow gives how much virtual time may pass now.
func (p *pacer) allow(s *sim.Session) time.Duration {
	now := p.now()
	passed := min(now.Sub(p.allowed), saved)
	lead := time.Duration(int64(s.BlockTime()) - now.UnixNano())
	speed := 1 + float64(mostAhead-min(max(lead, 0), mostAhead))/float64(relax)
	p.allowance = min(p.allowance+time.Duration(float64(passed)*speed), saved)
	p.allowed = now
	return p.allowance
}

// lead is how far the walls are ahead of real time.
func (p *pacer) lead(s *sim.Session) time.Duration {
	return time.Duration(int64(s.Clock()) - p.now().UnixNano())
}

// advance goes on in Auto while requests are open.
func (p *pacer) advance(r *Runner) {
	p.slew(r)
	before := r.session.Now()
	r.session.Step(quantum)
	p.allowance -= r.session.Now() - before
}

// rest goes on while no request drives the session.
func (p *pacer) rest(r *Runner) {
	if p.paused {
		return
	}
	switch p.mode {
	case Auto:
		p.slew(r)
		if lead := p.lead(r.session); lead < 0 {
			r.session.Step(min(-lead, burst))
		}
	case Real:
		p.follow(r)
	}
}

// follow brings virtual time to where real time is.
func (p *pacer) follow(r *Runner) {
	behind := p.since + time.Duration(float64(p.now().Sub(p.begun))*p.factor) - r.session.Now()
	if behind > time.Duration(float64(lost)*p.factor) { // this computer is too slow: go on from here
		p.restart(r.session)
		behind = 0
	}
	for begun := p.now(); behind > 0 && p.now().Sub(begun) < idle; {
		before := r.session.Now()
		r.session.Step(min(behind, burst))
		r.hand()
		behind -= r.session.Now() - before
	}
	p.keep(r, machine.Pace(float64(machine.Steady)/p.factor))
}

// slew keeps the walls near real time in Auto.
func (p *pacer) slew(r *Runner) {
	pace := p.pace
	switch lead := p.lead(r.session); {
	case lead > farAhead:
		pace = slowest
	case lead > ahead && p.pace > slow:
		pace = slow
	case lead < backAgain:
		pace = machine.Steady
	}
	p.keep(r, pace)
}

// keep sets the pace of the walls, and the walls themselves if they are too far behind.
func (p *pacer) keep(r *Runner, pace machine.Pace) {
	by := max(-p.lead(r.session), 0)
	if by < slack {
		by = 0
	}
	pace = min(pace, machine.MaxPace)
	if by == 0 && pace == p.pace {
		return
	}
	r.mustPut(sim.Input{Clocks: &sim.Clocks{By: by, Pace: pace}})
	p.pace = pace
}

// sync makes the walls right for a request that comes now.
func (p *pacer) sync(r *Runner) {
	if p.mode != Manual && !p.paused {
		p.keep(r, p.pace)
	}
}

// Pause stops virtual time; Resume lets it go on, at another factor in Real if it is above 0.
func (r *Runner) Pause() error { return r.Do(func(*sim.Session) { r.pacer.paused = true }) }

// Resume goes on after a pause.
func (r *Runner) Resume(factor float64) error {
	return r.Do(func(s *sim.Session) {
		r.pacer.paused = false
		if factor > 0 {
			r.pacer.factor = factor
		}
		r.pacer.restart(s)
	})
}

// SetMode changes how virtual time goes on.
func (r *Runner) SetMode(m Mode) error {
	return r.Do(func(s *sim.Session) {
		r.pacer.mode = m
		r.pacer.restart(s)
		r.pacer.start(r)
	})
}

// Pacing tells how virtual time goes on.
func (r *Runner) Pacing() (mode Mode, factor float64, paused bool, err error) {
	err = r.Do(func(*sim.Session) { mode, factor, paused = r.pacer.mode, r.pacer.factor, r.pacer.paused })
	return mode, factor, paused, err
}

// Step advances a session by so much virtual time, whatever its mode.
func (r *Runner) Step(by time.Duration) error {
	return r.Do(func(s *sim.Session) {
		for until := s.Now() + by; s.Now() < until; {
			s.Step(until - s.Now())
			r.hand()
		}
	})
}

// SetClock sets the walls forward to a time in Unix nanoseconds, in Manual.
func (r *Runner) SetClock(to uint64) (err error) {
	failed := r.Do(func(s *sim.Session) {
		by := int64(to - s.Clock())
		if by < 0 {
			err = fmt.Errorf("the time is %d already; it cannot go back to %d", s.Clock(), to)
			return
		}
		r.mustPut(sim.Input{Clocks: &sim.Clocks{By: time.Duration(by), Pace: r.pacer.pace}})
	})
	if failed != nil {
		return failed
	}
	return err
}

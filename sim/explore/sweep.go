package explore

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"icsim/sim"
)

// A Sweep is runs over many seeds.
type Sweep struct {
	Seeds     Seeds
	Done      func(seed uint64) bool      // has an outcome already and is left out; nil: none
	Make      func(uint64) (*Case, error) // the run of a seed. Several goroutines call it at a time
	Workers   int                         // runs at a time, from 1
	StopFirst bool                        // end when a seed has failed and all lower ones are finished
	Verify    uint64                      // seeds that this divides run twice and must have one digest; 0: none do
}

// A Case is the run of a seed.
type Case struct {
	Config *sim.Config
	Name   func(*sim.Result) // calls nodes as the scenario does; nil: as the simulator does
}

// Run runs the seeds that are not done, and hands each outcome over as it comes, from one goroutine. It ends when all have come, when
// there is reason to stop, when report has an error, or when the context is done: runs that have not ended by then have no outcome.
func (s *Sweep) Run(ctx context.Context, report func(*Outcome) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &workers{sweep: s, ctx: ctx, seeds: make(chan uint64), outcomes: make(chan *Outcome)}
	w.failed.Store(Endless)
	go w.feed()
	var running sync.WaitGroup
	for range max(s.Workers, 1) {
		running.Go(w.work)
	}
	go func() {
		running.Wait()
		close(w.outcomes)
	}()
	var err error
	for o := range w.outcomes {
		if err == nil && (!s.StopFirst || o.Seed <= w.failed.Load()) {
			if err = report(o); err != nil {
				cancel()
			}
		}
	}
	return err
}

// The workers of a sweep.
type workers struct {
	sweep    *Sweep
	ctx      context.Context
	seeds    chan uint64
	outcomes chan *Outcome
	failed   atomic.Uint64 // the lowest seed that failed, with StopFirst
}

func (w *workers) feed() {
	defer close(w.seeds)
	for seed := range w.sweep.Seeds.All() {
		if w.sweep.Done != nil && w.sweep.Done(seed) {
			continue
		}
		select {
		case <-w.ctx.Done():
			return
		case w.seeds <- seed:
			if !w.wanted(seed) {
				return
			}
		}
	}
}

// wanted tells whether a seed's outcome still counts.
func (w *workers) wanted(seed uint64) bool { return w.ctx.Err() == nil && seed <= w.failed.Load() }

func (w *workers) work() {
	for seed := range w.seeds {
		o := w.outcome(seed)
		if o == nil {
			continue
		}
		if w.sweep.StopFirst && o.Status != OK {
			for lowest := w.failed.Load(); seed < lowest && !w.failed.CompareAndSwap(lowest, seed); {
				lowest = w.failed.Load()
			}
		}
		w.outcomes <- o
	}
}

// outcome runs a seed, twice if it is to be verified; nil: it was broken off.
func (w *workers) outcome(seed uint64) *Outcome {
	o := w.run(seed)
	if o == nil || w.sweep.Verify == 0 || seed%w.sweep.Verify != 0 || o.Status == Bug || o.Status == Error {
		return o
	}
	again := w.run(seed)
	if again == nil {
		return nil
	}
	if o.Verified = true; again.Digest != o.Digest {
		o.Status, o.Second, o.Trouble = Differs, again.Digest, again.Trouble
	}
	return o
}

// run makes one run. A panic is an outcome, too: the others go on.
func (w *workers) run(seed uint64) (o *Outcome) {
	defer func() {
		if r := recover(); r != nil {
			o = &Outcome{Seed: seed, Status: Bug, Failures: []Failure{}, Trouble: fmt.Sprintf("%v\n%s", r, debug.Stack())}
		}
	}()
	r, err := w.simulate(seed)
	switch {
	case err != nil:
		return &Outcome{Seed: seed, Status: Error, Failures: []Failure{}, Trouble: err.Error()}
	case r.Partial:
		return nil
	}
	return newOutcome(r)
}

func (w *workers) simulate(seed uint64) (*sim.Result, error) {
	c, err := w.sweep.Make(seed)
	if err != nil {
		return nil, err
	}
	r, err := sim.Run(c.Config, func(sim.Progress) bool { return w.wanted(seed) })
	if err == nil && c.Name != nil {
		c.Name(r)
	}
	return r, err
}

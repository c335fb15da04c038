package explore

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"icsim/canister"
	"icsim/canister/wasm"
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
	Cover     bool                        // outcomes have States
	Modules   *wasm.Cache                 // compiled ones, to share with other sweeps; nil: its own
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
	modules := s.Modules
	var err error
	if modules == nil {
		if modules, err = wasm.NewCache(""); err != nil {
			return err
		}
	}
	w := &workers{sweep: s, ctx: ctx, modules: modules, seeds: make(chan uint64), outcomes: make(chan *Outcome)}
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
	modules  *wasm.Cache
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
	runner := &runner{workers: w, engine: canister.NewEngine(w.modules)}
	defer func() { runner.engine.Close() }()
	for seed := range w.seeds {
		o := runner.outcome(seed)
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

// A runner makes one run after the other.
type runner struct {
	*workers
	engine *wasm.Engine
}

// outcome runs a seed, twice if it is to be verified; nil: it was broken off.
func (r *runner) outcome(seed uint64) *Outcome {
	o := r.run(seed)
	if o == nil || r.sweep.Verify == 0 || seed%r.sweep.Verify != 0 || o.Status == Bug || o.Status == Error {
		return o
	}
	again := r.run(seed)
	if again == nil {
		return nil
	}
	if o.Verified = true; again.Digest != o.Digest {
		o.Status, o.Second, o.Trouble = Differs, again.Digest, again.Trouble
	}
	return o
}

// run makes one run. A panic is an outcome, too: the others go on, with another engine.
func (r *runner) run(seed uint64) (o *Outcome) {
	defer func() {
		if said := recover(); said != nil {
			o = &Outcome{Seed: seed, Status: Bug, Failures: []Failure{}, Trouble: fmt.Sprintf("%v\n%s", said, calls(debug.Stack()))}
			r.engine = canister.NewEngine(r.modules)
		}
	}()
	result, states, err := r.simulate(seed)
	switch {
	case err != nil:
		return &Outcome{Seed: seed, Status: Error, Failures: []Failure{}, Trouble: err.Error()}
	case result.Partial:
		return nil
	}
	o = newOutcome(result)
	o.Seed, o.States = seed, states // a drawn scenario may name another seed for its run
	return o
}

// calls are our functions on a stack, without addresses, which are others each time.
func calls(stack []byte) string {
	var ours []string
	for line := range strings.Lines(string(stack)) {
		if end := strings.LastIndex(line, "("); end > 0 && strings.HasPrefix(line, "icsim/") {
			ours = append(ours, line[:end])
		}
	}
	return strings.Join(ours, "\n")
}

func (r *runner) simulate(seed uint64) (*sim.Result, []State, error) {
	c, err := r.sweep.Make(seed)
	if err != nil {
		return nil, nil, err
	}
	c.Config.Engine = r.engine
	coverage := NewCoverage()
	if r.sweep.Cover {
		c.Config.Observe = coverage.Observe
	}
	result, err := sim.Run(c.Config, func(sim.Progress) bool { return r.wanted(seed) })
	if err == nil && c.Name != nil {
		c.Name(result)
	}
	return result, coverage.States(), err
}

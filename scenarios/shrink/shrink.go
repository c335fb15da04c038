package shrink

import (
	"fmt"
	"slices"

	"icsim/canister"
	"icsim/canister/wasm"
	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/explore"
)

// Options say what to shrink to.
type Options struct {
	Seed     uint64
	Check    string              // that has to fail; empty: the one that a sweep would tell
	MaxRuns  int                 // 0: no limit
	Progress func(Progress) bool // after each run; false: enough. nil: go on
}

// Progress is how far it is.
type Progress struct {
	Runs  int
	Size  Size
	Check string
}

// A Size is what a scenario consists of.
type Size struct{ Nodes, Faults, Attackers, Clients int }

// SizeOf counts. An attacker is a node.
func SizeOf(s *scenarios.Spec) (z Size) {
	for i := range s.Subnets {
		z.Nodes += s.Subnets[i].Nodes
	}
	for i := range s.Attackers {
		z.Attackers += len(s.Attackers[i].Nodes.Nodes)
	}
	z.Faults, z.Clients = len(s.Faults), len(s.Clients)
	return z
}

func (z Size) String() string {
	return fmt.Sprintf("%d nodes, %d faults, %d attackers, %d clients", z.Nodes, z.Faults, z.Attackers, z.Clients)
}

// A Shrunk is a scenario that nothing can be taken from.
type Shrunk struct {
	Spec    *scenarios.Spec
	Result  *sim.Result
	Failure explore.Failure
	Before  Size
	Runs    int
	Partial bool // it was enough, before the end
}

// Text is the scenario as a file that says what it is.
func (s *Shrunk) Text() []byte {
	spec := *s.Spec
	spec.About = fmt.Sprintf("shrunk from %s: fails %s", s.Before, s.Failure.Check)
	head := fmt.Sprintf("# %s\n# digest %s\n", s.Failure.Detail, s.Result.Digest)
	return append([]byte(head), spec.Resolved()...)
}

// A NothingFails is the error where there is nothing to shrink to.
type NothingFails struct {
	Scenario, Check string
	Seed            uint64
}

func (e *NothingFails) Error() string {
	what := "all checks hold"
	if e.Check != "" {
		what = fmt.Sprintf("the check %q does not fail", e.Check)
	}
	return fmt.Sprintf("%s: %s with seed %d: there is nothing to shrink", e.Scenario, what, e.Seed)
}

// Shrink makes a scenario small that fails with a seed.
func Shrink(spec *scenarios.Spec, o Options) (*Shrunk, error) {
	s := &shrinker{Options: o, engine: canister.NewEngine(nil), tried: map[string]bool{}}
	defer func() { s.engine.Close() }()
	first := *spec
	first.Preferred = o.Seed
	r, err := s.run(&first)
	if err != nil {
		return nil, err
	}
	f := explore.Fails(r, o.Check)
	if f == nil {
		return nil, &NothingFails{spec.File, o.Check, o.Seed}
	}
	s.best, s.result, s.failure = &first, r, *f
	s.tolerable, s.observed = tolerable(&first), observed(&first)
	for again := true; again && !s.enough; {
		again = s.pass()
	}
	return &Shrunk{s.best, s.result, s.failure, SizeOf(spec), s.runs, s.enough}, nil
}

// A shrinker has the smallest scenario so far.
type shrinker struct {
	Options
	engine    *wasm.Engine
	tolerable bool // at most f nodes of each subnet are corrupt
	observed  bool // each subnet has a node that is not
	best      *scenarios.Spec
	result    *sim.Result
	failure   explore.Failure
	tried     map[string]bool
	runs      int
	enough    bool
}

// try takes a candidate if it fails likewise.
func (s *shrinker) try(c *scenarios.Spec) bool {
	if s.enough {
		return false
	}
	text := c.Resolved()
	if s.tried[string(text)] {
		return false
	}
	s.tried[string(text)] = true
	parsed, err := scenarios.Parse(c.File, text)
	if err != nil || s.tolerable && !tolerable(parsed) || s.observed && !observed(parsed) {
		return false // it makes no sense
	}
	r, err := s.run(parsed)
	if err != nil {
		return false
	}
	f := explore.Fails(r, s.failure.Check)
	if f != nil {
		s.best, s.result, s.failure = parsed, r, *f
	}
	s.enough = s.MaxRuns > 0 && s.runs >= s.MaxRuns ||
		s.Progress != nil && !s.Progress(Progress{s.runs, SizeOf(s.best), s.failure.Check})
	return f != nil
}

// run makes the run of a candidate. One that panics is none: that is another failure.
func (s *shrinker) run(c *scenarios.Spec) (r *sim.Result, err error) {
	s.runs++
	defer func() {
		if said := recover(); said != nil {
			err = fmt.Errorf("a bug of icsim: %v", said)
			s.engine = canister.NewEngine(nil)
		}
	}()
	made, err := c.Case(s.Seed)
	if err != nil {
		return nil, err
	}
	made.Config.Engine = s.engine
	if r, err = sim.Run(made.Config, nil); err == nil {
		made.Name(r)
	}
	return r, err
}

// tolerable tells whether at most f nodes of each subnet are corrupt, or forget what they have signed.
func tolerable(s *scenarios.Spec) bool {
	bad := corrupt(s)
	for i := range s.Faults {
		if s.Faults[i].LoseDisk {
			bad = append(bad, s.Faults[i].Nodes.Nodes...)
		}
	}
	return each(s, bad, func(in, of int) bool { return in <= protocol.FaultsTolerated(of) })
}

// observed tells whether each subnet has a node to be believed.
func observed(s *scenarios.Spec) bool {
	return each(s, corrupt(s), func(in, of int) bool { return in < of })
}

func corrupt(s *scenarios.Spec) (bad []protocol.NodeID) {
	for i := range s.Attackers {
		bad = append(bad, s.Attackers[i].Nodes.Nodes...)
	}
	return bad
}

// each asks of all subnets how many of their nodes are among some.
func each(s *scenarios.Spec, some []protocol.NodeID, ok func(in, of int) bool) bool {
	first := 0
	for i := range s.Subnets {
		in, n := 0, s.Subnets[i].Nodes
		for k := range n {
			if slices.Contains(some, protocol.NodeID(first+k)) {
				in++
			}
		}
		if first += n; !ok(in, n) {
			return false
		}
	}
	return true
}

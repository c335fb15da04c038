package scenarios

import (
	"fmt"
	"math"
	"time"

	"icsim/canister"
	"icsim/protocol"
	"icsim/protocol/p2p"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/recording"
)

// Limits that keep a mistyped number from eating the machine.
const (
	maxDuration = 10 * 365 * 24 * time.Hour
	maxNodes    = p2p.MaxPeers // of a subnet
	maxSubnets  = 256
	maxFile     = 256 << 20 // bytes of a file that a scenario names
)

// A parser reads one scenario. Sections are read in the order in which they refer to each other, wherever they stand.
type parser struct {
	reader
	spec     *Spec
	open     func(path string) ([]byte, error) // files that the scenario names
	last     time.Duration                     // the run's end, or maxDuration when that is wrong
	placed   map[string]int                    // places by name; nil when they are unknown
	users    []string                          // by name: clients and others
	callees  []word                            // canisters that others call
	named    []word                            // users or canisters, who may stand below
	matrixOf string                            // a file of measured pairs that takes the network's place, or empty
	executor *canister.Executor                // to look into modules; nil before the first
}

func (p *parser) close() {
	if p.executor != nil {
		p.executor.Close()
	}
}

// Parse reads a scenario. name is its file's, for messages and as the base of the files it names. The error is
// Problems: every fault that the text has.
func Parse(name string, text []byte) (*Spec, error) { return parse(name, text, openFile(name), "") }

func parse(name string, text []byte, open func(string) ([]byte, error), matrix string) (*Spec, error) {
	p := &parser{reader: reader{file: name}, spec: &Spec{File: name}, open: open, matrixOf: matrix}
	defer p.close()
	if root := p.document(text); root != nil {
		p.scenario(p.object(root, "a scenario"))
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return p.spec, nil
}

func (p *parser) scenario(o *object) {
	s := p.spec
	s.Name = required(o, "name", names())
	s.About = optional(o, "about", texts("a line that says what the scenario shows"), "")
	s.Duration = required(o, "duration", spans(time.Millisecond, maxDuration))
	s.Until = optional(o, "until", spans(time.Millisecond, maxDuration), 0)
	if s.Until != 0 && s.Duration != 0 && s.Until >= s.Duration {
		o.fail("until", "until %s is not before the end at %s; want a part of the run", printDuration(s.Until), printDuration(s.Duration))
	}
	s.Crypto = optional(o, "crypto", choices("bls", "ideal"), "bls")
	s.Preferred = optional(o, "seed", seeds(), 1)
	s.Genesis = optional(o, "genesis", dates(), time.Unix(0, int64(sim.DefaultGenesis)).UTC())
	p.last = s.Duration
	if p.last == 0 {
		p.last = maxDuration
	}
	p.network(o)
	p.subnets(o)
	p.changes(o)
	p.crowds(o)
	p.everyUser(o)
	p.canisters(o)
	p.migrations()
	p.management(o)
	p.clients(o)
	p.outcalls(o)
	p.faults(o)
	p.attackers(o)
	p.variants(o)
	p.liveness(o)
	p.healing(o)
	p.expectations(o)
	p.sometimes(o)
	p.branches(o)
	p.replay(o)
	o.done()
}

// branches reads - { at: 12000000000/3/45, seed: 7 }.
func (p *parser) branches(o *object) {
	for _, item := range o.list("branches") {
		f := p.object(item, "a branch")
		at := required(f, "at", texts("an event such as 12000000000/3/45, or a time such as 12.5s"))
		seed := required(f, "seed", counts(0, math.MaxInt))
		f.done()
		if at == "" {
			continue
		}
		b, err := sim.ParseBranch(at)
		if b.Seed = uint64(seed); err == nil {
			err = p.spec.Branch(b)
		}
		if err != nil {
			f.fail("at", "at %v", err)
		}
	}
}

// Branch adds a branch to the scenario's: later than those before, in the run.
func (s *Spec) Branch(b sim.Branch) error {
	if time.Duration(b.At) >= s.Duration {
		return fmt.Errorf("%s is not in the run, which ends at %s", b.Where(), printDuration(s.Duration))
	}
	if n := len(s.Branches); n > 0 && b.At < s.Branches[n-1].At {
		return fmt.Errorf("%s is before the branch at %s; let branches be in order of time", b.Where(), s.Branches[n-1].Where())
	}
	s.Branches = append(s.Branches, b)
	return nil
}

// replay takes a recorded session: what came from outside comes again, and the run lasts as long as the session did.
func (p *parser) replay(o *object) {
	s := p.spec
	if s.Replay = optional(o, "replay", texts("the file with a recorded session"), ""); s.Replay == "" {
		return
	}
	text, err := p.open(s.Replay)
	if err == nil {
		s.recording, err = recording.Read(text, uint64(s.Genesis.UnixNano()))
	}
	if err != nil {
		o.fail("replay", "replay %s: %v", s.Replay, err)
	}
}

func (p *parser) liveness(o *object) {
	p.spec.Liveness = check.DefaultBounds()
	n := o.take("liveness")
	if n == nil {
		return
	}
	b, l := &p.spec.Liveness, p.object(n, "liveness")
	b.Progress = optional(l, "progress", spans(time.Millisecond, maxDuration), b.Progress)
	b.Lag = protocol.Height(optional(l, "lag", counts(1, 1_000_000), int(b.Lag)))
	b.Freshness = optional(l, "freshness", spans(time.Millisecond, maxDuration), b.Freshness)
	b.CatchUp = optional(l, "catch_up", spans(time.Millisecond, maxDuration), b.CatchUp)
	l.done()
}

package explore

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"icsim/sim"
	"icsim/sim/check"
)

// A Status is the gravest thing that is to be said of a run.
type Status string

// The statuses, by gravity.
const (
	OK       Status = "ok"
	Expect   Status = "expect"         // an expectation of the scenario was missed
	Liveness Status = "liveness"       // liveness was
	Safety   Status = "safety"         // safety was violated
	Differs  Status = "nondeterminism" // a second run of the seed had another digest
	Bug      Status = "bug"            // icsim panicked
	Error    Status = "error"          // the run could not be built
)

var byGravity = []Status{OK, Expect, Liveness, Safety, Differs, Bug, Error}

// Graver tells whether s is to be told before other.
func (s Status) Graver(other Status) bool {
	return slices.Index(byGravity, s) > slices.Index(byGravity, other)
}

// An Outcome is what came of a seed. It depends on the seed, the scenario and the version alone. Fields are added, never renamed.
type Outcome struct {
	Seed           uint64    `json:"seed"`
	Status         Status    `json:"status"`
	Digest         string    `json:"digest"`
	VirtualSeconds float64   `json:"virtual_seconds"`
	LateSeconds    float64   `json:"late_seconds,omitempty"` // sim.Result.LateSeconds
	Events         uint64    `json:"events"`
	Blocks         uint64    `json:"blocks"`             // finalized, over all subnets
	Failures       []Failure `json:"failures"`           // of checks, in their order
	Verified       bool      `json:"verified"`           // it was run twice
	Second         string    `json:"second,omitempty"`   // the second run's digest, where it was another
	Trouble        string    `json:"trouble,omitempty"`  // of bug and error: what happened
	Scenario       string    `json:"scenario,omitempty"` // its name
	Reached        []string  `json:"reached,omitempty"`  // sim.Result.Reached
	Redraw         string    `json:"redraw,omitempty"`   // of a guided sweep: what it changed of the scenario of another seed
	States         []State   `json:"-"`                  // with Sweep.Cover
}

// A Failure is a check that did not hold, with its first violation.
type Failure struct {
	Check     string     `json:"check"`
	Kind      check.Kind `json:"kind"`
	Detail    string     `json:"detail"`
	Node      string     `json:"node,omitempty"`
	Height    uint64     `json:"height,omitempty"`
	AtSeconds float64    `json:"at_seconds"`
	EventKey  string     `json:"event_key,omitempty"`
}

// Failed is the check whose failure is to be told first, or nil: of the gravest kind the one that failed first.
func (o *Outcome) Failed() *Failure { return gravest(o.Failures) }

func gravest(failures []Failure) *Failure {
	var worst *Failure
	for i := range failures {
		f := &failures[i]
		if worst == nil || Status(f.Kind).Graver(Status(worst.Kind)) || f.Kind == worst.Kind && f.AtSeconds < worst.AtSeconds {
			worst = f
		}
	}
	return worst
}

// Fails gives the failure of a check of a result, or of the one to be told first if name is empty; nil if it holds.
func Fails(r *sim.Result, name string) *Failure {
	all := failures(r)
	if name != "" {
		all = slices.DeleteFunc(all, func(f Failure) bool { return f.Check != name })
	}
	return gravest(all)
}

func newOutcome(r *sim.Result) *Outcome {
	o := &Outcome{
		Seed: r.Seed, Status: OK, Digest: r.Digest, VirtualSeconds: r.VirtualSeconds, LateSeconds: r.LateSeconds,
		Events: r.Events, Scenario: r.Scenario, Failures: failures(r), Reached: r.Reached,
	}
	for i := range r.Subnets {
		o.Blocks += r.Subnets[i].FinalizedHeight
	}
	if f := o.Failed(); f != nil {
		o.Status = Status(f.Kind)
	}
	return o
}

func failures(r *sim.Result) []Failure {
	all := []Failure{}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.OK {
			continue
		}
		f := Failure{Check: c.Name, Kind: c.Kind, Detail: c.Detail, AtSeconds: c.AtSeconds}
		if k := slices.IndexFunc(r.Violations, func(v sim.ViolationResult) bool { return v.Check == c.Name }); k >= 0 {
			v := &r.Violations[k]
			f.Node, f.Height, f.EventKey = v.Node, v.Height, v.EventKey
		}
		all = append(all, f)
	}
	return all
}

// Sort puts outcomes into the order of their seeds.
func Sort(outcomes []*Outcome) {
	slices.SortFunc(outcomes, func(a, b *Outcome) int { return cmp.Compare(a.Seed, b.Seed) })
}

// Sum is SHA-256 over the seeds and digests of sorted outcomes, in hexadecimal.
func Sum(outcomes []*Outcome) string {
	h := sha256.New()
	for _, o := range outcomes {
		fmt.Fprintf(h, "%d %s\n", o.Seed, o.Digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Worst is the gravest status of some outcomes.
func Worst(outcomes []*Outcome) Status {
	worst := OK
	for _, o := range outcomes {
		if o.Status.Graver(worst) {
			worst = o.Status
		}
	}
	return worst
}

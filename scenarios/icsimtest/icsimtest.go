package icsimtest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"icsim/scenarios"
	"icsim/sim/explore"
)

// A Plan is what a test runs. One of Scenario and Text is set.
type Plan struct {
	Scenario string // the path of a file, or the name of a shipped scenario
	Text     string // the scenario itself
	Seeds    string // such as 1..20; empty: the scenario's own
	Crypto   string // bls or ideal; empty: the scenario's
	Fails    string // the check that every seed has to fail; empty: all checks of all seeds have to hold
	Verify   uint64 // seeds that this divides run twice and must have one digest; 0: none do
	Workers  int    // runs at a time; 0: one a core
}

// seedsVariable overrules Plan.Seeds.
const seedsVariable = "ICSIM_SEEDS"

// Run runs a plan, and lets the test fail for each seed that does not come to what is expected, with the commands that show it again.
func Run(t testing.TB, p Plan) {
	t.Helper()
	spec, err := p.spec()
	if err != nil {
		t.Fatalf("icsim: %v", err)
	}
	outcomes, err := p.sweep(spec)
	if err != nil {
		t.Fatalf("icsim: %v", err)
	}
	told := p.Text == ""
	for _, o := range outcomes {
		why := p.wrong(o)
		if why == "" {
			continue
		}
		if !told {
			told = true
			t.Logf("%s is\n%s", spec.File, p.Text)
		}
		t.Errorf("%s, seed %d: %s\n  digest %s\n  replay: icsim run %s\n  shrink: icsim shrink %[5]s",
			spec.Name, o.Seed, why, o.Digest, p.flags(spec, o.Seed))
	}
}

// Sweep runs a plan and gives what came of each seed, in ascending order.
func Sweep(p Plan) ([]*explore.Outcome, error) {
	spec, err := p.spec()
	if err != nil {
		return nil, err
	}
	return p.sweep(spec)
}

func (p *Plan) spec() (spec *scenarios.Spec, err error) {
	switch {
	case (p.Scenario == "") == (p.Text == ""):
		return nil, fmt.Errorf("a plan has one of Scenario and Text")
	case p.Crypto != "" && p.Crypto != "bls" && p.Crypto != "ideal":
		return nil, fmt.Errorf("crypto is %q; want bls or ideal", p.Crypto)
	case p.Text != "":
		spec, err = scenarios.Parse("scenario.yaml", []byte(p.Text))
	default:
		spec, err = scenarios.Load(p.Scenario)
	}
	if err != nil {
		return nil, err
	}
	spec.Crypto = cmp.Or(p.Crypto, spec.Crypto)
	return spec, nil
}

func (p *Plan) sweep(spec *scenarios.Spec) (outcomes []*explore.Outcome, err error) {
	text := cmp.Or(os.Getenv(seedsVariable), p.Seeds, fmt.Sprint(spec.Seed()))
	seeds, err := explore.ParseSeeds(text)
	if err != nil {
		return nil, err
	}
	if seeds.Endless() {
		return nil, fmt.Errorf("the seeds %s have no end", text)
	}
	s := explore.Sweep{Seeds: seeds, Make: spec.Case, Workers: cmp.Or(p.Workers, runtime.NumCPU()), Verify: p.Verify}
	err = s.Run(context.Background(), func(o *explore.Outcome) error {
		outcomes = append(outcomes, o)
		return nil
	})
	explore.Sort(outcomes)
	return outcomes, err
}

// wrong says what is not as the plan expects; "" if all is.
func (p *Plan) wrong(o *explore.Outcome) string {
	switch {
	case o.Trouble != "" || o.Status == explore.Differs || p.Fails == "":
		return o.Message()
	case o.Status == explore.OK:
		return fmt.Sprintf("all checks hold, and %s is expected to fail", p.Fails)
	}
	var failed []string
	for _, f := range o.Failures {
		if f.Check == p.Fails {
			return ""
		}
		failed = append(failed, f.Check)
	}
	return fmt.Sprintf("%s is expected to fail, and what fails is %s", p.Fails, strings.Join(failed, ", "))
}

// flags are what icsim run needs to make the run of a seed again.
func (p *Plan) flags(spec *scenarios.Spec, seed uint64) string {
	text := fmt.Sprintf("%s --seed %d", spec.File, seed)
	if p.Crypto != "" {
		text += " --crypto " + p.Crypto
	}
	return text
}

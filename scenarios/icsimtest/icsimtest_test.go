package icsimtest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const quiet = "name: quiet\nduration: 3s\ncrypto: ideal\nsubnets: [{ name: app, nodes: 4 }]\n"
const stalled = quiet + "attackers: [{ nodes: app/0..1, strategies: silent }]\nliveness: { progress: 2s }\n"

// A recorder is a test that nobody sees.
type recorder struct {
	testing.TB
	logs, errors []string
}

func (r *recorder) Helper()                    {}
func (r *recorder) Logf(f string, args ...any) { r.logs = append(r.logs, fmt.Sprintf(f, args...)) }
func (r *recorder) Errorf(f string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(f, args...))
}

func TestWhatHoldsPasses(t *testing.T) {
	Run(t, Plan{Text: quiet, Seeds: "1..4", Verify: 2})
	Run(t, Plan{Text: stalled, Seeds: "1..2", Fails: "progress"})
	Run(t, Plan{Scenario: "f-plus-one-silent", Crypto: "ideal", Fails: "progress"})
}

func TestAFailureSaysHowToSeeItAgain(t *testing.T) {
	r := &recorder{}
	Run(r, Plan{Text: stalled, Seeds: "4..5", Crypto: "ideal"})
	require.Len(t, r.errors, 2)
	require.Len(t, r.logs, 1, "the scenario, once")
	require.Contains(t, r.logs[0], stalled)
	require.Regexp(t, `^quiet, seed 4: progress: subnet app finalized nothing`, r.errors[0])
	require.Contains(t, r.errors[0], "replay: icsim run scenario.yaml --seed 4 --crypto ideal")
	require.Contains(t, r.errors[0], "shrink: icsim shrink scenario.yaml --seed 4 --crypto ideal")

	r = &recorder{}
	Run(r, Plan{Text: quiet, Fails: "agreement"})
	require.Contains(t, r.errors[0], "all checks hold, and agreement is expected to fail")
	r = &recorder{}
	Run(r, Plan{Text: stalled, Fails: "agreement"})
	require.Contains(t, r.errors[0], "what fails is progress")
}

func TestPlansThatMakeNoSense(t *testing.T) {
	for _, p := range []Plan{{}, {Text: quiet, Scenario: "fork"}, {Text: quiet, Crypto: "rsa"}, {Text: "x"}, {Scenario: "none"},
		{Text: quiet, Seeds: "1.."}, {Text: quiet, Seeds: "z"}} {
		_, err := Sweep(p)
		require.Error(t, err)
	}
}

// Workers compile one Spec and share compiled code, and the runs are those of one worker all the same.
func TestRunsWithCanistersShareNothingThatCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the library's module twice")
	}
	p := Plan{Seeds: "1..4", Workers: 3, Text: quiet + `
canisters:
  - { name: tally, subnet: app, library: counter }
  - { name: asker, subnet: app, library: caller, settings: { calls: tally } }
clients:
  - { name: users, call: tally.inc, rate: 5/s, poisson: true }
  - { name: clock, call: asker.call, every: 1s }
`}
	three, err := Sweep(p)
	require.NoError(t, err)
	p.Workers = 1
	one, err := Sweep(p)
	require.NoError(t, err)
	require.Equal(t, one, three)
	require.NotEqual(t, one[0].Digest, one[1].Digest)
}

func TestTheEnvironmentOverrulesSeeds(t *testing.T) {
	t.Setenv(seedsVariable, "7..8")
	all, err := Sweep(Plan{Text: quiet, Seeds: "1..100"})
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, uint64(7), all[0].Seed)
}

package scenarios

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Every plan shipped can be read, and its trials compiled.
func TestShippedPlansCompile(t *testing.T) {
	require.Contains(t, PlanNames(), "counter-1000")
	for _, name := range PlanNames() {
		p, err := LoadPlan(name)
		require.NoError(t, err)
		for _, c := range p.Candidates() {
			if c.Nodes == nil {
				require.Error(t, c.Why)
				continue
			}
			spec, err := p.Scenario(&Trial{Nodes: c.Nodes, Num: 1, Den: 1, Lost: []int{0}, Seed: 1})
			require.NoError(t, err)
			require.Len(t, spec.Subnets[0].Places, c.Size)
		}
	}
}

// A trial is the plan's load times its share, on the nodes given, with the lost ones gone from the first call on.
func TestATrialIsWhatThePlanSays(t *testing.T) {
	p, err := ParsePlan("p.yaml", []byte(ExamplePlan))
	require.NoError(t, err)
	require.InDelta(t, 1000, p.Rate(), 1e-9)
	c := p.Candidates()[1]
	require.Equal(t, "7 europe", c.Name())
	spec, err := p.Scenario(&Trial{Nodes: c.Nodes, Num: 5, Den: 2, Lost: []int{2, 5}, Seed: 1})
	require.NoError(t, err)
	require.Len(t, spec.Clients, 4)
	require.Equal(t, 4*400*time.Microsecond, spec.Clients[3].Every)
	require.Equal(t, 3*time.Second, spec.Clients[0].From)
	require.Equal(t, "crash", spec.Faults[0].Kind)
	require.Equal(t, 5*time.Second, spec.Faults[0].At)
	from, until := p.Measured(&Trial{Lost: []int{2, 5}})
	require.Equal(t, []time.Duration{25 * time.Second, 145 * time.Second}, []time.Duration{from, until}, "the loss is behind them")
	require.Equal(t, until, spec.Clients[0].Until)
	require.Equal(t, "app/2, app/5", spec.NodeNames(spec.Faults[0].Nodes.Nodes))
	for i, site := range c.Nodes {
		require.Equal(t, site.Place, spec.Subnets[0].Places[i])
	}
	again, err := Parse("again.yaml", spec.Resolved()) // what icsim plan --out writes
	require.NoError(t, err)
	require.Equal(t, spec.Resolved(), again.Resolved())
}

// What holds while an owner is lost is what holds on good days, unless the plan says so.
func TestDegradedTargets(t *testing.T) {
	for targets, want := range map[string]Degraded{
		"p99: 3s, p50: 1s":                             {Latencies{P50: time.Second, P99: 3 * time.Second}, 20 * time.Second},
		"p99: 3s, degraded: any":                       {Latencies{}, 20 * time.Second},
		"p99: 3s, p50: 1s, degraded: { p99: any }":     {Latencies{P50: time.Second}, 20 * time.Second},
		"p99: 3s, degraded: { p99: 8s, p90: 5s }":      {Latencies{P90: 5 * time.Second, P99: 8 * time.Second}, 20 * time.Second},
		"degraded: { after: 0s }, p90: 1s":             {Latencies{P90: time.Second}, 0},
		"p99: 3s, degraded: { after: 1m, p99: 250ms }": {Latencies{P99: 250 * time.Millisecond}, time.Minute},
	} {
		p, err := ParsePlan("p.yaml", []byte("name: p\nsizes: [4]\n"+
			"loads: [{ rate: 5/s, call: inc, canister: { library: counter } }]\ntargets: { survives: [node], "+targets+" }\n"))
		require.NoError(t, err, targets)
		require.Equal(t, want, p.Goals.Degraded, targets)
	}
}

// Each fault of a plan has its line, also where the plan passes on what a scenario would have.
func TestBadPlansSayWhere(t *testing.T) {
	const start = "name: p\nsizes: [4]\n"
	const load = "loads: [{ rate: 5/s, call: inc, canister: { library: counter } }]\n"
	const goal = "targets: { p99: 3s }\n"
	for _, bad := range []struct{ text, want string }{
		{"", "p.yaml:1: the file is empty"},
		{"name: p\n" + load + goal, "p.yaml:1: there are 0 sizes; want 1 to 32 numbers of nodes"},
		{start + goal, "p.yaml:1: there are 0 loads"},
		{start + load, "p.yaml:1: a plan needs targets"},
		{"name: p\nsizes: [4, x]\n" + load + goal, `p.yaml:2: sizes "x" is not a whole number`},
		{"name: p\nsizes: [4, 4]\n" + load + goal, `p.yaml:2: sizes has 4 twice`},
		{start + "places: [mars]\n" + load + goal, `p.yaml:3: places "mars" is unknown; want world, africa`},
		{start + load + "targets:\n  p98: 3s\n", `p.yaml:5: targets has no field "p98"; did you mean`},
		{start + load + "targets: { survives: [data_center] }\n", `p.yaml:4: survives "data_center" is unknown; did you mean data_centre?`},
		{start + load + "targets: { p99: 3s, degraded: any }\n",
			`p.yaml:4: degraded says what holds while an owner is gone; it needs`},
		{start + load + "targets: { survives: [node], degraded: all }\n", `p.yaml:4: degraded "all": want any (calls are answered some time)`},
		{start + load + "targets: { survives: [node], degraded: { p99: soon } }\n", `p.yaml:4: p99 "soon" is not a duration`},
		{start + load + "targets: { survives: [node], degraded: { p98: 3s } }\n", `p.yaml:4: degraded has no field "p98"; did you mean`},
		{start + load + "targets: { survives: [node], degraded_p99: 3s }\n",
			`p.yaml:4: targets has no field "degraded_p99"; want p50, p90, p99, block_rate, headroom, xdr_a_month, survives, degraded or`},
		{start + "loads:\n  - { rate: 5, call: inc, canister: { library: counter } }\n" + goal, `p.yaml:4: rate "5" is not a rate`},
		{start + "loads:\n  - rate: 5/s\n    call: inc\n    canister:\n      library: contour\n" + goal,
			`p.yaml:7: library "contour" is unknown`},
		{start + "loads:\n  - rate: 5/s\n    call: wink\n    canister: { library: counter }\n" + goal, `p.yaml:4: `},
		{start + load + goal + "faults:\n  - { slow_cpu: app/9, factor: 2x, at: 1s }\n", `p.yaml:6: "app/9" does not exist`},
		{"name: p\nsizes: [256]\n" + load + goal, `p.yaml:2: no candidate can be placed: there are`},
		{start + load + goal + "simulate: { seeds: 1 }\n", `p.yaml:5: seeds "1" is out of range; want from 2 to 100`},
	} {
		_, err := ParsePlan("p.yaml", []byte(bad.text))
		require.IsType(t, Problems{}, err, bad.text)
		require.Contains(t, err.Error(), bad.want, fmt.Sprintf("in\n%s", bad.text))
	}
}

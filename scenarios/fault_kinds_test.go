package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim/fault"
	"icsim/sim/rng"
)

func faulty(t *testing.T, faults ...string) *Spec {
	t.Helper()
	text := "name: x\nduration: 2m\nsubnets:\n" +
		"  - { name: app, nodes: 7, places: [Zurich, Tokyo], providers: [alpha, beta, gamma] }\n  - { name: other, nodes: 4 }\nfaults:\n"
	for _, f := range faults {
		text += "  - " + f + "\n"
	}
	s, err := Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

// planned prints the primitives that faults come to.
func planned(t *testing.T, seed uint64, faults ...string) string {
	t.Helper()
	s := faulty(t, faults...)
	p := s.plan(seed)
	actions, err := p.Compile(11)
	require.NoError(t, err)
	var b strings.Builder
	for i := range actions {
		fmt.Fprintf(&b, "%v %s\n", time.Duration(actions[i].At), &actions[i])
	}
	return b.String()
}

// A drawn fault of each kind is one that a scenario can state: it is written, read again, and gives the same plan, whatever is drawn.
func TestDrawnFaultsCanBeWrittenAndRead(t *testing.T) {
	s := faulty(t)
	draws := rng.Root(7).Stream()
	for _, k := range FaultKinds() {
		require.NotEmpty(t, k.About)
		for range 40 {
			f := k.Draw(s, &draws, 10*time.Second, 100*time.Second, 2)
			line := f.resolved().String()
			again := faulty(t, line)
			require.Equal(t, line, again.Faults[0].resolved().String())
			one := *s
			one.Faults = []Fault{f}
			p, q := one.plan(3), again.plan(3)
			a, err := p.Compile(11)
			require.NoError(t, err, line)
			b, err := q.Compile(11)
			require.NoError(t, err, line)
			require.Equal(t, fmt.Sprint(a), fmt.Sprint(b), line)
		}
	}
}

func TestTargetsByPlaceProviderAndRole(t *testing.T) {
	require.Equal(t, "1s crash n1\n1s crash n3\n1s crash n5\n", planned(t, 1, "{ crash: place:Tokyo, at: 1s }"))
	require.Equal(t, "1s crash n2\n1s crash n5\n", planned(t, 1, "{ crash: provider:gamma, at: 1s }"))
	require.Equal(t, "1s role: the slowest of n7,n8,n9,n10\n", planned(t, 1, "{ cut: other/slowest, at: 1s, for: 2s, direction: out }"))
	p := faulty(t, "{ cut: other/slowest, at: 1s, for: 2s, direction: out }").plan(1)
	then := p.Roles[0].Then.Of(9)
	actions, err := then.Compile(11)
	require.NoError(t, err)
	require.Equal(t, "cut n9 to n0,n1,n2,n3,n4,n5,n6,n7,n8,n10", actions[0].String())
}

func TestTheSeedPicksAndRamps(t *testing.T) {
	const f = "{ pause: app, at: 10s, for: 5s, pick: 3, ramp: 2s }"
	one := planned(t, 1, f)
	require.Equal(t, one, planned(t, 1, f))
	require.NotEqual(t, one, planned(t, 2, f))
	require.Equal(t, 6, strings.Count(one, "\n"))
	for _, at := range []string{"10s pause", "11s pause", "12s pause"} {
		require.Contains(t, one, at)
	}
	require.Equal(t, 3, strings.Count(one, "15s resume"))
	with := planned(t, 1, "{ crash: other/0, at: 9s }", f)
	require.Equal(t, "9s crash n7\n"+one, with, "another fault shifts no draw")
	require.Equal(t, `10s disturb n0 to n1: 25ms later, 0.125 % lost`, strings.SplitN(
		planned(t, 1, "{ link: app/0, to: app/1, at: 10s, for: 20s, delay: 200ms, loss: 1%, one_way: true, ramp: 7s }"), "\n", 2)[0])
	hits := 0
	for seed := range uint64(400) {
		hits += strings.Count(planned(t, seed, "{ crash: app/0, at: 1s, probability: 1/4 }"), "crash")
	}
	require.InDelta(t, 100, hits, 30)
}

// Clogs begin one by one and end one by one, and none is left.
func TestSwizzleClogsAndFrees(t *testing.T) {
	text := planned(t, 5, "{ swizzle: app, at: 10s, for: 9s, pick: 3 }")
	require.Equal(t, 6, strings.Count(text, " clog "))
	require.Equal(t, 6, strings.Count(text, " free "))
	require.Contains(t, text, "10s clog")
	require.Contains(t, text, "19s free")
}

// What chance decides gives way to what the scenario states, and to what chance decided before: a node crashes once at a time.
func TestChurnIsThatOfMainnet(t *testing.T) {
	text := planned(t, 1, "{ crash: app/2, at: 5s, restart_after: 100s }", "{ churn: app, at: 1s, faster: 300_000x }")
	require.Greater(t, strings.Count(text, "crash"), 20)
	var down time.Duration
	const n = 20_000
	draws := rng.Root(1).Stream()
	var up time.Duration
	for range n {
		u, d := fault.Outages(draws.Next(), draws.Next(), 1, 1)
		up, down = up+u/n, down+d/n
	}
	require.InDelta(t, 74.6, up.Hours()/24, 2, "days between episodes")
	require.InDelta(t, 40, down.Hours(), 5, "hours of an episode, in the mean")
}

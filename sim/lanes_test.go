package sim

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/trace"
	"icsim/sim/workload"
)

// several are three subnets with clients, a crash, a cut between subnets and attackers in two of them.
func several(t *testing.T, d time.Duration) *Config {
	c := counting(t, d, workload.Config{Name: "users", Every: 200 * time.Millisecond})
	c.Subnets = append(c.Subnets, c.Subnets[0], c.Subnets[0])
	c.Subnets[1].Name, c.Subnets[2].Name = "second", "third"
	c.Attackers = attackers([]string{"equivocate", "corrupt-shares"}, 5, 9)
	c.Faults = fault.Plan{
		Crashes:    []fault.Crash{{Node: 2, At: time.Second, Down: time.Second}},
		Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{{0, 1}, {6, 7}}, At: time.Second, For: time.Second}},
	}
	return c
}

// Side by side the subnets give the run that they give one after the other: its digest, its trace, and all figures.
func TestSubnetsSideBySideGiveTheSameRun(t *testing.T) {
	type outcome struct {
		result *Result
		trace  string
	}
	of := func(scheme string, workers int) outcome {
		var w strings.Builder
		c := several(t, 4*time.Second)
		c.Crypto, c.Workers, c.Trace = scheme, workers, trace.Config{Level: trace.Notes, W: &w}
		return outcome{run(t, c), w.String()}
	}
	for scheme, workers := range map[string][]int{"ideal": {2, 4}, "bls": {3}} {
		want := of(scheme, 1)
		require.NotEmpty(t, want.result.Timeline)
		for _, n := range workers {
			got := of(scheme, n)
			require.Equal(t, want.trace, got.trace)
			require.Equal(t, want.result, got.result)
		}
	}
}

// scattered draws a short run: subnets whose nodes stand anywhere, some of them in one data centre, clients, and things that go wrong.
func scattered(t *testing.T, r *rapid.T) *Config {
	milliseconds := func(from, to int, what string) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(r, what)) * time.Millisecond
	}
	d := milliseconds(600, 1500, "duration")
	when := func(what string) time.Duration { return milliseconds(1, 1500, what) }
	c := counting(t, d, workload.Config{Name: "users", Call: inc("inc"), Every: milliseconds(50, 500, "between calls")})
	c.Seed = rapid.Uint64().Draw(r, "seed")
	c.Crypto = rapid.SampledFrom([]string{"ideal", "ideal", "ideal", "bls"}).Draw(r, "scheme")
	c.Requests = rapid.SampledFrom([]time.Duration{0, 3 * time.Millisecond, 40 * time.Millisecond}).Draw(r, "requests")
	const places = 4
	oneWay := make([][]time.Duration, places)
	for i := range oneWay {
		for range places {
			oneWay[i] = append(oneWay[i], time.Duration(rapid.SampledFrom([]int{0, 50, 400, 30_000, 120_000}).Draw(r, "µs"))*time.Microsecond)
		}
	}
	var err error
	c.Paths, err = network.NewPaths(oneWay, nil)
	require.NoError(t, err)
	one := c.Subnets[0]
	c.Subnets = nil
	var nodes []protocol.NodeID
	for i := range rapid.IntRange(2, 4).Draw(r, "subnets") {
		one.Name = fmt.Sprintf("subnet %d", i)
		one.Places = rapid.SliceOfN(rapid.IntRange(0, places-1), 1, 4).Draw(r, "places")
		for range one.Places {
			nodes = append(nodes, protocol.NodeID(len(nodes)))
		}
		c.Subnets = append(c.Subnets, one)
	}
	c.Clients[0].Place = rapid.IntRange(0, places-1).Draw(r, "place of clients")
	some := func(what string) []protocol.NodeID { return rapid.Permutation(nodes).Draw(r, what)[:1+len(nodes)/3] }
	if rapid.Bool().Draw(r, "attacked") {
		strategy := rapid.SampledFrom([]string{"silent", "equivocate", "corrupt-shares"}).Draw(r, "strategy")
		c.Attackers = attackers([]string{strategy}, some("attackers")...)
	}
	for _, n := range some("crashes") {
		c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: n, At: when("crash"), Down: when("down"), LoseDisk: n%2 == 0})
	}
	c.Faults.Partitions = []fault.Partition{{Groups: [][]protocol.NodeID{nodes[:1], nodes[1:]}, At: when("cut"), For: when("for")}}
	c.Faults.Links = []fault.Link{{
		From: some("from"), To: some("to"), At: when("disturbed"),
		Disturbance: network.Disturbance{Delay: time.Millisecond, Loss: network.MaxLoss / 3},
	}}
	return c
}

// Whatever the places, faults, attackers and workers, a divided run is the run in one piece: by its digest, its trace and its figures.
func TestAnyRunIsTheSameSideBySide(t *testing.T) {
	drawn := rapid.Custom(func(r *rapid.T) *Config { return scattered(t, r) })
	for example := range 16 {
		outcome := func(workers int) (*Result, io.Reader) {
			var w strings.Builder
			c := drawn.Example(example)
			c.Workers, c.whole, c.Trace = workers, workers == 0, trace.Config{Level: trace.All, W: &w}
			s, err := begin(c)
			require.NoError(t, err)
			require.Equal(t, workers > 1, s.lanes != nil)
			result, err := s.finish(s.pump(nil))
			require.NoError(t, err)
			return result, strings.NewReader(w.String())
		}
		want, lines := outcome(0)
		got, same := outcome(2 + example%3)
		difference, err := trace.Diff(lines, same)
		require.NoError(t, err)
		require.Nil(t, difference)
		require.Equal(t, want, got)
	}
}

// A run is divided where that changes nothing, and only there.
func TestWhatIsDivided(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		lanes  bool
	}{
		"three subnets and clients": {func(*Config) {}, true},
		"one worker":                {func(c *Config) { c.Workers = 1 }, false},
		"one worker, many nodes": {func(c *Config) {
			c.Workers, c.Requests, c.Attackers, c.Faults = 1, 5*time.Millisecond, nil, fault.Plan{}
			for i := range c.Subnets {
				c.Subnets[i].Places = make([]int, 40)
			}
		}, true},
		"one worker, many nodes, short windows": {func(c *Config) {
			c.Workers, c.Attackers, c.Faults = 1, nil, fault.Plan{}
			c.Paths, _ = network.Uniform(time.Millisecond, 0)
			for i := range c.Subnets {
				c.Subnets[i].Places = make([]int, 40)
			}
		}, false},
		"somebody outside":         {func(c *Config) { c.Boundary = true }, false},
		"attackers in two subnets": {func(c *Config) { c.Attackers = attackers([]string{"silent"}, 1, 5) }, true},
		"attackers in one subnet":  {func(c *Config) { c.Attackers = attackers([]string{"silent"}, 5, 6) }, true},
		"one subnet and nobody around": {func(c *Config) {
			c.Subnets, c.Clients, c.Attackers, c.Faults = c.Subnets[:1], nil, nil, fault.Plan{}
		}, false},
	} {
		config := several(t, time.Second)
		config.Workers = 2
		c.change(config)
		s, err := begin(config)
		require.NoError(t, err)
		s.close()
		require.Equal(t, c.lanes, s.lanes != nil, name)
	}
}

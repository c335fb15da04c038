package sim

import (
	"io"
	"runtime"
	"testing"
	"time"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/trace"
)

// eventful is a short run with a crash, a partition, loss and an attacker, so that a digest has much to depend on.
func eventful(scheme string) *Config {
	c := small(4, 12*time.Second)
	c.Crypto = scheme
	c.Subnets[0].DKGIntervalLength = 9
	c.Attackers = attackers([]string{"equivocate", "corrupt-shares", "bad-dealings"}, 1)
	c.Faults = fault.Plan{
		Crashes:    []fault.Crash{{Node: 2, At: 3 * time.Second, Down: 2 * time.Second}},
		Partitions: []fault.Partition{{Groups: [][]protocol.NodeID{{0}, {3}}, At: 7 * time.Second, For: 2 * time.Second}},
	}
	return c
}

// The digest depends on what happens in the simulated world alone (design law 1).
func TestDigestIsTheSameHoweverTheRunIsComputed(t *testing.T) {
	variants := map[string]func(*Config){
		"again":       func(*Config) {},
		"no sharing":  func(c *Config) { c.NoShare = true },
		"no metrics":  func(c *Config) { c.NoMetrics = true },
		"record":      func(c *Config) { c.Record = true },
		"two workers": func(c *Config) { c.Workers = 2 },
		"trace notes": func(c *Config) { c.Trace = trace.Config{Level: trace.Notes, W: io.Discard} },
		"trace all":   func(c *Config) { c.Trace = trace.Config{Level: trace.All, W: io.Discard} },
		"one processor": func(c *Config) {
			t.Cleanup(func(n int) func() { return func() { runtime.GOMAXPROCS(n) } }(runtime.GOMAXPROCS(1)))
		},
	}
	for _, scheme := range []string{"ideal", "bls"} {
		want := run(t, eventful(scheme)).Digest
		for name, change := range variants {
			c := eventful(scheme)
			change(c)
			if got := run(t, c).Digest; got != want {
				t.Errorf("%s, %s: digest %s, want %s", scheme, name, got, want)
			}
		}
	}
}

// Another seed gives another history.
func TestSeedDecides(t *testing.T) {
	a, b := eventful("ideal"), eventful("ideal")
	b.Seed++
	if run(t, a).Digest == run(t, b).Digest {
		t.Error("two seeds, one digest")
	}
}

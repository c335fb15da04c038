package sim

import (
	"strings"
	"testing"
	"time"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/replica"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/variant"
)

// away is a subnet of 4 with a node that is down for more than two DKG intervals.
func away(change func(*Config)) *Config {
	c := small(4, 75*time.Second)
	c.Subnets[0].DKGIntervalLength = 19
	c.Bounds.CatchUp = 25 * time.Second
	c.Faults.Crashes = []fault.Crash{{Node: 3, At: 5 * time.Second, Down: 35 * time.Second}}
	change(c)
	return c
}

// happened counts the moments that have some words in them.
func happened(r *Result, words string) (n int) {
	for _, m := range r.Timeline {
		if strings.Contains(m.What, words) {
			n++
		}
	}
	return n
}

// A node that was away for more than an interval cannot get along by blocks: its peers have forgotten them. It fetches the state.
func TestNodeAwayForTwoIntervalsFetchesTheState(t *testing.T) {
	r := run(t, away(func(*Config) {}))
	requireChecks(t, r)
	if r.Subnets[0].StateSyncs == 0 {
		t.Error("nobody fetched a state")
	}
}

func TestNodeThatLostItsDiskFetchesTheState(t *testing.T) {
	r := run(t, away(func(c *Config) { c.Faults.Crashes[0].LoseDisk = true }))
	requireChecks(t, r)
	if r.Subnets[0].StateSyncs == 0 {
		t.Error("nobody fetched a state")
	}
}

// f peers alter what they serve (rs/tests, state_sync_malicious_chunk_test): it is found out, and the sync completes.
func TestBadChunksAreFoundOut(t *testing.T) {
	c := away(func(c *Config) { c.Attackers = attackers([]string{"bad-chunks"}, 0) })
	for c.Seed = 1; c.Seed < 9; c.Seed++ {
		r := run(t, c)
		requireChecks(t, r)
		if r.Subnets[0].BadChunks > 0 && r.Subnets[0].StateSyncs > 0 {
			return
		}
	}
	t.Error("in no run was the attacker asked for a chunk")
}

// A node that fetches nothing has a lane that never works.
func TestStateSyncSleepsWhileNobodyNeedsIt(t *testing.T) {
	c := small(4, 40*time.Second)
	c.Subnets[0].DKGIntervalLength = 19
	s, err := begin(c)
	if err != nil {
		t.Fatal(err)
	}
	s.pump(nil)
	defer s.close()
	for n, h := range s.hosts {
		if w := h.Worked(protocol.LaneStateSync); w != 0 {
			t.Errorf("node %d works for %s on syncing states", n, w)
		}
	}
}

// On a subnet of more than 3.3 blocks a second a node that fell far behind never gets along by blocks, ten heights every 3 s. With the
// next package it does.
func TestNodeOfAFastSubnetRejoins(t *testing.T) {
	c := small(7, 100*time.Second)
	paths, err := network.Uniform(25*time.Millisecond, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.Paths = paths
	c.Subnets[0].InitialNotaryDelay, c.Subnets[0].DKGIntervalLength = 60*time.Millisecond, 199
	c.Bounds.CatchUp = 40 * time.Second // an interval takes 30
	c.Faults.Crashes = []fault.Crash{{Node: 3, At: 8 * time.Second, Down: 30 * time.Second}}
	r := run(t, c)
	requireChecks(t, r)
	if r.Subnets[0].BlockRate < 5 || r.Subnets[0].StateSyncs == 0 {
		t.Errorf("%.2f blocks a second, %d states fetched: not what is to be tested", r.Subnets[0].BlockRate, r.Subnets[0].StateSyncs)
	}
}

// A node that computes another state finds out with the next package, throws its state away, starts again and fetches the right one
// (rs/tests, replica_determinism_test). That it computed another one the checkers see, too.
func TestNodeThatDivergesStartsAgain(t *testing.T) {
	c := small(4, 70*time.Second)
	c.Subnets[0].DKGIntervalLength = 19
	c.Variants = []variant.Variant{{Apply: func(cfg *replica.Config) variant.Wrap {
		if cfg.Node == 3 {
			cfg.Processor = flips{cfg.Processor}
		}
		return nil
	}}}
	r := run(t, c)
	requireChecks(t, r, "state-unique", "checkpoint-unique", "certification-unique")
	if happened(r, "n3 restarts: own state is not the catch-up package's") != 1 || r.Subnets[0].StateSyncs == 0 {
		t.Errorf("no restart and state sync: %v", r.Timeline)
	}
}

// flips executes the batch of height 30 with another time and other randomness.
type flips struct{ messaging.Processor }

func (f flips) Process(parent *messaging.State, b *protocol.Batch, r *protocol.RegistrySnapshot) *messaging.Result {
	if b.Height == 30 {
		other := *b
		other.Time++
		other.Randomness[0] ^= 1
		b = &other
	}
	return f.Processor.Process(parent, b, r)
}

// The digest of a run with state syncs is the same however it is computed.
func TestDigestWithStateSyncIsTheSameHoweverTheRunIsComputed(t *testing.T) {
	scene := func(change func(*Config)) string {
		return run(t, away(func(c *Config) {
			c.Attackers = attackers([]string{"bad-chunks"}, 0)
			change(c)
		})).Digest
	}
	want := scene(func(*Config) {})
	for name, change := range map[string]func(*Config){
		"no sharing": func(c *Config) { c.NoShare = true }, "no metrics": func(c *Config) { c.NoMetrics = true },
	} {
		if got := scene(change); got != want {
			t.Errorf("%s: digest %s, want %s", name, got, want)
		}
	}
}

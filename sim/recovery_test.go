package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/replay"
	"icsim/sim/check"
	"icsim/sim/fault"
)

// lost is a root subnet of four nodes and another of seven, four of which burn, with as many spare nodes. It is halted, recovered from the
// state of node 9 with spare nodes in the places of the lost, and started again.
func lost(change func(*Config)) *Config {
	c := changing(4, 4, 120*time.Second)
	app := c.Subnets[0]
	app.Name, app.Places = "app", make([]int, 7)
	c.Subnets[0].Name = "root"
	c.Subnets = append(c.Subnets, app)
	for n := protocol.NodeID(4); n < 8; n++ {
		c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: n, At: 20 * time.Second})
	}
	c.Changes = []Change{
		halting(30*time.Second, true),
		{
			At: 45 * time.Second, Subnet: 1, Recover: &Recovery{From: 9, Upload: 9},
			Add: []protocol.NodeID{11, 12, 13, 14}, Remove: []protocol.NodeID{4, 5, 6, 7},
		},
		halting(85*time.Second, false),
	}
	change(c)
	return c
}

func halting(at time.Duration, halt bool) Change { return Change{At: at, Subnet: 1, Halt: &halt} }

// F: the subnet goes on at the next multiple of a thousand from the state that was left, with its name and another key, which its nodes
// reshare from then on; nothing of what was finalized is given up; the lost nodes have no part in it.
func TestLostSubnetIsRecovered(t *testing.T) {
	for seed := range uint64(3) {
		c := lost(func(c *Config) { c.Seed = seed + 1 })
		s, err := begin(c)
		require.NoError(t, err)
		before := *s.registry.Latest().Subnets[1]
		r, err := s.finish(s.pump(nil))
		require.NoError(t, err)
		requireChecks(t, r)
		app := &r.Subnets[1]
		require.Equal(t, 1, happened(r, "; 0 finalized heights given up"))
		require.Equal(t, 7, happened(r, "goes on from the state of height 1000"))
		require.Zero(t, happened(r, "n9 begins to fetch"), "it has it under another height")
		require.GreaterOrEqual(t, happened(r, "begins to fetch the state of height 1000"), 6)
		require.Greater(t, app.CUPHeight, uint64(1019), "with keys of its own")
		require.Equal(t, app.ID, before.Principal.String())
		now := s.registry.Latest().Subnets[1]
		require.NotEqual(t, before.PublicKey, now.PublicKey)
		require.Equal(t, []protocol.NodeID{8, 9, 10, 11, 12, 13, 14}, now.Members)
		newest := lastCertification(s.hosts[11].Disk())
		require.Greater(t, newest.AtHeight, protocol.Height(1000))
		message := protocol.CertificationSignable(newest.Hash)
		require.True(t, s.scheme.VerifyThreshold(now.PublicKey, message, newest.Signature))
		require.False(t, s.scheme.VerifyThreshold(before.PublicKey, message, newest.Signature))
		require.Less(t, app.BlockRate, 2.0, "of the heights that it has left out none was a block")
	}
}

func lastCertification(d *protocol.Disk) (last *protocol.Certification) {
	for _, v := range d.Load(protocol.DiskCertificationPool) {
		if c, ok := v.(*protocol.Certification); ok {
			last = c
		}
	}
	return last
}

// Nodes that were only away may stay: they come back with an empty disk, from the registry's package; the operator's node may be any. One
// that is away again later comes back by packages that are signed with the new key.
func TestSubnetIsRecoveredWithItsOwnNodes(t *testing.T) {
	c := lost(func(c *Config) {
		c.Duration = 150 * time.Second
		for i := range c.Faults.Crashes {
			c.Faults.Crashes[i].Down, c.Faults.Crashes[i].LoseDisk = 60*time.Second, true
		}
		c.Changes[1].Add, c.Changes[1].Remove, c.Changes[1].Recover.Upload = nil, nil, 10
		c.Bounds.CatchUp = 60 * time.Second // halted until 85 s
		c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: 8, At: 100 * time.Second, Down: 25 * time.Second})
	})
	r := run(t, c)
	requireChecks(t, r)
	require.Equal(t, 1, happened(r, "n10 restarts: the state of height"))
	require.Zero(t, happened(r, "n10 begins to fetch"))
	require.Equal(t, 1, happened(r, "n9 begins to fetch"), "its own is no checkpoint")
	require.Equal(t, 2, happened(r, "n8 goes on from the state of height"))
	require.Greater(t, r.Subnets[1].CUPHeight, uint64(1019))
}

// N8 (reference/system_canisters.md): with a wrong state hash no node finds a state, and the subnet stays down until a corrected proposal
// names the right one, at a height above.
func TestWrongStateHashKeepsTheSubnetDown(t *testing.T) {
	wrong := func(c *Config) { c.Changes[1].Recover.State = &protocol.StateHash{1} }
	down := run(t, lost(func(c *Config) { wrong(c); c.Duration = 130 * time.Second }))
	requireChecks(t, down, "progress", "catch-up")
	require.Zero(t, down.Subnets[1].StateSyncs)
	require.Less(t, down.Subnets[1].CertifiedHeight, uint64(100))
	require.Equal(t, 1, happened(down, "app is recovered at height 1000"), "the registry cannot know")

	corrected := run(t, lost(func(c *Config) {
		wrong(c)
		again := Change{At: 95 * time.Second, Subnet: 1, Recover: &Recovery{From: 9, Upload: 9}}
		c.Changes = append(c.Changes[:2:2], again, halting(140*time.Second, false))
		c.Duration = 180 * time.Second
	}))
	requireChecks(t, corrected)
	require.Equal(t, 1, happened(corrected, "app is recovered at height 2000, from the state of height 4"))
	require.EqualValues(t, 7, corrected.Subnets[1].StateSyncs)
	require.Greater(t, corrected.Subnets[1].CertifiedHeight, uint64(2010))
}

// An operator who takes a node that is behind gives up what others had. The report says how much, and that what was certified, and so may
// have been seen, is gone is a violation.
func TestRecoveryFromANodeThatIsBehindSaysWhatItGivesUp(t *testing.T) {
	r := run(t, lost(func(c *Config) {
		c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: 9, At: 14 * time.Second, Down: 8 * time.Second})
		c.Faults.Partitions = []fault.Partition{{ // it hears of nobody until it is asked
			Groups: [][]protocol.NodeID{{9}, {8, 10}}, At: 14 * time.Second, For: 34 * time.Second,
		}}
	}))
	requireChecks(t, r, "recovery-keeps-certified")
	require.Equal(t, 1, happened(r, "finalized heights given up, "))
	require.Len(t, r.Subnets[1].Recoveries, 1)
	told := r.Subnets[1].Recoveries[0]
	require.Greater(t, told.FinalizedGivenUp, uint64(5))
	require.Greater(t, told.CertifiedGivenUp, uint64(5))
	require.EqualValues(t, 1000, told.Height)
	require.Zero(t, happened(r, "; 0 finalized"))
	for _, v := range r.Violations {
		require.Regexp(t, `subnet app is recovered at height 1000 from the state of height \d+: \d+ finalized heights given up`, v.Detail)
	}
	require.Greater(t, r.Subnets[1].CertifiedHeight, uint64(1010), "it goes on all the same")
}

// What stands in the way of a recovery is told, and leaves the subnet as it was.
func TestRecoveriesFailWithAReason(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"from n9: the node is down": func(c *Config) {
			c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: 9, At: 22 * time.Second})
		},
		"from n9: it has no state of the subnet": func(c *Config) {
			c.Changes = append(c.Changes[:1:1], Change{
				At: 31 * time.Second, Subnet: 1, Recover: &Recovery{From: 14, Upload: 9}, Add: []protocol.NodeID{14}, Remove: []protocol.NodeID{4},
			})
		},
		"subnet s1 was updated while its keys were made": func(c *Config) { c.Changes[2].At = 50 * time.Second },
		"Attempts to run this DKG repeatedly failed":     func(c *Config) { c.Subnets[0].DKGIntervalLength = 3 },
	} {
		c := lost(func(c *Config) { c.Duration = 80 * time.Second; spoil(c) })
		r := run(t, c)
		said := strings.ReplaceAll(want, "n9: it", "n14: it")
		require.Equal(t, 1, happened(r, "app is not recovered: "+said), "%s: %v", want, r.Timeline)
		for i := range r.Checks {
			if x := &r.Checks[i]; x.Name == "recovery of app" {
				require.False(t, x.OK, want)
				require.Equal(t, said, x.Detail)
			}
		}
		require.Less(t, r.Subnets[1].FinalizedHeight, uint64(100), want)
	}
}

func TestRecoveriesAreTriedBeforeTheRun(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"subnet s1 is not halted": func(c *Config) { c.Changes = c.Changes[1:] },
		"subnet s0 is the root subnet": func(c *Config) {
			c.Changes[0].Subnet, c.Changes[1].Subnet, c.Changes[1].Recover.From = 0, 0, 1
		},
		"node n3 never has a state of subnet s1":                   func(c *Config) { c.Changes[1].Recover.From = 3 },
		"node n4, which is to get the state, will be no member of": func(c *Config) { c.Changes[1].Recover.Upload = 4 },
		"subnet s1 holds chain keys": func(c *Config) {
			c.Subnets[1].ChainKeys = &protocol.ChainKeys{Timeout: protocol.Time(time.Minute)}
		},
		"node n1 is a member of subnet s0": func(c *Config) { c.Changes[1].Add[0] = 1 },
	} {
		_, err := Run(lost(spoil), nil)
		require.ErrorContains(t, err, want)
	}
}

// Whatever a node has on its disk at any time, replaying it gives a state that the subnet has executed at that height, as a checkpoint; and
// a checkpoint that is not what the subnet has certified is found out (rs/replay/src/player.rs, redeliver_certifications).
func TestReplayGivesWhatNodesExecute(t *testing.T) {
	c := lost(func(c *Config) { c.Changes = nil; c.Duration = 19 * time.Second })
	executed := map[protocol.Height]crypto.Hash{}
	c.Observe = func(w check.Where, n *protocol.Note) {
		if n.Kind == protocol.NoteExecuted && w.Node > 3 {
			executed[n.Height] = n.Hash
		}
	}
	s, err := begin(c)
	require.NoError(t, err)
	defer s.close()
	s.start()
	newest := protocol.Height(0)
	for at := time.Second; at < c.Duration; at += 700 * time.Millisecond {
		s.run(int64(at))
		for n := protocol.NodeID(4); n < 11; n++ {
			r, err := s.newest(n, 1)
			require.NoError(t, err)
			if r.State.Height() == 0 {
				continue
			}
			newest = max(newest, r.State.Height())
			require.True(t, r.State.IsCheckpoint())
			if root, ok := executed[r.State.Height()]; ok { // or else it is about to be
				require.Equal(t, root, crypto.Hash(r.State.Root()), "%s at %s, height %d", n, at, r.State.Height())
			}
		}
	}
	require.Greater(t, newest, protocol.Height(35))

	host := s.hosts[4]
	good := lastCertification(host.Disk())
	bad := protocol.NewCertification(good.AtHeight, protocol.StateHash{1}, good.Signature)
	host.Disk().Apply([]protocol.Write{{
		Key: protocol.DiskKey{Space: protocol.DiskCertificationPool, Height: bad.AtHeight, ID: bad.ID()}, Value: bad,
	}})
	_, err = s.newest(4, 1)
	require.ErrorContains(t, err, "is not the one that the subnet has certified")
}

func TestRecoveryHeights(t *testing.T) {
	for state, want := range map[protocol.Height]protocol.Height{0: 1000, 1: 1000, 999: 1000, 1000: 2000, 54321: 55000} {
		require.Equal(t, want, replay.Height(state))
	}
}

// The digest of a run with a recovery is the same however it is computed, with real signatures, too.
func TestDigestWithARecoveryIsTheSameHoweverTheRunIsComputed(t *testing.T) {
	for _, scheme := range []string{"ideal", "bls"} {
		scene := func(change func(*Config)) string {
			return run(t, lost(func(c *Config) { c.Crypto = scheme; c.Duration = 92 * time.Second; change(c) })).Digest
		}
		want := scene(func(*Config) {})
		for name, change := range map[string]func(*Config){
			"no sharing": func(c *Config) { c.NoShare = true }, "no metrics": func(c *Config) { c.NoMetrics = true },
			"workers": func(c *Config) { c.Workers = 2 },
		} {
			if scheme == "bls" && name != "no sharing" || scheme == "bls" && testing.Short() {
				continue
			}
			require.Equal(t, want, scene(change), "%s, %s", scheme, name)
		}
	}
}

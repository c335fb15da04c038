package sim

import (
	"flag"
	"icsim/sim/variant"
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/keys"
	"icsim/sim/check"
	"icsim/sim/fault"
	"icsim/sim/rng"
)

// changing is a subnet of some nodes with short intervals and as many spare nodes.
func changing(nodes, spares int, d time.Duration, changes ...Change) *Config {
	c := small(nodes, d)
	c.Subnets[0].DKGIntervalLength = 19
	c.Spares.Places = make([]int, spares)
	c.Changes = changes
	c.Bounds.CatchUp = 40 * time.Second
	return c
}

func TestNodeIsReplaced(t *testing.T) {
	c := changing(4, 1, 100*time.Second, Change{At: 15 * time.Second, Add: []protocol.NodeID{4}, Remove: []protocol.NodeID{0}})
	r := run(t, c)
	requireChecks(t, r)
	if happened(r, "n4 restarts: assigned to subnet app") != 1 || happened(r, "n0 restarts: removed from subnet app") != 1 {
		t.Error("the nodes have not changed places")
	}
}

// replacing all nodes of a subnet of n by n spare ones, one every so often.
func rolling(n int, every, d time.Duration) *Config {
	var changes []Change
	for i := range protocol.NodeID(n) {
		changes = append(changes, Change{
			At: time.Duration(i+1) * every, Add: []protocol.NodeID{protocol.NodeID(n) + i}, Remove: []protocol.NodeID{i},
		})
	}
	return changing(n, n, d, changes...)
}

// F, E: a subnet whose nodes are all replaced, one an interval, goes on under the same key. What it has certified at first is still
// certified by it at the end, and nobody can open any more the shares that it was certified with.
func TestSubnetOutlivesItsNodes(t *testing.T) {
	s, err := begin(rolling(4, 10*time.Second, 100*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	s.loop.Run(int64(9 * time.Second))
	first := firstCertification(s.hosts[0].Disk())
	s.loop.Run(int64(s.config.Duration))
	r, err := s.finish(false)
	if err != nil {
		t.Fatal(err)
	}
	requireChecks(t, r)
	for n := range protocol.NodeID(8) {
		if gone := n < 4; (s.members.of[n] == unassigned) != gone {
			t.Errorf("node %d runs for subnet %d", n, s.members.of[n])
		}
	}
	key := s.registry.Latest().Subnets[0].PublicKey
	if first.AtHeight > 2 || !s.scheme.VerifyThreshold(key, protocol.CertificationSignable(first.Hash), first.Signature) {
		t.Errorf("the certification of height %d does not hold at the end", first.AtHeight)
	}
	genesis := s.subnets[0].genesis()
	for n := range protocol.NodeID(8) {
		stored := s.hosts[n].Disk().Load(protocol.DiskKeys)
		if len(stored) != 1 {
			t.Fatalf("node %d has updated no key", n)
		}
		ring := s.ring(n, stored[0].(crypto.DecryptionKey))
		if _, ok := ring.SignThreshold(genesis.Summary().Current.High, nil); ok {
			t.Errorf("node %d can still sign with the key of genesis", n)
		}
		if young := s.ring(n, s.secrets[n].Decryption); n < 4 {
			if _, ok := young.SignThreshold(genesis.Summary().Current.High, nil); !ok {
				t.Errorf("node %d could not even with the key that it had: the test tests nothing", n)
			}
		}
	}
}

func firstCertification(d *protocol.Disk) *protocol.Certification {
	for _, v := range d.Load(protocol.DiskCertificationPool) {
		if c, ok := v.(*protocol.Certification); ok {
			return c
		}
	}
	return nil
}

// ring is a node's keyring with a decryption key.
func (s *simulation) ring(n protocol.NodeID, key crypto.DecryptionKey) *keys.Keyring {
	secrets := s.secrets[n]
	secrets.Decryption = key
	return &keys.Keyring{
		Node: n, Scheme: s.scheme, Generation: s.generation, Registry: s.registry.Client(n, s.phases[n]), Secrets: secrets,
		Meter: new(protocol.Meter),
	}
}

// The digest of a run whose nodes change is the same however it is computed, with real signatures, too.
func TestDigestWithChangesIsTheSameHoweverTheRunIsComputed(t *testing.T) {
	scene := func(change func(*Config)) string {
		c := rolling(4, 6*time.Second, 40*time.Second)
		change(c)
		return run(t, c).Digest
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

// Changes that the registry canister would refuse are refused before the run.
func TestBadChangesAreRefused(t *testing.T) {
	bad := []Change{
		{At: 0, Add: []protocol.NodeID{4}},
		{At: time.Second, Subnet: 1},
		{At: time.Second, Add: []protocol.NodeID{9}},
		{At: time.Second, Add: []protocol.NodeID{2}},
		{At: time.Second, Remove: []protocol.NodeID{4}},
		{At: time.Second, Remove: []protocol.NodeID{0, 1, 2, 3}},
	}
	for i := range bad {
		if _, err := Run(changing(4, 1, time.Second, bad[i]), nil); err == nil {
			t.Errorf("%+v was taken", bad[i])
		}
	}
	late := []Change{{At: 2 * time.Second}, {At: time.Second}}
	if _, err := Run(changing(4, 1, time.Second, late...), nil); err == nil {
		t.Error("a change before the one before it was taken")
	}
}

// A.7: the subnet stops behind a catch-up package, its nodes boot into the other version, and it goes on from there. A node that is down
// meanwhile learns of it from its peers.
func TestSubnetIsUpgraded(t *testing.T) {
	for name, test := range map[string]struct {
		crashes  []fault.Crash
		upgrades int
	}{
		"all together":                 {upgrades: 4},
		"one that was away before":     {[]fault.Crash{{Node: 3, At: 10 * time.Second, Down: 190 * time.Second}}, 4},
		"one that has the package":     {[]fault.Crash{{Node: 3, At: 47 * time.Second, Down: 140 * time.Second}}, 3},
		"one that loses its disk then": {[]fault.Crash{{Node: 3, At: 100 * time.Second, Down: 90 * time.Second, LoseDisk: true}}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			c := changing(4, 0, 400*time.Second, Change{At: 15 * time.Second, Upgrade: "v2"})
			c.Faults.Crashes = test.crashes
			r := run(t, c)
			requireChecks(t, r)
			if happened(r, "restarts: upgrade to v2") != test.upgrades {
				t.Errorf("%v", r.Timeline)
			}
		})
	}
}

// F: a halt stops the subnet as soon as its nodes have the registry version, each at its own polls; the end of it lets the subnet go on.
func TestSubnetHaltsAndGoesOn(t *testing.T) {
	halt, goOn := true, false
	s, err := begin(changing(4, 0, 90*time.Second, Change{At: 15 * time.Second, Halt: &halt}, Change{At: 60 * time.Second, Halt: &goOn}))
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	s.loop.Run(int64(26 * time.Second))
	halted := s.watch.subnets[0].finalized
	s.loop.Run(int64(60 * time.Second))
	if now := s.watch.subnets[0].finalized; halted == 0 || now != halted {
		t.Errorf("finalized %d when halted, %d in the end", halted, now)
	}
	s.loop.Run(int64(90 * time.Second))
	r, err := s.finish(false)
	if err != nil {
		t.Fatal(err)
	}
	requireChecks(t, r)
	if now := s.watch.subnets[0].finalized; now < halted+30 {
		t.Errorf("finalized %d when halted, %d after", halted, now)
	}
}

// A subnet that halts and is not excused is found out.
func TestCheckersNoticeASubnetThatStandsStill(t *testing.T) {
	halt := true
	s, err := begin(changing(4, 0, 60*time.Second, Change{At: 15 * time.Second, Halt: &halt}))
	if err != nil {
		t.Fatal(err)
	}
	s.watch.checks = check.New(func() check.Config {
		c := s.checkConfig()
		c.Subnets[0].Excused = nil
		return c
	}())
	r, err := s.finish(s.pump(nil))
	if err != nil {
		t.Fatal(err)
	}
	requireChecks(t, r, "progress")
}

// A.7: what a summary's context sees is in force from the next summary on: members, versions and parameters, among them the interval's own
// length.
func TestParametersLagAnInterval(t *testing.T) {
	delay := 900 * time.Millisecond
	c := changing(4, 0, 80*time.Second, Change{At: 15 * time.Second, DKGInterval: 29, NotaryDelay: &delay})
	seen, times := map[protocol.Height]*protocol.Summary{}, map[protocol.Height]protocol.Time{}
	watch := func(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
		return &summaries{deployed, seen}
	}
	c.Variants = []variant.Variant{{Apply: variant.Component("finalizer", watch)}}
	s, err := begin(c)
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	for at := time.Duration(0); at < c.Duration; at += 20 * time.Millisecond {
		s.loop.Run(int64(at))
		if h := s.watch.subnets[0].finalized; times[h] == 0 {
			times[h] = protocol.Time(at)
		}
	}
	r, err := s.finish(false)
	if err != nil {
		t.Fatal(err)
	}
	requireChecks(t, r)
	lagged := false
	for h := protocol.Height(20); seen[h] != nil; h = seen[h].NextStart() {
		sum := seen[h]
		changed := sum.RegistryVersion == 2
		lagged = lagged || !changed && sum.NextIntervalLength == 29
		if (sum.IntervalLength == 29) != changed {
			t.Errorf("the interval from %d on is of %d at registry version %d", h, sum.IntervalLength, sum.RegistryVersion)
		}
		if end := h + 10; times[h] > 0 && times[end] > 0 {
			if took := times[end].Sub(times[h]); (took > 10*delay) != changed {
				t.Errorf("ten rounds from %d on take %s at registry version %d", h, took, sum.RegistryVersion)
			}
		}
	}
	if !lagged {
		t.Error("nothing has changed")
	}
}

// F: a node that one subnet lets go is taken up by another, whose state it fetches.
func TestNodeIsReassigned(t *testing.T) {
	c := changing(4, 0, 130*time.Second,
		Change{At: 10 * time.Second, Remove: []protocol.NodeID{0}},
		Change{At: 60 * time.Second, Subnet: 1, Add: []protocol.NodeID{0}, Remove: []protocol.NodeID{4}})
	c.Subnets = append(c.Subnets, c.Subnets[0])
	c.Subnets[1].Name = "other"
	r := run(t, c)
	requireChecks(t, r)
	if happened(r, "n0 restarts: removed from subnet app") != 1 || happened(r, "n0 restarts: assigned to subnet other") != 1 ||
		happened(r, "other: n0 goes on from the state") == 0 || r.Subnets[0].Nodes != 3 || r.Subnets[1].Nodes != 4 {
		t.Errorf("%v", r.Timeline)
	}
}

var changeSeeds = flag.Uint64("changes", 6, "how many random histories of changes and crashes to try")

// Whatever comes and goes, and however it crashes meanwhile, all that must hold does.
func TestRandomChangesAndCrashes(t *testing.T) {
	for seed := uint64(1); seed <= *changeSeeds; seed++ {
		c := changing(4, 4, 150*time.Second)
		c.Seed = seed
		draw := rng.Root(seed).Split("random changes").Stream()
		in, out := []protocol.NodeID{0, 1, 2, 3}, []protocol.NodeID{4, 5, 6, 7}
		// An upgrade finds out whoever has lost its disk, and takes it down for two minutes more: two of four are too many.
		at, upgrade := 5*time.Second, seed%3 == 0
		for range 4 {
			i, k := draw.Next().IntN(len(in)), draw.Next().IntN(len(out))
			c.Changes = append(c.Changes, Change{At: at, Add: []protocol.NodeID{out[k]}, Remove: []protocol.NodeID{in[i]}})
			down := at + time.Duration(draw.Next().Uint64n(uint64(12*time.Second)))
			c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{
				Node: out[k], At: down, Down: time.Duration(1 + draw.Next().Uint64n(uint64(8*time.Second))),
				LoseDisk: draw.Next().IntN(2) == 0 && !upgrade,
			})
			in[i], out[k] = out[k], in[i]
			at += 28*time.Second + time.Duration(draw.Next().Uint64n(uint64(3*time.Second)))
		}
		if upgrade {
			i := draw.Next().IntN(len(c.Changes))
			c.Changes[i].Upgrade, c.Duration = "v2", 330*time.Second
		}
		r := run(t, c)
		requireChecks(t, r)
		if t.Failed() {
			t.Fatalf("seed %d: %+v %v", seed, c.Faults.Crashes, r.Timeline)
		}
	}
}

package sim

import (
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/keys"
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
	genesis := s.subnets[0].genesis
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

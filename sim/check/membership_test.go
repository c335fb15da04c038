package check

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
)

func keysOf(key byte) protocol.Note {
	high := &protocol.Transcript{Group: &crypto.ThresholdGroup{Key: crypto.ThresholdPublicKey{key}}}
	t := protocol.Transcripts{Low: high, High: high}
	return protocol.Note{Kind: protocol.NoteKeys, Height: 10, Summary: &protocol.Summary{Current: t, Next: t}}
}

// A.10.11: whatever nodes come and go, the subnet's key is the one that it began with.
func TestSubnetsKeyIsConstant(t *testing.T) {
	named := func(c *Config) {
		c.Subnets[0].Key, c.Subnets[1].Key = crypto.ThresholdPublicKey{1}, crypto.ThresholdPublicKey{2}
	}
	require.Empty(t, begin(named).told(0, keysOf(1)).told(4, keysOf(2)).red())
	require.Equal(t, map[string]int{"subnet-key-constant": 2}, begin(named).told(0, keysOf(1)).told(1, keysOf(2)).red())
}

func (s *story) joins(node protocol.NodeID, subnet protocol.SubnetID, version protocol.ReplicaVersion, h protocol.Height) *story {
	s.Join(Joining{Node: node, Subnet: subnet, At: s.at, Version: version, Height: h})
	return s
}

// Who has joined is believed for its new subnet, who has left for none; and who was there at the end has to have caught up.
func TestNodesAreHeldToTheirSubnet(t *testing.T) {
	conflict := begin(nil).sees(0, protocol.NoteFinalized, 1, 'x').joins(8, 0, "", 0).sees(8, protocol.NoteFinalized, 1, 'y')
	require.Contains(t, conflict.red(), "agreement")

	away := begin(nil).sees(0, protocol.NoteFinalized, 1, 'x').joins(8, 0, "", 0)
	away.Leave(8)
	require.NotContains(t, away.sees(8, protocol.NoteFinalized, 1, 'y').red(), "agreement")

	moved := begin(nil).sees(0, protocol.NoteFinalized, 1, 'x')
	moved.Leave(1)
	moved.joins(1, 1, "", 0)
	require.NotContains(t, moved.sees(1, protocol.NoteFinalized, 1, 'y').red(), "agreement")

	late := func() *story {
		s := begin(nil).joins(8, 0, "", 0)
		for h := protocol.Height(1); h <= 12; h++ {
			for n := range protocol.NodeID(3) {
				s.sees(n, protocol.NoteFinalized, h, byte(h))
			}
		}
		return s
	}
	require.Equal(t, map[string]int{"catch-up": 1}, late().red())
	gone := late()
	gone.Leave(8)
	require.Empty(t, gone.red())
}

// Who starts from a package is as far as that, though it has seen none before it.
func TestNodesAreAsFarAsWhatTheyStartFrom(t *testing.T) {
	require.Empty(t, begin(nil).joins(8, 0, "", 1000).sees(8, protocol.NoteNotarizationShare, 1001, 'x').red()["hard-bounds"])
	require.NotEmpty(t, begin(nil).joins(8, 0, "", 100).sees(8, protocol.NoteNotarizationShare, 1001, 'x').red()["hard-bounds"])
}

// A version makes its own blocks above the package that it goes on from; two blocks of one version are a fork.
func TestReplicaVersionsAreLinesOfTheirOwn(t *testing.T) {
	upgraded := func() *story {
		s := begin(nil)
		for n := range protocol.NodeID(3) {
			s.joins(n, 0, "v1", 0)
		}
		for n := range protocol.NodeID(3) {
			s.sees(n, protocol.NoteFinalized, 1, 'p').sees(n, protocol.NoteFinalized, 2, 'e')
		}
		return s.joins(0, 0, "v2", 1).sees(0, protocol.NoteFinalized, 2, 'f')
	}
	require.NotContains(t, upgraded().red(), "agreement")
	require.NotContains(t, upgraded().sees(1, protocol.NoteFinalized, 2, 'e').red(), "agreement", "one that is not yet upgraded")
	require.Contains(t, upgraded().joins(1, 0, "v2", 1).sees(1, protocol.NoteFinalized, 2, 'e').red(), "agreement")
}

// An upgrade may take its downtime more than a block may; a subnet that never comes back is stalled (H, incident 1).
func TestUpgradeHasABoundOfItsOwn(t *testing.T) {
	upgrading := func(waits time.Duration) map[string]int {
		s := begin(func(c *Config) {
			c.Bounds.Downtime = time.Minute
			c.Subnets = c.Subnets[:1]
			c.Subnets[0].Upgrades = []protocol.Time{2e6}
		})
		s.joins(0, 0, "v1", 0).sees(0, protocol.NoteFinalized, 1, 'x').waits(waits).joins(0, 0, "v2", 1)
		return s.sees(0, protocol.NoteFinalized, 2, 'y').waits(25*time.Second).sees(0, protocol.NoteFinalized, 3, 'z').red()
	}
	require.Equal(t, 1, upgrading(70 * time.Second)["progress"], "the wait after the upgrade is none of it")
	require.Equal(t, 2, upgrading(90 * time.Second)["progress"])
}

// F: a subnet that is created owes nothing before it is there, and its first block, by the key that it was given, once its nodes run.
func TestNewSubnetsOweNothingBeforeTheyAreThere(t *testing.T) {
	creating := func(waits time.Duration, found bool) *story {
		s := begin(func(c *Config) { c.Subnets = c.Subnets[1:]; c.Subnets[0].Created = true }).waits(time.Hour)
		if found {
			s.Found(Founding{Subnet: 1, At: s.at, Start: 30e9, Key: crypto.ThresholdPublicKey{7}})
		}
		return s.joins(4, 1, "v1", 0).waits(waits)
	}
	require.Empty(t, creating(time.Hour, false).red())
	require.NotContains(t, creating(49*time.Second, true).red(), "progress")
	require.Contains(t, creating(51*time.Second, true).red(), "progress")
	require.NotContains(t, creating(40*time.Second, true).sees(4, protocol.NoteFinalized, 1, 'x').waits(19*time.Second).red(), "progress")
	for key, wrong := range map[byte]bool{7: false, 8: true} {
		s := creating(40*time.Second, true).told(4, keysOf(key))
		require.Equal(t, wrong, s.red()["subnet-key-constant"] > 0)
	}
}

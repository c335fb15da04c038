package sim

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/explain"
	"icsim/sim/fault"
)

// Who looks on changes nothing: a run with a log of causes, and one with a timeline, has the digest of one without.
func TestLookingOnChangesNothing(t *testing.T) {
	plain := func() *Config {
		c := small(7, 12*time.Second)
		c.Attackers = attackers([]string{"equivocate", "delay"}, 2)
		c.Faults.Crashes = []fault.Crash{{Node: 1, At: 4 * time.Second, Down: 3 * time.Second}}
		return c
	}
	want := run(t, plain()).Digest
	c := plain()
	c.Timeline = explain.NewPerfetto(io.Discard, nil)
	require.Equal(t, want, run(t, c).Digest)
	s := &simulation{log: explain.NewLog(0, protocol.Never)}
	require.NoError(t, s.begin(plain()))
	s.pump(nil)
	r, err := s.finish(false)
	require.NoError(t, err)
	require.Equal(t, want, r.Digest)
	require.Greater(t, len(s.log.Steps), 1000)
	for i := 1; i < len(s.log.Steps); i++ { // what a step got was sent before, by who is said to have sent it
		for _, in := range s.log.Steps[i].In {
			if in.Cause != 0 {
				from := &s.log.Steps[in.Cause]
				require.Equal(t, in.From, from.Node)
				require.Less(t, from.End, in.At)
				require.LessOrEqual(t, in.At, s.log.Steps[i].At)
			}
		}
	}
}

func explained(t *testing.T, c *Config) *Explanation {
	t.Helper()
	x, err := Explain(c, Question{}, protocol.NodeID.String, nil)
	require.NoError(t, err)
	again, err := Explain(c, Question{}, protocol.NodeID.String, nil)
	require.NoError(t, err)
	require.Equal(t, x, again)
	return x
}

// A stall's explanation names the shares that are missing, whose they are and why (design.md, section 6; protocol.md H, incident 1).
func TestStallsNameTheMissingShares(t *testing.T) {
	c := small(13, 30*time.Second)
	c.Attackers = attackers([]string{"silent"}, 1, 2, 3, 4)
	c.Faults.Crashes = []fault.Crash{{Node: 7, At: 1}}
	x := explained(t, c)
	require.Equal(t, "progress", x.Check)
	text := strings.Join(x.Text, "\n")
	require.Contains(t, text, "notarization shares: 8 of the 9 that it takes, of n0,n5,n6,n8,n9,n10,n11,n12\n")
	require.Contains(t, text, "missing: n1,n2,n3,n4,n7\n")
	require.Contains(t, text, "n1,n2,n3,n4 corrupt: silent\n")
	require.Contains(t, text, "n7 down since 0.000 s\n")
}

// Without its shares no state is certified; the explanation names them, and the gap that holds the notaries up.
func TestStallsNameTheStateThatIsNotCertified(t *testing.T) {
	c := small(4, 170*time.Second)
	for _, n := range []protocol.NodeID{0, 3} {
		c.Attackers = append(c.Attackers, adversary.Assignment{
			Node: n, Strategies: []string{"wrong-states"},
		})
	}
	x := explained(t, c)
	text := strings.Join(x.Text, "\n")
	require.Contains(t, text, "the state of height 1 is executed and not certified")
	require.Contains(t, text, "missing: n0,n3\n")
}

// The blocks of a fork are named with their makers, and who signed for both are the corrupt ones and nobody else.
func TestForksNameWhoSignedBoth(t *testing.T) {
	c := small(13, 30*time.Second)
	c.Attackers = attackers([]string{"notarize-all", "finalize-all", "no-relay"}, 0, 1, 2, 3, 4)
	c.Faults.Partitions = []fault.Partition{{Groups: [][]protocol.NodeID{{5, 6, 7, 8}, {9, 10, 11, 12}}, At: 10 * time.Second}}
	x := explained(t, c)
	require.Equal(t, "agreement", x.Check)
	require.Contains(t, x.Text, "for more than one of them signed n0,n1,n2,n3,n4: 5 nodes, of which the protocol stands 4")
	final := 0
	for _, line := range x.Chain {
		if strings.Contains(line, "sees final block") {
			final++
		}
	}
	require.Equal(t, 2, final, "a chain for each block")
	require.True(t, slices.ContainsFunc(x.Chain, func(l string) bool { return strings.Contains(l, "makes block") }))
}

// Of a core that has not come together the node that lacks something is shown, with what it waits for.
func TestLateCoresAreShownWithWhatTheyWaitFor(t *testing.T) {
	c := small(4, 12*time.Second)
	c.Healing = check.Healing{At: 10 * time.Second, Within: 50 * time.Millisecond, Core: []protocol.NodeID{0, 1, 2}}
	c.Faults.Partitions = []fault.Partition{{Groups: [][]protocol.NodeID{{0, 1}, {2, 3}}, At: 2 * time.Second, For: 8 * time.Second}}
	x := explained(t, c)
	require.Equal(t, "convergence", x.Check)
	require.True(t, strings.HasPrefix(x.Text[0], "n0 of "), x.Text)
	require.True(t, slices.ContainsFunc(x.Text, func(l string) bool { return strings.HasPrefix(l, "round of height ") }), x.Text)
}

package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/adversary"
	"icsim/sim/rng"
)

// A drawn attacker of each strategy is one that a scenario can state: it is written, read again, and the same.
func TestDrawnAttackersCanBeWrittenAndRead(t *testing.T) {
	draws := rng.Root(3).Stream()
	for _, s := range adversary.Strategies() {
		for range 20 {
			a := DrawAttacker(faulty(t), s.Name, &draws, 2)
			line := a.resolved().String()
			const head = "name: x\nduration: 2m\nsubnets: [{ name: app, nodes: 7 }, { name: other, nodes: 4 }]\nattackers:\n  - "
			again, err := Parse("x.yaml", []byte(head+line+"\n"))
			require.NoError(t, err, line)
			require.Equal(t, a, again.Attackers[0], line)
		}
	}
}

// Lines about one node add up, in order, each with its own time and targets.
func TestAttackersHaveSeveralLines(t *testing.T) {
	s, err := Parse("x.yaml", []byte(`name: x
duration: 2m
subnets: [{ name: app, nodes: 7 }]
attackers:
  - { nodes: app/2..3, strategies: equivocate, from: 10s, until: 20s }
  - { nodes: app/2, strategies: withhold, to: app/5..6, artifacts: block-proposal }
`))
	require.NoError(t, err)
	c, err := s.Compile(1)
	require.NoError(t, err)
	require.Equal(t, []adversary.Assignment{
		{Node: 2, Strategies: []string{"equivocate"}, Parameters: adversary.Parameters{From: 10e9, Until: 20e9}},
		{Node: 2, Strategies: []string{"withhold"}, Parameters: adversary.Parameters{
			To: []protocol.NodeID{5, 6}, Artifacts: []protocol.ArtifactKind{protocol.KindBlockProposal},
		}},
		{Node: 3, Strategies: []string{"equivocate"}, Parameters: adversary.Parameters{From: 10e9, Until: 20e9}},
	}, c.Attackers)
}

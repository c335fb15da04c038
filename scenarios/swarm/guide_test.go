package swarm

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/scenarios"
	"icsim/sim/explore"
)

// lines gives the lines in which two drawings differ, without those that tell how they were drawn.
func lines(a, b []byte) (differ []string) {
	one := strings.Split(string(a), "\n")
	for _, l := range strings.Split(string(b), "\n") {
		if !slices.Contains(one, l) && !strings.HasPrefix(l, "#") {
			differ = append(differ, l)
		}
	}
	return differ
}

// What is drawn anew changes, and nothing else does: the search can tell what a change did.
func TestARedrawChangesItsDrawsAlone(t *testing.T) {
	changed := bounds
	changed.Redraws = []Redraw{{"run", 99}, {"unit delay", 12}}
	require.Equal(t, []string{"seed: 99", "    unit_delay: 2s"}, lines(Draw(7, bounds), Draw(7, changed)))
	require.True(t, strings.HasPrefix(string(Draw(7, changed)), "# Drawn by icsim sweep --swarm --seeds 7 --redraw 'run=99,unit delay=12'\n"))

	same := bounds
	same.Redraws = []Redraw{{"run", 7}, {"core", 7}}
	require.Empty(t, lines(Draw(7, bounds), Draw(7, same)), "drawn from its own seed")
}

func TestRedrawsAreReadAsTheyAreWritten(t *testing.T) {
	read, err := ParseRedraws("run=99, unit delay=12", 7, bounds)
	require.NoError(t, err)
	require.Equal(t, []Redraw{{"run", 99}, {"unit delay", 12}}, read)
	require.Equal(t, "run=99,unit delay=12", FormatRedraws(read))
	_, err = ParseRedraws("run", 7, bounds)
	require.ErrorContains(t, err, `"run" is no redraw`)
	_, err = ParseRedraws("rum=1", 7, bounds)
	require.ErrorContains(t, err, `draws no "rum"; it draws healing, run,`)
}

// search makes a guide's choices, of which each is said to reach states that its text decides.
func search(first []Choice, n uint64) (g *Guide, all []Choice) {
	g = NewGuide(bounds, first)
	for seed := range n {
		c := g.Choose(seed)
		all = append(all, c)
		text := Draw(c.Seed, g.Options(c))
		states := []explore.State{explore.State(len(text) / 100), explore.State(1000 + strings.Count(string(text), "cut"))}
		g.Learn(c, states)
	}
	return g, all
}

// All that a guide chooses is a scenario that replays from its file, and depends on what was learned alone.
func TestAGuideChoosesScenarios(t *testing.T) {
	g, all := search(nil, 150)
	_, again := search(nil, 150)
	require.Equal(t, all, again)
	varied := 0
	for seed, c := range all {
		text := Draw(c.Seed, g.Options(c))
		_, err := scenarios.Parse("drawn.yaml", text)
		require.NoError(t, err, "%v", c)
		if len(c.Redraws) == 0 {
			continue
		}
		varied++
		require.NotContains(t, c.Redraws, Redraw{}, "%v", c)
		read, err := ParseRedraws(FormatRedraws(c.Redraws), c.Seed, bounds)
		require.NoError(t, err)
		require.Equal(t, c.Redraws, read)
		require.Less(t, c.Seed, uint64(seed), "it is of what has run before")
	}
	require.Greater(t, varied, 50)
	require.Equal(t, varied, g.Report().Changed)
	require.Equal(t, g.Report().States, g.Report().OwnStates+g.Report().ChangedNews)
}

// The distilled corpus reaches all that the search has reached, best first, and the next search begins with it.
func TestTheDistilledCorpusReachesAll(t *testing.T) {
	g, _ := search(nil, 150)
	corpus := g.Distilled()
	require.NotEmpty(t, corpus)
	require.LessOrEqual(t, len(corpus), g.Report().Corpus)
	next, all := search(corpus, uint64(len(corpus)))
	require.Equal(t, corpus, all)
	require.Equal(t, g.Report().States, next.Report().States)
}

// A scenario that reaches what few others do is varied more often than one that reaches what all do.
func TestRareStatesAreSought(t *testing.T) {
	g := NewGuide(bounds, nil)
	for seed := range uint64(100) {
		g.Learn(Choice{Seed: seed}, []explore.State{1})
	}
	g.Learn(Choice{Seed: 100}, []explore.State{1, 2})
	count := map[uint64]int{}
	for seed := range uint64(400) {
		if c := g.Choose(1000 + seed); len(c.Redraws) > 0 {
			count[c.Seed]++
		}
	}
	require.Greater(t, count[100], 10*count[0])
}

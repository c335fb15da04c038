package swarm

import (
	"slices"

	"icsim/sim/explore"
	"icsim/sim/rng"
)

// A Guide chooses scenarios by what those before have reached, as coverage-guided fuzzers do (Böhme and others: Coverage-based greybox
// fuzzing as Markov chain, CCS 2016). Scenarios that reached states new to the search are its corpus. A choice is a scenario of its own
// seed, or one of the corpus of which a few draws are made anew, from its own seed or as another of the corpus has them.
//
// The search is as good as its seeds say and no worse for the number of workers: choices are made for a batch of seeds at a time, by the
// corpus as it stands then, and outcomes enter it in the order of seeds.
type Guide struct {
	options Options
	first   []Choice // that the search begins with
	chosen  int
	corpus  []member
	seen    map[explore.State]int // in how many runs
	runs    int
	news    [2]tallied // of scenarios of their own, and of changed ones
}

// A Choice is a scenario: that of a seed, but for some draws.
type Choice struct {
	Seed    uint64
	Redraws []Redraw
}

// A member is a choice that reached something new.
type member struct {
	Choice
	names  []string
	states []explore.State
}

type tallied struct{ runs, states int }

// Batch is how many choices are made at a time.
const Batch = 16

// Chances in percent.
const (
	ownChance    = 30 // that a scenario is one of its own, though there is a corpus
	spliceChance = 30 // that a draw is as another of the corpus has it
	mostRedraws  = 4  // at a time
)

// NewGuide begins a search, with some choices before those of its own.
func NewGuide(o Options, first []Choice) *Guide {
	return &Guide{options: o, first: first, seen: map[explore.State]int{}}
}

// Choose gives the scenario that is to be run under a seed.
func (g *Guide) Choose(seed uint64) Choice {
	if g.chosen++; g.chosen <= len(g.first) {
		return g.first[g.chosen-1]
	}
	source := rng.Root(seed).Split("guide")
	if len(g.corpus) == 0 || source.Split("own").At(0).Chance(ownChance, 100) {
		return Choice{Seed: seed}
	}
	parent := g.pick(source.Split("parent"))
	stream := source.Split("redraw").Stream()
	c := Choice{parent.Seed, parent.Redraws}
	for range 1 + stream.Next().IntN(mostRedraws) {
		r := Redraw{parent.names[stream.Next().IntN(len(parent.names))], seed}
		if splice := stream.Next(); splice.Chance(spliceChance, 100) {
			r.Seed = g.corpus[stream.Next().IntN(len(g.corpus))].seedOf(r.Name)
		}
		c.Redraws = redrawn(c.Redraws, r)
	}
	names := Names(c.Seed, g.Options(c))
	c.Redraws = slices.DeleteFunc(c.Redraws, func(r Redraw) bool { return !slices.Contains(names, r.Name) }) // no longer drawn
	return c
}

// seedOf is where a member has the draws of a name from.
func (m *member) seedOf(name string) uint64 {
	for _, r := range m.Redraws {
		if r.Name == name {
			return r.Seed
		}
	}
	return m.Seed
}

// pick draws a member. Its chance is as great as its states are rare: each counts by how few runs have reached it.
func (g *Guide) pick(source rng.Source) *member {
	const one = 1 << 20
	weights, sum := make([]uint64, len(g.corpus)), uint64(0)
	for i := range g.corpus {
		for _, s := range g.corpus[i].states {
			weights[i] += one / uint64(g.seen[s])
		}
		sum += weights[i]
	}
	at := source.At(0).Uint64n(sum)
	for i, w := range weights {
		if at < w {
			return &g.corpus[i]
		}
		at -= w
	}
	panic("swarm: the weights of a corpus do not add up")
}

// Options are those that draw a choice.
func (g *Guide) Options(c Choice) Options {
	o := g.options
	o.Redraws = c.Redraws
	return o
}

// Learn takes what a choice has reached. fresh is how many states are new.
func (g *Guide) Learn(c Choice, states []explore.State) (fresh int) {
	for _, s := range states {
		if g.seen[s]++; g.seen[s] == 1 {
			fresh++
		}
	}
	how := &g.news[min(len(c.Redraws), 1)]
	how.runs, how.states = how.runs+1, how.states+fresh
	g.runs++
	if fresh > 0 {
		g.corpus = append(g.corpus, member{c, Names(c.Seed, g.Options(c)), slices.Clone(states)})
	}
	return fresh
}

// Distilled gives choices of the corpus that together reach all that it has reached: each the one that adds most to those before it
// (greedily: choosing the fewest is hard). They are what to begin with when the protocol has changed.
func (g *Guide) Distilled() (all []Choice) {
	reached := map[explore.State]bool{}
	left := make([]*member, len(g.corpus))
	for i := range g.corpus {
		left[i] = &g.corpus[i]
	}
	for {
		best, most := -1, 0
		for i, m := range left {
			adds := 0
			for _, s := range m.states {
				if !reached[s] {
					adds++
				}
			}
			if adds > most {
				best, most = i, adds
			}
		}
		if best < 0 {
			return all
		}
		for _, s := range left[best].states {
			reached[s] = true
		}
		all = append(all, left[best].Choice)
		left = slices.Delete(left, best, best+1)
	}
}

// A Report is what a search has come to.
type Report struct {
	Runs, States, Corpus   int
	Own, Changed           int // runs of scenarios of their own, and of changed ones
	OwnStates, ChangedNews int // states that were new, by the same
}

// Report sums up.
func (g *Guide) Report() Report {
	return Report{g.runs, len(g.seen), len(g.corpus), g.news[0].runs, g.news[1].runs, g.news[0].states, g.news[1].states}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"icsim/scenarios"
	"icsim/scenarios/swarm"
	"icsim/sim/explore"
)

// A guidedSource lets a guide choose the scenario of each seed.
type guidedSource struct {
	*swarmSource
	seeds   string
	corpus  string // a file, or empty
	first   []swarm.Choice
	guide   *swarm.Guide
	choices map[uint64]swarm.Choice // by the seed under which they run; changed between batches only
}

func newGuidedSource(s *swarmSource, seeds, corpus string) (*guidedSource, error) {
	g := &guidedSource{swarmSource: s, seeds: seeds, corpus: corpus, choices: map[uint64]swarm.Choice{}}
	if err := s.run.check(); err != nil {
		return nil, err
	}
	if corpus != "" {
		if err := g.readCorpus(); err != nil {
			return nil, err
		}
	}
	g.begin(g.first)
	return g, nil
}

// begin begins the search with some scenarios.
func (g *guidedSource) begin(first []swarm.Choice) {
	g.first, g.guide = first, swarm.NewGuide(g.options, first)
}

func (g *guidedSource) spec(seed uint64) (*scenarios.Spec, uint64, error) {
	return g.parse(seed, g.scenario(seed))
}

func (g *guidedSource) scenario(seed uint64) []byte {
	c := g.choices[seed]
	return swarm.Draw(c.Seed, g.guide.Options(c))
}

func (g *guidedSource) replay(seed uint64) string {
	c := g.choices[seed]
	return g.command(c.Seed, c.Redraws)
}

func (g *guidedSource) title() string { return "swarm, guided" }

func (g *guidedSource) contents() []byte {
	return fmt.Appendf(g.swarmSource.contents(), " guided %s %v", g.seeds, g.first)
}

// run makes one batch after the other, each by what those before have shown.
func (g *guidedSource) run(ctx context.Context, s *explore.Sweep, t *tally) (err error) {
	seeds := s.Seeds
	batch := make([]uint64, 0, swarm.Batch)
	for seed := range seeds.All() {
		if batch = append(batch, seed); len(batch) == swarm.Batch {
			if over, err := g.runBatch(ctx, s, t, batch); err != nil || over {
				return err
			}
			batch = batch[:0]
		}
	}
	if _, err = g.runBatch(ctx, s, t, batch); err != nil || g.corpus == "" {
		return err
	}
	return g.writeCorpus()
}

// runBatch tells whether there is reason to stop after it.
func (g *guidedSource) runBatch(ctx context.Context, s *explore.Sweep, t *tally, batch []uint64) (over bool, err error) {
	s.Seeds = nil
	for _, seed := range batch {
		g.choices[seed] = g.guide.Choose(seed)
		s.Seeds = append(s.Seeds, explore.Range{First: seed, Last: seed})
	}
	var outcomes []*explore.Outcome
	err = s.Run(ctx, func(o *explore.Outcome) error {
		outcomes = append(outcomes, o)
		return t.add(o)
	})
	explore.Sort(outcomes)
	for _, o := range outcomes {
		g.guide.Learn(g.choices[o.Seed], o.States)
		over = over || s.StopFirst && o.Status != explore.OK
	}
	return over || ctx.Err() != nil, err
}

// report says how well changed scenarios do beside those that seeds draw, which are what a blind sweep runs.
func (g *guidedSource) report() string {
	r := g.guide.Report()
	return fmt.Sprintf("corpus %d; new states a run: %.1f of %d scenarios drawn blindly, %.1f of %d varied",
		r.Corpus, rate(r.OwnStates, r.Own), r.Own, rate(r.ChangedNews, r.Changed), r.Changed)
}

func rate(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

func (g *guidedSource) readCorpus() error {
	text, err := os.ReadFile(g.corpus)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		g.first, err = parseCorpus(string(text), g.corpus, g.options)
	}
	if err != nil {
		return fmt.Errorf("--corpus: %w", err)
	}
	return nil
}

func (g *guidedSource) writeCorpus() error {
	if err := os.WriteFile(g.corpus, []byte(formatCorpus(g.guide.Distilled())), 0o666); err != nil {
		return fmt.Errorf("--corpus: %w", err)
	}
	return nil
}

// A corpus is written as a scenario a line: a seed, and what is drawn anew.
func formatCorpus(corpus []swarm.Choice) string {
	var b strings.Builder
	for _, c := range corpus {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%d %s", c.Seed, swarm.FormatRedraws(c.Redraws)), " "))
	}
	return b.String()
}

func parseCorpus(text, file string, o swarm.Options) (corpus []swarm.Choice, err error) {
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		number, redraws, _ := strings.Cut(line, " ")
		var c swarm.Choice
		if c.Seed, err = strconv.ParseUint(number, 10, 64); err != nil {
			return nil, fmt.Errorf("%s:%d: %q is no scenario; want a seed, and redraws after it", file, i+1, line)
		}
		if redraws != "" {
			if c.Redraws, err = swarm.ParseRedraws(redraws, c.Seed, o); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
			}
		}
		corpus = append(corpus, c)
	}
	return corpus, nil
}

package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"icsim/scenarios"
	"icsim/scenarios/swarm"
	"icsim/sim/check"
	"icsim/sim/explore"
)

// swarmFlags are those of sweeps that draw their scenarios.
type swarmFlags struct {
	on    bool
	draw  bool
	nodes string

	guided bool
	states bool
	corpus string
	redraw string
}

func (f *swarmFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.on, "swarm", false, "draw a scenario from each seed")
	flags.StringVar(&f.nodes, "nodes", "4..7", "with --swarm: nodes of a subnet, a range or a number")
	flags.BoolVar(&f.guided, "guided", false, "with --swarm: vary scenarios that reached something new")
	flags.BoolVar(&f.states, "states", false, "with --swarm: say how many states of the protocol were reached")
	flags.StringVar(&f.corpus, "corpus", "", "with --guided: a file of scenarios to begin with, if there is one, and to leave the best in")
	flags.StringVar(&f.redraw, "redraw", "", "with --swarm, of one seed: take some draws from other seeds, such as 'end cut=12,run=7'")
	flags.BoolVar(&f.draw, "draw", false, "with --swarm: print the scenario of one seed instead of running it")
}

func (f *swarmFlags) check(given func(string) bool, seeds explore.Seeds) error {
	for _, name := range []string{"nodes", "draw", "guided", "states", "redraw"} {
		if given(name) && !f.on {
			return fmt.Errorf("--%s goes with --swarm", name)
		}
	}
	one := !seeds.Endless() && seeds.Count() == 1
	switch {
	case f.redraw != "" && !one:
		return fmt.Errorf("--redraw changes the scenario of one seed; name it with --seeds, such as --seeds 7")
	case f.guided && (f.draw || f.redraw != ""):
		return fmt.Errorf("--guided chooses scenarios itself; leave --draw and --redraw out")
	case f.corpus != "" && !f.guided:
		return fmt.Errorf("--corpus goes with --guided")
	}
	if f.draw && !one {
		return fmt.Errorf("--draw prints the scenario of one seed; name it with --seeds, such as --seeds 7")
	}
	return nil
}

func (f *swarmFlags) source(run *runFlags, seeds string) (source, error) {
	s := &swarmSource{run: *run, nodes: f.nodes, options: swarm.Options{Crypto: run.crypto, Variants: run.variants}}
	if s.options.Crypto == "" {
		s.options.Crypto = "ideal"
	}
	n, err := explore.ParseSeeds(f.nodes)
	if err != nil || len(n) != 1 || n[0].First < swarm.LeastNodes || n[0].Last > swarm.MostNodes {
		return nil, fmt.Errorf("--nodes %s: want a number or a range such as 4..7, from %d to %d", f.nodes, swarm.LeastNodes, swarm.MostNodes)
	}
	s.options.MinNodes, s.options.MaxNodes = int(n[0].First), int(n[0].Last)
	if err := new(scenarios.Spec).Vary(run.variants...); err != nil {
		return nil, fmt.Errorf("--variants: %w", err)
	}
	if f.redraw != "" {
		seed, _ := strconv.ParseUint(seeds, 10, 64) // check has seen that it is one
		if s.options.Redraws, err = swarm.ParseRedraws(f.redraw, seed, s.options); err != nil {
			return nil, fmt.Errorf("--redraw: %w", err)
		}
	}
	if f.guided {
		return newGuidedSource(s, seeds, f.corpus)
	}
	return s, run.check()
}

// A swarmSource draws a scenario from each seed.
type swarmSource struct {
	run     runFlags
	nodes   string
	options swarm.Options
}

func (s *swarmSource) spec(seed uint64) (*scenarios.Spec, uint64, error) {
	return s.parse(seed, s.scenario(seed))
}

// parse reads what was drawn, and which seed it names: the one that it was drawn from, or another where that is drawn anew.
func (s *swarmSource) parse(seed uint64, text []byte) (*scenarios.Spec, uint64, error) {
	spec, err := scenarios.Parse(fmt.Sprintf("seed-%d.yaml", seed), text)
	if err != nil {
		return nil, 0, err
	}
	if s.run.until > 0 {
		spec.EndAt(s.run.until)
	}
	return spec, spec.Seed(), nil
}

func (s *swarmSource) title() string               { return "swarm" }
func (s *swarmSource) scenario(seed uint64) []byte { return swarm.Draw(seed, s.options) }

// awaited gives all situations, which the summary tells of and nobody demands.
func (s *swarmSource) awaited() (names []string, demanded bool) {
	for _, x := range check.Situations() {
		names = append(names, x.Name)
	}
	return names, false
}

func (s *swarmSource) contents() []byte {
	return fmt.Appendf(nil, "swarm %+v until %s", s.options, s.run.until)
}

func (s *swarmSource) replay(seed uint64) string { return s.command(seed, s.options.Redraws) }

func (s *swarmSource) command(seed uint64, redraws []swarm.Redraw) string {
	command := fmt.Sprintf("icsim sweep --swarm --nodes %s", s.nodes)
	if s.run.crypto != "" {
		command += " --crypto " + s.run.crypto
	}
	if len(s.run.variants) > 0 {
		command += " --variants " + strings.Join(s.run.variants, ",")
	}
	if len(redraws) > 0 {
		command += " --redraw '" + swarm.FormatRedraws(redraws) + "'"
	}
	command = fmt.Sprintf("%s --seeds %d --draw >seed-%[2]d.yaml; icsim run seed-%[2]d.yaml", command, seed)
	if s.run.until > 0 {
		command += " --until " + s.run.until.String()
	}
	return command
}

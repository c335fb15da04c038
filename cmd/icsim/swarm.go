package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"icsim/scenarios"
	"icsim/scenarios/swarm"
	"icsim/sim/explore"
)

// swarmFlags are those of sweeps that draw their scenarios.
type swarmFlags struct {
	on    bool
	draw  bool
	nodes string
}

func (f *swarmFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.on, "swarm", false, "draw a scenario from each seed")
	flags.StringVar(&f.nodes, "nodes", "4..7", "with --swarm: nodes of a subnet, a range or a number")
	flags.BoolVar(&f.draw, "draw", false, "with --swarm: print the scenario of one seed instead of running it")
}

func (f *swarmFlags) check(given func(string) bool, seeds explore.Seeds) error {
	for _, name := range []string{"nodes", "draw"} {
		if given(name) && !f.on {
			return fmt.Errorf("--%s goes with --swarm", name)
		}
	}
	if f.draw && (seeds.Endless() || seeds.Count() != 1) {
		return fmt.Errorf("--draw prints the scenario of one seed; name it with --seeds, such as --seeds 7")
	}
	return nil
}

func (f *swarmFlags) source(run *runFlags) (source, error) {
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
	return s, run.check()
}

// A swarmSource draws a scenario from each seed.
type swarmSource struct {
	run     runFlags
	nodes   string
	options swarm.Options
}

func (s *swarmSource) spec(seed uint64) (*scenarios.Spec, error) {
	spec, err := scenarios.Parse(fmt.Sprintf("seed-%d.yaml", seed), s.scenario(seed))
	if err != nil {
		return nil, err
	}
	if s.run.until > 0 {
		spec.EndAt(s.run.until)
	}
	return spec, nil
}

func (s *swarmSource) title() string               { return "swarm" }
func (s *swarmSource) scenario(seed uint64) []byte { return swarm.Draw(seed, s.options) }

func (s *swarmSource) contents() []byte {
	return fmt.Appendf(nil, "swarm %+v until %s", s.options, s.run.until)
}

func (s *swarmSource) replay(seed uint64) string {
	command := fmt.Sprintf("icsim sweep --swarm --nodes %s", s.nodes)
	if s.run.crypto != "" {
		command += " --crypto " + s.run.crypto
	}
	if len(s.run.variants) > 0 {
		command += " --variants " + strings.Join(s.run.variants, ",")
	}
	command = fmt.Sprintf("%s --seeds %d --draw >seed-%[2]d.yaml; icsim run seed-%[2]d.yaml", command, seed)
	if s.run.until > 0 {
		command += " --until " + s.run.until.String()
	}
	return command
}

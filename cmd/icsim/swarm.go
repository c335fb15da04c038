package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"icsim/sim/explore"
)

// swarmFlags are those of sweeps that draw their scenarios.
type swarmFlags struct {
	on   bool
	draw bool
}

func (f *swarmFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.on, "swarm", false, "draw a scenario from each seed")
}

func (f *swarmFlags) check(func(string) bool, explore.Seeds) error { return nil }

func (f *swarmFlags) source(*runFlags) (source, error) { return nil, fmt.Errorf("not yet") }

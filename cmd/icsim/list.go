package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"icsim/canister/library"
	"icsim/scenarios"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/network"
	"icsim/sim/variant"
)

func listCommand() *cobra.Command {
	var strategies, variants, situations, places, quantities, canisters bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios shipped, one line each",
		Example: `  icsim list
  icsim list --strategies    what attackers can do
  icsim list --variants      rules in place of the deployed ones: what mainnet once did, and hard circumstances
  icsim list --places        where nodes can stand
  icsim list --canisters     the library of canisters, with their settings
  icsim list --situations    what a scenario can ask of some run of a sweep, beside quantities
  icsim list --quantities    what a scenario can expect something of`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			t := &table{}
			switch {
			case strategies:
				names, about := adversary.Names()
				for _, name := range names {
					t.row(name, about[name])
				}
			case variants:
				listVariants(t)
			case places:
				for _, p := range network.Places() {
					t.row(p.Name, fmt.Sprintf("%.2f, %.2f", float64(p.Lat)/1000, float64(p.Lon)/1000))
				}
			case canisters:
				listCanisters(t)
			case situations:
				for _, s := range check.Situations() {
					t.row(s.Name, s.About)
				}
			case quantities:
				listQuantities(t)
			default:
				if err := listScenarios(t); err != nil {
					return err
				}
			}
			fmt.Fprint(cmd.OutOrStdout(), t)
			return nil
		},
	}
	cmd.Flags().BoolVar(&strategies, "strategies", false, "list the strategies of attackers instead")
	cmd.Flags().BoolVar(&variants, "variants", false, "list the rules that can take the place of deployed ones instead")
	cmd.Flags().BoolVar(&places, "places", false, "list the built-in cities instead")
	cmd.Flags().BoolVar(&quantities, "quantities", false, "list the quantities of expectations instead")
	cmd.Flags().BoolVar(&situations, "situations", false, "list the situations that runs can come to instead")
	cmd.Flags().BoolVar(&canisters, "canisters", false, "list the library of canisters instead")
	cmd.MarkFlagsMutuallyExclusive("strategies", "variants", "places", "quantities", "situations", "canisters")
	return cmd
}

func listScenarios(t *table) error {
	for _, name := range scenarios.ShippedNames() {
		s, err := scenarios.Load(name)
		if err != nil {
			return err
		}
		t.row(name, s.About)
	}
	return nil
}

func listVariants(t *table) {
	for _, v := range variant.All() {
		t.row(v.Name, v.About, v.Source)
	}
}

func listQuantities(t *table) {
	for _, name := range scenarios.Quantities() {
		of := "of the run"
		if check.Quantities()[check.Quantity(name)] {
			of = "of a subnet"
		}
		t.row(name, of)
	}
}

func listCanisters(t *table) {
	for _, c := range library.Canisters() {
		t.row(c.Name, c.About)
		for _, s := range c.Settings {
			t.row("  "+s.Name, s.Kind.String()+": "+s.About)
		}
	}
}

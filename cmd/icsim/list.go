package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"icsim/canister/library"
	"icsim/scenarios"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/mainnet"
	"icsim/sim/network"
	"icsim/sim/variant"
)

func listCommand() *cobra.Command {
	var strategies, faults, variants, situations, places, centres, subnets, quantities, canisters bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios shipped, one line each",
		Example: `  icsim list
  icsim list --strategies    what attackers can do
  icsim list --faults        what can go wrong
  icsim list --variants      rules in place of the deployed ones: what mainnet once did, and hard circumstances
  icsim list --places        where nodes can stand
  icsim list --centres       mainnet's data centres, for latency: mainnet
  icsim list --subnets       mainnet's subnets, for preset
  icsim list --canisters     the library of canisters, with their settings
  icsim list --situations    what a scenario can ask of some run of a sweep, beside quantities
  icsim list --quantities    what a scenario can expect something of`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			t := &table{}
			switch {
			case strategies:
				for _, s := range adversary.Strategies() {
					t.row(s.Name, s.About+takes(&s))
				}
			case faults:
				for _, k := range scenarios.FaultKinds() {
					t.row(k.Name, k.About)
				}
			case variants:
				listVariants(t)
			case places:
				for _, p := range network.Places() {
					t.row(p.Name, fmt.Sprintf("%.2f, %.2f", float64(p.Lat)/1000, float64(p.Lon)/1000))
				}
			case centres:
				for _, c := range mainnet.Centres() {
					lat, lon := c.Position()
					t.row(c.Name, c.Metro(), c.Country, c.Owner, fmt.Sprintf("%.2f, %.2f", float64(lat)/1000, float64(lon)/1000))
				}
			case subnets:
				for _, name := range mainnet.SubnetNames() {
					s, _ := mainnet.FindSubnet(name)
					t.row(name, s.Label, s.Type.String(), fmt.Sprintf("%d nodes", len(s.Nodes)), fmt.Sprintf("%d canisters", s.Canisters))
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
	cmd.Flags().BoolVar(&faults, "faults", false, "list the kinds of faults instead")
	cmd.Flags().BoolVar(&variants, "variants", false, "list the rules that can take the place of deployed ones instead")
	cmd.Flags().BoolVar(&places, "places", false, "list the built-in cities instead")
	cmd.Flags().BoolVar(&centres, "centres", false, "list mainnet's data centres instead")
	cmd.Flags().BoolVar(&subnets, "subnets", false, "list mainnet's subnets of January 2026 instead")
	cmd.Flags().BoolVar(&quantities, "quantities", false, "list the quantities of expectations instead")
	cmd.Flags().BoolVar(&situations, "situations", false, "list the situations that runs can come to instead")
	cmd.Flags().BoolVar(&canisters, "canisters", false, "list the library of canisters instead")
	cmd.MarkFlagsMutuallyExclusive("strategies", "faults", "variants", "situations", "places", "centres", "subnets", "quantities", "canisters")
	return cmd
}

// takes names the parameters of a strategy.
func takes(s *adversary.Strategy) string {
	var words []string
	if !s.Always {
		words = append(words, "from", "until")
	}
	for _, p := range s.Takes {
		words = append(words, string(p))
	}
	if len(words) == 0 {
		return ""
	}
	return "  [" + strings.Join(words, ", ") + "]"
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

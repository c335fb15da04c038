package sim

import (
	"testing"
	"time"

	"icsim/sim/adversary"
)

// f nodes of each strategy, and f nodes of all of them at once, neither fork nor stall a subnet (design.md, section 6, "consensus").
func TestFOfEachStrategyBreakNothing(t *testing.T) {
	for _, s := range adversary.Strategies() {
		t.Run(s.Name, func(t *testing.T) {
			c := small(7, 30*time.Second)
			c.Attackers = attackers([]string{s.Name}, 1, 4)
			if s.Name == "adaptive" {
				c.Attackers = attackers([]string{"adaptive", "equivocate"}, everyone(7)...)
			}
			r := run(t, c)
			requireChecks(t, r)
		})
	}
}

// Package icsimtest runs scenarios in the tests of any project: over seeds, with what is expected of them, and with a failure that says how
// to see it again.
//
//	func TestUpgradesLoseNoCalls(t *testing.T) {
//		icsimtest.Run(t, icsimtest.Plan{Scenario: "testdata/upgrade.yaml", Seeds: "1..20"})
//	}
//
// The environment variable ICSIM_SEEDS overrules Seeds, so that the same tests take twenty seeds on a laptop and ten thousand at night.
package icsimtest

package icsimtest_test

import (
	"fmt"

	"icsim/scenarios/icsimtest"
)

// Two of four nodes are silent, one more than a subnet of four tolerates.
func ExampleSweep() {
	outcomes, err := icsimtest.Sweep(icsimtest.Plan{Seeds: "1..3", Text: `
name: stall
duration: 3s
crypto: ideal
subnets: [{ name: app, nodes: 4 }]
attackers: [{ nodes: app/0..1, strategies: silent }]
liveness: { progress: 2s }
`})
	if err != nil {
		fmt.Println(err)
	}
	for _, o := range outcomes {
		fmt.Println(o.Seed, o.Status, o.Failed().Check)
	}
	// Output:
	// 1 liveness progress
	// 2 liveness progress
	// 3 liveness progress
}

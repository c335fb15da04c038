package scenarios

import (
	"fmt"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/adversary"
)

// libraryNames are the canisters of the library.
func libraryNames() []string { return []string{"burner", "caller", "counter"} }

// libraryCallers are those of them that call other canisters.
func libraryCallers() []string { return []string{"caller"} }

// fromLibrary gives a canister the library's module and the argument that chooses one of its canisters.
func fromLibrary(c *sim.Canister, from *Canister, ids map[string]protocol.CanisterID) error {
	return fmt.Errorf("the library is not built")
}

// strategies are the names of what attackers may do.
func strategies() []string {
	names, _ := adversary.Names()
	return names
}

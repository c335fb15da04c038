package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/workload"
)

const resourced = small + `
users: [admin]
canisters:
  - { name: plain, subnet: app, library: counter }
  - name: full
    subnet: app
    library: counter
    compute_allocation: 10%
    memory_allocation: 64MiB
    freezing_threshold: 7d
    reserved_cycles_limit: 1T
    wasm_memory_limit: 0
    wasm_memory_threshold: 1MiB
    environment_variables: { MODE: test, "b c": "" }
    log_visibility: [admin, plain]
  - { name: seen, subnet: app, library: counter, log_visibility: public }
  - { name: hidden, subnet: app, library: counter, log_visibility: controllers }
`

// Settings of the genesis state arrive as update_settings would have them; who is not asked gets the defaults of the interface
// (reference/interface.md B.1).
func TestGenesisSettingsOfCanisters(t *testing.T) {
	s := parsed(t, resourced)
	c, err := s.Compile(1)
	require.NoError(t, err)
	nat := func(n uint64) *management.Nat { return &management.Nat{Lo: n} }
	plain := management.Settings{
		ComputeAllocation: nat(0), MemoryAllocation: nat(0), FreezingThreshold: nat(2_592_000),
		ReservedCyclesLimit: nat(5_000_000_000_000), WasmMemoryLimit: nat(3 << 30), WasmMemoryThreshold: nat(0),
	}
	require.Equal(t, plain, c.Canisters[0].Settings)
	require.Nil(t, c.Canisters[0].LogViewers)
	full := c.Canisters[1]
	require.Equal(t, management.Settings{
		ComputeAllocation: nat(10), MemoryAllocation: nat(64 << 20), FreezingThreshold: nat(7 * 86_400),
		ReservedCyclesLimit: nat(1_000_000_000_000), WasmMemoryLimit: nat(0), WasmMemoryThreshold: nat(1 << 20),
		Environment: &[]management.EnvironmentVariable{{Name: "MODE", Value: "test"}, {Name: "b c", Value: ""}},
	}, full.Settings)
	require.Equal(t, []sim.Controller{{User: workload.User(1)}, {Canister: protocol.CanisterID(0)}}, full.LogViewers)
	require.Equal(t, &management.Visibility{Public: &management.Null{}}, c.Canisters[2].Settings.LogVisibility)
	require.Equal(t, plain, c.Canisters[3].Settings)
	again, err := parsed(t, string(s.Resolved())).Compile(1)
	require.NoError(t, err)
	require.Equal(t, c.Canisters, again.Canisters)
}

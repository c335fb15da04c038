package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The management canister of a subnet has a route to it, whatever the table says; aaaaa-aa has none, being everywhere.
func TestManagersHaveRoutes(t *testing.T) {
	table := &RoutingTable{Ranges: []CanisterRange{{First: 0, Last: 99, Subnet: 1}}}
	for _, s := range []SubnetID{0, 1, 7, 1<<16 - 1} {
		back, ok := ManagerOf(s).ManagedSubnet()
		require.True(t, ok)
		require.Equal(t, s, back)
		to, ok := table.Route(ManagerOf(s))
		require.True(t, ok)
		require.Equal(t, s, to)
	}
	for _, c := range []CanisterID{0, 99, ManagerOf(0) - 1, ManagementCanister} {
		_, ok := c.ManagedSubnet()
		require.False(t, ok)
	}
	_, ok := table.Route(ManagementCanister)
	require.False(t, ok)
}

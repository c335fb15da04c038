package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim/mainnet"
)

const onCentres = "name: test\nduration: 1m\nnetwork: { latency: mainnet }\n"

// A preset is the subnet of January 2026 node by node, in its own data centres, and what it resolves to says so without the word.
func TestPresetsStandWhereMainnetDoes(t *testing.T) {
	s, err := Parse("test.yaml", []byte(onCentres+"subnets: [{ preset: io67a }, { preset: fiduciary, name: keys, idle_canisters: 7 }]"))
	require.NoError(t, err)
	for i, name := range []string{"io67a", "pzp6e"} {
		found, _ := mainnet.FindSubnet(name)
		require.Equal(t, len(found.Nodes), s.Subnets[i].Nodes)
		for k, place := range s.Network.where(s.Subnets[i].Nodes, s.Subnets[i].Places, i) {
			require.Equal(t, found.Nodes[k].Centre, place)
		}
	}
	require.Equal(t, "keys", s.Subnets[1].Name)
	require.Equal(t, defaultUnitDelay(false), s.Subnets[1].UnitDelay)
	require.Equal(t, 2997, s.Subnets[0].Idle)
	require.Equal(t, 7, s.Subnets[1].Idle)
	again, err := Parse("elsewhere/test.yaml", s.Resolved())
	require.NoError(t, err)
	require.Equal(t, s.Resolved(), again.Resolved())
	c, err := s.Compile(1)
	require.NoError(t, err)
	require.Equal(t, 2997, c.Subnets[0].IdleCanisters)
}

func TestMainnetHasAllItsSubnets(t *testing.T) {
	s, err := Load("mainnet")
	require.NoError(t, err)
	nodes := 0
	for i := range s.Subnets {
		nodes += s.Subnets[i].Nodes
	}
	require.Len(t, s.Subnets, 47)
	require.Equal(t, 701, nodes)
}

// Generated nodes keep the limits; another draw gives others.
func TestGeneratedSubnetsKeepTheirLimits(t *testing.T) {
	countries := func(draw string) map[string]bool {
		s, err := Parse("test.yaml", []byte(onCentres+
			"subnets: [{ name: app, nodes: 13, generate: { at_most: { country: 1 }, draw: "+draw+" } }]"))
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, place := range s.Subnets[0].Places {
			i, _ := mainnet.FindCentre(place)
			seen[mainnet.Centres()[i].Country] = true
		}
		return seen
	}
	require.Len(t, countries("1"), 13)
	require.Len(t, countries("2"), 13)
	require.NotEqual(t, countries("1"), countries("2"))
}

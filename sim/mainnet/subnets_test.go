package mainnet

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The tables are those of the registry.
func TestSubnetsAreThoseOfTheRegistry(t *testing.T) {
	rows := readTable(t, "ic_subnet_membership_2026-01-12.csv")[1:]
	want := map[string][]Node{}
	for _, r := range rows {
		name := r[0][:5]
		want[name] = append(want[name], node(r[3], r[5][:5], r[2]))
	}
	nodes := 0
	for _, name := range SubnetNames() {
		s, ok := FindSubnet(name)
		require.True(t, ok)
		require.Equal(t, want[name], s.Nodes, name)
		nodes += len(s.Nodes)
	}
	require.Len(t, SubnetNames(), 47)
	require.Equal(t, 701, nodes)
	nns, _ := FindSubnet("nns")
	require.Len(t, nns.Nodes, 40)
	_, ok := FindSubnet("")
	require.False(t, ok)
}

// No limit is exceeded, whatever they are, and a draw is a draw.
func TestPickKeepsTheLimits(t *testing.T) {
	for _, l := range []Limits{{}, DefaultLimits(), {Country: 1}, {Country: 3, Provider: 1, Centre: 1, Owner: 1}, {Owner: 1}} {
		for draw := range uint64(5) {
			nodes := Pick(13, l, draw)
			require.Len(t, nodes, 13, "%+v", l)
			require.Equal(t, nodes, Pick(13, l, draw))
			used := map[string]int{}
			for _, x := range nodes {
				for _, trait := range x.traits(l) {
					if used[trait.name]++; trait.most > 0 {
						require.LessOrEqual(t, used[trait.name], trait.most, trait.name)
					}
				}
			}
		}
	}
	require.NotEqual(t, Pick(13, DefaultLimits(), 1), Pick(13, DefaultLimits(), 2))
	require.Less(t, len(Pick(100, Limits{Country: 1}, 1)), 40, "there are not so many countries")
}

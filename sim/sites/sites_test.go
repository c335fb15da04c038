package sites

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
	"icsim/sim/network"
)

const data = "../../../shared/data/"

func table(t *testing.T, name string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(data + name)
	if err != nil {
		t.Skipf("without the reference data: %v", err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = row[i]
		}
		rows = append(rows, m)
	}
	return rows
}

// The table has the registry's nodes, and the rewards of their regions.
func TestTheTableIsTheRegistrys(t *testing.T) {
	centres := map[string]map[string]string{}
	for _, r := range table(t, "ic_datacenters_2025-07.csv") {
		centres[r["dc_id"]] = r
	}
	count := map[string]int{}
	for _, r := range table(t, "ic_nodes_2025-07.csv") {
		if r["is_api_bn"] == "0" {
			count[r["dc_id"]+"|"+r["node_provider_name"]+"|"+r["node_type"]]++
		}
	}
	paid := map[string]float64{}
	for _, r := range table(t, "ic_node_base_rewards_2026-01-05.csv") {
		v, err := strconv.ParseFloat(r["mean_xdr_per_month"], 64)
		require.NoError(t, err)
		paid[r["node_type"]+"|"+r["region"]] = v
	}
	exact := 0
	for _, s := range All() {
		require.Equal(t, count[s.DataCentre+"|"+s.Provider+"|"+s.Type], s.Nodes, "%+v", s)
		dc := centres[s.DataCentre]
		require.Equal(t, []string{dc["country"], dc["continent"]}, []string{s.Country, s.Continent})
		if xdr, ok := paid[fmt.Sprintf("%s|%s,%s,%s", s.Type, s.Continent, s.Country, dc["area"])]; ok {
			require.InDelta(t, xdr, s.XDR, 0.51, "%+v", s)
			exact++
		}
		_, known := network.PlaceIndex(s.Place)
		require.True(t, known, s.Place)
	}
	require.Greater(t, exact, 100)
}

// What is chosen keeps to the limits, whatever the order; and what cannot be is refused with what can.
func TestChoicesKeepToTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(Regions()).Draw(t, "region")
		nodes := rapid.IntRange(1, 40).Draw(t, "nodes")
		l := Limits{rapid.IntRange(0, 3).Draw(t, "provider"), rapid.IntRange(0, 3).Draw(t, "dc"), rapid.IntRange(0, 4).Draw(t, "country")}
		o := Order(rapid.SampledFrom(Orders()).Draw(t, "order"))
		chosen, err := Choose(In(region, nil), nodes, l, o)
		if err != nil {
			require.Empty(t, chosen)
			return
		}
		require.Len(t, chosen, nodes)
		for owner, limit := range map[Owner]int{Provider: l.Provider, DataCentre: l.DataCentre, Country: l.Country} {
			if limit > 0 {
				require.LessOrEqual(t, len(owner.Groups(chosen)[0].Nodes), limit, owner)
			}
		}
	})
}

// The world's 13 under the target topology are of 13 providers in 13 data centres, of all continents, and no four of them can stop it.
func TestThirteenOfTheWorld(t *testing.T) {
	nodes, err := Choose(In("world", nil), 13, TargetLimits(13), Spread)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, s := range nodes {
		seen[s.Continent] = true
	}
	require.Len(t, seen, 6)
	require.Equal(t, 5, Nakamoto(nodes, Provider))
	require.Equal(t, 5, Nakamoto(nodes, DataCentre))
	require.GreaterOrEqual(t, Nakamoto(nodes, Country), 3)
	// 13 nodes of mainnet cost 15,244 to 19,242 XDR a month (reference/measured_reality.md).
	require.InDelta(t, 17_200, Monthly(nodes), 4_500)
}

// The coefficient is the least number of owners above f, as trying all sets says.
func TestNakamotoIsTheLeastSetAboveF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := make([]Site, rapid.IntRange(1, 16).Draw(t, "n"))
		for i := range nodes {
			nodes[i].Provider = fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "provider"))
		}
		least := len(nodes)
		groups := Provider.Groups(nodes)
		for set := range 1 << len(groups) {
			held, size := 0, 0
			for i, g := range groups {
				if set>>i&1 == 1 {
					held, size = held+len(g.Nodes), size+1
				}
			}
			if held > protocol.FaultsTolerated(len(nodes)) {
				least = min(least, size)
			}
		}
		require.Equal(t, least, Nakamoto(nodes, Provider))
	})
}

// 13 nodes and 1,000 empty calls a second burn 6.2 million cycles a call.
func TestEarningsFollowThePriceList(t *testing.T) {
	require.InEpsilon(t, 1000*6.2e6*secondsAMonth/1e12, Earned(13, 1000, 0, 0), 1e-12)
	require.InEpsilon(t, 2*Earned(13, 1000, 9, 1e6), Earned(26, 1000, 9, 1e6), 1e-12)
}

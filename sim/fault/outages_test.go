package fault

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim/rng"
)

// episodesFile has the measured outages, which are no part of this project.
const episodesFile = "../../../shared/data/ic_node_outage_episodes_2025-12_2026-01.csv"

// The table is that of the measured episodes: at no length do the shares of shorter ones differ by more than 4 %.
func TestOutagesAreThoseMeasured(t *testing.T) {
	f, err := os.Open(episodesFile)
	if err != nil {
		t.Skip("the measured episodes are not at " + episodesFile)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	column := slices.Index(rows[0], "est_down_hours")
	var measured []float64
	for _, row := range rows[1:] {
		h, err := strconv.ParseFloat(row[column], 64)
		require.NoError(t, err)
		measured = append(measured, h)
	}
	require.Len(t, measured, episodes)
	slices.Sort(measured)
	draws := rng.Root(1).Stream()
	drawn := make([]float64, 20_000)
	for i := range drawn {
		_, down := Outages(draws.Next(), draws.Next(), 1, 1)
		drawn[i] = down.Hours()
	}
	slices.Sort(drawn)
	for i, h := range measured {
		k, _ := slices.BinarySearch(drawn, h)
		require.InDelta(t, float64(i)/episodes, float64(k)/float64(len(drawn)), 0.04, "%v hours", h)
	}
}

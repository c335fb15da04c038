package world

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Rows end within the world's 240 cells; inland places lie on land and ocean ones do not.
func TestTheOutlineIsTheWorlds(t *testing.T) {
	land := Land()
	require.NotEmpty(t, land)
	on := func(lat, lon float64) bool {
		row, column := int(math.Floor((North-lat)/Step)), int(math.Floor((lon+180)/Step))
		for _, r := range land {
			if r.Row == row && r.First <= column && column < r.End {
				return true
			}
		}
		return false
	}
	for _, r := range land {
		require.Less(t, r.First, r.End)
		require.LessOrEqual(t, r.End, 240)
	}
	for name, at := range map[string][2]float64{"Geneva": {46.2, 6.1}, "Kansas": {38.5, -98}, "Alice Springs": {-23.7, 133.9},
		"Brasilia": {-15.8, -47.9}} {
		require.True(t, on(at[0], at[1]), name)
	}
	for name, at := range map[string][2]float64{"Atlantic": {30, -40}, "Pacific": {0, -150}, "Indian Ocean": {-20, 80}} {
		require.False(t, on(at[0], at[1]), name)
	}
}

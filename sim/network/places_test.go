package network

import (
	"cmp"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

const reference = "../../../shared/data"

func readTable(t *testing.T, name string) [][]string {
	f, err := os.Open(filepath.Join(reference, name))
	if err != nil {
		t.Skipf("no reference data: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	return rows
}

func number(t *testing.T, s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

func greatCircle(lat1, lon1, lat2, lon2 float64) float64 {
	rad := math.Pi / 180
	sin := func(d float64) float64 { s := math.Sin(d * rad / 2); return s * s }
	h := sin(lat2-lat1) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*sin(lon2-lon1)
	return 2 * 6371 * math.Asin(math.Sqrt(h))
}

func TestDistancesAreGreatCircles(t *testing.T) {
	degrees := func(m int32) float64 { return float64(m) / 1000 }
	for i, a := range places {
		require.Len(t, kilometres[i], i)
		for j, b := range places[:i] {
			d := greatCircle(degrees(a.Lat), degrees(a.Lon), degrees(b.Lat), degrees(b.Lon))
			require.InDelta(t, d, float64(kilometres[i][j]), 0.6, "%s to %s", a.Name, b.Name)
		}
	}
}

var regionOf = map[string]Region{
	"GE": westAsia, "IL": westAsia, "IN": southAsia, "LK": southAsia, "HK": southeastAsia, "SG": southeastAsia,
	"JP": eastAsia, "KR": eastAsia, "AU": oceania, "NZ": oceania, "ZA": africa, "US": northAmerica, "CA": northAmerica,
	"AR": southAmerica, "CO": southAmerica, "CR": southAmerica, "PA": southAmerica, // others: europe, which is 0
}

// The derivation of doc.go, "Places", done again.
func TestStretchIsFittedToTheDataCentres(t *testing.T) {
	type centre struct {
		lat, lon float64
		region   Region
	}
	centres := make(map[string]centre)
	for _, r := range readTable(t, "ic_datacenters_2025-07.csv")[1:] {
		centres[r[0]] = centre{number(t, r[5]), number(t, r[6]), regionOf[r[2]]}
	}
	matrix := readTable(t, "ic_dc_rtt_matrix_ms.csv")
	var fits [numRegions][numRegions][]float64
	var errors []float64
	for _, row := range matrix[1:] {
		for j, to := range matrix[0][1:] {
			a, b := centres[row[0]], centres[to]
			km := greatCircle(a.lat, a.lon, b.lat, b.lon)
			if row[0] >= to || km <= 60 {
				continue
			}
			rtt := number(t, row[j+1])
			lo, hi := min(a.region, b.region), max(a.region, b.region)
			fits[lo][hi] = append(fits[lo][hi], (rtt-2)*1000/(km/100))
			model := roundTrip(a.region, b.region, int32(km)).Seconds() * 1000
			errors = append(errors, math.Abs(model-rtt)/rtt)
		}
	}
	for a := range numRegions {
		for b := a; b < numRegions; b++ {
			require.InDelta(t, median(fits[a][b]), float64(stretch[a][b]), 1, "regions %d and %d", a, b)
			require.Equal(t, stretch[a][b], stretch[b][a])
		}
	}
	require.Less(t, median(errors), 0.11)
}

func median(v []float64) float64 {
	slices.SortFunc(v, cmp.Compare[float64])
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// The model was not fitted to these.
func TestPlacesAgreeWithMeasuredDataCentres(t *testing.T) {
	rows := readTable(t, "latency_ic_dc_2023-09_ms.csv")
	paths := DataCentres()
	place := func(name string) (int, bool) {
		if name == "Fremont" {
			name = "San Jose"
		}
		return PlaceIndex(name)
	}
	var ratios []float64
	for _, row := range rows[1:] {
		for j, to := range rows[0][1:] {
			a, knownA := place(row[0])
			b, knownB := place(to)
			if row[0] < to && knownA && knownB {
				ratios = append(ratios, 2*paths.OneWay(a, b).Seconds()*1000/number(t, row[j+1]))
			}
		}
	}
	require.Len(t, ratios, 66)
	require.InDelta(t, 1, median(ratios), 0.05)
	require.Greater(t, ratios[len(ratios)/10], 0.6)
	require.Less(t, ratios[len(ratios)*9/10], 1.25)
}

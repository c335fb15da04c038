package mainnet

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

func quantile(v []float64, q float64) float64 {
	slices.SortFunc(v, cmp.Compare[float64])
	return v[int(float64(len(v))*q)]
}

func greatCircle(a, b *metro) float64 {
	rad := math.Pi / 180 / 1000
	sin := func(d float64) float64 { s := math.Sin(d * rad / 2); return s * s }
	h := sin(float64(b.lat-a.lat)) + math.Cos(float64(a.lat)*rad)*math.Cos(float64(b.lat)*rad)*sin(float64(b.lon-a.lon))
	return 2 * 6371 * math.Asin(math.Sqrt(h))
}

func TestDistancesAreGreatCircles(t *testing.T) {
	for i := range metros {
		require.Len(t, kilometres[i], i)
		for j := range i {
			require.InDelta(t, greatCircle(&metros[i], &metros[j]), float64(kilometres[i][j]), 0.6, "%s to %s", metros[i].name, metros[j].name)
		}
	}
	for a := range numRegions {
		for b := range numRegions {
			require.Equal(t, stretch[a][b], stretch[b][a])
			require.GreaterOrEqual(t, stretch[a][b], int32(1000), "light is no faster, before detours")
		}
	}
}

// index finds a centre by name.
func index(t *testing.T, name string) int {
	i, ok := FindCentre(name)
	require.True(t, ok, name)
	return i
}

func milliseconds(i, j int) float64 { return roundTrip(i, j).Seconds() * 1000 }

// The residuals that doc.go states.
func TestTheModelFitsTheDerivedMatrix(t *testing.T) {
	matrix := readTable(t, "ic_dc_rtt_matrix_ms.csv")
	var errors []float64
	for _, row := range matrix[1:] {
		for j, to := range matrix[0][1:] {
			a, b := index(t, row[0]), index(t, to)
			if row[0] < to && centres[a].metro != centres[b].metro {
				rtt := number(t, row[j+1])
				errors = append(errors, math.Abs(milliseconds(a, b)-rtt)/rtt)
			}
		}
	}
	require.InDelta(t, 0.033, quantile(errors, 0.5), 0.001)
	require.InDelta(t, 0.172, quantile(errors, 0.9), 0.002)
}

func TestTheModelFitsMeasuredDataCentres(t *testing.T) {
	names := map[string]string{
		"Brussels": "br1", "Chicago": "ch2", "Dallas": "dl1", "Fremont": "fm1", "Geneva": "ge1", "Ljubljana": "lj1", "Orlando": "or1",
		"Singapore": "sg1", "Stockholm": "sh1", "Tokyo": "ty1", "Zurich": "zh2", // and Munich, which has no data centre
	}
	rows := readTable(t, "latency_ic_dc_2023-09_ms.csv")
	var ratios []float64
	for _, row := range rows[1:] {
		for j, to := range rows[0][1:] {
			if a, b := names[row[0]], names[to]; a != "" && b != "" && a < b {
				ratios = append(ratios, milliseconds(index(t, a), index(t, b))/number(t, row[j+1]))
			}
		}
	}
	require.Len(t, ratios, 55)
	require.InDelta(t, 0.79, quantile(ratios, 0.1), 0.01)
	require.InDelta(t, 0.99, quantile(ratios, 0.5), 0.01)
	require.InDelta(t, 1.04, quantile(ratios, 0.9), 0.01)
}

// Q decides the block rate: doc.go states how far the model is off.
func TestTheModelKeepsTheDistanceToAQuorum(t *testing.T) {
	matrix := readTable(t, "ic_dc_rtt_matrix_ms.csv")
	derived := make(map[[2]int]float64)
	for _, row := range matrix[1:] {
		for j, to := range matrix[0][1:] {
			derived[[2]int{index(t, row[0]), index(t, to)}] = number(t, row[j+1])
		}
	}
	var off []float64
	for _, name := range SubnetNames() {
		s, _ := FindSubnet(name)
		model := quorum(s, milliseconds)
		off = append(off, math.Abs(model-quorum(s, func(i, j int) float64 { return derived[[2]int{i, j}] })))
	}
	sum := 0.0
	for _, x := range off {
		sum += x
	}
	require.InDelta(t, 2.5, sum/float64(len(off)), 0.1)
	require.InDelta(t, 9.8, slices.Max(off), 0.1)
}

// quorum is the median over nodes of the one-way latency to the 2f-th nearest other.
func quorum(s *Subnet, rtt func(i, j int) float64) float64 {
	n := len(s.Nodes)
	var all []float64
	for i := range s.Nodes {
		var others []float64
		for j := range s.Nodes {
			if i != j {
				others = append(others, rtt(s.Nodes[i].Centre, s.Nodes[j].Centre)/2)
			}
		}
		slices.Sort(others)
		all = append(all, others[(n-1)/3*2-1])
	}
	slices.Sort(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// Losses have the quantiles of the pairs measured, and a pair's is always the same.
func TestLossesAreAsMeasured(t *testing.T) {
	require.Equal(t, lossBetween(3, 17), lossBetween(3, 17))
	var model, measured []float64
	for i := range centres {
		for j := range centres {
			if centres[i].metro != centres[j].metro {
				model = append(model, float64(lossBetween(i, j))/1e9)
			}
		}
	}
	for _, file := range []string{"io67a_2024-05", "lhg73_2024-05", "uzr34_2024-08"} {
		for _, row := range readTable(t, "ic_subnet_measured_"+file+".csv")[1:] {
			if file != "lhg73_2024-05" || row[0] != "2" && row[1] != "2" { // a sick node
				measured = append(measured, number(t, row[3]))
			}
		}
	}
	for _, q := range []float64{0.5, 0.75, 0.9} {
		require.InEpsilon(t, quantile(measured, q), quantile(model, q), 0.35, "quantile %v", q)
	}
}

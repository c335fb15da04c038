package rng

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// tail is t of doc: the probability of a value farther out on the same side of the median.
func tail(k int) float64 {
	return float64(32-k%knotsPerOctave) / 32 * math.Pow(2, -float64(k/knotsPerOctave))
}

func TestNormalTable(t *testing.T) {
	for k, z := range normal {
		require.InDelta(t, math.Sqrt2*math.Erfinv(1-tail(k)), float64(z)/(1<<32), 1e-8, "knot %d", k)
	}
}

func TestExponentialKnots(t *testing.T) {
	const mean = 1e12
	q := Exponential(mean)
	for k := range knots {
		require.InDelta(t, -mean*math.Log(tail(k)/2), float64(q.sides[1][k]), 1e4, "knot %d", k)
		require.InDelta(t, -mean*math.Log(1-tail(k)/2), float64(q.sides[0][k]), 1e4, "knot %d", k)
	}
}

func TestLognormalKnots(t *testing.T) {
	for _, c := range []struct {
		median   int64
		num, den uint64
	}{{50_000_000, 1, 4}, {1 << 40, 4, 1}, {1_000_000, 0, 1}, {3_000, 13, 10}} {
		q := Lognormal(c.median, c.num, c.den)
		for k := range knots {
			z := float64(normal[k]) / (1 << 32)
			spread := float64(c.num) / float64(c.den)
			up, down := float64(c.median)*math.Exp(spread*z), float64(c.median)*math.Exp(-spread*z)
			require.InDelta(t, math.Min(up, 1<<62), float64(q.sides[1][k]), 1+up*1e-8, "knot %d", k)
			require.InDelta(t, down, float64(q.sides[0][k]), 1+down*1e-8, "knot %d", k)
		}
		require.Equal(t, c.median, q.Median())
	}
}

// Draws follow the distribution in the middle and far into the tail.
func TestPickFollowsTheDistribution(t *testing.T) {
	const tries, mean = 1_000_000, 1_000_000_000
	q, s := Exponential(mean), Root(21)
	values := make([]int64, tries)
	sum := 0.0
	for i := range values {
		values[i] = q.Pick(s.At(uint64(i)))
		sum += float64(values[i])
	}
	require.InDelta(t, mean, sum/tries, 5*mean/math.Sqrt(tries)+mean*1e-3)
	for _, p := range []float64{1e-4, 0.01, 0.1, 0.5, 0.7, 0.9, 0.99, 0.999, 0.99999} {
		x := -mean * math.Log(1-p)
		below := 0.0
		for _, v := range values {
			if float64(v) < x {
				below++
			}
		}
		require.InDelta(t, p*tries, below, 5*math.Sqrt(p*(1-p)*tries)+p*(1-p)*1e-3*tries, "p = %v", p)
	}
}

func TestPickIsMonotone(t *testing.T) {
	q := Lognormal(1_000_000, 1, 2)
	at := func(u uint64) int64 { return q.Pick(Draw{lo: u}) }
	// On the lower side a small tail is a small value; above the median it is a great one.
	edges := []uint64{0, 1, 2, 1 << 38, 1<<39 - 1, 1 << 39, 1<<40 + 1, 1 << 61, 1<<62 - 1, 1 << 62, 1<<62 + 1, 1<<63 - 1}
	for i := 1; i < len(edges); i++ {
		require.LessOrEqual(t, at(edges[i-1]), at(edges[i]), "lower, %d", i)
		require.GreaterOrEqual(t, at(edges[i-1]|1<<63), at(edges[i]|1<<63), "upper, %d", i)
	}
	require.Equal(t, q.sides[0][knots-1], at(0))
	require.Equal(t, q.sides[1][knots-1], at(1<<63))
	require.InDelta(t, float64(q.Median()), float64(at(1<<63-1)), 1)
	require.InDelta(t, float64(q.Median()), float64(at(math.MaxUint64)), 1)
}

func TestEmpiricalKeepsTheMeasuredQuantiles(t *testing.T) {
	sorted := make([]int64, 1001)
	for i := range sorted {
		sorted[i] = int64(i*i) - 500
	}
	q, s := Empirical(sorted), Root(22)
	drawn := make([]int64, 100_001)
	for i := range drawn {
		drawn[i] = q.Pick(s.At(uint64(i)))
	}
	slices.Sort(drawn)
	for _, p := range []int{0, 1, 10, 50, 90, 99, 100} {
		want := math.Sqrt(float64(sorted[p*10] + 500)) // linear again
		require.InDelta(t, want, math.Sqrt(float64(drawn[p*1000]+500)), 10, "percentile %d", p)
	}
	require.GreaterOrEqual(t, drawn[0], sorted[0])
	require.LessOrEqual(t, drawn[len(drawn)-1], sorted[len(sorted)-1])
	require.Equal(t, int64(7), Empirical([]int64{7}).Pick(s.At(0)))
}

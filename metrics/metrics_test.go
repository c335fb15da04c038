package metrics

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// values draws latencies of all magnitudes.
func values(t *rapid.T, name string) []int64 {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) int64 {
		return rapid.Int64Range(0, math.MaxInt64).Draw(t, "v") >> rapid.IntRange(0, 62).Draw(t, "shift")
	}), 0, 300).Draw(t, name)
}

func histogramOf(digits int, vs []int64) *Histogram {
	h := NewHistogram(digits)
	for _, v := range vs {
		h.Record(v)
	}
	return h
}

// exact is the definition: the least value that at least the share q of all do not exceed.
func exact(sorted []int64, num, den uint64) int64 {
	for i, v := range sorted {
		if uint64(i+1)*den >= num*uint64(len(sorted)) {
			return v
		}
	}
	panic("no such value")
}

func TestQuantilesAreWithinTheStatedError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(1, MaxDigits).Draw(t, "digits")
		vs := values(t, "values")
		h := histogramOf(digits, vs)
		require.EqualValues(t, len(vs), h.Count())
		if len(vs) == 0 {
			require.Zero(t, h.Quantile(1, 2))
			require.Zero(t, h.Summary(1))
			require.Zero(t, h.Mean())
			require.Zero(t, h.Min())
			return
		}
		slices.Sort(vs)
		require.Equal(t, vs[0], h.Min())
		require.Equal(t, vs[len(vs)-1], h.Max())
		require.Equal(t, h.Max(), h.Quantile(1, 1))
		anywhere := rapid.Uint64Range(0, 65_535).Draw(t, "quantile")
		for _, q := range [][2]uint64{{0, 1}, {1, 1000}, {1, 10}, {1, 2}, {9, 10}, {99, 100}, {999, 1000}, {anywhere, 65_535}} {
			want, got := exact(vs, q[0], q[1]), h.Quantile(q[0], q[1])
			require.GreaterOrEqual(t, got, want)
			require.LessOrEqual(t, float64(got-want), float64(want)*math.Pow10(-digits), "quantile %v: %d for %d", q, got, want)
		}
		sum := new(big.Int)
		for _, v := range vs {
			sum.Add(sum, big.NewInt(v))
		}
		want, _ := new(big.Float).SetInt(sum).Float64()
		require.InEpsilon(t, want+1, h.Sum()+1, 1e-15)
		require.InEpsilon(t, want/float64(len(vs))+1, h.Mean()+1, 1e-14)
	})
}

// Values of few digits are counted exactly.
func TestSmallValuesAreExact(t *testing.T) {
	h := NewHistogram(2)
	for v := range int64(200) {
		h.Record(v)
	}
	for v := range int64(200) {
		require.Equal(t, v, h.Quantile(uint64(v+1), 200))
	}
}

// Cells tile the numbers: each value lies in a cell that ends at it or later, and the next begins right after.
func TestCellsTile(t *testing.T) {
	for digits := 1; digits <= MaxDigits; digits++ {
		h := NewHistogram(digits)
		for cell := range h.cell(math.MaxInt64) {
			last := h.last(cell)
			require.Equal(t, cell, h.cell(last))
			require.Equal(t, cell+1, h.cell(last+1))
		}
		require.EqualValues(t, math.MaxInt64, h.last(h.cell(math.MaxInt64)))
	}
}

func TestHistogramMemoryIsBounded(t *testing.T) {
	for digits, bytes := range []int{1: 8 << 10, 2: 59 << 10, 3: 436 << 10, 4: 7_000_000} {
		if digits == 0 {
			continue
		}
		h := histogramOf(digits, []int64{0, math.MaxInt64})
		require.LessOrEqual(t, 8*cap(h.counts), bytes, "%d digits", digits)
	}
}

func TestMergeIsRecordingBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := values(t, "a"), values(t, "b")
		merged := histogramOf(3, a)
		merged.Merge(histogramOf(3, b))
		require.Equal(t, histogramOf(3, slices.Concat(a, b)), merged)
	})
	require.Panics(t, func() { NewHistogram(2).Merge(NewHistogram(3)) })
}

func TestHistogramRejectsNonsense(t *testing.T) {
	require.Panics(t, func() { NewHistogram(0) })
	require.Panics(t, func() { NewHistogram(MaxDigits + 1) })
	require.Panics(t, func() { NewHistogram(2).Record(-1) })
	require.Panics(t, func() { NewHistogram(2).Quantile(2, 1) })
	require.Panics(t, func() { NewHistogram(2).Quantile(0, 0) })
}

func TestSummaryIsInItsUnit(t *testing.T) {
	h := NewHistogram(3)
	for ms := range int64(100) {
		h.Record((ms + 1) * 1_000_000)
	}
	s := h.Summary(1_000_000)
	require.InEpsilon(t, 50, s.P50, 1e-3)
	require.InEpsilon(t, 90, s.P90, 1e-3)
	require.InEpsilon(t, 99, s.P99, 1e-3)
	require.Equal(t, 100.0, s.Max)
}

// A series loses resolution, never a value: at any length its points add up to all that was added, each in its interval.
func TestSeriesKeepsEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := 2 * rapid.IntRange(1, 8).Draw(t, "half")
		s := NewSeries(bound, 10)
		type added struct{ at, v int64 }
		var all []added
		for range rapid.IntRange(0, 100).Draw(t, "n") {
			a := added{rapid.Int64Range(0, 10_000).Draw(t, "at"), rapid.Int64Range(-50, 50).Draw(t, "v")}
			all = append(all, a)
			s.Add(a.at, a.v)
		}
		require.LessOrEqual(t, len(s.Points()), bound)
		want := make([]Point, len(s.Points()))
		for _, a := range all {
			p := &want[a.at/s.Interval()]
			if p.Count == 0 {
				p.Min, p.Max = a.v, a.v
			}
			p.Count++
			p.Sum += a.v
			p.Min, p.Max = min(p.Min, a.v), max(p.Max, a.v)
		}
		require.True(t, slices.Equal(want, s.Points()), "want %v, got %v", want, s.Points())
	})
	require.Panics(t, func() { NewSeries(3, 1) })
	require.Panics(t, func() { NewSeries(2, 0) })
	require.Panics(t, func() { NewSeries(2, 1).Add(-1, 0) })
	require.Equal(t, 2.5, Point{Count: 2, Sum: 5}.Mean())
	require.Zero(t, Point{}.Mean())
}

func TestSeriesHalvesAsLateAsItCan(t *testing.T) {
	s := NewSeries(4, 10)
	for at := range int64(40) {
		s.Add(at, 1)
	}
	require.EqualValues(t, 10, s.Interval())
	require.Len(t, s.Points(), 4)
	s.Add(40, 1)
	require.EqualValues(t, 20, s.Interval())
	require.EqualValues(t, []uint64{20, 20, 1}, []uint64{s.Points()[0].Count, s.Points()[1].Count, s.Points()[2].Count})
}

func TestPrometheusText(t *testing.T) {
	r := NewRegistry()
	r.Gauge("icsim_pool_artifacts", "Artifacts in the pool.", Label{"subnet", "b"}, Label{"pool", "validated"}).Set(-3)
	r.Counter("icsim_blocks_total", "Blocks\nfinalized, \\ in all.").Add(7)
	r.Gauge("icsim_pool_artifacts", "Artifacts in the pool.", Label{"pool", "validated"}, Label{"subnet", "a\"\\\n"}).Add(5)
	h := r.Histogram("icsim_finalization_seconds", "Time to finalization.", 2, 1e9, Label{"subnet", "a"})
	h.Record(500_000_000)
	h.Record(1_000_000_000)
	r.Histogram("icsim_idle_seconds", "Nothing.", 2, 1e9)
	var b strings.Builder
	require.NoError(t, r.WritePrometheus(&b))
	require.Equal(t, `# HELP icsim_blocks_total Blocks\nfinalized, \\ in all.
# TYPE icsim_blocks_total counter
icsim_blocks_total 7
# HELP icsim_finalization_seconds Time to finalization.
# TYPE icsim_finalization_seconds summary
icsim_finalization_seconds{subnet="a",quantile="0.5"} 0.501219327
icsim_finalization_seconds{subnet="a",quantile="0.9"} 1
icsim_finalization_seconds{subnet="a",quantile="0.99"} 1
icsim_finalization_seconds{subnet="a",quantile="1"} 1
icsim_finalization_seconds_sum{subnet="a"} 1.5
icsim_finalization_seconds_count{subnet="a"} 2
# HELP icsim_idle_seconds Nothing.
# TYPE icsim_idle_seconds summary
icsim_idle_seconds{quantile="0.5"} NaN
icsim_idle_seconds{quantile="0.9"} NaN
icsim_idle_seconds{quantile="0.99"} NaN
icsim_idle_seconds{quantile="1"} NaN
icsim_idle_seconds_sum 0
icsim_idle_seconds_count 0
# HELP icsim_pool_artifacts Artifacts in the pool.
# TYPE icsim_pool_artifacts gauge
icsim_pool_artifacts{pool="validated",subnet="a\"\\\n"} 5
icsim_pool_artifacts{pool="validated",subnet="b"} -3
`, b.String())
	require.ErrorIs(t, r.WritePrometheus(failing{}), errFull)
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestRegistryGivesOneMetricForOneName(t *testing.T) {
	r := NewRegistry()
	a := r.Counter("x_total", "X.", Label{"a", "1"}, Label{"b", "2"})
	require.Same(t, a, r.Counter("x_total", "X.", Label{"b", "2"}, Label{"a", "1"}))
	require.NotSame(t, a, r.Counter("x_total", "X.", Label{"a", "1"}))
	require.Panics(t, func() { r.Gauge("x_total", "X.") }, "another kind")
	require.Panics(t, func() { r.Counter("x_total", "Y.") }, "another meaning")
	for _, name := range []string{"", "1x", "a-b", "ä"} {
		require.Panics(t, func() { r.Counter(name, "") }, name)
		require.Panics(t, func() { r.Counter("y_total", "", Label{name, ""}) }, name)
	}
	require.Panics(t, func() { r.Counter("y_total", "", Label{"a", "1"}, Label{"a", "2"}) }, "a label twice")
}

func TestRegistryIsBounded(t *testing.T) {
	r := NewRegistry()
	for i := range MaxMetrics {
		r.Gauge("g", "", Label{"i", string(rune('a' + i/1000))}, Label{"j", string(rune(0x4e00 + i%1000))})
	}
	require.Panics(t, func() { r.Gauge("g", "") })
}

func BenchmarkRecord(b *testing.B) {
	h := NewHistogram(3)
	for i := range int64(b.N) {
		h.Record(i * 1237 & (1<<30 - 1))
	}
}

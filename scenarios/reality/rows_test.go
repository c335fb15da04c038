package reality

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// Every row either has a figure or says why it has none, and its scenario is one.
func TestRowsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range Rows() {
		require.False(t, seen[w.Name], w.Name)
		seen[w.Name] = true
		require.Equal(t, w.Missing == "", w.figure != nil, w.Name)
		require.LessOrEqual(t, w.Low, w.High, w.Name)
	}
	for _, name := range Scenarios(Rows()) {
		s, err := (&Row{Scenario: name}).Spec()
		require.NoError(t, err)
		require.Equal(t, name, s.Name)
		_, err = s.Compile(1)
		require.NoError(t, err)
	}
}

// A prediction is off by what it is outside of what was measured.
func TestErrorsCountFromTheNearerEnd(t *testing.T) {
	for predicted, want := range map[float64]struct {
		off float64
		ok  bool
	}{100: {0, true}, 110: {0, true}, 95: {-0.05, true}, 132: {0.2, false}, 89: {-0.11, false}, math.Inf(1): {math.Inf(1), false}} {
		w := span("row", "", 100, 110, 0.1, "", func(*sim.Result) float64 { return predicted })
		v := w.Judge(nil)
		if !math.IsInf(predicted, 0) {
			require.InDelta(t, want.off, v.Error, 1e-9)
		}
		require.Equal(t, want.ok, v.OK, "%v", predicted)
	}
}

func TestSpearmanOfOrders(t *testing.T) {
	require.Equal(t, 1.0, spearman([]float64{1, 5, 9}, []float64{10, 11, 30}))
	require.Equal(t, -1.0, spearman([]float64{1, 5, 9}, []float64{3, 2, 1}))
	require.InDelta(t, 0.5, spearman([]float64{1, 2, 3}, []float64{1, 3, 2}), 1e-9)
}

// Rows that need no run hold.
func TestStreamsCarryAWindowARoundTrip(t *testing.T) {
	for _, w := range Rows() {
		if w.Scenario == "" && w.Missing == "" {
			v := w.Judge(nil)
			require.True(t, v.OK, "%s: %v", w.Name, v.Predicted)
		}
	}
}

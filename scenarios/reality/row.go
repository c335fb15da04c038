package reality

import (
	"embed"
	"math"
	"slices"

	"icsim/scenarios"
	"icsim/sim"
)

//go:embed *.yaml
var files embed.FS

// A Row is a figure that was measured.
type Row struct {
	Name      string
	Unit      string
	Low, High float64 // what was measured; equal where that is one number
	Tolerance float64 // how far outside, as a share of the nearer end, a prediction may lie
	Scenario  string  // a file of this package without its ending; empty: the row needs none, or cannot be produced
	figure    func(*sim.Result) float64
	Missing   string // why no simulation gives it; empty: one does
}

// A Verdict is a row with its prediction.
type Verdict struct {
	*Row
	Predicted float64
	Error     float64 // as a share: 0 inside of what was measured
	OK        bool
}

// Judge compares a prediction with the row. r is the run of its scenario; nil if it has none.
func (w *Row) Judge(r *sim.Result) Verdict {
	v := Verdict{Row: w, Predicted: w.figure(r)}
	switch {
	case v.Predicted < w.Low:
		v.Error = v.Predicted/w.Low - 1
	case v.Predicted > w.High:
		v.Error = v.Predicted/w.High - 1
	}
	v.OK = math.Abs(v.Error) <= w.Tolerance
	return v
}

// Spec reads the scenario of a row.
func (w *Row) Spec() (*scenarios.Spec, error) {
	text, err := files.ReadFile(w.Scenario + ".yaml")
	if err != nil {
		return nil, err
	}
	return scenarios.Parse(w.Scenario+".yaml", text)
}

// Scenarios are the names of all scenarios that rows need, in their order.
func Scenarios(rows []Row) (names []string) {
	for i := range rows {
		if s := rows[i].Scenario; s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return names
}

// spearman is the rank correlation of two series.
func spearman(a, b []float64) float64 {
	rank := func(v []float64) []float64 {
		out := make([]float64, len(v))
		for i, x := range v {
			for _, y := range v {
				if y < x {
					out[i]++
				} else if y == x {
					out[i] += 0.5 // equal ones share their ranks
				}
			}
		}
		return out
	}
	ra, rb := rank(a), rank(b)
	sum, n := 0.0, float64(len(a))
	for i := range ra {
		sum += (ra[i] - rb[i]) * (ra[i] - rb[i])
	}
	return 1 - 6*sum/(n*(n*n-1))
}

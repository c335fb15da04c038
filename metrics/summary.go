package metrics

// A Summary is what a report says of a histogram, in the unit of the report.
type Summary struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// Summary reports the histogram in units of so many recorded ones: 1,000,000 for milliseconds when nanoseconds were
// recorded. It is zero without values.
func (h *Histogram) Summary(unit int64) Summary {
	in := func(v int64) float64 { return float64(v) / float64(unit) }
	return Summary{
		P50: in(h.Quantile(1, 2)), P90: in(h.Quantile(9, 10)), P95: in(h.Quantile(95, 100)), P99: in(h.Quantile(99, 100)),
		P999: in(h.Quantile(999, 1000)), Max: in(h.Max()),
	}
}

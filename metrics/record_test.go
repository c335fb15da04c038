package metrics

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sampleRecord() *Record {
	s := NewSeries(4, 1e9)
	s.Add(0, 10)
	s.Add(2_100_000_000, 30)
	h := histogramOf(3, []int64{1e6, 2e6, 2e6, 9e6})
	d := h.Distribution("call_latency", "Calls.", "ms", 1e6)
	return &Record{
		Seconds: 2.5,
		Tracks: []Track{
			{Name: "rate", Help: "Rate.", Unit: "calls/s", IntervalSeconds: 1, Values: s.Values(2_500_000_000, 1, FoldRate)},
			{Name: "mean", Help: "Mean.", Unit: "ms", Subnet: "app", Part: "x", IntervalSeconds: 1, Values: s.Values(2_500_000_000, 10, FoldMean)},
		},
		Distributions: []Distribution{d},
		Nodes:         []NodeRecord{{Name: "app/0", Place: "Zurich"}, {Name: "app/1", Place: "Tokyo"}},
		Links:         []LinkRecord{{From: 0, To: 1, Bytes: 5, Messages: 1}},
	}
}

// A rate is over the time that an interval has; an interval without values has no mean.
func TestValuesAreOfTheirInterval(t *testing.T) {
	r := sampleRecord()
	require.Equal(t, []Value{10, 0, 60}, r.Tracks[0].Values)
	mean := r.Tracks[1].Values
	require.Equal(t, []bool{true, false, true}, []bool{mean[0].Known(), mean[1].Known(), mean[2].Known()})
	require.EqualValues(t, 3, mean[2])
}

// What is written is read again as it was, gaps included.
func TestRecordsSurviveJSON(t *testing.T) {
	text, err := json.Marshal(sampleRecord())
	require.NoError(t, err)
	require.Contains(t, string(text), "[1,null,3]")
	var again Record
	require.NoError(t, json.Unmarshal(text, &again))
	require.NoError(t, again.Check())
	twice, err := json.Marshal(&again)
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(twice))
}

func TestACorruptRecordIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Record){
		"seconds": func(r *Record) { r.Seconds = 0 },
		"link":    func(r *Record) { r.Links[0].To = 2 },
		"track":   func(r *Record) { r.Tracks[0].Values = make([]Value, RecordPoints+1) },
		"every":   func(r *Record) { r.Tracks[0].IntervalSeconds = 0 },
		"cells":   func(r *Record) { r.Distributions[0].Cells[0].Count++ },
	} {
		r := sampleRecord()
		spoil(r)
		require.Error(t, r.Check(), name)
	}
}

func TestDistributionsAsCSVEndAtOne(t *testing.T) {
	var b strings.Builder
	require.NoError(t, sampleRecord().WriteDistributions(&b))
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, "1", rows[3][5])
	last, err := strconv.ParseFloat(rows[3][3], 64)
	require.NoError(t, err)
	require.Equal(t, 9.0, last)
}

func TestTracksAsCSVLeaveGapsOut(t *testing.T) {
	var b strings.Builder
	require.NoError(t, sampleRecord().WriteTracks(&b))
	require.Equal(t, 1+3+2, strings.Count(b.String(), "\n"))
	require.Contains(t, b.String(), "mean,ms,app,x,2,1,3\n")
}

// The text is what Prometheus reads: help and type before the samples, timestamps at the ends of intervals.
func TestRecordsInThePrometheusFormat(t *testing.T) {
	var b strings.Builder
	require.NoError(t, sampleRecord().WritePrometheus(&b, 1_000_000))
	require.Equal(t, `# HELP icsim_rate Rate. (calls/s)
# TYPE icsim_rate gauge
icsim_rate 10 1001000
icsim_rate 0 1002000
icsim_rate 60 1002500
# HELP icsim_mean Mean. (ms)
# TYPE icsim_mean gauge
icsim_mean{part="x",subnet="app"} 1 1001000
icsim_mean{part="x",subnet="app"} 3 1002500
# HELP icsim_call_latency Calls. (ms)
# TYPE icsim_call_latency summary
`, b.String()[:strings.Index(b.String(), "icsim_call_latency{")])
	require.True(t, strings.HasSuffix(b.String(), fmt.Sprintf("icsim_call_latency_sum %d\nicsim_call_latency_count 4\n", 14)))
}

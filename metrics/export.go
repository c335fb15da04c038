package metrics

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// WriteTracks writes all tracks as CSV, a line a value: name, unit, subnet, part, start of the interval and its length in seconds, value.
// Intervals without a value are left out. The error is the writer's.
func (r *Record) WriteTracks(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"series", "unit", "subnet", "part", "from_seconds", "interval_seconds", "value"}) // Flush has the error
	for i := range r.Tracks {
		t := &r.Tracks[i]
		for k, v := range t.Values {
			if v.Known() {
				at := formatFloat(float64(k) * t.IntervalSeconds)
				_ = out.Write([]string{t.Name, t.Unit, t.Subnet, t.Part, at, formatFloat(t.IntervalSeconds), formatFloat(float64(v))})
			}
		}
	}
	out.Flush()
	return out.Error()
}

// WriteDistributions writes all distributions as CSV, a line a cell with the share of values up to it.
func (r *Record) WriteDistributions(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"distribution", "unit", "subnet", "up_to", "count", "cumulative_share"})
	for i := range r.Distributions {
		d, seen := &r.Distributions[i], uint64(0)
		for _, c := range d.Cells {
			seen += c.Count
			share := formatFloat(float64(seen) / float64(d.Count))
			_ = out.Write([]string{d.Name, d.Unit, d.Subnet, formatFloat(c.At), strconv.FormatUint(c.Count, 10), share})
		}
	}
	out.Flush()
	return out.Error()
}

// WriteLinks writes who sent how much to whom as CSV.
func (r *Record) WriteLinks(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"from", "from_place", "to", "to_place", "bytes", "messages"})
	for _, l := range r.Links {
		a, b := &r.Nodes[l.From], &r.Nodes[l.To]
		_ = out.Write([]string{a.Name, a.Place, b.Name, b.Place, fmt.Sprint(l.Bytes), fmt.Sprint(l.Messages)})
	}
	out.Flush()
	return out.Error()
}

// WritePrometheus writes the record in the Prometheus text format: tracks as gauges with timestamps in virtual milliseconds after
// genesis (Unix milliseconds), so that a series can be loaded as one, and distributions as summaries.
func (r *Record) WritePrometheus(w io.Writer, genesisMS int64) error {
	out := bufio.NewWriter(w)
	last := ""
	for i := range r.Tracks {
		t := &r.Tracks[i]
		name := "icsim_" + t.Name
		if name != last {
			fmt.Fprintf(out, "# HELP %s %s (%s)\n# TYPE %s gauge\n", name, escapeHelp.Replace(t.Help), t.Unit, name)
			last = name
		}
		labels := labelsOf(t.Subnet, t.Part)
		for k, v := range t.Values {
			if v.Known() {
				end := min(float64(k+1)*t.IntervalSeconds, r.Seconds)
				fmt.Fprintf(out, "%s%s %s %d\n", name, labels, formatFloat(float64(v)), genesisMS+int64(end*1000))
			}
		}
	}
	for i := range r.Distributions {
		d := &r.Distributions[i]
		name, labels := "icsim_"+d.Name, labelsOf(d.Subnet, "")
		if name != last {
			fmt.Fprintf(out, "# HELP %s %s (%s)\n# TYPE %s summary\n", name, escapeHelp.Replace(d.Help), d.Unit, name)
			last = name
		}
		for _, q := range []struct {
			name  string
			value float64
		}{{"0.5", d.P50}, {"0.9", d.P90}, {"0.99", d.P99}, {"1", d.Max}} {
			fmt.Fprintf(out, "%s%s %s\n", name, withLabel(labels, "quantile", q.name), formatFloat(q.value))
		}
		fmt.Fprintf(out, "%s_sum%s %s\n%s_count%s %d\n", name, labels, formatFloat(d.Sum), name, labels, d.Count)
	}
	return out.Flush()
}

func labelsOf(subnet, part string) string {
	var labels []Label
	if subnet != "" {
		labels = append(labels, Label{"subnet", subnet})
	}
	if part != "" {
		labels = append(labels, Label{"part", part})
	}
	return formatLabels(labels)
}

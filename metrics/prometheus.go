package metrics

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// WritePrometheus writes all metrics in the Prometheus text format, version 0.0.4, ordered by name and labels, so that equal
// registries give equal bytes. Histograms appear as summaries. The error is the writer's.
func (r *Registry) WritePrometheus(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(r.families)) {
		f := r.families[name]
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, escapeHelp.Replace(f.help), name, f.kind)
		for _, labels := range slices.Sorted(maps.Keys(f.metrics)) {
			f.write(out, labels)
		}
	}
	return out.Flush()
}

func (f *family) write(out *bufio.Writer, labels string) {
	switch m := f.metrics[labels].(type) {
	case *Counter:
		fmt.Fprintf(out, "%s%s %d\n", f.name, labels, m.Value())
	case *Gauge:
		fmt.Fprintf(out, "%s%s %d\n", f.name, labels, m.Value())
	case *Histogram:
		unit := float64(f.unit)
		for _, q := range []struct {
			name     string
			num, den uint64
		}{{"0.5", 1, 2}, {"0.9", 9, 10}, {"0.99", 99, 100}, {"1", 1, 1}} {
			with := withLabel(labels, "quantile", q.name)
			value := "NaN" // what Prometheus expects of a quantile of nothing
			if m.Count() > 0 {
				value = formatFloat(float64(m.Quantile(q.num, q.den)) / unit)
			}
			fmt.Fprintf(out, "%s%s %s\n", f.name, with, value)
		}
		fmt.Fprintf(out, "%s_sum%s %s\n%s_count%s %d\n", f.name, labels, formatFloat(m.Sum()/unit), f.name, labels, m.Count())
	}
}

// withLabel adds a label to formatted ones.
func withLabel(labels, name, value string) string {
	added := fmt.Sprintf(`%s="%s"}`, name, value)
	if labels == "" {
		return "{" + added
	}
	return strings.TrimSuffix(labels, "}") + "," + added
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

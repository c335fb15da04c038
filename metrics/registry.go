package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// A Counter counts what happened. The zero Counter stands at 0.
type Counter struct{ n uint64 }

// Add counts n more.
func (c *Counter) Add(n uint64) { c.n += n }

// Value is the count.
func (c *Counter) Value() uint64 { return c.n }

// A Gauge is a level that rises and falls. The zero Gauge stands at 0.
type Gauge struct{ v int64 }

// Set sets the level.
func (g *Gauge) Set(v int64) { g.v = v }

// Add raises the level, or lowers it.
func (g *Gauge) Add(d int64) { g.v += d }

// Value is the level.
func (g *Gauge) Value() int64 { return g.v }

// A Label tells metrics of one name apart.
type Label struct{ Name, Value string }

// A Registry names metrics for exposition. It remembers at most MaxMetrics.
type Registry struct {
	families map[string]*family
	metrics  int
}

// MaxMetrics bounds the metrics of a registry: a label with a value for each message would fill any memory.
const MaxMetrics = 1 << 16

// A family is all metrics of a name. They have one type, help and unit.
type family struct {
	name, help, kind string
	unit             int64 // recorded units in an exposed one
	metrics          map[string]any
}

// NewRegistry makes an empty registry.
func NewRegistry() *Registry { return &Registry{families: map[string]*family{}} }

// Counter gives the counter of a name and labels, a new one at first. By convention the name ends in _total.
// It panics on a malformed name or label, and when the name is another kind of metric already.
func (r *Registry) Counter(name, help string, labels ...Label) *Counter {
	return metric(r, family{name: name, help: help, kind: "counter", unit: 1}, labels, func() *Counter { return new(Counter) })
}

// Gauge gives the gauge of a name and labels, on the terms of Counter.
func (r *Registry) Gauge(name, help string, labels ...Label) *Gauge {
	return metric(r, family{name: name, help: help, kind: "gauge", unit: 1}, labels, func() *Gauge { return new(Gauge) })
}

// Histogram gives the histogram of a name and labels, on the terms of Counter. It records in so
// many parts of the unit that is exposed: 1,000,000,000 for nanoseconds exposed as seconds.
func (r *Registry) Histogram(name, help string, digits int, unit int64, labels ...Label) *Histogram {
	f := family{name: name, help: help, kind: "summary", unit: unit}
	return metric(r, f, labels, func() *Histogram { return NewHistogram(digits) })
}

func metric[M any](r *Registry, want family, labels []Label, make func() *M) *M {
	f := r.families[want.name]
	if f == nil {
		if !validName(want.name, true) {
			panic(fmt.Sprintf("metrics: metric name %q", want.name))
		}
		want.metrics = map[string]any{}
		f = &want
		r.families[want.name] = f
	}
	if f.kind != want.kind || f.unit != want.unit || f.help != want.help {
		panic(fmt.Sprintf("metrics: %s is both a %s (%s) and a %s (%s)", f.name, f.kind, f.help, want.kind, want.help))
	}
	key := formatLabels(labels)
	if m, ok := f.metrics[key]; ok {
		return m.(*M)
	}
	if r.metrics++; r.metrics > MaxMetrics {
		panic(fmt.Sprintf("metrics: %s%s is one metric too many", f.name, key))
	}
	m := make()
	f.metrics[key] = m
	return m
}

// formatLabels writes labels as they are exposed, in the order of their names.
func formatLabels(labels []Label) string {
	if len(labels) == 0 {
		return ""
	}
	sorted := slices.Clone(labels)
	slices.SortFunc(sorted, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for i, l := range sorted {
		if !validName(l.Name, false) || i > 0 && l.Name == sorted[i-1].Name {
			panic(fmt.Sprintf("metrics: label name %q", l.Name))
		}
		b.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&b, `%s="%s"`, l.Name, escapeValue.Replace(l.Value))
	}
	b.WriteByte('}')
	return b.String()
}

// validName follows the Prometheus data model: [a-zA-Z_][a-zA-Z0-9_]*, with colons in metric names.
func validName(name string, colons bool) bool {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' && colons
		if digit := c >= '0' && c <= '9'; !letter && !(digit && i > 0) {
			return false
		}
	}
	return name != ""
}

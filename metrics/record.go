package metrics

import (
	"encoding/json"
	"fmt"
	"math"
)

// A Record is what a run was like beyond its totals: quantities over virtual time, distributions, and traffic. Reports are made of it.
// Everything in it is bounded (RecordPoints, RecordLinks), however long the run.
type Record struct {
	Seconds       float64        `json:"seconds"` // virtual
	Tracks        []Track        `json:"tracks"`
	Distributions []Distribution `json:"distributions"`
	Nodes         []NodeRecord   `json:"nodes"`
	Links         []LinkRecord   `json:"links"`      // the busiest, busiest first
	LinksMore     int            `json:"links_more"` // that are not listed
}

// Bounds of a record.
const (
	RecordPoints = 600  // of a track
	RecordLinks  = 4096 // listed
)

// A Track is a quantity in equal intervals from time 0 on. Its Name is that of a metric; Subnet and Part tell those of one name apart.
type Track struct {
	Name            string  `json:"name"`
	Help            string  `json:"help"`
	Unit            string  `json:"unit"`
	Subnet          string  `json:"subnet,omitempty"`
	Part            string  `json:"part,omitempty"` // an artifact kind, a lane, a rank
	IntervalSeconds float64 `json:"interval_seconds"`
	Values          []Value `json:"values"`
}

// A Value is a number, or NaN where there is none: null in JSON.
type Value float64

// None is the value of an interval in which nothing was observed.
func None() Value { return Value(math.NaN()) }

// Known tells whether there is a value.
func (v Value) Known() bool { return !math.IsNaN(float64(v)) }

// MarshalJSON writes null for NaN, which JSON has no number for.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = None()
		return nil
	}
	return json.Unmarshal(text, (*float64)(v))
}

// A Distribution is a histogram as its filled cells, in the unit of the report.
type Distribution struct {
	Name   string  `json:"name"`
	Help   string  `json:"help"`
	Unit   string  `json:"unit"`
	Subnet string  `json:"subnet,omitempty"`
	Count  uint64  `json:"count"`
	Sum    float64 `json:"sum"`
	Summary
	Cells []Cell `json:"cells"` // ascending
}

// A Cell counts values up to At, and above that of the cell before.
type Cell struct {
	At    float64 `json:"at"`
	Count uint64  `json:"count"`
}

// A NodeRecord is a node, where it stands and how busy it was. Lat and Lon are degrees, if Located.
type NodeRecord struct {
	Name                   string  `json:"name"`
	Subnet                 string  `json:"subnet"`
	Place                  string  `json:"place"`
	PlaceIndex             int     `json:"-"` // in the network's paths, for who knows the name
	Located                bool    `json:"located"`
	Lat                    float64 `json:"lat"`
	Lon                    float64 `json:"lon"`
	SentBytesPerSecond     float64 `json:"sent_bytes_per_second"`
	ReceivedBytesPerSecond float64 `json:"received_bytes_per_second"`
	CPUUtilization         float64 `json:"cpu_utilization"` // of the busiest lane
	BusiestLane            string  `json:"busiest_lane"`
}

// A LinkRecord is what one node sent to another. From and To are indexes in Nodes.
type LinkRecord struct {
	From     int    `json:"from"`
	To       int    `json:"to"`
	Bytes    uint64 `json:"bytes"`
	Messages uint64 `json:"messages"`
}

// A Fold says what the value of an interval is.
type Fold func(p Point, seconds float64) Value

// The folds. An interval without values has no last value, mean or greatest; its rate is 0.
func FoldMax(p Point, _ float64) Value  { return known(p, float64(p.Max)) }
func FoldMean(p Point, _ float64) Value { return known(p, p.Mean()) }
func FoldRate(p Point, seconds float64) Value {
	return Value(float64(p.Sum) / seconds)
}

func known(p Point, v float64) Value {
	if p.Count == 0 {
		return None()
	}
	return Value(v)
}

// Values reads a series that ends at a time in ns: each point folded, and divided by unit. The last interval is as long as the run lasts.
func (s *Series) Values(end int64, unit float64, fold Fold) []Value {
	n := min(int((end+s.interval-1)/s.interval), s.bound)
	out := make([]Value, max(n, 0))
	for i := range out {
		var p Point
		if i < len(s.points) {
			p = s.points[i]
		}
		from := int64(i) * s.interval
		out[i] = fold(p, float64(min(from+s.interval, end)-from)/1e9) / Value(unit)
	}
	return out
}

// Distribution reports the histogram in a unit of so many recorded ones.
func (h *Histogram) Distribution(name, help, unit string, size int64) Distribution {
	d := Distribution{
		Name: name, Help: help, Unit: unit, Count: h.count, Sum: h.Sum() / float64(size), Summary: h.Summary(size), Cells: []Cell{},
	}
	for cell, n := range h.counts {
		if n > 0 {
			d.Cells = append(d.Cells, Cell{At: float64(min(h.last(cell), h.max)) / float64(size), Count: n})
		}
	}
	return d
}

// Title tells a track or distribution from others, for legends.
func title(name, subnet, part string) string {
	switch {
	case subnet == "" && part == "":
		return name
	case part == "":
		return subnet
	case subnet == "":
		return part
	}
	return fmt.Sprintf("%s %s", subnet, part)
}

// Title is what tells the track from others of its name.
func (t *Track) Title() string { return title(t.Name, t.Subnet, t.Part) }

// Title is what tells the distribution from others of its name.
func (d *Distribution) Title() string { return title(d.Name, d.Subnet, "") }

// Check tells what is wrong with a record that comes from outside: bounds, and references that lead nowhere.
func (r *Record) Check() error {
	if !(r.Seconds > 0) || math.IsInf(r.Seconds, 0) {
		return fmt.Errorf("the record is of %v seconds; want more than 0", r.Seconds)
	}
	for i := range r.Tracks {
		if t := &r.Tracks[i]; len(t.Values) > RecordPoints || !(t.IntervalSeconds > 0) {
			return fmt.Errorf("track %s has %d values, %v s apart; want at most %d", t.Name, len(t.Values), t.IntervalSeconds, RecordPoints)
		}
	}
	for i := range r.Distributions {
		d, sum := &r.Distributions[i], uint64(0)
		for _, c := range d.Cells {
			sum += c.Count
		}
		if sum != d.Count || d.Count == 0 {
			return fmt.Errorf("distribution %s has %d values in its cells; want %d", d.Name, sum, d.Count)
		}
	}
	for _, l := range r.Links {
		if l.From < 0 || l.To < 0 || l.From >= len(r.Nodes) || l.To >= len(r.Nodes) {
			return fmt.Errorf("a link from node %d to node %d; there are %d nodes", l.From, l.To, len(r.Nodes))
		}
	}
	return nil
}

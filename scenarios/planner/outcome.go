package planner

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"icsim/metrics"
	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/check"
)

// An Outcome is what a trial showed of the load.
type Outcome struct {
	Submitted    uint64
	Unanswered   uint64  // at the end of the run, or expired
	Failed       uint64  // rejected
	Made         float64 // calls, in the second half of the time that counts
	Answered     float64 // calls, meanwhile
	Percentiles          // of the calls that count
	Whole        Percentiles
	BlockRate    float64
	Instructions float64 // a second, in the second half
	SentPerNode  float64 // bytes a second
	BusiestLane  string
	Busy         float64 // share of its time, of the busiest node
	Broken       string  // a check of safety or liveness that failed
	Record       *metrics.Record
}

// Percentiles are latencies of calls in milliseconds; infinite where more calls than that stayed without an answer.
type Percentiles struct{ P50, P90, P99 float64 }

func percentiles(s metrics.Summary, made, answered uint64) Percentiles {
	p := Percentiles{s.P50, s.P90, s.P99}
	for _, q := range []struct {
		to    *float64
		above float64
	}{{&p.P50, 0.5}, {&p.P90, 0.1}, {&p.P99, 0.01}} {
		if made == 0 || float64(made-answered) > q.above*float64(made) {
			*q.to = math.Inf(1)
		}
	}
	return p
}

// A Meter watches a trial and measures it. Its Observe is for the run's configuration.
type Meter struct {
	from, until    time.Duration // when the calls are made that count
	made, answered uint64        // of those
	latency        *metrics.Histogram
}

// NewMeter makes a meter for one run of a trial.
func NewMeter(p *scenarios.Plan, t *scenarios.Trial) *Meter {
	m := &Meter{latency: metrics.NewHistogram(digits)}
	m.from, m.until = p.Measured(t)
	return m
}

const (
	digits = 3   // significant, of latencies
	ms     = 1e6 // ns
)

// Observe looks at what a client notes.
func (m *Meter) Observe(w check.Where, n *protocol.Note) {
	switch n.Kind {
	case protocol.NoteCallSubmitted:
		if w.At >= protocol.Time(m.from) {
			m.made++
		}
	case protocol.NoteCallAnswered:
		if w.At-protocol.Time(n.Value) >= protocol.Time(m.from) {
			m.answered++
			m.latency.Record(int64(n.Value))
		}
	}
}

// Measure reads the result of the run, which had a record.
func (m *Meter) Measure(r *sim.Result) *Outcome {
	in, sub := &r.Ingress, &r.Subnets[0]
	answered := in.Completed + in.Failed
	o := &Outcome{
		Submitted: in.Submitted, Unanswered: in.Submitted - answered, Failed: in.Failed, BlockRate: sub.BlockRate,
		SentPerNode: sub.BytesSentPerNodeSecond, Record: r.Record,
		Percentiles: percentiles(m.latency.Summary(ms), m.made, m.answered), Whole: percentiles(in.LatencyMS, in.Submitted, answered),
	}
	for i := range r.Checks {
		if c := &r.Checks[i]; !c.OK && c.Kind != check.Expect && o.Broken == "" {
			o.Broken = c.Name + ": " + c.Detail
		}
	}
	o.watch(m, r.Record)
	return o
}

// watch reads what a record has of the second half of the time that counts.
func (o *Outcome) watch(m *Meter, r *metrics.Record) {
	until := m.until.Seconds()
	from := (m.from.Seconds() + until) / 2
	over := func(name string) (sum, span float64) {
		for i := range r.Tracks {
			t := &r.Tracks[i]
			if t.Name != name {
				continue
			}
			for k, v := range t.Values {
				begin := float64(k) * t.IntervalSeconds
				part := min(begin+t.IntervalSeconds, until) - max(begin, from)
				if part > 0 && v.Known() {
					sum, span = sum+float64(v)*part, span+part
				}
			}
		}
		return sum, span
	}
	o.Made, _ = over("calls_submitted_per_second")
	o.Answered, _ = over("calls_answered_per_second")
	if millions, span := over("instructions_per_second"); span > 0 {
		o.Instructions = millions * 1e6 / span
	}
	for i := range r.Nodes {
		if n := &r.Nodes[i]; n.CPUUtilization > o.Busy {
			o.Busy, o.BusiestLane = n.CPUUtilization, n.BusiestLane
		}
	}
}

// Backlog tells whether calls are made faster than they are answered: by more than a tenth, and more than chance, which is three standard
// deviations of how many calls happen to be made.
func (o *Outcome) Backlog() bool { return o.Made-o.Answered > o.Made/10+3*math.Sqrt(o.Made) }

// Carried tells whether the load was carried, and otherwise why not.
func (o *Outcome) Carried() (bool, string) {
	switch {
	case o.Broken != "":
		return false, o.Broken
	case o.Unanswered > 0:
		return false, "calls without an answer"
	case o.Failed > 0:
		return false, "calls rejected"
	case o.Backlog():
		return false, "a backlog builds up"
	}
	return true, "every call answered in time"
}

// Survived tells whether every call was answered in the end, whatever it took.
func (o *Outcome) Survived() (bool, string) {
	switch {
	case o.Broken != "":
		return false, o.Broken
	case o.Unanswered > 0:
		return false, fmt.Sprintf("%d of %d calls without an answer", o.Unanswered, o.Submitted)
	case o.Failed > 0:
		return false, fmt.Sprintf("%d of %d calls rejected", o.Failed, o.Submitted)
	}
	return true, "every call answered"
}

// An Estimate is a mean over seeds with its interval of confidence of 95 %.
type Estimate struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	N    int     `json:"n"`
}

// estimate takes Student's t, as the values of few seeds are.
func estimate(values []float64) Estimate {
	n := float64(len(values))
	if len(values) == 0 {
		return Estimate{}
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	e := Estimate{Mean: mean, Low: mean, High: mean, N: len(values)}
	if len(values) > 1 && !math.IsInf(mean, 0) {
		half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * deviation / math.Sqrt(n)
		e.Low, e.High = mean-half, mean+half
	}
	return e
}

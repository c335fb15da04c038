package planner

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"icsim/metrics"
	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/check"
)

// An Outcome is what a trial showed of the load.
type Outcome struct {
	Submitted    uint64
	Unanswered   uint64  // at the end of the run, or expired
	Failed       uint64  // rejected
	Made         float64 // calls, in the second half of the load
	Answered     float64 // calls, meanwhile
	P50, P90     float64 // ms; infinite when more calls than that stayed without an answer
	P99          float64
	BlockRate    float64
	Instructions float64 // a second, in the second half
	SentPerNode  float64 // bytes a second
	BusiestLane  string
	Busy         float64 // share of its time, of the busiest node
	Broken       string  // a check of safety or liveness that failed
	Record       *metrics.Record
}

// Measure reads a result of a trial of a plan, which was run with a record.
func Measure(p *scenarios.Plan, r *sim.Result) *Outcome {
	in, sub := &r.Ingress, &r.Subnets[0]
	answered := in.Completed + in.Failed
	o := &Outcome{
		Submitted: in.Submitted, Unanswered: in.Submitted - answered, Failed: in.Failed, BlockRate: sub.BlockRate,
		SentPerNode: sub.BytesSentPerNodeSecond, Record: r.Record,
	}
	for _, q := range []struct {
		to    *float64
		value float64
		above float64
	}{{&o.P50, in.LatencyMS.P50, 0.5}, {&o.P90, in.LatencyMS.P90, 0.1}, {&o.P99, in.LatencyMS.P99, 0.01}} {
		*q.to = q.value
		if in.Submitted == 0 || float64(o.Unanswered) > q.above*float64(in.Submitted) {
			*q.to = math.Inf(1)
		}
	}
	for i := range r.Checks {
		if c := &r.Checks[i]; !c.OK && c.Kind != check.Expect && o.Broken == "" {
			o.Broken = c.Name + ": " + c.Detail
		}
	}
	o.watch(p, r.Record)
	return o
}

// watch reads what a record has of the second half of the load.
func (o *Outcome) watch(p *scenarios.Plan, r *metrics.Record) {
	until := p.LoadUntil().Seconds()
	from := (p.LoadFrom().Seconds() + until) / 2
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
	return true, ""
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

package planner

import (
	"fmt"
	"slices"

	"icsim/sim/sites"
)

// An Outage is what runs show with an owner gone. Of one who had more than f nodes there are none: without
// them there is no quorum.
type Outage struct {
	Owner    sites.Owner
	Lost     sites.Group
	Outcomes []*Outcome // by seed; if nobody asks that it be survived, one may have to do
	Target   bool       // it must be survived
}

// losing is runs of a candidate without its owners. Owners of the same nodes are the same runs.
type losing struct {
	trials []Trial
	of     []Outage
	runs   [][]int // which trials are an outage's
}

// losses lists the runs without each kind of owner: with all seeds from one on where that must be survived, and to know, unless only what
// must be is asked for, with the first seed where not.
func (x *planner) losses(c *candidate, seed uint64, musts bool) *losing {
	l := &losing{}
	known := map[string][]int{}
	for _, must := range []bool{true, false} { // those with more runs first
		for _, o := range sites.Owners() {
			if slices.Contains(x.plan.Goals.Survives, o) != must || !must && (musts || o == sites.Node) {
				continue
			}
			seeds := 1
			if must {
				seeds = x.plan.Effort.Seeds
			}
			for _, g := range x.groups(c, o) {
				key := fmt.Sprint(g.Nodes)
				if len(g.Nodes) > faults(c.Size) {
					seeds = 0
				}
				for i := len(known[key]); i < seeds; i++ {
					known[key] = append(known[key], len(l.trials))
					what := fmt.Sprintf("without %s %s", words(o), g.Name)
					l.trials = append(l.trials, x.trial(c, grain, g.Nodes, seed+uint64(i), what))
				}
				l.of, l.runs = append(l.of, Outage{Owner: o, Lost: g, Target: must}), append(l.runs, known[key])
			}
		}
	}
	return l
}

// outages gives what came of the trials.
func (l *losing) outages(outcomes []*Outcome) []Outage {
	for i := range l.of {
		for _, k := range l.runs[i] {
			l.of[i].Outcomes = append(l.of[i].Outcomes, outcomes[k])
		}
	}
	return l.of
}

// groups are the owners whose loss is simulated.
func (x *planner) groups(c *candidate, o sites.Owner) []sites.Group {
	if x.plan.Effort.AllOutages && slices.Contains(x.plan.Goals.Survives, o) {
		return o.Groups(c.Nodes)
	}
	return []sites.Group{sites.Hardest(c.Nodes, o)}
}

// outages runs those that meet the targets of the load with an owner gone.
func (x *planner) outages() error {
	var trials []Trial
	lose := map[*candidate]*losing{}
	for _, c := range x.all {
		if c.runs != nil && c.ok() {
			lose[c] = x.losses(c, x.seed, false)
			trials = append(trials, lose[c].trials...)
		}
	}
	outcomes, err := x.simulate(trials)
	if err != nil {
		return err
	}
	for _, c := range x.all {
		if l := lose[c]; l != nil {
			c.outages = l.outages(outcomes[:len(l.trials)])
			outcomes = outcomes[len(l.trials):]
		}
		x.judgeOutages(c, c.outages, "")
	}
	return nil
}

// eachOutageTarget gives the targets of runs without an owner.
func (x *planner) eachOutageTarget(o sites.Owner, each func(name, want string, got func(*Outcome) reading)) {
	each("survives any "+words(o), "every call answered", func(o *Outcome) reading {
		ok, why := o.Survived()
		return reading{why, ok, float64(o.Unanswered + o.Failed)}
	})
	d := &x.plan.Goals.Degraded
	eachLatency(&d.Latencies, func(name, want string, got func(*Outcome) reading) {
		each(fmt.Sprintf("%s without any %s", name, words(o)), fmt.Sprintf("%s, from %v after the loss on", want, d.After), got)
	})
}

// judgeOutages judges runs with owners gone; those that there are none of were not simulated.
func (x *planner) judgeOutages(c *candidate, outages []Outage, when string) (held bool) {
	held = true
	for _, owner := range x.plan.Goals.Survives {
		x.eachOutageTarget(owner, func(name, want string, got func(*Outcome) reading) {
			var all []reading
			for _, out := range outages {
				for _, o := range out.Outcomes {
					if out.Owner == owner {
						r := got(o)
						r.text = fmt.Sprintf("without %s: %s", out.Lost.Name, r.text)
						all = append(all, r)
					}
				}
			}
			name += when
			switch {
			case len(all) > 0:
				held = c.demand(name, want, all) && held
			case c.Nodes != nil && !slices.ContainsFunc(c.targets, func(t Target) bool { return t.Name == name }):
				c.skip(name, want)
			}
		})
	}
	return held
}

// hardest is the outage that must be survived with the worst latency; nil: there is none.
func hardest(outages []Outage) (worst *Outage) {
	for i := range outages {
		if o := &outages[i]; o.Target && (worst == nil || o.worst() > worst.worst()) {
			worst = o
		}
	}
	return worst
}

// worst is the greatest p99 of the runs, of the calls that count.
func (o *Outage) worst() (p99 float64) {
	for _, r := range o.Outcomes {
		p99 = max(p99, r.P99)
	}
	return p99
}

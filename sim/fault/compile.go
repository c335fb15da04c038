package fault

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/machine"
	"icsim/sim/network"
)

// Compile checks a plan for a network of some nodes, numbered from 0, and gives its actions by time; those of one
// time in the order of the plan. The error has every fault found, one a line.
func (p *Plan) Compile(nodes int) ([]Action, error) {
	c := compiler{nodes: nodes}
	c.plan(p)
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	slices.SortStableFunc(c.actions, func(a, b Action) int { return cmp.Compare(a.At, b.At) })
	return c.actions, nil
}

func (c *compiler) plan(p *Plan) {
	c.crashes(p.Crashes)
	c.pauses(p.Pauses)
	c.partitions(p.Partitions)
	c.links(p.Links)
	c.bandwidths(p.Bandwidths)
	c.clocks(p.Jumps, p.Drifts)
	c.slowCPUs(p.SlowCPUs)
	c.stalls(p.Stalls)
	c.disks(p.Disks)
	c.swaps(p.Swaps)
	c.clogs(p.Clogs)
	c.schedulers(p.Schedulers)
	c.roles(p.Roles)
}

type compiler struct {
	nodes   int
	actions []Action
	errs    []error
}

func (c *compiler) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// during adds an action, and what ends it unless it lasts for ever.
func (c *compiler) during(at, lasts time.Duration, begin, end Action) {
	begin.At = protocol.Time(at)
	c.actions = append(c.actions, begin)
	if lasts > 0 {
		end.At = protocol.Time(at + lasts)
		c.actions = append(c.actions, end)
	}
}

// node checks a fault's target.
func (c *compiler) node(what string, n protocol.NodeID) {
	if int64(n) >= int64(c.nodes) {
		c.fail("%s of node %d: there are %d nodes, numbered from 0", what, n, c.nodes)
	}
}

// times checks when a fault happens.
func (c *compiler) times(what string, at, lasts time.Duration) {
	if at <= 0 {
		c.fail("%s at %v: a fault happens after the start, at 1ns or later", what, at)
	}
	if lasts < 0 {
		c.fail("%s at %v lasts %v: a fault cannot last less than nothing", what, at, lasts)
	}
	if lasts > 0 && at > 0 && at+lasts < at {
		c.fail("%s at %v lasts %v: beyond the end of time", what, at, lasts)
	}
}

// A span is when a fault holds a target.
type span struct {
	node protocol.NodeID
	at   time.Duration
	end  time.Duration
}

func newSpan(n protocol.NodeID, at, lasts time.Duration) span {
	if lasts == 0 {
		return span{n, at, time.Duration(protocol.Never)}
	}
	return span{n, at, at + lasts}
}

// disjoint checks that faults of a kind do not overlap on a node.
func (c *compiler) disjoint(what string, spans []span) {
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.at, b.at)) })
	for i := 1; i < len(spans); i++ {
		a, b := spans[i-1], spans[i]
		if a.node == b.node && b.at <= a.end {
			end := "never ends"
			if a.end != time.Duration(protocol.Never) {
				end = fmt.Sprintf("ends at %v", a.end)
			}
			c.fail("%s of node %d at %v: the one at %v %s; let it end first", what, b.node, b.at, a.at, end)
		}
	}
}

func (c *compiler) crashes(crashes []Crash) {
	var spans []span
	for _, f := range crashes {
		c.node("crash", f.Node)
		c.times("crash", f.At, f.Down)
		spans = append(spans, newSpan(f.Node, f.At, f.Down))
		if f.Forgets > 0 {
			if f.Forgets >= f.At || f.LoseDisk || f.Down == 0 {
				c.fail("crash of node %d at %v forgets %v: less than there was before, and it must start again with its disk", f.Node, f.At, f.Forgets)
			}
			c.during(f.At-f.Forgets, 0, Action{Kind: Remember, Node: f.Node}, Action{})
		}
		c.during(f.At, f.Down, Action{Kind: Stop, Node: f.Node, Torn: f.Torn},
			Action{Kind: Start, Node: f.Node, LoseDisk: f.LoseDisk, Recall: f.Forgets > 0})
	}
	c.disjoint("crash", spans)
}

func (c *compiler) pauses(pauses []Pause) {
	var spans []span
	for _, f := range pauses {
		c.node("pause", f.Node)
		c.times("pause", f.At, f.For)
		if f.For == 0 {
			c.fail("pause of node %d at %v: it needs a length; a node that never goes on has crashed", f.Node, f.At)
		}
		spans = append(spans, newSpan(f.Node, f.At, f.For))
		c.during(f.At, f.For, Action{Kind: Halt, Node: f.Node}, Action{Kind: Continue, Node: f.Node})
	}
	c.disjoint("pause", spans)
}

func (c *compiler) partitions(partitions []Partition) {
	for _, f := range partitions {
		c.times("partition", f.At, f.For)
		c.groups(f)
		for i, from := range f.Groups {
			for j, to := range f.Groups {
				if i != j && (!f.OneWay || i == 0) {
					c.during(f.At, f.For, Action{Kind: Cut, From: from, To: to}, Action{Kind: Heal, From: from, To: to})
				}
			}
		}
	}
}

func (c *compiler) groups(f Partition) {
	if len(f.Groups) < 2 {
		c.fail("partition at %v has %d group: it takes two to part", f.At, len(f.Groups))
	}
	if f.OneWay && len(f.Groups) > 2 {
		c.fail("partition at %v is one way between %d groups: name two, the first cannot reach the second", f.At, len(f.Groups))
	}
	in := make(map[protocol.NodeID]int)
	for i, group := range f.Groups {
		if len(group) == 0 {
			c.fail("partition at %v: group %d is empty", f.At, i+1)
		}
		for _, n := range group {
			c.node(fmt.Sprintf("partition at %v", f.At), n)
			if before, ok := in[n]; ok {
				c.fail("partition at %v: node %d is in groups %d and %d", f.At, n, before, i+1)
			}
			in[n] = i + 1
		}
	}
}

func (c *compiler) links(links []Link) {
	for _, f := range links {
		c.times("link fault", f.At, f.For)
		for _, n := range slices.Concat(f.From, f.To) {
			c.node(fmt.Sprintf("link fault at %v", f.At), n)
		}
		switch {
		case len(f.From) == 0 || len(f.To) == 0:
			c.fail("link fault at %v: from and to need a node each", f.At)
		case f.Delay < 0 || f.Delay > network.MaxOneWay:
			c.fail("link fault at %v delays by %v: 0 to %v", f.At, f.Delay, network.MaxOneWay)
		case f.Loss > network.MaxLoss:
			c.fail("link fault at %v loses %d parts per billion: at most %d; make it a partition", f.At, f.Loss, network.MaxLoss)
		case f.Disturbance == network.Disturbance{}:
			c.fail("link fault at %v neither delays nor loses", f.At)
		}
		begin := Action{Kind: Disturb, From: f.From, To: f.To, Disturbance: f.Disturbance}
		end := begin
		end.Kind = Calm
		c.during(f.At, f.For, begin, end)
		if f.BothWays {
			begin.From, begin.To, end.From, end.To = f.To, f.From, f.To, f.From
			c.during(f.At, f.For, begin, end)
		}
	}
}

func (c *compiler) bandwidths(bandwidths []Bandwidth) {
	var spans []span
	for _, f := range bandwidths {
		c.node("bandwidth cap", f.Node)
		c.times("bandwidth cap", f.At, f.For)
		if f.Uplink < 0 || f.Downlink < 0 || f.Uplink == 0 && f.Downlink == 0 {
			c.fail("bandwidth cap of node %d at %v: %d up and %d down bits a second; one at least must be positive",
				f.Node, f.At, f.Uplink, f.Downlink)
		}
		spans = append(spans, newSpan(f.Node, f.At, f.For))
		c.during(f.At, f.For, Action{Kind: Cap, Node: f.Node, Uplink: f.Uplink, Downlink: f.Downlink}, Action{Kind: Cap, Node: f.Node})
	}
	c.disjoint("bandwidth cap", spans)
}

func (c *compiler) clocks(jumps []ClockJump, drifts []ClockDrift) {
	for _, f := range jumps {
		c.node("clock jump", f.Node)
		c.times("clock jump", f.At, 0)
		if f.By == 0 || f.By > maxJump || f.By < -maxJump {
			c.fail("clock jump of node %d at %v by %v: up to %v either way, and not nothing", f.Node, f.At, f.By, maxJump)
		}
		c.during(f.At, 0, Action{Kind: Jump, Node: f.Node, By: f.By}, Action{})
	}
	var spans []span
	for _, f := range drifts {
		c.node("clock drift", f.Node)
		c.times("clock drift", f.At, f.For)
		if d := machine.Drift(f.PartsPerBillion); d > machine.MaxDrift || d < -machine.MaxDrift {
			c.fail("clock drift of node %d at %v by %d parts per billion: up to %d either way",
				f.Node, f.At, f.PartsPerBillion, machine.MaxDrift)
		}
		spans = append(spans, newSpan(f.Node, f.At, f.For))
		c.during(f.At, f.For, Action{Kind: Drift, Node: f.Node, PartsPerBillion: f.PartsPerBillion}, Action{Kind: Drift, Node: f.Node})
	}
	c.disjoint("clock drift", spans)
}

// maxJump bounds a clock jump: a year.
const maxJump = 365 * 24 * time.Hour

func (c *compiler) slowCPUs(slow []SlowCPU) {
	var spans []span
	for _, f := range slow {
		c.node("slow CPU", f.Node)
		c.times("slow CPU", f.At, f.For)
		if f.Num == 0 || f.Den == 0 {
			c.fail("slow CPU of node %d at %v by %d/%d: both must be positive", f.Node, f.At, f.Num, f.Den)
		}
		spans = append(spans, newSpan(f.Node, f.At, f.For))
		c.during(f.At, f.For, Action{Kind: Slow, Node: f.Node, Num: f.Num, Den: f.Den}, Action{Kind: Slow, Node: f.Node, Num: 1, Den: 1})
	}
	c.disjoint("slow CPU", spans)
}

package scenarios

import (
	"math"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/machine"
	"icsim/sim/network"
)

// A faultKind is how one kind of fault is read: the field that names it holds its target.
type faultKind struct {
	name  string
	read  func(p *parser, o *object, f *Fault)
	alone bool // a node can suffer only one at a time
}

var faultKinds = []faultKind{
	{"crash", (*parser).crash, true}, {"pause", (*parser).pause, true},
	{"partition", (*parser).partition, false}, {"cut", (*parser).cut, false}, {"link", (*parser).link, false},
	{"bandwidth", (*parser).bandwidthCap, true}, {"clock_jump", (*parser).clockJump, false},
	{"clock_drift", (*parser).clockDrift, true}, {"slow_cpu", (*parser).slowCPU, true},
}

func (p *parser) faults(o *object) {
	var kinds []string
	for _, k := range faultKinds {
		kinds = append(kinds, k.name)
	}
	for _, item := range o.list("faults") {
		f := p.object(item, "a fault")
		present := slices.DeleteFunc(slices.Clone(faultKinds), func(k faultKind) bool { return !f.has(k.name) })
		switch {
		case f.broken:
		case len(present) == 0:
			hint := "want " + enumerate(kinds)
			if len(f.keys) > 0 {
				hint = oneOf(f.keys[0], kinds)
			}
			p.fail(f.line, "a fault begins with its kind, such as { crash: app/3, at: 20s }; %s", hint)
		case len(present) > 1:
			p.fail(f.line, "a fault has one kind, this one %s and %s; write two faults", present[0].name, present[1].name)
		default:
			p.fault(f, &present[0])
		}
	}
	p.overlaps()
}

func (p *parser) fault(o *object, k *faultKind) {
	o.what = "a " + k.name
	known := len(p.problems)
	f := Fault{Kind: k.name, line: o.line}
	f.At = required(o, "at", spans(0, maxDuration))
	if o.has("at") && known == len(p.problems) && (f.At == 0 || f.At >= p.last) {
		o.fail("at", "at %s is not in the run: want a time after 0 and before its end at %s", printDuration(f.At), printDuration(p.last))
	}
	k.read(p, o, &f)
	o.done()
	if known == len(p.problems) { // or else overlaps would be found where there are none
		p.spec.Faults = append(p.spec.Faults, f)
	}
}

func (f *Fault) lasts(o *object) { f.For = optional(o, "for", spans(1, maxDuration), 0) }

func (p *parser) crash(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "crash")
	f.For = optional(o, "restart_after", spans(1, maxDuration), 0)
	f.LoseDisk = optional(o, "lose_disk", switches(), false)
	if f.LoseDisk && f.For == 0 {
		o.fail("lose_disk", "lose_disk goes with restart_after: without a restart nobody reads the disk")
	}
}

func (p *parser) pause(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "pause")
	f.For = required(o, "for", spans(1, maxDuration))
}

// partition reads [[app/0..3], [app/4..12]]; a group may be one word.
func (p *parser) partition(o *object, f *Fault) {
	in := map[protocol.NodeID]int{}
	for i, item := range o.list("partition") {
		group := p.targets(p.words(item, "a group"))
		for _, n := range group.Nodes {
			if before, ok := in[n]; ok {
				p.fail(item.Line, "%s is in groups %d and %d; a node is in one", p.spec.NodeName(n), before, i+1)
			}
			in[n] = i + 1
		}
		if len(group.Names) == 0 {
			p.fail(item.Line, "group %d of the partition is empty", i+1)
		}
		f.Groups = append(f.Groups, group)
	}
	f.OneWay = optional(o, "one_way", switches(), false)
	switch {
	case len(f.Groups) < 2:
		o.fail("partition", "a partition has two groups or more, such as [[app/0..3], [app/4..12]]; to part some nodes from all others write cut")
	case f.OneWay && len(f.Groups) > 2:
		o.fail("one_way", "one_way is between two groups, the first cannot reach the second; here are %d", len(f.Groups))
	}
	f.lasts(o)
}

func (p *parser) cut(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "cut")
	f.Direction = optional(o, "direction", choices("both", "out", "in"), "both")
	if all := len(p.spec.everyNode()); len(f.Nodes.Nodes) == all && all > 0 {
		o.fail("cut", "cut leaves no node to be cut off from; name fewer")
	}
	f.lasts(o)
}

func (p *parser) link(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "link")
	f.To = Targets{Names: []string{allNodes}, Nodes: p.spec.everyNode()}
	if o.has("to") {
		f.To = p.nodes(o, "to")
	} else {
		o.take("to")
	}
	f.Delay = optional(o, "delay", spans(1, network.MaxOneWay), 0)
	f.Loss = optional(o, "loss", losses(1), 0)
	f.OneWay = optional(o, "one_way", switches(), false)
	if !o.has("delay") && !o.has("loss") {
		o.fail("link", "a link fault has a delay, a loss or both, such as delay: 100ms, loss: 1%%")
	}
	f.lasts(o)
}

func (p *parser) bandwidthCap(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "bandwidth")
	known := len(p.problems)
	limit := optional(o, "limit", bits(), 0)
	f.Up, f.Down = optional(o, "up", bits(), limit), optional(o, "down", bits(), limit)
	if f.Up == 0 && f.Down == 0 && known == len(p.problems) {
		o.fail("bandwidth", "a bandwidth cap has a limit for both ways, or up, or down, such as limit: 10Mbit")
	}
	f.lasts(o)
}

// maxJump bounds a clock jump.
const maxJump = 365 * 24 * time.Hour

func (p *parser) clockJump(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "clock_jump")
	f.By = required(o, "by", shifts(maxJump))
}

func (p *parser) clockDrift(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "clock_drift")
	f.Drift = required(o, "by", deviations(int64(machine.MaxDrift)))
	f.lasts(o)
}

func (p *parser) slowCPU(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "slow_cpu")
	f.Factor = required(o, "factor", multiples())
	f.lasts(o)
}

// overlaps reports faults of a kind that a node would suffer twice at a time: the end of one would end the other.
func (p *parser) overlaps() {
	type hit struct {
		kind string
		node protocol.NodeID
	}
	before := map[hit][]*Fault{}
	for i := range p.spec.Faults {
		f := &p.spec.Faults[i]
		if !slices.ContainsFunc(faultKinds, func(k faultKind) bool { return k.alone && k.name == f.Kind }) {
			continue
		}
		for _, n := range f.Nodes.Nodes {
			h := hit{f.Kind, n}
			j := slices.IndexFunc(before[h], func(other *Fault) bool { return f.At <= other.end() && other.At <= f.end() })
			if j >= 0 {
				p.fail(f.line, "%s has another %s at that time, on line %d; let one end before the next", p.spec.NodeName(n), f.Kind, before[h][j].line)
				break
			}
			before[h] = append(before[h], f)
		}
	}
}

// end is when a fault ends, or the latest time there is.
func (f *Fault) end() time.Duration {
	if f.For == 0 {
		return math.MaxInt64
	}
	return f.At + f.For
}

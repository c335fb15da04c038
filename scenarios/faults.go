package scenarios

import (
	"math"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/machine"
	"icsim/sim/network"
)

func (p *parser) faults(o *object) {
	var kinds []string
	for _, k := range faultKinds {
		kinds = append(kinds, k.Name)
	}
	for _, item := range o.list("faults") {
		f := p.object(item, "a fault")
		present := slices.DeleteFunc(slices.Clone(faultKinds), func(k FaultKind) bool { return !f.has(k.Name) })
		switch {
		case f.broken:
		case len(present) == 0:
			hint := "want " + enumerate(kinds)
			if len(f.keys) > 0 {
				hint = oneOf(f.keys[0], kinds)
			}
			p.fail(f.line, "a fault begins with its kind, such as { crash: app/3, at: 20s }; %s", hint)
		case len(present) > 1:
			p.fail(f.line, "a fault has one kind, this one %s and %s; write two faults", present[0].Name, present[1].Name)
		default:
			p.fault(f, &present[0])
		}
	}
	p.overlaps()
}

func (p *parser) fault(o *object, k *FaultKind) {
	o.what = "a " + k.Name
	known := len(p.problems)
	f := Fault{Kind: k.Name, line: o.line}
	f.At = required(o, "at", spans(0, maxDuration))
	if o.has("at") && known == len(p.problems) && (f.At == 0 || f.At >= p.last) {
		o.fail("at", "at %s is not in the run: want a time after 0 and before its end at %s", printDuration(f.At), printDuration(p.last))
	}
	k.read(p, o, &f)
	if k.chosen {
		f.choose(p, o, k)
	}
	o.done()
	if known == len(p.problems) { // or else overlaps would be found where there are none
		p.spec.Faults = append(p.spec.Faults, f)
	}
}

// choose reads which of the targets are hit, and how fast.
func (f *Fault) choose(p *parser, o *object, k *FaultKind) {
	f.Pick = optional(o, "pick", counts(1, 1_000_000), 0)
	f.Chance = optional(o, "probability", between(kind[int64]{share.want, parseShare}, 1, billion, printShare), 0)
	f.Ramp = optional(o, "ramp", spans(1, maxDuration), 0)
	switch {
	case f.Pick > len(f.Nodes.Nodes) && len(f.Nodes.Nodes) > 0:
		o.fail("pick", "pick %d of %d nodes; want fewer", f.Pick, len(f.Nodes.Nodes))
	case f.Ramp > 0 && f.For > 0 && f.Ramp >= f.For:
		o.fail("ramp", "a ramp of %s in a fault of %s; want a shorter one", printDuration(f.Ramp), printDuration(f.For))
	case f.Ramp > 0 && f.At+f.Ramp >= p.last:
		o.fail("ramp", "a ramp to %s, beyond the end of the run at %s; want a shorter one", printDuration(f.At+f.Ramp), printDuration(p.last))
	}
	if len(f.Nodes.Parts) > 0 && k.cast && (len(f.Nodes.Names) > 1 || f.Pick > 0 || f.Ramp > 0) {
		o.fail(k.Name, "%s is one node: in a crash, pause, cut, clog, disk, bandwidth, slow_cpu or clock fault, without pick and ramp",
			f.Nodes.Names[0])
	}
}

func (f *Fault) lasts(o *object) { f.For = optional(o, "for", spans(1, maxDuration), 0) }

func (p *parser) crash(o *object, f *Fault) {
	f.Nodes = p.aims(o, "crash")
	f.For = optional(o, "restart_after", spans(1, maxDuration), 0)
	f.LoseDisk = optional(o, "lose_disk", switches(), false)
	if f.LoseDisk && f.For == 0 {
		o.fail("lose_disk", "lose_disk goes with restart_after: without a restart nobody reads the disk")
	}
	f.Torn = optional(o, "torn", switches(), false)
	f.Forgets = optional(o, "forgets", spans(1, maxDuration), 0)
	switch {
	case f.Forgets > 0 && (f.For == 0 || f.LoseDisk):
		o.fail("forgets", "forgets goes with restart_after, and without lose_disk: the node starts from an old disk")
	case f.Forgets >= f.At && f.Forgets > 0 && f.At > 0:
		o.fail("forgets", "forgets %s of a run that has lasted %s; want less", printDuration(f.Forgets), printDuration(f.At))
	case f.Forgets > 0 && len(f.Nodes.Parts) > 0:
		o.fail("forgets", "forgets needs a node that is known before; want one such as app/3")
	}
}

func (p *parser) pause(o *object, f *Fault) {
	f.Nodes = p.aims(o, "pause")
	f.For = required(o, "for", spans(1, maxDuration))
}

// partition reads [[app/0..3], [app/4..12]]; a group may be one word.
func (p *parser) partition(o *object, f *Fault) {
	in := map[protocol.NodeID]int{}
	for i, item := range o.list("partition") {
		group := p.targets(p.words(item, "a group"))
		if len(group.Parts) > 0 {
			p.fail(item.Line, "%s is somebody else from block to block; a group has nodes such as app/3", group.Names[0])
		}
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
	f.Nodes = p.aims(o, "cut")
	p.direction(o, f, "cut")
}

// direction reads which way some nodes are parted from all others.
func (p *parser) direction(o *object, f *Fault, kind string) {
	f.Direction = optional(o, "direction", choices("both", "out", "in"), "both")
	if all := len(p.spec.everyNode()); len(f.Nodes.Nodes) == all && all > 0 {
		o.fail(kind, "%s leaves no node to be cut off from; name fewer", kind)
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
	f.Nodes = p.aims(o, "bandwidth")
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
	f.Nodes = p.aims(o, "clock_jump")
	f.By = required(o, "by", shifts(maxJump))
}

func (p *parser) clockDrift(o *object, f *Fault) {
	f.Nodes = p.aims(o, "clock_drift")
	f.Drift = required(o, "by", deviations(int64(machine.MaxDrift)))
	f.lasts(o)
}

func (p *parser) slowCPU(o *object, f *Fault) {
	f.Nodes = p.aims(o, "slow_cpu")
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
		if !isAlone(f.Kind) {
			continue
		}
		if f.Chance != 0 || f.Pick != 0 {
			continue // the seed decides; Compile looks then
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

// isAlone tells whether a node can suffer only one fault of a kind at a time.
func isAlone(kind string) bool {
	return slices.ContainsFunc(faultKinds, func(k FaultKind) bool { return k.alone && k.Name == kind })
}

// end is when a fault ends, or the latest time there is.
func (f *Fault) end() time.Duration {
	if f.For == 0 {
		return math.MaxInt64
	}
	return f.At + f.For
}

package scenarios

import (
	"slices"
	"strconv"
	"time"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/machine"
	"icsim/sim/network"
	"icsim/sim/rng"
)

// A planner turns the faults of a scenario into those of each node. What the seed decides about a fault depends on the fault's own
// words, so that another one shifts nothing.
type planner struct {
	spec *Spec
	seed rng.Source
	same map[string]uint64 // faults of the same words so far
	held map[holding][]span
}

// A holding is a node that suffers a fault of a kind that it can suffer only once at a time.
type holding struct {
	kind string
	node protocol.NodeID
}

type span struct{ from, until time.Duration }

// take says that a node suffers a fault, unless it does already: what chance has decided gives way.
func (x *planner) take(f *Fault, n protocol.NodeID, at, lasts time.Duration) bool {
	kind := f.Kind
	if kind == "churn" {
		kind = "crash"
	}
	if !isAlone(kind) {
		return true
	}
	until := at + lasts
	if lasts == 0 {
		until = 1<<63 - 1
	}
	h := holding{kind, n}
	if f.byChance() && slices.ContainsFunc(x.held[h], func(s span) bool { return at <= s.until && s.from <= until }) {
		return false
	}
	x.held[h] = append(x.held[h], span{at, until})
	return true
}

// byChance tells whether the seed decides whom a fault hits, and when.
func (f *Fault) byChance() bool { return f.Chosen != Chosen{} || f.Kind == "churn" }

func (s *Spec) plan(seed uint64) (p fault.Plan) {
	x := &planner{spec: s, seed: rng.Root(seed).Split("scenario"), same: map[string]uint64{}, held: map[holding][]span{}}
	for _, chance := range [...]bool{false, true} {
		for i := range s.Faults {
			f := &s.Faults[i]
			switch {
			case f.byChance() != chance:
			case len(f.Nodes.Parts) > 0:
				p.Roles = append(p.Roles, x.role(f)...)
			default:
				one := x.one(f)
				p.Add(&one)
			}
		}
	}
	return p
}

// stream gives the draws of a fault.
func (x *planner) stream(f *Fault) rng.Stream {
	words := f.resolved().String()
	x.same[words]++
	return x.seed.Split("fault "+words, x.same[words]).Stream()
}

// role makes the fault of whoever plays a part.
func (x *planner) role(f *Fault) []fault.Role {
	part, stream := f.Nodes.Parts[0], x.stream(f)
	if f.Chance != 0 && !stream.Next().Chance(uint64(f.Chance), billion) {
		return nil
	}
	g := *f
	g.Nodes = Targets{Nodes: []protocol.NodeID{protocol.NoNode}}
	g.Chosen = Chosen{}
	sub := &x.spec.Subnets[x.spec.subnetIndex(part.Subnet)]
	r := fault.Role{As: part.As, At: f.At, Then: x.one(&g)}
	for i := range sub.Nodes {
		r.Of = append(r.Of, sub.first+protocol.NodeID(i))
	}
	return []fault.Role{r}
}

// one makes the faults that one line stands for.
func (x *planner) one(f *Fault) (p fault.Plan) {
	stream := x.stream(f)
	switch f.Kind {
	case "partition":
		var groups [][]protocol.NodeID
		for _, g := range f.Groups {
			groups = append(groups, g.Nodes)
		}
		p.Partitions = []fault.Partition{{Groups: groups, OneWay: f.OneWay, At: f.At, For: f.For}}
		return p
	case "swizzle":
		x.swizzle(f, &stream, &p)
		return p
	case "churn":
		x.churn(f, &p)
		return p
	case "swap_disks":
		p.Swaps = []fault.Swap{{A: f.Nodes.Nodes[0], B: f.Nodes.Nodes[1], At: f.At, Down: f.For}}
		return p
	case "scheduler":
		schedule := network.Schedule{Delay: f.Delay, Starve: f.Starve, Turn: f.Turn}
		p.Schedulers = []fault.Scheduler{{Nodes: f.Nodes.Nodes, Schedule: schedule, At: f.At, For: f.For}}
		return p
	}
	nodes := f.hit(&stream)
	switch {
	case len(nodes) == 0:
	case f.Kind == "link":
		g := *f
		g.Nodes.Nodes = nodes
		p.Links = g.worsening()
	case f.Kind == "cut" && f.Ramp == 0:
		p.Partitions = append(p.Partitions, x.spec.cutOff(f, nodes, f.At, f.For))
	case f.Kind == "clog" && f.Ramp == 0:
		p.Clogs = append(p.Clogs, x.spec.clogOff(f, nodes, f.At, f.For)...)
	default:
		for i, n := range nodes {
			if at, lasts := f.turn(i, len(nodes)); x.take(f, n, at, lasts) {
				x.spec.on(f, n, at, lasts, &p)
			}
		}
	}
	return p
}

// hit chooses the nodes that a fault hits: in the order of a ramp, ascending without.
func (f *Fault) hit(stream *rng.Stream) []protocol.NodeID {
	nodes := slices.Clone(f.Nodes.Nodes)
	if f.Pick > 0 || f.Ramp > 0 {
		stream.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	}
	if f.Pick > 0 {
		nodes = nodes[:f.Pick]
	}
	if f.Chance > 0 {
		nodes = slices.DeleteFunc(nodes, func(protocol.NodeID) bool { return !stream.Next().Chance(uint64(f.Chance), billion) })
	}
	if f.Ramp == 0 {
		slices.Sort(nodes)
	}
	return nodes
}

// turn is when the i-th of n nodes is hit, and for how long: all are left alone at the same time.
func (f *Fault) turn(i, n int) (at, lasts time.Duration) {
	after := time.Duration(0)
	if n > 1 {
		after = f.Ramp / time.Duration(n-1) * time.Duration(i)
	}
	if f.For == 0 {
		return f.At + after, 0
	}
	return f.At + after, f.For - after
}

// steps is in how many a link with a ramp gets worse: disturbances add up.
const steps = 8

func (f *Fault) worsening() (all []fault.Link) {
	if f.Ramp == 0 {
		return f.links(f.At, f.For)
	}
	g := *f
	for i := range time.Duration(steps) {
		g.Delay, g.Loss = (f.Delay*(i+1)/steps)-f.Delay*i/steps, network.Loss((uint64(f.Loss)*uint64(i+1))/steps-uint64(f.Loss)*uint64(i)/steps)
		at, lasts := f.turn(int(i), steps)
		all = append(all, g.links(at, lasts)...)
	}
	return all
}

func (s *Spec) others(nodes []protocol.NodeID) []protocol.NodeID {
	return slices.DeleteFunc(s.everyNode(), func(n protocol.NodeID) bool { return slices.Contains(nodes, n) })
}

// cutOff is a partition between some nodes and all others.
func (s *Spec) cutOff(f *Fault, nodes []protocol.NodeID, at, lasts time.Duration) fault.Partition {
	p := fault.Partition{Groups: [][]protocol.NodeID{nodes, s.others(nodes)}, OneWay: f.Direction != "both", At: at, For: lasts}
	if f.Direction == "in" {
		slices.Reverse(p.Groups)
	}
	return p
}

// clogOff keeps back what passes between some nodes and all others.
func (s *Spec) clogOff(f *Fault, nodes []protocol.NodeID, at, lasts time.Duration) []fault.Clog {
	c := fault.Clog{From: nodes, To: s.others(nodes), BothWays: f.Direction == "both" || f.Direction == "", At: at, For: lasts}
	if f.Direction == "in" {
		c.From, c.To = c.To, c.From
	}
	return []fault.Clog{c}
}

// swizzle clogs nodes one after the other in the first third of its time and frees them in another order in the last third
// (FoundationDB's "swizzle-clogging").
func (x *planner) swizzle(f *Fault, stream *rng.Stream, p *fault.Plan) {
	nodes := slices.Clone(f.Nodes.Nodes)
	stream.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	if f.Pick > 0 {
		nodes = nodes[:f.Pick]
	}
	third, n := f.For/3, time.Duration(max(len(nodes)-1, 1))
	for i, k := range stream.Perm(len(nodes)) {
		from, until := f.At+third*time.Duration(i)/n, f.At+f.For-third+third*time.Duration(k)/n
		p.Clogs = append(p.Clogs, x.spec.clogOff(&Fault{}, nodes[i:i+1], from, until-from)...)
	}
}

// on adds a fault of one node.
func (s *Spec) on(f *Fault, n protocol.NodeID, at, lasts time.Duration, p *fault.Plan) {
	switch f.Kind {
	case "crash":
		p.Crashes = append(p.Crashes, fault.Crash{
			Node: n, At: at, Down: lasts, LoseDisk: f.LoseDisk, Torn: f.Torn, Forgets: f.Forgets,
		})
	case "pause":
		p.Pauses = append(p.Pauses, fault.Pause{Node: n, At: at, For: lasts})
	case "cut":
		p.Partitions = append(p.Partitions, s.cutOff(f, []protocol.NodeID{n}, at, lasts))
	case "clog":
		p.Clogs = append(p.Clogs, s.clogOff(f, []protocol.NodeID{n}, at, lasts)...)
	case "bandwidth":
		p.Bandwidths = append(p.Bandwidths, fault.Bandwidth{Node: n, Uplink: f.Up, Downlink: f.Down, At: at, For: lasts})
	case "clock_jump":
		p.Jumps = append(p.Jumps, fault.ClockJump{Node: n, At: at, By: f.By})
	case "clock_drift":
		p.Drifts = append(p.Drifts, fault.ClockDrift{Node: n, PartsPerBillion: f.Drift, At: at, For: lasts})
	case "clock_stall":
		p.Stalls = append(p.Stalls, fault.ClockStall{Node: n, At: at, For: lasts})
	case "slow_cpu":
		p.SlowCPUs = append(p.SlowCPUs, fault.SlowCPU{Node: n, Num: f.Factor.Num, Den: f.Factor.Den, At: at, For: lasts})
	case "disk":
		worn := machine.DiskFault{Lose: uint32(f.Lose), Misdirect: uint32(f.Misdirect), Full: f.Full}
		if f.Factor != (Factor{}) {
			worn.Slow = machine.Ratio{Num: f.Factor.Num, Den: f.Factor.Den}
		}
		p.Disks = append(p.Disks, fault.Disk{Node: n, DiskFault: worn, At: at, For: lasts})
	}
}

// churn lets nodes fail and come back, each at times of its own, as fault.Outages has measured it, Factor times as fast.
func (x *planner) churn(f *Fault, p *fault.Plan) {
	end := x.spec.Duration
	if f.For != 0 {
		end = min(end, f.At+f.For)
	}
	for _, n := range f.Nodes.Nodes {
		draws := x.seed.Split("churn "+strconv.FormatInt(int64(f.At), 10), uint64(n)).Stream()
		at := f.At
		for {
			up, down := fault.Outages(draws.Next(), draws.Next(), f.Factor.Num, f.Factor.Den)
			if at += up; at >= end {
				break
			}
			if down = min(down, end-at); x.take(f, n, at, down) {
				p.Crashes = append(p.Crashes, fault.Crash{Node: n, At: at, Down: down})
			}
			at += down + 1
		}
	}
}

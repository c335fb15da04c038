package scenarios

import (
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/machine"
	"icsim/sim/network"
	"icsim/sim/rng"
)

// A FaultKind is one kind of fault: how it is read, and how a random one is drawn. The field with its name holds the target.
type FaultKind struct {
	Name   string
	About  string
	read   func(p *parser, o *object, f *Fault)
	draw   func(d *drawing, f *Fault)
	alone  bool // a node can suffer only one at a time
	chosen bool // takes pick, probability and ramp
	cast   bool // may hit who plays a role
}

// FaultKinds lists all kinds, in the order in which they are told.
func FaultKinds() []FaultKind { return slices.Clone(faultKinds) }

var faultKinds = []FaultKind{
	{"crash", "a node stops, and starts again with its disk, or what is left of it", (*parser).crash, (*drawing).crash, true, true, true},
	{"pause", "a node's processor stands still", (*parser).pause, (*drawing).lasts, true, true, true},
	{"partition", "groups of nodes cannot reach each other", (*parser).partition, (*drawing).partition, false, false, false},
	{"cut", "nodes cannot reach the others, or be reached, or both", (*parser).cut, (*drawing).cut, false, true, true},
	{"clog", "what nodes send, or are sent, is kept back and let go at once", (*parser).clog, (*drawing).cut, false, true, true},
	{"swizzle", "nodes are clogged one by one, and freed in another order", (*parser).swizzle, (*drawing).lasts, false, false, false},
	{"link", "links are slower, or lose packets", (*parser).link, (*drawing).link, false, true, false},
	{"bandwidth", "a node's uplink and downlink are narrower", (*parser).bandwidthCap, (*drawing).bandwidth, true, true, true},
	{"scheduler", "an adversary reorders messages and starves nodes", (*parser).scheduler, (*drawing).scheduler, false, false, false},
	{"clock_jump", "a clock is set forward or back", (*parser).clockJump, (*drawing).jump, false, true, true},
	{"clock_drift", "a clock runs fast or slow", (*parser).clockDrift, (*drawing).drift, true, true, true},
	{"clock_stall", "a clock stands", (*parser).clockStall, (*drawing).lasts, true, true, true},
	{"slow_cpu", "a node's work takes longer", (*parser).slowCPU, (*drawing).slow, true, true, true},
	{"disk", "a disk loses or misdirects writes, is slow or full", (*parser).disk, (*drawing).disk, true, true, true},
	{"swap_disks", "two nodes start again with each other's disks", (*parser).swapDisks, (*drawing).swap, false, false, false},
	{"churn", "nodes fail and come back as on mainnet", (*parser).churn, (*drawing).churn, false, false, false},
}

func (p *parser) clog(o *object, f *Fault) {
	f.Nodes = p.aims(o, "clog")
	p.direction(o, f, "clog")
}

func (p *parser) swizzle(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "swizzle")
	f.Pick = optional(o, "pick", counts(1, 1_000_000), 0)
	if f.Pick > len(f.Nodes.Nodes) && len(f.Nodes.Nodes) > 0 {
		o.fail("pick", "pick %d of %d nodes; want fewer", f.Pick, len(f.Nodes.Nodes))
	}
	f.For = required(o, "for", spans(time.Millisecond, maxDuration))
}

func (p *parser) scheduler(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "scheduler")
	f.Delay = required(o, "delay", spans(1, network.MaxOneWay))
	f.Starve = optional(o, "starve", counts(0, 1_000_000), 0)
	f.Turn = optional(o, "turn", spans(time.Millisecond, maxDuration), defaultTurn)
	if n := len(f.Nodes.Nodes); n == 1 || f.Starve > n && n > 0 {
		o.fail("scheduler", "a scheduler needs links among two nodes or more, and starves as many at most; here are %d", n)
	}
	f.lasts(o)
}

// defaultTurn is how long a scheduler starves the same nodes.
const defaultTurn = 5 * time.Second

func (p *parser) clockStall(o *object, f *Fault) {
	f.Nodes = p.aims(o, "clock_stall")
	f.lasts(o)
}

func (p *parser) disk(o *object, f *Fault) {
	f.Nodes = p.aims(o, "disk")
	shares := between(kind[int64]{share.want, parseShare}, 1, billion, printShare)
	f.Lose = optional(o, "lose", shares, 0)
	f.Misdirect = optional(o, "misdirect", shares, 0)
	f.Full = optional(o, "full", switches(), false)
	f.Factor = optional(o, "slow", multiples(), Factor{})
	switch {
	case f.Lose == 0 && f.Misdirect == 0 && !f.Full && f.Factor == Factor{} && !o.broken:
		o.fail("disk", "a disk fault has one of lose, misdirect, slow and full, such as lose: 1%%")
	case f.Lose+f.Misdirect > billion:
		o.fail("misdirect", "more writes are lost or misdirected than there are; want 100%% at most together")
	case len(f.Nodes.Parts) > 0 && f.Lose+f.Misdirect > 0:
		o.fail("disk", "a disk that loses or misdirects writes is of a node that is known before; want one such as app/3")
	}
	f.lasts(o)
}

func (p *parser) swapDisks(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "swap_disks")
	if n := len(f.Nodes.Nodes); n != 2 && n > 0 {
		o.fail("swap_disks", "two nodes swap their disks, such as [app/3, app/4]; here are %d", n)
	}
	f.For = required(o, "restart_after", spans(2, maxDuration))
}

func (p *parser) churn(o *object, f *Fault) {
	f.Nodes = p.nodes(o, "churn")
	f.Factor = optional(o, "faster", multiples(), Factor{1, 1})
	f.lasts(o)
}

// A drawing makes up a fault for a scenario.
type drawing struct {
	spec   *Spec
	random *rng.Stream
	nodes  []protocol.NodeID // of one subnet
	most   int               // how many it may hit at once
	until  time.Duration
}

// Draw makes up a fault of the kind that begins and ends in [from, until) and hits at most most nodes of one of the scenario's
// subnets at a time; churn and schedulers hit all of them. The scenario has to have a subnet of two nodes or more.
func (k *FaultKind) Draw(s *Spec, random *rng.Stream, from, until time.Duration, most int) Fault {
	d := &drawing{spec: s, random: random, most: max(most, 1), until: until}
	var fit []int
	for i := range s.Subnets {
		if s.Subnets[i].Nodes > 1 {
			fit = append(fit, i)
		}
	}
	sub := &s.Subnets[fit[random.Next().IntN(len(fit))]]
	for i := range sub.Nodes {
		d.nodes = append(d.nodes, sub.first+protocol.NodeID(i))
	}
	d.most = min(d.most, len(d.nodes)-1)
	f := Fault{Kind: k.Name, At: d.time(from+1, from+(until-from)/2)}
	f.Nodes = d.targets(1 + random.Next().IntN(d.most))
	k.draw(d, &f)
	return f
}

func (d *drawing) targets(n int) (t Targets) {
	for _, i := range d.random.Perm(len(d.nodes))[:n] {
		t.Nodes = append(t.Nodes, d.nodes[i])
	}
	slices.Sort(t.Nodes)
	return d.named(t.Nodes)
}

func (d *drawing) named(nodes []protocol.NodeID) (t Targets) {
	t.Nodes = nodes
	for _, n := range nodes {
		t.Names = append(t.Names, d.spec.NodeName(n))
	}
	return t
}

func (d *drawing) whole() Targets { return d.named(d.nodes) }

// time is some milliseconds in a span.
func (d *drawing) time(low, high time.Duration) time.Duration {
	low, high = max(low, time.Millisecond)/time.Millisecond, high/time.Millisecond
	return (low + time.Duration(d.random.Next().Uint64n(uint64(max(high-low, 1))))) * time.Millisecond
}

func (d *drawing) coin() bool { return d.random.Next().Chance(1, 2) }

func (d *drawing) below(n int64) int64 { return int64(d.random.Next().Uint64n(uint64(n))) }

func (d *drawing) lasts(f *Fault) {
	f.For = d.time(time.Millisecond, d.until-f.At)
}

func (d *drawing) crash(f *Fault) {
	d.lasts(f)
	switch d.random.Next().IntN(4) {
	case 0:
		f.LoseDisk = true
	case 1:
		f.Torn = true
	case 2:
		f.Forgets = d.time(time.Millisecond, f.At)
		f.Forgets = min(f.Forgets, f.At-time.Millisecond)
		if f.Forgets <= 0 {
			f.Forgets = 0
		}
	}
}

func (d *drawing) partition(f *Fault) {
	d.lasts(f)
	rest := slices.DeleteFunc(slices.Clone(d.nodes), func(n protocol.NodeID) bool { return slices.Contains(f.Nodes.Nodes, n) })
	f.Groups, f.Nodes, f.OneWay = []Targets{f.Nodes, d.named(rest)}, Targets{}, d.coin()
}

func (d *drawing) cut(f *Fault) {
	d.lasts(f)
	f.Direction = []string{"both", "out", "in"}[d.random.Next().IntN(3)]
}

func (d *drawing) link(f *Fault) {
	d.lasts(f)
	f.To, f.OneWay = d.whole(), d.coin()
	f.Delay = d.time(time.Millisecond, time.Second)
	if d.coin() {
		f.Loss = network.Loss(1 + d.below(int64(network.MaxLoss/2)))
	}
}

func (d *drawing) bandwidth(f *Fault) {
	d.lasts(f)
	f.Up, f.Down = 100_000+d.below(20_000_000), 100_000+d.below(20_000_000)
}

func (d *drawing) scheduler(f *Fault) {
	d.lasts(f)
	f.Nodes = d.whole()
	f.Delay = d.time(time.Millisecond, network.MaxOneWay)
	if d.coin() {
		f.Starve, f.Turn = 1+d.random.Next().IntN(d.most), d.time(time.Second, 10*time.Second)
	} else {
		f.Turn = defaultTurn
	}
}

func (d *drawing) jump(f *Fault) {
	if f.By = d.time(time.Millisecond, time.Minute); d.coin() {
		f.By = -f.By
	}
}

func (d *drawing) drift(f *Fault) {
	d.lasts(f)
	if f.Drift = 1 + d.below(int64(machine.MaxDrift)/10); d.coin() {
		f.Drift = -f.Drift
	}
}

func (d *drawing) slow(f *Fault) {
	d.lasts(f)
	f.Factor = Factor{uint32(2 + d.below(20)), 1}
}

func (d *drawing) disk(f *Fault) {
	d.lasts(f)
	switch d.random.Next().IntN(4) {
	case 0:
		f.Lose = 1 + d.below(billion/10)
	case 1:
		f.Misdirect = 1 + d.below(billion/10)
	case 2:
		f.Full = true
	case 3:
		f.Factor = Factor{uint32(2 + d.below(50)), 1}
	}
}

func (d *drawing) swap(f *Fault) {
	d.lasts(f)
	f.For = max(f.For, 2)
	f.Nodes = d.targets(2)
}

func (d *drawing) churn(f *Fault) {
	d.lasts(f)
	f.Nodes = d.whole()
	f.Factor = Factor{uint32(1000 + d.below(100_000)), 1}
}

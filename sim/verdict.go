package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/protocol/orchestrator"
	"icsim/protocol/registry"
	"icsim/sim/check"
	"icsim/sim/fault"
)

// checkConfig tells the checkers what to demand of whom.
func (s *simulation) checkConfig() check.Config {
	c := check.Config{Corrupt: s.corrupt, Settled: s.hasSettled, Bounds: s.config.Bounds, Healing: s.config.Healing}
	c.Bounds.Downtime = s.downtime()
	for i, sub := range s.subnets {
		ever, founders := s.everOf(i), s.founders(i)
		k := check.Subnet{
			Name: s.config.Subnets[i].Name, ID: sub.id, Nodes: founders, Created: s.config.Subnets[i].Created,
			Interval:  protocol.Height(s.config.Subnets[i].DKGIntervalLength),
			Recovered: len(s.recoveries(i)) > 0,
			Excused:   s.excusedOf(i),
			Returns:   s.returns(ever),
		}
		if !k.Created {
			k.Key = sub.keys.High.Group.Key
		}
		for n := range s.config.Changes {
			if change := &s.config.Changes[n]; change.Subnet == i {
				k.Interval = max(k.Interval, protocol.Height(change.DKGInterval))
				if change.Upgrade != "" {
					k.Upgrades = append(k.Upgrades, protocol.Time(change.At))
				}
			}
		}
		c.Subnets = append(c.Subnets, k)
		c.ChainKeys = c.ChainKeys || s.config.Subnets[i].ChainKeys != nil
	}
	return c
}

// downtime is what an upgrade may add to the wait for a block: the orchestrators of the quick and of the slow nodes look, the nodes boot.
func (s *simulation) downtime() time.Duration {
	var boots protocol.Meter
	boots.Charge(protocol.OpUpgrade, 1)
	return s.costs.Cost(&boots) + 3*orchestrator.Interval
}

// halts are the spans in which the registry halts a subnet, with the time that nodes take to learn of the end.
func (s *simulation) halts(subnet int) (out []check.Window) {
	halted := false
	for i := range s.config.Changes {
		c := &s.config.Changes[i]
		stops := c.HaltAtCUP || c.Halt != nil && *c.Halt
		if c.Subnet != subnet || c.Halt == nil && !c.HaltAtCUP || stops == halted {
			continue
		}
		if halted = stops; halted {
			out = append(out, check.Window{From: protocol.Time(c.At), To: protocol.Never})
		} else {
			out[len(out)-1].To = protocol.Time(c.At + 2*registry.PollInterval)
		}
	}
	return out
}

// A disturbance is a span in which a fault that ends keeps a node from taking part.
type disturbance struct {
	node protocol.NodeID
	check.Window
}

// disturbances lists what the fault plan does to nodes, as far as it ends by itself.
func (s *simulation) disturbances() []disturbance {
	var all []disturbance
	add := func(n protocol.NodeID, at, lasts time.Duration) {
		if lasts > 0 {
			all = append(all, disturbance{n, check.Window{From: protocol.Time(at), To: protocol.Time(at + lasts)}})
		}
	}
	f := &s.plan
	for _, x := range f.Crashes {
		add(x.Node, x.At, x.Down)
	}
	for _, x := range f.Pauses {
		add(x.Node, x.At, x.For)
	}
	for _, x := range f.Partitions {
		for _, n := range slices.Concat(x.Groups...) {
			if s.isMinority(x.Groups, n) {
				add(n, x.At, x.For)
			}
		}
	}
	for _, x := range f.Links {
		for _, n := range slices.Concat(x.From, x.To) {
			add(n, x.At, x.For)
		}
	}
	for _, x := range f.Bandwidths {
		add(x.Node, x.At, x.For)
	}
	for _, x := range f.SlowCPUs {
		add(x.Node, x.At, x.For)
	}
	for _, x := range f.Drifts {
		add(x.Node, x.At, x.For)
	}
	for _, x := range f.Stalls {
		add(x.Node, x.At, x.For)
	}
	for _, x := range f.Disks {
		if x.Full {
			add(x.Node, x.At, x.For+s.restartTime(protocol.OpRestart))
		} else {
			add(x.Node, x.At, x.For)
		}
	}
	for _, x := range f.Swaps {
		add(x.A, x.At, x.Down)
		add(x.B, x.At, x.Down)
	}
	for _, x := range f.Clogs {
		for _, n := range fewer(x.From, x.To) {
			add(n, x.At, x.For)
		}
	}
	for _, x := range f.Schedulers {
		for _, n := range x.Nodes {
			add(n, x.At, x.For)
		}
	}
	return all
}

// fewer gives the side of a clog that has fewer nodes: those that are away from the others.
func fewer(from, to []protocol.NodeID) []protocol.NodeID {
	if len(from) <= len(to) {
		return from
	}
	return to
}

// corrupt tells whom checkers do not believe: attackers, and nodes whose disks give them something else than they wrote. These may
// sign two things without knowing it.
func (s *simulation) corrupt(n protocol.NodeID) bool {
	return s.coalition.Has(n) || len(s.amnesiacs) > 0 && s.forgets(n, protocol.Time(s.now()))
}

// An amnesiac is a node whose disk does not keep what it should, from a time on.
type amnesiac struct {
	node  protocol.NodeID
	since protocol.Time
}

func (s *simulation) forgets(n protocol.NodeID, by protocol.Time) bool {
	return slices.ContainsFunc(s.amnesiacs, func(a amnesiac) bool { return a.node == n && a.since <= by })
}

// amnesiacs are the nodes of a plan whose disks do not keep what they should.
func amnesiacs(p *fault.Plan) (all []amnesiac) {
	add := func(n protocol.NodeID, at time.Duration) { all = append(all, amnesiac{n, protocol.Time(at)}) }
	for _, x := range p.Crashes {
		if x.Forgets > 0 {
			add(x.Node, x.At)
		}
	}
	for _, x := range p.Disks {
		if x.Lose+x.Misdirect > 0 {
			add(x.Node, x.At)
		}
	}
	for _, x := range p.Swaps {
		add(x.A, x.At)
		add(x.B, x.At)
	}
	return all
}

// returns gives when nodes are left alone after faults, if they are so for as long as they may take to catch up.
func (s *simulation) returns(nodes []protocol.NodeID) []check.Return {
	bound := s.config.Bounds.CatchUp
	if bound == 0 || s.config.Healing.At != 0 {
		return nil
	}
	all := s.disturbances()
	var out []check.Return
	for _, d := range all {
		again := func(e disturbance) bool { return e.node == d.node && e.To > d.To && e.From < d.To.Add(bound) }
		if slices.Contains(nodes, d.node) && !slices.ContainsFunc(all, again) && d.To.Add(bound) <= protocol.Time(s.config.Duration) {
			out = append(out, check.Return{Node: d.node, At: d.To})
		}
	}
	slices.SortStableFunc(out, func(a, b check.Return) int { return cmp.Compare(a.At, b.At) })
	return out
}

// isMinority tells whether a partition leaves a node without a quorum of its subnet: then it is disturbed.
func (s *simulation) isMinority(groups [][]protocol.NodeID, n protocol.NodeID) bool {
	i := slices.IndexFunc(s.subnets, func(sub *subnetWorld) bool { return slices.Contains(sub.nodes, n) })
	if i < 0 {
		return false // Model: what a partition does to a node that is added later is not reckoned with
	}
	members := s.subnets[i].nodes
	reach := len(members)
	for _, g := range groups {
		if slices.Contains(g, n) {
			continue
		}
		for _, other := range g {
			if slices.Contains(members, other) {
				reach--
			}
		}
	}
	return reach < len(members)-protocol.FaultsTolerated(len(members))
}

// excusedOf gives the spans in which a subnet need not make progress: for faults, and while it is halted.
func (s *simulation) excusedOf(subnet int) []check.Window {
	all := append(s.excused(s.everOf(subnet), len(s.founders(subnet))), s.halts(subnet)...)
	slices.SortStableFunc(all, func(a, b check.Window) int { return cmp.Compare(a.From, b.From) })
	return all
}

// excused gives the spans in which more than f nodes of a subnet of some size are disturbed or corrupt while at least one of them is
// disturbed by a fault that ends. Where a healing is stated, it is all the time until the core has had its time.
func (s *simulation) excused(nodes []protocol.NodeID, size int) []check.Window {
	if h := &s.config.Healing; h.At != 0 {
		return []check.Window{{To: protocol.Time(h.At + h.Within)}}
	}
	var spans []disturbance
	var ends []protocol.Time
	for _, d := range s.disturbances() {
		if slices.Contains(nodes, d.node) {
			spans = append(spans, d)
			ends = append(ends, d.From, d.To)
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	f := protocol.FaultsTolerated(size)
	var out []check.Window
	for i := 0; i+1 < len(ends); i++ {
		if s.troubled(nodes, spans, ends[i]) <= f {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].To == ends[i] {
			out[last].To = ends[i+1]
		} else {
			out = append(out, check.Window{From: ends[i], To: ends[i+1]})
		}
	}
	return out
}

// troubled counts the nodes that are corrupt, or disturbed at a time; 0 when none is disturbed.
func (s *simulation) troubled(nodes []protocol.NodeID, spans []disturbance, at protocol.Time) int {
	var who []protocol.NodeID
	for _, d := range spans {
		if d.From <= at && at < d.To && !slices.Contains(who, d.node) {
			who = append(who, d.node)
		}
	}
	if len(who) == 0 {
		return 0
	}
	for _, n := range nodes {
		if (s.corrupt(n) || s.forgets(n, at)) && !slices.Contains(who, n) {
			who = append(who, n)
		}
	}
	return len(who)
}

// hasSettled asks at the end, which a session does not know before.
func (s *simulation) hasSettled(n protocol.NodeID) bool { return s.settled()(n) }

// settled tells which nodes must have caught up at the end: those undisturbed for the time that liveness allows, and not gone for ever.
// Where a healing is stated, it says what its core owes, and others owe nothing.
func (s *simulation) settled() func(protocol.NodeID) bool {
	if s.config.Healing.At != 0 {
		return func(protocol.NodeID) bool { return false }
	}
	from := protocol.Time(s.config.Duration - s.config.Bounds.Progress)
	unsettled := map[protocol.NodeID]bool{}
	for _, d := range s.disturbances() {
		if d.To > from {
			unsettled[d.node] = true
		}
	}
	for _, c := range s.plan.Crashes {
		if c.Down == 0 {
			unsettled[c.Node] = true
		}
	}
	for _, p := range s.plan.Partitions {
		for _, n := range slices.Concat(p.Groups...) {
			if p.For == 0 && s.isMinority(p.Groups, n) {
				unsettled[n] = true
			}
		}
	}
	for i := range s.subnets {
		if len(s.recoveries(i)) == 0 {
			continue
		}
		for _, halt := range s.halts(i) { // nobody catches up with a subnet that is down
			for _, n := range s.everOf(i) {
				unsettled[n] = unsettled[n] || halt.To > from
			}
		}
	}
	return func(n protocol.NodeID) bool {
		at, removed, changed := s.lastChange(n)
		return !unsettled[n] && !(changed && (removed || protocol.Time(at.Nanoseconds()) > from.Add(-joining)))
	}
}

// joining is how long a node that is added may take to begin: the registry's polls, two of its orchestrator's intervals, a state sync.
const joining = time.Minute

// judge ends the checks, and compares what the scenario expects.
func (s *simulation) judge(r *Result, end protocol.Time) {
	outcomes := s.watch.checks.Finish(end)
	for i := range s.config.Expect {
		e := &s.config.Expect[i]
		outcomes = append(outcomes, e.Judge(r.quantity(e.Quantity, e.Subnet)))
	}
	r.Reached = s.watch.checks.Reached()
	for i := range s.config.Sometimes {
		if e := &s.config.Sometimes[i]; e.Judge(r.quantity(e.Quantity, e.Subnet)).OK {
			r.Reached = append(r.Reached, e.String())
		}
	}
	outcomes = append(outcomes, s.judgeReplies(s.config.Short || r.Partial)...)
	if !s.config.Short && !r.Partial {
		outcomes = append(outcomes, s.judgeCreations()...)
		outcomes = append(outcomes, s.judgeReshares()...)
		outcomes = append(outcomes, s.judgeRecoveries()...)
	}
	s.outcomes = outcomes
	for i := range outcomes {
		o := &outcomes[i]
		c := CheckResult{Name: o.Name, Kind: o.Kind, OK: o.OK, Detail: o.Detail}
		for k, v := range o.Violations {
			if k == 0 {
				c.AtSeconds = seconds(v.Where.At)
			}
			r.Violations = append(r.Violations, ViolationResult{
				Check: o.Name, Node: v.Where.Node.String(), Height: uint64(v.Height), AtSeconds: seconds(v.Where.At),
				EventKey: fmt.Sprintf("%d/%d/%d", v.Where.At, v.Where.Src, v.Where.Seq), Detail: v.Detail,
			})
		}
		r.Checks = append(r.Checks, c)
	}
}

// quantity finds a figure that a scenario expects something of.
func (r *Result) quantity(q check.Quantity, subnet string) float64 {
	for i := range r.Subnets {
		if s := &r.Subnets[i]; s.Name == subnet {
			return find(q, map[check.Quantity]float64{
				check.BlockRate: s.BlockRate, check.FinalizationMS: s.FinalizationMS.P50, check.Rank0Share: s.Rank0Share,
				check.Finalized: float64(s.FinalizedHeight), check.Certified: float64(s.CertifiedHeight),
				check.CUPHeight: float64(s.CUPHeight), check.Equivocations: float64(s.Equivocations),
				check.StateSyncs: float64(s.StateSyncs), check.BadChunks: float64(s.BadChunks),
				check.Signatures: float64(s.signatures()), check.IDKGComplaints: float64(s.IDKGComplaints),
				check.IDKGRotations: float64(s.IDKGRotations),
			})
		}
	}
	return find(q, map[check.Quantity]float64{
		check.CallsCompleted: float64(r.Ingress.Completed), check.CallsFailed: float64(r.Ingress.Failed),
		check.CallsLost: float64(r.Ingress.Rejected), check.IngressMS: r.Ingress.LatencyMS.P50,
		check.QueriesAnswered: float64(r.Queries.Answered), check.QueriesLost: float64(r.Queries.Lost),
		check.QueriesBad: float64(r.Queries.BadSignatures), check.QueryMS: r.Queries.LatencyMS.P50,
		check.XNetCalls: float64(r.XNet.Calls), check.XNetResponses: float64(r.XNet.Responses),
		check.XNetRejects: float64(r.XNet.Rejects), check.XNetOpen: float64(r.XNet.Open), check.XNetMS: r.XNet.LatencyMS.P50,
	})
}

func find(q check.Quantity, figures map[check.Quantity]float64) float64 {
	figure, ok := figures[q]
	if !ok {
		panic(fmt.Sprintf("sim: an expectation of %s, which is no quantity", q))
	}
	return figure
}

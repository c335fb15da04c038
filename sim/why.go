package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/protocol/replica"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/explain"
	"icsim/sim/fault"
	"icsim/sim/variant"
)

// A Question is what is to be explained of a run. The zero Question asks for its gravest violation, the first one.
type Question struct {
	Check  string          // the violation of this check
	Height protocol.Height // not 0: how this height came to be final, in Subnet
	Subnet int
}

// Checks are the names of the checks of safety and liveness.
func Checks() []string { return check.Names() }

// An Explanation says why something happened. Text names nodes by number.
type Explanation struct {
	Check   string // that is violated; empty: none was, or the question is another one
	Detail  string
	Text    []string // what the subnet, or the nodes, were in
	Chain   []string // what the event came from, message by message, newest first
	Mermaid string   // of a height
}

// Explain runs a configuration to find what is asked for, and again up to there to look into it. name is for diagrams.
func Explain(c *Config, q Question, name func(protocol.NodeID) string, progress func(Progress) bool) (*Explanation, error) {
	if q.Subnet < 0 || q.Subnet >= len(c.Subnets) {
		return nil, fmt.Errorf("there is no subnet %d; there are %d", q.Subnet, len(c.Subnets))
	}
	first, err := begin(c)
	if err != nil {
		return nil, err
	}
	defer first.close()
	if q.Height != 0 {
		first.sought = &sought{subnet: protocol.SubnetID(q.Subnet), height: q.Height}
	}
	first.pump(progress)
	first.result(false) // judges
	if q.Height != 0 {
		return first.height(q, name, progress)
	}
	v, name1 := first.gravest(q.Check)
	if v == nil {
		return &Explanation{}, nil
	}
	return first.violation(name1, v, progress)
}

// sought is a height that somebody asks about.
type sought struct {
	subnet      protocol.SubnetID
	height      protocol.Height
	begun, done protocol.Time
	final       protocol.NodeID // who saw it final first
	finalAt     protocol.Time
}

func (x *sought) note(w check.Where, n *protocol.Note) {
	if n.Height != x.height {
		return
	}
	if x.begun == 0 {
		x.begun, x.final = w.At, protocol.NoNode
	}
	if n.Kind == protocol.NoteFinalized {
		x.done = w.At
		if x.final == protocol.NoNode {
			x.final, x.finalAt = w.Node, w.At
		}
	}
}

// gravest gives the first violation of safety, or else of liveness; of one check if it is named.
func (s *simulation) gravest(named string) (found *check.Violation, name string) {
	for _, kind := range [...]check.Kind{check.Safety, check.Liveness} {
		for _, o := range s.outcomes {
			if o.Kind != kind || named != "" && o.Name != named || len(o.Violations) == 0 {
				continue
			}
			rival := name == "agreement" && o.Name == "one-notarized-block-when-finalized" // of one fork
			if v := &o.Violations[0]; found == nil || v.Where.At < found.Where.At && !rival {
				found, name = v, o.Name
			}
		}
		if found != nil {
			return found, name
		}
	}
	return nil, ""
}

// Spans of the second run's log before what is explained.
const (
	logBefore      = 20 * time.Second
	logBeforeStall = 5 * time.Second
)

// again runs the configuration up to a moment, with a log from another one on.
func (s *simulation) again(from, until protocol.Time, progress func(Progress) bool) (*simulation, error) {
	c := *s.config
	c.Duration, c.Short = min(time.Duration(until), c.Latest()), true
	c.Trace.W, c.Timeline = nil, nil
	x := &simulation{log: explain.NewLog(max(from, 0), until)}
	if err := x.begin(&c); err != nil {
		return nil, err
	}
	x.pump(progress)
	return x, nil
}

func (s *simulation) violation(name string, v *check.Violation, progress func(Progress) bool) (*Explanation, error) {
	out := &Explanation{Check: name, Detail: v.Detail}
	at := v.Where.At
	from := at.Add(-logBefore)
	if name == "progress" {
		at = min(at, v.Since.Add(s.config.Bounds.Progress))
		from = v.Since.Add(-logBeforeStall)
	}
	x, err := s.again(from, at, progress)
	if err != nil {
		return nil, err
	}
	defer x.close()
	sub := x.explained(x.homeOf(v.Where.Node).id)
	switch name {
	case "agreement", "one-notarized-block-when-finalized":
		out.Text = explain.Fork(sub, v.Height)
	case "progress", "freshness":
		out.Text = explain.Stall(sub)
	case "catch-up", "convergence":
		out.Text = x.inspect(v.Where.Node)
	case "finalization-discipline":
		out.Text = x.log.Signatures(v.Where.Node, v.Height)
	}
	switch name {
	case "progress":
		out.Chain = x.lastProgress(sub, v.Since)
	case "freshness", "catch-up", "convergence":
	case "agreement":
		var honest []protocol.NodeID
		for _, n := range sub.Nodes {
			if n.Corrupt == "" {
				honest = append(honest, n.ID)
			}
		}
		for _, step := range x.log.Finals(honest, v.Height) {
			out.Chain = append(out.Chain, x.log.Chain(step, v.Height)...)
		}
	default:
		out.Chain = x.log.Chain(x.log.Find(v.Where.Node, v.Where.At, v.Height), v.Height)
	}
	return out, nil
}

// lastProgress is the chain of the last block that became final.
func (s *simulation) lastProgress(sub *explain.Subnet, since protocol.Time) []string {
	for i := range sub.Nodes {
		n := sub.Nodes[i].ID
		for k := len(s.log.Steps) - 1; k > 0; k-- {
			step := &s.log.Steps[k]
			if step.Node != n || step.End != since {
				continue
			}
			for _, note := range step.Notes {
				if note.Kind == protocol.NoteFinalized {
					return s.log.Chain(int32(k), note.Height)
				}
			}
		}
	}
	return nil
}

func (s *simulation) height(q Question, name func(protocol.NodeID) string, progress func(Progress) bool) (*Explanation, error) {
	k := s.sought
	if k.begun == 0 {
		return nil, fmt.Errorf("nobody in subnet %s made a block of height %d; it came to %d",
			s.config.Subnets[q.Subnet].Name, q.Height, s.watch.subnets[q.Subnet].finalized)
	}
	if k.done == 0 {
		k.done = protocol.Time(s.config.Duration)
	}
	x, err := s.again(k.begun.Add(-logBeforeStall), k.done, progress)
	if err != nil {
		return nil, err
	}
	defer x.close()
	sub := x.subnets[q.Subnet]
	out := &Explanation{Mermaid: explain.Mermaid(x.log, s.config.Subnets[q.Subnet].Name, sub.nodes, q.Height, name)}
	if k.final == protocol.NoNode {
		out.Text = explain.Stall(x.explained(sub.id))
		return out, nil
	}
	out.Text = []string{fmt.Sprintf("height %d of %s: begun at %.3f s, final at %.3f s on %s first and at %.3f s on all",
		q.Height, s.config.Subnets[q.Subnet].Name, seconds(k.begun), seconds(k.finalAt), k.final, seconds(k.done))}
	out.Chain = x.log.Chain(x.log.Find(k.final, k.finalAt, q.Height), q.Height)
	return out, nil
}

// Inspect runs a configuration up to a moment and tells what a node holds then.
func Inspect(c *Config, node protocol.NodeID, at time.Duration, progress func(Progress) bool) ([]string, error) {
	if at < 0 || at > c.Latest() {
		return nil, fmt.Errorf("at %v is not in the run, which lasts %v", at, c.Latest())
	}
	short := *c
	short.Duration, short.Short, short.Trace.W, short.Timeline = at, true, nil, nil
	s, err := begin(&short)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if int(node) >= len(s.secrets) {
		return nil, fmt.Errorf("%s is no node: there are %d", node, len(s.secrets))
	}
	s.pump(progress)
	if at == 0 {
		s.loop.Run(0)
	}
	if s.homeOf(node) == nil {
		return nil, fmt.Errorf("%s belongs to no subnet: there is nothing to see of it", node)
	}
	return s.inspect(node), nil
}

func (s *simulation) inspect(node protocol.NodeID) []string {
	var peers []explain.Peer
	s.net.Connections(node, func(peer protocol.NodeID, up bool) { peers = append(peers, explain.Peer{Node: peer, Up: up}) })
	return explain.Inspect(s.explained(s.homeOf(node).id), node, s.hosts[node], peers)
}

// explained shows a subnet to who explains.
func (s *simulation) explained(id protocol.SubnetID) *explain.Subnet {
	out := &explain.Subnet{Name: s.config.Subnets[id].Name, Now: protocol.Time(max(s.loop.Now(), 0))}
	for _, n := range s.subnets[id].nodes {
		x := explain.Node{ID: n, Trouble: s.trouble(n)}
		switch m := variant.Inner(s.hosts[n].Machine()).(type) {
		case *replica.Replica:
			x.Replica = m
		case *adversary.Corrupt:
			x.Replica = m.Honest
		}
		if s.coalition.Has(n) {
			x.Corrupt = s.strategiesOf(n)
		}
		out.Nodes = append(out.Nodes, x)
	}
	return out
}

func (s *simulation) strategiesOf(n protocol.NodeID) string {
	var names []string
	for _, a := range s.config.Attackers {
		if a.Node == n {
			names = append(names, a.Strategies...)
		}
	}
	return strings.Join(names, ", ")
}

// trouble says what keeps a node from taking part, as far as faults do.
func (s *simulation) trouble(n protocol.NodeID) string {
	var all []string
	switch h := s.hosts[n]; {
	case h.Machine() == nil:
		all = append(all, "down"+s.since(n, fault.Stop))
	case !h.Running():
		all = append(all, "paused"+s.since(n, fault.Halt))
	}
	if s.forgets(n, protocol.Time(s.loop.Now())) {
		all = append(all, "its disk does not keep what it should")
	}
	for i := range s.inForce {
		a := &s.inForce[i]
		if a.Node == n && len(a.From) == 0 || slices.Contains(a.From, n) || slices.Contains(a.To, n) {
			all = append(all, fmt.Sprintf("since %.3f s %s", seconds(a.At), a))
		}
	}
	return strings.Join(all, "; ")
}

// since tells when a fault has last hit a node.
func (s *simulation) since(n protocol.NodeID, kind fault.Kind) string {
	now, found := protocol.Time(s.loop.Now()), protocol.Time(-1)
	for i := range s.faults {
		if a := &s.faults[i]; a.Kind == kind && a.Node == n && a.At <= now {
			found = max(found, a.At)
		}
	}
	if found < 0 {
		return ""
	}
	return fmt.Sprintf(" since %.3f s", seconds(found))
}

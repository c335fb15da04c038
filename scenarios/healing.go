package scenarios

import (
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
)

// defaultWithin is how long a core may take: to reconnect, fetch a state, outlast block makers that are broken, and fetch what it lacks in
// eight attempts or more, each of which may ask one of the f that do not answer.
const defaultWithin = 10 * time.Minute

func (p *parser) healing(o *object) {
	n := o.take("healing")
	if n == nil {
		return
	}
	h, f := &p.spec.Healing, p.object(n, "healing")
	known := len(p.problems)
	h.At = required(f, "at", spans(1, maxDuration))
	h.Within = optional(f, "within", spans(time.Millisecond, maxDuration), defaultWithin)
	h.Core = p.nodes(f, "core")
	f.done()
	if f.broken || known != len(p.problems) {
		return
	}
	if h.At >= p.last {
		f.fail("at", "the run ends at %s; want a healing before", printDuration(p.last))
	}
	p.suffices(f, h)
	for _, a := range p.spec.Attackers {
		for _, n := range a.Nodes.Nodes {
			if slices.Contains(h.Core.Nodes, n) {
				f.fail("core", "%s is an attacker, who does not heal; name others", p.spec.NodeName(n))
			}
		}
	}
	for i := range p.spec.Faults {
		if fault := &p.spec.Faults[i]; fault.end() > h.At {
			if who := p.spec.stillHits(fault, h.Core.Nodes); who != "" {
				p.fail(fault.line, "this %s is not over when the core heals at %s, and hits %s", fault.Kind, printDuration(h.At), who)
			}
		}
	}
}

// suffices reports subnets that the core leaves without a quorum.
func (p *parser) suffices(f *object, h *Healing) {
	for i := range p.spec.Subnets {
		s := &p.spec.Subnets[i]
		in := 0
		for _, n := range h.Core.Nodes {
			if n >= s.first && n < s.first+protocol.NodeID(s.Nodes) {
				in++
			}
		}
		if need := s.Nodes - protocol.FaultsTolerated(s.Nodes); in < need && !s.Created {
			f.fail("core", "the core has %d nodes of %s, which needs %d of its %d to go on", in, s.Name, need, s.Nodes)
		}
	}
}

// stillHits says whom of a core a fault concerns, beyond what lies between it and others; "" for nobody.
func (s *Spec) stillHits(f *Fault, core []protocol.NodeID) string {
	within := func(nodes []protocol.NodeID) []protocol.NodeID {
		return slices.DeleteFunc(slices.Clone(nodes), func(n protocol.NodeID) bool { return !slices.Contains(core, n) })
	}
	pair := func(a, b []protocol.NodeID) string {
		if a, b = within(a), within(b); len(a) == 0 || len(b) == 0 {
			return ""
		}
		return fmt.Sprintf("%s and %s", s.NodeNames(a), s.NodeNames(b))
	}
	if len(f.Nodes.Parts) > 0 {
		return f.Nodes.String() // whoever that is
	}
	switch f.Kind {
	case "clock_jump":
		return ""
	case "partition":
		for i := range f.Groups {
			for _, other := range f.Groups[i+1:] {
				if who := pair(f.Groups[i].Nodes, other.Nodes); who != "" {
					return who
				}
			}
		}
		return ""
	case "cut":
		c := s.cutOff(f, f.Nodes.Nodes, f.At, f.For)
		return pair(c.Groups[0], c.Groups[1])
	case "link":
		return pair(f.Nodes.Nodes, f.To.Nodes)
	}
	return s.NodeNames(within(f.Nodes.Nodes))
}

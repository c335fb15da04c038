package boundary

import (
	"slices"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/health"
	"icsim/sim/rng"
)

const maxTries = 3

// A Config is what a boundary node finds.
type Config struct {
	Registry func() *protocol.RegistrySnapshot
	Healthy  func(protocol.NodeID) bool // nil: all are, but for those that fail to answer
	Random   rng.Source                 // its own
	Answer   func(Answer)
}

// A Node is the boundary node. Build it with New.
type Node struct {
	cfg     Config
	random  rng.Stream
	serial  uint64
	waiting []*attempt // in the order they were made
	watch   *health.Watch
}

// An attempt is a request at a node.
type attempt struct {
	request *Request
	serial  uint64
	node    protocol.NodeID
	tried   []protocol.NodeID
	until   protocol.Time // on the monotonic clock
}

// New makes a boundary node with nothing to do.
func New(c Config) *Node {
	return &Node{cfg: c, random: c.Random.Stream(), watch: health.NewWatch()}
}

// Step takes requests from outside and replies from nodes. All lanes do the same work: replies come in the lane of their kind.
func (b *Node) Step(in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *Request:
			b.send(&attempt{request: m}, in.Instant, out)
		case *protocol.StatusReply:
			b.watch.Answered(in.Arrivals[i].From, m)
		case *protocol.CallReply:
			b.replied(m.Serial, Answer{Call: m, Refusal: m.Refusal}, in.Instant, out)
		case *protocol.QueryReply:
			b.replied(m.Serial, Answer{Query: m, Refusal: m.Refusal}, in.Instant, out)
		case *protocol.ReadReply:
			b.replied(m.Serial, Answer{Read: m, Refusal: m.Refusal}, in.Instant, out)
		}
	}
	if in.Lane == protocol.LaneIngress {
		b.lose(in.Instant, out)
		b.watch.Step(in.Instant, b.members, out)
		out.Wake = b.watch.Next()
		for _, a := range b.waiting {
			out.Wake = min(out.Wake, a.until)
		}
	}
}

// send gives a request to a node.
func (b *Node) send(a *attempt, now protocol.Time, out *protocol.Outputs) {
	subnet, refusal := a.request.route(b.cfg.Registry())
	if subnet == nil {
		b.refuse(a, statusNotFound, refusal)
		return
	}
	a.node = b.choose(subnet.Members, a.tried)
	a.tried = append(a.tried, a.node)
	b.serial++
	a.serial, a.until = b.serial, now.Add(a.request.patience())
	b.waiting = append(b.waiting, a)
	out.Send([]protocol.NodeID{a.node}, a.request.message(a.serial))
}

// route finds the subnet that a request is for.
func (r *Request) route(registry *protocol.RegistrySnapshot) (subnet *protocol.SubnetRecord, refusal string) {
	if r.Subnet != (principal.ID{}) {
		i := slices.IndexFunc(registry.Subnets, func(s *protocol.SubnetRecord) bool { return s.Principal == r.Subnet })
		if i < 0 {
			return nil, refusalNoSubnet
		}
		return registry.Subnets[i], ""
	}
	if r.effective() == protocol.ManagementCanister {
		i := slices.IndexFunc(registry.Subnets, func(s *protocol.SubnetRecord) bool { return s.Type != protocol.SystemSubnet })
		return registry.Subnets[max(i, 0)], ""
	}
	id, ok := registry.Routing.Route(r.effective())
	if !ok {
		return nil, refusalNoCanister
	}
	return registry.Subnet(id), ""
}

// choose draws a node: of those that are fit, or of all if none is known to be, one that has not been tried if there is any.
func (b *Node) choose(members, tried []protocol.NodeID) protocol.NodeID {
	fit := b.watch.Fit(members)
	if len(fit) == 0 {
		fit = members
	}
	fresh := slices.DeleteFunc(slices.Clone(fit), func(n protocol.NodeID) bool { return slices.Contains(tried, n) })
	if len(fresh) == 0 {
		fresh = fit
	}
	return fresh[b.random.Next().IntN(len(fresh))]
}

// replied takes a node's answer. One that says that the node cannot answer now is as good as none.
func (b *Node) replied(serial uint64, answer Answer, now protocol.Time, out *protocol.Outputs) {
	i := slices.IndexFunc(b.waiting, func(a *attempt) bool { return a.serial == serial })
	if i < 0 {
		return // too late: another node has been asked
	}
	a := b.waiting[i]
	b.waiting = slices.Delete(b.waiting, i, i+1)
	if answer.Refusal.Status == statusUnavailable && len(a.tried) < maxTries {
		b.send(a, now, out)
		out.Local(&protocol.Poke{At: protocol.LaneIngress, Reason: "another node is asked"}) // the lane that keeps the time
		return
	}
	answer.Ticket = a.request.Ticket
	b.cfg.Answer(answer)
}

// lose gives up on nodes that did not answer in time.
func (b *Node) lose(now protocol.Time, out *protocol.Outputs) {
	var late []*attempt
	b.waiting = slices.DeleteFunc(b.waiting, func(a *attempt) bool {
		if a.until > now {
			return false
		}
		late = append(late, a)
		return true
	})
	for _, a := range late {
		if len(a.tried) < maxTries {
			b.send(a, now, out)
		} else {
			b.refuse(a, statusTimeout, refusalNoAnswer)
		}
	}
}

func (b *Node) refuse(a *attempt, status int, text string) {
	b.cfg.Answer(Answer{Ticket: a.request.Ticket, Refusal: protocol.Refusal{Status: status, Text: text}})
}

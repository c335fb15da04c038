package sim

import (
	"fmt"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/outcalls"
)

// An OutcallAnswer is what somebody outside answers to an open outcall, in place of a server (Config.Told).
type OutcallAnswer struct {
	Subnet protocol.SubnetID
	ID     protocol.OutcallID
	Parts  []OutcallPart // to the node at i of the subnet the one at i, modulo how many there are
}

// An OutcallPart is a server's answer to one node: a response, or a reject if its code is set.
type OutcallPart struct {
	Response protocol.HTTPResponse
	Reject   protocol.Reject
}

func (a *OutcallAnswer) String() string {
	content := crypto.Sum("outcall answer", fmt.Appendf(nil, "%v", a.Parts))
	return fmt.Sprintf("outcall %d of subnet %s is answered: %x", a.ID, a.Subnet, content[:8])
}

// askAgain is how often a node looks for an answer from outside.
const askAgain = 20 * time.Millisecond

// told is the adapter of nodes whose outcalls are answered from outside.
type told struct {
	subnet   func(protocol.NodeID) protocol.SubnetID
	position []int // of a node in its subnet
	answers  map[outcallKey]*OutcallAnswer
}

type outcallKey struct {
	subnet protocol.SubnetID
	id     protocol.OutcallID
}

func (s *simulation) newTold() *told {
	of := func(n protocol.NodeID) protocol.SubnetID { return s.subnetOf(n).id }
	return &told{answers: map[outcallKey]*OutcallAnswer{}, subnet: of, position: s.newServers().position}
}

// take keeps an answer for the nodes that look for it.
func (t *told) take(a *OutcallAnswer) { t.answers[outcallKey{a.Subnet, a.ID}] = a }

// Fetch implements outcalls.Adapter.
func (t *told) Fetch(node protocol.NodeID, c *protocol.OutcallContext) outcalls.Answer {
	a := t.answers[outcallKey{t.subnet(node), c.ID}]
	if a == nil {
		return outcalls.Answer{Later: true, After: askAgain}
	}
	part := &a.Parts[t.position[node]%len(a.Parts)]
	return outcalls.Answer{Response: &part.Response, Reject: part.Reject}
}

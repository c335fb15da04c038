package boundary

import (
	"testing"

	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/protocol/protocoltest"
	"icsim/sim/rng"
)

// The boundary node is a machine, whatever nodes reply.
func TestBoundaryNodeIsAMachine(t *testing.T) {
	var inputs []protocol.Input
	for i := range uint64(12) {
		at := protocol.Time(i * 2e9)
		content := protocol.IngressContent{Canister: 150, Expiry: at + 60e9, Nonce: []byte{byte(i)}}
		read := protocol.NewSignedRead(protocol.ReadContent{Paths: []hashtree.Path{{"time"}}}, 0, protocol.Authentication{})
		request := []*Request{
			{Ticket: i, Call: &protocol.CallRequest{Ingress: protocol.NewSignedIngress(content, 0, protocol.Authentication{}), Effective: 150}},
			{Ticket: i, Query: &protocol.QueryRequest{Query: protocol.NewSignedQuery(content, 0, protocol.Authentication{}), Effective: 7}},
			{Ticket: i, Read: &protocol.ReadRequest{Read: read, Effective: 500}},
		}[i%3]
		inputs = append(inputs, protocol.Input{
			Lane: protocol.LaneIngress, Now: at, Instant: at, Arrivals: []protocol.Arrival{{From: protocol.NoNode, Msg: request}},
		})
	}
	protocoltest.TestMachine(t, func() protocol.Machine {
		return New(Config{Registry: registry, Random: rng.Root(1), Answer: func(Answer) {}})
	}, inputs...)
}

package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/boundary"
	"icsim/sim/fault"
	"icsim/sim/workload"
)

// query asks the counter, and gives the node that answered and the time of the state that it did so from.
func (x *Session) query(t *testing.T, ticket uint64) (node principal.ID, at time.Duration) {
	content := protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: FirstCanister(0), Method: "get", Arg: []byte(nothing), Nonce: []byte{byte(ticket)},
		Expiry: protocol.Time(x.Clock()-x.s.config.Genesis) + protocol.IngressTTL,
	}
	q := protocol.NewSignedQuery(content, x.s.config.Genesis, protocol.Authentication{})
	_, err := x.Put(Input{Request: &boundary.Request{Ticket: ticket, Query: &protocol.QueryRequest{Query: q, Effective: FirstCanister(0)}}})
	require.NoError(t, err)
	for range 40 {
		x.Step(time.Second)
		for _, a := range x.Answers() {
			require.Zero(t, a.Refusal)
			return a.Query.Node, time.Duration(a.Query.Timestamp - x.s.config.Genesis)
		}
	}
	t.Fatal("no answer")
	panic("unreachable")
}

// A node that is cut off from its peers, and not from the boundary node, goes on to answer from an older and older state: the boundary
// node does not know it before the node lags by 50 heights, and asks it no more from the next probe on. When it has caught up it is
// asked again.
func TestBoundaryLeavesLaggingNodesOut(t *testing.T) {
	c := *counting(t, 0, workload.Config{})
	c.Clients = nil
	x, err := Open(&c)
	require.NoError(t, err)
	x.Advance(10 * time.Second)
	lagging := x.Registry().Node(0).Principal
	ticket := uint64(0)
	ask := func(times int) (answers int, oldest time.Duration) {
		for range times {
			ticket++
			before := x.Now()
			node, at := x.query(t, ticket)
			if node == lagging {
				answers++
				oldest = max(oldest, before-at)
			}
		}
		return answers, oldest
	}
	answers, age := ask(40)
	require.Greater(t, answers, 3, "a node like the others")
	require.Less(t, age, 5*time.Second)

	cut := func(kind fault.Kind) {
		one, others := []protocol.NodeID{0}, []protocol.NodeID{1, 2, 3}
		for _, a := range []fault.Action{{Kind: kind, From: one, To: others}, {Kind: kind, From: others, To: one}} {
			_, err := x.Put(Input{Fault: &a})
			require.NoError(t, err)
		}
	}
	cut(fault.Cut)
	height := x.Finalized(0)
	x.Advance(10 * time.Second)
	require.Less(t, x.Finalized(0), height+50, "too fast for this test")
	answers, age = ask(40)
	require.Greater(t, answers, 3, "no probe has shown that it lags")
	require.Greater(t, age, 5*time.Second)

	for x.Finalized(0) < height+60 {
		x.Advance(time.Second)
	}
	x.Advance(2 * time.Second)
	answers, _ = ask(60)
	require.Zero(t, answers)

	cut(fault.Heal)
	answers, _ = ask(5)
	require.Zero(t, answers, "it has not caught up yet")
	x.Advance(60 * time.Second)
	answers, age = ask(40)
	require.Greater(t, answers, 3)
	require.Less(t, age, 5*time.Second)
	_, err = x.Close()
	require.NoError(t, err)
}

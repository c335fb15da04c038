package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/boundary"
	"icsim/sim/fault"
	"icsim/sim/machine"
)

// ask puts a read of the time and waits for its answer.
func (x *Session) ask(t *testing.T, ticket uint64, put func(Input)) boundary.Answer {
	read := protocol.NewSignedRead(protocol.ReadContent{
		Sender: principal.Anonymous(), Expiry: protocol.Time(x.Clock()-x.s.config.Genesis) + protocol.IngressTTL,
	}, x.s.config.Genesis, protocol.Authentication{})
	put(Input{Request: &boundary.Request{Ticket: ticket, Read: &protocol.ReadRequest{Read: read, Effective: 7}}})
	for range 100 {
		x.Step(time.Second)
		if answers := x.Answers(); len(answers) > 0 {
			require.Len(t, answers, 1)
			require.Equal(t, ticket, answers[0].Ticket)
			return answers[0]
		}
	}
	t.Fatal("no answer")
	panic("unreachable")
}

// What a session did is what its inputs do in a run: the same digest.
func TestSessionReplays(t *testing.T) {
	c := *small(4, 0)
	x, err := Open(&c)
	require.NoError(t, err)
	var inputs []Input
	put := func(in Input) {
		in, err := x.Put(in)
		require.NoError(t, err)
		inputs = append(inputs, in)
	}
	x.Advance(3 * time.Second)
	for ticket := range uint64(5) {
		answer := x.ask(t, ticket, put)
		require.NotEmpty(t, answer.Read.Certificate)
	}
	put(Input{Clocks: &Clocks{By: time.Minute, Pace: machine.Steady / 100}})
	before := x.Clock()
	x.Advance(10 * time.Second)
	require.Equal(t, before+uint64(100*time.Millisecond), x.Clock())
	x.ask(t, 6, put)
	put(Input{Fault: &fault.Action{Kind: fault.Halt, Node: 1}})
	x.ask(t, 7, put)
	lasted := x.Now()
	live, err := x.Close()
	require.NoError(t, err)
	for _, v := range live.Violations {
		require.Equal(t, "catch-up", v.Check, "node 1 stands still, and nothing else is amiss")
	}

	c.Duration, c.Inputs, c.Boundary = lasted, inputs, true
	again, err := Run(&c, nil)
	require.NoError(t, err)
	require.Equal(t, live.Digest, again.Digest)
	require.Equal(t, live.Events, again.Events)
}

// A request to nowhere is refused by the boundary node; nodes that fail are left alone.
func TestBoundaryFindsTheWay(t *testing.T) {
	c := *small(4, 0)
	x, err := Open(&c)
	require.NoError(t, err)
	x.Advance(3 * time.Second)
	x.Put(Input{Request: &boundary.Request{Ticket: 1, Query: &protocol.QueryRequest{
		Query: protocol.NewSignedQuery(protocol.IngressContent{}, 0, protocol.Authentication{}), Effective: 1 << 40,
	}}})
	require.Equal(t, 400, x.Answers()[0].Refusal.Status)
	x.Put(Input{Fault: &fault.Action{Kind: fault.Stop, Node: 0}})
	slow := 0
	for ticket := range uint64(40) {
		before := x.Now()
		x.ask(t, ticket, func(in Input) { _, _ = x.Put(in) })
		if x.Now()-before > time.Second {
			slow++
		}
	}
	require.LessOrEqual(t, slow, 1, "once is enough to know that a node is down")
}

package replica_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/replica"
	"icsim/protocol/replica/replicatest"
)

// calling is canisters with open outcalls, which an executor gives to each state that it makes.
type (
	calling struct {
		*messagingtest.Canisters
		open protocol.Outcalls
	}
	callingExecutor struct {
		messagingtest.Executor
		open protocol.Outcalls
	}
	callingRound struct {
		protocol.Round
		open protocol.Outcalls
	}
)

func (c calling) Outcalls() protocol.Outcalls { return c.open }

func (x *callingExecutor) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	if c, ok := parent.(calling); ok {
		parent = c.Canisters
	}
	return callingRound{x.Executor.Begin(parent, ctx), x.open}
}

func (r callingRound) Commit() (protocol.CanisterState, *protocol.RoundOutcome) {
	s, outcome := r.Round.Commit()
	return calling{s.(*messagingtest.Canisters), r.open}, outcome
}

// The outcall lane is not woken as its node starts, nor by states without calls: only while one is open, and once more when it is
// gone.
func TestOutcallLaneSleeps(t *testing.T) {
	require.True(t, protocol.LaneOutcalls.Sleeps())
	x := &callingExecutor{Executor: messagingtest.Executor{Messages: 10, Queue: 10}}
	w := replicatest.NewWorld(4)
	w.Subnets[0].Processor = &messaging.StateMachine{Executor: x, Limits: messaging.DefaultLimits()}
	n := &node{TB: t, World: w, Replica: replica.New(w.Config(0))}
	request := protocol.NewRequest(&protocol.Request{Sender: to, Receiver: protocol.ManagementCanister, Method: "http_request"})
	call := &protocol.OutcallContext{ID: 0, Call: request, URL: "https://example.com", Node: protocol.NoNode, MaxResponse: 100}
	for _, round := range []struct {
		open   []*protocol.OutcallContext
		wakes  bool
		locals int // that the lane gives to itself when it is woken: requests to servers
	}{
		{nil, false, 0},
		{[]*protocol.OutcallContext{call}, true, 1}, {[]*protocol.OutcallContext{call}, true, 0},
		{nil, true, 0}, {nil, false, 0},
	} {
		x.open = protocol.Outcalls{Open: round.open, Next: protocol.OutcallID(len(round.open))}
		var poke protocol.Message
		for _, l := range n.give(replica.Executed(n.Execute(n.States().Latest()))).Locals {
			if l.Msg.Lane() == protocol.LaneOutcalls {
				poke = l.Msg
			}
		}
		require.Equal(t, round.wakes, poke != nil, "at %d", n.States().LatestHeight())
		if poke == nil {
			continue
		}
		n.give(poke)
		require.Len(t, n.out.Locals, round.locals)
		for _, l := range n.out.Locals {
			require.Equal(t, protocol.LaneOutcalls, l.Msg.Lane())
		}
		require.Equal(t, protocol.Never, n.out.Wake)
	}
}

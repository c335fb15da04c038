package messaging_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// move gives a canister to another subnet, in the registry that batches see from then on.
func move(w *messagingtest.World, c protocol.CanisterID, to protocol.SubnetID) {
	s := w.Registry.Snapshot
	s.Routing = s.Routing.Assign([]protocol.CanisterSpan{{First: c, Last: c}}, to)
}

// trace has the registry say that a canister is moved along some subnets.
func trace(w *messagingtest.World, c protocol.CanisterID, subnets ...protocol.SubnetID) {
	s := w.Registry.Snapshot
	s.Migrations = append(s.Migrations, protocol.CanisterMigration{CanisterSpan: protocol.CanisterSpan{First: c, Last: c}, Trace: subnets})
}

// The outcomes of induction (C; stream_handler.rs, induct_message): a message of subnet 1 comes to subnet 0. In each case some of the
// canisters here, of subnet 0, there, of 1, and third, of 2, have been moved, with a trace or without.
func TestInductionWhileCanistersMigrate(t *testing.T) {
	const (
		accepted  = protocol.Accepted
		migrating = protocol.RejectCanisterMigrating
	)
	_, first := pair(t)
	open := first.Latest().Stream(1).Messages(0)[0].Request.Callback
	cycles := protocol.CyclesOf(10)
	ask := func(from, to protocol.CanisterID) *protocol.CanisterMessage { return request(from, to, 10) }
	answer := func(from, to protocol.CanisterID, deadline protocol.Time, code protocol.RejectCode) *protocol.CanisterMessage {
		return protocol.NewResponse(&protocol.Response{
			Originator: to, Respondent: from, Callback: open, Refund: cycles, Deadline: deadline, Reject: protocol.Reject{Code: code},
		})
	}
	reply := func(from, to protocol.CanisterID) *protocol.CanisterMessage { return answer(from, to, 0, 0) }
	late := protocol.Time(time.Hour)
	for _, c := range []struct {
		name     string
		message  *protocol.CanisterMessage
		registry func(*messagingtest.World)
		want     protocol.RejectReason
		critical string
	}{
		{"a request from the host", ask(there, here), nil, accepted, ""},
		{"a response from the host", reply(there, here), nil, accepted, ""},

		{"a request from where its sender was, moved with a trace", ask(there, here),
			func(w *messagingtest.World) { move(w, there, 2); trace(w, there, 1, 2) }, migrating, ""},
		{"a request from where its sender will be, with a trace", ask(third, here),
			func(w *messagingtest.World) { trace(w, third, 2, 1) }, migrating, ""},
		{"a request from a station between", ask(third, here),
			func(w *messagingtest.World) { move(w, third, 0); trace(w, third, 2, 1, 0) }, migrating, ""},
		{"a request from where its sender was, moved without a trace", ask(there, here),
			func(w *messagingtest.World) { move(w, there, 2) }, migrating, ""},
		{"a request from where its sender never was", ask(third, here), nil, migrating, ""},

		{"a response from where its sender was, moved with a trace", reply(there, here),
			func(w *messagingtest.World) { move(w, there, 2); trace(w, there, 1, 2) }, accepted, ""},
		{"a response from where its sender will be, with a trace", reply(third, here),
			func(w *messagingtest.World) { trace(w, third, 2, 1) }, accepted, ""},
		{"a response, and the trace does not have its subnet", reply(third, here),
			func(w *messagingtest.World) { trace(w, third, 2, 0) }, accepted, messaging.CriticalSenderSubnet},
		{"a response from where its sender was, moved without a trace", reply(there, here),
			func(w *messagingtest.World) { move(w, there, 2) }, accepted, messaging.CriticalSenderSubnet},

		{"a reject from where its receiver was, in another's name", answer(third, here, 0, protocol.SysTransient),
			func(w *messagingtest.World) { trace(w, here, 1, 0) }, accepted, ""},
		{"a reject from where its receiver will be, in another's name", answer(third, here, 0, protocol.SysTransient),
			func(w *messagingtest.World) { trace(w, here, 0, 1) }, accepted, messaging.CriticalSenderSubnet},
		{"a reply from where its receiver was, in another's name", reply(third, here),
			func(w *messagingtest.World) { trace(w, here, 1, 0) }, accepted, messaging.CriticalSenderSubnet},

		{"a request for who was here, moved with a trace", ask(there, here),
			func(w *messagingtest.World) { move(w, here, 2); trace(w, here, 0, 2) }, migrating, ""},
		{"a request for who was here, moved without a trace", ask(there, here),
			func(w *messagingtest.World) { move(w, here, 2) }, migrating, ""},
		{"a response for who was here, moved with a trace", reply(there, here),
			func(w *messagingtest.World) { move(w, here, 2); trace(w, here, 0, 2) }, migrating, ""},
		{"a response for who was here, moved without a trace", reply(there, here),
			func(w *messagingtest.World) { move(w, here, 2) }, migrating, messaging.CriticalReceiverSubnet},
		{"a best-effort response for who was here, moved without a trace", answer(there, here, late, 0),
			func(w *messagingtest.World) { move(w, here, 2) }, migrating, ""},
		{"a response for who was never here", reply(there, third), nil, migrating, messaging.CriticalReceiverSubnet},
	} {
		w, s := pair(t)
		if c.registry != nil {
			c.registry(w)
		}
		before := s.Latest().Cycles()
		r := w.Run(s, w.Batch(s, withSlices(slice(1, protocol.StreamHeader{End: 1}, c.message))))
		require.Equal(t, []protocol.RejectReason{c.want}, r.Summary.Inducted[0].Signals, c.name)
		var critical []string
		if c.critical != "" {
			critical = []string{c.critical}
		}
		require.Equal(t, critical, r.Critical, c.name)
		arrived := protocol.Cycles{}
		if c.want == accepted {
			arrived = cycles
		}
		require.Equal(t, arrived, r.Summary.Arrived, c.name)
		require.Equal(t, before.Add(arrived), s.Latest().Cycles().Add(r.Summary.Burned), c.name)
		if c.critical == messaging.CriticalSenderSubnet {
			require.Equal(t, cycles, r.Summary.Burned, "%s: it is dropped", c.name)
		}
	}
}

// told is an executor that keeps what rounds are told.
type told struct {
	messagingtest.Executor
	*protocol.RoundContext
}

func (x *told) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	x.RoundContext = ctx
	return x.Executor.Begin(parent, ctx)
}

// A canister whose message is in a stream is not ready to be moved: rounds, and queries, are told of whom streams hold messages.
func TestStreamsTellWhoseMessagesTheyHold(t *testing.T) {
	w, s := pair(t)
	x := &told{Executor: messagingtest.Executor{Messages: 9, Queue: 9}}
	m := &messaging.StateMachine{Executor: x, Limits: messaging.DefaultLimits()}
	m.Process(s.Latest(), w.Batch(s, protocol.BatchPayload{}), w.Registry.Snapshot)
	require.True(t, x.Sends(here))
	require.False(t, x.Sends(there))
	require.True(t, s.Manager.Context(s.Latest()).Sends(here))
	m.Process(s.Latest(), w.Batch(s, withSlices(slice(1, protocol.StreamHeader{SignalsEnd: 1}))), w.Registry.Snapshot)
	require.False(t, x.Sends(here), "it has been signalled")
}

// The caller of a rejected request has been moved since: the reject goes to where it lives now, with the cycles.
func TestRejectFollowsItsCaller(t *testing.T) {
	w, s := pair(t)
	move(w, here, 2)
	trace(w, here, 0, 2)
	before := s.Latest().Cycles()
	signal := protocol.StreamHeader{SignalsEnd: 1, Rejects: []protocol.RejectSignal{{Index: 0, Reason: protocol.RejectCanisterMigrating}}}
	r := w.Run(s, w.Batch(s, withSlices(slice(1, signal))))
	require.Empty(t, r.Critical)
	require.EqualValues(t, 1, s.Latest().Stream(2).End())
	back := s.Latest().Stream(2).Messages(0)[0].Response
	require.Equal(t, []any{here, there, protocol.CyclesOf(500), protocol.SysTransient},
		[]any{back.Originator, back.Respondent, back.Refund, back.Reject.Code})
	require.Equal(t, before, s.Latest().Cycles().Add(r.Summary.Burned))
	require.True(t, r.Summary.Departed.IsZero())
}

// Nodes that are at different versions of the registry give one and the same batch different outcomes: the version is the batch's.
func TestRoutingTableIsThatOfTheBatch(t *testing.T) {
	w, s := pair(t)
	in := withSlices(slice(1, protocol.StreamHeader{End: 1}, request(there, here, 10)))
	parent, batch, old := s.Latest(), w.Batch(s, in), *w.Registry.Snapshot
	moved := old
	moved.Version++
	moved.Routing = old.Routing.Assign([]protocol.CanisterSpan{{First: there, Last: there}}, 2)
	require.Equal(t, protocol.Accepted, w.Machine().Process(parent, batch, &old).Summary.Inducted[0].Signals[0])
	batch.RegistryVersion = moved.Version
	require.Equal(t, protocol.RejectCanisterMigrating, w.Machine().Process(parent, batch, &moved).Summary.Inducted[0].Signals[0])
}

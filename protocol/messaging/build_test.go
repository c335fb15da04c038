package messaging_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// An outbox is an executor whose canisters have these messages to send, each in a queue of its own.
type outbox struct {
	messagingtest.Executor
	messages []*protocol.CanisterMessage
	kept     int // not taken
}

func (o *outbox) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	return &outboxRound{o.Executor.Begin(parent, ctx), o}
}

type outboxRound struct {
	protocol.Round
	*outbox
}

func (r *outboxRound) Route(take func(*protocol.CanisterMessage) bool) {
	for _, m := range r.messages {
		if !take(m) {
			r.kept++
		}
	}
}

// route runs a round with an outbox and gives the streams after it. No message carries cycles: the outbox's come from
// nowhere.
func route(
	t *testing.T, types []protocol.SubnetType, limits messaging.Limits, messages ...*protocol.CanisterMessage,
) (*messaging.Result, *outbox) {
	w := messagingtest.NewWorld(messagingtest.Config{Types: types, Canisters: 1, Limits: limits})
	o := &outbox{messages: messages}
	m := &messaging.StateMachine{Executor: o, Limits: limits}
	s := w.Subnets[0]
	r := m.Process(s.Latest(), w.Batch(s, protocol.BatchPayload{}), w.Registry.Snapshot)
	whole := messaging.RebuildTree(r.State, s.Latest().Root(), w.Registry.Snapshot)
	require.Equal(t, whole.Digest(), r.State.Tree().Digest())
	return r, o
}

func application(n int) []protocol.SubnetType { return make([]protocol.SubnetType, n) }

func many(n int, m *protocol.CanisterMessage) []*protocol.CanisterMessage {
	all := make([]*protocol.CanisterMessage, n)
	for i := range all {
		all[i] = m
	}
	return all
}

func TestStreamsTakeNoMoreThanTheirLimits(t *testing.T) {
	m := request(here, there, 0)
	limits := messaging.DefaultLimits()
	limits.StreamMessages = 7
	r, o := route(t, application(2), limits, many(10, m)...)
	require.EqualValues(t, 7, r.State.Stream(1).End())
	require.Equal(t, 3, o.kept)

	limits = messaging.DefaultLimits()
	limits.StreamBytes = 3*m.Size() + 1
	r, _ = route(t, application(2), limits, many(10, m)...)
	require.EqualValues(t, 4, r.State.Stream(1).End(), "the last one may go over")

	limits = messaging.DefaultLimits()
	system := []protocol.SubnetType{protocol.ApplicationSubnet, protocol.SystemSubnet}
	r, _ = route(t, system, limits, many(300, m)...)
	require.EqualValues(t, 200, r.State.Stream(1).End())

	limits.StreamMessages = 1
	r, o = route(t, application(2), limits, many(5, request(here, here, 0))...)
	require.EqualValues(t, 5, r.State.Stream(0).End(), "the loopback stream has no limit")
	require.Zero(t, o.kept)
}

func TestWhatCannotLeaveIsAnswered(t *testing.T) {
	limits := messaging.DefaultLimits()
	limits.Payload = 1000
	long := protocol.NewRequest(&protocol.Request{Sender: here, Receiver: there, Callback: 5, Arg: make([]byte, 1001)})
	r, _ := route(t, application(2), limits, request(here, messagingtest.Nowhere, 0), long)
	require.Nil(t, r.State.Stream(1))
	answers := r.State.Stream(0).Messages(0)
	require.Len(t, answers, 2)
	require.Equal(t, protocol.DestinationInvalid, answers[0].Response.Reject.Code)
	require.Equal(t, messagingtest.Nowhere, answers[0].Response.Respondent)
	require.Equal(t, protocol.CanisterError, answers[1].Response.Reject.Code)
	require.EqualValues(t, 5, answers[1].Response.Callback)
	require.Contains(t, answers[1].Response.Reject.Message, "1001 exceeding the limit 1000")

	local := protocol.NewRequest(&protocol.Request{Sender: here, Receiver: here, Arg: make([]byte, 1001)})
	r, _ = route(t, application(2), limits, local)
	require.Same(t, local, r.State.Stream(0).Messages(0)[0], "the limit is for what leaves the subnet")
}

// TestLoopbackIsConsumedAtOnce: a message for the own subnet is inducted in the next round, or its sender answered.
func TestLoopbackIsConsumedAtOnce(t *testing.T) {
	w, s := pair(t)
	missing := messagingtest.CanisterOf(0, 9)
	ask := protocol.NewRequest(&protocol.Request{Sender: here, Receiver: missing, Callback: 2, Arg: messagingtest.Argument(1, nil)})
	m := &messaging.StateMachine{Executor: &outbox{messages: many(1, ask)}, Limits: messaging.DefaultLimits()}
	queued := m.Process(s.Latest(), w.Batch(s, protocol.BatchPayload{}), w.Registry.Snapshot).State
	require.EqualValues(t, 1, queued.Stream(0).End())

	b := w.Batch(s, protocol.BatchPayload{})
	b.Height, b.Time = b.Height+1, b.Time+1
	idle := &messaging.StateMachine{Executor: &messagingtest.Executor{}, Limits: messaging.DefaultLimits()}
	r := idle.Process(queued, b, w.Registry.Snapshot)
	loopback := r.State.Stream(0)
	require.Equal(t, loopback.Begin(), loopback.End())
	require.Empty(t, loopback.Header().Rejects)
	require.Empty(t, r.Critical)
	require.Equal(t, 1, r.State.Canisters().(*messagingtest.Canisters).Waiting(), "the reject response")
}

func TestLongResponsesAreShortened(t *testing.T) {
	limits := messaging.DefaultLimits()
	limits.Payload = 10_000
	reply := protocol.NewResponse(&protocol.Response{Originator: there, Respondent: here, Callback: 1, Reply: make([]byte, 10_001)})
	reject := protocol.NewResponse(&protocol.Response{Originator: there, Respondent: here, Callback: 2,
		Reject: protocol.Reject{Code: protocol.CanisterReject, Message: strings.Repeat("x", 10_001)}})
	r, _ := route(t, application(2), limits, reply, reject)
	sent := r.State.Stream(1).Messages(0)
	require.Equal(t, protocol.CanisterError, sent[0].Response.Reject.Code)
	require.Empty(t, sent[0].Response.Reply)
	require.Equal(t, protocol.CanisterReject, sent[1].Response.Reject.Code)
	require.Len(t, sent[1].Response.Reject.Message, 8<<10)
	require.Len(t, r.Critical, 2)
}

func TestResponsesToNowhereAreDropped(t *testing.T) {
	lost := protocol.NewResponse(&protocol.Response{Originator: messagingtest.Nowhere, Respondent: here})
	r, _ := route(t, application(2), messaging.DefaultLimits(), lost)
	require.Equal(t, []string{messaging.CriticalResponseNoRoute}, r.Critical)
	require.Nil(t, r.State.Stream(0))
}

// TestSiblingsShareNothing: two rounds on one parent append to the same stream without seeing each other.
func TestSiblingsShareNothing(t *testing.T) {
	w, s := pair(t)
	process := func(parent *messaging.State, messages ...*protocol.CanisterMessage) *messaging.State {
		m := &messaging.StateMachine{Executor: &outbox{messages: messages}, Limits: messaging.DefaultLimits()}
		b := w.Batch(s, protocol.BatchPayload{})
		b.Height = parent.Height() + 1
		b.Time = parent.Time() + 1
		return m.Process(parent, b, w.Registry.Snapshot).State
	}
	other := protocol.NewRequest(&protocol.Request{Sender: here, Receiver: there, Callback: 99})
	parent := process(s.Latest(), many(4, request(here, there, 0))...) // five: the array has room
	left, right := process(parent, request(here, there, 0)), process(parent, other)
	require.EqualValues(t, 7, left.Stream(1).Messages(5)[0].Request.Callback)
	require.EqualValues(t, 99, right.Stream(1).Messages(5)[0].Request.Callback)
	require.EqualValues(t, 5, parent.Stream(1).End())
}

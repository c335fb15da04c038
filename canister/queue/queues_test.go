package queue

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

const self protocol.CanisterID = 100

var serial protocol.CallbackID

func request(from, to protocol.CanisterID) *protocol.CanisterMessage {
	serial++
	return protocol.NewRequest(&protocol.Request{Sender: from, Receiver: to, Callback: serial})
}

func answer(m *protocol.CanisterMessage) *protocol.CanisterMessage {
	return m.Request.RejectTo(protocol.Reject{})
}

func fresh() *Queues {
	q := (&Queues{}).Fork(new(Owner))
	return &q
}

// reference/protocol.md C: 500 requests, and with the slots kept for responses 500 calls open in a direction.
func TestRequestsKeepSlotsForResponses(t *testing.T) {
	q := fresh()
	var sent []*protocol.CanisterMessage
	for range Capacity {
		require.Positive(t, q.Room(1))
		sent = append(sent, request(self, 1))
		q.PushRequest(sent[len(sent)-1], protocol.Never)
	}
	require.Zero(t, q.Room(1))
	require.Equal(t, Capacity, q.Room(2), "another peer has queues of its own")
	for range Capacity {
		q.PopOutput(1)
	}
	require.Zero(t, q.Room(1), "calls in flight keep their slots")
	q.DeliverResponse(answer(sent[0]), true)
	require.Zero(t, q.Room(1), "a response that waits has the slot")
	m, _ := q.PopInput()
	require.NotNil(t, m.Response)
	require.Equal(t, 1, q.Room(1))
	require.Panics(t, func() {
		q := fresh()
		q.DeliverResponse(answer(request(self, 1)), true)
	}, "no slot was kept")
}

func TestTakingRequestsKeepsSlots(t *testing.T) {
	q := fresh()
	for range Capacity {
		require.Positive(t, q.OfferRoom(1))
		q.OfferRequest(request(1, self), false, protocol.Never)
	}
	require.Zero(t, q.OfferRoom(1))
	m, _ := q.PopInput()
	require.Zero(t, q.OfferRoom(1), "the call is open")
	q.PushResponse(answer(m), protocol.Never)
	require.Zero(t, q.OfferRoom(1), "the response waits")
	q.PopOutput(1)
	require.Equal(t, 1, q.OfferRoom(1))
}

// Local senders, ingress and remote senders take turns; so do the senders of a kind; one sender's order stays.
func TestInputTakesTurns(t *testing.T) {
	q := fresh()
	for range 3 {
		q.OfferRequest(request(1, self), false, protocol.Never)
		q.OfferRequest(request(2, self), true, protocol.Never)
		q.PushIngress(&protocol.SignedIngress{})
	}
	q.OfferRequest(request(3, self), false, protocol.Never)
	var order []protocol.CanisterID
	last := map[protocol.CanisterID]protocol.CallbackID{}
	for q.Inputs() > 0 {
		m, user := q.PopInput()
		if user != nil {
			order = append(order, 0)
			continue
		}
		order = append(order, m.From())
		require.Greater(t, m.Request.Callback, last[m.From()])
		last[m.From()] = m.Request.Callback
	}
	require.Equal(t, []protocol.CanisterID{1, 0, 2, 3, 0, 2, 1, 0, 2, 1}, order)
}

func TestExpire(t *testing.T) {
	q := fresh()
	q.OfferRequest(request(1, self), false, 10)
	q.OfferRequest(request(1, self), false, protocol.Never)
	q.PushRequest(request(self, 2), 20)
	q.PushIngress(&protocol.SignedIngress{Content: protocol.IngressContent{Expiry: 15}})
	require.Equal(t, protocol.Time(10), q.Summarize().Expires)
	require.Empty(t, q.Expire(10), "a deadline is the last moment")
	gone := q.Expire(11)
	require.Len(t, gone.Inputs, 1)
	require.Equal(t, Capacity-1, q.OfferRoom(1), "its slot is free again")
	gone = q.Expire(100)
	require.Len(t, gone.Ingress, 1)
	require.Len(t, gone.Outputs, 1)
	require.Equal(t, Capacity-1, q.Room(2), "the slot waits for the reject")
	require.Equal(t, 1, q.Inputs())
	require.Zero(t, q.Outputs())
	require.Equal(t, protocol.Never, q.Summarize().Expires)
}

// A fork changes nothing in what it came from, and counts agree with contents after any operations.
func TestForksAreApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := fresh()
		var open []*protocol.CanisterMessage // taken, not answered
		for range rapid.IntRange(1, 60).Draw(t, "ops") {
			before := q.AppendTo(nil)
			old := *q
			fork := q.Fork(new(Owner))
			open = step(t, &fork, open)
			require.Equal(t, before, old.AppendTo(nil), "the fork reached through")
			q = &fork
			audit(t, q)
		}
	})
}

func step(t *rapid.T, q *Queues, open []*protocol.CanisterMessage) []*protocol.CanisterMessage {
	peer := protocol.CanisterID(rapid.IntRange(1, 3).Draw(t, "peer"))
	expires := protocol.Time(rapid.IntRange(1, 50).Draw(t, "expires"))
	switch rapid.IntRange(0, 6).Draw(t, "op") {
	case 0:
		q.OfferRequest(request(peer, self), peer == 3, expires)
	case 1:
		q.PushRequest(request(self, peer), expires)
	case 2:
		if m, _ := q.PopInput(); m != nil && m.Request != nil {
			return append(open, m)
		}
	case 3:
		if len(open) > 0 {
			q.PushResponse(answer(open[0]), expires)
			return open[1:]
		}
	case 4:
		if m := q.FrontOutput(peer); m != nil {
			q.PopOutput(peer)
			if m.Request != nil {
				q.DeliverResponse(answer(m), peer == 3)
			}
		}
	case 5:
		q.PushIngress(&protocol.SignedIngress{Content: protocol.IngressContent{Expiry: expires}})
	case 6:
		q.Expire(expires)
	}
	return open
}

// audit recounts.
func audit(t *rapid.T, q *Queues) {
	inputs, outputs := q.ingress.len(), 0
	for _, p := range q.pairs {
		inputs, outputs = inputs+p.in.len(), outputs+p.out.len()
		require.False(t, p.empty(), "an empty pair is kept")
		scheduled := 0
		for s := range q.senders {
			for _, peer := range q.senders[s] {
				if peer == p.peer {
					scheduled++
				}
			}
		}
		require.Equal(t, p.in.len() > 0, scheduled == 1, "a peer is scheduled once if it has input")
		for _, l := range []*lane{&p.in, &p.out} {
			requests := 0
			for _, i := range l.list() {
				if i.Message.Request != nil {
					requests++
				}
			}
			require.Equal(t, requests, l.requests)
			require.Equal(t, l.len()-requests, l.responses)
			require.GreaterOrEqual(t, l.reserved, 0)
		}
	}
	require.Equal(t, inputs, q.Inputs())
	require.Equal(t, outputs, q.Outputs())
	require.True(t, slices.IsSortedFunc(q.pairs, func(a, b *pair) int { return int(a.peer) - int(b.peer) }))
}

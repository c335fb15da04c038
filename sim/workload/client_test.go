package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/der"
	"icsim/protocol"
)

// Calls of an open client go out in time, whatever comes back; those of a closed one in order, each after the answer before.
func TestCallsGoOutInTimeOrInOrder(t *testing.T) {
	open := started(Config{Call: update("inc"), Start: 2 * time.Second, Every: time.Second, Stop: 5 * time.Second})
	require.Empty(t, open.to(2*time.Second-1))
	for at := 2 * time.Second; at < 5*time.Second; at += time.Second {
		require.Len(t, open.to(at), 1, "%s", at)
	}
	require.Empty(t, open.to(5*time.Second), "no call at or after Stop")
	require.Equal(t, 3, open.Outcomes()[0].Made)

	limited := started(Config{Call: update("inc"), Every: time.Second, Stop: time.Minute, Count: 2})
	limited.to(9 * time.Second)
	require.Equal(t, 2, limited.Outcomes()[0].Made)

	second := update("second")
	second.Wait = 2 * time.Second
	bursts := started(Config{Call: update("inc"), Start: time.Second, Every: time.Second, Stop: time.Minute, Burst: 3, Count: 5})
	require.Len(t, bursts.to(time.Second), 3, "all of a burst at once")
	require.Len(t, bursts.to(10*time.Second), 2, "and no more than there are to be")

	closed := started(Config{Sequence: []Call{update("first"), second}, Start: time.Second, Stop: time.Minute})
	first := closed.to(time.Second)
	require.Len(t, first, 1)
	require.Empty(t, closed.to(4*time.Second), "it waits for the answer")
	closed.give(closed.honest(first[0]))
	require.Empty(t, closed.to(6*time.Second-1), "and so long after it")
	next := closed.to(6 * time.Second)
	require.Len(t, next, 1)
	require.Equal(t, "second", next[0].(*protocol.CallRequest).Ingress.Content.Method)
	closed.give(closed.honest(next[0]))
	require.Empty(t, closed.to(50*time.Second), "it is made once")
}

// A poll is signed by the sender of the call, whoever that is: nobody else may see its status (interface.md D.5).
func TestPollsAreSignedByTheSender(t *testing.T) {
	for as, sender := range map[User]int{0: 1, 2: 2, Anonymous: 0} {
		c := update("inc")
		c.As = as
		u := started(Config{Sequence: []Call{c}, Stop: time.Minute})
		m := u.sent[0].(*protocol.CallRequest)
		u.give(&protocol.CallReply{ID: m.Ingress.MessageID}) // an acknowledgement
		asked := u.to(pollEvery)
		require.Len(t, asked, 1)
		read := asked[0].(*protocol.ReadRequest).Read
		require.Equal(t, m.Ingress.MessageID, polled(asked[0].(*protocol.ReadRequest)))
		require.Equal(t, m.Ingress.Content.Sender, read.Content.Sender)
		if sender == 0 {
			require.True(t, read.Content.Sender.IsAnonymous() && read.Auth.IsZero())
			continue
		}
		who := u.Users[sender-1]
		require.Equal(t, who.Sender, read.Content.Sender)
		require.Equal(t, der.WrapEd25519(who.Public), read.Auth.PublicKey)
		id := read.Content.RequestID(genesis)
		require.Equal(t, string(read.Auth.Signature), string(sign(u, who, id)))
	}
}

func sign(u *user, who Identity, id protocol.MessageID) []byte {
	sig := u.scheme.SignBasic(who.Secret, protocol.IngressSignable(id))
	return sig[:]
}

// What does not prove the outcome ends no call: forged certificates, old ones, those about another call or of an open one.
func TestForgedAnswersAreNotBelieved(t *testing.T) {
	for name, spoil := range map[string]func(u *user, id protocol.MessageID) *protocol.CallReply{
		"forged": func(u *user, id protocol.MessageID) *protocol.CallReply {
			return &protocol.CallReply{ID: id, Certificate: forged(u.certificate(id, "replied", u.host.Now()))}
		},
		"no certificate": func(_ *user, id protocol.MessageID) *protocol.CallReply {
			return &protocol.CallReply{ID: id, Certificate: []byte("replied")}
		},
		"old": func(u *user, id protocol.MessageID) *protocol.CallReply {
			return &protocol.CallReply{ID: id, Certificate: u.certificate(id, "replied", u.host.Now().Add(-freshness-1))}
		},
		"of the future": func(u *user, id protocol.MessageID) *protocol.CallReply {
			return &protocol.CallReply{ID: id, Certificate: u.certificate(id, "replied", u.host.Now().Add(freshness+1))}
		},
		"about another call": func(u *user, id protocol.MessageID) *protocol.CallReply {
			return &protocol.CallReply{ID: id, Certificate: u.certificate(protocol.MessageID{1}, "replied", u.host.Now())}
		},
		"of an open call": func(u *user, id protocol.MessageID) *protocol.CallReply {
			return &protocol.CallReply{ID: id, Certificate: u.certificate(id, "processing", u.host.Now())}
		},
	} {
		u := started(Config{Sequence: []Call{update("inc")}, Stop: time.Minute})
		id := u.sent[0].(*protocol.CallRequest).Ingress.MessageID
		u.give(spoil(u, id))
		require.Zero(t, u.Outcomes()[0].Answered, name)
		require.NotEmpty(t, u.to(pollEvery), "%s: it asks again", name)
		u.give(&protocol.CallReply{ID: id, Certificate: u.certificate(id, "replied", u.host.Now())})
		require.Equal(t, 1, u.Outcomes()[0].Answered, name)
	}
}

// A rejection that nobody certified is believed only if no other node may have taken the call.
func TestUncertifiedRejectsAreBelievedFromTheOnlyNode(t *testing.T) {
	reject := protocol.Reject{Code: protocol.DestinationInvalid, Message: "no", Error: "IC0301"}
	alone := started(Config{Sequence: []Call{update("inc")}, Stop: time.Minute})
	id := alone.sent[0].(*protocol.CallRequest).Ingress.MessageID
	alone.give(&protocol.CallReply{ID: id, Reject: reject})
	require.Equal(t, reject, alone.Outcomes()[0].Newest.Reject)

	two := started(Config{Sequence: []Call{update("inc")}, Stop: time.Minute})
	require.Len(t, two.to(Patience), 1, "the first node did not answer: another is asked")
	two.give(&protocol.CallReply{ID: id, Reject: reject})
	require.Zero(t, two.Outcomes()[0].Answered, "the first may have taken it")

	acknowledged := started(Config{Sequence: []Call{update("inc")}, Stop: time.Minute})
	acknowledged.give(&protocol.CallReply{ID: id})
	acknowledged.give(&protocol.CallReply{ID: id, Refusal: protocol.Refusal{Status: 503}})
	require.Zero(t, acknowledged.Outcomes()[0].Answered)
	require.NotEmpty(t, acknowledged.to(lifetime))
}

// An answer to a query that is not signed by a node of the subnet, or of an old state, is not believed: another node is asked at once.
func TestFalseAnswersToQueriesAreNotBelieved(t *testing.T) {
	for why, spoil := range map[string]func(u *user, r *protocol.QueryReply){
		reasonSignature: func(_ *user, r *protocol.QueryReply) { r.Reply = []byte("other") },
		reasonStranger: func(u *user, r *protocol.QueryReply) {
			r.Node = u.Users[0].Sender
			r.Signature = u.scheme.SignBasic(u.Users[0].Secret, r.Signable())
		},
		reasonStale: func(u *user, r *protocol.QueryReply) {
			r.Timestamp = genesis - uint64(freshness) - 1
			r.Signature = u.scheme.SignBasic(u.nodes[1].Secret, r.Signable())
		},
	} {
		u := started(Config{Sequence: []Call{query("get")}, Stop: time.Minute})
		m := u.sent[0].(*protocol.QueryRequest)
		r := u.signedReply(m, u.nodes[1], 0)
		spoil(u, r)
		u.sent = nil
		u.give(r)
		require.Zero(t, u.Outcomes()[0].Answered, why)
		require.Len(t, u.sent, 1, why)
		require.Equal(t, why, u.notes[len(u.notes)-1].Reason)
		u.give(u.signedReply(m, u.nodes[3], u.host.Now()))
		require.Equal(t, "reply", string(u.Outcomes()[0].Newest.Reply), why)
	}
}

// Whatever nodes reply and whenever, or if they do not: each call and query ends exactly once, answered or lost, and none is open
// longer than its lifetime and the grace period; one is answered only if there was a proof, or a rejection.
func TestEachCallEndsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]Call{update("inc"), query("get")}).Draw(t, "kind")
		c := Config{Call: of, Every: 20 * time.Second, Stop: 3 * time.Minute}
		if rapid.Bool().Draw(t, "closed") {
			c.Sequence, c.Count = []Call{update("inc"), query("get")}, 3
		}
		u := started(c)
		var asked []protocol.Message
		proofs := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			asked = append(asked, u.sent...)
			u.sent = nil
			if len(asked) == 0 || rapid.IntRange(0, 2).Draw(t, "what") == 0 {
				wait := time.Duration(rapid.IntRange(1, 90_000).Draw(t, "wait")) * time.Millisecond
				u.host.Advance(u.host.Now().Add(wait))
				continue
			}
			m := asked[rapid.IntRange(0, len(asked)-1).Draw(t, "which")] // also late, and again
			reply, proof := u.drawn(t, m)
			before := u.ended()
			u.give(reply)
			require.LessOrEqual(t, u.ended()-before, 1)
			if proof {
				proofs++
			} else {
				require.Equal(t, before, u.ended(), "%s ended by %+v", m, reply)
			}
		}
		u.host.Advance(u.host.Now().Add(30 * time.Minute))
		require.Equal(t, protocol.Never, u.host.Next(), "nothing is left to do")
		made := u.counts(protocol.NoteCallSubmitted) + u.counts(protocol.NoteQueryMade)
		require.Equal(t, made, u.ended())
		require.LessOrEqual(t, u.counts(protocol.NoteCallAnswered)+u.counts(protocol.NoteQueryAnswered), proofs)
		u.checkNotes(t)
	})
}

// drawn is some reply of a node, and whether it may end the call.
func (u *user) drawn(t *rapid.T, m protocol.Message) (reply protocol.Message, proof bool) {
	kind := rapid.SampledFrom([]string{"good", "forged", "received", "empty", "refused"}).Draw(t, "reply")
	refusal := protocol.Refusal{}
	if kind == "refused" {
		refusal.Status = 503
	}
	certified := func(id protocol.MessageID) []byte {
		switch kind {
		case "good":
			return u.certificate(id, "replied", u.host.Now())
		case "forged":
			return forged(u.certificate(id, "replied", u.host.Now()))
		case "received":
			return u.certificate(id, "received", u.host.Now())
		}
		return nil
	}
	switch m := m.(type) {
	case *protocol.CallRequest:
		id := m.Ingress.MessageID
		return &protocol.CallReply{ID: id, Certificate: certified(id), Refusal: refusal}, kind == "good"
	case *protocol.ReadRequest:
		return &protocol.ReadReply{ID: m.Read.ID, Certificate: certified(polled(m)), Refusal: refusal}, kind == "good"
	case *protocol.QueryRequest:
		r := u.signedReply(m, u.nodes[0], u.host.Now())
		r.Refusal = refusal
		if kind != "good" {
			r.Signature[0] ^= 1
		}
		return r, kind == "good"
	}
	panic("not a request")
}

// ended is how many calls and queries are over.
func (u *user) ended() int {
	return u.counts(protocol.NoteCallAnswered) + u.counts(protocol.NoteCallLost) +
		u.counts(protocol.NoteQueryAnswered) + u.counts(protocol.NoteQueryLost)
}

// checkNotes: each request has one end, in time.
func (u *user) checkNotes(t *rapid.T) {
	open := map[any]bool{}
	for _, n := range u.notes {
		switch n.Kind {
		case protocol.NoteCallSubmitted, protocol.NoteQueryMade:
			require.False(t, open[n.Hash])
			open[n.Hash] = true
		case protocol.NoteCallAnswered, protocol.NoteQueryAnswered, protocol.NoteCallLost, protocol.NoteQueryLost:
			require.True(t, open[n.Hash], "it ends twice, or was never made")
			delete(open, n.Hash)
			require.LessOrEqual(t, time.Duration(n.Value), lifetime+grace)
		}
	}
	require.Empty(t, open)
}

// What nobody answers is asked again of other nodes, and lost when it has expired: a query at once, a call after the grace period.
func TestUnansweredRequestsAreLost(t *testing.T) {
	u := started(Config{Sequence: []Call{update("inc"), query("get")}, Stop: time.Hour})
	u.to(lifetime + grace - 1)
	require.Zero(t, u.counts(protocol.NoteCallLost))
	u.to(lifetime + grace)
	require.Equal(t, 1, u.counts(protocol.NoteCallLost))
	require.True(t, u.Outcomes()[0].Newest.Lost)
	u.to(2*lifetime + grace - 1)
	require.Zero(t, u.counts(protocol.NoteQueryLost))
	u.to(2*lifetime + grace + 1)
	require.Equal(t, 1, u.counts(protocol.NoteQueryLost))
}

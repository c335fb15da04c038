package ingress

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/authentication"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A.2 and B: what users submit here is pushed to all, what peers sent is never relayed.
func TestOnlyLocalCallsArePublished(t *testing.T) {
	w := newWorld()
	m := sign(spec{expiry: 60 * second})
	require.Equal(t, protocol.Accept(), w.submit(m))
	require.Equal(t, []*protocol.SignedIngress{m}, w.out.Publish)
	require.Zero(t, w.meter[protocol.OpVerifyBasic], "the endpoint has judged it")
	require.Equal(t, protocol.Accept(), w.submit(m))
	require.Empty(t, w.out.Publish, "it is there already")
	other := sign(spec{expiry: 60 * second, number: 1})
	w.insert(0, other)
	require.Empty(t, w.out.Publish)
	require.Equal(t, 2, w.pool.NumValidated())
	require.Equal(t, uint64(1), w.meter[protocol.OpVerifyBasic])
	require.Equal(t, m, w.pool.Validated(m.ID()))
	require.Nil(t, w.pool.Validated(protocol.ArtifactID{}))
}

func TestAnonymousNeedsNoSignature(t *testing.T) {
	w := newWorld()
	require.Equal(t, protocol.Accept(), w.submit(anonymous(1, second)))
	require.Zero(t, w.meter[protocol.OpVerifyBasic])
}

// interface.md D.2: expiry, sender, signature, nonce; A.6: size.
func TestBadCallsAreRefusedWithTheirReason(t *testing.T) {
	now := 1000 * second
	for reason, m := range tampered(now) {
		if reason == "canister" {
			reason = authentication.ReasonSender
		}
		w := newWorld()
		w.insert(now, m)
		require.Zero(t, w.pool.NumValidated(), reason)
		require.Equal(t, []protocol.Note{{Kind: protocol.NoteInvalid, Hash: crypto.Hash(m.ID()), Peer: peer,
			Value: uint64(protocol.KindIngress), Reason: reason}}, w.out.Notes)
		require.Zero(t, w.pool.used[peer])
	}
}

func TestExpiryWindow(t *testing.T) {
	now := 1000 * second
	for _, c := range []struct {
		expiry protocol.Time
		reason string
		wish   protocol.Wish
	}{
		{now - 1, ReasonExpired, protocol.Unwanted},
		{now, "", protocol.Wanted},
		{now + protocol.IngressTTL, "", protocol.Wanted},
		{now + protocol.IngressTTL + 1, "", protocol.Unwanted},
		{now + protocol.IngressTTL + protocol.ExpiryDrift, "", protocol.Unwanted},
		{now + protocol.IngressTTL + protocol.ExpiryDrift + 1, ReasonExpiryFar, protocol.Unwanted},
	} {
		w := newWorld()
		m := sign(spec{expiry: c.expiry})
		require.Equal(t, c.wish, w.pool.Bouncer(protocol.MetaOf(m), now))
		require.Equal(t, c.reason, checkExpiry(m, now, protocol.IngressTTL+protocol.ExpiryDrift).Reason)
	}
}

func TestExpiredIsPurgedAndWithdrawn(t *testing.T) {
	w := newWorld()
	early, late, peers := sign(spec{expiry: 10 * second}), sign(spec{expiry: 20 * second}), sign(spec{expiry: 10 * second, number: 1})
	w.submit(early)
	w.submit(late)
	w.insert(0, peers)
	require.Equal(t, 10*second+1, w.pool.NextWake())
	w.step(10 * second)
	require.Equal(t, 3, w.pool.NumValidated())
	w.step(10*second + 1)
	require.Equal(t, []protocol.ArtifactMeta{protocol.MetaOf(early)}, w.out.Withdraw, "the peer's was never on offer")
	require.Equal(t, 1, w.pool.NumValidated())
	require.Equal(t, 20*second+1, w.pool.NextWake())
	w.submit(sign(spec{expiry: 30 * second}))
	w.step(30 * second)
	require.Equal(t, 1, w.pool.NumValidated(), "one expires, one just does not")
	w.step(30*second + 1)
	require.Equal(t, protocol.Never, w.pool.NextWake())
}

func TestInductedLeavesThePool(t *testing.T) {
	w := newWorld()
	m := sign(spec{expiry: 60 * second})
	w.submit(m)
	w.states.history[m.MessageID] = 1
	w.pool.Inducted([]protocol.MessageID{m.MessageID, {1}}, &w.out)
	require.Equal(t, []protocol.ArtifactMeta{protocol.MetaOf(m)}, w.out.Withdraw)
	require.Zero(t, w.pool.NumValidated())
	w.insert(0, m)
	require.Zero(t, w.pool.NumValidated(), "a peer's late push")
	require.Empty(t, w.out.Notes, "is nobody's fault")
	require.Equal(t, protocol.Accept(), w.submit(m), "the state answers for it")
	require.Empty(t, w.out.Publish)
}

// Section H, incident 3: a call with another signature is another message under the same id.
func TestLookupTellsSignaturesApart(t *testing.T) {
	w := newWorld()
	m := anonymous(1, second)
	w.submit(m)
	require.Equal(t, m, w.pool.Lookup(m.MessageID, m.BytesHash))
	require.Nil(t, w.pool.Lookup(m.MessageID, crypto.Hash{1}))
	require.Nil(t, w.pool.Lookup(protocol.MessageID{}, m.BytesHash))
}

func TestLostBeforeItWasJudged(t *testing.T) {
	w := newWorld()
	m, kept := sign(spec{expiry: second}), sign(spec{expiry: second, number: 1})
	w.pool.Insert(m, peer)
	w.pool.Insert(kept, peer)
	w.pool.Lost(m.ID())
	w.step(0)
	require.Equal(t, 1, w.pool.NumValidated())
	w.pool.Lost(kept.ID())
	require.Equal(t, 1, w.pool.NumValidated(), "validated is kept")
	require.Equal(t, 1, w.pool.used[peer].messages)
}

// ingress_pool.rs, exceeds_limit: count and bytes by peer.
func TestBoundsByPeer(t *testing.T) {
	w := newWorld()
	w.pool.used[peer] = usage{messages: MaxMessages - 1}
	w.insert(0, sign(spec{expiry: second}), sign(spec{expiry: second, number: 1}))
	require.Equal(t, 1, w.pool.NumValidated())
	require.Equal(t, protocol.Accept(), w.submit(sign(spec{expiry: second, number: 2})), "others have their own room")
	m := sign(spec{expiry: second, number: 3})
	w.pool.used[self] = usage{bytes: MaxBytes - m.Size() + 1}
	require.Equal(t, protocol.Refuse(ReasonPoolFull), w.submit(m))
	w.pool.used[self] = usage{bytes: MaxBytes - m.Size()}
	require.Equal(t, protocol.Accept(), w.submit(m))
}

// Whatever comes and goes, accounts, order list and map agree, and nothing expired stays.
func TestPoolStaysConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		now := protocol.Time(0)
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			m := sign(spec{
				number: rapid.IntRange(0, 20).Draw(t, "number"),
				expiry: protocol.Time(rapid.IntRange(0, 400).Draw(t, "expiry")) * second,
			})
			switch rapid.IntRange(0, 5).Draw(t, "op") {
			case 0:
				w.submit(m)
			case 1, 2:
				w.pool.Insert(m, protocol.NodeID(rapid.IntRange(1, 3).Draw(t, "from")))
			case 3:
				w.pool.Lost(m.ID())
			case 4:
				w.states.history[m.MessageID] = 1
				w.pool.Inducted([]protocol.MessageID{m.MessageID}, &w.out)
			case 5:
				now += protocol.Time(rapid.IntRange(0, 40).Draw(t, "seconds")) * second
			}
			w.step(now)
			w.check(t, now)
		}
	})
}

func (w *world) check(t *rapid.T, now protocol.Time) {
	used := map[protocol.NodeID]usage{}
	count := 0
	var last *message
	for m := w.pool.oldest; m != nil; m = m.newer {
		require.Same(t, last, m.older)
		require.Same(t, m, w.pool.validated[m.ingress.MessageID])
		require.GreaterOrEqual(t, m.ingress.Content.Expiry, now)
		require.GreaterOrEqual(t, m.ingress.Content.Expiry, w.pool.earliest)
		require.NotContains(t, w.states.history, m.ingress.MessageID)
		u := used[m.from]
		used[m.from] = usage{u.messages + 1, u.bytes + m.ingress.Size()}
		count++
		last = m
	}
	require.Same(t, last, w.pool.newest)
	require.Equal(t, count, w.pool.NumValidated())
	for n, u := range w.pool.used {
		require.Equal(t, used[n], u)
	}
}

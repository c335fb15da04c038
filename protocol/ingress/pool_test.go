package ingress

import (
	"testing"

	"icsim/crypto"
	"icsim/crypto/principal"
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

// interface.md D.2 and D.3: expiry, nonce, sender, signature, delegations; A.6: size.
func TestBadCallsAreRefusedWithTheirReason(t *testing.T) {
	now := 1000 * second
	for _, bad := range tampered(now) {
		reason, m := bad.reason, bad.m
		w := newWorld()
		w.insert(now, m)
		require.Zero(t, w.pool.NumValidated(), reason)
		require.Equal(t, []protocol.Note{{Kind: protocol.NoteInvalid, Hash: crypto.Hash(m.ID()), Peer: peer,
			Value: uint64(protocol.KindIngress), Reason: reason}}, w.out.Notes)
		require.Zero(t, *w.pool.used[peer])
	}
}

// interface.md D.3: a delegation lives by the node's clock in the pool. The block's time decides again.
func TestDelegationsDie(t *testing.T) {
	w := newWorld()
	m := delegate(spec{expiry: 60 * second}, protocol.Delegation{Expiration: genesis + uint64(10*second)})
	w.insert(10*second, m)
	require.Equal(t, 1, w.pool.NumValidated())
	require.Equal(t, uint64(2), w.meter[protocol.OpVerifyBasic])
	require.Equal(t, []*protocol.SignedIngress{m}, w.selector.Build(context(0, 10*second), nil, plenty))
	require.Empty(t, w.selector.Build(context(0, 10*second+1), nil, plenty))
	require.Equal(t, authentication.ReasonDelegationExpired, newWorld().pool.judge(m, 10*second+1).Reason)
}

// Interface specification, "Authentication": targets hold for calls to the management canister by its own name.
func TestDelegationsReachTheirTargetsAlone(t *testing.T) {
	for _, target := range []protocol.CanisterID{3, protocol.ManagementCanister} {
		for _, canister := range []protocol.CanisterID{3, 4, protocol.ManagementCanister} {
			v := newWorld().pool.judge(delegate(spec{expiry: second, canister: canister}, protocol.Delegation{
				Expiration: genesis, Scoped: true, Targets: []principal.ID{target.Principal()},
			}), 0)
			require.Equal(t, target == canister, v == protocol.Accept(), "to %s for %s", canister, target)
		}
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
	*w.pool.usage(peer) = usage{messages: MaxMessages - 1}
	w.insert(0, sign(spec{expiry: second}), sign(spec{expiry: second, number: 1}))
	require.Equal(t, 1, w.pool.NumValidated())
	require.Equal(t, protocol.Accept(), w.submit(sign(spec{expiry: second, number: 2})), "others have their own room")
	m := sign(spec{expiry: second, number: 3})
	*w.pool.usage(self) = usage{bytes: MaxBytes - m.Size() + 1}
	require.Equal(t, protocol.Refuse(ReasonPoolFull), w.submit(m))
	*w.pool.usage(self) = usage{bytes: MaxBytes - m.Size()}
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
		require.Equal(t, used[n], *u)
	}
}

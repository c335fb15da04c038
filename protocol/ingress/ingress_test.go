package ingress

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

const (
	genesis = uint64(1_700_000_000_000_000_000)
	second  = protocol.Time(1e9)
	self    = protocol.NodeID(0)
	peer    = protocol.NodeID(1)
)

// world is a pool and a selector with the state they look at.
type world struct {
	pool     *Pool
	selector *Selector
	meter    *protocol.Meter
	states   *states
	out      Effects
}

// states is the replicated state by height: what is in its history, and which canisters take ingress.
type states struct {
	latest  protocol.Height
	history map[protocol.MessageID]protocol.Height // from this height on
	stopped map[protocol.CanisterID]bool
}

type stateAt struct {
	*states
	height protocol.Height
}

func (s *states) StateAt(h protocol.Height) (State, bool) { return stateAt{s, h}, h <= s.latest }

func (s stateAt) IngressState(id protocol.MessageID) protocol.IngressState {
	if h, ok := s.history[id]; ok && h <= s.height {
		return protocol.IngressReceived
	}
	return protocol.IngressUnknown
}

func (s stateAt) HasCanister(c protocol.CanisterID) bool { return c < 100 && !s.stopped[c] }

func newWorld() *world {
	w := &world{meter: &protocol.Meter{}, states: &states{
		history: map[protocol.MessageID]protocol.Height{}, stopped: map[protocol.CanisterID]bool{},
	}}
	r := registry.New(protocol.RegistrySnapshot{Genesis: genesis, Subnets: []*protocol.SubnetRecord{{
		MaxIngressBytes: 10_000, MaxIngressMessages: 20, MaxBlockIngressBytes: 50_000,
	}}})
	k := &keys.Keyring{Node: self, Scheme: ideal.New(), Registry: r.Client(self, registry.PollPhase{}), Meter: w.meter}
	w.pool = NewPool(Config{Node: self, Keys: k, Judge: authentication.Judge, IsKnown: func(id protocol.MessageID) bool {
		_, ok := w.states.history[id]
		return ok
	}})
	w.selector = &Selector{Keys: k, Judge: authentication.Judge, Pool: w.pool, States: w.states, Rand: protocol.NewRand(crypto.Hash{}, "test")}
	return w
}

// spec describes a call to make; its zero value is a good one.
type spec struct {
	user     byte
	canister protocol.CanisterID
	expiry   protocol.Time
	size     int // of the argument
	number   int // tells calls apart
}

func (s spec) content() (protocol.IngressContent, crypto.BasicSecretKey, crypto.BasicPublicKey) {
	sk, pk := ideal.New().BasicKey(crypto.Seed{s.user})
	return protocol.IngressContent{
		Sender: principal.SelfAuthenticating(der.WrapEd25519(pk)), Canister: s.canister, Method: "m",
		Arg: make([]byte, s.size), Expiry: s.expiry, Nonce: binary.BigEndian.AppendUint32(nil, uint32(s.number)),
	}, sk, pk
}

func sign(s spec) *protocol.SignedIngress {
	c, sk, pk := s.content()
	sig := ideal.New().SignBasic(sk, protocol.IngressSignable(c.RequestID(genesis)))
	return protocol.NewSignedIngress(c, genesis, protocol.Authentication{PublicKey: der.WrapEd25519(pk), Signature: sig[:]})
}

func anonymous(number int, expiry protocol.Time) *protocol.SignedIngress {
	c, _, _ := spec{number: number, expiry: expiry}.content()
	c.Sender = principal.Anonymous()
	return protocol.NewSignedIngress(c, genesis, protocol.Authentication{})
}

func (w *world) submit(m *protocol.SignedIngress) protocol.Verdict {
	w.out = Effects{}
	return w.pool.Submit(m, &w.out)
}

func (w *world) insert(now protocol.Time, ms ...*protocol.SignedIngress) {
	for _, m := range ms {
		w.pool.Insert(m, peer)
	}
	w.step(now)
}

func (w *world) step(now protocol.Time) {
	w.out = Effects{}
	w.pool.Step(now, &w.out)
}

// A bad message and the reason to refuse it.
type bad struct {
	reason string
	m      *protocol.SignedIngress
}

// tampered gives the ways in which a call can be bad.
func tampered(now protocol.Time) []bad {
	good := spec{expiry: now + 60*second}
	c, _, pk := good.content()
	_, otherKey := ideal.New().BasicKey(crypto.Seed{77})
	stranger := c
	stranger.Sender = principal.SelfAuthenticating(der.WrapEd25519(otherKey))
	canister := c
	canister.Sender = principal.Canister(5)
	longNonce := c
	longNonce.Nonce = make([]byte, protocol.MaxNonce+1)
	hidden := c
	hidden.Sender = principal.Anonymous()
	informed := hidden
	informed.Info = &protocol.SenderInfo{}
	big := good
	big.size = 10_000
	far := good
	far.expiry = now + protocol.IngressTTL + protocol.ExpiryDrift + 1
	unsigned := protocol.Authentication{PublicKey: der.WrapEd25519(pk)}
	garbage := protocol.Authentication{PublicKey: der.WrapEd25519(pk), Signature: make([]byte, 64)}
	alive := protocol.Delegation{Expiration: genesis + uint64(now)}
	expired, queries, elsewhere, unknown := alive, alive, alive, alive
	expired.Expiration--
	queries.Permissions = "queries"
	elsewhere.Scoped, elsewhere.Targets = true, []principal.ID{principal.Canister(1)}
	unknown.Permissions = "some"
	return []bad{
		{ReasonExpiryFar, sign(far)},
		{ReasonTooBig, sign(big)},
		{ReasonNonce, protocol.NewSignedIngress(longNonce, genesis, unsigned)},
		{authentication.ReasonAnonymous, protocol.NewSignedIngress(hidden, genesis, unsigned)},
		{authentication.ReasonMissing, protocol.NewSignedIngress(c, genesis, protocol.Authentication{})},
		{authentication.ReasonSender, protocol.NewSignedIngress(stranger, genesis, garbage)},
		{authentication.ReasonSender, protocol.NewSignedIngress(canister, genesis, garbage)},
		{authentication.ReasonSignature, protocol.NewSignedIngress(c, genesis, garbage)},
		{authentication.ReasonInfo, protocol.NewSignedIngress(informed, genesis, protocol.Authentication{})},
		{authentication.ReasonDelegationExpired, delegate(good, expired)},
		{authentication.ReasonDelegation, delegate(good, unknown)},
		{authentication.ReasonQueriesOnly, delegate(good, queries)},
		{authentication.ReasonTarget, delegate(good, elsewhere)},
	}
}

// delegate makes a call that another key signs for the user.
func delegate(s spec, link protocol.Delegation) *protocol.SignedIngress {
	c, user, userKey := s.content()
	session, sessionKey := ideal.New().BasicKey(crypto.Seed{99})
	link.PublicKey = der.WrapEd25519(sessionKey)
	delegated := ideal.New().SignBasic(user, link.Signable())
	sig := ideal.New().SignBasic(session, protocol.IngressSignable(c.RequestID(genesis)))
	return protocol.NewSignedIngress(c, genesis, protocol.Authentication{
		PublicKey: der.WrapEd25519(userKey), Signature: sig[:],
		Delegations: []protocol.SignedDelegation{{Delegation: link, Signature: delegated[:]}},
	})
}

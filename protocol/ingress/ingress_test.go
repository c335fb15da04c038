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
	second = protocol.Time(1e9)
	self   = protocol.NodeID(0)
	peer   = protocol.NodeID(1)
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
	r := registry.New(protocol.RegistrySnapshot{Subnets: []*protocol.SubnetRecord{{
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
	sig := ideal.New().SignBasic(sk, protocol.IngressSignable(c.RequestID(0)))
	return protocol.NewSignedIngress(c, 0, protocol.Authentication{PublicKey: der.WrapEd25519(pk), Signature: sig[:]})
}

func anonymous(number int, expiry protocol.Time) *protocol.SignedIngress {
	c, _, _ := spec{number: number, expiry: expiry}.content()
	c.Sender = principal.Anonymous()
	return protocol.NewSignedIngress(c, 0, protocol.Authentication{})
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

// tampered gives the ways in which a call can be bad, with the reason to refuse it.
func tampered(now protocol.Time) map[string]*protocol.SignedIngress {
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
	big := good
	big.size = 10_000
	far := good
	far.expiry = now + protocol.IngressTTL + protocol.ExpiryDrift + 1
	unsigned := protocol.Authentication{PublicKey: der.WrapEd25519(pk)}
	garbage := protocol.Authentication{PublicKey: der.WrapEd25519(pk), Signature: make([]byte, 64)}
	return map[string]*protocol.SignedIngress{
		ReasonExpiryFar:                sign(far),
		ReasonTooBig:                   sign(big),
		ReasonNonce:                    protocol.NewSignedIngress(longNonce, 0, unsigned),
		authentication.ReasonAnonymous: protocol.NewSignedIngress(hidden, 0, unsigned),
		authentication.ReasonSender:    protocol.NewSignedIngress(stranger, 0, garbage),
		authentication.ReasonSignature: protocol.NewSignedIngress(c, 0, garbage),
		"canister":                     protocol.NewSignedIngress(canister, 0, garbage),
	}
}

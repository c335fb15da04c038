package sim

import (
	"strings"
	"testing"
	"time"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/event"
	"icsim/sim/machine"
	"icsim/sim/workload"
)

// A prober sends messages to a node at their times and keeps what comes back.
type prober struct {
	node    protocol.NodeID
	probes  []probe
	sent    int
	answers map[uint64]answered // by serial
}

type probe struct {
	at   protocol.Time
	make func() protocol.Message
}

type answered struct {
	protocol.Message
	at protocol.Time
}

func (p *prober) Step(in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		switch m := in.Arrivals[i].Msg.(type) {
		case *protocol.CallReply:
			p.answers[m.Serial] = answered{m, in.Now}
		case *protocol.QueryReply:
			p.answers[m.Serial] = answered{m, in.Now}
		case *protocol.ReadReply:
			p.answers[m.Serial] = answered{m, in.Now}
		}
	}
	for p.sent < len(p.probes) && p.probes[p.sent].at <= in.Now {
		out.Send([]protocol.NodeID{p.node}, p.probes[p.sent].make())
		p.sent++
	}
	if p.sent < len(p.probes) {
		out.Wake = in.Instant.Add(p.probes[p.sent].at.Sub(in.Now))
	}
}

// refusal says what a node answers to a message instead of doing what it asks.
func refusal(m protocol.Message) protocol.Refusal {
	switch m := m.(type) {
	case *protocol.CallReply:
		return m.Refusal
	case *protocol.QueryReply:
		return m.Refusal
	case *protocol.ReadReply:
		return m.Refusal
	}
	return protocol.Refusal{Text: "no answer"}
}

// A signer makes requests of a user, perhaps by way of a delegated key.
type signer struct {
	scheme    crypto.Scheme
	secret    crypto.BasicSecretKey
	auth      protocol.Authentication
	sender    principal.ID
	corrupted bool
}

func newSigner(s crypto.Scheme, seed byte) *signer {
	secret, public := s.BasicKey(crypto.Seed{seed})
	key := der.WrapEd25519(public)
	return &signer{scheme: s, secret: secret, auth: protocol.Authentication{PublicKey: key}, sender: principal.SelfAuthenticating(key)}
}

// through lets another key sign for the user.
func (u *signer) through(seed byte, d protocol.Delegation) *signer {
	secret, public := u.scheme.BasicKey(crypto.Seed{seed})
	d.PublicKey = der.WrapEd25519(public)
	sig := u.scheme.SignBasic(u.secret, d.Signable())
	v := *u
	v.secret, v.auth.Delegations = secret, []protocol.SignedDelegation{{Delegation: d, Signature: sig[:]}}
	return &v
}

func (u *signer) sign(id protocol.MessageID) protocol.Authentication {
	sig := u.scheme.SignBasic(u.secret, protocol.IngressSignable(id))
	if u.corrupted {
		sig[0] ^= 1
	}
	auth := u.auth
	auth.Signature = sig[:]
	return auth
}

func (u *signer) query(serial uint64, canister, effective protocol.CanisterID, expiry protocol.Time) protocol.Message {
	c := protocol.IngressContent{Sender: u.sender, Canister: canister, Method: "get", Arg: []byte(nothing), Expiry: expiry}
	q := protocol.NewSignedQuery(c, DefaultGenesis, u.sign(c.QueryID(DefaultGenesis)))
	return &protocol.QueryRequest{Query: q, Effective: effective, Serial: serial}
}

func (u *signer) call(serial uint64, method string, expiry protocol.Time) *protocol.CallRequest {
	c := protocol.IngressContent{Sender: u.sender, Method: method, Arg: []byte(nothing), Expiry: expiry, Nonce: []byte{byte(serial)}}
	m := protocol.NewSignedIngress(c, DefaultGenesis, u.sign(c.RequestID(DefaultGenesis)))
	return &protocol.CallRequest{Ingress: m, Serial: serial}
}

func (u *signer) read(serial uint64, path ...hashtree.Label) *protocol.ReadRequest {
	c := protocol.ReadContent{Sender: u.sender, Paths: []hashtree.Path{path}, Expiry: protocol.Time(time.Minute), Nonce: []byte{byte(serial)}}
	return &protocol.ReadRequest{Read: protocol.NewSignedRead(c, DefaultGenesis, u.sign(c.RequestID(DefaultGenesis))), Serial: serial}
}

// What a node's endpoint makes of requests, whole: interface.md D.1 to D.6.
func TestNodesJudgeRequests(t *testing.T) {
	c := counting(t, 40*time.Second, workload.Config{Name: "nobody", Every: time.Second})
	c.Subnets = append(c.Subnets, c.Subnets[0])
	c.Subnets[1].Name = "other"
	s := &simulation{config: c}
	s.loop = event.NewLoop(c.Seed, s.handle)
	if err := s.build(); err != nil {
		t.Fatal(err)
	}
	p := &prober{answers: map[uint64]answered{}}
	s.machines[len(s.machines)-1] = func(*machine.Host, protocol.Time) protocol.Machine { return p }

	alice, bob := newSigner(s.scheme, 1), newSigner(s.scheme, 2)
	forger := *alice
	forger.corrupted = true
	later := DefaultGenesis + uint64(time.Hour)
	reader := alice.through(3, protocol.Delegation{Expiration: later, Permissions: "queries"})
	elsewhere := alice.through(4, protocol.Delegation{Expiration: later, Scoped: true, Targets: []principal.ID{bob.sender}})
	soon, past, minute := protocol.Time(100*time.Millisecond), protocol.Time(time.Second), protocol.Time(time.Minute)
	taken := alice.call(20, "inc", minute)
	status := []hashtree.Label{"request_status", hashtree.Label(taken.Ingress.MessageID[:])}
	async := alice.call(23, "inc", minute)
	async.Async = true
	flat := alice.read(34, "subnet", hashtree.Label(s.registry.Latest().Subnets[1].Principal.Bytes()), "canister_ranges")
	flat.Flat = true
	hosted := alice.read(36, "time")
	hosted.Effective = FirstCanister(1)
	table := []struct {
		at      protocol.Time
		message protocol.Message
		status  int
		says    string
	}{
		{soon, alice.query(1, 0, 0, minute), 503, "unavailable"},
		{soon, alice.call(2, "inc", minute), 503, "unavailable"},
		{soon, alice.read(3, "time"), 503, "unavailable"},
		{5e9, alice.query(10, 0, 0, minute), 0, ""},
		{5e9, forger.query(11, 0, 0, minute), 400, "Invalid signature"},
		{5e9, alice.query(12, 0, 0, past), 400, "Invalid request expiry: "},
		{5e9, alice.query(13, 0, 1, minute), 400, "does not match effective canister id"},
		{5e9, alice.query(14, FirstCanister(1), FirstCanister(1), minute), 400, "canister_not_found"},
		{5e9, reader.query(15, 0, 0, minute), 0, ""},
		{5e9, elsewhere.query(16, 0, 0, minute), 400, "delegation targets"},
		{5e9, taken, 0, ""},
		{5e9, forger.call(21, "inc", minute), 400, "Invalid signature"},
		{5e9, alice.call(22, "inc", past), 400, "Invalid request expiry: "},
		{5e9, async, 0, ""},
		{5e9, reader.call(24, "inc", minute), 400, "do not allow update calls"},
		{5e9, elsewhere.call(25, "inc", minute), 400, "delegation targets"},
		{15e9, alice.read(30, status...), 0, ""},
		{15e9, bob.read(31, status...), 403, "not signed by the caller"},
		{15e9, forger.read(32, status...), 400, "Invalid signature"},
		{15e9, alice.read(33, "canister", hashtree.Label(protocol.CanisterID(0).Principal().Bytes()), "certified_data"), 404, "Invalid path"},
		{15e9, flat, 0, ""},
		{15e9, alice.read(35, flat.Read.Content.Paths[0]...), 404, "Invalid path"},
		{15e9, hosted, 400, "canister_not_found"},
		{15e9, elsewhere.read(37, status...), 403, "not belonging to sender delegation targets"},
		{16e9, alice.call(20, "inc", minute), 0, ""}, // again
	}
	for _, v := range table {
		p.probes = append(p.probes, probe{v.at, func() protocol.Message { return v.message }})
	}
	s.watch = s.newWatch()
	s.pump(nil)

	for _, v := range table {
		serial := serialOf(v.message)
		f := refusal(p.answers[serial].Message)
		if f.Status != v.status || !strings.Contains(f.Text, v.says) {
			t.Errorf("%d, %s: %+v, want %d %s", serial, v.message, f, v.status, v.says)
		}
	}
	if a := p.answers[23]; a.at > 6e9 || a.Message.(*protocol.CallReply).Certificate != nil {
		t.Errorf("the asynchronous call was answered at %s: %s", a.at, a)
	}
	if a := p.answers[20]; a.at > 17e9 || a.Message.(*protocol.CallReply).Certificate == nil {
		t.Errorf("the call that the state has was answered at %s: %s", a.at, a)
	}
	q := p.answers[10].Message.(*protocol.QueryReply)
	key, ok := s.nodeKey(0, q.Node)
	if !ok || !s.scheme.VerifyBasic(key, q.Signable(), q.Signature) {
		t.Error("the answer to the query is not signed by a node")
	}
	if age := DefaultGenesis + uint64(p.answers[10].at) - q.Timestamp; age > uint64(3*time.Second) {
		t.Errorf("the state that was asked was %s old", time.Duration(age))
	}
	read := p.answers[30].Message.(*protocol.ReadReply)
	proven, err := certificate.Decode(read.Certificate)
	if err != nil || proven.VerifyForCanister(s.scheme, s.rootKey(), protocol.CanisterID(0).Principal()) != certificate.Valid {
		t.Error("the read is not proven", err)
	}
}

func serialOf(m protocol.Message) uint64 {
	switch m := m.(type) {
	case *protocol.CallRequest:
		return m.Serial
	case *protocol.QueryRequest:
		return m.Serial
	}
	return m.(*protocol.ReadRequest).Serial
}

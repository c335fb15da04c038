package workload

import (
	"testing"
	"time"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/protocoltest"
	"icsim/sim/rng"
)

const (
	genesis = 1_700_000_000_000_000_000
	about   = protocol.CanisterID(7)
)

// A network is what a client finds: a subnet of four nodes, the root, whose keys the test holds, and two users.
type network struct {
	World
	scheme crypto.Scheme
	group  *crypto.ThresholdGroup
	share  crypto.ThresholdSecretKey
	nodes  []Identity // Sender is the node's principal
}

func identity(scheme crypto.Scheme, number byte) Identity {
	secret, public := scheme.BasicKey(crypto.Seed{number})
	return Identity{Secret: secret, Public: public, Sender: principal.SelfAuthenticating(der.WrapEd25519(public))}
}

func newNetwork() *network {
	n := &network{scheme: ideal.New()}
	group, shares := n.scheme.Deal(crypto.Seed{1}, 1, 1)
	n.group, n.share = group, shares[0]
	for i := range byte(4) {
		n.nodes = append(n.nodes, identity(n.scheme, 10+i))
	}
	n.World = World{
		Scheme: n.scheme, Genesis: genesis, Users: []Identity{identity(n.scheme, 1), identity(n.scheme, 2)},
		Nodes: func(int) []protocol.NodeID { return []protocol.NodeID{0, 1, 2, 3} }, Random: rng.Root(1),
		Host: func(_ protocol.CanisterID, subnet int) int { return subnet },
		Verify: func(c protocol.CanisterID) Verifier {
			return CertifiedBy(n.scheme, der.WrapBLS(group.Key), c.Principal())
		},
		Key: func(_ int, id principal.ID) (key crypto.BasicPublicKey, ok bool) {
			for _, node := range n.nodes {
				if node.Sender == id {
					return node.Public, true
				}
			}
			return key, false
		},
	}
	return n
}

// certificate shows a call's status in a state of a time.
func (n *network) certificate(id protocol.MessageID, state string, at protocol.Time) []byte {
	tree := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, appendTime(at))
	if state != "" {
		tree = tree.SetLeaf(hashtree.Path{"request_status", hashtree.Label(id[:]), "status"}, []byte(state))
	}
	root := tree.Digest()
	msg := crypto.Signable(crypto.DomainCertification, root[:])
	sig, _ := n.scheme.CombineThreshold(n.group, msg, []crypto.IndexedShare{{Share: n.scheme.SignThreshold(n.share, msg)}})
	all := hashtree.Paths(hashtree.Path{"time"}, hashtree.Path{"request_status"})
	return (&certificate.Certificate{Tree: tree.Witness(all), Signature: sig}).Encode()
}

// forged is a certificate with something changed.
func forged(raw []byte) []byte {
	c, err := certificate.Decode(raw)
	if err != nil {
		panic(err)
	}
	c.Signature[5] ^= 1
	return c.Encode()
}

// signedReply is a node's to a query.
func (n *network) signedReply(q *protocol.QueryRequest, node Identity, at protocol.Time) *protocol.QueryReply {
	r := &protocol.QueryReply{
		ID: q.Query.ID, Reply: []byte("reply"), Timestamp: genesis + uint64(at), Node: node.Sender, Serial: q.Serial,
	}
	r.Signature = n.scheme.SignBasic(node.Secret, r.Signable())
	return r
}

// A user is a client in a network, and what it did.
type user struct {
	*network
	*Client
	host  protocoltest.Host
	sent  []protocol.Message // requests not answered by the test yet
	asked []protocol.Send    // requests with whom they went to, and questions for health
	notes []protocol.Note
}

// started makes a client with the number 1.
func started(c Config) *user {
	u := &user{network: newNetwork()}
	u.Client = New(c, 1, u.World)
	u.host = protocoltest.Host{Machine: u.Client, Run: func(in *protocol.Input, out *protocol.Outputs) {
		u.Step(in, out)
		for _, s := range out.Sends {
			u.asked = append(u.asked, s)
			if _, ok := s.Msg.(*protocol.StatusRequest); !ok {
				u.sent = append(u.sent, s.Msg)
			}
		}
		u.notes = append(u.notes, out.Notes...)
	}}
	u.host.Start()
	return u
}

// to advances to a time, and gives what is sent on the way there.
func (u *user) to(at time.Duration) []protocol.Message {
	u.sent = nil
	u.host.Advance(protocol.Time(at))
	return u.sent
}

func (u *user) give(m protocol.Message) { u.host.Give(protocol.Arrival{From: 2, Msg: m}) }

// counts tells how many notes of a kind there are.
func (u *user) counts(kind protocol.NoteKind) (n int) {
	for _, note := range u.notes {
		if note.Kind == kind {
			n++
		}
	}
	return n
}

func update(method string) Call { return Call{What: method, Canister: about, Method: method} }

func query(method string) Call {
	c := update(method)
	c.Query = true
	return c
}

func appendTime(at protocol.Time) []byte {
	n := uint64(genesis) + uint64(at)
	var raw []byte
	for ; n >= 0x80; n >>= 7 {
		raw = append(raw, byte(n)|0x80)
	}
	return append(raw, byte(n))
}

// Clients are machines: open ones and closed ones, of calls and of queries.
func TestClientsAreMachines(t *testing.T) {
	for name, c := range map[string]Config{
		"open":    {Call: update("inc"), Every: 700 * time.Millisecond, Stop: 20 * time.Second},
		"poisson": {Call: update("inc"), Every: time.Second, Poisson: true, Stop: 20 * time.Second},
		"queries": {Call: query("get"), Every: 700 * time.Millisecond, Stop: 20 * time.Second},
		"closed":  {Sequence: []Call{update("inc"), query("get"), update("dec")}, Stop: time.Minute, Count: 5},
	} {
		t.Run(name, func(t *testing.T) {
			protocoltest.TestMachine(t, func() protocol.Machine { return New(c, 1, newNetwork().World) }, recorded(c)...)
		})
	}
}

// recorded is what nodes answer to a client, for a while.
func recorded(c Config) (inputs []protocol.Input) {
	u := started(c)
	for at := 300 * time.Millisecond; at < 8*time.Second; at += 300 * time.Millisecond {
		for _, m := range u.to(at) {
			reply := u.honest(m)
			now := u.host.Now()
			inputs = append(inputs, protocol.Input{
				Lane: reply.Lane(), Now: now, Instant: now, Arrivals: []protocol.Arrival{{From: 2, Msg: reply}},
			})
			u.give(reply)
		}
	}
	return inputs
}

// honest is what a good node answers now.
func (u *user) honest(m protocol.Message) protocol.Message {
	switch m := m.(type) {
	case *protocol.CallRequest:
		return &protocol.CallReply{ID: m.Ingress.MessageID, Certificate: u.certificate(m.Ingress.MessageID, "replied", u.host.Now())}
	case *protocol.QueryRequest:
		return u.signedReply(m, u.nodes[2], u.host.Now())
	case *protocol.ReadRequest:
		id := polled(m)
		return &protocol.ReadReply{ID: m.Read.ID, Certificate: u.certificate(id, "replied", u.host.Now())}
	}
	panic("not a request")
}

// polled is the call that a read asks about.
func polled(m *protocol.ReadRequest) (id protocol.MessageID) {
	copy(id[:], m.Read.Content.Paths[0][1])
	return id
}

package delegation

import (
	"time"

	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// How long things take (nns_delegation_manager.rs).
const (
	refresh    = 5 * time.Minute
	patience   = 10 * time.Second // with one node of the root subnet
	maxBackoff = 15               // seconds, less than: how long to wait after a failure
	early      = 1 * time.Second  // how long to wait for a node that has no certified state yet
)

// A Manager keeps a node's delegation. Make it with New.
type Manager struct {
	subnet protocol.SubnetID
	keys   *keys.Keyring
	rand   *protocol.Rand
	held   *held // nil: none yet

	asked protocol.MessageID // the read under way; zero: none
	due   protocol.Time      // when to ask again, on the monotonic clock
}

// New makes the manager of a node of a subnet. rand is the node's stream for it.
func New(subnet protocol.SubnetID, k *keys.Keyring, rand *protocol.Rand) *Manager {
	return &Manager{subnet: subnet, keys: k, rand: rand}
}

// Step asks when it is time to. On the root subnet there is nothing to ask for.
func (m *Manager) Step(in *protocol.Input, out *protocol.Outputs) {
	registry := m.keys.Registry.At(m.keys.Registry.Latest(in.Now))
	switch {
	case registry.Root == m.subnet:
		m.due = protocol.Never
		return
	case in.Instant < m.due:
		return
	case m.asked != protocol.MessageID{}: // and no answer
		m.fail(in.Instant)
		return
	}
	peers := registry.Subnet(registry.Root).Members
	pick := m.rand.Below(uint64(len(peers)))
	content := protocol.ReadContent{
		Sender: principal.Anonymous(), Expiry: in.Now + protocol.IngressTTL, Paths: m.paths(registry),
	}
	read := protocol.NewSignedRead(content, registry.Genesis, protocol.Authentication{})
	m.asked, m.due = read.ID, in.Instant.Add(patience)
	out.Send(peers[pick:pick+1], &protocol.ReadRequest{Read: read, Subnet: true, Flat: true})
}

// paths are what the root subnet is to tell.
func (m *Manager) paths(registry *protocol.RegistrySnapshot) []hashtree.Path {
	own := label(registry.Subnet(m.subnet).Principal)
	return []hashtree.Path{
		{"subnet", own, "public_key"}, {"subnet", own, "type"}, {"subnet", own, "canister_ranges"}, {"canister_ranges", own},
	}
}

func label(id principal.ID) hashtree.Label { return hashtree.Label(id.Bytes()) }

// Handle takes an answer. One that is not good counts as a failure; one that nobody asked for is ignored.
//
// Model: a node that is not ready is not a failure, since here all subnets begin at the same time; on mainnet the root subnet is
// there before all others.
func (m *Manager) Handle(reply *protocol.ReadReply, in *protocol.Input) {
	if reply.ID != m.asked {
		return
	}
	if reply.Refusal.Status == protocol.StatusUnavailable {
		m.asked, m.due = protocol.MessageID{}, in.Instant.Add(early)
		return
	}
	h := m.verify(reply.Certificate, m.keys.Registry.At(m.keys.Registry.Latest(in.Now)))
	if h == nil {
		m.fail(in.Instant)
		return
	}
	m.held, m.asked, m.due = h, protocol.MessageID{}, in.Instant.Add(refresh)
}

// fail waits for 1 to 14 seconds.
func (m *Manager) fail(now protocol.Time) {
	m.asked = protocol.MessageID{}
	m.due = now.Add(time.Duration(1+m.rand.Below(maxBackoff-1)) * time.Second)
}

// NextWake is when Step has something to do, on the monotonic clock.
func (m *Manager) NextWake() protocol.Time { return m.due }

// verify gives what a certificate of the root subnet is good for, or nil.
func (m *Manager) verify(raw []byte, registry *protocol.RegistrySnapshot) *held {
	own := registry.Subnet(m.subnet)
	c, err := certificate.Decode(raw)
	if err != nil {
		return nil
	}
	root := der.WrapBLS(registry.Subnet(registry.Root).PublicKey)
	if c.Delegation != nil || c.VerifyForSubnet(m.keys, root, principal.SelfAuthenticating(root)) != certificate.Valid {
		return nil
	}
	key, _ := c.Tree.Lookup("subnet", label(own.Principal), "public_key")
	if string(key) != string(der.WrapBLS(own.PublicKey)) {
		return nil
	}
	ranges, _ := c.Tree.Lookup("subnet", label(own.Principal), "canister_ranges")
	if _, err := certificate.DecodeRanges(ranges); err != nil {
		return nil
	}
	return newHeld(c, own.Principal)
}

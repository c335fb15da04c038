package delegation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// A node of subnet 1 that asks the one node of the root subnet.
type node struct {
	*messagingtest.World
	*Manager
	now protocol.Time
	out protocol.Outputs
}

func newNode(t *testing.T) *node {
	t.Helper()
	w := messagingtest.NewWorld(messagingtest.Config{Types: make([]protocol.SubnetType, 3), Limits: messaging.DefaultLimits()})
	for _, s := range w.Subnets {
		w.Run(s, w.Batch(s, protocol.BatchPayload{}))
		w.Certify(s, 1)
	}
	return &node{World: w, Manager: New(1, w.Subnets[1].Keys, protocol.NewRand(crypto.Hash{1}, "delegation"))}
}

// step lets time pass up to a moment and gives the request that is sent then, if one is.
func (n *node) step(at protocol.Time) *protocol.ReadRequest {
	n.now, n.out = at, protocol.Outputs{}
	n.Step(&protocol.Input{Now: at, Instant: at}, &n.out)
	if len(n.out.Sends) == 0 {
		return nil
	}
	return n.out.Sends[0].Msg.(*protocol.ReadRequest)
}

func (n *node) reply(m *protocol.ReadRequest, certificate []byte) {
	n.Handle(&protocol.ReadReply{ID: m.Read.ID, Certificate: certificate}, &protocol.Input{Now: n.now, Instant: n.now})
}

// certificate is a subnet's for what was asked.
func (n *node) certificate(of int, paths []hashtree.Path) []byte {
	return n.Subnets[of].Manager.Certificate(nil, paths...)
}

func (n *node) has() bool {
	_, ok := n.ForSubnet(false, n.Registry.Snapshot)
	return ok
}

// What is handed out lets anybody who has the root key verify the subnet's certificates about its canisters, in either form.
func TestDelegationsProveTheSubnetsKey(t *testing.T) {
	n := newNode(t)
	m := n.step(0)
	require.NotNil(t, m)
	require.Equal(t, []protocol.NodeID{0}, n.out.Sends[0].To)
	require.True(t, m.Subnet && m.Flat && m.Read.Content.Sender.IsAnonymous())
	require.False(t, n.has())
	n.reply(m, n.certificate(0, m.Read.Content.Paths))
	snapshot := n.Registry.Snapshot
	root := der.WrapBLS(snapshot.Subnets[0].PublicKey)
	about := messagingtest.CanisterOf(1, 7)
	for _, flat := range []bool{false, true} {
		d, ok := n.ForCanister(about, flat, snapshot)
		require.True(t, ok)
		c, err := certificate.Decode(n.Subnets[1].Manager.Certificate(d, hashtree.Path{"canister"}))
		require.NoError(t, err)
		require.Equal(t, certificate.Valid, c.VerifyForCanister(ideal.New(), root, about.Principal()))
		require.Equal(t, certificate.CanisterNotOfSubnet,
			c.VerifyForCanister(ideal.New(), root, messagingtest.CanisterOf(2, 7).Principal()))
		byRoot, err := certificate.Decode(d.Certificate)
		require.NoError(t, err)
		own := hashtree.Label(snapshot.Subnets[1].Principal.Bytes())
		_, inFlat := byRoot.Tree.Lookup("subnet", own, "canister_ranges")
		_, inTree := byRoot.Tree.Subtree("canister_ranges", own)
		require.Equal(t, flat, inFlat == hashtree.Found)
		require.Equal(t, !flat, inTree == hashtree.Found)
		_, shown := byRoot.Time()
		require.True(t, shown)
	}
	d, _ := n.ForSubnet(false, snapshot)
	c, err := certificate.Decode(n.Subnets[1].Manager.Certificate(d))
	require.NoError(t, err)
	require.Equal(t, certificate.Valid, c.VerifyForSubnet(ideal.New(), root, snapshot.Subnets[1].Principal))
	require.Equal(t, certificate.CanisterNotOfSubnet, c.VerifyForCanister(ideal.New(), root, about.Principal()))
}

// Anything else is a failure: a random pause of 1 to 14 seconds, and another try.
func TestBadAnswersAreRetried(t *testing.T) {
	for name, spoil := range map[string]func(n *node, paths []hashtree.Path) []byte{
		"nothing":            func(*node, []hashtree.Path) []byte { return nil },
		"no certificate":     func(*node, []hashtree.Path) []byte { return []byte{1, 2, 3} },
		"by another subnet":  func(n *node, paths []hashtree.Path) []byte { return n.certificate(2, paths) },
		"without the key":    func(n *node, paths []hashtree.Path) []byte { return n.certificate(0, paths[1:]) },
		"without the ranges": func(n *node, paths []hashtree.Path) []byte { return n.certificate(0, paths[:1]) },
		"signature": func(n *node, paths []hashtree.Path) []byte {
			c, err := certificate.Decode(n.certificate(0, paths))
			require.NoError(t, err)
			c.Signature[3] ^= 1
			return c.Encode()
		},
		"with a delegation": func(n *node, paths []hashtree.Path) []byte {
			c, err := certificate.Decode(n.certificate(0, paths))
			require.NoError(t, err)
			c.Delegation = &certificate.Delegation{Subnet: n.Registry.Snapshot.Subnets[2].Principal}
			return c.Encode()
		},
	} {
		n := newNode(t)
		m := n.step(0)
		n.reply(m, spoil(n, m.Read.Content.Paths))
		require.False(t, n.has(), name)
		pause := n.NextWake()
		require.True(t, pause >= protocol.Time(time.Second) && pause <= protocol.Time(14*time.Second), "%s: %s", name, pause)
		require.Nil(t, n.step(pause-1))
		again := n.step(pause)
		require.NotNil(t, again, name)
		n.reply(m, n.certificate(0, m.Read.Content.Paths))
		require.False(t, n.has(), "an answer to an old question")
		n.reply(again, n.certificate(0, m.Read.Content.Paths))
		require.True(t, n.has(), name)
	}
}

// A node that does not answer is given up after ten seconds; one that is not ready is asked again a second later; what is held is
// fetched anew every five minutes, and kept if that fails.
func TestPatience(t *testing.T) {
	n := newNode(t)
	require.NotNil(t, n.step(0))
	require.Nil(t, n.step(protocol.Time(patience)))
	due := n.NextWake()
	require.Greater(t, due, protocol.Time(patience))
	m := n.step(due)
	n.Handle(&protocol.ReadReply{ID: m.Read.ID, Refusal: protocol.Refusal{Status: protocol.StatusUnavailable}},
		&protocol.Input{Now: due, Instant: due})
	require.Equal(t, due.Add(early), n.NextWake())
	m = n.step(n.NextWake())
	n.reply(m, n.certificate(0, m.Read.Content.Paths))
	require.Equal(t, n.now.Add(refresh), n.NextWake())
	m = n.step(n.NextWake())
	require.NotNil(t, m)
	n.reply(m, nil)
	require.True(t, n.has())
}

func TestTheRootSubnetNeedsNone(t *testing.T) {
	n := newNode(t)
	n.Manager = New(0, n.Subnets[0].Keys, protocol.NewRand(crypto.Hash{1}, "delegation"))
	require.Nil(t, n.step(0))
	require.Equal(t, protocol.Never, n.NextWake())
	d, ok := n.ForCanister(1, false, n.Registry.Snapshot)
	require.True(t, ok)
	require.Nil(t, d)
}

package p2p

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"

	"github.com/stretchr/testify/require"
)

// share makes a small artifact, told from others by height and signer.
func share(h protocol.Height, signer protocol.NodeID) protocol.Artifact {
	return protocol.NewCertificationShare(h, protocol.StateHash{}, signer, crypto.ThresholdSignature{})
}

// big makes an artifact above the push limit.
func big(h protocol.Height) protocol.Artifact {
	signers := make([]protocol.NodeID, 40)
	return protocol.NewBlockAggregate(protocol.KindNotarization, protocol.BlockContent{Height: h}, signers, crypto.MultiSignature{})
}

func call(nonce byte, signature byte) *protocol.SignedIngress {
	return protocol.NewSignedIngress(protocol.IngressContent{Method: "m", Nonce: []byte{nonce}}, 0,
		protocol.Authentication{Signature: []byte{signature}})
}

func proposal(h protocol.Height, calls ...*protocol.SignedIngress) *protocol.BlockProposal {
	b := &protocol.Block{Height: h, Payload: protocol.NewDataPayload(protocol.BatchPayload{Ingress: calls})}
	return protocol.NewBlockProposal(b, b.Hash(), 0, 1, crypto.BasicSignature{})
}

// node is a broadcast under test with what its last step gave.
type node struct {
	*Broadcast
	t       *testing.T
	wish    map[protocol.ArtifactID]protocol.Wish // Wanted when absent
	ingress []*protocol.SignedIngress
	commit  uint64
	out     protocol.Outputs
	events  []Event
}

func newNode(t *testing.T) *node {
	n := &node{t: t, wish: map[protocol.ArtifactID]protocol.Wish{}}
	n.Broadcast = New(Config{
		Self: 0,
		Bouncer: func(m protocol.ArtifactMeta) protocol.Wish {
			if w, ok := n.wish[m.ID]; ok {
				return w
			}
			return protocol.Wanted
		},
		Rand: protocol.NewRand(crypto.Hash{}, "test"),
		Ingress: func(id protocol.MessageID, bytes crypto.Hash) *protocol.SignedIngress {
			for _, m := range n.ingress {
				if m.MessageID == id && m.BytesHash == bytes {
					return m
				}
			}
			return nil
		},
	})
	return n
}

// take hands a message in and keeps what comes out.
func (n *node) take(from protocol.NodeID, conn uint32, at protocol.Time, m protocol.Message) {
	n.out, n.events = protocol.Outputs{}, nil
	n.Handle(&protocol.Arrival{From: from, Conn: conn, Msg: m}, at, &n.out, &n.events)
}

func (n *node) tick(at protocol.Time) {
	n.out, n.events = protocol.Outputs{}, nil
	n.Tick(at, &n.out, &n.events)
}

// push and advert make the next update of a slot.
func (n *node) push(slot uint32, a protocol.Artifact) *protocol.SlotUpdate {
	u := n.advert(slot, a)
	u.Artifact = a
	return u
}

func (n *node) advert(slot uint32, a protocol.Artifact) *protocol.SlotUpdate {
	n.commit++
	return &protocol.SlotUpdate{Slot: slot, Commit: n.commit, Meta: protocol.MetaOf(a)}
}

func (n *node) received() []protocol.Artifact {
	var as []protocol.Artifact
	for _, e := range n.events {
		if e.Kind == Received {
			as = append(as, e.Artifact)
		}
	}
	return as
}

func (n *node) lost() []protocol.ArtifactMeta {
	var ms []protocol.ArtifactMeta
	for _, e := range n.events {
		if e.Kind == Lost {
			ms = append(ms, e.Meta)
		}
	}
	return ms
}

// request gives the one fetch that was sent, and to whom.
func (n *node) request() (*protocol.FetchRequest, protocol.NodeID) {
	require.Len(n.t, n.out.Sends, 1)
	require.Len(n.t, n.out.Sends[0].To, 1)
	return n.out.Sends[0].Msg.(*protocol.FetchRequest), n.out.Sends[0].To[0]
}

func (n *node) up(p protocol.NodeID, conn uint32) {
	n.take(p, conn, 0, &protocol.PeerChange{Peer: p, Conn: conn, Up: true})
}

const second = protocol.Time(1e9)

// B, "Push vs advert": bytes go along below 1024 B or when latency sensitive.
func TestPublishPushesSmallOrLatencySensitive(t *testing.T) {
	n := newNode(t)
	n.up(1, 1)
	n.up(2, 1)
	for _, c := range []struct {
		a       protocol.Artifact
		push    bool
		carries bool
		none    bool // is pushed
	}{
		{share(1, 0), false, true, false}, {share(2, 0), true, true, false}, {big(1), false, false, false}, {big(2), true, true, false},
		{share(3, 0), false, false, true}, {share(4, 0), true, false, true}, {big(3), true, false, true},
	} {
		n.out, n.cfg.Advertise = protocol.Outputs{}, c.none
		n.Publish(c.a, c.push, &n.out)
		require.Equal(t, []protocol.NodeID{1, 2}, n.out.Sends[0].To)
		require.Equal(t, c.carries, n.out.Sends[0].Msg.(*protocol.SlotUpdate).Artifact != nil)
	}
}

// A proposal's size is the stripped one: its ingress does not travel.
func TestProposalWithMuchIngressIsStillSmall(t *testing.T) {
	n := newNode(t)
	n.up(1, 1)
	large := protocol.NewSignedIngress(protocol.IngressContent{Arg: make([]byte, 1<<20)}, 0, protocol.Authentication{})
	n.out = protocol.Outputs{}
	n.Publish(proposal(1, large), false, &n.out)
	require.NotNil(t, n.out.Sends[0].Msg.(*protocol.SlotUpdate).Artifact)
}

// sender.rs: a freed slot is used again, and every use has a greater commit id.
func TestSlotsAreReusedWithGreaterCommits(t *testing.T) {
	n := newNode(t)
	n.up(1, 1)
	var last uint64
	for h := protocol.Height(1); h < 100; h++ {
		n.out = protocol.Outputs{}
		n.Publish(share(h, 0), true, &n.out)
		u := n.out.Sends[0].Msg.(*protocol.SlotUpdate)
		require.Less(t, u.Slot, uint32(3))
		require.Greater(t, u.Commit, last)
		last = u.Commit
		if h > 2 {
			n.Withdraw(protocol.MetaOf(share(h-2, 0)))
		}
	}
	require.Equal(t, 2, n.NumActive())
}

// A purge withdraws in an order of its own; what is published next has slots side by side.
func TestSlotsWithdrawnTogetherAreReusedInOrder(t *testing.T) {
	n := newNode(t)
	n.up(1, 1)
	var metas []protocol.ArtifactMeta
	for h := protocol.Height(1); h <= 6; h++ {
		n.Publish(share(h, 0), true, &n.out)
		metas = append(metas, protocol.MetaOf(share(h, 0)))
	}
	n.Withdraw(metas[0])
	n.Withdraw(metas[3], metas[5], metas[2], metas[4])
	n.out = protocol.Outputs{}
	for h := protocol.Height(7); h <= 12; h++ {
		n.Publish(share(h, 0), true, &n.out)
	}
	var slots []uint32
	for _, s := range n.out.Sends {
		slots = append(slots, s.Msg.(*protocol.SlotUpdate).Slot)
	}
	require.Equal(t, []uint32{2, 3, 4, 5, 0, 6}, slots)
}

func TestPublishingTwiceIsPublishingOnce(t *testing.T) {
	n := newNode(t)
	n.up(1, 1)
	for range 2 {
		n.Publish(share(1, 0), true, &n.out)
	}
	require.Equal(t, 1, n.NumActive())
	require.Len(t, n.out.Sends, 1)
}

func TestWithdrawOfUnknownAndTwiceIsIgnored(t *testing.T) {
	n := newNode(t)
	n.Publish(share(1, 0), true, &n.out)
	n.Withdraw(protocol.MetaOf(share(2, 0)))
	require.Equal(t, 1, n.NumActive())
	n.Withdraw(protocol.MetaOf(share(1, 0)))
	n.Withdraw(protocol.MetaOf(share(1, 0)))
	require.Equal(t, 0, n.NumActive())
}

// sender.rs: a new connection gets everything active, and nothing withdrawn.
func TestNewConnectionGetsEveryActiveSlot(t *testing.T) {
	n := newNode(t)
	for h := protocol.Height(1); h <= 5; h++ {
		n.Publish(share(h, 0), true, &n.out)
	}
	n.Withdraw(protocol.MetaOf(share(3, 0)))
	n.up(1, 1)
	require.Len(t, n.out.Sends, 4)
	n.up(1, 1) // the same connection again
	require.Empty(t, n.out.Sends)
	n.up(1, 2)
	require.Len(t, n.out.Sends, 4)
	n.take(1, 2, 0, &protocol.PeerChange{Peer: 1, Conn: 1})
	n.out = protocol.Outputs{}
	n.Publish(share(7, 0), true, &n.out)
	require.Len(t, n.out.Sends, 1, "the connection before this one went down, heard late")
	n.take(1, 2, 0, &protocol.PeerChange{Peer: 1, Conn: 2})
	n.out = protocol.Outputs{}
	n.Publish(share(6, 0), true, &n.out)
	require.Empty(t, n.out.Sends, "nobody is connected")
}

// receiver.rs: an id starts one task; a second peer's push of it changes nothing.
func TestDuplicateIsDeliveredOnce(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	n.take(1, 1, 0, n.push(0, a))
	require.Equal(t, []protocol.Artifact{a}, n.received())
	n.take(2, 1, 0, n.push(0, a))
	require.Empty(t, n.events)
	n.take(1, 1, 0, n.push(1, a))
	require.Empty(t, n.events)
}

// receiver.rs, should_be_replaced: (connection, commit) decides, in that order.
func TestOlderUpdatesAreIgnored(t *testing.T) {
	n := newNode(t)
	first, second, third := share(1, 1), share(2, 1), share(3, 1)
	u1, u2 := n.push(0, first), n.push(0, second)
	n.take(1, 1, 0, u2)
	require.Equal(t, []protocol.Artifact{second}, n.received())
	n.take(1, 1, 0, u1)
	require.Empty(t, n.events, "an older commit")
	restarted := &protocol.SlotUpdate{Slot: 0, Commit: 1, Meta: protocol.MetaOf(third), Artifact: third}
	n.take(1, 2, 0, restarted)
	require.Equal(t, []protocol.Artifact{third}, n.received(), "a newer connection starts over")
	n.take(1, 1, 0, n.push(0, first))
	require.Empty(t, n.events, "an older connection, whatever the commit")
}

// What a new connection brings again is no second slot: the peer's table need not be searched when one is overwritten.
func TestAnnouncedAgainIsNotDoubled(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	u := n.push(0, a)
	n.take(1, 1, 0, u)
	n.take(1, 2, 0, u)
	require.Empty(t, n.events)
	number, _ := n.tasks.find(&u.Meta)
	require.False(t, n.tasks.at(number).doubled)
	conn, _ := n.peers.list[0].stamp(0)
	require.Equal(t, uint32(2), conn)
}

// B: when no peer advertises it any more, the artifact is removed from the unvalidated pool.
func TestLostWhenTheLastHolderIsGone(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	n.take(1, 1, 0, n.push(0, a))
	n.take(2, 1, 0, n.push(0, a))
	n.take(1, 1, 0, n.push(0, share(2, 1)))
	require.Empty(t, n.lost(), "peer 2 has it still")
	n.take(2, 1, 0, n.push(0, share(3, 1)))
	require.Equal(t, []protocol.ArtifactMeta{protocol.MetaOf(a)}, n.lost())
	n.take(2, 1, 0, n.push(1, a))
	require.Equal(t, []protocol.Artifact{a}, n.received(), "advertised anew, it is new")
}

func TestArtifactInTwoSlotsOfOnePeerIsHeldUntilBothAreOverwritten(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	n.take(1, 1, 0, n.push(0, a))
	n.take(1, 1, 0, n.push(1, a))
	n.take(1, 1, 0, n.push(0, share(2, 1)))
	require.Empty(t, n.lost())
	n.take(1, 1, 0, n.push(1, share(3, 1)))
	require.Len(t, n.lost(), 1)
}

// A connection that breaks leaves the peer's slots; leaving the topology wipes them.
func TestOnlyLeavingWipesAPeer(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	n.up(1, 1)
	n.take(1, 1, 0, n.push(0, a))
	n.take(1, 1, 0, &protocol.PeerChange{Peer: 1, Conn: 1})
	require.Empty(t, n.events)
	n.events = nil
	n.take(1, 1, 0, &protocol.PeerChange{Peer: 1, Left: true})
	require.Equal(t, []protocol.ArtifactMeta{protocol.MetaOf(a)}, n.lost())
	n.Leave(1, &n.events)
	require.Len(t, n.events, 1)
	require.Zero(t, n.tasks.len())
	n.take(7, 1, 0, n.push(0, a))
	require.Equal(t, []protocol.Artifact{a}, n.received(), "its place goes to another peer")
	require.Len(t, n.peers.list, 1)
}

// What the node publishes is known: a peer's push is no news, and its loss none either.
func TestOwnArtifactsAreNotDelivered(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	n.Publish(a, false, &n.out)
	n.take(1, 1, 0, n.push(0, a))
	require.Empty(t, n.events)
	n.Withdraw(protocol.MetaOf(a))
	n.take(2, 1, 0, n.push(0, a))
	require.Empty(t, n.events, "still known while peer 1 has it")
	n.take(1, 1, 0, n.push(0, share(2, 1)))
	n.take(2, 1, 0, n.push(0, share(2, 1)))
	require.Empty(t, n.lost())
	require.Equal(t, 1, n.tasks.len())
}

func TestPublishingEndsADownload(t *testing.T) {
	n := newNode(t)
	a := big(1)
	n.take(1, 1, 0, n.advert(0, a))
	r, _ := n.request()
	n.Publish(a, false, &n.out)
	n.take(1, 1, 0, &protocol.FetchReply{Meta: r.Meta, Artifact: a, Serial: r.Serial})
	require.Empty(t, n.events)
	n.tick(100 * second)
	require.Empty(t, n.out.Sends)
}

// A body under another's name is no update; the true one is not harmed.
func TestBodyMustMatchItsMeta(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	lie := n.push(0, share(2, 2))
	lie.Meta = protocol.MetaOf(a)
	n.take(1, 1, 0, lie)
	require.Empty(t, n.events)
	far := n.advert(1, a)
	far.Meta.Height = 1 << 40
	n.wish[a.ID()] = protocol.WantedLater
	n.take(1, 1, 0, far)
	delete(n.wish, a.ID())
	n.take(2, 1, 0, n.push(0, a))
	require.Equal(t, []protocol.Artifact{a}, n.received(), "a lie about its height does not hold it back")
}

func TestPeerSlotLimit(t *testing.T) {
	n := newNode(t)
	n.take(1, 1, 0, n.push(MaxPeerSlots, share(1, 1)))
	require.Empty(t, n.events)
	n.take(1, 1, 0, n.push(MaxPeerSlots-1, share(1, 1)))
	require.Len(t, n.events, 1)
}

func TestMoreThanMaxSlotsIsABrokenInvariant(t *testing.T) {
	n := newNode(t)
	for h := protocol.Height(0); h < MaxSlots; h++ {
		n.Publish(share(h, 0), true, &n.out)
	}
	require.Panics(t, func() { n.Publish(share(MaxSlots, 0), true, &n.out) })
}

// Tasks whose ids begin alike share a key and stay apart.
func TestTasksWithEqualKeysStayApart(t *testing.T) {
	table := newTaskTable()
	metas := make([]protocol.ArtifactMeta, 4)
	numbers := make([]int32, len(metas))
	for i := range metas {
		metas[i].ID[9] = byte(i)
		numbers[i] = table.add(&metas[i])
	}
	for _, gone := range []int{1, 3, 0, 2} {
		table.remove(numbers[gone])
		numbers[gone] = 0
		for i := range metas {
			n, known := table.find(&metas[i])
			require.Equal(t, numbers[i] != 0, known)
			require.Equal(t, numbers[i], n)
		}
	}
	require.Zero(t, table.len())
}

// A lane that nobody tells of connections takes them over from another one, and offers what it has to who is new.
func TestFollowTakesConnectionsOver(t *testing.T) {
	told, follower := newNode(t), newNode(t)
	follow := func() []protocol.Send {
		follower.out = protocol.Outputs{}
		follower.Follow(told.Broadcast, &follower.out, &follower.events)
		return follower.out.Sends
	}
	told.up(1, 1)
	require.Empty(t, follow())
	follower.Publish(share(5, 0), true, &follower.out)
	require.Equal(t, []protocol.NodeID{1}, follower.out.Sends[0].To)
	require.Empty(t, follow(), "nothing is new")

	told.up(2, 1)
	require.Equal(t, [][]protocol.NodeID{{2}}, receivers(follow()))
	told.take(1, 1, 0, &protocol.PeerChange{Peer: 1, Conn: 1})
	require.Empty(t, follow())
	follower.Publish(share(6, 0), true, &follower.out)
	require.Equal(t, []protocol.NodeID{2}, follower.out.Sends[0].To)
	told.up(1, 2)
	require.Equal(t, [][]protocol.NodeID{{1}, {1}}, receivers(follow()))
	told.take(2, 1, 0, &protocol.PeerChange{Peer: 2, Conn: 1})
	told.up(2, 2) // between two looks
	require.Equal(t, [][]protocol.NodeID{{2}, {2}}, receivers(follow()))

	told.take(2, 2, 0, &protocol.PeerChange{Peer: 2, Conn: 2, Left: true})
	follow()
	require.Equal(t, []protocol.NodeID{1}, follower.Connected())
}

// What comes over no connection is by somebody whom the transport does not let in: no peer, or one no more.
func TestStrangersAreNotHeard(t *testing.T) {
	n := newNode(t)
	n.take(1, 0, 0, n.push(0, share(1, 1)))
	require.Empty(t, n.events)
	n.take(1, 1, 0, n.push(0, share(1, 1)))
	require.Len(t, n.events, 1)
}

func receivers(sends []protocol.Send) (all [][]protocol.NodeID) {
	for _, s := range sends {
		all = append(all, s.To)
	}
	return all
}

package xnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/xnet"
)

// pulls gives the pulls that a refill sends.
func (n *node) pulls(instant protocol.Time) []*protocol.StreamPull {
	var out protocol.Outputs
	n.pool.Refill(n.world.Registry.Snapshot, instant, &out)
	var pulls []*protocol.StreamPull
	for _, send := range out.Sends {
		pulls = append(pulls, send.Msg.(*protocol.StreamPull))
	}
	return pulls
}

// reply answers a pull by a slice of subnet 0.
func (s *scene) reply(p *protocol.StreamPull, bytes int) *protocol.StreamReply {
	slice := s.nodes[0].Manager.CertifiedSlice(1, p.WitnessBegin, p.MessageBegin, bytes)
	return &protocol.StreamReply{From: 0, Slice: slice, Serial: p.Serial}
}

const (
	wide   = 1 << 20
	second = xnet.PullTimeout
)

func TestPoolPullsOnceASecondAtMost(t *testing.T) {
	s := newScene(t)
	n := s.nodes[1]
	require.Empty(t, n.pulls(0), "nothing is known of what is expected")
	n.pool.Advance(0, xnet.Indices{})
	pulls := n.pulls(0)
	require.Len(t, pulls, 1)
	require.Equal(t, protocol.SubnetID(1), pulls[0].To)
	require.Empty(t, n.pulls(second-1), "one is under way")
	again := n.pulls(second)
	require.Len(t, again, 1, "it is given up")
	n.pool.Handle(s.reply(pulls[0], wide), 0, second)
	require.Zero(t, n.pool.Bytes(), "its answer comes too late")
	n.pool.Handle(s.reply(again[0], wide), 0, second)
	require.Equal(t, s.slice.Size(), n.pool.Bytes())
	require.Len(t, n.pulls(second), 1, "an answer frees the way")
}

func TestPoolExtendsItsSlice(t *testing.T) {
	s := newScene(t)
	n := s.nodes[1]
	n.pool.Advance(0, xnet.Indices{})
	first := n.pulls(0)[0]
	n.pool.Handle(s.reply(first, 2*s.slice.Messages[0].Size()+10), 0, 1)
	more := n.pulls(2)[0]
	require.EqualValues(t, 0, more.WitnessBegin)
	require.EqualValues(t, 2, more.MessageBegin)
	n.pool.Handle(s.reply(more, wide), 0, 3)
	whole := n.pool.Take(0, xnet.Indices{}, 100, wide)
	require.Equal(t, s.slice.Messages, whole.Messages)
	require.Equal(t, protocol.Accept(), s.validate(nil, whole))

	part := n.pool.Take(0, xnet.Indices{}, 1, wide)
	require.Len(t, part.Messages, 1)
	require.Less(t, part.Size(), whole.Size())
	require.Equal(t, protocol.Accept(), s.validate(nil, part))
	bounded := n.pool.Take(0, xnet.Indices{}, 100, whole.Size()-1)
	require.Len(t, bounded.Messages, len(whole.Messages)-1)
	require.Nil(t, n.pool.Take(0, xnet.Indices{Message: 9}, 100, wide))

	n.pool.Advance(0, xnet.Indices{Message: 2, Signal: 2})
	rest := n.pool.Take(0, xnet.Indices{Message: 2, Signal: 2}, 100, wide)
	require.EqualValues(t, 2, rest.MessagesBegin)
	two := s.nodes[0].Manager.CertifiedSlice(1, 0, 0, 2*part.Messages[0].Size())
	require.Equal(t, protocol.Accept(), s.validate([]*protocol.Block{blockWith(two)}, rest))
	next := n.pulls(4)[0]
	n.pool.Advance(0, xnet.Indices{Message: 3, Signal: 2})
	n.pool.Handle(s.reply(next, wide), 0, 5)
	moved := n.pool.Take(0, xnet.Indices{Message: 3, Signal: 2}, 100, wide)
	require.EqualValues(t, 3, moved.MessagesBegin, "what is expected moved while the pull was under way")
	n.pool.Advance(0, xnet.Indices{Message: 10, Signal: 2})
	require.Zero(t, n.pool.Bytes(), "what lies before is dropped")

	n.pool.Advance(0, xnet.Indices{})
	n.pool.Handle(s.reply(n.pulls(6)[0], 2*s.slice.Messages[0].Size()+10), 0, 6)
	more = n.pulls(6)[0]
	n.pool.Drop(0)
	n.pool.Handle(s.reply(more, wide), 0, 7)
	require.Zero(t, n.pool.Bytes(), "there is nothing to extend any more")
}

// A slice whose messages have all been taken is worth keeping for signals that have not.
func TestPoolKeepsASliceForItsSignals(t *testing.T) {
	s := newScene(t)
	n := s.nodes[1]
	end := s.slice.MessagesEnd()
	signals := s.slice.Header.SignalsEnd
	require.Positive(t, signals)
	for _, expected := range []protocol.StreamIndex{signals - 1, signals} {
		n.pool.Advance(0, xnet.Indices{})
		n.pool.Handle(s.reply(n.pulls(0)[0], wide), 0, 0)
		next := xnet.Indices{Message: end, Signal: expected}
		n.pool.Advance(0, next)
		left := n.pool.Take(0, next, 100, wide)
		require.Equal(t, expected == signals, left == nil)
		if left != nil {
			require.Empty(t, left.Messages)
			require.Equal(t, signals, left.Header.SignalsEnd)
		}
		n.pool.Drop(0)
	}
}

func TestPoolDropsGarbage(t *testing.T) {
	s := newScene(t)
	n := s.nodes[1]
	n.pool.Advance(0, xnet.Indices{})
	pull := n.pulls(0)[0]
	good := s.reply(pull, wide)
	for name, bad := range map[string]protocol.StreamReply{
		"another serial": {From: 0, Slice: good.Slice, Serial: pull.Serial + 1},
		"another subnet": {From: 2, Slice: good.Slice, Serial: pull.Serial},
		"unknown subnet": {From: 77, Slice: good.Slice, Serial: pull.Serial},
	} {
		n.pool.Handle(&bad, 0, 1)
		require.Zero(t, n.pool.Bytes(), name)
	}
	n.pool.Handle(good, 2, 1)
	require.Zero(t, n.pool.Bytes(), "another node")
	for name, change := range map[string]func(*protocol.CertifiedStreamSlice){
		"begin":   func(x *protocol.CertifiedStreamSlice) { x.MessagesBegin++; x.Messages = x.Messages[1:] },
		"from":    func(x *protocol.CertifiedStreamSlice) { x.From = 2 },
		"to":      func(x *protocol.CertifiedStreamSlice) { x.To = 2 },
		"header":  func(x *protocol.CertifiedStreamSlice) { x.Header.End++ },
		"witness": func(x *protocol.CertifiedStreamSlice) { x.Witness = nil },
	} {
		n.pool.Handle(&protocol.StreamReply{From: 0, Slice: altered(good.Slice, change), Serial: pull.Serial}, 0, 1)
		require.Zero(t, n.pool.Bytes(), name)
		pull = n.pulls(1)[0]
	}
	n.pool.Handle(&protocol.StreamReply{From: 0, Serial: pull.Serial}, 0, 1)
	require.Zero(t, n.pool.Bytes(), "nothing to give")
}

// TestBadSlicesLeaveThePool: what only the selector finds out does not stay in the way of what is good.
func TestBadSlicesLeaveThePool(t *testing.T) {
	s := newScene(t)
	n := s.nodes[1]
	require.Empty(t, n.selector.Build(n.context(), n.past(), wide))
	unsigned := s.reply(n.pulls(0)[0], wide)
	unsigned.Slice = altered(unsigned.Slice, func(x *protocol.CertifiedStreamSlice) {
		x.Certification = protocol.NewCertification(1, x.Certification.Hash, [48]byte{})
	})
	n.pool.Handle(unsigned, 0, 0)
	require.NotZero(t, n.pool.Bytes())
	require.Empty(t, n.selector.Build(n.context(), n.past(), wide))
	require.Zero(t, n.pool.Bytes())
	n.exchange(s.nodes, second)
	require.NotEmpty(t, n.selector.Build(n.context(), n.past(), wide))
}

func TestPoolStopsAtItsCaps(t *testing.T) {
	s := newScene(t)
	limits := xnet.DefaultLimits()
	limits.PooledSlice = s.slice.Size() + limits.MinSlice - 1
	n := newNode(s.World, s.Subnets[1], limits)
	n.pool.Advance(0, xnet.Indices{})
	n.pool.Handle(s.reply(n.pulls(0)[0], wide), 0, 0)
	require.Empty(t, n.pulls(1), "the slice is as long as it may be")

	limits = xnet.DefaultLimits()
	limits.Pool = s.slice.Size() - 1
	n = newNode(s.World, s.Subnets[1], limits)
	n.pool.Advance(0, xnet.Indices{})
	n.pool.Handle(s.reply(n.pulls(0)[0], wide), 0, 0)
	require.Empty(t, n.pulls(1), "the pool is full")
}

// TestSignalsGoBeforeMessages: with room for one slice of messages, the other subnet's signals are still in the block.
func TestSignalsGoBeforeMessages(t *testing.T) {
	s := newScene(t)
	n := s.nodes[1]
	// Subnet 1 has sent a request to subnet 2, which has inducted it and sent many back.
	script := []messagingtest.Call{{To: messagingtest.CanisterOf(2, 0)}}
	call := s.Ingress(messagingtest.CanisterOf(1, 1), "go", script, protocol.IngressTTL, 50)
	n.extend(protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}})
	s.World.Certify(n.Subnet, 2)
	far := s.nodes[2]
	far.extend(protocol.BatchPayload{XNet: []*protocol.CertifiedStreamSlice{n.Manager.CertifiedSlice(2, 0, 0, wide)}})
	s.World.Certify(far.Subnet, 1)

	require.Empty(t, n.selector.Build(n.context(), n.past(), wide), "the pool is empty, and learns what is expected")
	n.exchange(s.nodes, 0)
	full := n.selector.Build(n.context(), n.past(), wide)
	require.Len(t, full, 2)
	require.NotEmpty(t, full[0].Messages)
	require.NotEmpty(t, full[1].Messages)
	header := s.nodes[0].Manager.CertifiedSlice(1, 0, 0, 0)
	for _, budget := range []int{2*header.Size() + 200, 2*header.Size() + 600, full[0].Size() + header.Size()} {
		n.selector.Limits.MinSlice = 10
		section := n.selector.Build(n.context(), n.past(), budget)
		require.Len(t, section, 2, "signals of both")
		require.LessOrEqual(t, section[0].Size()+section[1].Size(), budget)
		require.Equal(t, protocol.Accept(), s.judge.Validate(section, n.context(), n.past()))
	}
	section := n.selector.Build(n.context(), n.past(), header.Size()+100)
	require.Len(t, section, 1)
	require.Empty(t, n.selector.Build(n.context(), n.past(), 10))
}

func TestEndpointServesItsCertifiedState(t *testing.T) {
	s := newScene(t)
	n := s.nodes[0]
	serve := func(p protocol.StreamPull) *protocol.CertifiedStreamSlice {
		var out protocol.Outputs
		p.Serial = 42
		n.endpoint.Serve(&p, 1, &out)
		require.Equal(t, []protocol.NodeID{1}, out.Sends[0].To)
		require.EqualValues(t, 1, out.Meter[protocol.OpWitness])
		reply := out.Sends[0].Msg.(*protocol.StreamReply)
		require.EqualValues(t, 42, reply.Serial)
		return reply.Slice
	}
	require.Equal(t, s.slice, serve(protocol.StreamPull{To: 1, ByteLimit: wide}))
	require.Empty(t, serve(protocol.StreamPull{To: 1, ByteLimit: 10}).Messages)
	require.Nil(t, serve(protocol.StreamPull{To: 2, ByteLimit: wide}), "no stream")
	require.Nil(t, serve(protocol.StreamPull{To: 0, ByteLimit: wide}), "loopback")
	require.Nil(t, serve(protocol.StreamPull{To: 1, WitnessBegin: 90, MessageBegin: 90, ByteLimit: wide}), "beyond the end")
	require.Nil(t, serve(protocol.StreamPull{To: 1, WitnessBegin: 2, MessageBegin: 1, ByteLimit: wide}))
	n.extend(protocol.BatchPayload{})
	require.Equal(t, s.slice, serve(protocol.StreamPull{To: 1, ByteLimit: wide}), "not the latest state")
}

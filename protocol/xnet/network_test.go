package xnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/xnet"
)

// A packet is a pull or its answer, on its way.
type packet struct {
	from, to protocol.NodeID
	msg      protocol.Message
}

// A network is subnets that pull from each other over links that lose, delay, duplicate and corrupt.
type network struct {
	*messagingtest.World
	t       *rapid.T
	limits  xnet.Limits
	nodes   []*node
	judges  []*xnet.Selector // another node of each subnet, with an empty pool
	flying  []packet
	instant protocol.Time
	balance protocol.Cycles
	calls   int
}

func drawNetwork(t *rapid.T) *network {
	routing := messaging.DefaultLimits()
	routing.StreamMessages = rapid.IntRange(1, 12).Draw(t, "stream messages")
	routing.Payload = 500
	limits := xnet.DefaultLimits()
	limits.Payload = rapid.IntRange(2000, 5000).Draw(t, "payload") // a message of the greatest size fits
	limits.MinSlice = 100
	limits.Signals = protocol.StreamIndex(rapid.IntRange(12, 20).Draw(t, "signals"))
	limits.SystemMessages = rapid.IntRange(1, 6).Draw(t, "system messages")
	routing.SystemMessages = 2 * limits.SystemMessages
	kinds := rapid.SliceOfN(rapid.SampledFrom([]protocol.SubnetType{protocol.ApplicationSubnet, protocol.SystemSubnet}), 2, 3)
	n := &network{t: t, limits: limits, World: messagingtest.NewWorld(messagingtest.Config{
		Types: kinds.Draw(t, "types"), Canisters: 2, Balance: 1_000_000, Messages: 10, Queue: 6, Limits: routing,
	})}
	for _, s := range n.Subnets {
		n.nodes = append(n.nodes, newNode(n.World, s, limits))
		_, judge := newSelector(n.World, s, limits)
		n.judges = append(n.judges, judge)
		n.balance = n.balance.Add(s.Latest().Cycles())
	}
	return n
}

// block makes a node build a section, has it judged by another node, and executes it.
func (n *network) block(at *node, calls ...*protocol.SignedIngress) {
	budget := rapid.IntRange(0, 1<<20).Draw(n.t, "budget")
	section := at.selector.Build(at.context(), at.past(), max(budget, 2000))
	require.Equal(n.t, protocol.Accept(), n.judges[at.ID].Validate(section, at.context(), at.past()), "what is built is valid")
	size := 0
	for _, s := range section {
		size += s.Size()
	}
	require.LessOrEqual(n.t, size, min(max(budget, 2000), n.limits.Payload))
	r := at.extend(protocol.BatchPayload{Ingress: calls, XNet: section})
	require.Empty(n.t, r.Critical)
}

// refill sends a node's pulls.
func (n *network) refill(at *node) {
	var out protocol.Outputs
	n.instant += protocol.Time(rapid.Int64Range(0, int64(xnet.PullTimeout)).Draw(n.t, "passed"))
	at.pool.Refill(n.Registry.Snapshot, n.instant, &out)
	n.collect(protocol.NodeID(at.ID), &out)
}

func (n *network) collect(from protocol.NodeID, out *protocol.Outputs) {
	for _, send := range out.Sends {
		for _, to := range send.To {
			n.flying = append(n.flying, packet{from, to, send.Msg})
		}
	}
}

// deliver brings one packet to where it goes.
func (n *network) deliver(p packet) {
	switch m := p.msg.(type) {
	case *protocol.StreamPull:
		var out protocol.Outputs
		n.nodes[p.to].endpoint.Serve(m, p.from, &out)
		n.collect(p.to, &out)
	case *protocol.StreamReply:
		n.nodes[p.to].pool.Handle(m, p.from, n.instant)
	}
}

// corrupt changes an answer as a faulty endpoint might.
func (n *network) corrupt(p packet) packet {
	reply, ok := p.msg.(*protocol.StreamReply)
	if !ok || reply.Slice == nil {
		return p
	}
	bad := altered(reply.Slice, func(s *protocol.CertifiedStreamSlice) {
		switch rapid.IntRange(0, 3).Draw(n.t, "corrupted") {
		case 0:
			s.Header.SignalsEnd++
		case 1:
			s.Certification = protocol.NewCertification(s.Certification.AtHeight, s.Certification.Hash, [48]byte{1})
		case 2:
			s.Messages = s.Messages[:len(s.Messages)/2]
			s.MessagesBegin++
		case 3:
			header := protocol.StreamHeader{Begin: s.MessagesBegin, End: s.MessagesBegin, SignalsEnd: 1 << 40}
			*s = *forge(n.World, s.From, s.To, header, s.MessagesBegin)
		}
	})
	return packet{p.from, p.to, &protocol.StreamReply{From: reply.From, Slice: bad, Serial: reply.Serial}}
}

func (n *network) step() {
	at := n.nodes[rapid.IntRange(0, len(n.nodes)-1).Draw(n.t, "node")]
	switch rapid.IntRange(0, 5).Draw(n.t, "what") {
	case 0:
		n.calls++
		subnet := protocol.SubnetID(rapid.IntRange(0, len(n.nodes)-1).Draw(n.t, "to"))
		to := messagingtest.CanisterOf(subnet, rapid.IntRange(0, 1).Draw(n.t, "canister"))
		back := []messagingtest.Call{{To: messagingtest.CanisterOf(at.ID, 0), Cycles: 5}}
		script := make([]messagingtest.Call, rapid.IntRange(1, 6).Draw(n.t, "calls"))
		for i := range script {
			script[i] = messagingtest.Call{To: to, Cycles: 100, Pad: 50 * i, Then: back}
		}
		expiry := at.Latest().Time() + protocol.IngressTTL
		n.block(at, n.Ingress(messagingtest.CanisterOf(at.ID, 0), "go", script, expiry, uint64(n.calls)))
	case 1:
		n.block(at)
	case 2:
		lag := protocol.Height(rapid.IntRange(0, 3).Draw(n.t, "lag"))
		if h := at.Manager.LatestHeight(); h > lag {
			n.Certify(at.Subnet, h-lag)
		}
	case 3:
		n.refill(at)
	default:
		if len(n.flying) == 0 {
			return
		}
		i := rapid.IntRange(0, len(n.flying)-1).Draw(n.t, "packet")
		p := n.flying[i]
		n.flying = append(n.flying[:i:i], n.flying[i+1:]...)
		switch rapid.IntRange(0, 7).Draw(n.t, "fate") {
		case 0: // lost
		case 1:
			n.deliver(n.corrupt(p))
		case 2:
			n.deliver(p)
			n.flying = append(n.flying, p)
		default:
			n.deliver(p)
		}
	}
}

// drain lets everything through until nothing is in flight.
func (n *network) drain() {
	n.flying = nil
	for range 3000 {
		if n.Idle() {
			return
		}
		for _, at := range n.nodes {
			n.block(at)
			n.Certify(at.Subnet, at.Manager.LatestHeight())
			n.instant += xnet.PullTimeout
			at.exchange(n.nodes, n.instant)
		}
	}
	require.Fail(n.t, "messages in flight never arrive")
}

// TestRandomNetworkDeliversOnce: whatever links do, every call gets one answer and no cycle is lost
// (reference/protocol.md A.10, invariant 10). Canisters and message routing panic on what comes twice or out of order.
func TestRandomNetworkDeliversOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n.step()
		}
		n.drain()
		made, answered := 0, 0
		var left protocol.Cycles
		for _, s := range n.Subnets {
			made += s.Canisters().Calls()
			for _, k := range s.Canisters().Answers() {
				answered += k
			}
			left = left.Add(s.Latest().Cycles())
			for _, r := range s.Results {
				left = left.Add(r.Summary.Burned)
			}
		}
		require.Equal(t, made, answered)
		require.Equal(t, n.balance, left)
	})
}

package xnet_test

import (
	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/xnet"
)

// A node is a subnet's only node: its chain is made by itself, each block final at once.
type node struct {
	*messagingtest.Subnet
	world    *messagingtest.World
	pool     *xnet.Pool
	selector *xnet.Selector
	endpoint *xnet.Endpoint
	chain    []*protocol.Block // by height, from 1
}

func newNode(w *messagingtest.World, s *messagingtest.Subnet, limits xnet.Limits) *node {
	n := &node{Subnet: s, world: w}
	n.pool, n.selector = newSelector(w, s, limits)
	n.endpoint = &xnet.Endpoint{Subnet: s.ID, States: s.Manager, Limits: limits}
	return n
}

func newSelector(w *messagingtest.World, s *messagingtest.Subnet, limits xnet.Limits) (*xnet.Pool, *xnet.Selector) {
	pool := xnet.NewPool(xnet.PoolConfig{
		Subnet: s.ID, Principal: w.Registry.Snapshot.Subnet(s.ID).Principal, Seed: crypto.Hash{byte(s.ID)}, Limits: limits,
	})
	return pool, &xnet.Selector{
		Subnet: s.ID, Keys: s.Keys, States: s.Manager, Pool: pool,
		Rand: protocol.NewRand(crypto.Hash{byte(s.ID)}, "test"), Limits: limits,
	}
}

// context is what the next block is built under.
func (n *node) context() protocol.ValidationContext {
	return protocol.ValidationContext{RegistryVersion: 1, CertifiedHeight: n.Manager.CertifiedHeight(), Time: n.Latest().Time()}
}

// past gives the blocks above the certified height, newest first.
func (n *node) past() []*protocol.Block {
	var past []*protocol.Block
	for i := len(n.chain) - 1; i >= 0 && n.chain[i].Height > n.Manager.CertifiedHeight(); i-- {
		past = append(past, n.chain[i])
	}
	return past
}

// extend makes a block of the chain and executes it.
func (n *node) extend(payload protocol.BatchPayload) *messaging.Result {
	n.chain = append(n.chain, &protocol.Block{
		Height: n.Manager.LatestHeight() + 1, Context: n.context(), Payload: protocol.NewDataPayload(payload),
	})
	return n.world.Run(n.Subnet, n.world.Batch(n.Subnet, payload))
}

// exchange pulls from every other node and takes the answers.
func (n *node) exchange(others []*node, instant protocol.Time) {
	var out protocol.Outputs
	n.pool.Refill(n.world.Registry.Snapshot, instant, &out)
	for _, send := range out.Sends {
		var answer protocol.Outputs
		others[send.To[0]].endpoint.Serve(send.Msg.(*protocol.StreamPull), protocol.NodeID(n.ID), &answer)
		n.pool.Handle(answer.Sends[0].Msg.(*protocol.StreamReply), send.To[0], instant+1000)
	}
}

// forge makes a slice with a witness and certification that hold, of a state in which nothing but this stream is: what a
// subnet makes that is malicious as a whole.
func forge(
	w *messagingtest.World, from, to protocol.SubnetID, h protocol.StreamHeader, begin protocol.StreamIndex,
	messages ...*protocol.CanisterMessage,
) *protocol.CertifiedStreamSlice {
	puller := w.Registry.Snapshot.Subnet(to).Principal
	stream := hashtree.Path{protocol.LabelStreams, hashtree.Label(puller.Bytes())}
	tree := hashtree.Tree{}.SetLeaf(append(stream[:2:2], protocol.LabelStreamHeader), h.Encode())
	for i, m := range messages {
		at := hashtree.Index(uint64(begin) + uint64(i))
		tree = tree.SetLeaf(append(stream[:2:2], protocol.LabelStreamMessages, at), m.Encoded())
	}
	return protocol.NewCertifiedStreamSlice(protocol.CertifiedStreamSlice{
		From: from, To: to, Header: h, MessagesBegin: begin, Messages: messages,
		Witness:       tree.Witness(protocol.SlicePattern(puller, begin, begin+protocol.StreamIndex(len(messages)))),
		Certification: w.Certification(from, protocol.HeightHash{Height: 1, Hash: protocol.StateHash(tree.Digest())}),
	}, protocol.SliceWitnessSize(len(messages)))
}

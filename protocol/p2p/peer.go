package p2p

import (
	"slices"

	"icsim/protocol"
)

// MaxPeers is how many peers a node may have: a subnet has at most MaxPeers+1 members.
const MaxPeers = 256

// MaxPeerSlots bounds the slot table of a peer. Model: the replica bounds the ingress pool's tables alone
// (rs/replica/setup_ic_network); an honest peer stays below MaxSlots in any pool.
const MaxPeerSlots = 50_000

// A peerTable numbers the peers compactly and keeps what each advertises.
type peerTable struct {
	list  []peer
	index []int16           // by node id: number of the peer plus one, 0 for no peer
	up    []protocol.NodeID // connected peers, ascending; replaced, never changed, for sent messages share it
}

type peer struct {
	node protocol.NodeID
	self []protocol.NodeID // node alone, to send to
	conn uint32
	up   bool
	slotTable
}

// find gives a peer's number, or -1.
func (t *peerTable) find(n protocol.NodeID) int {
	if int(n) >= len(t.index) {
		return -1
	}
	return int(t.index[n]) - 1
}

// add numbers a new peer. Numbers of peers that left are used again.
func (t *peerTable) add(n protocol.NodeID, cfg *Config) int {
	if n == protocol.NoNode || n == cfg.Self {
		cfg.broken("node %s cannot be a peer", n)
	}
	p := slices.IndexFunc(t.list, func(q peer) bool { return q.node == protocol.NoNode })
	if p < 0 {
		if len(t.list) == MaxPeers {
			cfg.broken("more than %d peers", MaxPeers)
		}
		p = len(t.list)
		t.list = append(t.list, peer{})
	}
	t.list[p] = peer{node: n, self: []protocol.NodeID{n}}
	if grow := int(n) + 1 - len(t.index); grow > 0 {
		t.index = append(t.index, make([]int16, grow)...)
	}
	t.index[n] = int16(p + 1)
	return p
}

func (t *peerTable) remove(p int) {
	t.index[t.list[p].node] = 0
	t.listUp(t.list[p].node, false)
	t.list[p] = peer{node: protocol.NoNode}
}

// setUp notes a connection's begin or end and tells whether anything is new. A connection that takes the place of another comes up at the
// time at which the other goes down, and what is said of the older one may be heard last.
func (t *peerTable) setUp(p int, up bool, conn uint32) bool {
	q := &t.list[p]
	if up && q.up && conn <= q.conn || !up && (!q.up || conn < q.conn) {
		return false
	}
	q.up = up
	if up {
		q.conn = conn
	}
	t.listUp(q.node, up)
	return true
}

// listUp puts a peer on the list of those that are connected, or takes it off.
func (t *peerTable) listUp(n protocol.NodeID, up bool) {
	i, listed := slices.BinarySearch(t.up, n)
	switch {
	case up && !listed:
		t.up = slices.Insert(slices.Clip(t.up), i, n)
	case !up && listed:
		t.up = slices.Concat(t.up[:i], t.up[i+1:])
	}
}

package p2p

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// member is one node of the test network: a broadcast with a pool that keeps all it gets.
type member struct {
	*Broadcast
	id        protocol.NodeID
	valid     map[protocol.ArtifactMeta]protocol.Artifact // published
	got       map[protocol.ArtifactMeta]bool              // received, not published and not lost
	had       map[protocol.ArtifactMeta]bool              // in this life
	horizon   protocol.Height                             // higher ones are wanted later
	ingress   map[protocol.MessageID]*protocol.SignedIngress
	evidence  map[crypto.Hash]bool // bytes of ingress that came to this node
	slotsUsed int
}

type packet struct {
	from, to int
	conn     uint32
	msg      protocol.Message
}

// network keeps the promise of sim/network: what is sent on a connection arrives unless the connection breaks, in any
// order; both ends are told of breaks.
type network struct {
	t       *rapid.T
	members []*member
	flying  []packet
	conn    map[[2]int]uint32 // of connected pairs, smaller first
	conns   uint32
	now     protocol.Time
	serial  protocol.Height
}

func pair(i, j int) [2]int { return [2]int{min(i, j), max(i, j)} }

func newNetwork(t *rapid.T, size int) *network {
	n := &network{t: t, conn: map[[2]int]uint32{}}
	for i := range size {
		n.members = append(n.members, nil)
		n.start(i)
	}
	return n
}

// start gives a member its life: all it knew is gone.
func (n *network) start(i int) {
	m := &member{
		id: protocol.NodeID(i), valid: map[protocol.ArtifactMeta]protocol.Artifact{}, got: map[protocol.ArtifactMeta]bool{},
		had: map[protocol.ArtifactMeta]bool{}, horizon: 10,
		ingress: map[protocol.MessageID]*protocol.SignedIngress{}, evidence: map[crypto.Hash]bool{},
	}
	m.Broadcast = New(Config{
		Self: m.id,
		Rand: protocol.NewRand(crypto.Hash{byte(i)}, "test"),
		Bouncer: func(meta protocol.ArtifactMeta) protocol.Wish {
			if meta.Height > m.horizon {
				return protocol.WantedLater
			}
			return protocol.Wanted
		},
		Ingress: func(id protocol.MessageID, bytes crypto.Hash) *protocol.SignedIngress {
			if c := m.ingress[id]; c != nil && c.BytesHash == bytes {
				return c
			}
			return nil
		},
	})
	if old := n.members[i]; old != nil {
		m.slotsUsed = old.slotsUsed
	}
	n.members[i] = m
}

// act lets a member do something and takes care of what comes out.
func (n *network) act(i int, do func(m *member, out *protocol.Outputs, events *[]Event)) {
	m := n.members[i]
	var out protocol.Outputs
	var events []Event
	do(m, &out, &events)
	for _, e := range events {
		switch e.Kind {
		case Received:
			require.False(n.t, m.got[e.Meta], "delivered twice")
			require.Nil(n.t, m.valid[e.Meta], "delivered to its publisher")
			require.Equal(n.t, e.Meta, protocol.MetaOf(e.Artifact))
			if p, ok := e.Artifact.(*protocol.BlockProposal); ok {
				for _, c := range p.Block.Payload.Batch.Ingress {
					require.True(n.t, m.evidence[c.BytesHash], "proposal without its ingress bytes")
				}
			}
			m.got[e.Meta], m.had[e.Meta] = true, true
		case Lost:
			require.True(n.t, m.got[e.Meta], "lost what was not delivered")
			delete(m.got, e.Meta)
			delete(m.had, e.Meta)
		}
	}
	for _, s := range out.Sends {
		for _, to := range s.To {
			if u, ok := s.Msg.(*protocol.SlotUpdate); ok {
				require.Contains(n.t, m.valid, u.Meta, "a withdrawn artifact is sent")
			}
			if c, ok := n.conn[pair(i, int(to))]; ok {
				n.flying = append(n.flying, packet{i, int(to), c, s.Msg})
			}
		}
	}
	m.slotsUsed = max(m.slotsUsed, len(m.sender.slots))
}

func (n *network) publish(i int, a protocol.Artifact, push bool) {
	n.act(i, func(m *member, out *protocol.Outputs, _ *[]Event) {
		meta := protocol.MetaOf(a)
		m.valid[meta], m.had[meta] = a, true
		delete(m.got, meta) // moved to the validated pool
		m.Publish(a, push, out)
	})
}

func (n *network) withdraw(i int, meta protocol.ArtifactMeta) {
	delete(n.members[i].valid, meta)
	n.members[i].Withdraw(meta)
}

// deliver brings packet k to its end.
func (n *network) deliver(k int) {
	p := n.flying[k]
	n.flying = append(n.flying[:k], n.flying[k+1:]...)
	if r, ok := p.msg.(*protocol.FetchRequest); ok {
		reply := Serve(r, func(meta protocol.ArtifactMeta) protocol.Artifact {
			if a := n.members[p.to].valid[meta]; a != nil {
				return a
			}
			return nil
		})
		n.flying = append(n.flying, packet{p.to, p.from, p.conn, reply})
		return
	}
	n.act(p.to, func(m *member, out *protocol.Outputs, events *[]Event) {
		if r, ok := p.msg.(*protocol.FetchReply); ok {
			for _, c := range r.Ingress {
				m.evidence[c.BytesHash] = true
			}
		}
		m.Handle(&protocol.Arrival{From: protocol.NodeID(p.from), Conn: p.conn, Msg: p.msg}, n.now, out, events)
	})
}

func (n *network) cut(i, j int) {
	c, ok := n.conn[pair(i, j)]
	if !ok {
		return
	}
	delete(n.conn, pair(i, j))
	kept := n.flying[:0]
	for _, p := range n.flying {
		if pair(p.from, p.to) != pair(i, j) {
			kept = append(kept, p)
		}
	}
	n.flying = kept
	n.tell(i, j, c, false)
	n.tell(j, i, c, false)
}

func (n *network) join(i, j int) {
	if _, ok := n.conn[pair(i, j)]; ok || i == j {
		return
	}
	n.conns++
	n.conn[pair(i, j)] = n.conns
	n.tell(i, j, n.conns, true)
	n.tell(j, i, n.conns, true)
}

func (n *network) tell(i, j int, c uint32, up bool) {
	n.act(i, func(m *member, out *protocol.Outputs, events *[]Event) {
		change := &protocol.PeerChange{Peer: protocol.NodeID(j), Conn: c, Up: up}
		m.Handle(&protocol.Arrival{From: protocol.NodeID(j), Msg: change}, n.now, out, events)
	})
}

func (n *network) pass(d protocol.Time) {
	n.now += d
	for i := range n.members {
		n.act(i, func(m *member, out *protocol.Outputs, events *[]Event) { m.Tick(n.now, out, events) })
	}
}

// settle lets everything arrive, on a whole network, with time for many attempts. What only a crashed member had goes
// on being asked for, until its slots are used again.
func (n *network) settle() {
	for i := range n.members {
		n.members[i].horizon = 1 << 60
		for j := range i {
			n.join(i, j)
		}
	}
	for range 100 {
		for len(n.flying) > 0 {
			n.deliver(0)
		}
		n.pass(protocol.Time(MaxFetchTimeout))
	}
}

// artifact makes a new one: a share, something large, or a proposal whose calls some members know, some know with
// another signature.
func (n *network) artifact(i int) protocol.Artifact {
	n.serial++
	switch rapid.IntRange(0, 2).Draw(n.t, "kind") {
	case 0:
		return share(n.serial, protocol.NodeID(i))
	case 1:
		return big(n.serial)
	}
	var calls []*protocol.SignedIngress
	for range rapid.IntRange(0, 3).Draw(n.t, "calls") {
		nonce := byte(rapid.IntRange(0, 200).Draw(n.t, "nonce"))
		c := call(nonce, byte(rapid.IntRange(0, 1).Draw(n.t, "signature")))
		calls = append(calls, c)
		for _, m := range n.members {
			known := call(nonce, byte(rapid.IntRange(0, 2).Draw(n.t, "known")))
			m.ingress[known.MessageID] = known
			m.evidence[known.BytesHash] = true
		}
	}
	return proposal(n.serial, calls...)
}

func (n *network) somebody(label string) int {
	return rapid.IntRange(0, len(n.members)-1).Draw(n.t, label)
}

// chaos does one arbitrary thing.
func (n *network) chaos() {
	switch op := rapid.IntRange(0, 99).Draw(n.t, "op"); {
	case op < 20:
		i := n.somebody("publisher")
		n.publish(i, n.artifact(i), rapid.Bool().Draw(n.t, "push"))
	case op < 30: // relay something received
		i := n.somebody("relay")
		for _, j := range n.members {
			for _, meta := range sorted(j.valid) {
				if n.members[i].got[meta] {
					n.publish(i, j.valid[meta], false)
					return
				}
			}
		}
	case op < 42:
		i := n.somebody("withdrawer")
		if metas := sorted(n.members[i].valid); len(metas) > 0 {
			n.withdraw(i, metas[rapid.IntRange(0, len(metas)-1).Draw(n.t, "which")])
		}
	case op < 75:
		if len(n.flying) > 0 {
			n.deliver(rapid.IntRange(0, len(n.flying)-1).Draw(n.t, "packet"))
		}
	case op < 80:
		n.cut(n.somebody("one"), n.somebody("other"))
	case op < 90:
		n.join(n.somebody("one"), n.somebody("other"))
	case op < 95:
		n.pass(protocol.Time(rapid.IntRange(1, 10).Draw(n.t, "seconds")) * second)
		n.members[n.somebody("catching up")].horizon += 10
	case op < 97:
		i := n.somebody("crashed")
		for j := range n.members {
			n.cut(i, j)
		}
		n.start(i)
	}
}

func sorted(valid map[protocol.ArtifactMeta]protocol.Artifact) []protocol.ArtifactMeta {
	var metas []protocol.ArtifactMeta
	for h := protocol.Height(0); len(metas) < len(valid); h++ {
		for meta := range valid {
			if meta.Height == h {
				metas = append(metas, meta)
			}
		}
	}
	return metas
}

// Whatever is lost, late, reordered, cut and restarted: once the network heals, everything still on offer is with
// everybody; what was withdrawn is gone as soon as slots are used again; and nothing was ever delivered twice.
func TestBroadcastReachesEverybody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := newNetwork(t, rapid.IntRange(2, 5).Draw(t, "members"))
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			n.chaos()
		}
		n.settle()
		for i, m := range n.members {
			for meta := range m.valid {
				for j, other := range n.members {
					require.True(t, other.had[meta], "n%d lacks %v of n%d", j, meta, i)
				}
			}
			require.Equal(t, len(m.valid), m.NumActive())
			require.LessOrEqual(t, len(m.stash)+len(m.downloads), m.tasks.len())
		}
		n.overwrite()
		require.Empty(t, n.flying, "somebody still asks for something")
		active := map[protocol.ArtifactMeta]bool{}
		for _, m := range n.members {
			for meta := range m.valid {
				active[meta] = true
			}
		}
		for _, m := range n.members {
			require.Equal(t, len(active), m.tasks.len(), "tasks of artifacts that nobody offers")
			for meta := range m.got {
				require.True(t, active[meta], "withdrawn but not lost")
			}
		}
	})
}

// overwrite has every member use each slot it ever used in any life.
func (n *network) overwrite() {
	for i, m := range n.members {
		for used := m.slotsUsed; m.NumActive() < used; {
			n.serial++
			n.publish(i, share(n.serial, protocol.NodeID(i)), true)
		}
		for _, u := range m.sender.slots { // a slot may hold what was in it in the life before
			require.NotNil(n.t, u)
		}
	}
	n.settle()
}

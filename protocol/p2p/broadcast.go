package p2p

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
)

// Config says whose broadcast it is.
type Config struct {
	Self protocol.NodeID
	Lane protocol.Lane // of the pool that is served
	// Bouncer says whether the pool wants an artifact, on its present content.
	Bouncer func(protocol.ArtifactMeta) protocol.Wish
	// Rand picks whom to fetch from.
	Rand *protocol.Rand
	// Ingress finds a message by id and by hash of its bytes in the node's own ingress pool, or gives nil. Only
	// the consensus lane needs it.
	Ingress func(protocol.MessageID, crypto.Hash) *protocol.SignedIngress
	// Advertise says that peers have to fetch whatever is on offer: no body is pushed.
	Advertise bool
}

// An EventKind is what a pool is told.
type EventKind uint8

const (
	Received EventKind = iota // Artifact came from From: insert it into the unvalidated pool
	Lost                      // no peer advertises it any more: drop it unless it is validated
)

// An Event is what Handle and Tick have for the pool.
type Event struct {
	Kind     EventKind
	Meta     protocol.ArtifactMeta
	Artifact protocol.Artifact // when received
	From     protocol.NodeID   // when received: the peer that gave it
}

// A Broadcast is one node's side of one pool's broadcast. It is lost in a crash.
type Broadcast struct {
	cfg       Config
	peers     peerTable
	sender    sender
	tasks     taskTable
	stash     []int32    // tasks the bouncer wants later
	downloads []download // of tasks that are being fetched or assembled
	serial    uint64     // of the last request
	due       protocol.Time
	refresh   protocol.Time
}

// New makes a broadcast that knows no peer yet.
func New(cfg Config) *Broadcast {
	return &Broadcast{
		cfg:     cfg,
		tasks:   newTaskTable(),
		due:     protocol.Never,
		refresh: protocol.Never,
	}
}

// Handle takes a SlotUpdate, FetchReply or PeerChange; other messages do not concern it. instant is the node's
// monotonic clock: waiting is measured on it, since the wall clock may jump.
func (b *Broadcast) Handle(a *protocol.Arrival, instant protocol.Time, out *protocol.Outputs, events *[]Event) {
	switch m := a.Msg.(type) {
	case *protocol.SlotUpdate:
		if a.Conn != 0 { // or else it is by a stranger, whom the transport would not let in
			b.update(a.From, a.Conn, m, step{instant, out, events})
		}
	case *protocol.FetchReply:
		b.reply(a.From, m, step{instant, out, events})
	case *protocol.PeerChange:
		b.connection(m, out)
		if m.Left {
			b.Leave(m.Peer, events)
		}
	}
}

// Tick asks the bouncer again about what waits and repeats requests that got no answer. Call it once a step, after
// the arrivals; it costs nothing before NextWake.
func (b *Broadcast) Tick(instant protocol.Time, out *protocol.Outputs, events *[]Event) {
	at := step{instant, out, events}
	if instant >= b.refresh {
		b.askAgain(at)
	}
	if instant >= b.due {
		b.retry(at)
	}
}

// Refresh has the next Tick ask the bouncer again about what waits; false: nothing does.
func (b *Broadcast) Refresh(instant protocol.Time) bool {
	if len(b.stash) == 0 {
		return false
	}
	b.refresh = instant
	return true
}

// NextWake is when Tick has something to do, on the monotonic clock; Never if nothing waits.
func (b *Broadcast) NextWake() protocol.Time { return min(b.due, b.refresh) }

// Leave wipes a peer that is no longer in the subnet's topology.
func (b *Broadcast) Leave(peer protocol.NodeID, events *[]Event) {
	p := b.peers.find(peer)
	if p < 0 {
		return
	}
	for slot := range b.peers.list[p].slots {
		if t := b.peers.list[p].slots[slot].task; t != 0 {
			b.peers.list[p].slots[slot] = peerSlot{}
			b.release(t, p, events)
		}
	}
	b.peers.remove(p)
}

// connection notes that a peer came or went. What a lost peer advertised stays: the replica keeps the slots of a peer
// until they are overwritten or the peer leaves the topology.
func (b *Broadcast) connection(c *protocol.PeerChange, out *protocol.Outputs) {
	p := b.peers.find(c.Peer)
	if p < 0 {
		p = b.peers.add(c.Peer, &b.cfg)
	}
	if !b.peers.setUp(p, c.Up, c.Conn) || !c.Up {
		return
	}
	for _, u := range b.sender.slots {
		if u != nil {
			out.Send(b.peers.list[p].self, u)
		}
	}
}

// Connected lists the peers that are connected, ascending. The caller must not change it.
func (b *Broadcast) Connected() []protocol.NodeID { return b.peers.up }

// Follow takes over which peers are connected from the broadcast of another lane: for a lane that is rarely at work, and that
// nobody tells of connections. What is on offer goes to peers that were not connected before; those that have left are wiped.
func (b *Broadcast) Follow(other *Broadcast, out *protocol.Outputs, events *[]Event) {
	for _, n := range b.peers.up {
		if other.peers.find(n) < 0 {
			b.Leave(n, events)
		}
	}
	for i := range other.peers.list {
		q := &other.peers.list[i]
		if q.node == protocol.NoNode {
			continue
		}
		if p := b.peers.find(q.node); p >= 0 && b.peers.list[p].up == q.up && b.peers.list[p].conn == q.conn {
			continue
		}
		b.connection(&protocol.PeerChange{At: b.cfg.Lane, Peer: q.node, Conn: q.conn, Up: q.up}, out)
	}
}

// step is what the handling of one arrival or tick may use.
type step struct {
	instant protocol.Time
	out     *protocol.Outputs
	events  *[]Event
}

func (c *Config) broken(format string, args ...any) {
	panic(fmt.Sprintf("p2p: node %s, %s: ", c.Self, c.Lane) + fmt.Sprintf(format, args...))
}

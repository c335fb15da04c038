package network

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
	"icsim/sim/rng"
)

const hop = 100 * ms // one way, in these tests

// pairOf is two nodes whose connection 1 has been up for a while, at 10 s.
func pairOf(t *testing.T) *world {
	w := mesh(2, time.Duration(hop), 0)
	w.run(10 * s)
	require.True(t, w.pairs[0].up)
	return w
}

func (w *world) seen(n protocol.NodeID) (out []notice) {
	for _, x := range w.notices {
		if x.Node == n {
			x.Node = 0
			out = append(out, x)
		}
	}
	return out
}

func up(at protocol.Time, peer protocol.NodeID, conn uint32) notice {
	return notice{at, Notice{Peer: peer, Conn: conn, Up: true}}
}

func down(at protocol.Time, peer protocol.NodeID, conn uint32) notice {
	return notice{at, Notice{Peer: peer, Conn: conn}}
}

func TestNodesConnectWhenBothAreUp(t *testing.T) {
	c := Config{Chance: rng.Root(1), Paths: uniform(time.Duration(hop), 0), Endpoints: make([]Endpoint, 2)}
	w := newWorld(c)
	w.up(0)
	w.run(2*s + 500*ms)
	require.Empty(t, w.notices)
	require.Zero(t, w.send(0, ids{1}, &parcel{1, 1}), "nothing is sent without connection")
	w.up(1)
	w.run(20 * s)
	require.Equal(t, []notice{up(3*s+300*ms+1, 1, 1)}, w.seen(0), "the dialer's packet at 3 s is answered, 1.5 round trips")
	require.Equal(t, []notice{up(3*s+300*ms+1, 0, 1)}, w.seen(1))
}

func TestAttemptsToConnect(t *testing.T) {
	for at, want := range map[protocol.Time]protocol.Time{
		0: 0, 1: s, s: s, s + 1: 3 * s, 7 * s: 7 * s, 7*s + 1: 15 * s, 15*s + 1: 16 * s, 46 * s: 46 * s, 50 * s: 52 * s,
	} {
		require.Equal(t, 100+want, nextAttempt(100, 100+at), "after %v", at)
	}
}

func TestShortCutHoldsMessagesBack(t *testing.T) {
	w := pairOf(t)
	w.send(0, ids{1}, &parcel{1, 10})
	w.cut(ids{0}, ids{1})
	w.send(0, ids{1}, &parcel{2, 10})
	w.send(1, ids{0}, &parcel{3, 10})
	w.run(14 * s)
	require.Equal(t, []arrival{{10*s + hop, 0, 1, 1, 1}, {10*s + hop, 1, 0, 3, 1}}, w.arrivals,
		"what was on its way arrives, and so does what goes the other way")
	w.heal(ids{0}, ids{1})
	w.run(30 * s)
	require.Equal(t, arrival{14*s + 3*hop, 0, 1, 2, 1}, w.arrivals[2], "found lost after a round trip")
	require.Empty(t, w.notices)
}

func TestLongCutEndsTheConnection(t *testing.T) {
	w := pairOf(t)
	w.cut(ids{0}, ids{1})
	w.send(0, ids{1}, &parcel{1, 10})
	w.run(16 * s)
	require.Zero(t, w.send(0, ids{1}, &parcel{2, 10}))
	w.run(20 * s)
	w.heal(ids{0}, ids{1})
	w.run(40 * s)
	lost := 15*s + hop
	back := lost + 7*s + 300*ms + 1 // the fourth packet of the first attempt
	require.Equal(t, []notice{down(lost, 1, 1), up(back, 1, 2)}, w.seen(0))
	require.Equal(t, []notice{down(lost, 0, 1), up(back, 0, 2)}, w.seen(1))
	require.Empty(t, w.arrivals)
	w.send(0, ids{1}, &parcel{3, 10})
	w.run(41 * s)
	require.Equal(t, uint32(2), w.arrivals[0].conn)
}

func TestCutsAddUp(t *testing.T) {
	w := pairOf(t)
	w.cut(ids{0}, ids{1})
	w.cut(ids{0, 1}, ids{0, 1})
	w.heal(ids{0}, ids{1})
	w.send(0, ids{1}, &parcel{1, 10})
	w.run(11 * s)
	require.Empty(t, w.arrivals)
	w.heal(ids{0, 1}, ids{0, 1})
	w.run(12 * s)
	require.Len(t, w.arrivals, 1)
}

func TestHandshakeThatIsCutFails(t *testing.T) {
	w := pairOf(t)
	w.cut(ids{1}, ids{0})
	w.run(16 * s)
	w.heal(ids{1}, ids{0}) // the packet at 16.1 s is answered, the connection would be up at 16.4
	w.run(16*s + 300*ms)
	w.cut(ids{1}, ids{0})
	w.run(18 * s)
	w.heal(ids{1}, ids{0})
	w.run(30 * s)
	require.Equal(t, []notice{down(15*s+hop, 1, 1), up(15*s+hop+3*s+300*ms+1, 1, 2)}, w.seen(0))
}

func TestPeersNoticeACrashByTheTimeout(t *testing.T) {
	w := pairOf(t)
	w.send(0, ids{1}, &parcel{1, 10})
	w.down(1)
	w.run(11 * s)
	w.send(0, ids{1}, &parcel{2, 10})
	w.run(100 * s)
	require.Empty(t, w.arrivals)
	require.Equal(t, []notice{down(15*s+hop, 1, 1)}, w.seen(0))
	require.Empty(t, w.seen(1), "the dead are told nothing")
	w.up(1)
	w.run(120 * s)
	require.Equal(t, up(105*s+hop+300*ms+1, 1, 2), w.seen(0)[1], "attempts began at 15.1, every 15 s")
	require.Equal(t, []notice{up(105*s+hop+300*ms+1, 0, 2)}, w.seen(1))
}

func TestRestartedDialerConnectsAnewAtOnce(t *testing.T) {
	w := pairOf(t)
	w.down(0)
	w.send(1, ids{0}, &parcel{1, 10})
	w.run(12 * s)
	w.up(0)
	w.send(1, ids{0}, &parcel{2, 10})
	require.Zero(t, w.send(0, ids{1}, &parcel{3, 10}), "it knows nothing of the old connection")
	w.run(30 * s)
	at := 12*s + 300*ms + 2
	require.Equal(t, []notice{up(at, 1, 2)}, w.seen(0))
	require.Equal(t, []notice{down(at, 0, 1), up(at, 0, 2)}, w.seen(1))
	require.Empty(t, w.arrivals, "what went into the old connection is lost")
}

func TestRestartedListenerWaitsForTheDialersTimeout(t *testing.T) {
	w := pairOf(t)
	w.down(1)
	w.run(11 * s)
	w.up(1)
	w.send(0, ids{1}, &parcel{1, 10})
	w.run(30 * s)
	at := 15*s + hop
	require.Equal(t, []notice{down(at, 1, 1), up(at+300*ms+2, 1, 2)}, w.seen(0))
	require.Equal(t, []notice{up(at+300*ms+2, 0, 2)}, w.seen(1))
	require.Empty(t, w.arrivals)
}

func TestTimeoutDoesNotDisturbADialer(t *testing.T) {
	w := pairOf(t)
	w.pause(1)
	w.down(0)
	w.run(12 * s)
	w.up(0)
	w.run(20 * s)
	w.resume(1)
	w.run(40 * s)
	require.Equal(t, []notice{up(27*s+300*ms+1, 1, 2)}, w.seen(0), "it dials since 12 s")
}

func TestBothEndsCrash(t *testing.T) {
	w := pairOf(t)
	w.down(0)
	w.down(1)
	w.run(12 * s)
	w.up(1)
	w.up(0)
	w.run(30 * s)
	require.Equal(t, []notice{up(12*s+300*ms+2, 1, 2)}, w.seen(0))
	require.Equal(t, []notice{up(12*s+300*ms+2, 0, 2)}, w.seen(1))
}

// A crash in the middle of sending lets through what had left, and no more.
func TestCrashCutsOffTheUplink(t *testing.T) {
	w := mesh(2, time.Duration(hop), 8_000_000) // 1 MB/s
	w.run(10 * s)
	w.send(0, ids{1}, &parcel{1, 400_000})
	w.send(0, ids{1}, &parcel{2, 8_000_000})
	w.run(10*s + 600*ms)
	w.down(0)
	w.run(12 * s)
	require.Len(t, w.arrivals, 1)
	require.Equal(t, 1, w.arrivals[0].id)
	w.up(0)
	w.run(13 * s)
	w.send(0, ids{1}, &parcel{4, 400_000})
	w.run(14 * s)
	require.Equal(t, 4, w.arrivals[1].id, "the queue died with the node")
}

// A message still in the sender's queue when its connection is reset is not taken for one of the next.
func TestMessagesDieWithTheirConnection(t *testing.T) {
	w := mesh(2, time.Duration(hop), 8_000_000)
	w.run(10 * s)
	w.send(0, ids{1}, &parcel{1, 8_000_000})
	w.change(func(t protocol.Time, e *Effects) { w.Reset(t, 0, 1, e) })
	w.run(30 * s)
	require.Len(t, w.seen(1), 2)
	require.Empty(t, w.arrivals)
}

func TestRestartedNodeDoesNotKnowOldConnections(t *testing.T) {
	w := pairOf(t)
	w.send(0, ids{1}, &parcel{1, 10})
	w.down(1)
	w.run(10*s + 50*ms)
	w.up(1)
	w.run(30 * s)
	require.Empty(t, w.arrivals)
}

func TestPausedNodeGetsEverythingLater(t *testing.T) {
	w := pairOf(t)
	w.send(0, ids{1}, &parcel{1, 10})
	w.pause(1)
	w.send(0, ids{1}, &parcel{2, 10})
	w.run(12 * s)
	w.resume(1)
	w.run(20 * s)
	require.Equal(t, []arrival{{10*s + hop, 0, 1, 1, 1}, {12*s + 3*hop, 0, 1, 2, 1}}, w.arrivals)
	require.Empty(t, w.notices)
	w.pause(1)
	w.run(40 * s)
	w.resume(1)
	w.run(60 * s)
	require.Equal(t, []notice{down(25*s+hop, 0, 1), up(40*s+hop+300*ms+1, 0, 2)}, w.seen(1), "its queue has the news when it goes on")
}

func TestResetBreaksAConnectionAtOnce(t *testing.T) {
	w := pairOf(t)
	w.send(0, ids{1}, &parcel{1, 10})
	w.change(func(t protocol.Time, e *Effects) { w.Reset(t, 1, 0, e) })
	w.run(20 * s)
	require.Empty(t, w.arrivals)
	require.Equal(t, []notice{down(10*s, 1, 1), up(10*s+300*ms+2, 1, 2)}, w.seen(0))
	require.Equal(t, []notice{down(10*s, 0, 1), up(10*s+300*ms+2, 0, 2)}, w.seen(1))
}

func TestTooMuchHeldBackEndsTheConnection(t *testing.T) {
	w := pairOf(t)
	w.cut(ids{0}, ids{1})
	for range MaxHeld + 1 {
		w.send(0, ids{1}, &parcel{1, 10})
	}
	w.heal(ids{0}, ids{1})
	w.run(20 * s)
	require.Empty(t, w.arrivals)
	require.Len(t, w.seen(0), 2)
	require.Len(t, w.seen(1), 2)
}

func TestClientsSendWithoutConnections(t *testing.T) {
	w := pairOf(t)
	const client = 2
	w.send(client, ids{0}, &parcel{1, 10})
	w.run(11 * s)
	require.Equal(t, []arrival{{10*s + hop, client, 0, 1, 0}}, w.arrivals)
	w.cut(ids{client}, ids{0})
	require.Zero(t, w.send(client, ids{0}, &parcel{2, 10}))
	w.heal(ids{client}, ids{0})
	w.down(0)
	require.Zero(t, w.send(client, ids{0}, &parcel{3, 10}))
	w.run(30 * s)
	require.Len(t, w.arrivals, 1)
	require.Len(t, w.notices, 1, "the peer's alone")
}

// A long partition costs no events while it lasts.
func TestLivenessCostsNoEvents(t *testing.T) {
	w := mesh(13, time.Duration(hop), 0)
	before := w.fired
	w.run(3600 * s)
	require.Equal(t, before, w.fired)
	w.cut(ids{0, 1, 2, 3}, ids{4, 5, 6, 7, 8, 9, 10, 11, 12})
	w.run(7200 * s)
	require.Equal(t, before+4*9, w.fired)
}

// chaos is a random run of four nodes and a client, healed at 60 s.
type chaos struct {
	*world
	sent   map[int]sending
	isDown [4]bool
	views  [5]map[protocol.NodeID]uint32 // the connection each has with each, by its notices
	bad    []string
}

type sending struct {
	from, to protocol.NodeID
	conn     uint32
}

func (c *chaos) step(rng func(n int, what string) int, id int) {
	c.watch()
	node := protocol.NodeID(rng(4, "node"))
	other := protocol.NodeID(rng(5, "other"))
	switch rng(8, "op") {
	case 0:
		from, to := ids{node}, ids{other}
		heal := c.at + protocol.Time(rng(9000, "cut for"))*ms + 1
		c.cut(from, to)
		c.do(heal, func() { c.heal(from, to) })
	case 1:
		if !c.isDown[node] {
			c.isDown[node] = true
			c.down(node)
			c.views[node] = map[protocol.NodeID]uint32{}
			c.do(c.at+protocol.Time(rng(12000, "down for"))*ms+1, func() { c.isDown[node] = false; c.up(node) })
		}
	case 2:
		if !c.isDown[node] {
			c.pause(node)
			c.do(c.at+protocol.Time(rng(7000, "pause for"))*ms+1, func() { c.resume(node) })
		}
	case 3:
		c.change(func(t protocol.Time, e *Effects) {
			if node != other {
				c.Reset(t, node, other, e)
			}
		})
	default:
		if node == other || c.isDown[node] {
			return
		}
		c.sent[id] = sending{node, other, c.views[node][other]}
		c.send(node, ids{other}, &parcel{id, 10 + rng(100_000, "size")})
	}
}

// watch follows notices and arrivals since the last call and checks them against each other.
func (c *chaos) watch() {
	for _, n := range c.notices {
		view := c.views[n.Node]
		if c.isDown[n.Node] {
			c.bad = append(c.bad, fmt.Sprintf("notice %+v for the dead", n))
		}
		had, ok := view[n.Peer]
		switch {
		case n.Up && (ok || n.Conn == 0):
			c.bad = append(c.bad, fmt.Sprintf("%+v while %d is up", n, had))
		case !n.Up && (!ok || had != n.Conn):
			c.bad = append(c.bad, fmt.Sprintf("%+v, but it had %d", n, had))
		}
		if n.Up {
			view[n.Peer] = n.Conn
		} else {
			delete(view, n.Peer)
		}
	}
	c.notices = nil
}

func runChaos(draw func(n int, what string) int) *chaos {
	w := mesh(4, 40*time.Millisecond, 50_000_000)
	c := &chaos{world: w, sent: map[int]sending{}}
	for i := range c.views {
		c.views[i] = map[protocol.NodeID]uint32{}
	}
	for i := range protocol.NodeID(4) {
		for j := range protocol.NodeID(4) {
			if i != j {
				c.views[i][j] = 1
			}
		}
	}
	at := w.at
	for id := range 10 + draw(60, "steps") {
		at += protocol.Time(draw(2000, "gap")) * ms
		c.do(at, func() { c.step(draw, id) })
	}
	for len(c.calls) > 0 {
		c.run(c.calls[0].at)
		c.watch()
		c.look()
	}
	return c
}

// look compares what links tell of themselves with what they would find if they looked again.
func (c *chaos) look() {
	for _, p := range c.pairs {
		for _, l := range [...]*link{p.ab, p.ba} {
			clear, taken := l.clear, l.taken
			if l.assess(); l.clear != clear || l.taken != taken {
				c.bad = append(c.bad, fmt.Sprintf("%s to %s at %d: clear %d, taken %d; found %d, %d",
					l.from.id, l.to.id, c.at, clear, taken, l.clear, l.taken))
			}
		}
	}
}

// Through cuts, crashes, pauses and resets: the notices of an end alternate; a message arrives once at most, on the connection
// it was sent on; it arrives for certain if that connection is up in the end; and all connect again.
func TestConnectionsSurviveChaos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := runChaos(func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(t, what) })
		require.Empty(t, c.bad)
		for _, p := range c.pairs {
			require.True(t, p.up && !p.failing && !p.dialing && p.gone == [2]bool{}, "nodes %s and %s: %+v", p.a, p.b, p)
			require.Equal(t, p.conn, c.views[p.a][p.b])
			require.Equal(t, p.conn, c.views[p.b][p.a])
			require.Empty(t, p.ab.held)
		}
		got := make(map[int]int)
		for _, a := range c.arrivals {
			got[a.id]++
			require.Equal(t, c.sent[a.id].conn, a.conn)
		}
		for id, m := range c.sent {
			require.LessOrEqual(t, got[id], 1)
			if m.to < 4 && m.conn != 0 && m.conn == c.views[m.from][m.to] {
				require.Equal(t, 1, got[id], "message %d from %s to %s on connection %d", id, m.from, m.to, m.conn)
			}
		}
	})
}

// The chaos of one seed, on every machine.
func TestGolden(t *testing.T) {
	stream := rng.Root(42).Stream()
	c := runChaos(func(n int, _ string) int { return stream.Next().IntN(n) })
	sum := sha256.Sum256(fmt.Append(nil, c.arrivals, c.Traffic(0), c.fired, c.delayed))
	require.Equal(t, "1c13173f125e1150", hex.EncodeToString(sum[:8]))
}

// B: nodes keep connections with whom both ends want; an end that wants none any more closes it at once, and is told that the peer has
// left.
func TestNodesConnectAsLongAsBothWantTo(t *testing.T) {
	w := newWorld(Config{
		Chance: rng.Root(1), Paths: uniform(time.Duration(hop), 0), Steady: true, Endpoints: []Endpoint{{Mesh: 1}, {Mesh: 1}, {Mesh: Apart}},
	})
	for n := range protocol.NodeID(3) {
		w.up(n)
	}
	w.run(2 * s)
	w.notices = nil
	require.Equal(t, 1, w.send(2, ids{0}, &parcel{1, 10}), "without a connection, as strangers do")

	peers := func(n protocol.NodeID, of ...protocol.NodeID) {
		w.change(func(t protocol.Time, e *Effects) { w.SetPeers(t, n, of, e) })
	}
	peers(2, 0, 1)
	w.run(10 * s)
	require.Empty(t, w.notices, "the others do not want to")
	peers(0, 1, 2)
	w.run(20 * s)
	require.Equal(t, []notice{up(10*s+300*ms+2, 2, 1)}, w.seen(0))
	require.Equal(t, []notice{up(10*s+300*ms+2, 0, 1)}, w.seen(2))
	w.notices = nil

	peers(0, 1)
	w.run(40 * s)
	require.Equal(t, []notice{{20 * s, Notice{Peer: 2, Conn: 1, Left: true}}}, w.seen(0))
	require.Equal(t, []notice{down(20*s, 0, 1)}, w.seen(2), "it still wants to")
	require.Empty(t, w.seen(1), "nothing has happened between the others")
	w.notices = nil
	peers(0, 1, 2)
	w.run(50 * s)
	require.Equal(t, []notice{up(40*s+300*ms+2, 2, 2)}, w.seen(0), "another connection")
}

package network

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

// behind makes two nodes, the second with a megabyte a second down and n of a megabyte on their way to it, from second 1 on.
func behind(n int) *world {
	w := mesh(2, 10*time.Millisecond, 0)
	w.run(s)
	w.limit(1, 0, 8_000_000)
	for i := range n {
		w.send(0, ids{1}, &parcel{i, 1_000_000})
	}
	return w
}

func (w *world) stopSending(node, peer protocol.NodeID, stream uint64) {
	for _, tr := range w.Send(w.at, node, ids{peer}, &protocol.StopSending{Stream: stream}, 0, nil) {
		w.push(call{at: tr.At, tr: tr})
	}
}

func TestWhatWaitsGoesOnAtTheNewBandwidth(t *testing.T) {
	w := behind(30)
	w.run(11 * s)
	require.Len(t, w.arrivals, 9, "ten megabytes, headers among them")
	w.limit(1, 0, 80_000_000)
	w.run(12*s + 80*ms)
	require.Len(t, w.arrivals, 19, "ten in 1.08 s")
	w.limit(1, 0, 8_000_000)
	w.run(22*s + 880*ms)
	require.Len(t, w.arrivals, 29, "ten in 10.8 s")
	w.limit(1, 0, 0)
	w.run(22*s + 880*ms + 2)
	require.Len(t, w.arrivals, 30, "the rest at once, in place of a second later")
	for i, a := range w.arrivals {
		require.Equal(t, i, a.id)
	}
	w.run(100 * s)
	require.Len(t, w.arrivals, 30)
}

// A cap that was there before a message and is gone leaves no trace on the uplink either.
func TestUplinkForgetsACapThatEnded(t *testing.T) {
	w := mesh(2, 10*time.Millisecond, 80_000_000)
	w.run(s)
	w.limit(0, 8_000_000, 0)
	for i := range 10 {
		w.send(0, ids{1}, &parcel{i, 1_000_000})
	}
	w.limit(0, 0, 0)
	w.send(0, ids{1}, &parcel{10, 1_000_000})
	w.run(s + 1300*ms)
	require.Contains(t, w.arrivals, arrival{w.arrivals[len(w.arrivals)-1].at, 0, 1, 10, 1}, "eleven megabytes at ten a second")
}

// What was sent on a connection that is gone, or to a replica that is, takes no bandwidth of what is sent to it now.
func TestDeadConnectionsLeaveTheDownlinkFree(t *testing.T) {
	for name, end := range map[string]func(*world){
		"reset": func(w *world) { w.change(func(at protocol.Time, e *Effects) { w.Reset(at, 0, 1, e) }) },
		"crash": func(w *world) { w.down(1); w.do(w.at+ms, func() { w.up(1) }) },
	} {
		w := behind(30)
		w.run(2 * s)
		end(w)
		w.run(9 * s)
		before := len(w.arrivals)
		require.Equal(t, 1, w.send(0, ids{1}, &parcel{99, 1_000_000}), name)
		w.run(10*s + 100*ms)
		require.Len(t, w.arrivals, before+1, name)
		require.Equal(t, 99, w.arrivals[before].id)
		w.run(100 * s)
		require.Len(t, w.arrivals, before+1, name)
	}
}

// A client needs no connection: a node that starts again gets its message at once.
func TestRestartedNodeHasItsDownlinkFree(t *testing.T) {
	w := behind(30)
	w.run(2 * s)
	w.down(1)
	w.up(1)
	w.send(2, ids{1}, &parcel{99, 100_000})
	w.run(2*s + 200*ms)
	require.Equal(t, 99, w.arrivals[len(w.arrivals)-1].id)
}

// Other senders' messages move up when one's connection breaks, and nobody's gets lost.
func TestOthersMoveUp(t *testing.T) {
	w := mesh(3, 10*time.Millisecond, 0)
	w.run(s)
	w.limit(2, 0, 8_000_000)
	for i := range 10 {
		w.send(protocol.NodeID(i%2), ids{2}, &parcel{i, 1_000_000})
	}
	w.run(2*s + 100*ms)
	w.change(func(at protocol.Time, e *Effects) { w.Reset(at, 0, 2, e) })
	w.run(s + 10*ms + 1080*ms*7)
	var got []int
	for _, a := range w.arrivals {
		got = append(got, a.id)
	}
	require.Equal(t, []int{0, 1, 3, 5, 7, 9}, got)
}

// What a receiver gives up is not sent to the end, wherever it is, and makes room for what comes after it (RFC 9000, 3.5). A
// stream of that number from somebody else goes on.
func TestStoppedStreamsMakeRoom(t *testing.T) {
	w := behind(30) // streams 0 to 29
	w.run(2 * s)    // at 1.01 s the first byte came
	for i := range uint64(29) {
		w.stopSending(1, 0, i)
	}
	w.stopSending(1, 0, 30) // nothing has come on this one yet
	w.run(2*s + 50*ms)
	w.send(0, ids{1}, &parcel{30, 1_000_000})
	w.send(0, ids{1}, &parcel{31, 1_000_000})
	w.run(100 * s)
	require.Len(t, w.arrivals, 2)
	require.Equal(t, []int{29, 31}, []int{w.arrivals[0].id, w.arrivals[1].id})
	require.InDelta(t, float64(2*s+10*ms+1080*ms), float64(w.arrivals[0].at), 1e7)
	require.InDelta(t, float64(2*s+10*ms+2*1080*ms), float64(w.arrivals[1].at), 1e7)
	require.Empty(t, w.endpoints[1].waiting)

	w = mesh(3, 10*time.Millisecond, 0)
	w.run(s)
	w.limit(2, 0, 8_000_000)
	w.send(0, ids{2}, &parcel{1, 1_000_000})
	w.send(1, ids{2}, &parcel{1, 1_000_000})
	w.stopSending(2, 0, 1)
	w.run(100 * s)
	require.Len(t, w.arrivals, 1)
	require.EqualValues(t, 1, w.arrivals[0].from)
}

// However its bandwidth changes, a downlink carries no more than that, nothing gets lost or comes twice, and large messages of one link
// keep their order. Once there is bandwidth for all, all are there.
func TestBandwidthIsConservedThroughChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := mesh(3, 10*time.Millisecond, 0)
		w.run(s)
		n := rapid.IntRange(1, 30).Draw(t, "messages")
		for i := range n {
			at := s + protocol.Time(rapid.IntRange(0, 20_000).Draw(t, "at"))*ms
			p := &parcel{i, rapid.IntRange(SmallMessage, 2_000_000).Draw(t, "size")}
			w.do(at, func() { w.send(protocol.NodeID(i%2), ids{2}, p) })
		}
		could := 0.0 // bytes that the wire could have carried
		for at := s; at < 21*s; {
			rate := rapid.IntRange(1, 100).Draw(t, "Mbit/s")
			w.limit(2, 0, int64(rate)*1_000_000)
			d := rapid.IntRange(2000, 9999).Draw(t, "for ms")
			at += protocol.Time(d) * ms
			w.run(at)
			could += float64(rate) * 125 * float64(d)
			// What came without waiting was partly on its way before: one message at most.
			require.LessOrEqual(t, float64(w.Traffic(2).ReceivedBytes), could+float64(n))
		}
		w.limit(2, 0, 0)
		w.run(w.at + s)
		last := [2]protocol.Time{}
		seen := map[int]bool{}
		for _, a := range w.arrivals {
			require.False(t, seen[a.id], "twice")
			require.GreaterOrEqual(t, a.at, last[a.from])
			seen[a.id], last[a.from] = true, a.at
		}
		require.Len(t, seen, n)
		require.Empty(t, w.endpoints[2].waiting)
	})
}

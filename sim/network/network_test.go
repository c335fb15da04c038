package network

import (
	"math"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
	"icsim/sim/rng"
)

// A parcel is a message of a size.
type parcel struct{ id, size int }

func (p *parcel) Lane() protocol.Lane { return protocol.LaneConsensus }
func (p *parcel) Size() int           { return p.size }
func (p *parcel) Stream() uint64      { return uint64(p.id) }
func (p *parcel) Fingerprint() uint64 { return uint64(p.id) }
func (p *parcel) String() string      { return "parcel" }

// world pumps the calls of a network.
type world struct {
	*Network
	at       protocol.Time
	calls    []call
	seq      int
	eff      Effects
	arrivals []arrival
	notices  []notice
	delayed  int
	fired    int
}

type call struct {
	at    protocol.Time
	seq   int
	tr    *Transfer
	timer *Timer
	do    func()
}

type arrival struct {
	at       protocol.Time
	from, to protocol.NodeID
	id       int
	conn     uint32
}

type notice struct {
	at protocol.Time
	Notice
}

func newWorld(c Config) *world { return &world{Network: New(c)} }

func (w *world) push(c call) {
	if c.at <= w.at && c.do == nil {
		panic("scheduled in the past")
	}
	w.seq++
	c.seq = w.seq
	i := sort.Search(len(w.calls), func(i int) bool { return w.calls[i].at > c.at })
	w.calls = append(w.calls, call{})
	copy(w.calls[i+1:], w.calls[i:])
	w.calls[i] = c
}

func (w *world) do(at protocol.Time, f func()) { w.push(call{at: at, do: f}) }

// apply schedules the effects of a change.
func (w *world) apply() {
	for _, tr := range w.eff.Transfers {
		w.push(call{at: tr.At, tr: tr})
	}
	for _, tm := range w.eff.Timers {
		w.push(call{at: tm.At, timer: &tm})
	}
	for _, n := range w.eff.Notices {
		w.notices = append(w.notices, notice{w.at, n})
	}
	w.eff.Reset()
}

func (w *world) send(from protocol.NodeID, to []protocol.NodeID, p *parcel) int {
	out := w.Send(w.at, from, to, p, 0, nil)
	for _, tr := range out {
		w.push(call{at: tr.At, tr: tr})
	}
	return len(out)
}

func (w *world) run(until protocol.Time) {
	for len(w.calls) > 0 && w.calls[0].at <= until {
		c := w.calls[0]
		w.calls = w.calls[1:]
		w.at = c.at
		switch {
		case c.do != nil:
			c.do()
		case c.timer != nil:
			w.fired++
			w.Fire(c.at, *c.timer, &w.eff)
			w.apply()
		default:
			w.arrive(c.tr)
		}
	}
	w.at = until
}

func (w *world) arrive(tr *Transfer) {
	outcome := w.Arrive(w.at, tr, &w.eff)
	w.apply()
	switch outcome {
	case Delayed:
		w.delayed++
		w.push(call{at: tr.At, tr: tr})
		return
	case Delivered:
		if p, ok := tr.Msg.(*parcel); ok {
			w.arrivals = append(w.arrivals, arrival{w.at, tr.From, tr.To, p.id, tr.Conn})
		}
	}
	w.Release(tr)
}

func (w *world) change(f func(protocol.Time, *Effects)) {
	f(w.at, &w.eff)
	w.apply()
}

func (w *world) up(n protocol.NodeID) { w.change(func(t protocol.Time, e *Effects) { w.Up(t, n, e) }) }
func (w *world) down(n protocol.NodeID) {
	w.change(func(t protocol.Time, e *Effects) { w.Down(t, n, e) })
}
func (w *world) pause(n protocol.NodeID) {
	w.change(func(t protocol.Time, e *Effects) { w.Pause(t, n, e) })
}
func (w *world) resume(n protocol.NodeID) {
	w.change(func(t protocol.Time, e *Effects) { w.Resume(t, n, e) })
}
func (w *world) cut(from, to []protocol.NodeID) {
	w.change(func(t protocol.Time, e *Effects) { w.Cut(t, from, to, e) })
}
func (w *world) heal(from, to []protocol.NodeID) {
	w.change(func(t protocol.Time, e *Effects) { w.Heal(t, from, to, e) })
}

func (w *world) limit(n protocol.NodeID, up, down int64) {
	w.change(func(t protocol.Time, e *Effects) { w.Cap(t, n, up, down, e) })
}

type ids = []protocol.NodeID

func uniform(oneWay time.Duration, loss Loss) *Paths {
	p, err := Uniform(oneWay, loss)
	if err != nil {
		panic(err)
	}
	return p
}

// mesh is n nodes of one subnet and a client, connected; the network is steady.
func mesh(n int, oneWay time.Duration, bandwidth int64) *world {
	c := Config{Chance: rng.Root(1), Paths: uniform(oneWay, 0), Steady: true}
	for range n {
		c.Endpoints = append(c.Endpoints, Endpoint{Mesh: 3, Uplink: bandwidth, Downlink: bandwidth})
	}
	c.Endpoints = append(c.Endpoints, Endpoint{Mesh: NoMesh})
	w := newWorld(c)
	for i := range n {
		w.up(protocol.NodeID(i))
	}
	w.run(protocol.Time(4 * oneWay))
	w.notices = nil
	return w
}

const (
	ms = protocol.Time(time.Millisecond)
	s  = protocol.Time(time.Second)
)

func TestMessageTakesItsLatencyAndOneEvent(t *testing.T) {
	w := mesh(3, 100*time.Millisecond, 300_000_000)
	w.run(10 * s)
	require.Equal(t, 2, w.send(0, ids{1, 2}, &parcel{1, 200}))
	w.run(11 * s)
	wire := protocol.Time(310 * 8 * 1000 / 300) // ns at 300 Mbit/s, header included
	require.InDelta(t, int64(10*s+100*ms+wire), int64(w.arrivals[0].at), 2)
	require.InDelta(t, int64(10*s+100*ms+2*wire), int64(w.arrivals[1].at), 2)
	require.Zero(t, w.delayed)
	require.Equal(t, Traffic{SentBytes: 620, SentMessages: 2}, w.Traffic(0))
	require.Equal(t, Traffic{ReceivedBytes: 310, ReceivedMessages: 1}, w.Traffic(2))
}

// reference/protocol.md B: 13 nodes, 4 MB block, 300 Mbit/s per node: ≈ 1 s to broadcast; 40 nodes: ≈ 3 s.
func TestBroadcastOfABlockTakesTheUplinksTime(t *testing.T) {
	for n, want := range map[int]float64{13: 1.4, 40: 4.5} {
		w := mesh(n, 10*time.Millisecond, 300_000_000)
		w.run(10 * s)
		var all ids
		for i := 1; i < n; i++ {
			all = append(all, protocol.NodeID(i))
		}
		w.send(0, all, &parcel{1, 4_000_000})
		w.run(9*s + 7*s)
		require.Len(t, w.arrivals, n-1)
		first, last := w.arrivals[0].at-10*s, w.arrivals[n-2].at-10*s
		require.InDelta(t, want, time.Duration(last).Seconds(), 0.15)
		require.Less(t, last-first, 5*ms, "copies take turns: all arrive at the end")
	}
}

func TestSmallMessagesOvertakeLargeOnesAndStillCount(t *testing.T) {
	w := mesh(3, 10*time.Millisecond, 80_000_000) // 10 MB/s
	w.run(s)
	w.send(0, ids{1}, &parcel{1, 1_000_000})
	w.send(0, ids{2}, &parcel{2, 1000})
	w.send(0, ids{2}, &parcel{3, 1_000_000})
	w.run(3 * s)
	require.Equal(t, []int{2, 1, 3}, []int{w.arrivals[0].id, w.arrivals[1].id, w.arrivals[2].id})
	require.Less(t, w.arrivals[0].at, s+11*ms)
	total := w.Traffic(0).SentBytes
	require.InDelta(t, float64(s+10*ms)+float64(total)*100, float64(w.arrivals[2].at), 1e3, "the uplink did all the work, and nothing else")
}

// However messages come, an uplink and a downlink carry no more than their bandwidth, every message arrives once, and
// large messages of one link stay in order.
func TestBandwidthIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const perByte = 100 // ns: 80 Mbit/s
		w := mesh(4, 10*time.Millisecond, 80_000_000)
		start := w.at
		n := rapid.IntRange(1, 40).Draw(t, "messages")
		sent := make(map[int]int)
		large := rapid.Bool().Draw(t, "large")
		for i := range n {
			lo, hi := 1, SmallMessage-3*PacketHeader
			if large {
				lo, hi = hi+1, 200_000
			}
			p := &parcel{i, rapid.IntRange(lo, hi).Draw(t, "size")}
			from := protocol.NodeID(rapid.IntRange(0, 3).Draw(t, "from"))
			to := ids{(from + 1) % 4, (from + 2) % 4, (from + 3) % 4}[:rapid.IntRange(1, 3).Draw(t, "copies")]
			w.do(start+protocol.Time(rapid.IntRange(0, 50).Draw(t, "at"))*ms, func() { sent[i] += w.send(from, to, p) })
		}
		w.run(100 * s)
		got := make(map[int]int)
		var last [4]protocol.Time
		for _, a := range w.arrivals {
			got[a.id]++
			last[a.to] = a.at
		}
		require.Equal(t, sent, got)
		for i := range protocol.NodeID(4) {
			tr := w.Traffic(i)
			require.GreaterOrEqual(t, w.endpoints[i].up.busy, protocol.Time(tr.SentBytes*perByte))
			if tr.ReceivedBytes > 0 { // its own wire starts 10 ms after the first message left, at the earliest
				require.GreaterOrEqual(t, last[i]+1, start+10*ms+protocol.Time(tr.ReceivedBytes*perByte))
			}
		}
	})
}

// measured_reality.md: one stream between regions makes about 75 Mbit/s at a round trip of 300 ms.
func TestOneConnectionIsBoundByItsWindow(t *testing.T) {
	w := mesh(2, 150*time.Millisecond, 10_000_000_000)
	w.run(10 * s)
	for range 40 {
		w.send(0, ids{1}, &parcel{1, 1_000_000})
	}
	w.send(0, ids{1}, &parcel{2, 100})
	w.run(10*s + 150*ms + 50*ms)
	require.Contains(t, w.arrivals, arrival{10*s + 150*ms + 168, 0, 1, 2, 1}, "a small message does not wait for the window")
	w.run(100 * s)
	w.arrivals = slices.DeleteFunc(w.arrivals, func(a arrival) bool { return a.id == 2 })
	require.Len(t, w.arrivals, 40)
	first, last := w.arrivals[0].at, w.arrivals[39].at
	require.Less(t, first, 10*s+152*ms, "a burst of a window goes at once")
	rate := 39 * 8 / time.Duration(last-first).Seconds()
	require.InDelta(t, 75, rate, 8)
}

func TestSlowDownlinkHoldsUp(t *testing.T) {
	w := mesh(3, 10*time.Millisecond, 800_000_000)
	w.limit(2, 0, 8_000_000)
	w.run(s)
	w.send(0, ids{2}, &parcel{1, 1_000_000})
	w.run(4 * s)
	require.InDelta(t, float64(s+10*ms)+1.08e9, float64(w.arrivals[0].at), 1e7, "a megabyte and its headers at a megabyte a second")
	w.limit(2, 0, 0)
	w.send(0, ids{2}, &parcel{2, 1_000_000})
	w.run(5 * s)
	require.Less(t, w.arrivals[1].at, 4*s+25*ms)
	w.run(5 * s)
	w.limit(0, 80_000_000, 0)
	w.limit(1, 8_000_000_000, 0)
	w.send(0, ids{2}, &parcel{3, 1_000_000})
	w.send(1, ids{0}, &parcel{4, 1_000_000})
	w.run(6 * s)
	require.InDelta(t, float64(5*s+10*ms)+1.08e7, float64(w.arrivals[2].at), 1e5, "its own uplink is no wider than it was")
	require.Equal(t, 4, w.arrivals[2].id)
	require.InDelta(t, float64(5*s+10*ms)+1.08e8, float64(w.arrivals[3].at), 1e6)
}

func TestJitterHasTheMeasuredSpread(t *testing.T) {
	n := New(Config{Chance: rng.Root(7), Paths: uniform(100*time.Millisecond, 0), Endpoints: make([]Endpoint, 2)})
	l := n.link(0, 1)
	const draws = 100_000
	var sum, squares float64
	low := math.Inf(1)
	for range draws {
		d := float64(l.delay(1, false))/1e8 - 1
		sum += d
		squares += d * d
		low = min(low, d)
	}
	require.InDelta(t, 0, sum/draws, 0.0001, "the table's latency is the mean")
	require.InDelta(t, 0.0057, math.Sqrt(squares/draws), 0.001)
	require.Greater(t, low, -0.0031)
}

func TestLossDelaysByProbeTimeouts(t *testing.T) {
	const draws = 200_000
	for _, packets := range []uint64{1, 3, 1000} {
		p := uint64(10_000_000) * perBillion // 1 %
		counts := make(map[int]float64)
		draw := rng.Root(3).Split("test", packets)
		for i := range uint64(draws) {
			counts[lossRounds(draw.At(i).Uint64(), p, packets)]++
		}
		for rounds := range 3 {
			below := math.Pow(1-math.Pow(0.01, float64(rounds)), float64(packets))
			atMost := math.Pow(1-math.Pow(0.01, float64(rounds+1)), float64(packets))
			require.InDelta(t, atMost-below, counts[rounds]/draws, 0.003, "%d packets, %d rounds", packets, rounds)
		}
	}
	l := &link{oneWay: 1e8, back: 1e8}
	require.Equal(t, int64(225e6), l.recovery(1))
	require.Equal(t, int64(3*225e6), l.recovery(2))
	require.Equal(t, int64(5e9), l.recovery(maxRounds))
	require.Equal(t, maxRounds, lossRounds(math.MaxUint64, uint64(MaxLoss)*perBillion, 1), "ends")
}

// Law 3: another endpoint or other traffic shifts no draw.
func TestDrawsBelongToTheLink(t *testing.T) {
	delays := func(endpoints int, noise bool) (out []protocol.Time) {
		n := New(Config{Chance: rng.Root(7), Paths: uniform(100*time.Millisecond, 100_000_000), Endpoints: make([]Endpoint, endpoints)})
		for range 50 {
			if noise {
				n.link(1, 0).delay(1, false)
				n.link(0, 2).delay(1, false)
			}
			out = append(out, n.link(0, 1).delay(1, false))
		}
		return out
	}
	require.Equal(t, delays(3, false), delays(9, true))
}

func TestDisturbanceComesAndGoes(t *testing.T) {
	w := mesh(3, 100*time.Millisecond, 0)
	w.run(10 * s)
	took := func() protocol.Time {
		w.arrivals = nil
		sent := w.at
		w.send(0, ids{1}, &parcel{1, 10})
		w.run(sent + 9*s)
		return w.arrivals[0].at - sent
	}
	a, b := Disturbance{Delay: 50 * time.Millisecond}, Disturbance{Delay: 7 * time.Millisecond, Loss: MaxLoss}
	w.Disturb(ids{0}, ids{1, 2}, a)
	require.Equal(t, 150*ms, took())
	require.Equal(t, int64(150*ms), w.link(1, 0).back)
	w.Disturb(ids{0}, ids{1, 2}, b)
	require.Greater(t, took(), 157*ms, "lost once at least, in this seed")
	w.Calm(ids{0}, ids{1, 2}, a)
	w.Calm(ids{0}, ids{1, 2}, b)
	require.Equal(t, 100*ms, took())
}

func TestNewPathsNamesTheFault(t *testing.T) {
	d := time.Millisecond
	for want, f := range map[string]func() (*Paths, error){
		"at least one place":   func() (*Paths, error) { return NewPaths(nil, nil) },
		"row 2 of the latency": func() (*Paths, error) { return NewPaths([][]time.Duration{{d, d}, {d}}, nil) },
		"from place 1 to 2 is -1ms": func() (*Paths, error) {
			return NewPaths([][]time.Duration{{d, -d}, {d, d}}, nil)
		},
		"loss matrix has 2 rows": func() (*Paths, error) { return NewPaths([][]time.Duration{{d}}, [][]Loss{{0}, {0}}) },
		"row 1 of the loss":      func() (*Paths, error) { return NewPaths([][]time.Duration{{d}}, [][]Loss{{0, 0}}) },
		"loss from place 1 to 1": func() (*Paths, error) { return NewPaths([][]time.Duration{{d}}, [][]Loss{{1e9}}) },
	} {
		_, err := f()
		require.ErrorContains(t, err, want)
	}
}

func BenchmarkMessage(b *testing.B) {
	c := Config{Chance: rng.Root(1), Paths: uniform(100*time.Millisecond, cityLoss)}
	for range 13 {
		c.Endpoints = append(c.Endpoints, Endpoint{Mesh: 0, Uplink: 300_000_000, Downlink: 300_000_000})
	}
	w := newWorld(c)
	for i := range protocol.NodeID(13) {
		w.up(i)
	}
	w.run(10 * s)
	to := ids{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	var out []*Transfer
	msg := &parcel{1, 250}
	t := w.at
	b.ReportAllocs()
	for b.Loop() {
		out = w.Send(t, 0, to, msg, 0, out[:0])
		for _, tr := range out {
			if w.Arrive(tr.At, tr, &w.eff) == Lost {
				b.Fatal("lost")
			}
			w.Release(tr)
		}
		t += ms
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/12, "ns/message")
}

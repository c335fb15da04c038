package machine_test

import (
	"testing"
	"time"

	"icsim/protocol"
	"icsim/sim/event"
	"icsim/sim/machine"
	"icsim/sim/network"
	"icsim/sim/rng"
	"icsim/sim/trace"
)

// chatter sends a message to its peers every 10 ms, and notes each tenth arrival.
type chatter struct {
	peers []protocol.NodeID
	msg   protocol.Poke
	heard int
}

type small struct{ *protocol.Poke }

func (small) Size() int { return 250 }

func (c *chatter) Step(in *protocol.Input, out *protocol.Outputs) {
	out.Meter.Charge(protocol.OpReceive, len(in.Arrivals))
	for range in.Arrivals {
		if c.heard++; c.heard%10 == 0 {
			out.Emit(protocol.Note{Kind: protocol.NoteBeacon})
		}
	}
	if in.Lane != protocol.LaneConsensus {
		return
	}
	next := in.Instant/10_000_000*10_000_000 + 10_000_000
	if len(in.Arrivals) == 0 {
		out.Send(c.peers, small{&c.msg})
	}
	out.Wake = next
}

// what an event does: exactly one of a transfer, a lane's end or a lane's wake-up.
type what struct {
	transfer *network.Transfer
	kind     trace.Kind
	lane     protocol.Lane
}

// pump is the least simulator that there is: hosts, a network, a loop and a record.
type pump struct {
	loop      *event.Loop[what]
	hosts     []*machine.Host
	net       *network.Network
	record    *trace.Recorder
	out       []*network.Transfer
	delivered int
}

func newPump(nodes int) *pump {
	costs := machine.Mainnet()
	paths, err := network.Uniform(100*time.Millisecond, 200_000)
	if err != nil {
		panic(err)
	}
	p := &pump{record: trace.New(trace.Config{})}
	c := network.Config{Chance: rng.Root(1).Split("network"), Paths: paths}
	for i := range nodes {
		p.hosts = append(p.hosts, machine.New(machine.Config{Node: protocol.NodeID(i), Costs: &costs}))
		c.Endpoints = append(c.Endpoints, network.Endpoint{Uplink: 300_000_000, Downlink: 300_000_000})
	}
	p.net = network.New(c)
	p.loop = event.NewLoop(1, p.handle)
	for i, h := range p.hosts {
		m := &chatter{}
		for j := range p.hosts {
			if i != j {
				m.peers = append(m.peers, protocol.NodeID(j))
			}
		}
		for lane, d := range h.Start(0, m) {
			p.due(uint32(i), protocol.Lane(lane), d)
		}
	}
	var eff network.Effects
	for i := range p.hosts { // connections: the timers at once, for brevity
		p.net.Up(0, protocol.NodeID(i), &eff)
	}
	for i := 0; i < len(eff.Timers); i++ {
		p.net.Fire(eff.Timers[i].At, eff.Timers[i], &eff)
	}
	return p
}

func (p *pump) due(node uint32, lane protocol.Lane, d machine.Due) {
	if d.Free != 0 {
		p.loop.Schedule(node, node, int64(d.Free), what{kind: trace.Free, lane: lane})
	}
	if d.Wake != 0 {
		p.loop.Schedule(node, node, int64(d.Wake), what{kind: trace.Wake, lane: lane})
	}
}

func (p *pump) handle(ev *event.Event[what]) {
	w, node, t := ev.Payload, ev.Dst, protocol.Time(ev.At)
	rec := trace.Event{Key: &ev.Key, Node: protocol.NodeID(node), Lane: w.lane, Kind: w.kind}
	switch w.kind {
	case trace.Arrival:
		rec.Fingerprint = w.transfer.Msg.Fingerprint()
		p.record.Event(&rec)
		p.arrive(t, node, w.transfer)
	case trace.Free:
		p.record.Event(&rec)
		out, d := p.hosts[node].Free(t, w.lane)
		p.due(node, w.lane, d)
		if out != nil {
			p.release(t, node, out)
		}
	default:
		p.record.Event(&rec)
		p.due(node, w.lane, p.hosts[node].WakeUp(t, w.lane))
	}
}

func (p *pump) arrive(t protocol.Time, node uint32, tr *network.Transfer) {
	var eff network.Effects // none: nobody stops a stream
	switch p.net.Arrive(t, tr, &eff) {
	case network.Delayed:
		p.loop.Schedule(node, node, int64(tr.At), what{kind: trace.Arrival, transfer: tr})
		return
	case network.Delivered:
		p.delivered++
		lane := tr.Msg.Lane()
		d, _ := p.hosts[node].Arrive(t, lane, &protocol.Arrival{From: tr.From, Conn: tr.Conn, Msg: tr.Msg})
		p.due(node, lane, d)
	}
	p.net.Release(tr)
}

func (p *pump) release(t protocol.Time, node uint32, out *protocol.Outputs) {
	for i := range out.Notes {
		p.record.Note(protocol.NodeID(node), &out.Notes[i])
	}
	for _, s := range out.Sends {
		p.out = p.net.Send(t, protocol.NodeID(node), s.To, s.Msg, 0, p.out[:0])
		for _, tr := range p.out {
			p.loop.Schedule(node, uint32(tr.To), int64(tr.At), what{kind: trace.Arrival, transfer: tr})
		}
	}
}

func TestPumpIsDeterministic(t *testing.T) {
	run := func() ([32]byte, int) {
		p := newPump(13)
		p.loop.Run(2_000_000_000)
		return p.record.Digest(), p.delivered
	}
	a, delivered := run()
	b, _ := run()
	if a != b {
		t.Error("two runs have two digests")
	}
	if want := 12 * 13 * 150; delivered < want {
		t.Errorf("%d messages were delivered, fewer than %d", delivered, want)
	}
}

func BenchmarkDeliveredMessage(b *testing.B) {
	p := newPump(13)
	p.loop.Run(1_000_000_000)
	p.delivered = 0
	b.ReportAllocs()
	until := int64(1_000_000_000)
	for b.Loop() {
		until += 10_000_000
		p.loop.Run(until)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(p.delivered), "ns/message")
}

package protocoltest

import (
	"strings"
	"testing"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/protocol"
)

// A machine that does as its function says.
type machine func(in *protocol.Input, out *protocol.Outputs)

func (m machine) Step(in *protocol.Input, out *protocol.Outputs) { m(in, out) }

func asking(path string) *protocol.ReadRequest {
	return &protocol.ReadRequest{Read: protocol.NewSignedRead(
		protocol.ReadContent{Paths: []hashtree.Path{{hashtree.Label(path)}}}, 0, protocol.Authentication{})}
}

// answering is a machine as it should be: it answers what it is asked, and looks at the time each second.
func answering() protocol.Machine {
	return machine(func(in *protocol.Input, out *protocol.Outputs) {
		for _, a := range in.Arrivals {
			if m, ok := a.Msg.(*protocol.ReadRequest); ok {
				out.Send([]protocol.NodeID{a.From}, &protocol.ReadReply{ID: m.Read.ID})
			}
		}
		out.Wake = in.Instant + 1e9
	})
}

// with is a machine that does something more.
func with(more func(in *protocol.Input, out *protocol.Outputs)) func() protocol.Machine {
	return func() protocol.Machine {
		good := answering()
		return machine(func(in *protocol.Input, out *protocol.Outputs) {
			good.Step(in, out)
			more(in, out)
		})
	}
}

// Each clause of the contract is missed by a machine that breaks it alone.
func TestKitSeesWhatIsBroken(t *testing.T) {
	lives := uint64(0)
	for name, c := range map[string]struct {
		make func() protocol.Machine
		want string // in a fault; "": there is none
	}{
		"good": {answering, ""},
		"another output each time": {func() protocol.Machine {
			lives++
			life := lives
			return with(func(_ *protocol.Input, out *protocol.Outputs) { out.Emit(protocol.Note{Value: life}) })()
		}, "the outputs differ from those to the same inputs before"},
		"keeps the arrivals": {func() protocol.Machine {
			var kept []protocol.Arrival
			return with(func(in *protocol.Input, out *protocol.Outputs) {
				for _, a := range kept {
					out.Emit(protocol.Note{Reason: a.Msg.String()})
				}
				if kept = nil; len(in.Arrivals) > 0 {
					kept = in.Arrivals
				}
			})()
		}, "something of them is kept"},
		"keeps the outputs": {func() protocol.Machine {
			var last *protocol.Send
			return with(func(_ *protocol.Input, out *protocol.Outputs) {
				if last != nil {
					out.Emit(protocol.Note{Reason: last.Msg.String()})
				}
				if last = nil; len(out.Sends) > 0 {
					last = &out.Sends[0]
				}
			})()
		}, "something of them is kept"},
		"changes what arrives": {with(func(in *protocol.Input, _ *protocol.Outputs) {
			for _, a := range in.Arrivals {
				if m, ok := a.Msg.(*protocol.ReadRequest); ok && len(m.Read.Content.Paths) > 0 {
					m.Read.Content.Paths[0] = hashtree.Path{"changed", hashtree.Label(in.Instant.String())}
				}
			}
		}), "lane changed *protocol.ReadRequest that arrived"},
		"changes the list of arrivals": {with(func(in *protocol.Input, _ *protocol.Outputs) { clear(in.Arrivals) }), "changed its input"},
		"changes the time":             {with(func(in *protocol.Input, _ *protocol.Outputs) { in.Now++ }), "changed its input"},
		"changes what it sent": {func() protocol.Machine {
			var sent *protocol.ReadReply
			return with(func(_ *protocol.Input, out *protocol.Outputs) {
				if sent != nil {
					sent.Serial++
				}
				for _, s := range out.Sends {
					sent = s.Msg.(*protocol.ReadReply)
				}
			})()
		}, "was changed later"},
		"changes whom it sent to": {func() protocol.Machine {
			to := []protocol.NodeID{1}
			return with(func(_ *protocol.Input, out *protocol.Outputs) {
				to[0]++
				out.Send(to, asking("x"))
			})()
		}, "the list of receivers"},
		"wakes in the past": {with(func(in *protocol.Input, out *protocol.Outputs) {
			if in.Instant > 3e9 {
				out.Wake = in.Instant - 1
			}
		}), "which is over"},
		"never rests":     {with(func(in *protocol.Input, out *protocol.Outputs) { out.Wake = in.Instant }), "steps in a row without an input"},
		"sends to nobody": {with(func(_ *protocol.Input, out *protocol.Outputs) { out.Send(nil, asking("x")) }), "sends"},
		"sends nothing":   {with(func(_ *protocol.Input, out *protocol.Outputs) { out.Send([]protocol.NodeID{1}, nil) }), "sends"},
		"to a lane that is none": {with(func(_ *protocol.Input, out *protocol.Outputs) {
			out.Locals = append(out.Locals, protocol.Local{After: -1, Msg: asking("x")})
		}), "gives the node"},
		"believes what it is told": {with(func(in *protocol.Input, _ *protocol.Outputs) {
			for _, a := range in.Arrivals {
				if u, ok := a.Msg.(*protocol.SlotUpdate); ok {
					_ = make([]bool, 8)[min(u.Slot, 100)]
				}
			}
		}), "panic: runtime error: index out of range"},
		"takes replies for answers": {func() protocol.Machine {
			asked := map[protocol.MessageID]bool{}
			return with(func(in *protocol.Input, out *protocol.Outputs) {
				for _, a := range in.Arrivals {
					if r, ok := a.Msg.(*protocol.ReadReply); ok && !asked[r.ID] {
						panic("nobody asked for it")
					}
				}
			})()
		}, "nobody asked for it"},
	} {
		inputs := []protocol.Input{
			{Lane: protocol.LaneQuery, Now: 1e9, Instant: 1e9, Arrivals: []protocol.Arrival{{From: 1, Msg: asking("one")}}},
			{Lane: protocol.LaneQuery, Now: 4e9, Instant: 4e9, Arrivals: []protocol.Arrival{{From: 2, Msg: asking("two")}}},
		}
		got := strings.Join(faults(c.make, inputs), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// The attacker's messages are of all kinds: each artifact, each lane, replies to what was asked.
func TestAttackersAreVersatile(t *testing.T) {
	a := newAttacker(crypto.Hash{1}, nil)
	kinds, lanes := map[protocol.ArtifactKind]bool{}, map[protocol.Lane]bool{}
	for range 2000 {
		m := a.message()
		lanes[m.Lane()] = true
		if u, ok := m.(*protocol.SlotUpdate); ok && u.Artifact != nil {
			kinds[u.Artifact.Kind()] = true
			a.learn(m)
		}
	}
	if len(kinds) != int(protocol.NumArtifactKinds) {
		t.Errorf("kinds %v", kinds)
	}
	if want := int(protocol.NumLanes) - 2; len(lanes) != want { // to execution and the orchestrator nothing comes from outside
		t.Errorf("lanes %v", lanes)
	}
	ask := asking("x")
	if r, ok := a.reply(ask).(*protocol.ReadReply); !ok || r.ID != ask.Read.ID {
		t.Errorf("reply %v", r)
	}
}

// A host's own messages come in the order of their times, and not before; alarms are for lanes.
func TestHostKeepsTime(t *testing.T) {
	var steps []string
	h := Host{Skew: 5, Machine: machine(func(in *protocol.Input, out *protocol.Outputs) {
		for _, a := range in.Arrivals {
			steps = append(steps, in.Lane.String()+" "+in.Instant.String()+" "+a.Msg.String())
		}
		if in.Now != in.Instant+5 {
			t.Errorf("the wall clock shows %s at %s", in.Now, in.Instant)
		}
		if len(in.Arrivals) == 0 {
			steps = append(steps, in.Lane.String()+" "+in.Instant.String())
		}
		if in.Lane == protocol.LaneXNet && in.Instant == 0 {
			out.Locals = []protocol.Local{
				{After: 20, Msg: &protocol.Poke{At: protocol.LaneQuery, Reason: "late"}}, {Msg: &protocol.Poke{At: protocol.LaneXNet, Reason: "now"}},
			}
		}
		if in.Lane == protocol.LaneIngress && in.Instant == 0 {
			out.Wake = 7
		}
	})}
	h.Start()
	started := len(steps)
	awake := 0
	for l := range protocol.NumLanes {
		if !l.Sleeps() {
			awake++
		}
	}
	if started != awake {
		t.Errorf("started %v", steps)
	}
	h.Advance(19)
	h.Advance(30)
	want := "xnet 1ns now, ingress 7ns, query 20ns late"
	if got := strings.Join(steps[started:], ", "); got != want || h.Now() != 30 || h.Next() != protocol.Never {
		t.Errorf("got %s at %s, want %s", got, h.Now(), want)
	}
}

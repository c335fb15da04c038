package protocoltest

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"icsim/crypto"
	"icsim/protocol"
)

// Bounds of a play.
const (
	after    = protocol.Time(13e9) // how long it goes on when all inputs are given
	maxIdle  = 2000                // steps in a row without an input
	maxFault = 8                   // faults that are told of one play
)

// TestMachine holds machines to the contract of protocol.Machine. make makes a fresh one, in the same state each time; inputs are what
// comes to it from outside, by ascending Instant: they come in between what it does by itself. Everything a machine sends to itself
// comes back to it.
func TestMachine(t *testing.T, make func() protocol.Machine, inputs ...protocol.Input) {
	t.Helper()
	for _, f := range faults(make, inputs) {
		t.Error(f)
	}
}

// faults plays the inputs: twice as they are, once with all that is handed over spoiled as soon as the step is over, and some times
// with hostile messages in between.
func faults(make func() protocol.Machine, inputs []protocol.Input) []string {
	first := newPlay("first", make())
	first.all(inputs)
	again := newPlay("again", make())
	again.all(inputs)
	again.sameAs(first, "the outputs differ from those to the same inputs before")
	spoiled := newPlay("spoiled", make())
	spoiled.spoil = true
	spoiled.all(inputs)
	spoiled.sameAs(first, "the outputs differ when in and out are spoiled after each step: something of them is kept")
	all := append(append(first.faults, again.faults...), spoiled.faults...)
	for seed := range byte(2) {
		hostile := newPlay(fmt.Sprintf("hostile %d", seed), make())
		hostile.attacker = newAttacker(crypto.Hash{seed}, inputs)
		hostile.all(inputs)
		all = append(all, hostile.faults...)
	}
	return all
}

// A play is one machine that is given the inputs.
type play struct {
	name     string
	host     Host
	spoil    bool
	attacker *attacker // nil: nobody interferes
	steps    []string  // what each put out
	idle     int       // steps since the last input
	seen     []held    // messages that must not change
	faults   []string
	dead     bool // it panicked or spins

	arrivals []protocol.Arrival // used for each step, if they are spoiled
	outputs  protocol.Outputs
}

// held is something immutable, with its content when it was met.
type held struct {
	what    string
	value   any
	content crypto.Hash
}

func newPlay(name string, m protocol.Machine) *play {
	p := &play{name: name, host: Host{Machine: m}}
	p.host.Run = p.step
	return p
}

func (p *play) fault(format string, args ...any) {
	if len(p.faults) < maxFault {
		p.faults = append(p.faults, p.name+": "+fmt.Sprintf(format, args...))
	}
}

// all gives the inputs, and lets the machine go on for a while.
func (p *play) all(inputs []protocol.Input) {
	defer func() {
		if r := recover(); r != nil {
			p.dead = true
			p.fault("after %d steps: panic: %v\n%s", len(p.steps), r, origin())
		}
	}()
	if len(inputs) > 0 {
		p.host.Skew = inputs[0].Now.Sub(inputs[0].Instant)
	}
	p.host.Start()
	for i := range inputs {
		in := &inputs[i]
		if in.Instant < p.host.Now() {
			panic(fmt.Sprintf("protocoltest: input %d at %s comes after %s", i, in.Instant, p.host.Now()))
		}
		p.host.Skew = in.Now.Sub(in.Instant)
		p.advance(in.Instant)
		p.idle = 0
		p.host.step(in.Lane, in.Arrivals)
	}
	p.advance(p.host.Now() + after)
	for _, h := range p.seen {
		if contentOf(h.value) != h.content {
			p.fault("%s was changed later", h.what)
		}
	}
}

// advance lets time pass, in the company of an attacker if there is one.
func (p *play) advance(until protocol.Time) {
	if p.attacker == nil {
		p.host.Advance(until)
		return
	}
	for from := p.host.Now(); ; {
		for _, a := range p.attacker.arrivals() {
			p.idle = 0
			p.host.Give(a)
		}
		if from += protocol.Time(25e7); from >= until {
			break
		}
		p.host.Advance(from)
	}
	p.host.Advance(until)
}

// step steps the machine and looks at what it did.
func (p *play) step(in *protocol.Input, out *protocol.Outputs) {
	if p.idle++; p.idle > maxIdle {
		panic(fmt.Sprintf("%d steps in a row without an input", maxIdle))
	}
	given := *in
	if p.spoil {
		p.arrivals = append(p.arrivals[:0], in.Arrivals...)
		given.Arrivals = p.arrivals
		p.empty()
	} else {
		given.Arrivals = append([]protocol.Arrival(nil), in.Arrivals...)
		p.outputs = protocol.Outputs{Wake: protocol.Never}
	}
	for i := range in.Arrivals {
		m := in.Arrivals[i].Msg
		p.hold(fmt.Sprintf("%T that arrived (%s)", m, m), m)
	}
	p.host.Machine.Step(&given, &p.outputs)
	p.inputUnchanged(in, &given)
	p.outputAllowed(in, &p.outputs)
	p.steps = append(p.steps, fmt.Sprintf("%s at %s (%d arrivals): %s", in.Lane, in.Instant, len(in.Arrivals), describe(&p.outputs)))
	if p.attacker != nil {
		p.attacker.watch(in, &p.outputs)
	}
	out.Wake = p.outputs.Wake
	out.Sends = append(out.Sends, p.outputs.Sends...)
	out.Locals = append(out.Locals, p.outputs.Locals...)
	out.Writes = append(out.Writes, p.outputs.Writes...)
	if p.spoil {
		ruin(&given, &p.outputs)
	}
}

// hold notes what must not change any more. Messages that stay within the node lead to its own states.
func (p *play) hold(what string, v any) {
	if m, ok := v.(protocol.Message); ok && m.Size() == 0 {
		return
	}
	p.seen = append(p.seen, held{what, v, contentOf(v)})
}

func (p *play) inputUnchanged(in, given *protocol.Input) {
	same := given.Lane == in.Lane && given.Now == in.Now && given.Instant == in.Instant && len(given.Arrivals) == len(in.Arrivals)
	for i := range in.Arrivals {
		same = same && given.Arrivals[i] == in.Arrivals[i]
	}
	if !same {
		p.fault("at %s the %s lane changed its input", in.Instant, in.Lane)
	}
	for _, h := range p.seen[len(p.seen)-min(len(in.Arrivals), len(p.seen)):] {
		if contentOf(h.value) != h.content {
			p.fault("at %s the %s lane changed %s", in.Instant, in.Lane, h.what)
		}
	}
}

// outputAllowed looks at what a step put out by itself.
func (p *play) outputAllowed(in *protocol.Input, out *protocol.Outputs) {
	if out.Wake < in.Instant {
		p.fault("at %s the %s lane wants to wake at %s, which is over", in.Instant, in.Lane, out.Wake)
	}
	for _, s := range out.Sends {
		if s.Msg == nil || len(s.To) == 0 {
			p.fault("at %s the %s lane sends %v to %v", in.Instant, in.Lane, s.Msg, s.To)
			continue
		}
		p.hold(fmt.Sprintf("%T that was sent at %s (%s)", s.Msg, in.Instant, s.Msg), s.Msg)
		p.hold(fmt.Sprintf("the list of receivers of %s, sent at %s,", s.Msg, in.Instant), s.To)
	}
	for _, l := range out.Locals {
		if l.Msg == nil || l.Msg.Lane() >= protocol.NumLanes || l.After < 0 {
			p.fault("at %s the %s lane gives the node %v after %s", in.Instant, in.Lane, l.Msg, l.After)
		}
	}
	for _, n := range out.Notes {
		if n.Kind >= protocol.NumNoteKinds {
			p.fault("at %s the %s lane makes a note of kind %d", in.Instant, in.Lane, n.Kind)
		}
	}
}

// empty gets the outputs ready for the next step as a caller does that uses them again.
func (p *play) empty() {
	o := &p.outputs
	o.Sends, o.Locals, o.Writes, o.Notes = o.Sends[:0], o.Locals[:0], o.Writes[:0], o.Notes[:0]
	o.Wake, o.Meter, o.Restart, o.Peers = protocol.Never, protocol.Meter{}, protocol.Restart{}, nil
}

// ruin overwrites what was handed over.
func ruin(in *protocol.Input, out *protocol.Outputs) {
	nonsense := &protocol.Poke{At: protocol.LaneQuery, Reason: "kept from a step that is over"}
	in.Lane, in.Now, in.Instant = protocol.NumLanes, protocol.Never, protocol.Never
	for i := range in.Arrivals {
		in.Arrivals[i] = protocol.Arrival{From: protocol.NoNode, Msg: nonsense}
	}
	for i := range out.Sends {
		out.Sends[i] = protocol.Send{To: []protocol.NodeID{protocol.NoNode}, Msg: nonsense}
	}
	for i := range out.Locals {
		out.Locals[i] = protocol.Local{Msg: nonsense}
	}
	for i := range out.Notes {
		out.Notes[i] = protocol.Note{Reason: nonsense.Reason}
	}
	clear(out.Writes)
	out.Wake = 0
}

// sameAs compares step by step.
func (p *play) sameAs(q *play, why string) {
	if p.dead || q.dead {
		return
	}
	for i := range min(len(p.steps), len(q.steps)) {
		if p.steps[i] != q.steps[i] {
			p.fault("step %d: %s\nbefore: %s\nnow:    %s", i, why, q.steps[i], p.steps[i])
			return
		}
	}
	if len(p.steps) != len(q.steps) {
		p.fault("%d steps in place of %d: %s", len(p.steps), len(q.steps), why)
	}
}

// origin gives the part of a panic's stack that says where it comes from.
func origin() string {
	_, stack, _ := strings.Cut(string(debug.Stack()), "panic(")
	lines := strings.Split(stack, "\n")
	return strings.Join(lines[min(2, len(lines)):min(14, len(lines))], "\n")
}

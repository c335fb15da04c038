package explain

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"icsim/protocol"
)

// A Perfetto writes a run as a Chrome trace, which ui.perfetto.dev shows: a process a node, a thread a lane, a slice a step, an arrow a
// message between nodes. It is filled by a Log, with the steps of the whole run.
//
// Source: "Trace Event Format" (Chrome), whose JSON Perfetto reads.
type Perfetto struct {
	out  *bufio.Writer
	err  error
	any  bool
	sent []departure // by step
	id   uint64
}

// A departure is when and where a step's messages left.
type departure struct {
	at   protocol.Time
	node protocol.NodeID
	lane protocol.Lane
}

// NewPerfetto begins a trace with the nodes' names.
func NewPerfetto(w io.Writer, names []string) *Perfetto {
	p := &Perfetto{out: bufio.NewWriterSize(w, 1<<16), sent: make([]departure, 1)}
	p.write("[")
	for i, name := range names {
		p.event(map[string]any{"ph": "M", "name": "process_name", "pid": i + 1, "args": map[string]any{"name": name}})
		for l := range protocol.NumLanes {
			p.event(map[string]any{"ph": "M", "name": "thread_name", "pid": i + 1, "tid": int(l) + 1, "args": map[string]any{"name": l.String()}})
		}
	}
	return p
}

// mostArgs bounds what is told of one slice.
const mostArgs = 8

// step writes a slice, and the arrows to it. It gives the step's number.
func (p *Perfetto) step(s *Step) int32 {
	p.sent = append(p.sent, departure{s.End, s.Node, s.Lane})
	args := map[string]any{}
	name := "wake"
	if len(s.In) > 0 {
		name = s.In[len(s.In)-1].Msg.String()
		var in []string
		for i := range min(len(s.In), mostArgs) {
			in = append(in, fmt.Sprintf("%s from %s", s.In[i].Msg, s.In[i].From))
		}
		args["in"], args["messages"] = in, len(s.In)
	}
	var notes []string
	for i := range min(len(s.Notes), mostArgs) {
		notes = append(notes, describe(&s.Notes[i]))
	}
	if len(notes) > 0 {
		args["notes"], name = notes, notes[0]
	}
	p.event(map[string]any{
		"ph": "X", "name": name, "pid": int(s.Node) + 1, "tid": int(s.Lane) + 1, "ts": micros(s.At), "dur": micros(s.End - s.At), "args": args,
	})
	for i := range s.In {
		in := &s.In[i]
		if in.Cause == 0 || in.From == s.Node || int(in.Cause) >= len(p.sent) {
			continue
		}
		p.id++
		d := p.sent[in.Cause]
		p.event(map[string]any{
			"ph": "s", "cat": "message", "name": "message", "id": p.id, "pid": int(d.node) + 1, "tid": int(d.lane) + 1, "ts": micros(d.at - 1),
		})
		p.event(map[string]any{
			"ph": "f", "bp": "e", "cat": "message", "name": "message", "id": p.id,
			"pid": int(s.Node) + 1, "tid": int(s.Lane) + 1, "ts": micros(s.At),
		})
	}
	return int32(len(p.sent) - 1)
}

// Happened marks something that happened to the whole, such as a fault.
func (p *Perfetto) Happened(at protocol.Time, what string) {
	p.event(map[string]any{"ph": "i", "s": "g", "name": what, "pid": 0, "tid": 0, "ts": micros(at)})
}

func micros(t protocol.Time) json.Number {
	return json.Number(fmt.Sprintf("%d.%03d", t/1000, t%1000))
}

func (p *Perfetto) event(e map[string]any) {
	text, err := json.Marshal(e) // fields in the order of their names: equal runs write equal traces
	if err != nil && p.err == nil {
		p.err = err
	}
	if p.any {
		p.write(",")
	}
	p.any = true
	p.write("\n" + string(text))
}

func (p *Perfetto) write(s string) {
	if _, err := p.out.WriteString(s); err != nil && p.err == nil {
		p.err = err
	}
}

// Close ends the trace and gives the first error of writing it.
func (p *Perfetto) Close() error {
	p.write("\n]\n")
	if err := p.out.Flush(); p.err == nil {
		p.err = err
	}
	return p.err
}

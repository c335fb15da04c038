package explain

import (
	"slices"

	"icsim/protocol"
)

// A Log remembers the steps of all nodes in a span of a run: what each got, what it observed and what it sent. So what an event
// comes from can be looked up. It is filled while the run lasts, by the simulator.
type Log struct {
	From, Until protocol.Time // of the steps that it remembers
	Steps       []Step        // from 1 on, as they began; 0 is none
	Timeline    *Perfetto     // nil; else it gets all steps, and Steps stays empty
	hosts       []host
}

// A Step is one turn of a lane.
type Step struct {
	Node  protocol.NodeID
	Lane  protocol.Lane
	At    protocol.Time
	End   protocol.Time // when what it puts out takes effect
	In    []Input
	Notes []protocol.Note
	Sends []protocol.Send
}

// An Input is a message that a step got.
type Input struct {
	At    protocol.Time
	From  protocol.NodeID
	Cause int32 // the step that sent it; 0: not known
	Msg   protocol.Message
}

// host is what is on its way through a node.
type host struct {
	waiting [protocol.NumLanes][]Input
	pending [protocol.NumLanes][]int32 // steps whose outputs have not taken effect, oldest first
}

// NewLog begins a log of a run.
func NewLog(from, until protocol.Time) *Log {
	return &Log{From: from, Until: until, Steps: make([]Step, 1)}
}

func (l *Log) host(node protocol.NodeID) *host {
	for int(node) >= len(l.hosts) {
		l.hosts = append(l.hosts, host{})
	}
	return &l.hosts[node]
}

// Arrived tells of a message that a lane is given; Refused, that it did not take it.
func (l *Log) Arrived(node protocol.NodeID, lane protocol.Lane, in Input) {
	h := l.host(node)
	h.waiting[lane] = append(h.waiting[lane], in)
}

// Refused takes the latest arrival back, unless a step has had it.
func (l *Log) Refused(node protocol.NodeID, lane protocol.Lane) {
	if w := l.host(node).waiting[lane]; len(w) > 0 {
		l.host(node).waiting[lane] = w[:len(w)-1]
	}
}

// Stepped tells of a step, which takes all that waits.
func (l *Log) Stepped(node protocol.NodeID, at protocol.Time, in *protocol.Input, out *protocol.Outputs, end protocol.Time) {
	h, step := l.host(node), int32(0)
	full := len(out.Sends)+len(out.Locals)+len(out.Writes)+len(out.Notes) > 0 || out.Restart.Why != ""
	if l.Timeline != nil {
		step = l.Timeline.step(&Step{
			Node: node, Lane: in.Lane, At: at, End: end, In: h.waiting[in.Lane], Notes: out.Notes,
		})
	} else if at >= l.From && at <= l.Until && (full || len(in.Arrivals) > 0) {
		step = int32(len(l.Steps))
		l.Steps = append(l.Steps, Step{
			Node: node, Lane: in.Lane, At: at, End: end, In: slices.Clone(h.waiting[in.Lane]),
			Notes: slices.Clone(out.Notes), Sends: slices.Clone(out.Sends),
		})
	}
	h.waiting[in.Lane] = h.waiting[in.Lane][:0]
	if full {
		h.pending[in.Lane] = append(h.pending[in.Lane], step)
	}
}

// Released gives the step whose outputs take effect.
func (l *Log) Released(node protocol.NodeID, lane protocol.Lane) int32 {
	h := l.host(node)
	if len(h.pending[lane]) == 0 {
		return 0
	}
	step := h.pending[lane][0]
	h.pending[lane] = slices.Delete(h.pending[lane], 0, 1)
	return step
}

// Crashed forgets what was on its way through a node.
func (l *Log) Crashed(node protocol.NodeID) { *l.host(node) = host{} }

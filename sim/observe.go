package sim

import (
	"fmt"
	"slices"
	"time"

	"icsim/crypto"
	"icsim/metrics"
	"icsim/protocol"
	"icsim/sim/check"
	"icsim/sim/event"
	"icsim/sim/trace"
)

// A watch folds what nodes and clients observe into the figures of a result.
type watch struct {
	trace    *trace.Recorder
	checks   *check.Suite
	subnets  []*subnetWatch
	calls    callWatch
	xnet     xnetWatch
	timeline []Moment
	metrics  bool
	follow   *follower // nil: nobody looks on
}

// A subnetWatch folds the observations of a subnet's honest nodes.
type subnetWatch struct {
	name         string
	finalized    protocol.Height
	certified    protocol.Height
	cup          protocol.Height
	executed     protocol.Height
	blockTime    protocol.Time // of the executed height
	stateHash    crypto.Hash
	rank0        uint64
	proposed     map[crypto.Hash]*proposal // of recent heights
	recent       []crypto.Hash             // keys of proposed, oldest first
	finalization *metrics.Histogram        // from proposal until more than half of the nodes see it final, ns
	quorum       int                       // more than half of the nodes
	invalid      uint64
	synced       uint64 // states that nodes fetched and went on from
	badChunks    uint64 // of states, that receivers refused
	accused      []equivocation
	canisters    int
}

// A proposal is a block on its way.
type proposal struct {
	at        protocol.Time
	finalized int // nodes that see it final
}

// An equivocation is proven once, however many nodes see the proof.
type equivocation struct {
	maker  protocol.NodeID
	height protocol.Height
}

// keepProposed bounds the proposals remembered: several for each of the heights that nodes are apart.
const keepProposed = 2048

type callWatch struct {
	submitted, completed, failed, lost uint64
	latency                            *metrics.Histogram
	queries                            queryWatch
}

type queryWatch struct {
	made, answered, lost, distrusted uint64
	latency                          *metrics.Histogram
}

// An xnetWatch times calls between subnets, from the round that sent a request to the one that inducted its response.
type xnetWatch struct {
	calls, responses, rejects uint64
	open                      map[xnetCall]protocol.Time
	latency                   *metrics.Histogram
}

type xnetCall struct {
	caller   protocol.CanisterID
	callback protocol.CallbackID
}

const digits = 3 // significant, of histograms

func (s *simulation) newWatch() watch {
	w := watch{
		trace: trace.New(s.config.Trace), metrics: !s.config.NoMetrics,
		calls: callWatch{latency: metrics.NewHistogram(digits), queries: queryWatch{latency: metrics.NewHistogram(digits)}},
		xnet:  xnetWatch{open: map[xnetCall]protocol.Time{}, latency: metrics.NewHistogram(digits)},
	}
	for i, sub := range s.subnets {
		sw := &subnetWatch{
			name: s.config.Subnets[i].Name, proposed: map[crypto.Hash]*proposal{}, quorum: len(sub.nodes)/2 + 1,
			finalization: metrics.NewHistogram(digits), canisters: sub.state.Canisters().NumCanisters(),
		}
		w.subnets = append(w.subnets, sw)
	}
	w.checks = check.New(s.checkConfig())
	return w
}

// height is the finalized height of all subnets together.
func (w *watch) height() (sum protocol.Height) {
	for _, sub := range w.subnets {
		sum += sub.finalized
	}
	return sum
}

// record enters an event into the digest and the trace.
func (s *simulation) record(ev *event.Event[occurrence]) {
	o := &ev.Payload
	e := trace.Event{Key: &ev.Key, Node: o.node, Lane: o.lane}
	switch o.what {
	case laneFree:
		e.Kind = trace.Free
	case laneWake, nodeStart:
		e.Kind = trace.Wake
	case delivered:
		e.Kind, e.Fingerprint, e.Detail = trace.Arrival, o.transfer.Msg.Fingerprint(), o.transfer.Msg
	case handed:
		e.Kind, e.Fingerprint, e.Detail = trace.Local, o.message.Fingerprint(), o.message
	case netTimer:
		e.Kind = trace.Timer
	case faultDue:
		e.Kind, e.Fingerprint, e.Detail = trace.Fault, uint64(o.index), &s.faults[o.index]
	case registryDue:
		c := &s.config.Changes[o.index]
		e.Kind, e.Fingerprint, e.Detail = trace.Change, uint64(o.index), c
	case registrySeen:
		e.Kind, e.Fingerprint, e.Detail = trace.Local, o.message.Fingerprint(), o.message
	case inputDue:
		e.Kind, e.Fingerprint, e.Detail = trace.Input, s.inputs[o.index].fingerprint(), &s.inputs[o.index]
	}
	s.watch.trace.Event(&e)
}

// note takes one observation: into the digest, to the checkers, into the figures.
func (s *simulation) note(w check.Where, n *protocol.Note) {
	s.watch.trace.Note(w.Node, n)
	if n.Kind == protocol.NoteCertified && int(w.Node) < len(s.secrets) {
		s.members.serving[w.Node] = true
	}
	s.watch.checks.Observe(w, n)
	if s.watch.follow != nil {
		s.watch.follow.note(w, n)
	}
	if s.config.Observe != nil && !s.coalition.Has(w.Node) {
		s.config.Observe(w, n)
	}
	if !s.watch.metrics {
		return
	}
	if int(w.Node) >= len(s.secrets) {
		s.watch.calls.fold(n)
	} else if of := s.members.of[w.Node]; of != unassigned && !s.coalition.Has(w.Node) {
		s.watch.fold(s.watch.subnets[of], w, n)
	}
}

func (c *callWatch) fold(n *protocol.Note) {
	switch n.Kind {
	case protocol.NoteCallSubmitted:
		c.submitted++
	case protocol.NoteCallAnswered:
		if n.Reason == "" {
			c.completed++
		} else {
			c.failed++
		}
		c.latency.Record(int64(n.Value))
	case protocol.NoteCallLost:
		c.lost++
	case protocol.NoteQueryMade:
		c.queries.made++
	case protocol.NoteQueryAnswered:
		c.queries.answered++
		c.queries.latency.Record(int64(n.Value))
	case protocol.NoteQueryLost:
		c.queries.lost++
	case protocol.NoteQueryDistrusted:
		c.queries.distrusted++
	}
}

func (w *watch) fold(sub *subnetWatch, at check.Where, n *protocol.Note) {
	switch n.Kind {
	case protocol.NoteProposed:
		sub.propose(n.Hash, at.At)
	case protocol.NoteFinalized:
		if n.Height > sub.finalized {
			sub.finalized = n.Height
			if n.Value == 0 {
				sub.rank0++
			}
		}
		if p := sub.proposed[n.Hash]; p != nil {
			if p.finalized++; p.finalized == sub.quorum {
				sub.finalization.Record(int64(at.At - p.at))
			}
		}
	case protocol.NoteCertified:
		if n.Height > sub.certified {
			sub.certified, sub.stateHash = n.Height, n.Hash
		}
	case protocol.NoteCatchUpPackage:
		sub.cup = max(sub.cup, n.Height)
	case protocol.NoteInvalid:
		sub.invalid++
	case protocol.NoteEquivocation:
		w.accuse(sub, at, equivocation{n.Peer, n.Height})
	case protocol.NoteBadChunk:
		sub.badChunks++
	case protocol.NoteSyncStarted:
		w.happened(at.At, fmt.Sprintf("%s: %s begins to fetch the state of height %d", sub.name, at.Node, n.Height))
	case protocol.NoteSyncAdopted:
		sub.synced++
		w.happened(at.At, fmt.Sprintf("%s: %s goes on from the state of height %d", sub.name, at.Node, n.Height))
	case protocol.NoteExecuted:
		if n.Round != nil && n.Height > sub.executed {
			sub.executed, sub.blockTime = n.Height, n.Round.Time
			w.xnet.fold(n.Round, at.At)
		}
	}
}

func (sub *subnetWatch) propose(hash crypto.Hash, at protocol.Time) {
	if _, known := sub.proposed[hash]; known {
		return
	}
	if len(sub.recent) == keepProposed {
		delete(sub.proposed, sub.recent[0])
		sub.recent = sub.recent[1:]
	}
	sub.proposed[hash] = &proposal{at: at}
	sub.recent = append(sub.recent, hash)
}

func (w *watch) accuse(sub *subnetWatch, at check.Where, e equivocation) {
	if !slices.Contains(sub.accused, e) {
		sub.accused = append(sub.accused, e)
		w.happened(at.At, fmt.Sprintf("%s: %s is proven to have made two blocks at height %d", sub.name, e.maker, e.height))
	}
}

// maxMoments bounds the timeline.
const maxMoments = 1000

func (w *watch) happened(at protocol.Time, what string) {
	m := Moment{AtSeconds: seconds(at), What: what}
	if len(w.timeline) < maxMoments {
		w.timeline = append(w.timeline, m)
	}
	if w.follow != nil {
		w.follow.happened(m)
	}
}

func (x *xnetWatch) fold(r *protocol.RoundSummary, at protocol.Time) {
	for i := range r.Streams {
		for _, m := range r.Streams[i].Appended {
			if m.Request != nil {
				x.calls++
				x.open[xnetCall{m.Request.Sender, m.Request.Callback}] = at
			}
		}
	}
	for i := range r.Inducted {
		for k, m := range r.Inducted[i].Messages {
			if m.Response != nil && r.Inducted[i].Signals[k] == protocol.Accepted {
				x.respond(m.Response, at)
			}
		}
	}
}

func (x *xnetWatch) respond(m *protocol.Response, at protocol.Time) {
	call := xnetCall{m.Originator, m.Callback}
	since, ok := x.open[call]
	if !ok {
		return
	}
	delete(x.open, call)
	x.responses++
	if m.Reject.Code != 0 {
		x.rejects++
	}
	x.latency.Record(int64(at - since))
}

func seconds(t protocol.Time) float64 { return time.Duration(t).Seconds() }

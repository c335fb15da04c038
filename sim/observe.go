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
	record   *recorder // nil: nobody wants it
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
	chainKeys    []ChainKeyResult // in the order of the registry
	rotations    uint64           // of nodes' encryption keys
	complaints   uint64
	openings     uint64
	canisters    int
	record       *subnetRecorder // nil: nobody wants it

	origin protocol.Height // where the subnet went on after its last recovery
	before protocol.Height // blocks before that
}

// blocks is how many heights are finalized: a recovery leaves some out.
func (sub *subnetWatch) blocks() protocol.Height {
	return sub.before + sub.finalized - min(sub.finalized, sub.origin)
}

// recover notes that a subnet goes on at a height.
func (sub *subnetWatch) recover(at protocol.Height) { sub.before, sub.origin = sub.blocks(), at }

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
	record                    *recorder // nil: nobody wants it
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
			name: s.config.Subnets[i].Name, proposed: map[crypto.Hash]*proposal{}, quorum: len(s.founders(i))/2 + 1,
			finalization: metrics.NewHistogram(digits),
		}
		if s.exists(i) {
			sw.canisters = sub.state.Canisters().NumCanisters()
		}
		if keys := s.config.Subnets[i].ChainKeys; keys != nil {
			for k := range keys.Keys {
				sw.chainKeys = append(sw.chainKeys, ChainKeyResult{Key: keys.Keys[k].ID.String()})
			}
		}
		w.subnets = append(w.subnets, sw)
	}
	w.trace.Strand(s.worldsLane()) // the last: the digest has them all, with events or without
	w.checks = check.New(s.checkConfig())
	if w.metrics && s.config.Record {
		w.record = newRecorder(len(s.subnets))
		for i, sub := range w.subnets {
			sub.record = &w.record.subnets[i]
		}
		w.xnet.record = w.record
	}
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
	e := trace.Event{Key: &ev.Key, Node: o.node, Lane: o.lane, Strand: s.laneFor(protocol.NodeID(ev.Dst), o.what)}
	switch o.what {
	case laneFree:
		e.Kind = trace.Free
	case laneWake, nodeStart, nodeStop:
		e.Kind = trace.Wake
	case delivered:
		m := o.transfer().Msg
		e.Kind, e.Fingerprint, e.Detail = trace.Arrival, m.Fingerprint(), m
	case handed, registrySeen:
		m := o.message()
		e.Kind, e.Fingerprint, e.Detail = trace.Local, m.Fingerprint(), m
	case netTimer:
		e.Kind = trace.Timer
	case faultDue:
		e.Kind, e.Fingerprint, e.Detail = trace.Fault, uint64(o.index), &s.faults[o.index]
	case registryDue:
		c := &s.config.Changes[o.index]
		e.Kind, e.Fingerprint, e.Detail = trace.Change, uint64(o.index), c
	case subnetDue:
		answer := s.subnets[o.index].answer
		e.Kind, e.Fingerprint, e.Detail = trace.Change, fingerprint(answer.Hash()), answer
	case chainKeyDue:
		answer := s.keysShared[o.index]
		e.Kind, e.Fingerprint, e.Detail = trace.Change, fingerprint(answer.Hash()), answer
	case nodeKeyDue:
		asked := &s.registrations[o.index]
		e.Kind, e.Fingerprint, e.Detail = trace.Change, fingerprint(asked.key.Hash()), asked
	case inputDue:
		e.Kind, e.Fingerprint, e.Detail = trace.Input, s.inputs[o.index].fingerprint(), &s.inputs[o.index]
	}
	if s.diary != nil {
		s.diary.record(&e)
		return
	}
	s.watch.trace.Event(&e)
}

// happened adds a moment to the timeline.
func (s *simulation) happened(t protocol.Time, what string) {
	if s.diary != nil {
		s.diary.observe(observation{where: check.Where{At: t}, moment: what})
		return
	}
	s.watch.happened(t, what)
}

// joined tells the checkers that a node starts as a replica.
func (s *simulation) joined(j *check.Joining) {
	if s.diary != nil {
		s.diary.observe(observation{join: j})
		return
	}
	s.watch.checks.Join(*j)
}

// note takes one observation: into the digest, to the checkers, into the figures.
func (s *simulation) note(w check.Where, n *protocol.Note) {
	if s.diary != nil {
		s.diary.note(w, n)
		return
	}
	s.watch.trace.Note(w.Node, n)
	s.observe(w, n)
}

func (s *simulation) observe(w check.Where, n *protocol.Note) {
	if n.Kind == protocol.NoteCertified && int(w.Node) < len(s.secrets) {
		s.members.serving[w.Node] = true
	}
	s.watch.checks.Observe(w, n)
	if sub := s.subnetOf(w.Node); sub != nil {
		if s.stages != nil {
			s.stages[sub.id].note(w, n)
		}
		if s.sought != nil && !s.corrupt(w.Node) && sub.id == s.sought.subnet {
			s.sought.note(w, n)
		}
	}
	if n.Round != nil && !s.corrupt(w.Node) {
		s.answers(w.At, n.Round)
	}
	if n.EncryptionKey != nil {
		s.asksForKey(w.At, w.Node, *n.EncryptionKey)
	}
	if s.watch.follow != nil {
		s.watch.follow.note(w, n)
	}
	if s.config.Observe != nil && !s.corrupt(w.Node) {
		s.config.Observe(w, n)
	}
	if !s.watch.metrics {
		return
	}
	if int(w.Node) >= len(s.secrets) {
		s.watch.calls.fold(n)
		if s.watch.record != nil {
			s.watch.record.note(w.At, n)
		}
	} else if of := s.members.of[w.Node]; of != unassigned && !s.corrupt(w.Node) {
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
			if sub.record != nil {
				sub.record.finalizedBlock(at.At, n.Value)
			}
		}
		if p := sub.proposed[n.Hash]; p != nil {
			if p.finalized++; p.finalized == sub.quorum {
				sub.finalization.Record(int64(at.At - p.at))
				if sub.record != nil {
					sub.record.finalization.Add(int64(at.At), int64(at.At-p.at))
				}
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
	case protocol.NoteIDKGComplaint:
		sub.complaints++
	case protocol.NoteIDKGOpening:
		sub.openings++
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
			if sub.record != nil {
				sub.record.instructions.Add(int64(at.At), int64(n.Value))
			}
			w.xnet.fold(n.Round, at.At)
			sub.foldChainKeys(n.Round.ChainKeys)
		}
	}
}

func (sub *subnetWatch) foldChainKeys(events []protocol.ChainKeyEvent) {
	for _, e := range events {
		i := slices.IndexFunc(sub.chainKeys, func(k ChainKeyResult) bool { return k.Key == e.Key.String() })
		switch k := &sub.chainKeys[i]; {
		case e.Rejected:
			k.Rejected++
		case e.Answered:
			k.Signatures++
		default:
			k.PreSignatures++
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
				if x.record != nil {
					x.record.xnet.calls.Add(int64(at), 1)
				}
			}
		}
	}
	for i := range r.Inducted {
		for k, m := range r.Inducted[i].Messages {
			if m.Response != nil && r.Inducted[i].Signals[k] == protocol.Accepted {
				x.respond(xnetCall{m.Response.Originator, m.Response.Callback}, m.Response.Reject.Code != 0, at)
			}
		}
	}
	for _, q := range r.Rejected {
		x.respond(xnetCall{q.Sender, q.Callback}, true, at)
	}
}

func (x *xnetWatch) respond(call xnetCall, rejected bool, at protocol.Time) {
	since, ok := x.open[call]
	if !ok {
		return
	}
	delete(x.open, call)
	x.responses++
	if rejected {
		x.rejects++
	}
	x.latency.Record(int64(at - since))
	if x.record != nil {
		x.record.xnet.responses.Add(int64(at), 1)
		x.record.xnet.latency.Add(int64(at), int64(at-since))
	}
}

func seconds(t protocol.Time) float64 { return time.Duration(t).Seconds() }

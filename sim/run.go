package sim

import (
	"cmp"
	"fmt"
	"time"

	"icsim/protocol"
	"icsim/sim/boundary"
	"icsim/sim/check"
	"icsim/sim/event"
	"icsim/sim/explain"
	"icsim/sim/fault"
	"icsim/sim/machine"
	"icsim/sim/network"
)

// A happening is what an event is about.
type happening uint8

const (
	laneFree     happening = iota // a step's time is spent: its outputs take effect
	laneWake                      // a lane wished to be woken
	delivered                     // a transfer reaches its receiver
	handed                        // a message of a node to itself
	netTimer                      // a connection times out or comes up
	faultDue                      // an action of the fault plan
	nodeStart                     // a node boots
	nodeStop                      // the network notices that a node's replica has ended
	inputDue                      // something from outside
	subnetDue                     // one is, with a subnet more, or with why there is none
	chainKeyDue                   // one is, with a chain key for a subnet more, or with why there is none
	nodeKeyDue                    // one is asked to take a node's new key
	registryDue                   // a version of the registry is published
	registrySeen                  // a node's poll brings one
)

var happenings = [...]string{
	"free", "wake", "deliver", "local", "net", "fault", "start", "stop", "input", "subnet", "chain key", "node key", "registry", "seen",
}

// An occurrence is the payload of an event. Which fields count depends on what happens. It is small: tens of thousands are pending in a
// large network, and each is out of the processor's cache when its time comes.
type occurrence struct {
	what    happening
	lane    protocol.Lane
	node    protocol.NodeID
	boots   uint32 // of the node when a message to itself was sent, or its replica ended; of a start: how often it had gone down before
	index   int32  // of a fault action, input, change, subnet, chain key or node key; of a message, the step in the log that it comes from
	subject any    // a *network.Transfer, a *network.Timer, or the protocol.Message of a node to itself
}

func (o *occurrence) transfer() *network.Transfer { return o.subject.(*network.Transfer) }
func (o *occurrence) message() protocol.Message   { return o.subject.(protocol.Message) }

// A simulation is a run in progress.
type simulation struct {
	config *Config
	loop   *event.Loop[occurrence]  // of a run in one piece
	lanes  *event.Lanes[occurrence] // of one whose subnets run side by side
	parts  []*simulation            // by lane
	lane   *event.Lane[occurrence]  // that this is; nil: the whole
	diary  *diary                   // of a lane
	pages  []page                   // scratch, of merge
	world
	watch     watch
	inputs    []Input
	inForce   []fault.Action        // that something ends, or may end
	answered  func(boundary.Answer) // takes what leaves by the boundary node
	bench     machine.Bench         // of all hosts, or a lane's
	effects   network.Effects
	stock     network.Stock // likewise
	seen      uint64        // at a glance
	transfers []*network.Transfer
	log       *explain.Log // nil: nobody asks what comes from what
	sought    *sought      // nil: nobody asks about a height
	outcomes  []check.Outcome
	branched  int // how many branches were come by
	// keysShared are the chain keys that subnets have shared with others, in the order they did; refused is why changes did not happen.
	keysShared []*protocol.ChainKeyInitialization
	refused    map[*Change]string
	// registrations are keys that nodes have asked the registry to take, in the order they did.
	registrations []registration
}

// Progress is what is known while a run lasts.
type Progress struct {
	Virtual time.Duration
	Events  uint64
	Height  protocol.Height // finalized, over all subnets together
}

// Run carries out a configuration. It calls progress (if not nil) every so often from its own goroutine; when that
// answers false the run ends there, and the result says that it is partial. An error means that the configuration
// cannot be built or its trace not be written; whatever goes wrong in the simulated world is in the result.
func Run(c *Config, progress func(Progress) bool) (*Result, error) {
	s, err := begin(c)
	if err != nil {
		return nil, err
	}
	return s.finish(s.pump(progress))
}

// begin builds what a configuration says.
func begin(c *Config) (*simulation, error) {
	s := new(simulation)
	if err := s.begin(c); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *simulation) begin(c *Config) error {
	s.config, s.inputs, s.answered = c, c.Inputs, func(boundary.Answer) {}
	if c.Timeline != nil {
		s.log = explain.NewLog(0, protocol.Never)
		s.log.Timeline = c.Timeline
	}
	s.loop = event.NewLoop(c.Seed, s.handle)
	s.loop.Announce(s.glance)
	if err := s.build(); err != nil {
		return err
	}
	for i := range s.inputs {
		if err := s.check(&s.inputs[i]); err != nil {
			return fmt.Errorf("input %d, at %s: %w", i+1, s.inputs[i].At, err)
		}
	}
	s.watch = s.newWatch()
	s.divide()
	return nil
}

// finish ends the trace and sums up.
func (s *simulation) finish(partial bool) (*Result, error) {
	defer s.close()
	if err := s.unbranched(partial); err != nil {
		return nil, err
	}
	if err := s.watch.trace.Close(); err != nil {
		return nil, fmt.Errorf("writing the trace: %w", err)
	}
	return s.result(partial), nil
}

// slice is how much virtual time passes between two calls of progress.
const slice = 100 * time.Millisecond

// pump runs events to the end. It reports whether it was stopped before.
func (s *simulation) pump(progress func(Progress) bool) (partial bool) {
	s.start()
	for now := time.Duration(0); s.goesOn(now); {
		if now += slice; now-slice < s.config.Duration {
			now = min(now, s.config.Duration)
		}
		s.run(int64(now))
		s.sample(protocol.Time(now))
		if progress != nil && !progress(Progress{now, s.handled(), s.watch.height()}) {
			return s.goesOn(now)
		}
	}
	return false
}

// goesOn tells whether the run is not at its end: that is when a core that has healed has what it needs, or has had its time.
func (s *simulation) goesOn(now time.Duration) bool {
	return now < s.config.Duration || !s.config.Short && s.watch.checks.Awaits(protocol.Time(now))
}

// start schedules what begins by itself: nodes, clients, faults and changes of the registry.
func (s *simulation) start() {
	for n := range s.hosts {
		s.schedule(uint32(n), protocol.NodeID(n), 0, occurrence{what: nodeStart})
	}
	for i, action := range s.faults {
		s.schedule(s.faultSource(), protocol.NodeID(0), max(action.At, 1), occurrence{what: faultDue, index: int32(i)})
	}
	for i := range s.config.Changes {
		at := protocol.Time(s.config.Changes[i].At)
		s.schedule(s.registrySource(), protocol.NodeID(0), at, occurrence{what: registryDue, index: int32(i)})
	}
	for i := range s.inputs {
		s.expect(i)
	}
}

// handle carries out one event.
func (s *simulation) handle(ev *event.Event[occurrence]) {
	defer s.replayable(ev)
	t, o := protocol.Time(ev.At), &ev.Payload
	if s.branched < len(s.config.Branches) {
		s.branch(t, ev.Src, ev.Seq, true)
		defer s.branch(t, ev.Src, ev.Seq, false)
	}
	s.record(ev)
	switch o.what {
	case laneFree:
		out, due := s.hosts[o.node].Free(t, o.lane)
		s.due(o.node, o.lane, due)
		if out != nil {
			s.release(ev, o, out)
		}
	case laneWake:
		s.due(o.node, o.lane, s.hosts[o.node].WakeUp(t, o.lane))
	case delivered:
		s.deliver(t, o)
	case handed:
		if host := s.hosts[o.node]; host.Boots() == o.boots {
			s.arrive(t, o.node, &protocol.Arrival{From: o.node, Msg: o.message()}, 0)
		}
	case netTimer:
		s.effects.Reset()
		s.net.Fire(t, *o.subject.(*network.Timer), &s.effects)
		s.spread(t)
	case faultDue:
		s.carryOut(t, &s.faults[o.index])
	case nodeStart:
		if o.boots == s.downs[o.node] {
			s.boot(t, o.node)
		}
	case nodeStop:
		s.miss(t, o)
	case inputDue:
		s.receive(t, &s.inputs[o.index])
	case registryDue:
		s.published(t, &s.config.Changes[o.index])
	case subnetDue:
		s.answeredFor(t, int(o.index))
	case chainKeyDue:
		s.share(t, s.keysShared[o.index])
	case nodeKeyDue:
		s.registers(t, s.registrations[o.index])
	case registrySeen:
		s.arrive(t, o.node, &protocol.Arrival{From: o.node, Msg: o.message()}, 0)
	}
}

// replayable adds to a panic what is needed to see it again.
func (s *simulation) replayable(ev *event.Event[occurrence]) {
	if r := recover(); r != nil {
		panic(fmt.Sprintf("%v\n  in scenario %s, seed %d, at %s: event %s of node %s (source %d, number %d)\n"+
			"  replay: icsim run %s --seed %d --crypto %s",
			r, s.config.Name, s.config.Seed, time.Duration(ev.At), happenings[ev.Payload.what], ev.Payload.node, ev.Src, ev.Seq,
			s.config.Name, s.config.Seed, s.config.Crypto))
	}
}

func (s *simulation) schedule(src uint32, node protocol.NodeID, at protocol.Time, o occurrence) {
	o.node = node
	s.put(src, node, at, &o)
}

// put schedules an event for whose state it touches.
func (s *simulation) put(src uint32, dst protocol.NodeID, at protocol.Time, o *occurrence) {
	if s.lane != nil {
		s.lane.Schedule(src, uint32(dst), int64(at), *o)
	} else {
		s.loop.Schedule(src, uint32(dst), int64(at), *o)
	}
}

// due schedules the calls that a host asks for.
func (s *simulation) due(node protocol.NodeID, lane protocol.Lane, d machine.Due) {
	if d.Free != 0 {
		s.schedule(uint32(node), node, d.Free, occurrence{what: laneFree, lane: lane})
	}
	if d.Wake != 0 {
		s.schedule(uint32(node), node, d.Wake, occurrence{what: laneWake, lane: lane})
	}
}

func (s *simulation) dues(node protocol.NodeID, dues *machine.Dues) {
	for lane, d := range dues {
		s.due(node, protocol.Lane(lane), d)
	}
}

// release lets a step's outputs take effect.
func (s *simulation) release(ev *event.Event[occurrence], o *occurrence, out *protocol.Outputs) {
	t, node := protocol.Time(ev.At), o.node
	where := check.Where{At: t, Node: node, Src: ev.Src, Seq: ev.Seq}
	for i := range out.Notes {
		s.note(where, &out.Notes[i])
	}
	cause := int32(0)
	if s.log != nil {
		cause = s.log.Released(node, o.lane)
	}
	s.transfers = s.net.SendAll(t, node, out.Sends, cause, s.transfers[:0])
	s.dispatch(node, s.transfers)
	boots := s.hosts[node].Boots()
	for _, l := range out.Locals {
		s.schedule(uint32(node), node, t.Add(max(l.After, 1)), occurrence{
			what: handed, lane: l.Msg.Lane(), boots: boots, index: cause, subject: l.Msg,
		})
	}
	if out.Peers != nil {
		s.effects.Reset()
		s.net.SetPeers(t, node, out.Peers, &s.effects)
		s.spread(t)
	}
	if out.Restart.Why != "" {
		s.restart(t, node, out.Restart)
	}
}

// stopDelay is how long after a replica has ended nothing of it is left on the network either. What it last has answered somebody is
// on its way as long as a request takes.
func (s *simulation) stopDelay() time.Duration { return max(10*time.Millisecond, s.requestTime()) }

// restart stops a node that wants it, and starts it again from its disk. What it says of that goes with the node.
func (s *simulation) restart(t protocol.Time, node protocol.NodeID, r protocol.Restart) {
	s.happened(t, fmt.Sprintf("%s restarts: %s", node, r.Why))
	s.crash(node)
	s.schedule(uint32(node), node, t.Add(s.stopDelay()), occurrence{what: nodeStop, boots: s.hosts[node].Boots()})
	s.schedule(uint32(node), node, t.Add(s.restartTime(r.Takes)), occurrence{what: nodeStart, boots: s.downs[node]})
}

// restartTime is how long a replica that ends by itself is down.
func (s *simulation) restartTime(why protocol.Op) time.Duration {
	var takes protocol.Meter
	takes.Charge(why, 1)
	return s.costs.Cost(&takes)
}

// crash ends what a host does, and with it a start that was due.
func (s *simulation) crash(node protocol.NodeID) {
	s.hosts[node].Crash()
	if s.log != nil {
		s.log.Crashed(node)
	}
	s.downs[node]++
}

// stop takes a node down, and off the network at once.
func (s *simulation) stop(t protocol.Time, node protocol.NodeID) {
	s.crash(node)
	s.net.Down(t, node, &s.effects)
}

// miss takes a node whose replica has ended off the network, unless it has come back meanwhile.
func (s *simulation) miss(t protocol.Time, o *occurrence) {
	if s.hosts[o.node].Boots() != o.boots {
		return
	}
	s.effects.Reset()
	s.net.Down(t, o.node, &s.effects)
	s.spread(t)
}

// RequestTime is what a message takes at its ends, both together, beside the way, where no connection is kept: stream slices, calls,
// queries and their answers are HTTPS requests, handed from thread to thread (reference/protocol.md C). Assumed: no measurement separates
// it. It is also what lets subnets run side by side that stand in one data centre (design.md, law 4): with more of it they run longer
// until they have to wait for each other.
//
// Model: a message that a clog has held back does not wait for it.
const RequestTime = time.Millisecond

func (s *simulation) requestTime() time.Duration { return cmp.Or(s.config.Requests, RequestTime) }

// dispatch schedules the arrival of transfers, in the name of who caused them.
func (s *simulation) dispatch(src protocol.NodeID, transfers []*network.Transfer) {
	for _, tr := range transfers {
		if tr.Conn == 0 {
			tr.At = tr.At.Add(s.requestTime())
		}
		s.schedule(uint32(src), tr.To, tr.At, occurrence{what: delivered, lane: tr.Msg.Lane(), subject: tr})
	}
}

// deliver brings a transfer to its receiver.
func (s *simulation) deliver(t protocol.Time, o *occurrence) {
	tr := o.transfer()
	s.effects.Reset()
	outcome := s.net.Arrive(t, tr, &s.effects)
	s.spread(t)
	switch outcome {
	case network.Delayed:
		s.schedule(uint32(tr.To), tr.To, tr.At, *o)
		return
	case network.Delivered:
		s.arrive(t, tr.To, &protocol.Arrival{From: tr.From, Conn: tr.Conn, Msg: tr.Msg}, tr.Cause)
	}
	s.net.Release(tr)
}

// arrive hands a message to the lane it is for. A lane that is full loses it, and the connection with it.
func (s *simulation) arrive(t protocol.Time, node protocol.NodeID, a *protocol.Arrival, cause int32) {
	lane := a.Msg.Lane()
	if s.log != nil {
		s.log.Arrived(node, lane, explain.Input{At: t, From: a.From, Cause: cause, Msg: a.Msg})
	}
	due, taken := s.hosts[node].Arrive(t, lane, a)
	if s.log != nil && !taken {
		s.log.Refused(node, lane)
	}
	s.due(node, lane, due)
	if !taken && s.hosts[node].Running() && a.Conn != 0 {
		s.effects.Reset()
		s.net.Reset(t, node, a.From, &s.effects)
		s.spread(t)
	}
}

// broadcasting are the lanes that keep slot tables with peers, and so hear of connections.
var broadcasting = [...]protocol.Lane{protocol.LaneConsensus, protocol.LaneCertification, protocol.LaneIngress, protocol.LaneDKG}

// spread schedules what a change of the network led to.
func (s *simulation) spread(t protocol.Time) {
	for _, tm := range s.effects.Timers {
		s.put(s.netSource(s.laneOf(tm.Node)), tm.Node, max(tm.At, t+1), &occurrence{what: netTimer, subject: &tm})
	}
	for _, n := range s.effects.Notices {
		boots := s.hosts[n.Node].Boots()
		for _, lane := range broadcasting {
			m := &protocol.PeerChange{At: lane, Peer: n.Peer, Conn: n.Conn, Up: n.Up, Left: n.Left}
			s.schedule(uint32(n.Node), n.Node, t+1, occurrence{what: handed, lane: lane, boots: boots, subject: m})
		}
	}
	for _, tr := range s.effects.Transfers {
		s.schedule(uint32(tr.From), tr.To, max(tr.At, t+1), occurrence{what: delivered, lane: tr.Msg.Lane(), subject: tr})
	}
}

// boot starts a node or client with a machine of its own.
func (s *simulation) boot(t protocol.Time, node protocol.NodeID) {
	host := s.hosts[node]
	if host.Machine() != nil {
		return // two starts at one time
	}
	var m protocol.Machine
	if stopped := host.Try(func() { m = s.machines[node](host, host.Now(t)) }); stopped != "" {
		s.happened(t, fmt.Sprintf("%s does not start: %s", node, stopped))
		s.schedule(uint32(node), node, t.Add(s.restartTime(protocol.OpRestart)), occurrence{what: nodeStart, boots: s.downs[node]})
		return
	}
	dues := host.Start(t, m)
	s.dues(node, &dues)
	s.effects.Reset()
	s.net.Down(t, node, &s.effects) // if it came back before it was missed
	s.net.Up(t, node, &s.effects)
	s.spread(t)
}

// Sources of events beside the endpoints: the fault plan, what comes from outside, the registry, and the timers of each subnet's
// connections.
func (s *simulation) faultSource() uint32    { return uint32(len(s.hosts)) + 1 }
func (s *simulation) inputSource() uint32    { return uint32(len(s.hosts)) + 2 }
func (s *simulation) registrySource() uint32 { return uint32(len(s.hosts)) + 3 }

func (s *simulation) netSource(subnet int) uint32 {
	if subnet == 0 {
		return uint32(len(s.hosts))
	}
	return s.registrySource() + uint32(subnet)
}

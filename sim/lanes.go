package sim

import (
	"time"

	"icsim/protocol"
	"icsim/sim/check"
	"icsim/sim/event"
	"icsim/sim/trace"
)

// divide lets the subnets run side by side, a lane each, and the clients in one more; the world's lane has faults and the starts
// of nodes. It leaves the run in one piece if that is all it has: one subnet and no clients, somebody outside who may step in at any
// time, nodes that change subnets, attackers whose victims are chosen meanwhile, somebody who asks what comes from what, branches,
// faults of roles, disks that lie, a scheduler that sees all messages, or no distance between two lanes.
//
// A lane is the simulation with scratch of its own. What it observes it logs, for the watch that they have in common.
func (s *simulation) divide() {
	clients := len(s.subnets)
	lanes := clients
	if len(s.clients) > 0 {
		lanes++
	}
	if s.config.Workers < 2 || lanes < 2 || s.config.Boundary || s.isEntangled() {
		return
	}
	window := min(s.apart(), stopDelay)
	if window < leastWindow {
		return
	}
	s.lanes = event.NewLanes(event.LanesConfig[occurrence]{
		Seed: s.config.Seed, Sources: int(s.netSource(len(s.subnets))), Lanes: lanes, Window: int64(window), Workers: s.config.Workers,
		Lane: func(dst uint32, o occurrence) int {
			if o.what.isWorlds() {
				return lanes
			}
			return min(s.laneOf(protocol.NodeID(dst)), lanes-1)
		},
		Handle:  func(lane int, ev *event.Event[occurrence]) { s.parts[lane].handle(ev) },
		Barrier: s.merge,
	})
	for i := range lanes + 1 {
		part := *s
		part.lane, part.diary, part.watch = s.lanes.Lane(i), new(diary), watch{}
		s.parts = append(s.parts, &part)
	}
	for n, host := range s.hosts {
		host.UseBench(&s.parts[min(s.laneOf(protocol.NodeID(n)), lanes-1)].bench)
	}
	s.lane = s.lanes.Lane(lanes)
}

// isEntangled tells whether something that happens on one subnet, or is asked about it, concerns the others at once.
func (s *simulation) isEntangled() bool {
	return len(s.config.Changes) > 0 || len(s.config.Branches) > 0 || len(s.plan.Roles) > 0 || len(s.plan.Schedulers) > 0 ||
		s.rotates() || len(s.amnesiacs) > 0 || s.coalition.Waits() || s.log != nil
}

// leastWindow is the least distance between lanes that is worth the barriers.
const leastWindow = 100 * time.Microsecond

// laneOf tells which subnet an endpoint is of; the number of subnets for clients.
func (s *simulation) laneOf(n protocol.NodeID) int {
	if int(n) < len(s.homes) {
		return s.homes[n]
	}
	return len(s.subnets)
}

// apart is the least time in which a message gets from one lane to another.
func (s *simulation) apart() time.Duration {
	var places [][]int
	for i := range s.config.Subnets {
		places = append(places, s.config.Subnets[i].Places)
	}
	var clients []int
	for i := range s.config.Clients {
		clients = append(clients, s.config.Clients[i].Place)
	}
	places = append(places, clients)
	least := time.Hour
	for i, from := range places {
		for k, to := range places {
			if i == k {
				continue
			}
			for _, a := range from {
				for _, b := range to {
					least = min(least, s.config.Paths.Least(a, b))
				}
			}
		}
	}
	return least
}

// isWorlds tells whether an event concerns more than the endpoint where it happens: others look at it without being told.
func (h happening) isWorlds() bool {
	return h == faultDue || h == nodeStart || h == nodeStop || h == inputDue
}

// run handles all events until a time.
func (s *simulation) run(until int64) {
	if s.lanes != nil {
		s.lanes.Run(until)
	} else {
		s.loop.Run(until)
	}
}

// now is the virtual time between two events.
func (s *simulation) now() int64 {
	if s.lanes != nil {
		return s.lanes.Now()
	}
	return s.loop.Now()
}

func (s *simulation) handled() uint64 {
	if s.lanes != nil {
		return s.lanes.Handled()
	}
	return s.loop.Handled()
}

// A diary keeps what a lane has seen until the barrier.
type diary struct {
	events []logged
	seen   []observation
	merged int // of events
	told   int // of seen
}

// A logged event is recorded with the observations before index seen.
type logged struct {
	event trace.Event // without its key
	key   event.Key
	seen  int
}

// An observation is a node's note, a node that starts as a replica, or a moment of the timeline.
type observation struct {
	where  check.Where
	note   protocol.Note
	join   *check.Joining
	moment string
}

func (l *diary) record(e *trace.Event) {
	l.events = append(l.events, logged{event: *e, key: *e.Key, seen: len(l.seen)})
}

func (l *diary) observe(o observation) {
	l.seen = append(l.seen, o)
	l.events[len(l.events)-1].seen = len(l.seen)
}

// merge records what the lanes have logged, in the order of events.
func (s *simulation) merge() {
	for {
		var least *diary
		for _, part := range s.parts {
			if l := part.diary; l.merged < len(l.events) && (least == nil || l.events[l.merged].key.Before(&least.events[least.merged].key)) {
				least = l
			}
		}
		if least == nil {
			break
		}
		s.replay(least)
	}
	for _, part := range s.parts {
		part.diary.clear()
	}
}

// replay records the next event of a log.
func (s *simulation) replay(l *diary) {
	e := &l.events[l.merged]
	l.merged++
	e.event.Key = &e.key
	s.watch.trace.Event(&e.event)
	for ; l.told < e.seen; l.told++ {
		switch o := &l.seen[l.told]; {
		case o.moment != "":
			s.watch.happened(o.where.At, o.moment)
		case o.join != nil:
			s.watch.checks.Join(*o.join)
		default:
			s.note(o.where, &o.note)
		}
	}
}

func (l *diary) clear() {
	if len(l.events) == 0 {
		return
	}
	clear(l.events)
	clear(l.seen)
	*l = diary{events: l.events[:0], seen: l.seen[:0]}
}

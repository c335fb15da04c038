package sim

import (
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/check"
	"icsim/sim/event"
	"icsim/sim/network"
	"icsim/sim/trace"
)

// divide lets the subnets run side by side, a lane each, and the clients in one more; the world's lane has faults and the starts
// of nodes. It leaves the run in one piece if that is all it has: one subnet and no clients, somebody outside who may step in at any
// time, nodes that change subnets, attackers whose victims are chosen meanwhile, somebody who asks what comes from what, branches,
// faults of roles, disks that lie, or a scheduler that sees all messages. So it does with one worker who would gain nothing: few nodes,
// or short windows.
//
// A lane is the simulation with scratch of its own. What it observes it logs, for the watch that they have in common.
func (s *simulation) divide() {
	alone := len(s.subnets) == 1 && len(s.clients) == 0
	if alone || s.config.whole || s.config.Boundary || s.isEntangled() {
		return
	}
	window := min(s.apart(), s.stopDelay())
	if s.config.Workers < 2 && (window < longWindow || len(s.hosts) < manyNodes) {
		return
	}
	world := s.worldsLane()
	s.lanes = event.NewLanes(event.LanesConfig[occurrence]{
		Seed: s.config.Seed, Sources: int(s.netSource(len(s.subnets))), Lanes: world, Window: int64(window),
		Workers: max(s.config.Workers, 1), Worthwhile: worthwhile,
		Lane:     func(dst uint32, o occurrence) int { return s.laneFor(protocol.NodeID(dst), o.what) },
		Handle:   func(lane int, ev *event.Event[occurrence]) { s.parts[lane].handle(ev) },
		Announce: func(lane int, ev *event.Event[occurrence]) { s.parts[lane].glance(ev) },
		Barrier:  s.merge,
	})
	for i := range world + 1 {
		part := *s
		part.lane, part.watch = s.lanes.Lane(i), watch{}
		part.diary = &diary{strand: s.watch.trace.Strand(i), lines: s.watch.trace.Writes()}
		s.parts = append(s.parts, &part)
	}
	for n, host := range s.hosts {
		part := s.parts[s.laneOf(protocol.NodeID(n))]
		host.UseBench(&part.bench)
		s.net.UseStock(protocol.NodeID(n), &part.stock)
	}
	s.lane = s.lanes.Lane(world)
}

// One worker, too, is faster lane by lane where there are manyNodes, whose state does not fit the processor's cache, and a longWindow, for
// which that of a subnet's nodes stays there.
const (
	longWindow = 5 * time.Millisecond
	manyNodes  = 100
)

// worthwhile events take some 50 µs, about as long as a goroutine takes to wake.
const worthwhile = 24

// isEntangled tells whether something that happens on one subnet, or is asked about it, concerns the others at once.
func (s *simulation) isEntangled() bool {
	return len(s.config.Changes) > 0 || len(s.config.Branches) > 0 || len(s.plan.Roles) > 0 || len(s.plan.Schedulers) > 0 ||
		s.rotates() || len(s.amnesiacs) > 0 || s.coalition.Waits() || s.log != nil
}

// laneOf tells which subnet an endpoint is of; the number of subnets for clients.
func (s *simulation) laneOf(n protocol.NodeID) int {
	if int(n) < len(s.homes) {
		return s.homes[n]
	}
	return len(s.subnets)
}

// worldsLane comes after those of the subnets and of the clients.
func (s *simulation) worldsLane() int { return len(s.subnets) + 1 }

// laneFor tells in which lane something happens to an endpoint, and so in which strand of the digest, were it divided or not.
func (s *simulation) laneFor(n protocol.NodeID, h happening) int {
	if h.isWorlds() {
		return s.worldsLane()
	}
	return s.laneOf(n)
}

// apart is the least time in which a message gets from one lane to another, between which no connections are kept.
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
	least := network.MaxOneWay
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
	return least + s.requestTime()
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

// A diary takes what a lane does into its strand of the digest, and keeps what it has seen until the barrier.
type diary struct {
	strand  *trace.Strand
	lines   bool      // of events are to be written
	key     event.Key // of the event that is handled
	entries []entry
	seen    []observation
}

// An entry is an event with the observations that end before index seen.
type entry struct {
	key   event.Key
	event *trace.Event // nil: no line of it is to be written
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
	l.strand.Event(e)
	l.key = *e.Key
	if l.lines {
		kept := *e
		kept.Key = &l.key
		l.entries = append(l.entries, entry{l.key, &kept, len(l.seen)})
	}
}

func (l *diary) note(w check.Where, n *protocol.Note) {
	l.strand.Note(w.Node, n)
	l.observe(observation{where: w, note: *n})
}

func (l *diary) observe(o observation) {
	if last := len(l.entries) - 1; last < 0 || l.entries[last].key != l.key {
		l.entries = append(l.entries, entry{key: l.key})
	}
	l.seen = append(l.seen, o)
	l.entries[len(l.entries)-1].seen = len(l.seen)
}

// A page is an entry of a diary.
type page struct {
	diary *diary
	entry int
}

func (p page) entryOf() *entry { return &p.diary.entries[p.entry] }

// merge tells the watch what the lanes have seen, in the order of events.
func (s *simulation) merge() {
	pages := s.pages[:0]
	for _, part := range s.parts {
		for i := range part.diary.entries {
			pages = append(pages, page{part.diary, i})
		}
	}
	slices.SortFunc(pages, func(a, b page) int { return a.entryOf().key.Compare(&b.entryOf().key) })
	for _, p := range pages {
		s.replay(p)
	}
	s.pages = pages
	for _, part := range s.parts {
		part.diary.clear()
	}
}

// replay tells of an event.
func (s *simulation) replay(p page) {
	e, told := p.entryOf(), 0
	if p.entry > 0 {
		told = p.diary.entries[p.entry-1].seen
	}
	if e.event != nil {
		e.event.Key = &e.key
		s.watch.trace.ShowEvent(e.event)
	}
	for ; told < e.seen; told++ {
		switch o := &p.diary.seen[told]; {
		case o.moment != "":
			s.watch.happened(o.where.At, o.moment)
		case o.join != nil:
			s.watch.checks.Join(*o.join)
		default:
			s.watch.trace.ShowNote(o.where.Node, &o.note)
			s.observe(o.where, &o.note)
		}
	}
}

func (l *diary) clear() {
	if len(l.entries) == 0 {
		return
	}
	clear(l.entries)
	clear(l.seen)
	l.entries, l.seen = l.entries[:0], l.seen[:0]
}

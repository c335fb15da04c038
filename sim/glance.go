package sim

import "icsim/sim/event"

// glance looks at what an event that is due soon will touch, and so brings it into the processor's cache, while it does so for others,
// too. The state of hundreds of nodes does not fit there: what a delivery touches was last in use some tens of milliseconds
// ago, and four of five events are deliveries. A glance changes nothing; what it has seen is kept only so that the compiler takes
// nothing away.
func (s *simulation) glance(ev *event.Event[occurrence]) {
	o := &ev.Payload
	if o.what != delivered {
		return
	}
	s.seen += s.net.Glance(o.transfer()) + s.hosts[o.node].Glance(o.lane)
}

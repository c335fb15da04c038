package network

import (
	"fmt"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim/rng"
)

// Clog keeps back what is sent from each of some endpoints to each of others, until Unclog lets all of it go at once: an asynchronous
// network, whose connections do not break. Clogs add up. What was handed over before arrives.
func (n *Network) Clog(from, to []protocol.NodeID) {
	n.eachLink(from, to, func(l *link) {
		l.clogs++
		l.assess()
	})
}

// Unclog ends what Clog began with the same arguments.
func (n *Network) Unclog(t protocol.Time, from, to []protocol.NodeID, eff *Effects) {
	n.eachLink(from, to, func(l *link) {
		l.clogs--
		l.assess()
		if l.pair == nil || !l.pair.failing {
			n.letGo(t, l, eff)
		}
	})
}

// A Schedule is an adversary's hand on the network until it stabilises: each message between the endpoints that it covers comes later
// by what the adversary likes, up to Delay, so that messages overtake each other; all that goes to those who starve comes later by
// Delay itself. Who starves changes with every Turn. None is lost.
type Schedule struct {
	Delay  time.Duration `json:",omitzero"`
	Starve int           `json:",omitzero"` // how many endpoints at a time
	Turn   time.Duration `json:",omitzero"`
}

// Check says what is wrong with a schedule for some endpoints.
func (s *Schedule) Check(endpoints int) error {
	switch {
	case s.Delay <= 0 || s.Delay > MaxOneWay:
		return fmt.Errorf("a scheduler delays by %v: want more than 0, up to %v", s.Delay, MaxOneWay)
	case s.Starve < 0 || s.Starve > endpoints:
		return fmt.Errorf("a scheduler starves %d of %d nodes", s.Starve, endpoints)
	case s.Starve > 0 && s.Turn <= 0:
		return fmt.Errorf("a scheduler that starves nodes for %v in turn: want a time above 0", s.Turn)
	}
	return nil
}

// A schedule in force.
type schedule struct {
	Schedule
	nodes  []protocol.NodeID
	chance rng.Source
}

// Direct hands the links among some endpoints to an adversary. Adversaries add up.
func (n *Network) Direct(t protocol.Time, nodes []protocol.NodeID, s Schedule) {
	n.schedules = append(n.schedules, &schedule{
		Schedule: s, nodes: nodes, chance: n.chance.Split("schedule", uint64(t), uint64(len(n.schedules))),
	})
}

// Settle takes the links away again from an adversary that Direct gave them to with the same arguments.
func (n *Network) Settle(nodes []protocol.NodeID, s Schedule) {
	i := slices.IndexFunc(n.schedules, func(x *schedule) bool { return x.Schedule == s && slices.Equal(x.nodes, nodes) })
	if i >= 0 {
		n.schedules = slices.Delete(n.schedules, i, i+1)
	}
}

// later is what adversaries add to the way of a message sent at t, the count-th of its link.
func (n *Network) later(t protocol.Time, from, to protocol.NodeID, count uint64) (sum protocol.Time) {
	for _, s := range n.schedules {
		if slices.Contains(s.nodes, from) && slices.Contains(s.nodes, to) {
			sum += s.later(t, from, to, count)
		}
	}
	return min(sum, protocol.Time(MaxOneWay))
}

func (s *schedule) later(t protocol.Time, from, to protocol.NodeID, count uint64) protocol.Time {
	if s.Starve > 0 && s.starves(int64(t)/int64(s.Turn), to) {
		return protocol.Time(s.Delay)
	}
	return protocol.Time(s.chance.Split("link", uint64(from), uint64(to)).At(count).Uint64n(uint64(s.Delay)))
}

// starves tells whether an endpoint is among those with the least lots of a turn.
func (s *schedule) starves(turn int64, to protocol.NodeID) bool {
	lots := s.chance.Split("turn", uint64(turn))
	own, before := lots.At(uint64(to)).Uint64(), 0
	for _, n := range s.nodes {
		if lots.At(uint64(n)).Uint64() < own {
			before++
		}
	}
	return before < s.Starve
}

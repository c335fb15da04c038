package sim

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/sim/check"
	"icsim/sim/fault"
)

// A stage knows who plays which role in a subnet, from what nodes note. Only runs whose faults are of roles have one.
type stage struct {
	beaconAt protocol.Height
	beacon   crypto.Hash // the newest that a node has seen; zero: none yet
	reached  map[protocol.NodeID]protocol.Height
	at       map[protocol.NodeID]protocol.Time // when it came to that height
}

func (s *simulation) newStages() []*stage {
	if len(s.config.Faults.Roles) == 0 {
		return nil
	}
	stages := make([]*stage, len(s.subnets))
	for i := range stages {
		stages[i] = &stage{reached: map[protocol.NodeID]protocol.Height{}, at: map[protocol.NodeID]protocol.Time{}}
	}
	return stages
}

func (x *stage) note(w check.Where, n *protocol.Note) {
	switch n.Kind {
	case protocol.NoteBeacon:
		if n.Height > x.beaconAt || x.beacon == (crypto.Hash{}) {
			x.beaconAt, x.beacon = n.Height, n.Hash
		}
	case protocol.NoteFinalized:
		if n.Height > x.reached[w.Node] {
			x.reached[w.Node], x.at[w.Node] = n.Height, w.At
		}
	}
}

// cast finds who plays a role now, and lets it suffer what is meant for it.
func (s *simulation) cast(t protocol.Time, r *fault.Role) {
	subnet := s.homeOf(r.Of[0])
	x := s.stages[subnet.id]
	var who protocol.NodeID
	switch r.As {
	case fault.BlockMaker:
		who = r.Of[0]
		if x.beacon != (crypto.Hash{}) {
			who = consensus.Ranking(r.Of, x.beacon)[0]
		}
	case fault.Slowest:
		who = r.Of[0]
		for _, n := range r.Of[1:] {
			if h, least := x.reached[n], x.reached[who]; h < least || h == least && x.at[n] > x.at[who] {
				who = n
			}
		}
	}
	s.watch.happened(t, fmt.Sprintf("the %s is %s", r.As, who))
	then := r.Then.Of(who)
	s.plan.Add(&then)
	s.amnesiacs = amnesiacs(&s.plan)
	actions, err := then.Compile(len(s.secrets))
	if err != nil {
		panic(fmt.Sprintf("sim: a fault of a role was checked and is wrong: %v", err))
	}
	for _, a := range actions {
		s.faults = append(s.faults, a)
		s.schedule(s.faultSource(), 0, max(a.At, t+1), occurrence{what: faultDue, index: int32(len(s.faults) - 1)})
	}
	s.watch.checks.Excuse(int(subnet.id), s.excusedOf(int(subnet.id)))
}

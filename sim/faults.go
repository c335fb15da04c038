package sim

import (
	"slices"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/machine"
)

// carryOut does what the fault plan says, or somebody outside. What was undone before is not undone twice: a node that somebody has
// started, or a cut that somebody has healed, is left alone when the plan comes to it.
func (s *simulation) carryOut(t protocol.Time, a *fault.Action) {
	if !s.enforce(a) {
		return
	}
	s.happened(t, a.String())
	if s.config.Timeline != nil {
		s.config.Timeline.Happened(t, a.String())
	}
	s.effects.Reset()
	switch a.Kind {
	case fault.Stop:
		if a.Torn {
			s.hosts[a.Node].Tear()
		}
		s.stop(t, a.Node)
	case fault.Start:
		if a.LoseDisk {
			s.hosts[a.Node].ReplaceDisk()
		}
		if a.Recall {
			s.hosts[a.Node].Recall()
		}
		s.schedule(s.faultSource(), a.Node, t+1, occurrence{what: nodeStart, boots: s.downs[a.Node]})
	case fault.Halt:
		s.hosts[a.Node].Pause(t)
		s.net.Pause(t, a.Node, &s.effects)
	case fault.Continue:
		s.net.Resume(t, a.Node, &s.effects)
		dues := s.hosts[a.Node].Resume(t)
		s.dues(a.Node, &dues)
	case fault.Cut:
		s.net.Cut(t, a.From, a.To, &s.effects)
	case fault.Heal:
		s.net.Heal(t, a.From, a.To, &s.effects)
	case fault.Disturb:
		s.net.Disturb(a.From, a.To, a.Disturbance)
	case fault.Calm:
		s.net.Calm(a.From, a.To, a.Disturbance)
	case fault.Cap:
		s.net.Cap(t, a.Node, a.Uplink, a.Downlink, &s.effects)
	case fault.Jump:
		s.hosts[a.Node].JumpClock(t, a.By)
	case fault.Drift:
		dues := s.hosts[a.Node].SetDrift(t, machine.Drift(a.PartsPerBillion))
		s.dues(a.Node, &dues)
	case fault.Slow:
		s.hosts[a.Node].SetSlow(machine.Ratio{Num: a.Num, Den: a.Den})
	case fault.Stall:
		s.hosts[a.Node].SetPace(t, 0)
	case fault.Tick:
		s.hosts[a.Node].SetPace(t, machine.Steady)
	case fault.Remember:
		s.hosts[a.Node].Remember()
	case fault.Wear:
		s.hosts[a.Node].SetDisk(a.Disk)
	case fault.Trade:
		if s.hosts[a.Node].Machine() == nil && s.hosts[a.With].Machine() == nil { // somebody outside may have started one
			s.hosts[a.Node].SwapDisks(s.hosts[a.With])
		}
	case fault.Clogged:
		s.net.Clog(a.From, a.To)
	case fault.Freed:
		s.net.Unclog(t, a.From, a.To, &s.effects)
	case fault.Direct:
		s.net.Direct(t, a.From, a.Schedule)
	case fault.Settle:
		s.net.Settle(a.From, a.Schedule)
	case fault.Pick:
		s.cast(t, a.Role)
	}
	s.spread(t)
}

// enforce keeps the list of what is in force. It tells whether there is something to do.
func (s *simulation) enforce(a *fault.Action) bool {
	switch a.Kind {
	case fault.Start:
		return s.hosts[a.Node].Machine() == nil
	case fault.Cut, fault.Disturb, fault.Clogged, fault.Direct:
		s.inForce = append(s.inForce, *a)
	case fault.Heal, fault.Calm, fault.Freed, fault.Settle:
		i := slices.IndexFunc(s.inForce, a.Ends)
		if i < 0 {
			return false
		}
		s.inForce = slices.Delete(s.inForce, i, i+1)
	case fault.Cap, fault.Drift, fault.Slow: // the last one counts
		s.inForce = slices.DeleteFunc(s.inForce, func(b fault.Action) bool { return b.Kind == a.Kind && b.Node == a.Node })
		if !a.IsNothing() {
			s.inForce = append(s.inForce, *a)
		}
	}
	return true
}

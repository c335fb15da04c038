package sim

import (
	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/machine"
)

// carryOut does what the fault plan says.
func (s *simulation) carryOut(t protocol.Time, a *fault.Action) {
	s.watch.happened(t, a.String())
	s.effects.Reset()
	switch a.Kind {
	case fault.Stop:
		s.hosts[a.Node].Crash()
		s.net.Down(t, a.Node, &s.effects)
	case fault.Start:
		if a.LoseDisk {
			s.hosts[a.Node].ReplaceDisk()
		}
		s.schedule(s.faultSource(), a.Node, t+1, occurrence{what: nodeStart})
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
		s.net.Cap(a.Node, a.Uplink, a.Downlink)
	case fault.Jump:
		s.hosts[a.Node].JumpClock(t, a.By)
	case fault.Drift:
		dues := s.hosts[a.Node].SetDrift(t, machine.Drift(a.PartsPerBillion))
		s.dues(a.Node, &dues)
	case fault.Slow:
		s.hosts[a.Node].SetSlow(machine.Ratio{Num: a.Num, Den: a.Den})
	}
	s.spread(t)
}

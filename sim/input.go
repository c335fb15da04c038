package sim

import (
	"fmt"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/sim/boundary"
	"icsim/sim/fault"
	"icsim/sim/machine"
)

// An Input is something that reaches a run from outside while it lasts: it is as much a part of the run as its configuration, and the
// same inputs at the same times give the same digest. One of the fields after At is set.
type Input struct {
	At      protocol.Time // later than what was put before
	Request *boundary.Request
	Clocks  *Clocks
	Fault   *fault.Action // its own At does not count
	Outcall *OutcallAnswer
}

// Clocks sets the wall clocks of all nodes, and with them the time that canisters and certificates show. The monotonic clocks, by
// which the protocol waits, go on as they did.
type Clocks struct {
	By   time.Duration // forward
	Pace machine.Pace  // from then on
}

func (i *Input) String() string {
	switch {
	case i.Request != nil:
		return i.Request.String()
	case i.Clocks != nil:
		return fmt.Sprintf("clocks set forward by %v, to go on at %d parts per billion", i.Clocks.By, i.Clocks.Pace)
	}
	if i.Outcall != nil {
		return i.Outcall.String()
	}
	return i.Fault.String()
}

// fingerprint identifies the content in the event record.
func (i *Input) fingerprint() uint64 {
	if i.Request != nil {
		return i.Request.Fingerprint()
	}
	h := crypto.Sum("input", []byte(i.String()))
	return uint64(h[0])<<56 | uint64(h[1])<<48 | uint64(h[2])<<40 | uint64(h[3])<<32 // enough to tell two apart
}

// check says what is wrong with an input, by whoever it was recorded.
func (s *simulation) check(in *Input) error {
	switch {
	case !s.config.Boundary:
		return fmt.Errorf("a run without a boundary node takes no inputs")
	case in.Outcall != nil && s.told == nil:
		return fmt.Errorf("outcalls of this run are answered by its servers")
	case in.Outcall != nil && len(in.Outcall.Parts) == 0:
		return fmt.Errorf("the answer to an outcall has no parts; want one, or one for each node")
	case in.Fault != nil:
		return in.Fault.Check(len(s.secrets))
	}
	return nil
}

// receive carries out an input.
func (s *simulation) receive(t protocol.Time, in *Input) {
	switch {
	case in.Request != nil:
		s.arrive(t, s.boundary, &protocol.Arrival{From: protocol.NoNode, Msg: in.Request}, 0)
	case in.Clocks != nil:
		for _, h := range s.hosts {
			h.JumpClock(t, in.Clocks.By)
			h.SetPace(t, in.Clocks.Pace)
		}
	case in.Outcall != nil:
		s.told.take(in.Outcall)
	default:
		s.carryOut(t, in.Fault)
	}
}

// expect schedules an input that has been put at the end of the list.
func (s *simulation) expect(i int) {
	s.schedule(s.inputSource(), s.boundary, s.inputs[i].At, occurrence{what: inputDue, index: int32(i)})
}

// addBoundary makes the boundary node, the last of all hosts.
func (s *simulation) addBoundary() {
	s.boundary = protocol.NodeID(len(s.hosts))
	node := boundary.New(boundary.Config{
		Registry: s.registry.Latest, Healthy: s.serves, Random: s.random.Split("boundary"),
		Answer: func(a boundary.Answer) { s.answered(a) },
	})
	s.addHost(func(*machine.Host, protocol.Time) protocol.Machine { return node })
}

package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/fault"
	"icsim/sim/gateway/live"
)

// An order is what somebody wants done. Which fields count depends on the action.
type order struct {
	Action   string    `json:"action"`
	Rounds   int       `json:"rounds"` // step
	MS       float64   `json:"ms"`     // step
	Subnet   string    `json:"subnet"` // step by rounds: of which subnet; empty: the first
	Factor   float64   `json:"factor"` // resume, speed
	Mode     live.Mode `json:"mode"`   // mode
	Fault    string    `json:"fault"`  // fault
	Nodes    []string  `json:"nodes"`  // fault
	LoseDisk bool      `json:"lose_disk"`
}

// Bounds of orders.
const (
	minFactor, maxFactor = 0.001, 1000
	maxStep              = 10 * time.Minute
	maxRounds            = 1000
	stepPart             = 100 * time.Millisecond // after which others get at the session
	roundPart            = time.Millisecond       // how exactly a round's end is found
	roundTime            = 2 * time.Minute        // of virtual time, to wait for one more round
)

// control carries out an order, and tells when in virtual time it is done.
func (p *page) control(w http.ResponseWriter, r *http.Request) {
	var o order
	if !read(w, r, &o) {
		return
	}
	if err := p.carryOut(r.Context(), &o); err != nil {
		status := http.StatusBadRequest
		if errors.Is(err, live.ErrClosed) {
			status = http.StatusServiceUnavailable
		}
		fail(w, status, "%v", err)
		return
	}
	var at time.Duration
	if err := p.runner.Do(func(s *sim.Session) { at = s.Now() }); err != nil {
		fail(w, http.StatusServiceUnavailable, "%v", err)
		return
	}
	reply(w, http.StatusOK, map[string]any{"at_seconds": at.Seconds()})
}

func (p *page) carryOut(ctx context.Context, o *order) error {
	switch o.Action {
	case "pause":
		return p.runner.Pause()
	case "resume":
		if err := checkFactor(o.Factor, true); err != nil {
			return err
		}
		return p.runner.Resume(o.Factor)
	case "speed":
		return p.speed(o.Factor)
	case "mode":
		mode, err := live.ParseMode(string(o.Mode))
		if err != nil {
			return err
		}
		return p.runner.SetMode(mode)
	case "step":
		return p.step(ctx, o)
	case "fault":
		return p.fault(o)
	}
	return fmt.Errorf("unknown action %q; want pause, resume, step, speed, mode or fault", o.Action)
}

func checkFactor(f float64, optional bool) error {
	if optional && f == 0 || f >= minFactor && f <= maxFactor {
		return nil
	}
	return fmt.Errorf("factor %g: want a number from %g to %g", f, minFactor, float64(maxFactor))
}

// speed lets virtual time go at a steady factor of real time. What stands goes on standing.
func (p *page) speed(factor float64) error {
	if err := checkFactor(factor, false); err != nil {
		return err
	}
	_, _, paused, err := p.runner.Pacing()
	if err == nil {
		err = p.runner.Resume(factor)
	}
	if err == nil {
		err = p.runner.SetMode(live.Real)
	}
	if err == nil && paused {
		err = p.runner.Pause()
	}
	return err
}

// step stops time and moves it by exactly what is asked.
func (p *page) step(ctx context.Context, o *order) error {
	subnet, ok := p.subnet(o.Subnet)
	by := time.Duration(o.MS * float64(time.Millisecond))
	switch {
	case (o.Rounds == 0) == (o.MS == 0):
		return fmt.Errorf("a step has either rounds or ms")
	case o.Rounds < 0 || o.Rounds > maxRounds:
		return fmt.Errorf("a step of %d rounds: want 1 to %d", o.Rounds, maxRounds)
	case o.MS != 0 && (o.MS < 0 || o.MS > float64(maxStep.Milliseconds()) || by < 1):
		return fmt.Errorf("a step of %g ms: want more than 0, and at most %d", o.MS, maxStep.Milliseconds())
	case !ok:
		return fmt.Errorf("there is no subnet %q; want one of %s", o.Subnet, p.subnetNames())
	}
	mode, _, _, err := p.runner.Pacing()
	if err == nil && mode != live.Manual {
		err = p.runner.Pause()
	}
	if err != nil {
		return err
	}
	if o.Rounds > 0 {
		return p.stepRounds(ctx, subnet, protocol.Height(o.Rounds))
	}
	for by > 0 && ctx.Err() == nil {
		part := min(by, stepPart)
		if err := p.runner.Step(part); err != nil {
			return err
		}
		by -= part
	}
	return ctx.Err()
}

// stepRounds goes on until a node of the subnet sees so many more heights final.
func (p *page) stepRounds(ctx context.Context, subnet int, rounds protocol.Height) error {
	var goal protocol.Height
	var limit time.Duration
	err := p.runner.Do(func(s *sim.Session) {
		goal, limit = s.Finalized(subnet)+rounds, s.Now()+roundTime*time.Duration(rounds)
	})
	for done := false; err == nil && !done; {
		if err = ctx.Err(); err != nil {
			return err
		}
		var late bool
		err = p.runner.Do(func(s *sim.Session) {
			for until := s.Now() + stepPart; !done && s.Now() < until; {
				s.Advance(roundPart)
				done = s.Finalized(subnet) >= goal
			}
			late = s.Now() > limit
		})
		if late && !done {
			return fmt.Errorf("%s has finalized nothing for a while: time has moved, the rounds have not come", p.scene.Subnets[subnet].Name)
		}
	}
	return err
}

// faults by the words of the page.
var faultWords = []string{"crash", "restart", "pause", "resume", "cut", "heal"}

// fault does something to nodes, or undoes it.
func (p *page) fault(o *order) error {
	if !slices.Contains(faultWords, o.Fault) {
		return fmt.Errorf("unknown fault %q; want one of %s", o.Fault, strings.Join(faultWords, ", "))
	}
	if len(o.Nodes) == 0 {
		return fmt.Errorf("%s of which nodes? Name some, such as %q", o.Fault, p.nodeName(0))
	}
	if o.LoseDisk && o.Fault != "restart" {
		return fmt.Errorf("lose_disk goes with restart")
	}
	var nodes []protocol.NodeID
	for _, name := range o.Nodes {
		i := slices.Index(p.scene.Nodes, name)
		if i < 0 {
			return fmt.Errorf("there is no node %q; nodes are called as %q is", name, p.nodeName(0))
		}
		nodes = append(nodes, protocol.NodeID(i))
	}
	var snap sim.Snapshot
	if err := p.runner.Do(func(s *sim.Session) { snap = s.Snapshot() }); err != nil {
		return err
	}
	actions, err := p.actions(o, nodes, &snap)
	for i := range actions {
		if err == nil {
			err = p.runner.Put(sim.Input{Fault: &actions[i]})
		}
	}
	return err
}

// actions are the primitives that an order takes. The error says why it makes no sense as things stand.
func (p *page) actions(o *order, nodes []protocol.NodeID, snap *sim.Snapshot) (all []fault.Action, err error) {
	switch o.Fault {
	case "cut":
		var others []protocol.NodeID
		for i := range snap.Nodes {
			if !slices.Contains(nodes, protocol.NodeID(i)) {
				others = append(others, protocol.NodeID(i))
			}
		}
		if len(others) == 0 {
			return nil, fmt.Errorf("nobody is left to cut all nodes off from")
		}
		return []fault.Action{{Kind: fault.Cut, From: nodes, To: others}, {Kind: fault.Cut, From: others, To: nodes}}, nil
	case "heal":
		for i := range snap.Faults {
			a := snap.Faults[i]
			if a.Kind == fault.Cut && slices.ContainsFunc(nodes, func(n protocol.NodeID) bool { return isolates(&a, n) }) {
				all = append(all, fault.Action{Kind: fault.Heal, From: a.From, To: a.To})
			}
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("%s: not cut off", strings.Join(o.Nodes, ", "))
		}
		return all, nil
	}
	for k, n := range nodes {
		a, want := fault.Action{Node: n}, sim.NodeUp
		switch o.Fault {
		case "crash":
			a.Kind = fault.Stop
			if snap.Nodes[n].State == sim.NodePaused {
				want = sim.NodePaused
			}
		case "restart":
			a.Kind, a.LoseDisk, want = fault.Start, o.LoseDisk, sim.NodeDown
		case "pause":
			a.Kind = fault.Halt
		case "resume":
			a.Kind, want = fault.Continue, sim.NodePaused
		}
		if is := snap.Nodes[n].State; is != want {
			return nil, fmt.Errorf("%s is %s: no %s", o.Nodes[k], is, o.Fault)
		}
		all = append(all, a)
	}
	return all, nil
}

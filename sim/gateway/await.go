package gateway

import (
	"context"
	"fmt"
	"time"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/envelope"
	"icsim/sim/recording"
)

// What Await takes of virtual time.
const (
	awaitMost = time.Minute
	awaitStep = 500 * time.Millisecond

	awaitHealthSteps = 10
)

// Await steps on until each subnet answers, and says which does not. A node needs a certified state, and the root subnet's
// delegation; it asks again some seconds later if the root subnet is not that far itself. The runner has to be in Manual, so that
// no time passes on the walls.
func (a *Agents) Await(ctx context.Context) error {
	var subnets []principal.ID
	if err := a.runner.Do(func(s *sim.Session) {
		for _, r := range s.Registry().Subnets {
			subnets = append(subnets, r.Principal)
		}
	}); err != nil {
		return err
	}
	taken := time.Duration(0)
	for _, subnet := range subnets {
		for answers := false; !answers; taken += awaitStep {
			if taken >= awaitMost {
				return fmt.Errorf("subnet %s does not answer after %v of virtual time", subnet, awaitMost)
			}
			var err error
			if answers, err = a.probe(ctx, subnet); err != nil {
				return err
			}
		}
	}
	return a.awaitHealth()
}

// awaitHealth gives the boundary node some seconds to hear that nodes are healthy, and is content when none is: a subnet that answers may
// still have more faults than it bears.
func (a *Agents) awaitHealth() error {
	for range awaitHealthSteps {
		health := protocol.Starting
		if err := a.runner.Do(func(s *sim.Session) { health = s.Health() }); err != nil || health == protocol.Healthy {
			return err
		}
		if err := a.runner.Step(awaitStep); err != nil {
			return err
		}
	}
	return nil
}

// probe reads the time of a subnet, and gives it awaitStep for the answer.
func (a *Agents) probe(ctx context.Context, subnet principal.ID) (answers bool, err error) {
	endpoint, body := envelope.Probe(subnet)
	request, refusal := endpoint.Request(body, a.genesis)
	if refusal != nil {
		return false, fmt.Errorf("gateway: a probe: %s", refusal.Text)
	}
	answer := make(chan boundary.Answer, 1)
	if _, err := a.runner.Send(request, recording.Raw{Path: endpoint.Path(), Body: body}, answer); err != nil {
		return false, err
	}
	if err := a.runner.Step(awaitStep); err != nil {
		return false, err
	}
	select {
	case reply := <-answer:
		return reply.Refusal.Status == 0, nil
	default:
		return false, ctx.Err()
	}
}

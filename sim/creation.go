package sim

import (
	"encoding/binary"
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/messaging"
	"icsim/protocol/orchestrator"
	"icsim/protocol/registry"
	"icsim/sim/check"
)

// founders are the nodes that a subnet begins with: at genesis, or when a change creates it.
func (s *simulation) founders(subnet int) []protocol.NodeID {
	for i := range s.config.Changes {
		if c := &s.config.Changes[i]; c.Create && c.Subnet == subnet {
			return c.Add
		}
	}
	return s.subnets[subnet].nodes
}

// exists tells whether the registry has a subnet by now.
func (s *simulation) exists(subnet int) bool { return subnet < len(s.registry.Latest().Subnets) }

// answers takes what a round at an honest node brought for the registry.
func (s *simulation) answers(t protocol.Time, r *protocol.RoundSummary) {
	if r.Initial != nil {
		s.asked(t, r.Initial)
	}
	for _, a := range r.Shared {
		s.shared(t, a)
	}
}

// asked takes what an honest node of the root subnet has seen answered for a subnet that the registry asks for. The first one counts.
func (s *simulation) asked(t protocol.Time, answer *protocol.InitialDKG) {
	sub := s.subnets[answer.Subnet]
	switch r := sub.recovering(); {
	case answer.Recovery == 0 && sub.answer == nil:
	case answer.Recovery != 0 && r != nil && r.asked.Recovery == answer.Recovery && !r.answered:
		r.answered = true
	default:
		return
	}
	sub.answer = answer
	s.schedule(s.registrySource(), 0, t+1, occurrence{what: subnetDue, index: int32(answer.Subnet)})
}

// answeredFor carries on what the registry has got an answer for.
func (s *simulation) answeredFor(t protocol.Time, i int) {
	if s.subnets[i].answer.Recovery == 0 {
		s.create(t, i)
	} else {
		s.recovered(t, i)
	}
}

// create has the registry do what the answer allows: there is a subnet more, which its nodes learn of at their polls.
//
// Model: the registry canister does so in the round that executes the answer, and nodes would see it when that round's state is certified.
// Here it is when the first honest node has executed that round.
func (s *simulation) create(t protocol.Time, i int) {
	sub, name := s.subnets[i], s.config.Subnets[i].Name
	if s.registry.Awaits(sub.id) && sub.answer.Reject == "" {
		return // for its chain keys: share comes back to it
	}
	if why := sub.answer.Reject; why != "" {
		v := s.registry.Publish(t, registry.DropRequests)
		s.watch.happened(t, fmt.Sprintf("registry version %d: %s is not created: %s", v, name, why))
		s.announce(t)
		return
	}
	sub.nodes, sub.keys, sub.since = s.founders(i), sub.answer.Keys, t
	v := s.registry.Publish(t, registry.CreateSubnet(s.subnetRecord(i, sub), protocol.CanisterRange{
		First: FirstCanister(i), Last: FirstCanister(i+1) - 1, Subnet: sub.id,
	}))
	if err := s.foundState(i, t); err != nil {
		panic(fmt.Sprintf("sim: subnet %s, whose canisters were tried before: %v", name, err))
	}
	s.watch.subnets[i].canisters = sub.state.Canisters().NumCanisters()
	s.watch.checks.Found(check.Founding{Subnet: sub.id, At: t, Start: s.starting(), Key: sub.keys.High.Group.Key})
	s.watch.happened(t, fmt.Sprintf("registry version %d: %s is created, with the keys that %s has generated", v, name, s.rootName()))
	s.announce(t)
}

func (s *simulation) rootName() string { return s.config.Subnets[s.registry.Latest().Root].Name }

// starting is how long the nodes of a new subnet may take until they run: the polls, the look of their orchestrators, the start.
func (s *simulation) starting() protocol.Time {
	var start protocol.Meter
	start.Charge(protocol.OpReassign, 1)
	return protocol.Time(2*registry.PollInterval + orchestrator.Interval + s.costs.Cost(&start))
}

// foundState installs the canisters of a subnet that the registry has, and makes its genesis.
//
// Model: the canisters that the scenario gives a subnet are there when it begins, as on the subnets of genesis. On the Internet Computer a
// new subnet has none.
func (s *simulation) foundState(i int, at protocol.Time) error {
	sub, snapshot := s.subnets[i], s.registry.Latest()
	canisters, err := s.foundCanisters(i, s.genesisContext(snapshot.Subnets[i], snapshot))
	if err != nil {
		return err
	}
	sub.state = messaging.Genesis(sub.id, canisters, snapshot)
	sub.packages = []*protocol.CatchUpPackage{dkg.Genesis(sub.id, snapshot, sub.keys, at)}
	return nil
}

func (s *simulation) foundCanisters(i int, ctx *protocol.RoundContext) (protocol.CanisterState, error) {
	installs, err := s.installs(i)
	if err != nil {
		return nil, err
	}
	state, err := s.subnets[i].executor.Genesis(ctx, installs)
	if err != nil {
		return nil, fmt.Errorf("subnet %s: %w", s.config.Subnets[i].Name, err)
	}
	return state.WithIdle(s.config.Subnets[i].IdleCanisters), nil
}

// tryCanisters installs the canisters of a subnet that is to be created, to see whether they can be.
func (s *simulation) tryCanisters(i int) error {
	nowhere := *s.subnets[i]
	nowhere.nodes, nowhere.keys = s.founders(i), s.subnets[0].keys
	_, err := s.foundCanisters(i, s.genesisContext(s.subnetRecord(i, &nowhere), s.registry.Latest()))
	return err
}

// judgeCreations gives a check for each subnet that was to be created.
func (s *simulation) judgeCreations() (out []check.Outcome) {
	for i := range s.config.Subnets {
		if !s.config.Subnets[i].Created {
			continue
		}
		c := check.Outcome{Name: "creation of " + s.config.Subnets[i].Name, Kind: check.Expect, OK: s.exists(i)}
		if !c.OK {
			c.Detail = "the run ended before the subnet was there"
			if a := s.subnets[i].answer; a != nil {
				c.Detail = a.Reject
			}
		}
		out = append(out, c)
	}
	return out
}

// fingerprint is what the digest has of an answer.
func fingerprint(answer crypto.Hash) uint64 { return binary.BigEndian.Uint64(answer[:]) }

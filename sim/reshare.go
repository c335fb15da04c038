package sim

import (
	"fmt"
	"slices"

	"icsim/crypto/chainkey"
	"icsim/protocol"
	"icsim/protocol/registry"
	"icsim/sim/check"
)

// A Reshare asks for chain keys that another subnet holds.
type Reshare struct {
	Keys []chainkey.KeyID
	From int // the subnet that holds them
}

// isOfKeys tells whether a change is about chain keys.
func (c *Change) isOfKeys() bool {
	return len(c.Reshare.Keys)+len(c.EnableSigning)+len(c.DisableSigning) > 0
}

// enact appends a change to a registry, what it does with chain keys as a version of its own; or says why the registry canister would
// refuse it.
func (s *simulation) enact(to *registry.Registry, c *Change) error {
	rest := *c
	rest.Reshare, rest.EnableSigning, rest.DisableSigning = Reshare{}, nil, nil
	if !c.isOfKeys() || rest.String() != "" {
		if err := s.publish(to, &rest); err != nil || !c.isOfKeys() {
			return err
		}
	}
	changes, err := c.chainKeyChanges(to)
	if err != nil {
		return err
	}
	to.Publish(protocol.Time(c.At), func(next *protocol.RegistrySnapshot) {
		for _, change := range changes {
			change(next)
		}
	})
	return nil
}

// try carries a change out on a registry of which nobody knows. Subnets deal at once there. Nobody can say when a subnet is there that
// the run creates, so what it is to sign with then is not tried.
func (s *simulation) try(on *registry.Registry, c *Change) error {
	if c.Subnet >= 0 && c.Subnet < len(s.subnets) && s.config.Subnets[c.Subnet].Created && !c.Create && c.isOfKeys() {
		return nil
	}
	err := s.enact(on, c)
	answerAll(on, protocol.Time(c.At))
	return err
}

// chainKeyChanges are the mutations by which a change asks for keys, and enables or disables signing with them; or why the registry
// canister would refuse one.
func (c *Change) chainKeyChanges(to *registry.Registry) (all []registry.Mutation, err error) {
	id := protocol.SubnetID(c.Subnet)
	add := func(m registry.Mutation, refused error) {
		if all = append(all, m); err == nil {
			err = refused
		}
	}
	for _, key := range c.Reshare.Keys {
		add(to.RequestReshare(key, protocol.SubnetID(c.Reshare.From), id))
	}
	for _, key := range c.EnableSigning {
		add(to.SetSigning(id, key, true))
	}
	for _, key := range c.DisableSigning {
		add(to.SetSigning(id, key, false))
	}
	return all, err
}

// answerAll answers all that a registry asks for, as if every subnet had dealt: what a trial of changes goes on from.
func answerAll(r *registry.Registry, at protocol.Time) {
	for _, q := range r.Latest().Reshares {
		r.Publish(at, registry.AnswerReshare(&protocol.ChainKeyInitialization{Request: q}))
	}
}

// shared takes what an honest node has seen answered about a chain key for another subnet. The first one counts.
func (s *simulation) shared(t protocol.Time, a *protocol.ChainKeyInitialization) {
	known := func(b *protocol.ChainKeyInitialization) bool { return a.Request.Is(b.Request) }
	if s.registry.IsAsked(a.Request) && !slices.ContainsFunc(s.keysShared, known) {
		s.keysShared = append(s.keysShared, a)
		s.schedule(s.registrySource(), 0, t+1, occurrence{what: chainKeyDue, index: int32(len(s.keysShared) - 1)})
	}
}

// share has the registry do what the answer allows: the other subnet holds the key from its next summary on.
//
// Model: as with create, this is when the first honest node has executed the round that answers.
func (s *simulation) share(t protocol.Time, a *protocol.ChainKeyInitialization) {
	v := s.registry.Publish(t, registry.AnswerReshare(a))
	to, from := s.config.Subnets[a.Request.Subnet].Name, s.config.Subnets[a.Request.From].Name
	if created := s.subnets[a.Request.Subnet]; !s.exists(int(a.Request.Subnet)) {
		s.proceed(t, created, a)
	}
	if a.Reject != "" {
		s.watch.happened(t, fmt.Sprintf("registry version %d: %s does not get %s: %s", v, to, a.Request.Key, a.Reject))
	} else {
		s.watch.subnets[a.Request.Subnet].holds(a.Request.Key.String())
		s.watch.happened(t, fmt.Sprintf("registry version %d: %s gets %s, which %s has reshared", v, to, a.Request.Key, from))
	}
	s.announce(t)
}

// proceed goes on with the creation of a subnet that was to begin with a key of another.
func (s *simulation) proceed(t protocol.Time, created *subnetWorld, a *protocol.ChainKeyInitialization) {
	if a.Reject != "" {
		created.answer = &protocol.InitialDKG{Subnet: created.id, Reject: a.Reject}
	}
	if created.answer != nil && (a.Reject != "" || !s.registry.Awaits(created.id)) {
		s.schedule(s.registrySource(), 0, t+1, occurrence{what: subnetDue, index: int32(created.id)})
	}
}

// holds begins to count what becomes of a key.
func (sub *subnetWatch) holds(key string) {
	if !slices.ContainsFunc(sub.chainKeys, func(k ChainKeyResult) bool { return k.Key == key }) {
		sub.chainKeys = append(sub.chainKeys, ChainKeyResult{Key: key})
	}
}

// whoReshares names the subnet that a change asks for keys.
func (s *simulation) whoReshares(c *Change) string {
	if len(c.Reshare.Keys) == 0 {
		return ""
	}
	return " by " + s.config.Subnets[c.Reshare.From].Name
}

// refuse notes why a change does not happen, though it was tried before: it counts on a key that has not come yet.
func (s *simulation) refuse(c *Change, why error) {
	if s.refused == nil {
		s.refused = map[*Change]string{}
	}
	s.refused[c] = why.Error()
}

// judgeReshares gives a check for each key that a subnet was to get or to sign with.
func (s *simulation) judgeReshares() (out []check.Outcome) {
	for i := range s.config.Changes {
		c := &s.config.Changes[i]
		name, record := s.config.Subnets[c.Subnet].Name, s.registry.Latest().Subnet(protocol.SubnetID(c.Subnet))
		for _, key := range c.Reshare.Keys {
			o := check.Outcome{Name: fmt.Sprintf("resharing of %s to %s", key, name), Kind: check.Expect}
			if o.OK = record.Initialization(key) != nil; !o.OK {
				o.Detail = s.whyNotShared(protocol.SubnetID(c.Subnet), key)
			}
			out = append(out, o)
		}
		for _, key := range c.EnableSigning {
			if why := s.refused[c]; why != "" {
				out = append(out, check.Outcome{Name: fmt.Sprintf("signing with %s on %s", key, name), Kind: check.Expect, Detail: why})
			}
		}
	}
	return out
}

func (s *simulation) whyNotShared(subnet protocol.SubnetID, key chainkey.KeyID) string {
	for _, a := range s.keysShared {
		if a.Request.Subnet == subnet && a.Request.Key == key && a.Reject != "" {
			return a.Reject
		}
	}
	return "the run ended before the subnet had it"
}

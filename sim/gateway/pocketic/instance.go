package pocketic

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"icsim/canister"
	"icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/gateway"
	"icsim/sim/gateway/live"
	"icsim/sim/gateway/visitor"
	"icsim/sim/recording"
)

// An instance is a simulated network of a client.
type instance struct {
	runner   *live.Runner
	agents   *gateway.Agents
	visitor  *visitor.Visitor // who asks for browsers
	subnets  []subnet
	topology *topology
	registry *protocol.RegistrySnapshot // as at genesis: nothing changes it
	genesis  uint64
	voucher  []byte
	blob     func(id string) ([]byte, bool) // of the server
	gateway  *portShown                     // made with the instance

	rounds   sync.Mutex // held for a tick
	answered sync.Map   // outcalls, by outcallKey
	nonce    atomic.Uint64
	last     atomic.Int64 // when it was used last, in Unix nanoseconds
	auto     atomic.Bool  // it goes on by itself
}

// newVoucher makes what no agent has in place of a signature unless by intent. It protects tests from mistakes, not from attackers:
// who reaches the server may act as anybody anyway.
func newVoucher() []byte {
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64([]byte("voucher"), uint64(time.Now().UnixNano())))
	return sum[:]
}

// found makes an instance, and waits until each of its nodes can answer.
func (s *Server) found(ctx context.Context, c *instanceConfig) (*instance, error) {
	if err := c.unsupported(); err != nil {
		return nil, err
	}
	subnets, err := c.Subnets.plan()
	if err != nil {
		return nil, err
	}
	i := &instance{subnets: subnets, genesis: startTime, voucher: newVoucher(), blob: s.blob}
	if t := c.InitialTime; t != nil && t.Timestamp != nil {
		i.genesis = t.Timestamp.Nanos
	} else if t != nil && isSet(t.AutoProgress) {
		i.genesis = uint64(time.Now().UnixNano())
		i.auto.Store(true)
	}
	config, err := s.simulation(subnets, i.genesis, i.voucher)
	if err != nil {
		return nil, err
	}
	session, err := sim.Open(config)
	if err != nil {
		return nil, err
	}
	i.registry = session.Registry()
	i.topology = newTopology(subnets, i.registry)
	i.runner = live.Start(session, live.Config{Mode: live.Manual, Factor: 1})
	i.agents = gateway.NewAgents(i.runner, i.genesis, s.cfg.Version)
	if i.visitor, err = visitor.New(i.runner, i.genesis); err != nil {
		return nil, err
	}
	i.used()
	if err := i.settle(ctx, func(*messaging.State) bool { return true }); err != nil {
		i.close()
		return nil, err
	}
	if i.auto.Load() {
		err = i.runner.SetMode(live.Auto)
	}
	return i, err
}

// close ends an instance; what its session showed interests nobody.
func (i *instance) close() {
	if i != nil {
		_, _ = i.runner.Close()
	}
}

func (i *instance) used() { i.last.Store(time.Now().UnixNano()) }

func (i *instance) idleSince(t time.Time) bool { return i.last.Load() < t.UnixNano() }

// step is how far virtual time goes before somebody looks again.
const step = 5 * time.Millisecond

// drive lets time pass until something is true, or until nobody waits for it any more.
func (i *instance) drive(ctx context.Context, done func(*sim.Session) bool) error {
	for ctx.Err() == nil {
		var is bool
		if err := i.runner.Do(func(s *sim.Session) { is = done(s) }); err != nil || is {
			return err
		}
		if err := i.runner.Step(step); err != nil {
			return err
		}
	}
	return &failure{httpTimeout, "nobody waits for the answer any more"}
}

const httpTimeout = 408

// maxWait is how much virtual time a round may take. Healthy subnets take a tenth of a second.
const maxWait = time.Minute

// settle waits until all nodes of each subnet have certified a state of which something is true.
func (i *instance) settle(ctx context.Context, ready func(*messaging.State) bool) error {
	var began time.Duration
	first, late := true, false
	err := i.drive(ctx, func(s *sim.Session) bool {
		if first {
			began, first = s.Now(), false
		}
		for n := range i.subnets {
			state := s.Settled(protocol.SubnetID(n))
			if state == nil || !ready(state) {
				late = s.Now()-began > maxWait
				return late
			}
		}
		return true
	})
	if err == nil && late {
		return fmt.Errorf("a subnet made no progress in %v", maxWait)
	}
	return err
}

// ask has a request answered by a node.
func (i *instance) ask(ctx context.Context, r *boundary.Request) (boundary.Answer, error) {
	answers := make(chan boundary.Answer, 1)
	if _, err := i.runner.Send(r, recording.Raw{}, answers); err != nil {
		return boundary.Answer{}, err
	}
	for {
		select {
		case a, ok := <-answers:
			if !ok {
				return a, live.ErrClosed
			}
			if r := &a.Refusal; r.Status != 0 {
				return a, &failure{r.Status, r.Text}
			}
			return a, nil
		default:
		}
		if ctx.Err() != nil {
			return boundary.Answer{}, &failure{httpTimeout, "nobody waits for the answer any more"}
		}
		if err := i.runner.Step(step); err != nil {
			return boundary.Answer{}, err
		}
	}
}

// settled gives the newest state of a subnet that all its nodes know.
func (i *instance) settled(subnet protocol.SubnetID) (state *messaging.State, err error) {
	err = i.runner.Do(func(s *sim.Session) { state = s.Settled(subnet) })
	if err == nil && state == nil {
		err = fmt.Errorf("subnet %s has no certified state", i.subnets[subnet].kind)
	}
	return state, err
}

// canisters gives the canisters of the subnet that hosts one. The error says that none does.
func (i *instance) canisters(id protocol.CanisterID) (*canister.State, protocol.SubnetID, error) {
	host, ok := i.registry.Routing.Route(id)
	if !ok || int(host) >= len(i.subnets) {
		return nil, 0, missing("canister %s was not found: no subnet of this instance hosts it", id)
	}
	state, err := i.settled(host)
	if err != nil {
		return nil, 0, err
	}
	return state.Canisters().(*canister.State), host, nil
}

// destination is the subnet that a call is for, and the canister in whose name it goes there.
func (i *instance) destination(c *call, to protocol.CanisterID) (protocol.SubnetID, protocol.CanisterID, error) {
	about := to
	if to == protocol.ManagementCanister {
		about = subject(c)
	}
	if about == protocol.ManagementCanister && c.Effective.canister != nil {
		if named, ok := protocol.CanisterFromPrincipal(*c.Effective.canister); ok {
			about = named
		}
	}
	switch host, ok := i.registry.Routing.Route(about); {
	case about != protocol.ManagementCanister && ok && int(host) < len(i.subnets):
		return host, about, nil
	case about != protocol.ManagementCanister && to != protocol.ManagementCanister:
		return 0, 0, missing("canister %s was not found: no subnet of this instance hosts it", about)
	case about != protocol.ManagementCanister:
		return 0, 0, unsupported("making a subnet for canister %s while an instance lives; name its subnet in subnet_config_set", about)
	}
	host := protocol.SubnetID(defaultSubnet(i.subnets))
	if c.Effective.subnet != nil {
		known := false
		for _, record := range i.registry.Subnets {
			if record.Principal == *c.Effective.subnet {
				host, known = record.ID, true
			}
		}
		if !known {
			return 0, 0, missing("there is no subnet %s", c.Effective.subnet)
		}
	}
	return host, i.subnets[host].own.First, nil
}

// subject is the canister that a call of the management canister is about, or the management canister itself.
func subject(c *call) protocol.CanisterID {
	var arg struct {
		Canister  *principal.ID `candid:"canister_id"`
		Target    *principal.ID `candid:"target_canister"`
		Specified *principal.ID `candid:"specified_id"`
	}
	if err := management.Decode(c.Payload, &arg); err != nil {
		return protocol.ManagementCanister // the canister will say what is wrong
	}
	for _, id := range []*principal.ID{arg.Target, arg.Canister, arg.Specified} {
		if id == nil {
			continue
		}
		if about, ok := protocol.CanisterFromPrincipal(*id); ok {
			return about
		}
	}
	return protocol.ManagementCanister
}

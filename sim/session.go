package sim

import (
	"fmt"
	"time"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/replica"
	"icsim/sim/boundary"
	"icsim/sim/variant"
)

// A Session is a run in somebody's hands: it goes on as far as it is told to, and takes inputs on the way. Its Inputs and its
// Config make a run with the same digest (Config.Inputs, Config.Duration). It serves one goroutine.
type Session struct {
	s       *simulation
	answers []boundary.Answer
	closed  bool
}

// Open starts a session on a configuration, at virtual time 0. Duration and Inputs do not count.
func Open(c *Config) (*Session, error) {
	config := *c
	config.Duration, config.Inputs, config.Boundary, config.Short = 0, nil, true, true
	x := &Session{}
	s, err := begin(&config)
	if err != nil {
		return nil, err
	}
	s.answered = func(a boundary.Answer) { x.answers = append(x.answers, a) }
	s.start()
	x.s = s
	x.Advance(0)
	return x, nil
}

// Now is the virtual time.
func (x *Session) Now() time.Duration { return time.Duration(x.s.loop.Now()) }

// Clock is the time on the wall clocks of nodes whose clocks are right, in Unix nanoseconds.
func (x *Session) Clock() uint64 {
	return x.s.config.Genesis + uint64(x.s.hosts[x.s.boundary].Now(protocol.Time(x.s.loop.Now())))
}

// BlockTime is the newest time of a block of any subnet, in Unix nanoseconds: what canisters and certificates show. A block is of
// its parent's time plus the initial notary delay at least, so that walls that go slowly do not hold it back.
func (x *Session) BlockTime() uint64 {
	newest := protocol.Time(0)
	for _, sub := range x.s.watch.subnets {
		newest = max(newest, sub.blockTime)
	}
	return x.s.config.Genesis + uint64(newest)
}

// Advance runs the session for a while.
func (x *Session) Advance(by time.Duration) { x.s.loop.Run(x.s.loop.Now() + int64(by)) }

// Step handles events one at a time until one of them has an answer or so much time has passed.
func (x *Session) Step(most time.Duration) {
	until := x.s.loop.Now() + int64(most)
	for len(x.answers) == 0 {
		if key, ok := x.s.loop.Next(); !ok || key.At > until {
			x.s.loop.Run(until)
			return
		}
		x.s.loop.Step()
	}
}

// Put lets something happen now. It gives the input with its time: what a recording has to keep. The error says what
// is wrong with a fault; nothing has happened then.
func (x *Session) Put(in Input) (Input, error) {
	if err := x.s.check(&in); err != nil {
		return in, err
	}
	in.At = protocol.Time(x.s.loop.Now() + 1)
	x.s.inputs = append(x.s.inputs, in)
	x.s.expect(len(x.s.inputs) - 1)
	x.s.loop.Run(int64(in.At))
	x.s.inputs = x.s.inputs[:0] // it has happened; whoever wants it again keeps it
	return in, nil
}

// Answers gives the answers to requests since it was last asked.
func (x *Session) Answers() []boundary.Answer {
	a := x.answers
	x.answers = nil
	return a
}

// Scheme is a signature scheme of the session's kind, of the caller's own.
func (x *Session) Scheme() crypto.Scheme {
	scheme, _, err := newCrypto(x.s.config.Crypto, false)
	if err != nil {
		panic(err) // the session would not have been opened
	}
	return scheme
}

// RootKey is the root subnet's key in DER.
func (x *Session) RootKey() []byte {
	r := x.s.registry.Latest()
	return der.WrapBLS(r.Subnets[r.Root].PublicKey)
}

// Registry is the registry as it stands.
func (x *Session) Registry() *protocol.RegistrySnapshot { return x.s.registry.Latest() }

// Settled is the newest certified state that all running nodes of a subnet can answer from: whoever asks any of them sees at
// least this. nil: there is none yet.
func (x *Session) Settled(subnet protocol.SubnetID) (least *messaging.State) {
	registry := x.Registry()
	if registry.Subnet(subnet) == nil {
		return nil // it is being created
	}
	for _, n := range registry.Subnet(subnet).Members {
		node, ok := variant.Inner(x.s.hosts[n].Machine()).(*replica.Replica)
		if !ok || !x.s.members.serving[n] {
			continue // it stands still, has just been added, or an attacker has it
		}
		state := node.Certified(registry.Version)
		if state == nil {
			return nil
		}
		if least == nil || state.Height() < least.Height() {
			least = state
		}
	}
	return least
}

// Health is what the boundary node says of itself.
func (x *Session) Health() protocol.Health {
	return x.s.hosts[x.s.boundary].Machine().(*boundary.Node).Health()
}

// CertifiedHeight is that of the root subnet.
func (x *Session) CertifiedHeight() protocol.Height {
	return x.s.watch.subnets[x.s.registry.Latest().Root].certified
}

// Close ends the session, writes the rest of the trace and gives what it showed.
func (x *Session) Close() (*Result, error) {
	if x.closed {
		return nil, fmt.Errorf("the session is closed already")
	}
	x.closed = true
	x.s.config.Duration = x.Now()
	return x.s.finish(false)
}

// Finalized is the highest height that a node of a subnet sees final.
func (x *Session) Finalized(subnet int) protocol.Height { return x.s.watch.subnets[subnet].finalized }

package consensustest

import (
	"time"

	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/dkg"
	"icsim/protocol/keys"
)

// Version is the replica version that nodes run.
const Version protocol.ReplicaVersion = "v1"

const (
	poll    = 200 * time.Millisecond // reference/protocol.md A.2
	refresh = 3 * time.Second        // of the bouncer, reference/protocol.md B
)

// Options are what a test chooses about a subnet.
type Options struct {
	Nodes        int
	UnitDelay    time.Duration
	InitialDelay time.Duration
	Interval     protocol.Height
	Seed         byte
	NoChecks     bool
	Dealings     bool                                                      // nodes deal, and have each other's dealings at once
	Components   func(n *Node, honest []consensus.Named) []consensus.Named // nil: honest
	Link         func(s *Subnet, from, to *Node, a protocol.Artifact) (delay time.Duration, lost bool)
	// Tamper replaces what a node sends to another; nil: nothing.
	Tamper        func(s *Subnet, from, to *Node, a protocol.Artifact) protocol.Artifact
	ExecutionTime time.Duration
	Watch         func(*Node, *consensus.Effects) // sees each step's effects
}

// Defaults are those of an application subnet.
func Defaults(nodes int) Options {
	return Options{Nodes: nodes, UnitDelay: time.Second, InitialDelay: 300 * time.Millisecond, Interval: 499}
}

// A Subnet is nodes and the messages between them.
type Subnet struct {
	Options
	Now      protocol.Time
	Registry *Registry
	Nodes    []*Node
	Checks   *Checks
	Genesis  *protocol.CatchUpPackage

	queue           events
	seq             uint64
	secret          []keys.Secrets
	steps, inserted int
}

// Steps counts the steps of all nodes.
func (s *Subnet) Steps() int { return s.steps }

// Inserted counts the artifacts that nodes took from peers.
func (s *Subnet) Inserted() int { return s.inserted }

// A Node is one instance with its surroundings.
type Node struct {
	ID        protocol.NodeID
	C         *consensus.Consensus
	Execution *Execution
	Payloads  *Payloads
	Keys      *keys.Keyring
	Dealings  *dkg.Pool // empty, so that no key is generated, unless Options.Dealings has it filled
	Meter     protocol.Meter
	Notes     []protocol.Note
	Silent    bool          // sends nothing
	Down      bool          // does nothing
	Skew      time.Duration // of the wall clock
	Stalled   bool          // the wall clock stands still
	started   protocol.Time
	disk      *protocol.Disk
	out       consensus.Effects
	later     []event
	refreshed protocol.Time
}

// NewSubnet starts a subnet at time 0.
func NewSubnet(o Options) *Subnet {
	s := &Subnet{Options: o}
	scheme, generation := ideal.New(), ideal.NewKeyGeneration()
	record := &protocol.SubnetRecord{
		Timing:            protocol.SubnetTiming{UnitDelay: o.UnitDelay, InitialNotaryDelay: o.InitialDelay},
		DKGIntervalLength: o.Interval, ReplicaVersion: Version,
	}
	snapshot := &protocol.RegistrySnapshot{Version: 1, Subnets: []*protocol.SubnetRecord{record}}
	for i := range o.Nodes {
		seed := crypto.Seed{o.Seed, byte(i), byte(i >> 8)}
		var secrets keys.Secrets
		node := &protocol.NodeRecord{ID: protocol.NodeID(i)}
		secrets.Basic, node.SigningKey = scheme.BasicKey(seed)
		secrets.Multi, node.CommitteeKey, node.Possession = scheme.MultiKey(seed)
		receives := crypto.Seed{o.Seed, byte(i), byte(i >> 8), 1}
		secrets.Decryption, node.EncryptionKey, node.EncryptionProof = generation.EncryptionKey(receives, nil)
		s.secret = append(s.secret, secrets)
		record.Members = append(record.Members, node.ID)
		snapshot.Nodes = append(snapshot.Nodes, node)
	}
	s.Registry = &Registry{Snapshots: []*protocol.RegistrySnapshot{snapshot}, Published: []protocol.Time{0}}
	founding := dkg.Found(generation, 0, snapshot, record.Members, func(n protocol.NodeID) keys.Secrets { return s.secret[n] })
	record.PublicKey = founding.High.Group.Key
	s.Genesis = dkg.Genesis(0, snapshot, founding, 0)
	s.Checks = newChecks(s)
	for i := range o.Nodes {
		n := &Node{
			ID: protocol.NodeID(i), disk: protocol.NewDisk(), Payloads: &Payloads{},
			Execution: &Execution{Delay: o.ExecutionTime, expected: 1, manifests: map[protocol.Height]protocol.StateHash{}},
		}
		s.Nodes = append(s.Nodes, n)
		s.start(n, nil)
	}
	return s
}

// start makes a node's consensus from its disk.
func (s *Subnet) start(n *Node, fromDisk []any) {
	n.started = s.Now
	n.Keys = &keys.Keyring{
		Node: n.ID, Scheme: ideal.New(), Registry: s.Registry, Secrets: s.secret[n.ID], Meter: &n.Meter,
		Generation: ideal.NewKeyGeneration(),
	}
	n.Dealings = dkg.NewPool(dkg.Config{
		Node: n.ID, Version: Version, Keys: n.Keys,
		Latest: func() *protocol.Summary { return n.C.Reader().Summary().Payload.Summary },
	})
	cfg := &consensus.Config{Node: n.ID, Version: Version, Genesis: s.Genesis}
	env := &consensus.Env{
		Keys: n.Keys, Registry: s.Registry, Payloads: n.Payloads, Router: n.Execution, States: n.Execution,
		DKG: &dkg.Payloads{Keys: n.Keys, Pool: n.Dealings},
	}
	components := consensus.DefaultComponents(cfg, env)
	if s.Components != nil {
		components = s.Components(n, components)
	}
	n.C = consensus.New(cfg, env, components, s.Clock(n))
	if fromDisk != nil {
		n.C.Restore(fromDisk, s.Clock(n), &n.out)
		s.carryOut(n)
	}
	s.push(event{at: s.Now, to: n})
}

// Restart crashes a node and starts it from its disk. Its state is that of its last checkpoint.
func (s *Subnet) Restart(n *Node) {
	n.later = nil
	n.Execution.Sync(n.Execution.checkpoint)
	n.Execution.free = s.Now
	s.Checks.restarted(n)
	s.start(n, n.Pool())
}

// Pool is what a node's disk has of its pool.
func (n *Node) Pool() []any { return n.disk.Load(protocol.DiskConsensusPool) }

// Clock gives the clocks of a node.
func (s *Subnet) Clock(n *Node) consensus.Clock {
	now := s.Now.Add(n.Skew)
	if n.Stalled {
		now = 0
	}
	return consensus.Clock{Now: now, Instant: s.Now - n.started}
}

// Run advances time by d.
func (s *Subnet) Run(d time.Duration) {
	end := s.Now.Add(d)
	for len(s.queue) > 0 && s.queue[0].at <= end {
		e := s.pop()
		s.Now = e.at
		if e.to.Down {
			if e.artifact == nil {
				s.push(event{at: s.Now.Add(poll), to: e.to})
			}
			continue
		}
		s.take(e)
		// What arrives in the same instant is handled in the same step.
		for len(s.queue) > 0 && s.queue[0].at == e.at && s.queue[0].to == e.to {
			s.take(s.pop())
		}
		s.Step(e.to)
	}
	s.Now = end
}

// Deliver gives an artifact to a node now, and steps it.
func (s *Subnet) Deliver(to *Node, from protocol.NodeID, a protocol.Artifact) {
	s.offer(to, event{to: to, from: from, artifact: a})
	s.Step(to)
}

// take lets one event happen to a node: an artifact, or the poll.
func (s *Subnet) take(e event) {
	n := e.to
	if e.artifact != nil {
		s.offer(n, e)
		return
	}
	if s.Now-n.refreshed >= protocol.Time(refresh) {
		n.refreshed = s.Now
		later := n.later
		n.later = nil
		for _, e := range later {
			s.offer(n, e)
		}
	}
	s.push(event{at: s.Now.Add(poll), to: n})
}

func (s *Subnet) offer(n *Node, e event) {
	switch n.C.Bouncer(protocol.MetaOf(e.artifact)) {
	case protocol.Wanted:
		s.inserted++
		n.C.Insert(e.artifact, e.from, s.Clock(n))
	case protocol.WantedLater:
		n.later = append(n.later, e)
	}
}

// Step lets a node look at its clock and its pool.
func (s *Subnet) Step(n *Node) {
	s.steps++
	n.Execution.advance(s.Now)
	n.C.Step(s.Clock(n), &n.out)
	s.carryOut(n)
	if s.Dealings {
		s.deal(n)
	}
}

func (s *Subnet) deal(n *Node) {
	var out dkg.Effects
	n.Dealings.Step(&out)
	for _, d := range out.Publish {
		for _, to := range s.Nodes {
			if to != n {
				to.Dealings.Insert(d, n.ID)
			}
		}
	}
}

func (s *Subnet) carryOut(n *Node) {
	if s.Watch != nil {
		s.Watch(n, &n.out)
	}
	n.disk.Apply(n.out.Writes)
	for _, p := range n.out.Publish {
		s.Send(n, p.Artifact, p.Own)
	}
	if !s.NoChecks {
		n.Notes = append(n.Notes, n.out.Notes...)
		s.Checks.observe(n, &n.out)
	}
	n.out.Reset()
}

// Send gives an artifact to all other nodes. own tells an artifact from a relayed one.
func (s *Subnet) Send(from *Node, a protocol.Artifact, own bool) {
	if from.Silent {
		return
	}
	for _, to := range s.Nodes {
		if to == from || !own && to.has(a) {
			continue
		}
		delay, lost := 50*time.Millisecond, false
		if s.Link != nil {
			delay, lost = s.Link(s, from, to, a)
		}
		if lost {
			continue
		}
		sent := a
		if s.Tamper != nil {
			sent = s.Tamper(s, from, to, a)
		}
		s.Post(from, to, sent, delay)
	}
}

// Reconnect has a node send all it offers to a peer whose connection came up again.
func (s *Subnet) Reconnect(from, to *Node) {
	for _, v := range from.disk.Load(protocol.DiskConsensusPool) {
		s.Post(from, to, v.(protocol.Artifact), 50*time.Millisecond)
	}
	for _, v := range to.disk.Load(protocol.DiskConsensusPool) {
		s.Post(to, from, v.(protocol.Artifact), 50*time.Millisecond)
	}
}

// Post lets an artifact reach a node after a delay.
func (s *Subnet) Post(from, to *Node, a protocol.Artifact, delay time.Duration) {
	s.push(event{at: s.Now.Add(delay), to: to, from: from.ID, artifact: a})
}

// has spares relays of what the receiver has: its other peers offer it too.
func (n *Node) has(a protocol.Artifact) bool {
	return n.C.Bouncer(protocol.MetaOf(a)) == protocol.Unwanted || n.C.Validated(protocol.MetaOf(a)) != nil
}

// MinFinalized is the least finalized height of the nodes that are up and talk.
func (s *Subnet) MinFinalized() protocol.Height {
	least := ^protocol.Height(0)
	for _, n := range s.Nodes {
		if !n.Silent && !n.Down {
			least = min(least, n.C.FinalizedHeight())
		}
	}
	return least
}

// An event is an artifact that reaches a node, or its poll.
type event struct {
	at       protocol.Time
	seq      uint64
	to       *Node
	from     protocol.NodeID
	artifact protocol.Artifact
}

func (e *event) before(f *event) bool { return e.at < f.at || e.at == f.at && e.seq < f.seq }

// events is a binary heap.
type events []event

func (s *Subnet) push(e event) {
	s.seq++
	e.seq = s.seq
	s.queue = append(s.queue, e)
	q := s.queue
	for i := len(q) - 1; i > 0 && q[i].before(&q[(i-1)/2]); i = (i - 1) / 2 {
		q[i], q[(i-1)/2] = q[(i-1)/2], q[i]
	}
}

func (s *Subnet) pop() event {
	q := s.queue
	top, last := q[0], len(q)-1
	q[0], q[last] = q[last], event{}
	q = q[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if q[child].before(&q[least]) {
				least = child
			}
		}
		if least == i {
			break
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
	s.queue = q
	return top
}

package messaging

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
)

// A Processor turns a state and a batch into the next state. It is a pure function of its arguments: equal arguments
// give equal results on every node.
type Processor interface {
	// Process executes b on parent. registry is the snapshot at b.RegistryVersion.
	Process(parent *State, b *protocol.Batch, registry *protocol.RegistrySnapshot) *Result
}

// Limits bound what a round may do. They are fields so that tests can reach them with few messages.
type Limits struct {
	StreamMessages int // in an outgoing stream, from which on nothing is routed to it
	StreamBytes    int // likewise
	SystemMessages int // in a stream to a system subnet, likewise
	Payload        int // bytes of a message's payload that may leave the subnet
	HistoryCalls   int // known to the ingress history
	HistoryBytes   uint64
}

// DefaultLimits gives the deployed ones (rs/config/src/message_routing.rs, rs/limits/src/lib.rs).
func DefaultLimits() Limits {
	return Limits{
		StreamMessages: protocol.MaxStreamMessages,
		StreamBytes:    10 << 20,
		SystemMessages: 2 * protocol.SystemStreamMessages,
		Payload:        2 << 20,
		HistoryCalls:   historyCalls,
		HistoryBytes:   historyBytes,
	}
}

// A StateMachine is the deterministic state machine of message routing (rs/messaging/src/state_machine.rs).
type StateMachine struct {
	Executor protocol.Executor
	Limits   Limits
	Strays   *Strays // nil: the deployed rules
}

// A Result is what executing a batch gives. Immutable: nodes share it.
type Result struct {
	State   *State
	Summary *protocol.RoundSummary
	// Critical lists what happened that cannot happen among honest subnets, by the constants below.
	Critical []string

	busiest uint64
}

// Critical errors: the replica counts them and goes on. Cycles of dropped messages are burned.
const (
	CriticalBatchTime       = "batch time does not advance"
	CriticalSenderSubnet    = "response from a subnet that does not host its sender dropped"
	CriticalReceiverSubnet  = "response to a canister that is hosted elsewhere rejected"
	CriticalResponseInduct  = "response could not be inducted and was dropped"
	CriticalResponseNoRoute = "response to nowhere dropped"
	CriticalResponseReject  = "response rejected for another reason than migration"
	CriticalResponseTooLong = "response above the payload limit replaced"
)

// Charge counts the node's work for the round. Every node is charged, whoever computed it.
func (r *Result) Charge(m *protocol.Meter) {
	m.Charge(protocol.OpRound, 1)
	m.Charge(protocol.OpCanisterRound, r.State.canisters.NumCanisters())
	m.Charge(protocol.OpCanisterMessage, r.Summary.Messages)
	m.Charge(protocol.OpInstruction, int(r.busiest))
	if r.State.IsCheckpoint() {
		m.Charge(protocol.OpCheckpoint, 1)
		m.Charge(protocol.OpCheckpointByte, int(r.State.canisters.Size()))
	}
}

// A round is one execution of Process.
type round struct {
	parent   *State
	batch    *protocol.Batch
	registry *protocol.RegistrySnapshot
	limits   *Limits
	strays   *Strays
	makers   *blockMakers
	context  protocol.RoundContext
	canister protocol.Round
	streams  streamSet
	history  historyEdit
	inducted []protocol.InductedRange
	ingress  int
	answered []protocol.MessageID
	arrived  protocol.Cycles // with messages accepted from other subnets
	departed protocol.Cycles // with messages that other subnets accepted
	lost     protocol.Cycles // with dropped messages
	critical []string
}

// Process implements Processor. The order is the replica's (reference/protocol.md C, first point).
func (m *StateMachine) Process(parent *State, b *protocol.Batch, registry *protocol.RegistrySnapshot) *Result {
	r := m.open(parent, b, registry)
	r.inductLoopback()
	if b.Payload != nil {
		r.collectGarbage(b.Payload.XNet)
		r.inductSlices(b.Payload.XNet)
		r.inductIngress(b.Payload.Ingress)
		for _, a := range b.Payload.Outcalls.Answers() {
			r.canister.Answer(a)
		}
		if keys := b.Payload.IDKG; keys != nil {
			for _, a := range keys.Answers {
				r.canister.AnswerSignature(a)
			}
		}
	}
	r.canister.Execute()
	r.buildStreams()
	return r.commit()
}

func (m *StateMachine) open(parent *State, b *protocol.Batch, registry *protocol.RegistrySnapshot) *round {
	r := &round{
		parent: parent, batch: b, registry: registry, limits: &m.Limits, strays: m.Strays,
		streams: newStreamSet(parent.streams),
	}
	if r.strays == nil {
		r.strays = deployedStrays()
	}
	if b.Subnet != parent.subnet || b.Height != parent.height+1 || registry.Version != b.RegistryVersion {
		r.panicf("a batch of subnet %s, registry version %d, on a state of %s at height %d with registry version %d",
			b.Subnet, b.RegistryVersion, parent.subnet, parent.height, registry.Version)
	}
	now := b.Time
	if now <= parent.time {
		r.fault(CriticalBatchTime)
		now = parent.time
	}
	r.context = contextOf(b.Subnet, b.Height, now, registry)
	r.context.Randomness, r.context.Checkpoint = b.Randomness, b.Checkpoint
	if b.Payload != nil {
		r.context.ChainKeys = b.Payload.IDKG
	}
	r.context.Sends = func(c protocol.CanisterID) bool { return holdsOf(r.streams.streams, c) }
	r.makers = r.observeMakers()
	r.context.BlockMakers = r.makers.complete()
	r.history = historyEdit{
		parent: parent.history, now: now,
		bound: historyBounds{calls: m.Limits.HistoryCalls, bytes: m.Limits.HistoryBytes},
	}
	r.canister = m.Executor.Begin(parent.canisters, &r.context)
	return r
}

// contextOf is what canisters are told of the world.
func contextOf(
	subnet protocol.SubnetID, h protocol.Height, now protocol.Time, registry *protocol.RegistrySnapshot,
) protocol.RoundContext {
	own := registry.Subnet(subnet)
	return protocol.RoundContext{
		Subnet: subnet, SubnetPrincipal: own.Principal, Nodes: own.PricedNodes(), Members: own.Members,
		System: own.Type == protocol.SystemSubnet,
		Height: h, Time: now, Genesis: registry.Genesis, Routing: registry.Routing, Registry: registry,
	}
}

// commit closes the round: what canisters did to calls is recorded, conservation is checked, the tree is hashed.
func (r *round) commit() *Result {
	canisters, outcome := r.canister.Commit()
	for _, u := range outcome.Ingress {
		r.record(u)
	}
	s := &State{
		subnet: r.batch.Subnet, height: r.batch.Height, time: r.context.Time, registry: r.registry.Version,
		streams: r.streams.streams, history: r.history.commit(), makers: r.makers, canisters: canisters,
		cycles: canisters.TotalCycles().Add(cyclesIn(r.streams.streams)), metrics: metricsOf(r.parent, canisters, outcome),
	}
	burned := outcome.Burned.Add(r.lost)
	if r.parent.cycles.Add(outcome.Minted).Add(r.arrived) != s.cycles.Add(burned).Add(r.departed) {
		r.panicf("cycles are not conserved: %s before, %s minted, %s arrived, %s burned, %s departed, %s after",
			r.parent.cycles, outcome.Minted, r.arrived, burned, r.departed, s.cycles)
	}
	s.tree = certifyTree(r.parent, s, r.streams.changed, r.registry)
	s.root = protocol.StateHash(s.tree.Digest())
	batch := r.batch.ID()
	s.lineage = crypto.Sum("lineage", r.parent.lineage[:], batch[:])
	if r.batch.Checkpoint {
		s.files = manifestOf(s)
	}
	return &Result{State: s, Summary: r.summary(s, outcome, burned), Critical: r.critical, busiest: outcome.BusiestThread}
}

func (r *round) summary(s *State, outcome *protocol.RoundOutcome, burned protocol.Cycles) *protocol.RoundSummary {
	sum := &protocol.RoundSummary{
		Height: s.height, Time: s.time, Inducted: r.inducted,
		Cycles: s.cycles, Burned: burned, Minted: outcome.Minted, Arrived: r.arrived, Departed: r.departed,
		Ingress: r.ingress, Answered: r.answered, Messages: outcome.Messages, Instructions: outcome.Instructions,
		ChainKeys: r.chainKeyEvents(), Initial: r.batch.Initial,
	}
	if len(s.streams) > 0 {
		sum.Streams = make([]protocol.StreamSummary, len(s.streams))
	}
	for i, stream := range s.streams {
		sum.Streams[i] = protocol.StreamSummary{
			To: stream.to, Begin: stream.begin, End: stream.End(), SignalsEnd: stream.signalsEnd, Cycles: stream.cycles,
			Appended: r.streams.appendedTo(stream),
		}
	}
	return sum
}

// chainKeyEvents is what the round's block brought of chain keys.
func (r *round) chainKeyEvents() (all []protocol.ChainKeyEvent) {
	keys := r.context.ChainKeys
	if keys == nil {
		return nil
	}
	for _, p := range keys.Made {
		all = append(all, protocol.ChainKeyEvent{Key: p.Key})
	}
	for _, a := range keys.Answers {
		if c := r.parent.canisters.ChainKeys().Find(a.ID); c != nil {
			all = append(all, protocol.ChainKeyEvent{Key: c.Key, Answered: true, Rejected: a.Reject.Code != 0})
		}
	}
	return all
}

// record notes a call's progress.
func (r *round) record(u protocol.IngressUpdate) {
	if err := r.history.set(u); err != nil {
		r.panicf("%v", err)
	}
	if u.Status.State.IsTerminal() {
		r.answered = append(r.answered, u.ID)
	}
}

// fault notes a critical error.
func (r *round) fault(reason string) { r.critical = append(r.critical, reason) }

// drop loses a message's cycles, and says why.
func (r *round) drop(m *protocol.CanisterMessage, reason string) {
	r.lost = r.lost.Add(m.Cycles())
	r.fault(reason)
}

// panicf stops at a broken invariant.
func (r *round) panicf(format string, args ...any) {
	panic(fmt.Sprintf("messaging: subnet %s, height %d: ", r.batch.Subnet, r.batch.Height) + fmt.Sprintf(format, args...))
}

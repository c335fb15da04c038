package replay

import (
	"fmt"
	"math"

	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
)

// multiple is what the heights of recoveries are multiples of.
const multiple = 1000

// Height is where a subnet goes on whose state is of a height: above all that it has had, if it had no thousand blocks more.
func Height(state protocol.Height) protocol.Height { return (state/multiple + 1) * multiple }

// A Config says whose disk it is, and what the node ran on it.
type Config struct {
	Node      protocol.NodeID
	Subnet    protocol.SubnetID
	Version   protocol.ReplicaVersion
	Registry  protocol.RegistryClient
	Package   *protocol.CatchUpPackage // that the node started from
	State     *messaging.State         // of genesis
	Processor messaging.Processor
	Disk      *protocol.Disk
}

// A Replay is a node's newest state.
type Replay struct {
	State  *messaging.State // a checkpoint
	Rounds []*protocol.RoundSummary
}

// Run replays. The error says why there is no state to go on from.
func Run(cfg Config) (*Replay, error) {
	p := newPlayer(&cfg)
	pool := consensus.New(
		&consensus.Config{Node: cfg.Node, Subnet: cfg.Subnet, Version: cfg.Version, Genesis: cfg.Package},
		&consensus.Env{
			Registry: cfg.Registry, Router: p, States: p.states,
			Keys: &keys.Keyring{Node: cfg.Node, Registry: cfg.Registry, Meter: new(protocol.Meter)},
		}, nil, consensus.Clock{})
	var effects consensus.Effects
	pool.Restore(cfg.Disk.Load(protocol.DiskConsensusPool), consensus.Clock{}, &effects)
	if h, cup := p.tip.Height(), pool.CUPHeight(); h < cup {
		return nil, fmt.Errorf("it has the catch-up package of height %d, but its newest state is of height %d", cup, h)
	}
	pool.Replay(&effects)
	if err := p.compare(cfg.Disk.Load(protocol.DiskCertificationPool)); err != nil {
		return nil, err
	}
	return &Replay{State: p.checkpoint(), Rounds: p.rounds}, nil
}

// A player executes what it is given, one batch after the other.
type player struct {
	cfg    *Config
	states *messaging.StateManager
	tip    *messaging.State
	before *messaging.State // of tip; nil: tip is from disk
	last   *protocol.Batch  // that led from before to tip
	rounds []*protocol.RoundSummary
	roots  map[protocol.Height]protocol.StateHash
}

func newPlayer(cfg *Config) *player {
	p := &player{cfg: cfg, states: messaging.NewStateManager(cfg.Node, cfg.Registry, cfg.State)}
	p.states.Restore(cfg.Disk.Load(protocol.DiskCheckpoint), math.MaxUint64, 0) // the newest: nothing below it is computed again
	p.tip = p.states.Latest()
	p.roots = map[protocol.Height]protocol.StateHash{p.tip.Height(): p.tip.Root()}
	return p
}

// ExpectedBatchHeight implements consensus.MessageRouting.
func (p *player) ExpectedBatchHeight() protocol.Height { return p.tip.Height() + 1 }

// Deliver implements consensus.MessageRouting.
func (p *player) Deliver(b *protocol.Batch) bool {
	r := p.process(p.tip, b)
	p.before, p.tip, p.last = p.tip, r.State, b
	p.rounds = append(p.rounds, r.Summary)
	p.roots[p.tip.Height()] = p.tip.Root()
	return true
}

func (p *player) process(on *messaging.State, b *protocol.Batch) *messaging.Result {
	return p.cfg.Processor.Process(on, b, p.cfg.Registry.At(b.RegistryVersion))
}

// compare holds the states against what the subnet has certified, as far as the node has it.
func (p *player) compare(certifications []any) error {
	for _, v := range certifications {
		c, ok := v.(*protocol.Certification)
		if !ok {
			continue
		}
		if root, known := p.roots[c.AtHeight]; known && root != c.Hash {
			return fmt.Errorf("its state of height %d is not the one that the subnet has certified", c.AtHeight)
		}
	}
	return nil
}

// checkpoint gives the last state as a checkpoint.
func (p *player) checkpoint() *messaging.State {
	if p.tip.IsCheckpoint() {
		return p.tip
	}
	b := *p.last
	b.Checkpoint = true
	return p.process(p.before, &b).State
}

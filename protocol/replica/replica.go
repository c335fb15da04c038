package replica

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/userkey"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/consensus"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
	"icsim/protocol/orchestrator"
	"icsim/protocol/outcalls"
	"icsim/protocol/p2p"
)

// A Config is what makes a node: who it is, its keys, where its subnet starts.
type Config struct {
	Node        protocol.NodeID
	Subnet      protocol.SubnetID
	Version     protocol.ReplicaVersion
	Registry    protocol.RegistryClient
	Scheme      crypto.Scheme
	Users       userkey.Verifier // of users' signatures; nil: that of the scheme
	Secrets     keys.Secrets
	Generation  crypto.KeyGeneration
	ChainKeys   chainkey.Scheme          // nil: chainkey.New
	Genesis     *protocol.CatchUpPackage // that the node starts from
	Packages    orchestrator.Packages    // of the registry; nil: Genesis for ever
	State       *messaging.State         // after genesis
	Processor   messaging.Processor
	Slicer      messaging.Slicer // nil: messaging.Slice
	Querier     protocol.Querier
	Adapter     outcalls.Adapter // to HTTPS servers
	Transformer protocol.Transformer
	Seed        crypto.Hash    // of all the node's own choices
	Disk        *protocol.Disk // what an earlier life of the node left
	Now         protocol.Time  // on the node's clock, as it starts
	// Components makes consensus; nil: consensus.DefaultComponents.
	Components func(*consensus.Config, *consensus.Env) []consensus.Named
	// Judge says whose a request is; nil: authentication.Judge.
	Judge authentication.Judgement
	// Advertise says that no artifact is pushed (p2p.Config).
	Advertise bool
}

// A Replica is one node.
type Replica struct {
	cfg           Config
	keys          *keys.Keyring
	states        *messaging.StateManager
	consensus     consensusLane
	certification certificationLane
	ingress       ingressLane
	transport     transportLane
	xnet          xnetLane
	execution     executionLane
	query         queryLane
	outcalls      outcallLane
	sync          stateSyncLane
	dkg           dkgLane
	orchestrator  orchestratorLane
	idkg          idkgLane
}

// New starts a node from its disk: empty at genesis, otherwise what it had before a crash.
func New(cfg Config) *Replica {
	if cfg.Judge == nil {
		cfg.Judge = authentication.Judge
	}
	if cfg.Packages == nil {
		cfg.Packages = func(protocol.SubnetID, protocol.RegistryVersion) *protocol.CatchUpPackage { return cfg.Genesis }
	}
	for _, kept := range cfg.Disk.Load(protocol.DiskKeys) {
		switch kept := kept.(type) {
		case crypto.DecryptionKey:
			cfg.Secrets.Decryption = kept
		case idkgKeys:
			cfg.Secrets.IDKG = kept
		}
	}
	r := &Replica{cfg: cfg}
	r.keys = &keys.Keyring{
		Node: cfg.Node, Scheme: cfg.Scheme, Users: cfg.Users, Registry: cfg.Registry, Secrets: cfg.Secrets,
		Generation: cfg.Generation, ChainKeys: cfg.ChainKeys, Meter: new(protocol.Meter),
	}
	if r.states = messaging.NewStateManager(cfg.Node, cfg.Registry, cfg.State); cfg.Slicer != nil {
		r.states.SliceBy(cfg.Slicer)
	}
	r.execution.init(r)
	r.ingress.init(r)
	r.xnet.init(r)
	r.query.init(r)
	r.outcalls.init(r)
	r.sync.init(r)
	r.dkg.init(r)
	r.idkg.init(r)
	r.consensus.init(r)
	r.certification.init(r)
	r.orchestrator.init(r)
	return r
}

// Step handles what one lane has got.
func (r *Replica) Step(in *protocol.Input, out *protocol.Outputs) {
	r.keys.Meter = &out.Meter
	in = r.withoutForged(in, out)
	switch in.Lane {
	case protocol.LaneConsensus:
		r.consensus.step(r, in, out)
	case protocol.LaneCertification:
		r.certification.step(r, in, out)
	case protocol.LaneIngress:
		r.ingress.step(r, in, out)
	case protocol.LaneTransport:
		r.transport.step(r, in, out)
	case protocol.LaneXNet:
		r.xnet.step(r, in, out)
	case protocol.LaneExecution:
		r.execution.step(r, in, out)
	case protocol.LaneQuery:
		r.query.step(r, in, out)
	case protocol.LaneOutcalls:
		r.outcalls.step(r, in, out)
	case protocol.LaneStateSync:
		r.sync.step(r, in, out)
	case protocol.LaneDKG:
		r.dkg.step(r, in, out)
	case protocol.LaneOrchestrator:
		r.orchestrator.step(r, in, out)
	case protocol.LaneIDKG:
		r.idkg.step(r, in, out)
	default:
		panic(fmt.Sprintf("replica: node %s has no lane %d", r.cfg.Node, in.Lane))
	}
}

// withoutForged gives an input without what lanes of this node tell each other if it comes from another node. No such message exists on the
// wire: who sends one sends bytes that cannot be read.
func (r *Replica) withoutForged(in *protocol.Input, out *protocol.Outputs) *protocol.Input {
	forged := func(a protocol.Arrival) bool {
		if a.From == r.cfg.Node || a.From == protocol.NoNode {
			return false
		}
		_, usual := a.Msg.(*protocol.SlotUpdate)
		return !usual && a.Msg.Size() == 0
	}
	if !slices.ContainsFunc(in.Arrivals, forged) {
		return in
	}
	rest := *in
	rest.Arrivals = slices.DeleteFunc(slices.Clone(in.Arrivals), forged)
	out.Meter.Charge(protocol.OpReceive, len(in.Arrivals)-len(rest.Arrivals))
	return &rest
}

// rand gives the node's stream of choices for a purpose.
func (r *Replica) rand(purpose string) *protocol.Rand { return protocol.NewRand(r.cfg.Seed, purpose) }

// broadcast makes the broadcast of one pool.
func (r *Replica) broadcast(lane protocol.Lane, bouncer func(protocol.ArtifactMeta) protocol.Wish) *p2p.Broadcast {
	return p2p.New(p2p.Config{
		Self: r.cfg.Node, Lane: lane, Bouncer: bouncer, Rand: r.rand("p2p " + lane.String()), Ingress: r.ingress.pool.Lookup,
		Advertise: r.cfg.Advertise,
	})
}

var _ protocol.Machine = (*Replica)(nil)

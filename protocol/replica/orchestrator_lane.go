package replica

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/orchestrator"
)

// An orchestratorLane is the orchestrator of the node: another process, which stops and starts the replica. It sleeps while the registry
// says nothing that the newest catch-up package has not settled.
type orchestratorLane struct{ orchestrator *orchestrator.Assigned }

func (l *orchestratorLane) init(r *Replica) {
	l.orchestrator = orchestrator.NewAssigned(orchestrator.Config{
		Node: r.cfg.Node, Registry: r.cfg.Registry, Keys: r.keys, Rand: r.rand("orchestrator"),
		Packages: r.cfg.Packages,
	}, r.cfg.Subnet, r.cfg.Version)
}

func (l *orchestratorLane) step(r *Replica, in *protocol.Input, out *protocol.Outputs) {
	for i := range in.Arrivals {
		if news, ok := in.Arrivals[i].Msg.(*protocol.RegistryNews); ok {
			l.orchestrator.News(news.Version, in.Instant)
		}
	}
	l.orchestrator.Step(in, r.consensus.consensus.Reader().CUP(), out)
	if l.orchestrator.Rotate(in, out) {
		out.Writes = append(out.Writes, r.keepIDKGKeys())
	}
	out.Wake = l.orchestrator.NextWake()
}

// start keeps the package that the replica starts from, and has the orchestrator look if there is something to follow.
func (l *orchestratorLane) start(r *Replica, now protocol.Time, out *protocol.Outputs) {
	out.Writes = append(out.Writes, orchestrator.Remember(r.cfg.Genesis))
	if l.orchestrator.Unsettled(r.consensus.consensus.Reader().CUP(), now) || l.orchestrator.Rotates(now) {
		out.Local(&protocol.RegistryNews{Version: r.cfg.Registry.Latest(now)})
	}
}

// A topology is whom a replica keeps connections with: the members of its subnet at the registry versions from the oldest in use to the
// newest that it has (rs/p2p/peer_manager; reference/protocol.md B).
type topology struct {
	cup    *protocol.CatchUpPackage
	latest protocol.RegistryVersion
	peers  []protocol.NodeID
}

// follow names the peers anew where they may be others than before.
func (t *topology) follow(r *Replica, latest protocol.RegistryVersion, out *protocol.Outputs) {
	cup := r.consensus.consensus.Reader().CUP()
	if t.cup == cup && t.latest == latest {
		return
	}
	t.cup, t.latest = cup, latest
	peers := []protocol.NodeID{}
	for v := min(cup.Summary().OldestVersion(), latest); v <= latest; v++ {
		if record := r.cfg.Registry.At(v).Subnet(r.cfg.Subnet); record != nil { // keys are older than a subnet that was created
			peers = append(peers, record.Members...)
		}
	}
	slices.Sort(peers)
	peers = slices.DeleteFunc(slices.Compact(peers), func(n protocol.NodeID) bool { return n == r.cfg.Node })
	if t.peers == nil || !slices.Equal(t.peers, peers) {
		t.peers, out.Peers = peers, peers
	}
}

// outlived tells the lane of key generation when a new package leaves keys behind that the node's decryption key still opens.
func (l *consensusLane) outlived(r *Replica, out *protocol.Outputs) {
	cup := l.consensus.Reader().CUP()
	if cup == l.cup {
		return
	}
	l.cup = cup
	if r.keys.Outlives(cup.Summary().Transcripts()) {
		out.Local(&protocol.Poke{At: protocol.LaneDKG, Reason: "keys outlived", Hash: crypto.Hash(cup.ID())})
	}
}

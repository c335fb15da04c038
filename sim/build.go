package sim

import (
	"fmt"

	"icsim/canister"
	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
	"icsim/protocol/registry"
	"icsim/protocol/replica"
	"icsim/sim/machine"
	"icsim/sim/memo"
	"icsim/sim/network"
	"icsim/sim/rng"
	"icsim/sim/workload"
)

// Version names the replica that all nodes run.
const replicaVersion protocol.ReplicaVersion = "icsim-1"

// CanistersPerSubnet is the range of canister ids that a subnet gets: subnet i hosts i·2²⁰ … (i+1)·2²⁰ − 1, as the
// Internet Computer hands them out.
const CanistersPerSubnet = 1 << 20

// A world is all that a run simulates.
type world struct {
	scheme   crypto.Scheme
	random   rng.Source
	registry *registry.Registry
	subnets  []*subnetWorld
	secrets  []keys.Secrets // by node
	hosts    []*machine.Host
	machines []func(*protocol.Disk) protocol.Machine
	net      *network.Network
}

// A subnetWorld is what the nodes of a subnet have in common at genesis.
type subnetWorld struct {
	id        protocol.SubnetID
	nodes     []protocol.NodeID
	dealer    *dkg.Dealer
	genesis   *protocol.CatchUpPackage
	state     *messaging.State
	processor messaging.Processor
}

// build makes the world of a configuration.
func (s *simulation) build() error {
	scheme, err := newScheme(s.config.Crypto)
	if err != nil {
		return err
	}
	s.scheme = memo.Scheme(scheme, !s.config.NoShare)
	s.random = rng.Root(s.config.Seed)
	s.foundSubnets()
	if err := s.foundStates(); err != nil {
		return err
	}
	for _, sub := range s.subnets {
		for _, n := range sub.nodes {
			s.addNode(sub, n)
		}
	}
	for i := range s.config.Clients {
		s.addClient(i)
	}
	return s.connect()
}

func newScheme(name string) (crypto.Scheme, error) {
	switch name {
	case "bls":
		return bls.New(), nil
	case "ideal":
		return ideal.New(), nil
	}
	return nil, fmt.Errorf("unknown crypto %q: want bls or ideal", name)
}

// foundSubnets makes the nodes' keys, deals the subnets' keys and writes the registry's first version.
func (s *simulation) foundSubnets() {
	snapshot := protocol.RegistrySnapshot{Version: 1, Genesis: s.config.Genesis, Routing: &protocol.RoutingTable{}}
	for i := range s.config.Subnets {
		sub := &subnetWorld{id: protocol.SubnetID(i)}
		for range s.config.Subnets[i].Nodes {
			record, secrets := s.nodeKeys(protocol.NodeID(len(snapshot.Nodes)))
			snapshot.Nodes = append(snapshot.Nodes, record)
			s.secrets = append(s.secrets, secrets)
			sub.nodes = append(sub.nodes, record.ID)
		}
		sub.dealer = dkg.NewDealer(s.scheme, sub.id, s.random.Split("dealer", uint64(i)).Seed())
		snapshot.Subnets = append(snapshot.Subnets, s.subnetRecord(i, sub))
		first := protocol.CanisterID(i) * CanistersPerSubnet
		snapshot.Routing.Ranges = append(snapshot.Routing.Ranges, protocol.CanisterRange{
			First: first, Last: first + CanistersPerSubnet - 1, Subnet: sub.id,
		})
		s.subnets = append(s.subnets, sub)
	}
	s.registry = registry.New(snapshot)
}

func (s *simulation) nodeKeys(n protocol.NodeID) (*protocol.NodeRecord, keys.Secrets) {
	basic, public := s.scheme.BasicKey(s.random.Split("node key", uint64(n)).Seed())
	multi, committee, possession := s.scheme.MultiKey(s.random.Split("committee key", uint64(n)).Seed())
	record := &protocol.NodeRecord{
		ID: n, Principal: principal.SelfAuthenticating(der.Ed25519(public)),
		SigningKey: public, CommitteeKey: committee, Possession: possession,
	}
	return record, keys.Secrets{Basic: basic, Multi: multi}
}

func (s *simulation) subnetRecord(i int, sub *subnetWorld) *protocol.SubnetRecord {
	c := &s.config.Subnets[i]
	key := sub.dealer.PublicKey(sub.nodes)
	return &protocol.SubnetRecord{
		ID: sub.id, Name: c.Name, Principal: principal.SelfAuthenticating(der.BLS(key)), Type: c.Type, Members: sub.nodes,
		Timing:             protocol.SubnetTiming{UnitDelay: c.UnitDelay, InitialNotaryDelay: c.InitialNotaryDelay},
		DKGIntervalLength:  protocol.Height(c.DKGIntervalLength),
		MaxIngressBytes:    c.MaxIngressBytes,
		MaxIngressMessages: c.MaxIngressMessages, MaxBlockIngressBytes: c.MaxBlockIngress, MaxBlockPayload: c.MaxBlockPayload,
		ReplicaVersion: replicaVersion, PublicKey: key,
	}
}

// foundStates installs the canisters and makes each subnet's genesis.
func (s *simulation) foundStates() error {
	snapshot := s.registry.Latest()
	executor := canister.NewExecutor()
	for i, sub := range s.subnets {
		canisters, err := s.installed(executor, i, snapshot)
		if err != nil {
			return err
		}
		sub.state = messaging.Genesis(sub.id, canisters, snapshot)
		client := s.registry.Client(sub.nodes[0], registry.PollPhase{})
		summaries := dkg.Summaries{Dealer: sub.dealer, Registry: client}
		sub.genesis = summaries.Genesis(snapshot.Version, 0)
		sub.processor = s.shared(messaging.NewStateMachine(executor))
	}
	return nil
}

// addNode makes a node's computer. Its machine is made anew at each boot, from the disk.
func (s *simulation) addNode(sub *subnetWorld, n protocol.NodeID) {
	phase := s.random.Split("registry poll", uint64(n))
	client := s.registry.Client(n, registry.PollPhase{
		Orchestrator: pollPhase(phase, 0), Replica: pollPhase(phase, 1),
	})
	cfg := replica.Config{
		Node: n, Subnet: sub.id, Version: replicaVersion, Registry: client, Scheme: s.scheme, Secrets: s.secrets[n],
		Dealer: sub.dealer, Genesis: sub.genesis, State: sub.state, Processor: sub.processor,
		Seed: s.random.Split("node", uint64(n)).Seed(),
	}
	s.addHost(n, func(disk *protocol.Disk) protocol.Machine {
		cfg := cfg
		cfg.Disk = disk
		return s.corrupted(n, cfg)
	})
}

// addClient makes a client; clients are numbered after the nodes.
func (s *simulation) addClient(i int) {
	c := s.config.Clients[i]
	n := protocol.NodeID(len(s.hosts))
	secret, public := s.scheme.BasicKey(s.random.Split("user key", uint64(i)).Seed())
	identity := workload.Identity{Secret: secret, Public: public, Sender: principal.SelfAuthenticating(der.Ed25519(public))}
	sub := s.subnets[c.Subnet]
	verify := s.verifier(sub)
	random := s.random.Split("client", uint64(i))
	s.addHost(n, func(*protocol.Disk) protocol.Machine {
		return workload.New(c, s.scheme, identity, s.config.Genesis, sub.nodes, verify, random)
	})
}

func (s *simulation) addHost(n protocol.NodeID, boot func(*protocol.Disk) protocol.Machine) {
	s.hosts = append(s.hosts, machine.New(machine.Config{Node: n, Costs: &s.costs}))
	s.machines = append(s.machines, boot)
}

func pollPhase(s rng.Source, n uint64) (phase protocolDuration) {
	return protocolDuration(s.At(n).Uint64n(uint64(registry.PollInterval)))
}

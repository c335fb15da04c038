package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"icsim/canister"
	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/nidkg"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
	"icsim/protocol/outcalls"
	"icsim/protocol/registry"
	"icsim/protocol/replica"
	"icsim/sim/adversary"
	"icsim/sim/fault"
	"icsim/sim/machine"
	"icsim/sim/memo"
	"icsim/sim/network"
	"icsim/sim/rng"
	"icsim/sim/workload"
)

// Version names the replica that all nodes run.
const replicaVersion protocol.ReplicaVersion = "icsim-1"

// A world is all that a run simulates.
type world struct {
	scheme     crypto.Scheme
	generation crypto.KeyGeneration
	verifier   userkey.Verifier // of users' signatures
	random     rng.Source
	registry   *registry.Registry
	subnets    []*subnetWorld
	secrets    []keys.Secrets      // by node
	users      []workload.Identity // by number − 1
	clients    []*workload.Client
	boundary   protocol.NodeID // if there is one
	hosts      []*machine.Host
	machines   []func(*machine.Host, protocol.Time) protocol.Machine // by host: what boots there
	net        *network.Network
	costs      machine.CostTable
	faults     []fault.Action
	coalition  *adversary.Coalition
	executor   *canister.Executor
	adapter    outcalls.Adapter
	told       *told // answers outcalls, if the configuration says so
}

// A subnetWorld is what the nodes of a subnet have in common at genesis.
type subnetWorld struct {
	id          protocol.SubnetID
	nodes       []protocol.NodeID
	keys        protocol.Transcripts // at genesis
	genesis     *protocol.CatchUpPackage
	state       *messaging.State
	processor   messaging.Processor
	querier     protocol.Querier
	transformer protocol.Transformer
}

// build makes the world of a configuration.
func (s *simulation) build() error {
	scheme, generation, err := newCrypto(s.config.Crypto, !s.config.NoShare)
	if err != nil {
		return err
	}
	// Remembering a hash costs more than computing it, so only real signatures are shared.
	s.scheme, s.generation = scheme, generation
	if !s.config.NoShare {
		known := memo.NewSignatures()
		if s.generation = known.KeyGeneration(generation); s.config.Crypto == "bls" {
			s.scheme = known.Scheme(scheme)
		}
	}
	s.verifier = memo.Users(userkey.New(s.scheme), !s.config.NoShare)
	s.random = rng.Root(s.config.Seed)
	s.costs = machine.Mainnet()
	s.coalition = adversary.NewCoalition(s.config.Attackers)
	s.foundUsers()
	if err := s.foundSubnets(); err != nil {
		return err
	}
	if s.adapter = s.newServers(); s.config.Told {
		s.told = s.newTold()
		s.adapter = s.told
	}
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
	if s.config.Boundary {
		s.addBoundary()
	}
	s.connect()
	s.faults, err = s.config.Faults.Compile(len(s.secrets))
	return err
}

func newCrypto(name string, shared bool) (crypto.Scheme, crypto.KeyGeneration, error) {
	switch name {
	case "bls":
		generation := nidkg.New()
		if shared {
			generation.RememberDealt()
		}
		return bls.New(), generation, nil
	case "ideal":
		return ideal.New(), ideal.NewKeyGeneration(), nil
	}
	return nil, nil, fmt.Errorf("unknown crypto %q: want bls or ideal", name)
}

// foundSubnets makes the nodes' keys, has them generate the subnets' keys and writes the registry's first version.
func (s *simulation) foundSubnets() (err error) {
	snapshot := protocol.RegistrySnapshot{Version: 1, Genesis: s.config.Genesis}
	for i := range s.config.Subnets {
		sub := &subnetWorld{id: protocol.SubnetID(i)}
		for range s.config.Subnets[i].Places {
			record, secrets := s.nodeKeys(protocol.NodeID(len(snapshot.Nodes)))
			snapshot.Nodes = append(snapshot.Nodes, record)
			s.secrets = append(s.secrets, secrets)
			sub.nodes = append(sub.nodes, record.ID)
		}
		sub.keys = dkg.Found(s.generation, sub.id, &snapshot, sub.nodes, func(n protocol.NodeID) keys.Secrets { return s.secrets[n] })
		snapshot.Subnets = append(snapshot.Subnets, s.subnetRecord(i, sub))
		s.subnets = append(s.subnets, sub)
	}
	if snapshot.Routing, err = routing(s.config.Subnets); err != nil {
		return err
	}
	s.registry = registry.New(snapshot)
	return nil
}

// routing says which subnet hosts which canisters.
func routing(subnets []Subnet) (*protocol.RoutingTable, error) {
	var table []protocol.CanisterRange
	for i := range subnets {
		ranges := subnets[i].Ranges
		if ranges == nil {
			ranges = []Range{{First: FirstCanister(i), Last: FirstCanister(i+1) - 1}}
		}
		for _, r := range ranges {
			table = append(table, protocol.CanisterRange{First: r.First, Last: r.Last, Subnet: protocol.SubnetID(i)})
		}
	}
	slices.SortFunc(table, func(a, b protocol.CanisterRange) int { return cmp.Compare(a.First, b.First) })
	for i, r := range table {
		switch {
		case r.First > r.Last || r.Last >= protocol.ManagerOf(0):
			return nil, fmt.Errorf("subnet %s cannot host canisters %d to %d", subnets[r.Subnet].Name, r.First, r.Last)
		case i > 0 && table[i-1].Last >= r.First:
			return nil, fmt.Errorf("subnets %s and %s both host canister %d", subnets[table[i-1].Subnet].Name, subnets[r.Subnet].Name, r.First)
		}
	}
	return &protocol.RoutingTable{Ranges: table}, nil
}

func (s *simulation) nodeKeys(n protocol.NodeID) (*protocol.NodeRecord, keys.Secrets) {
	basic, public := s.scheme.BasicKey(s.random.Split("node key", uint64(n)).Seed())
	multi, committee, possession := s.scheme.MultiKey(s.random.Split("committee key", uint64(n)).Seed())
	id := principal.SelfAuthenticating(der.WrapEd25519(public))
	decryption, encryption, proof := s.generation.EncryptionKey(s.random.Split("encryption key", uint64(n)).Seed(), []byte(id.Bytes()))
	record := &protocol.NodeRecord{
		ID: n, Principal: id, SigningKey: public, CommitteeKey: committee, Possession: possession,
		EncryptionKey: encryption, EncryptionProof: proof,
	}
	return record, keys.Secrets{Basic: basic, Multi: multi, Decryption: decryption}
}

func (s *simulation) subnetRecord(i int, sub *subnetWorld) *protocol.SubnetRecord {
	c := &s.config.Subnets[i]
	key := sub.keys.High.Group.Key
	return &protocol.SubnetRecord{
		ID: sub.id, Name: c.Name, Principal: principal.SelfAuthenticating(der.WrapBLS(key)), Type: c.Type,
		Members: sub.nodes, PricedAs: c.PricedAs,
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
	executor := canister.NewExecutor(canister.Config{
		RootKey: s.rootKey(), Cache: s.config.Modules, Library: s.config.Library,
		Round: s.config.slices.round, Slice: s.config.slices.slice,
	})
	s.executor = executor
	transformer := s.sharedTransformer(executor)
	processor := s.shared(&messaging.StateMachine{Executor: executor, Limits: messaging.DefaultLimits()})
	for i, sub := range s.subnets {
		installs, err := s.installs(i)
		if err != nil {
			return err
		}
		canisters, err := executor.Genesis(s.genesisContext(i, snapshot), installs)
		if err != nil {
			return fmt.Errorf("subnet %s: %w", s.config.Subnets[i].Name, err)
		}
		sub.state = messaging.Genesis(sub.id, canisters.WithIdle(s.config.Subnets[i].IdleCanisters), snapshot)
		sub.genesis = dkg.Genesis(sub.id, snapshot, sub.keys, 0)
		sub.processor, sub.querier, sub.transformer = processor, executor, transformer
	}
	return nil
}

func (s *simulation) genesisContext(subnet int, snapshot *protocol.RegistrySnapshot) *protocol.RoundContext {
	record := snapshot.Subnets[subnet]
	return &protocol.RoundContext{
		Subnet: record.ID, SubnetPrincipal: record.Principal, Nodes: record.PricedNodes(), Members: record.Members,
		System: record.Type == protocol.SystemSubnet, Genesis: snapshot.Genesis, Routing: snapshot.Routing,
	}
}

func (s *simulation) installs(subnet int) (installs []canister.Install, err error) {
	for i := range s.config.Canisters {
		c := &s.config.Canisters[i]
		if c.Subnet != subnet {
			continue
		}
		arg := c.Arg
		if c.Prepare != nil {
			if arg, err = c.Prepare(&workload.Memory{Users: s.principals()}); err != nil {
				return nil, fmt.Errorf("canister %s: its argument: %w", c.Name, err)
			}
		}
		installs = append(installs, canister.Install{
			ID: c.ID, Module: c.Module, Library: c.Library, Arg: arg, Cycles: c.Cycles, Controllers: s.controllers(c), Settings: s.settings(c),
		})
	}
	return installs, nil
}

// shared lets honest nodes share the result of executing a batch on a state. The lineage of a state names its content:
// it hashes every batch since genesis, and execution is a pure function.
func (s *simulation) shared(p messaging.Processor) messaging.Processor {
	if s.config.NoShare {
		return p
	}
	return &sharedProcessor{inner: p, results: memo.NewCache[execution, *messaging.Result](sharedResults * len(s.subnets))}
}

// sharedResults is how many rounds of a subnet are remembered: far more than honest nodes are apart.
const sharedResults = 256

type sharedProcessor struct {
	inner   messaging.Processor
	results *memo.Cache[execution, *messaging.Result]
}

// An execution is all that a round depends on.
type execution struct {
	parent   crypto.Hash
	batch    crypto.Hash
	registry protocol.RegistryVersion
}

func (p *sharedProcessor) Process(parent *messaging.State, b *protocol.Batch, r *protocol.RegistrySnapshot) *messaging.Result {
	return p.results.Do(execution{parent.Lineage(), b.ID(), r.Version}, func() *messaging.Result {
		return p.inner.Process(parent, b, r)
	})
}

// addNode makes a node's computer. Its machine is made anew at each boot, from the disk.
func (s *simulation) addNode(sub *subnetWorld, n protocol.NodeID) {
	phase := s.random.Split("registry poll", uint64(n))
	poll := func(i uint64) time.Duration { return time.Duration(phase.At(i).Uint64n(uint64(registry.PollInterval))) }
	phases := registry.PollPhase{Orchestrator: poll(0), Replica: poll(1)}
	s.addHost(func(h *machine.Host, now protocol.Time) protocol.Machine {
		return s.corrupted(replica.Config{
			Node: n, Subnet: sub.id, Version: replicaVersion, Registry: s.registry.Client(n, phases),
			Scheme: s.scheme, Users: s.verifier, Secrets: s.secrets[n], Generation: s.generation, Genesis: sub.genesis,
			State: sub.state, Processor: s.processorOf(n, sub), Querier: sub.querier, Transformer: sub.transformer, Adapter: s.adapter,
			Seed: s.random.Split("node", uint64(n), uint64(h.Boots())).Seed(), Disk: h.Disk(), Now: now,
			Components: s.config.components, Judge: s.judgement(),
		})
	})
}

// processorOf gives what executes a node's batches.
func (s *simulation) processorOf(n protocol.NodeID, sub *subnetWorld) messaging.Processor {
	if s.config.processor != nil {
		return s.config.processor(n, sub.processor)
	}
	return sub.processor
}

// corrupted makes a node's machine, with the strategies it follows if it is an attacker's.
func (s *simulation) corrupted(cfg replica.Config) protocol.Machine {
	for _, a := range s.config.Attackers {
		if a.Node == cfg.Node {
			return s.coalition.Corrupt(cfg, a)
		}
	}
	return replica.New(cfg)
}

func (s *simulation) addHost(boot func(*machine.Host, protocol.Time) protocol.Machine) {
	s.hosts = append(s.hosts, machine.New(machine.Config{Node: protocol.NodeID(len(s.hosts)), Costs: &s.costs}))
	s.machines = append(s.machines, boot)
}

// connect lays the links. The nodes of a subnet keep connections with each other.
func (s *simulation) connect() {
	var endpoints []network.Endpoint
	for i := range s.config.Subnets {
		c := &s.config.Subnets[i]
		for _, place := range c.Places {
			endpoints = append(endpoints, network.Endpoint{Place: place, Mesh: i, Uplink: c.Uplink, Downlink: c.Downlink})
		}
	}
	for _, c := range s.config.Clients {
		endpoints = append(endpoints, network.Endpoint{Place: c.Place, Mesh: network.NoMesh})
	}
	if s.config.Boundary {
		endpoints = append(endpoints, network.Endpoint{Mesh: network.NoMesh})
	}
	s.net = network.New(network.Config{Chance: s.random.Split("network"), Paths: s.config.Paths, Endpoints: endpoints})
}

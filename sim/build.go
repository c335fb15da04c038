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
	"icsim/protocol/orchestrator"
	"icsim/protocol/outcalls"
	"icsim/protocol/registry"
	"icsim/protocol/replica"
	"icsim/sim/adversary"
	"icsim/sim/fault"
	"icsim/sim/machine"
	"icsim/sim/memo"
	"icsim/sim/network"
	"icsim/sim/rng"
	"icsim/sim/variant"
	"icsim/sim/workload"
)

// The replica version that all subnets begin with.
const replicaVersion protocol.ReplicaVersion = "icsim-1"

// A world is all that a run simulates.
type world struct {
	scheme     crypto.Scheme
	generation crypto.KeyGeneration
	verifier   userkey.Verifier // of users' signatures
	random     rng.Source
	registry   *registry.Registry
	subnets    []*subnetWorld
	secrets    []keys.Secrets       // by node
	phases     []registry.PollPhase // likewise
	members    membership
	users      []workload.Identity // by number − 1
	clients    []*workload.Client
	boundary   protocol.NodeID // if there is one
	hosts      []*machine.Host
	downs      []uint32                                              // by host: how often it has gone down
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
	since       protocol.Time        // of a subnet that was created
	answer      *protocol.InitialDKG // of the root subnet, to a change that creates it; nil: none yet
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
	s.newMembership()
	for n := range s.secrets {
		s.addNode(protocol.NodeID(n))
	}
	for i := range s.config.Clients {
		s.addClient(i)
	}
	if s.config.Boundary {
		s.addBoundary()
	}
	s.connect()
	if err := s.checkChanges(); err != nil {
		return err
	}
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
		if s.config.Subnets[i].Created {
			s.subnets = append(s.subnets, sub)
			continue
		}
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
	s.foundSpares(&snapshot)
	for _, n := range snapshot.Nodes {
		if err := registry.VerifyNode(s.scheme, s.generation, n); err != nil {
			return err
		}
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
		if subnets[i].Created {
			continue
		}
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
	executor := canister.NewExecutor(canister.Config{
		RootKey: s.rootKey(), Cache: s.config.Modules, Engine: s.config.Engine, Library: s.config.Library,
		Round: s.config.slices.round, Slice: s.config.slices.slice,
	})
	s.executor = executor
	transformer := s.sharedTransformer(executor)
	processor := s.shared(&messaging.StateMachine{
		Executor: variant.Executor(executor, s.config.Variants), Limits: messaging.DefaultLimits(),
	})
	for i, sub := range s.subnets {
		sub.processor, sub.querier, sub.transformer = processor, executor, transformer
		found := func() error { return s.foundState(i, 0) }
		if s.config.Subnets[i].Created {
			found = func() error { return s.tryCanisters(i) }
		}
		if err := found(); err != nil {
			return err
		}
	}
	return nil
}

func (s *simulation) genesisContext(record *protocol.SubnetRecord, snapshot *protocol.RegistrySnapshot) *protocol.RoundContext {
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

// addNode makes a node's computer. Its machine is made anew at each boot, from the disk: a replica, or what waits to be one.
func (s *simulation) addNode(n protocol.NodeID) {
	phase := s.random.Split("registry poll", uint64(n))
	poll := func(i uint64) time.Duration { return time.Duration(phase.At(i).Uint64n(uint64(registry.PollInterval))) }
	phases := registry.PollPhase{Orchestrator: poll(0), Replica: poll(1)}
	s.phases = append(s.phases, phases)
	s.addHost(func(h *machine.Host, now protocol.Time) protocol.Machine {
		client := s.registry.Client(n, phases)
		seed := s.random.Split("node", uint64(n), uint64(h.Boots())).Seed()
		role := orchestrator.Boot(n, h.Disk(), client, now, s.registryPackage)
		s.become(protocol.Time(s.loop.Now()), n, &role)
		if !role.Assigned {
			return orchestrator.NewUnassigned(orchestrator.Config{
				Node: n, Registry: client, Packages: s.registryPackage, Rand: protocol.NewRand(seed, "orchestrator"),
				Keys: &keys.Keyring{Node: n, Scheme: s.scheme, Registry: client},
			})
		}
		sub := s.subnets[role.Subnet]
		cfg := replica.Config{
			Node: n, Subnet: sub.id, Version: role.Version, Registry: client,
			Scheme: s.scheme, Users: s.verifier, Secrets: s.secrets[n], Generation: s.generation, Genesis: role.Package,
			State: sub.state, Processor: sub.processor, Querier: sub.querier, Transformer: sub.transformer, Adapter: s.adapter,
			Seed: seed, Disk: h.Disk(), Now: now, Judge: s.judgement(),
		}
		return variant.Make(cfg, s.config.Variants, s.corrupted)
	})
}

// registryPackage is the package that the registry holds for a subnet.
func (s *simulation) registryPackage(subnet protocol.SubnetID) *protocol.CatchUpPackage {
	return s.subnets[subnet].genesis
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
	s.downs = append(s.downs, 0)
}

// connect lays the links. The nodes of a subnet keep connections with each other; spare ones have none.
func (s *simulation) connect() {
	var endpoints []network.Endpoint
	for i := range s.config.Subnets {
		c := &s.config.Subnets[i]
		for _, place := range c.Places {
			endpoints = append(endpoints, network.Endpoint{Place: place, Mesh: i, Uplink: c.Uplink, Downlink: c.Downlink})
		}
	}
	for _, place := range s.config.Spares.Places {
		endpoints = append(endpoints, network.Endpoint{
			Place: place, Mesh: network.Apart, Uplink: s.config.Spares.Uplink, Downlink: s.config.Spares.Downlink,
		})
	}
	for _, c := range s.config.Clients {
		endpoints = append(endpoints, network.Endpoint{Place: c.Place, Mesh: network.NoMesh})
	}
	if s.config.Boundary {
		endpoints = append(endpoints, network.Endpoint{Mesh: network.NoMesh})
	}
	s.net = network.New(network.Config{Chance: s.random.Split("network"), Paths: s.config.Paths, Endpoints: endpoints})
}

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"icsim/canister"
	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/idkg"
	"icsim/crypto/principal"
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
	tools
	random    rng.Source
	registry  *registry.Registry
	subnets   []*subnetWorld
	secrets   []keys.Secrets       // by node
	phases    []registry.PollPhase // likewise
	homes     []int                // likewise: the subnet that it has at genesis; spares: 0
	members   membership
	users     []workload.Identity // by number − 1
	clients   []*workload.Client
	boundary  protocol.NodeID // if there is one
	hosts     []*machine.Host
	downs     []uint32                                              // by host: how often it has gone down
	machines  []func(*machine.Host, protocol.Time) protocol.Machine // by host: what boots there
	net       *network.Network
	costs     machine.CostTable
	plan      fault.Plan // of the configuration, and what became of its roles
	faults    []fault.Action
	stages    []*stage   // by subnet; nil: no fault is of a role
	amnesiacs []amnesiac // of plan
	coalition *adversary.Coalition
	executors []*canister.Executor
	adapter   outcalls.Adapter
	told      *told // answers outcalls, if the configuration says so
}

// A subnetWorld is what the nodes of a subnet have in common at genesis.
type subnetWorld struct {
	tools
	id          protocol.SubnetID
	nodes       []protocol.NodeID
	keys        protocol.Transcripts       // at genesis
	since       protocol.Time              // of a subnet that was created
	answer      *protocol.InitialDKG       // of the root subnet, to a change that creates or recovers it, the newest; nil: none yet
	packages    []*protocol.CatchUpPackage // that the registry has held for it: of its genesis, then of its recoveries
	recoveries  []*recovery
	state       *messaging.State // of genesis
	executor    *canister.Executor
	processor   messaging.Processor
	slicer      messaging.Slicer
	querier     protocol.Querier
	transformer protocol.Transformer
}

// build makes the world of a configuration.
func (s *simulation) build() error {
	craft, err := newWorkshop(s.config)
	if err != nil {
		return err
	}
	s.tools = craft()
	s.random = rng.Root(s.config.Seed)
	s.costs = machine.Mainnet()
	s.coalition = adversary.NewCoalition(s.config.Attackers)
	s.foundUsers()
	if err := s.foundSubnets(craft); err != nil {
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
	s.plan.Add(&s.config.Faults)
	s.stages, s.amnesiacs = s.newStages(), amnesiacs(&s.plan)
	s.faults, err = s.plan.Compile(len(s.secrets))
	return err
}

// foundSubnets makes the nodes' keys, has them generate the subnets' keys and writes the registry's first version.
func (s *simulation) foundSubnets(craft func() tools) (err error) {
	snapshot := protocol.RegistrySnapshot{Version: 1, Genesis: s.config.Genesis}
	for i := range s.config.Subnets {
		sub := &subnetWorld{id: protocol.SubnetID(i), tools: s.tools}
		if s.config.Workers > 1 {
			sub.tools = craft()
		}
		if s.config.Subnets[i].Created {
			s.subnets = append(s.subnets, sub)
			continue
		}
		for range s.config.Subnets[i].Places {
			record, secrets := s.nodeKeys(sub, protocol.NodeID(len(snapshot.Nodes)))
			snapshot.Nodes = append(snapshot.Nodes, record)
			s.secrets, s.homes = append(s.secrets, secrets), append(s.homes, i)
			sub.nodes = append(sub.nodes, record.ID)
		}
		secrets := func(n protocol.NodeID) keys.Secrets { return s.secrets[n] }
		sub.keys = dkg.Found(sub.generation, sub.id, &snapshot, sub.nodes, secrets)
		sub.keys.VetKD = dkg.FoundVetKD(sub.generation, sub.id, &snapshot, sub.nodes, secrets, s.config.Subnets[i].ChainKeys)
		snapshot.Subnets = append(snapshot.Subnets, s.subnetRecord(i, sub))
		s.subnets = append(s.subnets, sub)
	}
	s.foundSpares(&snapshot)
	takeTurns(&snapshot)
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

func (s *simulation) nodeKeys(sub *subnetWorld, n protocol.NodeID) (*protocol.NodeRecord, keys.Secrets) {
	basic, public := sub.scheme.BasicKey(s.random.Split("node key", uint64(n)).Seed())
	multi, committee, possession := sub.scheme.MultiKey(s.random.Split("committee key", uint64(n)).Seed())
	id := principal.SelfAuthenticating(der.WrapEd25519(public))
	decryption, encryption, proof := sub.generation.EncryptionKey(s.random.Split("encryption key", uint64(n)).Seed(), []byte(id.Bytes()))
	secret := idkg.NewKey(s.random.Split("idkg key", uint64(n)).Seed())
	record := &protocol.NodeRecord{
		ID: n, Principal: id, SigningKey: public, CommitteeKey: committee, Possession: possession,
		EncryptionKey: encryption, EncryptionProof: proof, IDKGKey: secret.Public(),
	}
	return record, keys.Secrets{Basic: basic, Multi: multi, Decryption: decryption, IDKG: []*idkg.SecretKey{secret}}
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
		ReplicaVersion: replicaVersion, ChainKeys: c.ChainKeys, PublicKey: key,
	}
}

// foundStates installs the canisters and makes each subnet's genesis.
func (s *simulation) foundStates() error {
	results, transformed := s.sharedResults(), s.sharedTransformations()
	for i, sub := range s.subnets {
		if i == 0 {
			s.executors = append(s.executors, s.newExecutor())
		} else if s.config.Workers > 1 {
			s.executors = append(s.executors, s.executors[i-1].Twin())
		}
		sub.executor = s.executors[len(s.executors)-1]
		sub.querier, sub.transformer = sub.executor, shareTransformer(sub.executor, transformed)
		sub.processor = shareProcessor(&messaging.StateMachine{
			Executor: variant.Executor(sub.executor, s.config.Variants), Limits: messaging.DefaultLimits(),
			Strays: variant.Strays(s.config.Variants),
		}, results)
		sub.slicer = s.sharedSlicer(messaging.Slice)
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

func (s *simulation) newExecutor() *canister.Executor {
	return canister.NewExecutor(canister.Config{
		RootKey: s.rootKey(), Cache: s.config.Modules, Engine: s.config.Engine, Library: s.config.Library,
		Round: s.config.slices.round, Slice: s.config.slices.slice,
	})
}

// close gives back what the run has taken of the process.
func (s *simulation) close() {
	for _, e := range slices.Backward(s.executors) {
		e.Close()
	}
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
			if arg, err = c.Prepare(&workload.Memory{Users: s.principals(), Subnets: s.subnetPrincipals()}); err != nil {
				return nil, fmt.Errorf("canister %s: its argument: %w", c.Name, err)
			}
		}
		installs = append(installs, canister.Install{
			ID: c.ID, Module: c.Module, Library: c.Library, Arg: arg, Cycles: c.Cycles, Controllers: s.controllers(c), Settings: s.settings(c),
		})
	}
	return installs, nil
}

// sharedResults is where honest nodes share the results of executing batches on states; nil: nowhere. The lineage of a state names its
// content: it hashes every batch since genesis, and execution is a pure function.
func (s *simulation) sharedResults() *memo.Cache[execution, *messaging.Result] {
	if s.config.NoShare {
		return nil
	}
	return memo.NewCache[execution, *messaging.Result](roundsShared * len(s.subnets))
}

// roundsShared is how many rounds of a subnet are remembered, twice as many at most: more than honest nodes are apart. Each holds what the
// state had that later ones have not.
const roundsShared = 64

func shareProcessor(p messaging.Processor, results *memo.Cache[execution, *messaging.Result]) messaging.Processor {
	if results == nil {
		return p
	}
	return &sharedProcessor{inner: p, results: results}
}

type sharedProcessor struct {
	inner   messaging.Processor
	results *memo.Cache[execution, *messaging.Result]
}

// An execution is all that a round depends on.
type execution struct {
	parent     crypto.Hash
	batch      crypto.Hash
	registry   protocol.RegistryVersion
	checkpoint bool // follows from the block, but for one that is replayed
}

func (p *sharedProcessor) Process(parent *messaging.State, b *protocol.Batch, r *protocol.RegistrySnapshot) *messaging.Result {
	return p.results.Do(execution{parent.Lineage(), b.ID(), r.Version, b.Checkpoint}, func() *messaging.Result {
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
		s.become(protocol.Time(s.now()), n, &role)
		if !role.Assigned {
			return orchestrator.NewUnassigned(orchestrator.Config{
				Node: n, Registry: client, Packages: s.registryPackage, Rand: protocol.NewRand(seed, "orchestrator"),
				Keys: &keys.Keyring{Node: n, Scheme: s.scheme, Registry: client},
			})
		}
		sub := s.subnets[role.Subnet]
		cfg := replica.Config{
			Node: n, Subnet: sub.id, Version: role.Version, Registry: client,
			Scheme: sub.scheme, Users: sub.verifier, Secrets: s.secrets[n], Generation: sub.generation, ChainKeys: sub.chainKeys,
			Genesis: role.Package, Packages: s.registryPackage, State: sub.state, Processor: sub.processor, Slicer: sub.slicer,
			Querier: sub.querier, Transformer: sub.transformer, Adapter: s.adapter, Seed: seed, Disk: h.Disk(), Now: now, Judge: sub.judge,
		}
		return variant.Make(cfg, s.config.Variants, s.corrupted)
	})
}

// registryPackage is the package that the registry holds for a subnet at a version.
func (s *simulation) registryPackage(subnet protocol.SubnetID, v protocol.RegistryVersion) *protocol.CatchUpPackage {
	for _, held := range slices.Backward(s.subnets[subnet].packages) {
		if held.Summary().RegistryVersion <= v {
			return held
		}
	}
	return nil
}

// genesis is the first of them.
func (s *subnetWorld) genesis() *protocol.CatchUpPackage { return s.packages[0] }

// corrupted makes a node's machine, with the strategies it follows if it is an attacker's.
func (s *simulation) corrupted(cfg replica.Config) protocol.Machine {
	var all []adversary.Assignment
	for _, a := range s.config.Attackers {
		if a.Node == cfg.Node {
			all = append(all, a)
		}
	}
	if len(all) > 0 {
		return s.coalition.Corrupt(cfg, all...)
	}
	return replica.New(cfg)
}

func (s *simulation) addHost(boot func(*machine.Host, protocol.Time) protocol.Machine) {
	c := machine.Config{
		Node: protocol.NodeID(len(s.hosts)), Costs: &s.costs, Chance: s.random.Split("disk", uint64(len(s.hosts))),
		Bench: &s.bench,
	}
	if s.log != nil {
		c.Watch = func(at protocol.Time, _ protocol.Lane, in *protocol.Input, out *protocol.Outputs, end protocol.Time) {
			s.log.Stepped(c.Node, at, in, out, end)
		}
	}
	s.hosts = append(s.hosts, machine.New(c))
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

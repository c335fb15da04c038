package replicatest

import (
	"fmt"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/outcalls"
	"icsim/protocol/registry"
	"icsim/protocol/replica"
)

// Version is the replica version that nodes run.
const Version protocol.ReplicaVersion = "v1"

// Genesis is the Unix time of time 0, in nanoseconds.
const Genesis uint64 = 1_700_000_000_000_000_000

// A World is subnets of nodes, numbered through.
type World struct {
	Scheme     crypto.Scheme
	Generation crypto.KeyGeneration
	Registry   *registry.Registry
	Subnets    []*Subnet
	Secrets    []keys.Secrets // by node
}

// A Subnet is what its nodes have in common.
type Subnet struct {
	Record    *protocol.SubnetRecord
	Keys      protocol.Transcripts
	Genesis   *protocol.CatchUpPackage
	State     *messaging.State
	Processor messaging.Processor
}

// NewWorld makes subnets of so many nodes each, the root first. Each hosts a canister, messagingtest.CanisterOf(subnet, 0).
func NewWorld(nodes ...int) *World {
	w := &World{Scheme: ideal.New(), Generation: ideal.NewKeyGeneration()}
	snapshot := protocol.RegistrySnapshot{Version: 1, Genesis: Genesis, Routing: &protocol.RoutingTable{}}
	for i, n := range nodes {
		snapshot.Subnets = append(snapshot.Subnets, w.found(protocol.SubnetID(i), n, &snapshot))
	}
	w.Registry = registry.New(snapshot)
	latest := w.Registry.Latest()
	for i, s := range w.Subnets {
		id := protocol.SubnetID(i)
		canisters := messagingtest.NewCanisters(1e12, messagingtest.CanisterOf(id, 0))
		s.State = messaging.Genesis(id, canisters, latest)
		s.Processor = &messaging.StateMachine{
			Executor: &messagingtest.Executor{Messages: 100, Queue: 100}, Limits: messaging.DefaultLimits(),
		}
		s.Genesis = dkg.Genesis(id, latest, s.Keys, 0)
	}
	return w
}

// found makes the keys of a subnet and of its nodes.
func (w *World) found(id protocol.SubnetID, nodes int, snapshot *protocol.RegistrySnapshot) *protocol.SubnetRecord {
	record := &protocol.SubnetRecord{
		ID: id, Name: fmt.Sprintf("subnet %d", id), ReplicaVersion: Version, DKGIntervalLength: 19,
		Timing:          protocol.SubnetTiming{UnitDelay: 1e9, InitialNotaryDelay: 3e8},
		MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngressBytes: 4 << 20, MaxBlockPayload: 4 << 20,
	}
	for range nodes {
		n := protocol.NodeID(len(snapshot.Nodes))
		seed := crypto.Seed(crypto.Sum("replicatest node", fmt.Append(nil, n)))
		basic, signing := w.Scheme.BasicKey(seed)
		multi, committee, possession := w.Scheme.MultiKey(seed)
		owner := principal.SelfAuthenticating(der.WrapEd25519(signing))
		decryption, encryption, proof := w.Generation.EncryptionKey(seed, owner.Bytes())
		w.Secrets = append(w.Secrets, keys.Secrets{Basic: basic, Multi: multi, Decryption: decryption})
		snapshot.Nodes = append(snapshot.Nodes, &protocol.NodeRecord{
			ID: n, Principal: owner, SigningKey: signing, CommitteeKey: committee, Possession: possession,
			EncryptionKey: encryption, EncryptionProof: proof,
		})
		record.Members = append(record.Members, n)
	}
	found := dkg.Found(w.Generation, id, snapshot, record.Members, func(n protocol.NodeID) keys.Secrets { return w.Secrets[n] })
	record.PublicKey = found.High.Group.Key
	record.Principal = principal.SelfAuthenticating(der.WrapBLS(record.PublicKey))
	snapshot.Routing.Ranges = append(snapshot.Routing.Ranges, protocol.CanisterRange{
		First: messagingtest.CanisterOf(id, 0), Last: messagingtest.CanisterOf(id, messagingtest.CanistersPerSubnet-1), Subnet: id,
	})
	w.Subnets = append(w.Subnets, &Subnet{Record: record, Keys: found})
	return record
}

// Client is a node's view of the registry.
func (w *World) Client(n protocol.NodeID) *registry.Client {
	return w.Registry.Client(n, registry.PollPhase{})
}

// SubnetOf is the subnet that a node belongs to.
func (w *World) SubnetOf(n protocol.NodeID) *Subnet {
	for _, s := range w.Subnets {
		if n <= s.Record.Members[len(s.Record.Members)-1] {
			return s
		}
	}
	panic(fmt.Sprintf("replicatest: there is no node %s", n))
}

// RootKey is the key that all certificates can be verified by, in DER.
func (w *World) RootKey() []byte { return der.WrapBLS(w.Subnets[0].Record.PublicKey) }

// Config makes a node that starts from genesis. What is asked of it, it answers as Answers says.
func (w *World) Config(n protocol.NodeID) replica.Config {
	s := w.SubnetOf(n)
	return replica.Config{
		Node: n, Subnet: s.Record.ID, Version: Version, Registry: w.Client(n), Scheme: w.Scheme, Secrets: w.Secrets[n],
		Generation: w.Generation, Genesis: s.Genesis, State: s.State, Processor: s.Processor,
		Querier: Answers{}, Transformer: Answers{}, Adapter: Answers{},
		Seed: crypto.Sum("replicatest", fmt.Append(nil, n)), Disk: protocol.NewDisk(),
	}
}

// Answers answers queries and takes calls without looking at canisters: what is replied is the height of the state that was asked.
type Answers struct{}

// RefusedMethod is what no call may have.
const RefusedMethod = "refused"

// Query replies with the height.
func (Answers) Query(_ protocol.CanisterState, ctx *protocol.RoundContext, _ *protocol.IngressContent, _ []byte) protocol.QueryAnswer {
	return protocol.QueryAnswer{Reply: fmt.Append(nil, ctx.Height), Instructions: 1000}
}

// AcceptsIngress takes all but RefusedMethod.
func (Answers) AcceptsIngress(_ protocol.CanisterState, _ *protocol.RoundContext, m *protocol.SignedIngress) protocol.Reject {
	if m.Content.Method == RefusedMethod {
		return protocol.Reject{Code: protocol.CanisterReject, Message: "no such method", Error: "IC0536"}
	}
	return protocol.Reject{}
}

// Subject binds calls of the management canister to none.
func (Answers) Subject(string, []byte) (subject principal.ID, bound bool, err error) {
	return subject, false, nil
}

// Transform leaves responses as they are.
func (Answers) Transform(
	_ protocol.CanisterState, _ *protocol.RoundContext, _ *protocol.OutcallContext, r *protocol.HTTPResponse,
) protocol.Transformed {
	return protocol.Transformed{Reply: r.Body}
}

// Fetch reaches no server.
func (Answers) Fetch(protocol.NodeID, *protocol.OutcallContext) outcalls.Answer {
	return outcalls.Answer{Failure: "no server"}
}

package messagingtest

import (
	"fmt"
	"time"

	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
)

// Config describes a world.
type Config struct {
	Types     []protocol.SubnetType // of the subnets, by id; the first is the root
	Canisters int                   // on each subnet
	Balance   uint64                // of each canister at the start
	Messages  int                   // executed in a round at most
	Queue     int                   // requests in a canister's input at most
	Limits    messaging.Limits
}

// A World is subnets of one node each, with the keys to certify their states.
type World struct {
	Registry *Registry
	Subnets  []*Subnet
	config   Config
	keys     []thresholdKey // by subnet
}

// A thresholdKey is a subnet's key: its one node has the one share.
type thresholdKey struct {
	group *crypto.ThresholdGroup
	share crypto.ThresholdSecretKey
}

// A Subnet is what one node knows.
type Subnet struct {
	ID      protocol.SubnetID
	Manager *messaging.StateManager
	Keys    *keys.Keyring
	Router  *messaging.Router
	Results []*messaging.Result      // by height, from 1
	Version protocol.RegistryVersion // of its batches
}

// Registry is a registry client whose newest version is the first. Batches may name later ones.
type Registry struct {
	Snapshot *protocol.RegistrySnapshot
	Later    []*protocol.RegistrySnapshot // from version 2 on
}

func (r *Registry) Latest(protocol.Time) protocol.RegistryVersion { return r.Snapshot.Version }
func (r *Registry) LatestBefore(protocol.Time, time.Duration) protocol.RegistryVersion {
	return r.Snapshot.Version
}
func (r *Registry) At(v protocol.RegistryVersion) *protocol.RegistrySnapshot {
	if v < 2 {
		return r.Snapshot
	}
	return r.Later[v-2]
}

// CanistersPerSubnet is the size of every subnet's canister range.
const CanistersPerSubnet = 100

// CanisterOf gives the id of a subnet's canister by number. Only the first Config.Canisters exist.
func CanisterOf(s protocol.SubnetID, number int) protocol.CanisterID {
	return protocol.CanisterID(int(s)*CanistersPerSubnet + number)
}

// Nowhere is a canister without a route.
const Nowhere protocol.CanisterID = 1 << 40

// NewWorld makes subnets at genesis.
func NewWorld(cfg Config) *World {
	w := &World{config: cfg, Registry: &Registry{Snapshot: &protocol.RegistrySnapshot{
		Version: 1, Genesis: 1_700_000_000_000_000_000, Routing: &protocol.RoutingTable{},
	}}}
	scheme := ideal.New()
	snapshot := w.Registry.Snapshot
	for i, kind := range cfg.Types {
		id := protocol.SubnetID(i)
		group, secrets := scheme.Deal(crypto.Seed{byte(i)}, 1, 1)
		_, signing := scheme.BasicKey(crypto.Seed{byte(i)})
		w.keys = append(w.keys, thresholdKey{group, secrets[0]})
		snapshot.Subnets = append(snapshot.Subnets, &protocol.SubnetRecord{
			ID: id, Name: fmt.Sprint("subnet ", i), Principal: principal.SelfAuthenticating(der.WrapBLS(group.Key)),
			Type: kind, Members: []protocol.NodeID{protocol.NodeID(i)}, PublicKey: group.Key,
		})
		snapshot.Nodes = append(snapshot.Nodes, &protocol.NodeRecord{
			ID: protocol.NodeID(i), Principal: principal.SelfAuthenticating(der.WrapEd25519(signing)), SigningKey: signing,
		})
		snapshot.Routing.Ranges = append(snapshot.Routing.Ranges, protocol.CanisterRange{
			First: CanisterOf(id, 0), Last: CanisterOf(id, CanistersPerSubnet-1), Subnet: id,
		})
	}
	for i := range cfg.Types {
		w.Subnets = append(w.Subnets, w.newSubnet(protocol.SubnetID(i)))
	}
	return w
}

func (w *World) newSubnet(id protocol.SubnetID) *Subnet {
	var hosted []protocol.CanisterID
	for n := range w.config.Canisters {
		hosted = append(hosted, CanisterOf(id, n))
	}
	genesis := messaging.Genesis(id, NewCanisters(w.config.Balance, hosted...), w.Registry.Snapshot)
	return &Subnet{
		ID: id, Version: 1,
		Manager: messaging.NewStateManager(protocol.NodeID(id), w.Registry, genesis),
		Router:  messaging.NewRouter(w.Machine(), w.Registry, genesis),
		Keys: &keys.Keyring{
			Node: protocol.NodeID(id), Scheme: ideal.New(), Registry: w.Registry, Meter: new(protocol.Meter),
		},
	}
}

// Machine makes a processor for this world's canisters.
func (w *World) Machine() *messaging.StateMachine {
	return &messaging.StateMachine{
		Executor: &Executor{Messages: w.config.Messages, Queue: w.config.Queue}, Limits: w.config.Limits,
	}
}

// Latest is a subnet's last state.
func (s *Subnet) Latest() *messaging.State { return s.Manager.Latest() }

// Canisters are those of the last state.
func (s *Subnet) Canisters() *Canisters { return s.Latest().Canisters().(*Canisters) }

// Batch makes the next batch of a subnet, a second after the last one.
func (w *World) Batch(s *Subnet, payload protocol.BatchPayload) *protocol.Batch {
	h := s.Manager.LatestHeight() + 1
	return &protocol.Batch{
		Subnet: s.ID, Height: h, Randomness: crypto.Hash{byte(h)}, RegistryVersion: s.Version,
		Time: s.Latest().Time().Add(time.Second), Payload: &payload, Checkpoint: h%10 == 0,
	}
}

// Run executes a batch.
func (w *World) Run(s *Subnet, b *protocol.Batch) *messaging.Result {
	if !s.Router.Deliver(b) {
		panic(fmt.Sprintf("messagingtest: subnet %s does not take batch %d", s.ID, b.Height))
	}
	r := s.Router.Process(new(protocol.Meter))
	s.Manager.Commit(r.State)
	s.Results = append(s.Results, r)
	return r
}

// Certify signs a subnet's states up to a height.
func (w *World) Certify(s *Subnet, upTo protocol.Height) {
	for _, open := range s.Manager.Uncertified() {
		if open.Height <= upTo {
			s.Manager.Deliver(w.Certification(s.ID, open))
		}
	}
}

// Certification signs a root hash with a subnet's key.
func (w *World) Certification(id protocol.SubnetID, of protocol.HeightHash) *protocol.Certification {
	scheme, key, message := ideal.New(), w.keys[id], protocol.CertificationSignable(of.Hash)
	share := scheme.SignThreshold(key.share, message)
	sig, ok := scheme.CombineThreshold(key.group, message, []crypto.IndexedShare{{Share: share}})
	if !ok {
		panic("messagingtest: one share is enough")
	}
	return protocol.NewCertification(of.Height, of.Hash, sig)
}

// Ingress makes a user's call; calls with equal serial and content are the same call.
func (w *World) Ingress(to protocol.CanisterID, method string, script []Call, expiry protocol.Time, serial uint64) *protocol.SignedIngress {
	return protocol.NewSignedIngress(protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: to, Method: method, Arg: Encode(script), Expiry: expiry,
		Nonce: fmt.Append(nil, serial),
	}, w.Registry.Snapshot.Genesis, protocol.Authentication{})
}

// Idle reports whether nothing is in flight anywhere.
func (w *World) Idle() bool {
	for _, s := range w.Subnets {
		if !s.Canisters().Idle() {
			return false
		}
		for _, t := range w.Subnets {
			if stream := s.Latest().Stream(t.ID); stream != nil && stream.Begin() != stream.End() {
				return false
			}
		}
	}
	return true
}

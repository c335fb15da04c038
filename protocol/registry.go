package protocol

import (
	"slices"
	"sort"
	"time"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/crypto/principal"
)

// A SubnetType sets limits and prices.
type SubnetType uint8

const (
	ApplicationSubnet SubnetType = iota
	VerifiedApplicationSubnet
	SystemSubnet
)

var subnetTypes = [...]string{"application", "verified_application", "system"}

func (t SubnetType) String() string { return subnetTypes[t] }

// A SubnetRecord is a subnet's entry in the registry. Defaults stand in reference/protocol.md A.6.
type SubnetRecord struct {
	ID                   SubnetID
	Name                 string
	Principal            principal.ID // self-authenticating from PublicKey
	Type                 SubnetType
	Members              []NodeID // ascending
	PricedAs             int      // prices are those of so many nodes; 0: of the members
	Timing               SubnetTiming
	DKGIntervalLength    Height
	MaxIngressBytes      int // of one message
	MaxIngressMessages   int // in one block
	MaxBlockIngressBytes int // in one block
	MaxBlockPayload      int // wire estimate, in bytes
	ReplicaVersion       ReplicaVersion
	Halted               bool
	HaltAtCUPHeight      bool
	ChainKeys            *ChainKeys                // for canisters; nil: none
	Initializations      []*ChainKeyInitialization // of those that other subnets have held before, one a key
	PublicKey            crypto.ThresholdPublicKey // constant for the subnet's life
}

// PricedNodes is for how many nodes canisters pay.
//
// Model: on the Internet Computer it is always the members; small subnets can stand for larger ones here.
func (s *SubnetRecord) PricedNodes() int {
	if s.PricedAs > 0 {
		return s.PricedAs
	}
	return len(s.Members)
}

// Initialization gives what the subnet starts a chain key from, or nil: it makes the key itself, or is not there yet.
func (s *SubnetRecord) Initialization(key chainkey.KeyID) *ChainKeyInitialization {
	if s == nil {
		return nil
	}
	for _, a := range s.Initializations {
		if a.Request.Key == key {
			return a
		}
	}
	return nil
}

// Has reports whether a node is a member. A subnet that is not there yet, nil, has none.
func (s *SubnetRecord) Has(n NodeID) bool {
	if s == nil {
		return false
	}
	_, ok := slices.BinarySearch(s.Members, n)
	return ok
}

// A NodeRecord is a node's entry in the registry.
type NodeRecord struct {
	ID           NodeID
	Principal    principal.ID // self-authenticating from SigningKey
	SigningKey   crypto.BasicPublicKey
	CommitteeKey crypto.MultiPublicKey
	Possession   crypto.ProofOfPossession
	// EncryptionKey is what shares of the subnet's keys are encrypted to, with the proof that the node knows its secret.
	EncryptionKey   crypto.EncryptionPublicKey
	EncryptionProof crypto.EncryptionProof
	// IDKGKey is what shares of canisters' chain keys are encrypted to (MEGa).
	IDKGKey    idkg.EncryptionKey
	IDKGKeySet Time // when the registry got it
}

// A CanisterRange gives the canisters First … Last to a subnet.
type CanisterRange struct {
	First, Last CanisterID
	Subnet      SubnetID
}

// A RoutingTable says where canisters live. Ranges are ascending and do not overlap.
type RoutingTable struct{ Ranges []CanisterRange }

// Route gives the subnet that hosts c, or false. The management canister has no route, as it is everywhere; that of one subnet has.
func (t *RoutingTable) Route(c CanisterID) (SubnetID, bool) {
	if s, ok := c.ManagedSubnet(); ok {
		return s, true
	}
	i := sort.Search(len(t.Ranges), func(i int) bool { return t.Ranges[i].Last >= c })
	if i == len(t.Ranges) || t.Ranges[i].First > c {
		return 0, false
	}
	return t.Ranges[i].Subnet, true
}

// A RegistryClient is a node's view of the registry: versions reach nodes at different times, so Latest
// depends on who asks and when. Records are immutable and stay readable at their version.
type RegistryClient interface {
	// Latest is the newest version this node has at local time now.
	Latest(now Time) RegistryVersion
	// LatestBefore is the newest version this node had at local time now − age: what blocks use, so that
	// validators have it too (A.3: stable registry version age).
	LatestBefore(now Time, age time.Duration) RegistryVersion
	// At gives the registry's content at a version that exists.
	At(RegistryVersion) *RegistrySnapshot
}

// A RegistrySnapshot is the whole registry at one version. Immutable.
type RegistrySnapshot struct {
	Version  RegistryVersion
	Genesis  uint64          // Unix nanoseconds of Time 0
	Subnets  []*SubnetRecord // by id
	Nodes    []*NodeRecord   // by id
	Routing  *RoutingTable
	Root     SubnetID           // the subnet whose key is the root key
	Setups   []*SetupInitialDKG // of subnets that will be, by id, after Subnets
	Reshares []*ReshareChainKey // of chain keys that subnets are to have, in the order they were asked for
}

// A SetupInitialDKG asks the root subnet to generate the keys that a new subnet begins with (management canister, setup_initial_dkg).
//
// Model: the registry canister calls the management canister, and the call waits in the root subnet's state. Here it stands in the
// registry, where the root subnet's nodes read it at the versions of their blocks.
type SetupInitialDKG struct {
	Subnet          SubnetID
	Nodes           []NodeID                  // ascending
	Initializations []*ChainKeyInitialization // that have come for it already
}

// Subnet gives a subnet's record, or nil.
func (r *RegistrySnapshot) Subnet(id SubnetID) *SubnetRecord {
	if int(id) >= len(r.Subnets) {
		return nil
	}
	return r.Subnets[id]
}

// SubnetOf gives the subnet that a principal names, or false.
func (r *RegistrySnapshot) SubnetOf(p principal.ID) (SubnetID, bool) {
	for _, s := range r.Subnets {
		if s.Principal == p {
			return s.ID, true
		}
	}
	return 0, false
}

// Assigned gives the subnet that a node is a member of, or false.
func (r *RegistrySnapshot) Assigned(n NodeID) (SubnetID, bool) {
	for _, s := range r.Subnets {
		if s.Has(n) {
			return s.ID, true
		}
	}
	return 0, false
}

// Node gives a node's record, or nil.
func (r *RegistrySnapshot) Node(id NodeID) *NodeRecord {
	if int(id) >= len(r.Nodes) {
		return nil
	}
	return r.Nodes[id]
}

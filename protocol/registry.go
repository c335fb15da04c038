package protocol

import (
	"cmp"
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
	Principal            principal.ID // self-authenticating from the first PublicKey
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
	PublicKey            crypto.ThresholdPublicKey // constant until a recovery
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

// Covers reports whether all canisters of some ranges are a subnet's.
func (t *RoutingTable) Covers(spans []CanisterSpan, by SubnetID) bool {
	for _, span := range spans {
		for at := span.First; ; at++ {
			i := sort.Search(len(t.Ranges), func(i int) bool { return t.Ranges[i].Last >= at })
			if i == len(t.Ranges) || t.Ranges[i].First > at || t.Ranges[i].Subnet != by {
				return false
			}
			if at = t.Ranges[i].Last; at >= span.Last {
				break
			}
		}
	}
	return true
}

// Assign gives the table in which some ranges are a subnet's, and the rest as before. They become one with ranges of that subnet that
// they touch, so that canisters which return leave no trace (rs/registry/routing_table, assign_ranges).
func (t *RoutingTable) Assign(spans []CanisterSpan, to SubnetID) *RoutingTable {
	ranges := t.Ranges
	for _, span := range spans {
		given := CanisterRange{First: span.First, Last: span.Last, Subnet: to}
		var next []CanisterRange
		for _, r := range ranges {
			switch {
			case r.Subnet == to && r.Last+1 == span.First:
				given.First = r.First
				continue
			case r.Subnet == to && r.First == span.Last+1:
				given.Last = r.Last
				continue
			case r.Last < span.First || r.First > span.Last:
				next = append(next, r)
				continue
			}
			if r.First < span.First {
				next = append(next, CanisterRange{First: r.First, Last: span.First - 1, Subnet: r.Subnet})
			}
			if r.Last > span.Last {
				next = append(next, CanisterRange{First: span.Last + 1, Last: r.Last, Subnet: r.Subnet})
			}
		}
		ranges = append(next, given)
	}
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b CanisterRange) int { return cmp.Compare(a.First, b.First) })
	return &RoutingTable{Ranges: ranges}
}

// A CanisterSpan is the canisters First … Last.
type CanisterSpan struct{ First, Last CanisterID }

// A CanisterMigration says that canisters are on their way: which subnets they are moved along, from the first to the last. It stands in
// the registry from before the routing table changes until no message is under way that was sent by the table before
// (canister_migrations; rs/registry/routing_table).
type CanisterMigration struct {
	CanisterSpan
	Trace []SubnetID
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
	Setups   []*SetupInitialDKG // of subnets that will be, by id, after Subnets; and of those that are recovered
	Reshares []*ReshareChainKey // of chain keys that subnets are to have, in the order they were asked for

	Migrations []CanisterMigration // ascending, and apart
}

// A SetupInitialDKG asks the root subnet to generate the keys that a new subnet begins with, or a recovered one goes on with (management
// canister, setup_initial_dkg).
//
// Model: the registry canister calls the management canister, and the call waits in the root subnet's state. Here it stands in the
// registry, where the root subnet's nodes read it at the versions of their blocks.
type SetupInitialDKG struct {
	Subnet          SubnetID
	Nodes           []NodeID                  // ascending
	Initializations []*ChainKeyInitialization // that have come for it already
	// Recovery tells the requests for a subnet that is there from each other: the version that has it first. 0: the subnet is new.
	Recovery RegistryVersion
}

// Subnet gives a subnet's record, or nil.
func (r *RegistrySnapshot) Subnet(id SubnetID) *SubnetRecord {
	if int(id) >= len(r.Subnets) {
		return nil
	}
	return r.Subnets[id]
}

// Migrates reports whether a canister is being moved between two subnets, in either direction, at once or by way of others.
func (r *RegistrySnapshot) Migrates(c CanisterID, one, other SubnetID) bool {
	trace := r.trace(c)
	return slices.Contains(trace, one) && slices.Contains(trace, other)
}

// MigratesFrom reports whether a canister is being moved from one subnet to another.
func (r *RegistrySnapshot) MigratesFrom(c CanisterID, from, to SubnetID) bool {
	trace := r.trace(c)
	i := slices.Index(trace, from)
	return i >= 0 && slices.Contains(trace[i+1:], to)
}

// trace gives the subnets that a canister is being moved along.
func (r *RegistrySnapshot) trace(c CanisterID) []SubnetID {
	for i := range r.Migrations {
		if m := &r.Migrations[i]; m.First <= c && c <= m.Last {
			return m.Trace
		}
	}
	return nil
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

package protocol

import (
	"encoding/hex"
	"strconv"

	"icsim/crypto"
	"icsim/crypto/principal"
)

// A NodeID numbers the nodes of a simulation densely from 0. The registry has the principal.
type NodeID uint32

// NoNode stands for no node: a message from the outside, or from the node itself.
const NoNode NodeID = 1<<32 - 1

func (n NodeID) String() string {
	if n == NoNode {
		return "-"
	}
	return "n" + strconv.FormatUint(uint64(n), 10)
}

// A SubnetID numbers the subnets of a simulation densely from 0.
type SubnetID uint16

func (s SubnetID) String() string { return "s" + strconv.FormatUint(uint64(s), 10) }

// A CanisterID is the number in an opaque canister principal (8 bytes big endian, then 01 01).
type CanisterID uint64

// ManagementCanister is aaaaa-aa; it exists on every subnet.
const ManagementCanister CanisterID = 1<<64 - 1

// managers is how many ids below ManagementCanister stand for the management canisters of single subnets.
const managers = 1 << 16

// ManagerOf names the management canister of one subnet, as the receiver and sender of messages between subnets.
//
// Model: on the Internet Computer a subnet's own principal takes this place; here canisters are numbers.
func ManagerOf(s SubnetID) CanisterID { return ManagementCanister - managers + CanisterID(s) }

// ManagedSubnet is the inverse of ManagerOf; ok is false for every other canister.
func (c CanisterID) ManagedSubnet() (s SubnetID, ok bool) {
	first := ManagerOf(0)
	return SubnetID(c - first), c >= first && c < ManagementCanister
}

// Principal gives the canister's principal.
func (c CanisterID) Principal() principal.ID {
	if c == ManagementCanister {
		return principal.Management()
	}
	return principal.Canister(uint64(c))
}

func (c CanisterID) String() string { return c.Principal().String() }

// CanisterFromPrincipal is the inverse of Principal; ok is false when p names no canister.
func CanisterFromPrincipal(p principal.ID) (c CanisterID, ok bool) {
	if p == principal.Management() {
		return ManagementCanister, true
	}
	n, ok := p.CanisterNumber()
	return CanisterID(n), ok
}

// A Height counts blocks of a subnet; genesis is 0.
type Height uint64

// A Rank orders the block makers of a height; 0 goes first.
type Rank uint32

// A RegistryVersion numbers the states of the registry from 1.
type RegistryVersion uint64

// A ReplicaVersion names the software a subnet runs.
type ReplicaVersion string

// Typed hashes.
type (
	BlockHash   crypto.Hash // of a block, over its payload's hash
	PayloadHash crypto.Hash
	StateHash   crypto.Hash // root of the certified tree, or of the manifest in a CUP
	ArtifactID  crypto.Hash
	MessageID   crypto.Hash // an ingress message's request id
)

func (h BlockHash) String() string   { return hex.EncodeToString(h[:4]) }
func (h PayloadHash) String() string { return hex.EncodeToString(h[:4]) }
func (h StateHash) String() string   { return hex.EncodeToString(h[:4]) }
func (h ArtifactID) String() string  { return hex.EncodeToString(h[:4]) }
func (h MessageID) String() string   { return hex.EncodeToString(h[:4]) }

// A HeightHash is a state's height and the root of its certified tree.
type HeightHash struct {
	Height Height
	Hash   StateHash
}

// FaultsTolerated is f(n) = ⌊(max(n,1)−1)/3⌋ (rs/types/types/src/consensus.rs get_faults_tolerated).
func FaultsTolerated(n int) int { return (max(n, 1) - 1) / 3 }

// CommitteeSize is the largest 3f+1 within n: the size of the notarization committee.
func CommitteeSize(n int) int { return 3*FaultsTolerated(n) + 1 }

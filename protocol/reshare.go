package protocol

import (
	"fmt"

	"icsim/crypto"
	"icsim/crypto/chainkey"
)

// A ReshareChainKey asks the subnet that holds a chain key to share it with the nodes of another one (management canister,
// reshare_chain_key).
//
// Model: the registry canister calls the management canister, and the call waits in that subnet's state. Here it stands in the registry,
// where the subnet's nodes read it at the versions of their blocks, as with SetupInitialDKG; they share with the keys that the receivers
// have at the version of the block that begins.
type ReshareChainKey struct {
	Key    chainkey.KeyID
	From   SubnetID        // holds it
	Subnet SubnetID        // gets it
	Nodes  []NodeID        // of Subnet, ascending: those that it has, or will have
	Asked  RegistryVersion // since when it stands in the registry: tells it from others for the same subnet
}

// Is reports whether two requests are the same one.
func (q *ReshareChainKey) Is(other *ReshareChainKey) bool {
	return q.Key == other.Key && q.From == other.From && q.Subnet == other.Subnet && q.Asked == other.Asked
}

func (q *ReshareChainKey) encode(e *encoder) {
	e.str(q.Key.String())
	e.u64(uint64(q.From))
	e.u64(uint64(q.Subnet))
	e.nodes(q.Nodes)
	e.u64(uint64(q.Asked))
}

// Awaits reports whether a chain key is on its way to a subnet, by the registry, that the subnet does not have yet. Its shares are for the
// encryption keys that the nodes had when it was asked for.
func (r *RegistrySnapshot) Awaits(subnet SubnetID, has func(chainkey.KeyID) bool) bool {
	for _, q := range r.Reshares {
		if q.Subnet == subnet && !has(q.Key) {
			return true
		}
	}
	record := r.Subnet(subnet)
	if record == nil {
		return false
	}
	for _, a := range record.Initializations {
		if !has(a.Request.Key) {
			return true
		}
	}
	return false
}

// A ChainKeyInitialization is what a subnet starts with a key from that another one holds (ChainKeyInitialization of the registry's
// catch-up packages): dealings that its nodes have still to find good shares in, of vetKD the transcript; or why there is none. Immutable.
type ChainKeyInitialization struct {
	Request    *ReshareChainKey
	Config     *IDKGConfig    // as the dealers' subnet stated it
	Dealings   []*IDKGDealing // ascending by place, Config.Params.Unverified() of them
	Transcript *Transcript    // of vetKD, in place of both
	Reject     string         // empty: there is one of them
}

func (a *ChainKeyInitialization) encode(e *encoder) {
	a.Request.encode(e)
	e.str(a.Reject)
	if a.Transcript != nil {
		a.Transcript.encode(e)
	}
	if a.Config != nil {
		a.Config.encode(e)
		encodeDealings(e, a.Dealings)
	}
}

func encodeDealings(e *encoder, dealings []*IDKGDealing) {
	e.u64(uint64(len(dealings)))
	for _, d := range dealings {
		id := d.ID()
		e.raw(id[:])
	}
}

// Hash identifies it.
func (a *ChainKeyInitialization) Hash() crypto.Hash {
	var e encoder
	a.encode(&e)
	return crypto.Sum("chain key initialization", e.buf)
}

func (a *ChainKeyInitialization) String() string {
	return fmt.Sprintf("chain key %s for subnet %s", a.Request.Key, a.Request.Subnet)
}

// Size is the encoded size in bytes.
func (a *ChainKeyInitialization) Size() int {
	size := 80 + SizeNodeID*len(a.Request.Nodes) + len(a.Reject)
	if a.Transcript != nil {
		size += a.Transcript.Size()
	}
	return size + sizeOfDealings(a.Dealings)
}

func sizeOfDealings(dealings []*IDKGDealing) (size int) {
	for _, d := range dealings {
		size += d.Size()
	}
	return size
}

// A Resharing is how far a subnet is with a key that another one is to have (ongoing_xnet_reshares, xnet_reshare_agreements).
type Resharing struct {
	Request *ReshareChainKey
	Config  *IDKGConfig // nil: the registry has its answer, or will
}

func (r *Resharing) encode(e *encoder) {
	e.str("resharing")
	r.Request.encode(e)
	if r.Config != nil {
		r.Config.encode(e)
	}
}

// InitialDealings are a block's dealings for other nodes, whom nobody can ask yet whether they find their shares good
// (InitialIDkgDealings).
type InitialDealings struct {
	ID       IDKGID
	Dealings []*IDKGDealing // ascending by place
}

func (d *InitialDealings) encode(e *encoder) {
	d.ID.encode(e)
	encodeDealings(e, d.Dealings)
}

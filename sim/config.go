package sim

import (
	"time"

	"icsim/canister/management"
	"icsim/canister/wasm"
	"icsim/protocol"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/explain"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/trace"
	"icsim/sim/variant"
	"icsim/sim/workload"
)

// DefaultGenesis is the Unix time in nanoseconds that virtual time 0 stands for unless a scenario says otherwise:
// 1 January 2026, 00:00 UTC.
const DefaultGenesis uint64 = 1_767_225_600_000_000_000

// A Config is everything that decides a run, and what to watch while it lasts.
type Config struct {
	Name     string
	Seed     uint64
	Duration time.Duration // of virtual time; see Latest
	Genesis  uint64        // Unix nanoseconds of Time 0
	Crypto   string        // "bls" or "ideal"

	Paths     *network.Paths // latency and loss between places
	Requests  time.Duration  // what a request or an answer takes at its ends, both together, where no connection is kept; 0: RequestTime
	Subnets   []Subnet
	Spares    Spares   // nodes beside those of the subnets
	Changes   []Change // of the registry, in order of time
	Canisters []Canister
	Library   []byte // a module like those of canisters with Library, which may be installed during the run; nil: none
	Clients   []workload.Config
	Users     int      // with keys, beside the clients
	Servers   []Server // that answer HTTPS outcalls: the first that a request fits
	Told      bool     // no server answers outcalls: who is outside does (Input.Outcall); needs Boundary
	Faults    fault.Plan
	Attackers []adversary.Assignment
	Variants  []variant.Variant   // rules that all nodes have in place of the deployed ones
	Bounds    check.Bounds        // what liveness means
	Healing   check.Healing       // when and for whom all faults end, if they do
	Expect    []check.Expectation // what else must hold at the end
	Sometimes []check.Expectation // what a run may come to (Result.Reached)
	Boundary  bool                // there is a node through which people outside reach the network, in the first place
	Inputs    []Input             // what comes from outside, in order of time; needs Boundary
	Voucher   []byte              // nodes believe requests that have it in a signature's place, and no key, to be their sender's; nil: none
	Branches  []Branch            // ways the history goes on other than the seed has it, in order of time
	Short     bool                // the run ends before the scenario does: calls without an answer are not judged

	// What follows must not change the digest.
	NoShare   bool // compute every pure result on every node
	NoMetrics bool
	Record    bool // keep series and distributions (Result.Record)
	Workers   int  // that subnets are divided among; 0: one
	Trace     trace.Config
	Timeline  *explain.Perfetto                 // nil: none is written
	Observe   func(check.Where, *protocol.Note) // sees what nodes that are not corrupt, and clients, observe; nil: nobody does
	Engine    *wasm.Engine                      // of canister.NewEngine, which serves one run at a time; nil: the run's own, with Modules
	Modules   *wasm.Cache                       // compiled canister modules, to share between runs of a process; nil: the run's own

	// slices are lengths of rounds and slices of canisters, in instructions, for tests; zero: the deployed ones.
	slices struct{ round, slice uint64 }
	whole  bool // never divided among lanes, for tests
}

// Latest is when the run ends at the latest: a core that lacks something at its Duration has until the end of its healing.
func (c *Config) Latest() time.Duration {
	if c.Short || c.Healing.At == 0 {
		return c.Duration
	}
	return max(c.Duration, c.Healing.At+c.Healing.Within)
}

// A Subnet is a subnet of the registry. Its nodes get the next free NodeIDs in order: the first subnet's are 0 … n−1.
type Subnet struct {
	Name               string
	Created            bool // by a change, of spare nodes: it has no Places, Uplink, Downlink or Ranges, and follows those of genesis
	Type               protocol.SubnetType
	Places             []int // by node: where it is, as an index in Paths; its length is the number of nodes
	Uplink, Downlink   int64 // of each node, bits a second; 0: unlimited
	UnitDelay          time.Duration
	InitialNotaryDelay time.Duration
	DKGIntervalLength  int                 // rounds after the summary
	MaxIngressBytes    int                 // of one message
	MaxIngressMessages int                 // in a block
	MaxBlockIngress    int                 // bytes of ingress in a block
	MaxBlockPayload    int                 // bytes on the wire
	IdleCanisters      int                 // that count and do nothing, beside those of Canisters
	PricedAs           int                 // prices are those of so many nodes; 0: of as many as it has
	ChainKeys          *protocol.ChainKeys // for canisters; nil: none
	// Ranges are the canister ids that it hosts, ascending; new canisters get ids of the last one. nil: the next from FirstCanister on.
	Ranges []Range
}

// A Range is the canister ids First … Last.
type Range struct{ First, Last protocol.CanisterID }

// A Canister is installed at genesis under an id of its subnet's range (FirstCanister and up).
type Canister struct {
	Name    string
	Subnet  int
	ID      protocol.CanisterID
	Module  []byte // WebAssembly, raw or gzip
	Library bool   // built from canister/library: may use what Go's runtime needs
	Arg     []byte // Candid, for canister_init
	Cycles  protocol.Cycles
	// Prepare makes Arg instead, from who the users are.
	Prepare func(*workload.Memory) ([]byte, error)

	Controllers []Controller // nil: whoever asks without a signature
	Settings    management.Settings
	LogViewers  []Controller // who may read the log beside controllers; nil: as Settings have it
}

// A Controller may change a canister: a user, or a canister if User is 0.
type Controller struct {
	User     workload.User
	Canister protocol.CanisterID
}

// canistersPerSubnet is the range of canister ids that a subnet gets, as the Internet Computer hands them out.
const canistersPerSubnet = 1 << 20

// FirstCanister is the lowest canister id of a subnet's range, unless it has others.
func FirstCanister(subnet int) protocol.CanisterID {
	return protocol.CanisterID(subnet) * canistersPerSubnet
}

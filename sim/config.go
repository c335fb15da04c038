package sim

import (
	"time"

	"icsim/protocol"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/trace"
	"icsim/sim/workload"
)

// DefaultGenesis is the Unix time in nanoseconds that virtual time 0 stands for unless a scenario says otherwise:
// 1 January 2026, 00:00 UTC.
const DefaultGenesis uint64 = 1_767_225_600_000_000_000

// A Config is everything that decides a run, and what to watch while it lasts.
type Config struct {
	Name     string
	Seed     uint64
	Duration time.Duration // of virtual time
	Genesis  uint64        // Unix nanoseconds of Time 0
	Crypto   string        // "bls" or "ideal"

	Subnets   []Subnet
	Links     network.Config
	Canisters []Canister
	Clients   []workload.Config
	Faults    fault.Plan
	Attackers []adversary.Assignment
	Expect    []check.Expectation
	Liveness  check.Bounds

	// What follows must not change the digest.
	NoShare   bool // compute every pure result on every node
	NoMetrics bool
	Workers   int
	Trace     trace.Config
}

// A Subnet is a subnet's entry: its nodes get the next free NodeIDs in order.
type Subnet struct {
	Name               string
	Type               protocol.SubnetType
	Nodes              int
	UnitDelay          time.Duration
	InitialNotaryDelay time.Duration
	DKGIntervalLength  int
	MaxIngressBytes    int
	MaxIngressMessages int
	MaxBlockIngress    int // bytes
	MaxBlockPayload    int // bytes
}

// A Canister is installed at genesis.
type Canister struct {
	Name   string
	Subnet int
	ID     protocol.CanisterID
	Module []byte
	Arg    []byte
	Cycles protocol.Cycles
}

package fault

import (
	"time"

	"icsim/protocol"
	"icsim/sim/network"
)

// A Plan is all the faults of a run. Times are virtual, from genesis.
type Plan struct {
	Crashes    []Crash
	Pauses     []Pause
	Partitions []Partition
	Links      []Link
	Bandwidths []Bandwidth
	Jumps      []ClockJump
	Drifts     []ClockDrift
	SlowCPUs   []SlowCPU
}

// A Crash stops a node at once. Its disk survives unless LoseDisk.
type Crash struct {
	Node     protocol.NodeID
	At       time.Duration
	Down     time.Duration // until it starts again; 0: for ever
	LoseDisk bool
}

// A Pause stops a node's processor for a while; nothing is lost.
type Pause struct {
	Node protocol.NodeID
	At   time.Duration
	For  time.Duration
}

// A Partition keeps groups of nodes apart: nothing gets from one group to another. Nodes in no group are not
// touched. OneWay: only what the first group sends to the second is lost.
type Partition struct {
	Groups [][]protocol.NodeID
	OneWay bool
	At     time.Duration
	For    time.Duration // 0: for ever
}

// A Link is worse for a while, for what each of From sends to each of To.
type Link struct {
	From, To []protocol.NodeID
	network.Disturbance
	BothWays bool
	At       time.Duration
	For      time.Duration // 0: for ever
}

// A Bandwidth caps a node's access to the network for a while.
type Bandwidth struct {
	Node             protocol.NodeID
	Uplink, Downlink int64 // bits a second; 0: not capped
	At               time.Duration
	For              time.Duration // 0: for ever
}

// A ClockJump sets a node's clock forward or back.
type ClockJump struct {
	Node protocol.NodeID
	At   time.Duration
	By   time.Duration
}

// A ClockDrift makes a node's clocks run fast or slow for a while.
type ClockDrift struct {
	Node            protocol.NodeID
	PartsPerBillion int64
	At              time.Duration
	For             time.Duration // 0: for ever
}

// A SlowCPU makes a node's work take Num/Den times as long for a while.
type SlowCPU struct {
	Node     protocol.NodeID
	Num, Den uint32
	At       time.Duration
	For      time.Duration // 0: for ever
}

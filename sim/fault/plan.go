package fault

import (
	"time"

	"icsim/protocol"
	"icsim/sim/machine"
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
	Stalls     []ClockStall
	Disks      []Disk
	Swaps      []Swap
	Clogs      []Clog
	Schedulers []Scheduler
	Roles      []Role
}

// A Crash stops a node at once. Its disk survives unless LoseDisk.
type Crash struct {
	Node     protocol.NodeID
	At       time.Duration
	Down     time.Duration // until it starts again; 0: for ever
	LoseDisk bool
	Torn     bool          // a part of what it was about to write is written
	Forgets  time.Duration // amnesia: it starts from what was on its disk so long before; 0: it does not forget
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

// A ClockStall lets a node's wall clock stand for a while. It is late from then on. The monotonic clock goes on.
type ClockStall struct {
	Node protocol.NodeID
	At   time.Duration
	For  time.Duration // 0: for ever
}

// A Disk goes wrong for a while, while its node runs.
type Disk struct {
	Node protocol.NodeID
	machine.DiskFault
	At  time.Duration
	For time.Duration // 0: for ever
}

// A Swap crashes two nodes, exchanges their disks and starts them again.
type Swap struct {
	A, B protocol.NodeID
	At   time.Duration
	Down time.Duration
}

// A Clog keeps back what each of From sends to each of To, and lets all of it go at its end. Connections do not break.
type Clog struct {
	From, To []protocol.NodeID
	BothWays bool
	At       time.Duration
	For      time.Duration // 0: for ever
}

// A Scheduler hands the links among Nodes to an adversary who reorders and starves, until the network stabilises.
type Scheduler struct {
	Nodes []protocol.NodeID
	network.Schedule
	At  time.Duration
	For time.Duration // 0: for ever
}

// A Role hits whoever plays a role at a time.
type Role struct {
	As   Part
	Of   []protocol.NodeID // the subnet
	At   time.Duration
	Then Plan // of faults of protocol.NoNode, who stands for that node, at times from At on
}

// A Part is what a node may be at a time.
type Part uint8

const (
	// BlockMaker has rank 0 at the height of which blocks are being made, after the newest beacon that a node of the subnet has seen.
	BlockMaker Part = iota
	// Slowest has the least finalized height; of several the one that came to it last.
	Slowest
)

// Parts are the names of parts.
func Parts() []string { return []string{"block-maker", "slowest"} }

func (p Part) String() string { return Parts()[p] }

package protocol

import "time"

// A Machine is the whole of one node: replica, attacker or client. Step depends on the machine's state and
// in alone, appends to out what the world must do, and keeps no reference to in or out.
type Machine interface {
	Step(in *Input, out *Outputs)
}

// A Lane is a protocol thread of a node. A lane handles one step at a time and is busy for the simulated time
// the step is charged; what arrives meanwhile waits, and the next step gets all of it at once
// (each artifact kind has its own processor thread in the replica: reference/protocol.md G, "CPU costs").
type Lane uint8

const (
	LaneConsensus     Lane = iota // consensus pool and its components
	LaneCertification             // shares and certifications of states
	LaneIngress                   // user calls and their answers
	LaneTransport                 // serving and making fetches, assembling blocks
	LaneXNet                      // stream endpoint and slice pool
	LaneExecution                 // message routing and canisters
	LaneQuery                     // users' queries and reads of the certified state
	LaneOutcalls                  // HTTPS outcalls: adapter, shares of responses
	LaneStateSync                 // fetching a state from peers, and serving them
	LaneDKG                       // dealings for the subnet's next keys
	LaneOrchestrator              // assignment, replica versions: beside the replica, not of it
	LaneIDKG                      // transcripts and signatures of canisters' chain keys
	NumLanes
)

var laneNames = [NumLanes]string{
	"consensus", "certification", "ingress", "transport", "xnet", "execution", "query", "outcalls", "state-sync", "dkg",
	"orchestrator", "idkg",
}

func (l Lane) String() string { return laneNames[l] }

// Sleeps reports whether the lane has nothing to do before a message arrives: it is not woken as its node starts.
func (l Lane) Sleeps() bool {
	return l == LaneOutcalls || l == LaneStateSync || l == LaneDKG || l == LaneOrchestrator || l == LaneIDKG
}

// Input is what one lane of one node gets to handle: all that arrived since its last step, in order. With no
// arrivals it is a wake-up.
type Input struct {
	Lane     Lane
	Now      Time // the node's wall clock: may drift and jump
	Instant  Time // its monotonic clock, zero when the node started
	Arrivals []Arrival
}

// An Arrival is a message with where it came from. Conn counts the connections with that peer, so that what
// was sent on an older one can be told apart; 0 for messages from the node itself and from clients.
type Arrival struct {
	From NodeID
	Conn uint32
	Msg  Message
}

// Outputs is filled by a step and emptied by the caller. Nothing in it has happened yet: all of it takes place
// when the time that Meter adds up to has passed.
type Outputs struct {
	Sends  []Send
	Locals []Local
	Writes []Write
	Notes  []Note
	// Wake is when this lane wants to be stepped again on the node's monotonic clock (Input.Instant) if nothing arrives,
	// as threads sleep: the wall clock may be set. It replaces the lane's last wish. Never: only when something arrives.
	// The caller presets Never.
	Wake  Time
	Meter Meter
	// Restart, if its Why is not empty, stops the node at the end of the step and starts it again from its disk.
	Restart Restart
	// Peers are those that the node keeps connections with from now on, ascending; shared and not changed by anyone. nil: as before.
	Peers []NodeID
}

// A Restart is a node's wish to start again: as a replica that panics is started again by its orchestrator, or to be something else.
type Restart struct {
	Why   string
	Takes Op // how long it is down: the cost of one
}

// Send gives a message to each of some nodes, in order. To is shared and not changed by anyone.
type Send struct {
	To  []NodeID
	Msg Message
}

// Local gives a message to another lane of this node, or to the same one, After the step's end.
type Local struct {
	After time.Duration
	Msg   Message
}

// Emit notes an observation.
func (o *Outputs) Emit(n Note) { o.Notes = append(o.Notes, n) }

// Send queues a message for peers.
func (o *Outputs) Send(to []NodeID, m Message) { o.Sends = append(o.Sends, Send{To: to, Msg: m}) }

// Local queues a message for this node's own lane m.Lane().
func (o *Outputs) Local(m Message) { o.Locals = append(o.Locals, Local{Msg: m}) }

// Reuse empties a slice that a step filled and gives its space to the next one. What a rare step needed, as one that lets go of a DKG
// interval's artifacts, is not kept: all nodes together would keep a tenth of what a run takes.
func Reuse[T any](s []T) []T {
	const usual = 256
	if cap(s) > usual {
		return nil
	}
	if len(s) > 0 { // most are empty as it is
		clear(s)
	}
	return s[:0]
}

// A Message is anything that reaches a lane. Immutable once sent; receivers share it.
type Message interface {
	Lane() Lane // where the receiver handles it
	Size() int  // bytes on the wire, before framing; 0 for messages that do not leave the node, which takes none from others
	// Fingerprint identifies the content in the event record: equal messages have equal fingerprints.
	Fingerprint() uint64
	String() string // one short line for traces
}

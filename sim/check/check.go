package check

import (
	"fmt"
	"slices"
	"time"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// A Kind says which exit status a failed check leads to.
type Kind string

const (
	Safety   Kind = "safety"
	Liveness Kind = "liveness"
	Expect   Kind = "expect"
)

// Where names the event at which something was observed: with the scenario and seed it is a bug report.
type Where struct {
	At   protocol.Time
	Node protocol.NodeID
	Src  uint32 // the event's source and its count there: the event key
	Seq  uint64
}

// A Violation is one broken property, once.
type Violation struct {
	Where  Where
	Height protocol.Height
	Detail string
	Since  protocol.Time // of progress: from when on the wait counts
}

// An Outcome is one check's end.
type Outcome struct {
	Name       string
	Kind       Kind
	OK         bool
	Detail     string
	Violations []Violation // the first maxViolations
	Count      int         // all of them
}

// Bounds state what liveness means in a run.
type Bounds struct {
	Progress  time.Duration   // at most this long without a finalized block on a subnet
	Lag       protocol.Height // a settled node is at most this far behind its subnet at the end, in blocks and in states
	Freshness time.Duration   // age of the newest certified state
	CatchUp   time.Duration   // a disturbed node is within Lag of its subnet so long after it is left alone; 0: at the end of the run
	Downtime  time.Duration   // that an upgrade adds to Progress
}

// DefaultBounds suit every shipped scenario with real-world distances: a run of f silent block makers on a
// 13-node subnet costs 4 unit delays, and a restarted node needs seconds to reconnect.
var defaultBounds = Bounds{Progress: 20 * time.Second, Lag: 10, Freshness: 5 * time.Minute}

// DefaultBounds gives the bounds used where a scenario states none.
func DefaultBounds() Bounds { return defaultBounds }

// A Window is a span of virtual time [From, To).
type Window struct{ From, To protocol.Time }

// A Subnet is what a checker needs to know of a subnet.
type Subnet struct {
	Name     string
	ID       protocol.SubnetID
	Nodes    []protocol.NodeID
	Interval protocol.Height // longest DKG interval that it ever has
	Key      crypto.ThresholdPublicKey
	Created  bool // in the run: it has no key and owes nothing before Found
	// Recovered: Recover may be told of it.
	Recovered bool
	// Upgrades are when the registry names another replica version.
	Upgrades []protocol.Time
	// Excused are the spans in which more than f nodes are disturbed by faults that end, ascending.
	Excused []Window
	// Returns are when nodes are left alone after a disturbance, for as long as Bounds.CatchUp at least, ascending.
	Returns []Return
}

// A Return is when a node that was disturbed is left alone.
type Return struct {
	Node protocol.NodeID
	At   protocol.Time
}

// A Config is what a run is checked against.
type Config struct {
	Subnets []Subnet
	// Corrupt tells whom not to believe: observations of attackers are ignored.
	Corrupt func(protocol.NodeID) bool
	// Settled tells whether a node has been undisturbed for the last stretch of the run, so that it must have
	// caught up by the end.
	Settled func(protocol.NodeID) bool
	Bounds  Bounds
	Healing Healing
	// ChainKeys tells that a subnet holds keys for canisters.
	ChainKeys bool
}

const (
	maxViolations = 10
	maxWindow     = 4096
)

// A Suite holds all the checks of a run.
type Suite struct {
	config  Config
	subnets []*subnet
	of      []*subnet // by node: whose replica it runs; nil: none's
	streams map[link]*stream
	checks  []*record
	byName  map[string]*record
	calls   map[callKey]bool // requests in streams that have no response yet
	healer  healer
	waiter  waiter
	reached map[string]bool // situations
	// chainKeys are those that summaries had.
	chainKeys map[chainkey.KeyID]chainKey
}

// A record is one check as it goes.
type record struct {
	Outcome
}

// The checks, in the order they are reported.
var names = []struct {
	name string
	kind Kind
}{
	{"agreement", Safety}, {"one-notarized-block-when-finalized", Safety}, {"finalization-discipline", Safety},
	{"beacon-unique", Safety}, {"tape-unique", Safety}, {"state-unique", Safety}, {"certification-unique", Safety},
	{"checkpoint-unique", Safety}, {"cup-unique", Safety}, {"subnet-key-constant", Safety}, {chainKeysConstant, Safety},
	{"hard-bounds", Safety}, {"pool-bounds", Safety}, {"batches-in-order", Safety},
	{"time-increases", Safety}, {"streams-in-order", Safety}, {"one-response-a-call", Safety},
	{"cycles-conserved", Safety}, {"no-critical-errors", Safety},
	{"progress", Liveness}, {"catch-up", Liveness}, {"freshness", Liveness},
	{"convergence", Liveness}, // where there is a healing
	{keepsCertified, Safety},  // where there is a recovery
}

// Names lists the checks of every run, in the order in which they are reported.
func Names() (all []string) {
	for _, n := range names {
		all = append(all, n.name)
	}
	return all
}

// New starts the checks of a run.
func New(c Config) *Suite {
	s := &Suite{
		config: c, streams: map[link]*stream{}, byName: map[string]*record{}, calls: map[callKey]bool{}, waiter: newWaiter(),
		reached: map[string]bool{}, chainKeys: map[chainkey.KeyID]chainKey{},
	}
	s.healer.Healing = c.Healing
	for _, n := range names {
		recovers := slices.ContainsFunc(c.Subnets, func(s Subnet) bool { return s.Recovered })
		unwanted := n.name == "convergence" && c.Healing.At == 0 || n.name == keepsCertified && !recovers ||
			n.name == chainKeysConstant && !c.ChainKeys
		if unwanted {
			continue
		}
		r := &record{Outcome{Name: n.name, Kind: n.kind, OK: true}}
		s.checks = append(s.checks, r)
		s.byName[n.name] = r
	}
	for i := range c.Subnets {
		sub := newSubnet(&c.Subnets[i], c.Corrupt)
		s.subnets = append(s.subnets, sub)
		for _, n := range c.Subnets[i].Nodes {
			s.assign(n, sub)
		}
	}
	return s
}

// subnetOf gives the subnet whose replica a node runs; nil: none's.
func (s *Suite) subnetOf(n protocol.NodeID) *subnet {
	if int(n) >= len(s.of) {
		return nil
	}
	return s.of[n]
}

func (s *Suite) assign(n protocol.NodeID, sub *subnet) {
	for int(n) >= len(s.of) {
		s.of = append(s.of, nil)
	}
	s.of[n] = sub
}

// Excuse replaces the spans of a subnet's Excused: a fault has hit whom nobody knew before.
func (s *Suite) Excuse(subnet int, excused []Window) { s.subnets[subnet].Excused = excused }

// fail records a violation.
func (s *Suite) fail(name string, w Where, h protocol.Height, format string, args ...any) {
	r := s.byName[name]
	r.OK = false
	r.Count++
	detail := fmt.Sprintf(format, args...)
	if r.Detail == "" {
		r.Detail = detail
	}
	if len(r.Violations) < maxViolations {
		r.Violations = append(r.Violations, Violation{Where: w, Height: h, Detail: detail})
	}
}

// Observe takes one observation of a node.
func (s *Suite) Observe(w Where, n *protocol.Note) {
	sub := s.subnetOf(w.Node)
	if sub == nil || s.config.Corrupt(w.Node) {
		return
	}
	s.pass(w.At)
	node := sub.node(w.Node)
	s.reach(node, n)
	switch n.Kind {
	case protocol.NoteFinalized:
		s.finalized(sub, node, w, n)
	case protocol.NoteNotarized:
		node.notarized = max(node.notarized, n.Height)
		s.notarized(sub, node, w, n)
	case protocol.NoteNotarizationShare:
		s.notarizationShare(sub, node, w, n)
	case protocol.NoteFinalizationShare:
		s.finalizationShare(node, w, n)
	case protocol.NoteBlockReceived, protocol.NoteProposed:
		node.received = max(node.received, n.Height)
	case protocol.NoteBeacon:
		node.beacon = max(node.beacon, n.Height)
		s.unique("beacon-unique", sub, &node.line.beacons, w, n)
	case protocol.NoteTape:
		s.unique("tape-unique", sub, &node.line.tapes, w, n)
	case protocol.NoteDelivered:
		s.delivered(node, w, n)
	case protocol.NoteExecuted:
		node.executed = n.Height
		s.executed(sub, w, n)
	case protocol.NoteIngressAccepted:
		s.took(w, n)
	case protocol.NoteCertified:
		s.certified(sub, node, w, n)
	case protocol.NoteCheckpoint:
		s.unique("checkpoint-unique", sub, &sub.checkpoints, w, n)
	case protocol.NoteCatchUpPackage:
		node.cup = max(node.cup, n.Height)
		s.unique("cup-unique", sub, &sub.cups, w, n)
	case protocol.NotePoolSize:
		if n.Reason != "" {
			s.fail("pool-bounds", w, n.Height, "%s at height %d: %s", w.Node, n.Height, n.Reason)
		}
	case protocol.NoteKeys:
		s.sameKey(sub, w, n)
		s.sameChainKeys(sub, w, n)
	case protocol.NoteCritical:
		s.fail("no-critical-errors", w, n.Height, "%s at height %d: %s", w.Node, n.Height, n.Reason)
	case protocol.NoteStarted:
		node.restart(n.Value == 0)
	case protocol.NoteSyncStarted:
		node.syncing = n.Height
	case protocol.NoteSyncAdopted:
		node.syncing = 0
		s.unique("checkpoint-unique", sub, &sub.checkpoints, w, n)
		node.sync(n.Height)
	}
}

// unique demands that all honest nodes see one hash at a height.
func (s *Suite) unique(name string, sub *subnet, seen *byHeight, w Where, n *protocol.Note) {
	first := seen.at(n.Height)
	switch {
	case first == nil:
	case !first.set:
		*first = sighting{set: true, hash: n.Hash, node: w.Node}
	case first.hash != n.Hash:
		s.fail(name, w, n.Height, "subnet %s, height %d: %s has %s, %s has %s",
			sub.Name, n.Height, first.node, first.hash, w.Node, n.Hash)
	}
}

// A sighting is the first hash seen at a height.
type sighting struct {
	set  bool
	own  bool // of finalizations: the block has its own
	hash crypto.Hash
	node protocol.NodeID
	time protocol.Time // of executed states: their batch's
}

// byHeight keeps the first sightings of the last maxWindow heights.
type byHeight struct {
	base  protocol.Height // of ring position 0 … the lowest height kept
	items []sighting      // items[h % maxWindow]
}

// at gives the place of a height, or nil when it has been forgotten.
func (b *byHeight) at(h protocol.Height) *sighting {
	if h < b.base {
		return nil
	}
	for h-b.base >= protocol.Height(maxWindow) {
		if i := int(b.base % maxWindow); i < len(b.items) {
			b.items[i] = sighting{}
		}
		b.base++
	}
	if int(h%maxWindow) >= len(b.items) {
		grown := make([]sighting, min(maxWindow, max(64, 2*int(h%maxWindow)+1)))
		copy(grown, b.items)
		b.items = grown
	}
	return &b.items[h%maxWindow]
}

// Finish ends the run at a virtual time and gives the outcome of each check.
func (s *Suite) Finish(end protocol.Time) []Outcome {
	if s.pass(end); s.healer.begun && !s.healer.over && end >= protocol.Time(s.healer.At+s.healer.Within) {
		s.converged()
	}
	for _, sub := range s.subnets {
		s.finishSubnet(sub, end)
	}
	out := make([]Outcome, len(s.checks))
	for i, r := range s.checks {
		out[i] = r.Outcome
	}
	return out
}

package check

import (
	"slices"
	"time"

	"icsim/protocol"
)

// The hard bounds on notarization (reference/protocol.md A.3): no share while the notarized height is this far above
// the certified one, or above the next catch-up package's.
const (
	maxNotarizedCertifiedGap = 70
	maxNotarizedCUPGap       = 130
)

// A subnet is what has been seen of one.
type subnet struct {
	*Subnet
	unborn  bool // it has not been created yet
	corrupt func(protocol.NodeID) bool
	nodes   map[protocol.NodeID]*node // that are or were its own

	lines                            []*line // at least one
	upgraded                         int     // lines after the first that have finalized a block
	states, certs, checkpoints, cups byHeight
	best                             protocol.Height // highest finalized
	bestAt                           protocol.Time   // when it was
	certifiedBest                    protocol.Height
	certifiedAt                      protocol.Time   // the time that its state tells
	roundHeight                      protocol.Height // last round folded into streams and cycles
	roundTime                        protocol.Time
	cycles                           protocol.Cycles
	rounds                           []folded // the last ones, of a subnet that may be recovered
	healed                           heights  // which the core has to reach after the healing
}

// heights are how far a node has come.
type heights struct{ finalized, certified protocol.Height }

// A line is the blocks that a replica version makes. The next version goes on from a catch-up package, whatever the one before has made
// above it.
type line struct {
	version                  protocol.ReplicaVersion
	finalizedAt, notarizedAt byHeight // first blocks
	beacons, tapes           byHeight
}

// A node is what has been seen of one, as its subnet's.
type node struct {
	line                                            *line
	finalized, notarized, certified, delivered, cup protocol.Height
	received, beacon, executed, syncing             protocol.Height // the newest; syncing: the state it fetches, or 0
	shares                                          byHeight        // own notarization shares: the only block, or mixed
	mixed                                           map[protocol.Height]bool
	finalShares                                     byHeight
	returns                                         []protocol.Time // after which it is not back yet
}

func newSubnet(c *Subnet, corrupt func(protocol.NodeID) bool) *subnet {
	s := &subnet{Subnet: c, unborn: c.Created, corrupt: corrupt, nodes: map[protocol.NodeID]*node{}, lines: []*line{{}}}
	for _, n := range c.Nodes {
		s.node(n)
	}
	for _, r := range c.Returns {
		n := s.node(r.Node)
		n.returns = append(n.returns, r.At)
	}
	return s
}

// restart forgets what does not survive a crash: batches are delivered again from the last checkpoint. A node with
// an empty disk cannot know what it has signed.
func (n *node) restart(empty bool) {
	n.delivered, n.certified = 0, 0
	if empty {
		n.shares, n.finalShares, n.mixed = byHeight{}, byHeight{}, map[protocol.Height]bool{}
	}
}

// sync notes that the node goes on from a state of its peers: the next batch is the one after, and its certification comes again.
func (n *node) sync(h protocol.Height) { n.delivered, n.certified = h, 0 }

// node gives what has been seen of a node, from now on if it is new.
func (s *subnet) node(id protocol.NodeID) *node {
	n := s.nodes[id]
	if n == nil {
		n = &node{line: s.lines[0]}
		n.restart(true)
		s.nodes[id] = n
	}
	return n
}

// members gives the nodes that have been the subnet's, ascending.
func (s *subnet) members() []protocol.NodeID {
	var all []protocol.NodeID
	for n := range s.nodes { //tidy:sorted below
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// finalized: at most one finalized block a height, on any honest node (A.10.1). No other is notarized at a height that has a
// finalization of its own (A.10.2); a block that is final through a descendant may have a notarized rival.
func (s *Suite) finalized(sub *subnet, n *node, w Where, note *protocol.Note) {
	n.finalized = max(n.finalized, note.Height)
	first := n.line.finalizedAt.at(note.Height)
	switch {
	case first == nil:
	case !first.set:
		*first = sighting{set: true, hash: note.Hash, node: w.Node, own: note.Reason == ""}
		if other := n.line.notarizedAt.at(note.Height); first.own && other != nil && other.set && other.hash != note.Hash {
			s.bothNotarized(sub, w, note, other)
		}
	case first.hash != note.Hash:
		s.fail("agreement", w, note.Height, "subnet %s finalized two blocks at height %d: %s on %s and %s on %s",
			sub.Name, note.Height, first.hash, first.node, note.Hash, w.Node)
	}
	if note.Height > sub.best && n.line == sub.newest() {
		s.progress(sub, w.At)
		sub.upgraded = len(sub.lines) - 1
		sub.best, sub.bestAt = note.Height, w.At
	}
	s.returned(sub, n, w)
}

// returned looks whether a node that was disturbed is with its subnet again, and was not away for too long.
func (s *Suite) returned(sub *subnet, n *node, w Where) {
	if len(n.returns) == 0 || w.At < n.returns[0] || s.lags(sub, n) {
		return
	}
	s.late(sub, n, w)
	n.returns = n.returns[1:]
}

// late is asked when a node is back and at the end: was it in time?
func (s *Suite) late(sub *subnet, n *node, w Where) {
	bound := s.config.Bounds.CatchUp
	if len(sub.Upgrades) > 0 { // it may have to be upgraded first
		bound += s.config.Bounds.Downtime
	}
	since := n.returns[0]
	if sub.Recovered { // nobody can catch up with a subnet that is down
		since = sub.excused(since, w.At)
	}
	if away := w.At.Sub(since); away > bound {
		s.fail("catch-up", w, n.finalized,
			"subnet %s: %s is left alone from %.1f s on and was behind for %.1f s, at finalized height %d; the bound is %s",
			sub.Name, w.Node, time.Duration(since).Seconds(), away.Seconds(), n.finalized, bound)
	}
}

// lags tells whether a node is too far behind its subnet, in blocks or in states.
func (s *Suite) lags(sub *subnet, n *node) bool {
	lag := s.config.Bounds.Lag
	return n.finalized+lag < sub.best || n.certified+lag < sub.certifiedBest
}

func (s *Suite) notarized(sub *subnet, n *node, w Where, note *protocol.Note) {
	if first := n.line.notarizedAt.at(note.Height); first != nil && !first.set {
		*first = sighting{set: true, hash: note.Hash, node: w.Node}
	}
	if final := n.line.finalizedAt.at(note.Height); final != nil && final.own && final.hash != note.Hash {
		s.bothNotarized(sub, w, note, final)
	}
}

func (s *Suite) bothNotarized(sub *subnet, w Where, note *protocol.Note, other *sighting) {
	s.fail("one-notarized-block-when-finalized", w, note.Height,
		"subnet %s, height %d: one of %s (on %s) and %s (on %s) is finalized and both are notarized",
		sub.Name, note.Height, other.hash, other.node, note.Hash, w.Node)
}

// notarizationShare: within the hard bounds, and not after a finalization share for another block (A.10.3, A.10.6).
func (s *Suite) notarizationShare(sub *subnet, n *node, w Where, note *protocol.Note) {
	notarized := note.Height - 1
	if n.certified > 0 && notarized >= n.certified+maxNotarizedCertifiedGap {
		s.fail("hard-bounds", w, note.Height, "subnet %s: %s notarizes height %d with certified height %d",
			sub.Name, w.Node, note.Height, n.certified)
	}
	if next := n.cup + sub.Interval + 1; notarized >= next+maxNotarizedCUPGap {
		s.fail("hard-bounds", w, note.Height, "subnet %s: %s notarizes height %d with next catch-up height %d",
			sub.Name, w.Node, note.Height, next)
	}
	if own := n.shares.at(note.Height); own != nil && !own.set {
		*own = sighting{set: true, hash: note.Hash}
	} else if own != nil && own.hash != note.Hash {
		n.mixed[note.Height] = true
	}
	if final := n.finalShares.at(note.Height); final != nil && final.set && final.hash != note.Hash {
		s.fail("finalization-discipline", w, note.Height, "%s signs %s for notarization at height %d after %s for finalization",
			w.Node, note.Hash, note.Height, final.hash)
	}
	for h := range n.mixed { //tidy:unordered forgets old heights
		if h+maxWindow < note.Height {
			delete(n.mixed, h)
		}
	}
}

// finalizationShare: only one a height, for the only block the node notarized (A.10.3).
func (s *Suite) finalizationShare(n *node, w Where, note *protocol.Note) {
	own := n.shares.at(note.Height)
	if own != nil && own.set && (own.hash != note.Hash || n.mixed[note.Height]) {
		s.fail("finalization-discipline", w, note.Height, "%s signs %s for finalization at height %d though it signed another for notarization",
			w.Node, note.Hash, note.Height)
	}
	final := n.finalShares.at(note.Height)
	switch {
	case final == nil:
	case !final.set:
		*final = sighting{set: true, hash: note.Hash}
	case final.hash != note.Hash:
		s.fail("finalization-discipline", w, note.Height, "%s signs two blocks for finalization at height %d: %s and %s",
			w.Node, note.Height, final.hash, note.Hash)
	}
}

// delivered: batches go to execution one height after the other (A.10.8).
func (s *Suite) delivered(n *node, w Where, note *protocol.Note) {
	if n.delivered != 0 && note.Height != n.delivered+1 {
		s.fail("batches-in-order", w, note.Height, "%s delivers batch %d after %d", w.Node, note.Height, n.delivered)
	}
	n.delivered = note.Height
}

// certified: one certified state a height, the executed one (A.10.5). Certifications may come in any order.
func (s *Suite) certified(sub *subnet, n *node, w Where, note *protocol.Note) {
	s.unique("certification-unique", sub, &sub.certs, w, note)
	if executed := sub.states.at(note.Height); executed != nil && executed.set && executed.hash != note.Hash {
		s.fail("certification-unique", w, note.Height, "subnet %s, height %d: %s is certified, %s was executed on %s",
			sub.Name, note.Height, note.Hash, executed.hash, executed.node)
	}
	n.certified = max(n.certified, note.Height)
	if note.Height > sub.certifiedBest {
		s.fresh(sub, w.At)
		sub.certifiedBest, sub.certifiedAt = note.Height, w.At
		if executed := sub.states.at(note.Height); executed != nil && executed.set {
			sub.certifiedAt = min(w.At, executed.time)
		}
		s.fresh(sub, w.At)
	}
	s.returned(sub, n, w)
}

// progress is asked when a block is finalized and at the end: was the wait within the bound?
func (s *Suite) progress(sub *subnet, now protocol.Time) {
	since := sub.excused(sub.bestAt, now)
	bound := s.config.Bounds.Progress
	if sub.upgrading(now) {
		bound += s.config.Bounds.Downtime
	}
	if wait := now.Sub(since); wait > bound {
		s.fail("progress", Where{At: now, Node: sub.Nodes[0]}, sub.best,
			"subnet %s finalized nothing after height %d for %.1f s from %.1f s on; the bound is %s",
			sub.Name, sub.best, wait.Seconds(), time.Duration(since).Seconds(), bound)
		if v := s.byName["progress"].Violations; len(v) < maxViolations {
			v[len(v)-1].Since = since
		}
	}
}

// excused gives the end of the spans that excuse a wait from a time until now: from then on it counts.
func (s *subnet) excused(since, now protocol.Time) protocol.Time {
	for _, excuse := range s.Excused {
		if excuse.From <= now && excuse.To > since {
			since = min(excuse.To, now)
		}
	}
	return since
}

// fresh is the same for certified states, whose age is that of their batch: agents reject certificates older than five minutes
// (incident 6). Where a healing is stated, its core has its time first: until then convergence says what is missing.
func (s *Suite) fresh(sub *subnet, now protocol.Time) {
	since := sub.certifiedAt
	if h := &s.healer; h.At != 0 {
		since = max(since, protocol.Time(h.At+h.Within))
	}
	if now.Sub(since) > s.config.Bounds.Freshness {
		s.fail("freshness", Where{At: now, Node: sub.Nodes[0]}, sub.certifiedBest,
			"subnet %s: the newest certified state, of height %d, was %.0f s old; the bound is %s",
			sub.Name, sub.certifiedBest, now.Sub(sub.certifiedAt).Seconds(), s.config.Bounds.Freshness)
	}
}

func (s *Suite) finishSubnet(sub *subnet, end protocol.Time) {
	if sub.unborn {
		return
	}
	s.progress(sub, end)
	s.fresh(sub, end)
	for _, id := range sub.members() {
		n := sub.nodes[id]
		if s.subnetOf(id) != sub || sub.corrupt(id) {
			continue
		}
		if len(n.returns) > 0 && n.returns[0] < end {
			s.late(sub, n, Where{At: end, Node: id})
		}
		if s.config.Settled(id) && s.lags(sub, n) {
			s.fail("catch-up", Where{At: end, Node: id}, n.finalized,
				"subnet %s: %s ends at finalized height %d and certified height %d, the subnet is at %d and %d; the bound is %d",
				sub.Name, id, n.finalized, n.certified, sub.best, sub.certifiedBest, s.config.Bounds.Lag)
		}
	}
}

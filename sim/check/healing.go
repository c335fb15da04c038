package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/protocol"
)

// A Healing is when faults end for a core of nodes that suffices. What is broken beside it may stay so for ever.
type Healing struct {
	At     time.Duration // 0: there is none
	Within time.Duration // until then the core has to have come together
	Core   []protocol.NodeID
}

// beyond is how far past the highest heights that any honest node saw at the healing the core has to come: past what was under way.
const beyond = 3

// A healer watches a core come together.
type healer struct {
	Healing
	begun, over bool
	open        []callKey // calls across subnets that had no response at the healing, ordered
}

func (h *healer) has(n protocol.NodeID) bool { return slices.Contains(h.Core, n) }

// pass is told the time of each observation, before it counts.
func (s *Suite) pass(now protocol.Time) {
	h := &s.healer
	if h.At == 0 || h.over {
		return
	}
	if !h.begun && now >= protocol.Time(h.At) {
		s.heal()
	}
	if now > protocol.Time(h.At+h.Within) {
		s.converged()
	}
}

// heal notes what the core has to come to.
func (s *Suite) heal() {
	s.healer.begun = true
	for _, sub := range s.subnets {
		sub.healed = heights{sub.best + beyond, sub.certifiedBest + beyond}
	}
	for c := range s.calls { //tidy:sorted below
		s.healer.open = append(s.healer.open, c)
	}
	slices.SortFunc(s.healer.open, func(a, b callKey) int {
		return cmp.Or(cmp.Compare(a.caller, b.caller), cmp.Compare(a.callback, b.callback))
	})
}

// converged is asked when the time is over: each node of the core has finalized and certified past all that was known at the healing, calls
// of then have their responses, and no user waits for nothing. What is missing is told of each node that has not.
func (s *Suite) converged() {
	h := &s.healer
	h.over = true
	due := protocol.Time(h.At + h.Within)
	for _, sub := range s.subnets {
		for _, id := range sub.members() {
			n := sub.nodes[id]
			if !h.has(id) || n.finalized >= sub.healed.finalized && n.certified >= sub.healed.certified {
				continue
			}
			s.fail("convergence", Where{At: due, Node: id}, n.finalized,
				"subnet %s: %s is at finalized height %d and certified height %d %s after the healing, and has to be at %d and %d; %s",
				sub.Name, id, n.finalized, n.certified, h.Within, sub.healed.finalized, sub.healed.certified, s.missing(sub, n))
		}
	}
	for _, c := range h.open {
		if s.calls[c] {
			s.fail("convergence", Where{At: due, Node: h.Core[0]}, 0, "call %d of %s has had no response %s after the healing",
				c.callback, c.caller, h.Within)
		}
	}
	s.forgotten(due)
}

// missing says what a node waits for, as far as observations tell.
func (s *Suite) missing(sub *subnet, n *node) string {
	next := n.notarized + 1
	switch {
	case n.syncing > 0 && n.finalized < n.syncing:
		return fmt.Sprintf("it fetches the state of height %d, and lacks chunks or the catch-up package", n.syncing)
	case n.finalized < sub.healed.finalized && n.beacon < n.notarized:
		return fmt.Sprintf("the random beacon of height %d is missing, the newest it has is of %d", n.notarized, n.beacon)
	case n.finalized < sub.healed.finalized && n.notarized >= n.finalized+beyond:
		return fmt.Sprintf("a finalization above height %d is missing: of height %d %s", n.finalized, n.notarized,
			s.signed(sub, "finalization", n.notarized, func(x *node) *byHeight { return &x.finalShares }))
	case n.finalized < sub.healed.finalized && n.received < next:
		return fmt.Sprintf("a block of height %d is missing", next)
	case n.finalized < sub.healed.finalized:
		return fmt.Sprintf("the notarization of height %d is missing: %s", next,
			s.signed(sub, "notarization", next, func(x *node) *byHeight { return &x.shares }))
	}
	return fmt.Sprintf("the certification of height %d is missing: the node has executed up to height %d", n.certified+1, n.executed)
}

// signed says who of the core has signed at a height.
func (s *Suite) signed(sub *subnet, what string, h protocol.Height, shares func(*node) *byHeight) string {
	var lacks []string
	has := 0
	for _, id := range sub.members() {
		if !s.healer.has(id) {
			continue
		}
		if own := shares(sub.nodes[id]).at(h); own != nil && own.set {
			has++
		} else {
			lacks = append(lacks, id.String())
		}
	}
	quorum := len(sub.Nodes) - protocol.FaultsTolerated(len(sub.Nodes))
	if has >= quorum {
		return fmt.Sprintf("%d %s shares are signed, of %d needed, and have not all reached it", has, what, quorum)
	}
	return fmt.Sprintf("%d %s shares of %d needed are signed; none by (%s)", has, what, quorum, strings.Join(lacks, ", "))
}

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
//
// How long a core takes has no bound that the protocol gives, only one that chance hardly ever exceeds: who has failed to fetch an
// artifact waits until it asks again, up to 120 s, and may ask one of those again that do not answer
// (rs/p2p/artifact_downloader/src/fetch_artifact/download.rs: sleep_until); and a block maker whose blocks never become final empties
// the pools of messages from other subnets (rs/xnet/payload_builder/src/lib.rs, validate_xnet_payload: garbage_collect_slice). So a
// bound that makes every miss a bug is far above what nearly all cores take. A run that ends before goes on only if its core lacks
// something (Awaits).
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

// converged is asked when the time is over, and tells what the core lacks.
func (s *Suite) converged() {
	h := &s.healer
	h.over = true
	for _, l := range s.lacks(protocol.Time(h.At + h.Within)) {
		s.fail("convergence", l.Where, l.height, "%s", l.detail)
	}
}

// Awaits tells whether the core lacks something at a time, and has time left to come to it.
func (s *Suite) Awaits(now protocol.Time) bool {
	s.pass(now)
	h := &s.healer
	return h.begun && !h.over && now < protocol.Time(h.At+h.Within) && len(s.lacks(now)) > 0
}

// A lack is what keeps a core from having come together.
type lack struct {
	Where
	height protocol.Height
	detail string
}

// lacks lists what is missing at a time: each node of the core has finalized and certified past all that was known at the healing, calls of
// then have their responses, and no user waits for nothing.
func (s *Suite) lacks(now protocol.Time) (all []lack) {
	h := &s.healer
	add := func(n protocol.NodeID, at protocol.Height, format string, args ...any) {
		all = append(all, lack{Where{At: now, Node: n}, at, fmt.Sprintf(format, args...)})
	}
	took := time.Duration(now) - h.At
	for _, sub := range s.subnets {
		for _, id := range sub.members() {
			n := sub.nodes[id]
			if !h.has(id) || n.finalized >= sub.healed.finalized && n.certified >= sub.healed.certified {
				continue
			}
			add(id, n.finalized,
				"subnet %s: %s is at finalized height %d and certified height %d %s after the healing, and has to be at %d and %d; %s",
				sub.Name, id, n.finalized, n.certified, took, sub.healed.finalized, sub.healed.certified, s.missing(sub, n))
		}
	}
	for _, c := range h.open {
		if s.calls[c] {
			add(h.Core[0], 0, "call %d of %s has had no response %s after the healing", c.callback, c.caller, took)
		}
	}
	s.forgotten(now, add)
	return all
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

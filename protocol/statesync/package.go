package statesync

import (
	"time"

	"icsim/protocol"
)

// askAgain is how often a node that starts asks for a catch-up package: the orchestrator's interval (reference/protocol.md F).
const askAgain = 10 * time.Second

// connecting is how often it looks meanwhile whether enough peers are connected.
const connecting = 100 * time.Millisecond

// A Search looks for the newest catch-up package: a node without one knows that of the registry, of genesis, and asks its peers.
//
// Model: the orchestrator asks over HTTPS, before it starts the replica; here the replica asks over the network of its subnet, as it
// starts. The orchestrator asks one peer after the other until one has a higher package; here f+1 are asked at once, one of them honest.
type Search struct {
	rand   *protocol.Rand
	active bool
	again  protocol.Time
	serial uint64
}

// NewSearch makes a search that has not begun; rand picks whom to ask.
func NewSearch(rand *protocol.Rand) *Search { return &Search{rand: rand} }

// Begin starts to look.
func (s *Search) Begin(now protocol.Time) { s.active, s.again = true, now }

// Step asks f+1 of the connected peers of a subnet of n nodes: once, and again until found.
func (s *Search) Step(now protocol.Time, found bool, up []protocol.NodeID, n int, out *protocol.Outputs) {
	if found && s.serial > 0 {
		s.active = false
	}
	if !s.active || now < s.again {
		return
	}
	enough := protocol.FaultsTolerated(n) + 1
	if len(up) < enough {
		s.again = now.Add(connecting)
		return
	}
	s.again = now.Add(askAgain)
	peers := append([]protocol.NodeID(nil), up...)
	s.rand.Shuffle(len(peers), func(i, j int) { peers[i], peers[j] = peers[j], peers[i] })
	s.serial++
	out.Send(peers[:enough], &protocol.CUPRequest{Serial: s.serial})
}

// Expects tells whether an answer is one to the last request.
func (s *Search) Expects(r *protocol.CUPReply) bool { return s.serial > 0 && r.Serial == s.serial }

// NextWake is when Step has something to do.
func (s *Search) NextWake() protocol.Time {
	if !s.active {
		return protocol.Never
	}
	return s.again
}

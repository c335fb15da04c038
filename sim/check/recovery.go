package check

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// keepsCertified is the name of the check that a subnet with recoveries has beside the others.
const keepsCertified = "recovery-keeps-certified"

// A Recovery is what becomes of a subnet that an operator recovers: it goes on from the state of a height that some node had, under another
// key. What nodes have finalized above that is given up.
type Recovery struct {
	Subnet protocol.SubnetID
	At     protocol.Time
	Kept   protocol.Height // whose state it is
	Height protocol.Height // of the package that it goes on from
	Key    crypto.ThresholdPublicKey
	Rounds []*protocol.RoundSummary // as they were replayed, up to Kept
	Cycles protocol.Cycles          // in the state
	Time   protocol.Time            // of the state
	// In and Out are the cycles of canisters that came from another subnet or went to one, when a subnet was split.
	In, Out protocol.Cycles
	// Fresh: the subnet had nothing of its own, so that nothing is given up.
	Fresh bool
}

// GivenUp counts the heights above a state that a subnet was recovered from.
type GivenUp struct{ Finalized, Certified protocol.Height }

func (g GivenUp) String() string {
	s := fmt.Sprintf("%d finalized heights given up", g.Finalized)
	if g.Certified > 0 {
		s += fmt.Sprintf(", %d of them certified", g.Certified)
	}
	return s
}

// Recover notes that a subnet goes on from a state, and tells what it gives up for that. Whatever was certified somebody may have seen, be
// it a user or another subnet: giving it up breaks the subnet's word, which is a violation though an operator did it. That blocks which
// were finalized and not certified are gone breaks no word to anybody outside.
func (s *Suite) Recover(r Recovery) (given GivenUp) {
	sub := s.subnets[r.Subnet]
	w := Where{At: r.At, Node: sub.Nodes[0]}
	if !r.Fresh {
		given = GivenUp{above(sub.best, r.Kept), above(sub.certifiedBest, r.Kept)}
	}
	if given.Certified > 0 {
		s.fail(keepsCertified, w, r.Kept, "subnet %s is recovered at height %d from the state of height %d: %s",
			sub.Name, r.Height, r.Kept, given)
	}
	for sub.roundHeight > r.Kept && len(sub.rounds) > 0 {
		s.undo(sub, w)
	}
	for _, round := range r.Rounds {
		s.fold(sub, w, round)
	}
	if had, has := sub.cycles.Add(r.In), r.Cycles.Add(r.Out); sub.roundHeight > 0 && sub.roundHeight == r.Kept && had != has {
		s.fail("cycles-conserved", w, r.Kept, "subnet %s: %s held + %s in is not %s held in the state that it goes on from + %s out",
			sub.Name, sub.cycles, r.In, r.Cycles, r.Out)
	}
	for _, seen := range []*byHeight{&sub.states, &sub.certs, &sub.checkpoints} {
		seen.forgetAbove(r.Kept)
	}
	sub.Key = r.Key
	sub.roundHeight, sub.roundTime, sub.cycles, sub.rounds = r.Height, r.Time, r.Cycles, nil
	return given
}

func above(h, kept protocol.Height) protocol.Height { return h - min(h, kept) }

// A folded round is what has to be undone if the round is given up.
type folded struct {
	round   *protocol.RoundSummary
	time    protocol.Time   // of the round before
	cycles  protocol.Cycles // likewise
	dropped map[protocol.SubnetID][]sent
}

// undo takes the last round back, as far as streams know it. What another subnet has done with it cannot be taken back.
func (s *Suite) undo(sub *subnet, w Where) {
	last := sub.rounds[len(sub.rounds)-1]
	sub.rounds = sub.rounds[:len(sub.rounds)-1]
	for i := range last.round.Streams {
		s.unsend(sub, w, &last, &last.round.Streams[i])
	}
	for i := range last.round.Inducted {
		s.uninduct(sub, w, &last.round.Inducted[i], last.round.Height)
	}
	sub.roundHeight, sub.roundTime, sub.cycles = last.round.Height-1, last.time, last.cycles
}

func (s *Suite) unsend(sub *subnet, w Where, last *folded, r *protocol.StreamSummary) {
	if r.To == sub.ID {
		return
	}
	st := s.stream(sub.ID, r.To)
	dropped := last.dropped[r.To]
	for _, m := range dropped {
		if req := m.message.Request; req != nil && m.signal != protocol.Accepted {
			s.calls[callKey{req.Sender, req.Callback}] = true
		}
	}
	st.messages = append(dropped[:len(dropped):len(dropped)], st.messages...)
	st.begin -= protocol.StreamIndex(len(dropped))
	for range r.Appended {
		end := len(st.messages) - 1
		m := st.messages[end]
		st.messages = st.messages[:end]
		if m.inducted {
			s.fail("streams-in-order", w, last.round.Height,
				"subnet %s has inducted message %d from %s, which was sent at height %d, given up since",
				r.To, st.begin+protocol.StreamIndex(end), sub.Name, last.round.Height)
		}
		if req := m.message.Request; req != nil {
			delete(s.calls, callKey{req.Sender, req.Callback})
		}
	}
}

func (s *Suite) uninduct(sub *subnet, w Where, r *protocol.InductedRange, h protocol.Height) {
	st := s.stream(r.From, sub.ID)
	for i, m := range r.Messages {
		at := r.Begin + protocol.StreamIndex(i)
		if m.Response != nil && r.Signals[i] == protocol.Accepted {
			s.calls[callKey{m.Response.Originator, m.Response.Callback}] = true
		}
		if at < st.begin {
			s.fail("streams-in-order", w, h, "subnet %s has forgotten message %d to %s, which was inducted at height %d, given up since",
				r.From, at, sub.Name, h)
			continue
		}
		sent := &st.messages[at-st.begin]
		sent.inducted, sent.signal = false, protocol.Accepted
	}
	st.inducted = r.Begin
}

// forgetAbove drops what was seen above a height.
func (b *byHeight) forgetAbove(h protocol.Height) {
	for at := max(h+1, b.base); at < b.base+maxWindow; at++ {
		if i := int(at % maxWindow); i < len(b.items) {
			b.items[i] = sighting{}
		}
	}
}

// maxKept is how many rounds a subnet that will be recovered keeps: more than a node that is left can be behind one with the same package.
const maxKept = 1024

// keep notes a round to be undone perhaps.
func (s *subnet) keep(round *protocol.RoundSummary) {
	if !s.Recovered {
		return
	}
	if len(s.rounds) == maxKept {
		s.rounds = slices.Delete(s.rounds, 0, maxKept/2)
	}
	s.rounds = append(s.rounds, folded{round: round, time: s.roundTime, cycles: s.cycles, dropped: map[protocol.SubnetID][]sent{}})
}

// drop notes a message that the last round has garbage-collected.
func (s *subnet) drop(to protocol.SubnetID, m sent) {
	if s.Recovered {
		s.rounds[len(s.rounds)-1].dropped[to] = append(s.rounds[len(s.rounds)-1].dropped[to], m)
	}
}

package check

import (
	"icsim/protocol"
)

// A link is a stream: from one subnet to another.
type link struct{ from, to protocol.SubnetID }

// A stream is what has been seen of one: the messages appended and not yet garbage-collected by the sender, with
// the signal the receiver gave each.
type stream struct {
	begin    protocol.StreamIndex // of messages[0]
	messages []sent
	inducted protocol.StreamIndex // the receiver's next
}

type sent struct {
	message  *protocol.CanisterMessage
	inducted bool
	signal   protocol.RejectReason
}

// A callKey names a call across subnets.
type callKey struct {
	caller   protocol.CanisterID
	callback protocol.CallbackID
}

func (s *Suite) stream(from, to protocol.SubnetID) *stream {
	l := link{from, to}
	if s.streams[l] == nil {
		s.streams[l] = &stream{}
	}
	return s.streams[l]
}

// executed folds a round, once for each height of a subnet: all honest nodes must have the same state anyway.
func (s *Suite) executed(sub *subnet, w Where, note *protocol.Note) {
	s.unique("state-unique", sub, &sub.states, w, note)
	round := note.Round
	if state := sub.states.at(note.Height); state != nil && round != nil {
		state.time = round.Time
	}
	if round != nil {
		s.fold(sub, w, round)
	}
}

// fold takes the next round in. Others are known, or given up.
func (s *Suite) fold(sub *subnet, w Where, round *protocol.RoundSummary) {
	if round.Height != sub.roundHeight+1 {
		return
	}
	sub.keep(round)
	if round.Time <= sub.roundTime && sub.roundHeight > 0 {
		s.fail("time-increases", w, round.Height, "subnet %s: batch %d has time %s after %s", sub.Name, round.Height, round.Time, sub.roundTime)
	}
	s.worked(w, round)
	in, out := protocol.Cycles{}, protocol.Cycles{}
	for i := range round.Inducted {
		in = in.Add(s.induct(sub, w, round.Height, &round.Inducted[i]))
	}
	for i := range round.Streams {
		out = out.Add(s.append(sub, w, round, &round.Streams[i]))
	}
	s.conserve(sub, w, round, in, out)
	sub.roundHeight, sub.roundTime, sub.cycles = round.Height, round.Time, round.Cycles
}

// conserve: what a subnet holds changes by what came in, what left, and what was minted and burned.
func (s *Suite) conserve(sub *subnet, w Where, r *protocol.RoundSummary, in, out protocol.Cycles) {
	if sub.roundHeight == 0 {
		return // the first round sets the level
	}
	had, has := sub.cycles.Add(in).Add(r.Minted), r.Cycles.Add(out).Add(r.Burned)
	if had != has {
		s.fail("cycles-conserved", w, r.Height, "subnet %s, round %d: %s held + %s in + %s minted is not %s held + %s out + %s burned",
			sub.Name, r.Height, sub.cycles, in, r.Minted, r.Cycles, out, r.Burned)
	}
}

// induct checks that the next messages of a stream were consumed as they were sent, and gives the cycles that
// came in with those accepted.
func (s *Suite) induct(sub *subnet, w Where, h protocol.Height, r *protocol.InductedRange) protocol.Cycles {
	st, in := s.stream(r.From, sub.ID), protocol.Cycles{}
	if r.Begin != st.inducted {
		s.fail("streams-in-order", w, h, "subnet %s inducts from %s at index %d, expected %d", sub.Name, r.From, r.Begin, st.inducted)
	}
	for i, m := range r.Messages {
		at := r.Begin + protocol.StreamIndex(i)
		if at < st.begin || at >= st.begin+protocol.StreamIndex(len(st.messages)) {
			s.fail("streams-in-order", w, h, "subnet %s inducts message %d from %s, which was not sent", sub.Name, at, r.From)
			continue
		}
		sent := &st.messages[at-st.begin]
		if sent.inducted || sent.message.Hash != m.Hash {
			s.fail("streams-in-order", w, h, "subnet %s: message %d from %s comes twice or changed", sub.Name, at, r.From)
		}
		sent.inducted, sent.signal = true, r.Signals[i]
		if sent.signal == protocol.Accepted {
			in = in.Add(m.Cycles())
			if m.Response != nil {
				s.respond(w, h, callKey{m.Response.Originator, m.Response.Callback})
			}
		}
	}
	st.inducted = r.End
	return in
}

// respond: a call gets one response (section C, exactly-one).
func (s *Suite) respond(w Where, h protocol.Height, c callKey) {
	if !s.calls[c] {
		s.fail("one-response-a-call", w, h, "call %d of %s gets a response it did not wait for", c.callback, c.caller)
	}
	delete(s.calls, c)
}

// append folds an outgoing stream after a round and gives the cycles that left with messages the receiver has
// accepted. A request that was rejected is answered at home, or where its caller lives now.
func (s *Suite) append(sub *subnet, w Where, round *protocol.RoundSummary, r *protocol.StreamSummary) protocol.Cycles {
	h := round.Height
	if r.To == sub.ID {
		return protocol.Cycles{} // the loopback stream stays at home
	}
	st, out := s.stream(sub.ID, r.To), protocol.Cycles{}
	for _, m := range r.Appended {
		st.messages = append(st.messages, sent{message: m})
		if m.Request != nil {
			s.calls[callKey{m.Request.Sender, m.Request.Callback}] = true
		}
	}
	if end := st.begin + protocol.StreamIndex(len(st.messages)); end != r.End || r.Begin < st.begin || r.Begin > end {
		s.fail("streams-in-order", w, h, "subnet %s: the stream to %s is [%d, %d), with what was sent it should end at %d",
			sub.Name, r.To, r.Begin, r.End, end)
		return out
	}
	for ; st.begin < r.Begin; st.begin++ {
		m := st.messages[0]
		st.messages = st.messages[1:]
		sub.drop(r.To, m)
		switch {
		case !m.inducted:
			s.fail("streams-in-order", w, h, "subnet %s drops message %d to %s, which was not inducted", sub.Name, st.begin, r.To)
		case m.signal == protocol.Accepted:
			out = out.Add(m.message.Cycles())
		case m.message.Request != nil && !follows(round, m.message.Request):
			s.respond(w, h, callKey{m.message.Request.Sender, m.message.Request.Callback})
		}
	}
	return out
}

// follows reports whether a round sends the answer to a request on to another subnet.
func follows(round *protocol.RoundSummary, q *protocol.Request) bool {
	for i := range round.Streams {
		for _, m := range round.Streams[i].Appended {
			if m.Response != nil && m.Response.Originator == q.Sender && m.Response.Callback == q.Callback {
				return true
			}
		}
	}
	return false
}

// OpenCalls is how many calls across subnets have no response yet.
func (s *Suite) OpenCalls() int { return len(s.calls) }

package messaging

import (
	"fmt"

	"icsim/protocol"
)

// inductLoopback inducts and consumes all messages of the loopback stream: they come first. A rejected one is handled
// at once, since sender and receiver are one (rs/messaging/src/routing/stream_handler.rs induct_loopback_stream).
func (r *round) inductLoopback() {
	own := r.batch.Subnet
	loopback := r.streams.get(own)
	if loopback == nil || len(loopback.messages) == 0 {
		return
	}
	messages := loopback.messages
	stream := r.streams.edit(own).stream
	for _, m := range messages {
		stream.signal(r.deliver(m)) // no check of the sender: answers made here speak for canisters elsewhere
	}
	back := stream.discardMessages(stream.signalsEnd, stream.rejects)
	stream.discardSignals(stream.signalsEnd)
	r.handleRejected(back)
}

// collectGarbage drops from our streams what the slices' headers say the remote subnets have dealt with: messages below
// signals_end, and the signals for messages below begin. Panics are for what payload validation rules out.
func (r *round) collectGarbage(xnet []*protocol.CertifiedStreamSlice) {
	for _, slice := range xnet {
		header := &slice.Header
		if r.streams.get(slice.From) == nil {
			if header.SignalsEnd != 0 || header.Begin != 0 {
				r.panicf("%s acknowledges a stream that does not exist: begin %d, signals end %d",
					slice.From, header.Begin, header.SignalsEnd)
			}
			continue
		}
		stream := r.streams.edit(slice.From).stream
		r.checkSignals(stream, slice)
		held := stream.cycles
		back := stream.discardMessages(header.SignalsEnd, header.Rejects)
		r.departed = r.departed.Add(held.Sub(stream.cycles))
		for _, x := range back {
			r.departed = r.departed.Sub(x.message.Cycles())
		}
		stream.discardSignals(header.Begin)
		r.handleRejected(back)
	}
}

// checkSignals panics unless a slice's signals are for messages of our stream, and its messages those that our stream
// expects next.
func (r *round) checkSignals(own *Stream, slice *protocol.CertifiedStreamSlice) {
	header := &slice.Header
	if header.SignalsEnd < own.begin || header.SignalsEnd > own.End() {
		r.panicf("signals of %s end at %d, outside of our stream [%d, %d)", slice.From, header.SignalsEnd, own.begin, own.End())
	}
	for i, reject := range header.Rejects {
		if reject.Index >= header.SignalsEnd || i > 0 && reject.Index <= header.Rejects[i-1].Index {
			r.panicf("reject signals of %s are not increasing below %d", slice.From, header.SignalsEnd)
		}
	}
	if own.signalsEnd < header.Begin || own.signalsEnd > header.End {
		r.panicf("our signals end at %d, outside of the stream [%d, %d) from %s", own.signalsEnd, header.Begin, header.End, slice.From)
	}
}

// inductSlices inducts the slices' messages, by ascending subnet as the payload has them, and signals each.
func (r *round) inductSlices(xnet []*protocol.CertifiedStreamSlice) {
	for _, slice := range xnet {
		stream := r.streams.edit(slice.From).stream
		if len(slice.Messages) == 0 {
			continue
		}
		if slice.MessagesBegin != stream.signalsEnd {
			r.panicf("messages of %s begin at %d, expected %d", slice.From, slice.MessagesBegin, stream.signalsEnd)
		}
		signals := make([]protocol.RejectReason, len(slice.Messages))
		for i, m := range slice.Messages {
			signals[i] = r.induct(m, slice.From)
			stream.signal(signals[i])
			if signals[i] == protocol.Accepted {
				r.arrived = r.arrived.Add(m.Cycles())
			}
		}
		r.inducted = append(r.inducted, protocol.InductedRange{
			From: slice.From, Begin: slice.MessagesBegin, End: slice.MessagesEnd(), Messages: slice.Messages, Signals: signals,
		})
	}
}

// induct offers a message that came from a subnet to its receiver, if that subnet may speak for its sender. A request that cannot be
// inducted gets a reject signal; a response is only ever signalled CanisterMigrating, and otherwise accepted even if it must be dropped.
func (r *round) induct(m *protocol.CanisterMessage, from protocol.SubnetID) protocol.RejectReason {
	switch by := r.originOf(m, from); {
	case by == fromHost || by == fromPath && m.Response != nil:
		return r.deliver(m)
	case by == fromPath: // another request of this canister may come by the way of its host: their order would be lost
		return protocol.RejectCanisterMigrating
	case m.Request != nil:
		return r.strayed(m, r.strays.RequestFrom)
	}
	return r.strayed(m, r.strays.ResponseFrom)
}

// deliver puts a message into its receiver's input queue, or says why not.
func (r *round) deliver(m *protocol.CanisterMessage) protocol.RejectReason {
	host, ok := r.registry.Routing.Route(m.To())
	switch own := r.batch.Subnet; {
	case ok && host == own:
		return r.offer(m)
	case ok && r.registry.Migrates(m.To(), host, own):
		return protocol.RejectCanisterMigrating
	case ok && m.Response != nil && m.Response.Deadline != 0: // its caller moved on when it had given up waiting
		return protocol.RejectCanisterMigrating
	case m.Request != nil:
		return r.strayed(m, r.strays.RequestTo)
	}
	return r.strayed(m, r.strays.ResponseTo)
}

// offer hands a message to the canister that it is for.
func (r *round) offer(m *protocol.CanisterMessage) protocol.RejectReason {
	reason := r.canister.Induct(m)
	if m.Response != nil && reason != protocol.Accepted {
		r.drop(m, CriticalResponseInduct)
		return protocol.Accepted
	}
	return reason
}

// handleRejected deals with messages that a subnet rejected: a request's caller gets a reject response made here, or at where it lives
// now; a response is sent there.
func (r *round) handleRejected(back []rejected) {
	for _, x := range back {
		m := x.message
		if m.Request != nil {
			m = m.Request.RejectTo(rejectFor(x.reason, m.Request))
			if r.deliver(m) == protocol.Accepted {
				continue
			}
		} else if x.reason != protocol.RejectCanisterMigrating {
			r.fault(CriticalResponseReject)
		}
		host, ok := r.registry.Routing.Route(m.To())
		if !ok {
			r.panicf("canister %s has left the routing table with messages in flight", m.To())
		}
		r.streams.push(host, m)
	}
}

// rejectFor is what a caller hears of a reject signal (stream_handler.rs generate_reject_response_for).
func rejectFor(reason protocol.RejectReason, q *protocol.Request) protocol.Reject {
	switch reason {
	case protocol.RejectCanisterMigrating:
		return reject(protocol.SysTransient, "Canister migration in progress")
	case protocol.RejectCanisterNotFound:
		return reject(protocol.DestinationInvalid, "Canister %s not found", q.Receiver)
	case protocol.RejectCanisterStopped:
		return reject(protocol.CanisterError, "Canister %s is stopped", q.Receiver)
	case protocol.RejectCanisterStopping:
		return reject(protocol.CanisterError, "Canister %s is stopping", q.Receiver)
	case protocol.RejectQueueFull:
		return reject(protocol.SysTransient, "Canister %s input queue is full", q.Receiver)
	case protocol.RejectOutOfMemory:
		return reject(protocol.CanisterError, "Cannot induct request: out of memory")
	}
	return reject(protocol.SysFatal, "Inducting request failed due to an unknown error")
}

// reject makes a reject; rejects made by message routing have at most 255 bytes of text.
func reject(code protocol.RejectCode, format string, args ...any) protocol.Reject {
	const maxText = 255
	text := fmt.Sprintf(format, args...)
	return protocol.Reject{Code: code, Message: text[:min(len(text), maxText)]}
}

// inductIngress offers the block's calls to their canisters. A call already known is passed over
// (rs/messaging/src/scheduling/valid_set_rule.rs).
func (r *round) inductIngress(calls []*protocol.SignedIngress) {
	for _, call := range calls {
		if r.history.state(call.MessageID) != protocol.IngressUnknown {
			continue
		}
		update := protocol.IngressUpdate{ID: call.MessageID}
		if r.history.full() && !r.context.System {
			update.Status.State = protocol.IngressRejected
			update.Status.Reject = protocol.Reject{
				Code: protocol.SysTransient, Error: "IC0204",
				Message: fmt.Sprintf("Maximum number of %d calls in the ingress history reached", r.limits.HistoryCalls),
			}
		} else {
			update = r.canister.InductIngress(call)
		}
		if update.Status.State == protocol.IngressReceived {
			r.ingress++
		}
		r.history.begin(call)
		r.record(update)
	}
}

package messaging

import "icsim/protocol"

// buildStreams moves messages from output queues into streams (rs/messaging/src/routing/stream_builder.rs). Requests that
// cannot leave are answered here; the answers go through the loopback stream.
//
// Model: the replica puts these answers into the input queue in the same round; here they arrive with the next one.
// Anonymous refunds and the shedding of best-effort messages above 5 GiB are left out: best-effort calls come later.
func (r *round) buildStreams() {
	var answers []*protocol.CanisterMessage
	r.canister.Route(func(m *protocol.CanisterMessage) bool {
		to, ok := r.registry.Routing.Route(m.To())
		switch {
		case !ok && m.Request != nil:
			answers = append(answers, m.Request.RejectTo(
				reject(protocol.DestinationInvalid, "No route to canister %s", m.To())))
		case !ok:
			r.drop(m, CriticalResponseNoRoute)
		case r.atLimit(to):
			return false
		case m.Request != nil && to != r.batch.Subnet && payloadBytes(m) > r.limits.Payload:
			answers = append(answers, m.Request.RejectTo(r.tooLong(m)))
		case m.Response != nil && payloadBytes(m) > r.limits.Payload:
			r.fault(CriticalResponseTooLong)
			r.streams.push(to, r.shorten(m))
		default:
			r.streams.push(to, m)
		}
		return true
	})
	for _, m := range answers {
		r.streams.push(r.batch.Subnet, m)
	}
}

// atLimit reports whether a stream takes no more. The last message may go over the bytes: the limit is a target.
func (r *round) atLimit(to protocol.SubnetID) bool {
	s := r.streams.get(to)
	if s == nil || to == r.batch.Subnet {
		return false
	}
	n := len(s.messages)
	return n >= r.limits.StreamMessages || s.bytes >= r.limits.StreamBytes ||
		n >= r.limits.SystemMessages && r.registry.Subnet(to).Type == protocol.SystemSubnet
}

func payloadBytes(m *protocol.CanisterMessage) int {
	if m.Request != nil {
		return len(m.Request.Method) + len(m.Request.Arg)
	}
	return len(m.Response.Reply) + len(m.Response.Reject.Message)
}

func (r *round) tooLong(m *protocol.CanisterMessage) protocol.Reject {
	return reject(protocol.CanisterError,
		"Canister %s violated contract: attempted to send a message of size %d exceeding the limit %d",
		m.From(), payloadBytes(m), r.limits.Payload)
}

// shorten replaces a response that would stall its stream: a reply by a reject, a reject's text by its beginning.
func (r *round) shorten(m *protocol.CanisterMessage) *protocol.CanisterMessage {
	const maxText = 8 << 10
	short := *m.Response
	if short.Reject.Code == 0 {
		short.Reply, short.Reject = nil, r.tooLong(m)
	} else {
		short.Reject.Message = short.Reject.Message[:min(maxText, len(short.Reject.Message))]
	}
	return protocol.NewResponse(&short)
}

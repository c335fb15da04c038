package outcalls

import "icsim/protocol"

// maxReject is how many bytes of a reject's text are kept.
const maxReject = 1 << 10

// sizeCandid is more than Candid takes for a response beside its headers and body: types, lengths, status.
const sizeCandid = 1 << 10

// respond makes a node's response out of what the adapter brought (rs/https_outcalls/client/src/client.rs).
func (p *Pool) respond(c *protocol.OutcallContext, r *protocol.HTTPResponse, reject protocol.Reject) *protocol.OutcallResponse {
	if r == nil {
		return sealed(c, nil, reject)
	}
	t := p.cfg.Transform(c, r)
	meter := p.cfg.Keys.Meter
	meter.Charge(protocol.OpInstruction, int(t.Instructions))
	if c.Transform != nil {
		meter.Charge(protocol.OpCanisterMessage, 1)
		if most := int(c.MaxResponse); len(t.Reply) > most {
			return sealed(c, nil, fatal("Transformed http response exceeds limit: %d", most))
		}
	}
	return sealed(c, t.Reply, t.Reject)
}

func sealed(c *protocol.OutcallContext, reply []byte, reject protocol.Reject) *protocol.OutcallResponse {
	if reject.Code != 0 {
		reply = nil
	}
	reject.Error = "" // consensus agrees on code and text
	reject.Message = reject.Message[:min(len(reject.Message), maxReject)]
	return protocol.NewOutcallResponse(c, reply, reject)
}

// fits reports whether an honest node could have made a response so large (pool_manager.rs, validate_content_size).
func fits(c *protocol.OutcallContext, r *protocol.OutcallResponse) bool {
	return len(r.Reject.Message) <= maxReject && uint64(len(r.Reply)) <= c.MaxResponse+sizeCandid
}

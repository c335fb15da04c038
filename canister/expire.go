package canister

import (
	"fmt"

	"icsim/protocol"
)

// rouse touches the canisters that want this round and times out what is overdue.
func (r *Round) rouse() {
	for w := range r.parent.wakes.All() {
		if w.at > r.ctx.Time {
			break
		}
		if c := r.touch(w.id); c.sums.expires < r.ctx.Time {
			r.expire(c)
		}
	}
}

// expire removes overdue messages from a canister's queues and answers overdue best-effort calls. The cycles of an
// expired best-effort message are lost (interface.md section C, "Best-effort").
func (r *Round) expire(c *Canister) {
	now := r.ctx.Time
	gone := c.queues.Expire(now)
	for _, m := range gone.Ingress {
		f := &fault{code: errIngressTimeout}
		r.record(ingressRejected(m.MessageID, f.bare("Ingress message timed out waiting to start executing.")))
	}
	for _, m := range gone.Inputs {
		r.lose(m.Cycles())
	}
	for _, m := range gone.Outputs {
		if m.Request != nil && m.Request.Deadline == 0 {
			reject := protocol.Reject{Code: protocol.SysTransient, Message: "Request timed out."}
			r.deliver(c, m.Request.RejectTo(reject), false)
		} else {
			r.lose(m.Cycles())
		}
	}
	for _, b := range c.callbacks {
		if !b.answered && b.deadline != 0 && b.deadline < now {
			r.deliver(c, deadlineExpired(c.id, b), false)
		}
	}
}

func deadlineExpired(id protocol.CanisterID, b *callback) *protocol.CanisterMessage {
	f := &fault{code: errDeadlineExpired}
	return protocol.NewResponse(&protocol.Response{
		Originator: id, Respondent: b.respondent, Callback: b.id, Deadline: b.deadline,
		Reject: f.bare(fmt.Sprintf("Deadline expired: call to %s was not answered in time.", b.respondent)),
	})
}

func (r *Round) record(u protocol.IngressUpdate) { r.outcome.Ingress = append(r.outcome.Ingress, u) }

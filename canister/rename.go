package canister

import (
	"slices"

	m "icsim/canister/management"
	"icsim/protocol"
)

// renameCanister lets a stopped canister go on under the id of one of another subnet, as the migration canister asks (canister_manager.rs,
// rename_canister): its version is above those of both, and its history goes on where the other's ended. The routing table follows
// later; until then no message finds it here.
func (r *Round) renameCanister(q *request, c *Canister) ([]byte, *fault) {
	var arg m.RenameCanister
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	id, ok := protocol.CanisterFromPrincipal(arg.To.Canister)
	switch {
	case r.ctx.Registry == nil || !r.fromRoot(q):
		return nil, refusal(errInvalidManagement, "rename_canister can only be called by a canister of the NNS subnet.")
	case c.status != Stopped:
		return nil, refusal(errNotStopped, "Canister %s must be stopped before it is renamed.", c.id)
	case len(c.snapshots) > 0:
		return nil, refusal(errRejectedMessage, "Canister %s has snapshots; they must be deleted before it is renamed.", c.id)
	case !ok || id >= protocol.ManagerOf(0):
		return nil, refusal(errInvalidManagement, "%s is no id that a canister can have.", arg.To.Canister)
	case r.touched[id] != nil || r.parent.find(id) != nil:
		return nil, refusal(errIDExists, "Canister %s already exists.", id)
	}
	renamed := c.fork(r.owner)
	renamed.id, renamed.version = id, max(c.version, arg.To.Version)+1
	renamed.history.total = arg.To.Total
	renamed.note(r, q, m.Details{Rename: &m.Rename{
		Canister: c.id.Principal(), Total: c.history.total, To: arg.To, By: arg.By,
	}})
	r.adopt(renamed)
	c.deleted = true
	r.retire(c.id)
	return m.Encode(nil), nil
}

// retire keeps an id from being given again.
func (r *Round) retire(id protocol.CanisterID) {
	if id >= r.nextID {
		r.retired = append(slices.Clip(r.retired), id)
	}
}

// isReady reports whether a canister can be moved to another subnet: it is stopped, and no message is on its way from it or waits for it
// (ReplicatedState::ready_for_migration). One that came from where it does not live any more would be taken for a forgery.
func (r *Round) isReady(c *Canister) bool {
	return c.status == Stopped && c.queues.Inputs()+c.queues.Outputs() == 0 && (r.ctx.Sends == nil || !r.ctx.Sends(c.id))
}

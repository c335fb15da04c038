package canister

import (
	"slices"

	m "icsim/canister/management"
	"icsim/crypto/principal"
)

// keptChanges is how many changes of a canister's history are remembered (interface.md A.6: at least 20).
const keptChanges = 20

// A history is the last changes of a canister, oldest first, and how many there were.
type history struct {
	total  uint64
	recent []m.Change
}

// note adds a change that a request has made. It comes after the version has moved on.
func (c *Canister) note(r *Round, q *request, what m.Details) {
	recent := append(slices.Clip(c.history.recent), m.Change{
		Timestamp: r.now, Version: c.version, Origin: q.origin(), Details: what,
	})
	c.history = history{c.history.total + 1, recent[max(0, len(recent)-keptChanges):]}
}

// changed notes a change of controllers, if there was one.
func (c *Canister) noteControllers(r *Round, q *request, before []principal.ID) {
	if !slices.Equal(before, c.controllers) {
		c.note(r, q, m.Details{Controllers: &m.Controllers{Controllers: c.controllers}})
	}
}

// canisterInfo tells any canister what has become of another one.
func (r *Round) canisterInfo(q *request, c *Canister) ([]byte, *fault) {
	var arg m.CanisterInfo
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	n := uint64(0)
	if arg.Changes != nil {
		n = min(*arg.Changes, uint64(len(c.history.recent)))
	}
	recent := c.history.recent[uint64(len(c.history.recent))-n:]
	return m.Encode(m.CanisterInfoReply{
		Total: c.history.total, Recent: recent, ModuleHash: c.moduleHash(), Controllers: c.controllers,
	}), nil
}

// moduleHash gives the hash of the installed module; nil for an empty canister.
func (c *Canister) moduleHash() *[]byte {
	if c.code == nil {
		return nil
	}
	hash := c.code.hash[:]
	return &hash
}

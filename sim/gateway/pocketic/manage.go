package pocketic

import (
	"context"

	"icsim/canister/management"
	"icsim/crypto/principal"
)

// manage has the management canister do something in a user's name, and waits for it. reply is decoded into; nil: nobody cares.
func (i *instance) manage(ctx context.Context, sender principal.ID, method string, arg, reply any) error {
	c := call{
		Sender: identity{sender}, Canister: identity{principal.Management()}, Method: method, Payload: management.Encode(arg),
	}
	id, subnet, r, err := i.send(ctx, &c)
	if err != nil {
		return err
	}
	if r.Code != 0 {
		return bad("%s: %s", method, r.Message)
	}
	status, err := i.outcome(ctx, subnet, id)
	switch {
	case err != nil:
		return err
	case status.Reject.Code != 0:
		return bad("%s: %s", method, status.Reject.Message)
	case reply == nil:
		return nil
	}
	return management.Decode(status.Reply, reply)
}

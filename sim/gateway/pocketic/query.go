package pocketic

import (
	"context"

	"icsim/protocol"
	"icsim/sim/boundary"
)

// query has a node answer from the latest state that it has certified.
func (i *instance) query(ctx context.Context, body []byte) (any, error) {
	var c call
	if err := decode(body, &c); err != nil {
		return nil, err
	}
	reply, err := i.askQuery(ctx, &c)
	switch {
	case err != nil:
		return nil, err
	case reply.Reject.Code != 0:
		return result{reject: rejectOf(reply.Reject, false)}, nil
	}
	return result{ok: blob(reply.Reply)}, nil
}

func (i *instance) askQuery(ctx context.Context, c *call) (*protocol.QueryReply, error) {
	content, err := i.content(c)
	if err != nil {
		return nil, err
	}
	subnet, about, err := i.destination(c, content.Canister)
	if err != nil {
		return nil, err
	}
	a, err := i.ask(ctx, &boundary.Request{
		Subnet: i.registry.Subnet(subnet).Principal,
		Query: &protocol.QueryRequest{
			Query: protocol.NewSignedQuery(content, i.genesis, i.vouched(content.Sender)), Effective: about,
		},
	})
	return a.Query, err
}

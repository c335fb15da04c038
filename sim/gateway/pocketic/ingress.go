package pocketic

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/boundary"
)

// maxRounds is for how many rounds a client may wait for an answer.
const maxRounds = 100

// lifetime of a request, from now on the walls: within what nodes accept.
const lifetime = protocol.IngressTTL * 4 / 5

// content makes a request of a call. No two are the same.
func (i *instance) content(c *call) (protocol.IngressContent, error) {
	to, err := c.Canister.canister()
	if err != nil {
		return protocol.IngressContent{}, err
	}
	content := protocol.IngressContent{
		Sender: c.Sender.ID, Canister: to, Method: c.Method, Arg: blob(c.Payload),
		Nonce: binary.BigEndian.AppendUint64(nil, i.nonce.Add(1)),
	}
	if c.Info != nil {
		content.Info = &protocol.SenderInfo{Info: c.Info.Info, Signer: c.Info.Signer.ID}
	}
	err = i.runner.Do(func(s *sim.Session) { content.Expiry = protocol.Time(s.Clock()-i.genesis) + lifetime })
	return content, err
}

// vouched is the authentication of what comes from clients. An anonymous sender needs none.
func (i *instance) vouched(sender principal.ID) protocol.Authentication {
	if sender.IsAnonymous() {
		return protocol.Authentication{}
	}
	return protocol.Authentication{Signature: i.voucher}
}

// submit gives a call to a node.
func (i *instance) submit(ctx context.Context, body []byte) (any, error) {
	var c call
	if err := decode(body, &c); err != nil {
		return nil, err
	}
	id, subnet, r, err := i.send(ctx, &c)
	switch {
	case err != nil:
		return nil, err
	case r.Code != 0:
		return result{reject: rejectOf(r, false)}, nil
	}
	return result{ok: messageID{Effective: effective{subnet: &i.registry.Subnet(subnet).Principal}, Message: id[:]}}, nil
}

// send submits a call, and lets the node that takes it tell its peers.
func (i *instance) send(ctx context.Context, c *call) (id protocol.MessageID, subnet protocol.SubnetID, r protocol.Reject, err error) {
	content, err := i.content(c)
	if err != nil {
		return id, 0, r, err
	}
	subnet, about, err := i.destination(c, content.Canister)
	if err != nil {
		return id, 0, r, err
	}
	m := protocol.NewSignedIngress(content, i.genesis, i.vouched(content.Sender))
	answer, err := i.ask(ctx, &boundary.Request{
		Subnet: i.registry.Subnet(subnet).Principal, Call: &protocol.CallRequest{Ingress: m, Effective: about, Async: true},
	})
	if err != nil {
		return id, 0, r, err
	}
	return m.MessageID, subnet, answer.Call.Reject, i.runner.Step(2 * distance)
}

// await lets rounds pass until a call has its answer.
func (i *instance) await(ctx context.Context, body []byte) (any, error) {
	var m messageID
	if err := decode(body, &m); err != nil {
		return nil, err
	}
	id, err := m.id()
	if err != nil {
		return nil, err
	}
	subnet, err := i.named(m.Effective)
	if err != nil {
		return nil, err
	}
	status, err := i.outcome(ctx, subnet, id)
	return resultOf(status), err
}

// outcome lets rounds pass until a call has its answer.
func (i *instance) outcome(ctx context.Context, subnet protocol.SubnetID, id protocol.MessageID) (s protocol.IngressStatus, err error) {
	for range maxRounds {
		state, err := i.settled(subnet)
		if err != nil {
			return s, err
		}
		switch s = state.IngressStatus(id); {
		case s.State == protocol.IngressDone:
			return s, bad("the answer of call %x is so old that it is gone", id[:])
		case s.State.IsTerminal():
			return s, nil
		}
		if err := i.round(ctx); err != nil {
			return s, err
		}
	}
	return s, bad("call %x has no answer after %d rounds", id[:], maxRounds)
}

// resultOf is the answer of a call that has one.
func resultOf(s protocol.IngressStatus) result {
	if s.State == protocol.IngressRejected {
		return result{reject: rejectOf(s.Reject, true)}
	}
	return result{ok: blob(s.Reply)}
}

// ingressStatus tells the answer of a call if there is one; null: there is none. Only the sender may ask, if the client says who
// does.
func (i *instance) ingressStatus(_ context.Context, body []byte) (any, error) {
	var arg struct {
		Message messageID       `json:"raw_message_id"`
		Caller  json.RawMessage `json:"raw_caller"`
	}
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	id, err := arg.Message.id()
	if err != nil {
		return nil, err
	}
	subnet, err := i.named(arg.Message.Effective)
	if err != nil {
		return nil, err
	}
	state, err := i.settled(subnet)
	if err != nil {
		return nil, err
	}
	if isSet(arg.Caller) {
		caller, err := callerOf(arg.Caller)
		if err != nil {
			return nil, err
		}
		if origin, known := state.CallOrigin(id); known && origin.Sender != caller {
			return nil, &failure{http.StatusForbidden, "The user tries to access Request ID not signed by the caller."}
		}
	}
	if s := state.IngressStatus(id); s.State == protocol.IngressReplied || s.State == protocol.IngressRejected {
		return resultOf(s), nil
	}
	return nil, nil
}

// callerOf reads a principal that some clients wrap.
func callerOf(raw json.RawMessage) (principal.ID, error) {
	var plain identity
	if json.Unmarshal(raw, &plain) == nil {
		return plain.ID, nil
	}
	var wrapped principalID
	if err := decode(raw, &wrapped); err != nil {
		return principal.ID{}, err
	}
	return wrapped.Principal.ID, nil
}

// named is the subnet that a message's effective principal stands for.
func (i *instance) named(e effective) (protocol.SubnetID, error) {
	c := call{Effective: e}
	to := protocol.ManagementCanister
	if e.canister != nil {
		var err error
		if to, err = (identity{*e.canister}).canister(); err != nil {
			return 0, err
		}
	}
	subnet, _, err := i.destination(&c, to)
	return subnet, err
}

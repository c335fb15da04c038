package pocketic

import (
	"context"
	"time"

	"icsim/crypto/bls"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/gateway/site"
)

// patience is how long a site may make a browser wait, in real time.
const patience = time.Minute

// A backend is an instance as the HTTP gateway sees it: one of anonymous users.
type backend struct {
	*instance
	scheme certificate.Verifier
}

func (s *Server) backend(i *instance) site.Backend {
	if s.cfg.Crypto == "ideal" {
		return &backend{i, ideal.New()}
	}
	return &backend{i, bls.New()}
}

func (b *backend) anonymous(to principal.ID, method string, arg []byte) *call {
	return &call{Sender: identity{principal.Anonymous()}, Canister: identity{to}, Method: method, Payload: arg}
}

// Query implements site.Backend.
func (b *backend) Query(canister principal.ID, method string, arg []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reply, err := b.askQuery(ctx, b.anonymous(canister, method, arg))
	if err != nil {
		return nil, err
	}
	if reply.Reject.Code != 0 {
		return nil, &site.Rejected{Reject: reply.Reject}
	}
	return reply.Reply, nil
}

// Call implements site.Backend.
func (b *backend) Call(canister principal.ID, method string, arg []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	id, subnet, r, err := b.send(ctx, b.anonymous(canister, method, arg))
	if err != nil {
		return nil, err
	}
	if r.Code == 0 {
		var status protocol.IngressStatus
		if status, err = b.outcome(ctx, subnet, id); err != nil {
			return nil, err
		}
		if r = status.Reject; r.Code == 0 {
			return status.Reply, nil
		}
	}
	return nil, &site.Rejected{Reject: r}
}

// Metadata implements site.Backend.
func (b *backend) Metadata(canister principal.ID, name string) (value []byte, ok bool, err error) {
	id, err := (identity{canister}).canister()
	if err != nil {
		return nil, false, err
	}
	s, host, err := b.canisters(id)
	if err != nil {
		return nil, false, err
	}
	if s.HidesSection(id, name, principal.Anonymous()) {
		return nil, false, bad("section %.100q of %s is private", name, canister)
	}
	state, err := b.settled(host)
	if err != nil {
		return nil, false, err
	}
	leaf, ok := state.Tree().Leaf("canister", hashtree.Label(canister.Bytes()), "metadata", hashtree.Label(name))
	return leaf, ok, nil
}

// RootKey implements site.Backend.
func (b *backend) RootKey() []byte { return der.WrapBLS(b.registry.Subnets[b.registry.Root].PublicKey) }

// Now implements site.Backend.
func (b *backend) Now() uint64 {
	now, _ := b.clock() // an instance that has ended answers nothing else either
	return now
}

// Scheme implements site.Backend.
func (b *backend) Scheme() certificate.Verifier { return b.scheme }

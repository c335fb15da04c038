package chainkey

import (
	"icsim/crypto"
	"icsim/crypto/idkg"
)

// A Scheme is the cryptography of chain keys. Each method is a pure function of its arguments.
type Scheme interface {
	Deal(p *idkg.Params, dealer int, shares []idkg.Opening, seed crypto.Seed) (*idkg.Dealing, idkg.Reason)
	VerifyDealing(p *idkg.Params, dealer int, d *idkg.Dealing) idkg.Reason
	VerifyShare(p *idkg.Params, dealer int, d *idkg.Dealing, receiver int, key *idkg.SecretKey) idkg.Reason
	Combine(p *idkg.Params, dealings []idkg.DealerDealing) (*idkg.Transcript, idkg.Reason)
	Load(t *idkg.Transcript, receiver int, key *idkg.SecretKey, openings []idkg.DealerOpening) (idkg.Opening, []int)
	// Start prepares a request that id names: equal ids are of equal requests.
	Start(id crypto.Hash, q *Request) (Signing, error)
}

// New gives the scheme.
func New() Scheme { return scheme{} }

type scheme struct{}

func (scheme) Deal(p *idkg.Params, dealer int, shares []idkg.Opening, seed crypto.Seed) (*idkg.Dealing, idkg.Reason) {
	return idkg.Deal(p, dealer, shares, seed)
}

func (scheme) VerifyDealing(p *idkg.Params, dealer int, d *idkg.Dealing) idkg.Reason {
	return idkg.VerifyDealing(p, dealer, d)
}

func (scheme) VerifyShare(p *idkg.Params, dealer int, d *idkg.Dealing, receiver int, key *idkg.SecretKey) idkg.Reason {
	return idkg.VerifyShare(p, dealer, d, receiver, key)
}

func (scheme) Combine(p *idkg.Params, dealings []idkg.DealerDealing) (*idkg.Transcript, idkg.Reason) {
	return idkg.Combine(p, dealings)
}

func (scheme) Load(t *idkg.Transcript, receiver int, key *idkg.SecretKey, openings []idkg.DealerOpening) (idkg.Opening, []int) {
	return t.Load(receiver, key, openings)
}

func (scheme) Start(_ crypto.Hash, q *Request) (Signing, error) { return q.Start() }

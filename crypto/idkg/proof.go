package idkg

import "icsim/crypto/idkg/curve"

// The three statements that dealers and complainers prove are proven by Schnorr's protocol, made non-interactive by hashing
// (rs/…/canister_threshold_sig/src/idkg/zk.rs). A proof is the challenge and the responses; the verifier computes the prover's first
// message from them and hashes again.
type proof struct {
	kind      proofKind
	challenge curve.Scalar
	responses [2]curve.Scalar // the second only of a product
}

type proofKind uint8

const (
	noProof       proofKind = iota
	equalLogs               // of one key to the generator and to another base
	equalOpenings           // a masked and an unmasked commitment are to one number
	product                 // a masked commitment is to the product of a masked and an unmasked one
)

var proofDomains = [...]string{
	equalLogs:     "ic-crypto-idkg-zk-proof-of-dlog-eq",
	equalOpenings: "ic-crypto-idkg-zk-proof-of-equal-openings",
	product:       "ic-crypto-idkg-zk-proof-of-product",
}

// proofResponses says how many responses a proof has.
var proofResponses = [...]int{noProof: 0, equalLogs: 1, equalOpenings: 1, product: 2}

func (p *proof) isOn(c curve.Curve) bool {
	if p.challenge.Curve() != c {
		return false
	}
	for _, r := range p.responses[:proofResponses[p.kind]] {
		if r.Curve() != c {
			return false
		}
	}
	return true
}

// challenge hashes a context, the statement's points and the prover's first message.
func (k proofKind) challenge(context []byte, points ...curve.Point) curve.Scalar {
	parts := [][]byte{context}
	for _, p := range points {
		parts = append(parts, p.Bytes())
	}
	return points[0].Curve().HashToScalar(proofDomains[k], parts...)
}

// proveEqualLogs proves that image is the secret times base, as public is the secret times G.
func proveEqualLogs(context []byte, secret, nonce curve.Scalar, public, base, image curve.Point) proof {
	c := secret.Curve()
	e := equalLogs.challenge(context, public, base, image, c.Base(nonce), base.Times(nonce))
	return proof{equalLogs, e, [2]curve.Scalar{secret.Mul(e).Add(nonce)}}
}

func (p *proof) verifyEqualLogs(context []byte, public, base, image curve.Point) bool {
	c := public.Curve()
	if p.kind != equalLogs || !p.isOn(c) {
		return false
	}
	minus, zero := p.challenge.Neg(), c.Number(0)
	first := c.Sum(p.responses[0], zero, curve.Term{Scalar: minus, Point: public})
	second := c.Sum(zero, zero, curve.Term{Scalar: p.responses[0], Point: base}, curve.Term{Scalar: minus, Point: image})
	return p.challenge == equalLogs.challenge(context, public, base, image, first, second)
}

// proveEqualOpenings proves that masked = value·G + mask·H where unmasked = value·G: that their difference is a multiple of H.
func proveEqualOpenings(context []byte, mask, nonce curve.Scalar, masked, unmasked curve.Point) proof {
	c := mask.Curve()
	e := equalOpenings.challenge(context, masked, unmasked, c.Pedersen(c.Number(0), nonce))
	return proof{equalOpenings, e, [2]curve.Scalar{mask.Mul(e).Add(nonce)}}
}

func (p *proof) verifyEqualOpenings(context []byte, masked, unmasked curve.Point) bool {
	c := masked.Curve()
	if p.kind != equalOpenings || !p.isOn(c) {
		return false
	}
	difference := curve.Term{Scalar: p.challenge.Neg(), Point: masked.Add(unmasked.Neg())}
	first := c.Sum(c.Number(0), p.responses[0], difference)
	return p.challenge == equalOpenings.challenge(context, masked, unmasked, first)
}

// A factoring is the statement of a product: left = a·G, right = b·G + β·H, product = a·b·G + γ·H.
type factoring struct{ left, right, product curve.Point }

// prove proves it with a and γ - a·β, for which product = a·right + (γ - a·β)·H.
func (f *factoring) prove(context []byte, a, beta, gamma curve.Scalar, nonces [2]curve.Scalar) proof {
	c := a.Curve()
	zero := c.Number(0)
	first := c.Base(nonces[0])
	second := c.Sum(zero, nonces[1], curve.Term{Scalar: nonces[0], Point: f.right})
	e := product.challenge(context, f.left, f.right, f.product, first, second)
	return proof{product, e, [2]curve.Scalar{a.Mul(e).Add(nonces[0]), gamma.Sub(a.Mul(beta)).Mul(e).Add(nonces[1])}}
}

func (f *factoring) verify(context []byte, p *proof) bool {
	c := f.left.Curve()
	if p.kind != product || !p.isOn(c) {
		return false
	}
	minus, zero := p.challenge.Neg(), c.Number(0)
	first := c.Sum(p.responses[0], zero, curve.Term{Scalar: minus, Point: f.left})
	second := c.Sum(zero, p.responses[1],
		curve.Term{Scalar: p.responses[0], Point: f.right}, curve.Term{Scalar: minus, Point: f.product})
	return p.challenge == product.challenge(context, f.left, f.right, f.product, first, second)
}

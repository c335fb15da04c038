package idkg

import (
	"encoding/binary"

	"icsim/crypto/idkg/curve"
)

// A ciphertext is a dealing's shares, each encrypted to its receiver under one ephemeral key: MEGa, multi-encryption gadget
// (eprint 2022/506; rs/…/idkg/mega.rs). A share is hidden by adding a hash of the Diffie-Hellman secret. The proof of
// possession shows that the dealer knows the ephemeral key, so that nobody deals another's shares as its own.
type ciphertext struct {
	ephemeral  curve.Point // β·G
	possession curve.Point // β times a base hashed from this dealing's context
	proof      proof       // that both are
	shares     []Opening   // hidden, by receiver
}

// An envelope is what a dealing's ciphertext is bound to.
type envelope struct {
	params  *Params
	context []byte
	dealer  int
	seed    []byte // the dealer's alone
}

func (e *envelope) draw(what string, n int) []byte {
	d := curve.Digest("icsim-idkg-"+what, e.seed, e.context, index(e.dealer), index(n))
	return d[:]
}

// scalar draws a secret of the dealer's.
func (e *envelope) scalar(c curve.Curve, what string, n int) curve.Scalar {
	return c.Wide([64]byte(e.draw(what+" "+c.String(), n)))
}

func index(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// base is where the proof of possession shows the ephemeral key a second time.
func (e *envelope) base(ephemeral curve.Point) curve.Point {
	d := curve.Digest("ic-crypto-idkg-mega-pop", e.context, index(e.dealer), ephemeral.Bytes())
	return curve.HashToPoint("ic-crypto-idkg-mega-pop-base", d[:])
}

// bound is the context of this dealer's proofs.
func (e *envelope) bound() []byte { return append(index(e.dealer), e.context...) }

// pad is what hides a receiver's share.
func (e *envelope) pad(receiver int, ephemeral, secret curve.Point) (o Opening) {
	c := e.params.curve()
	parts := [][]byte{e.context, index(e.dealer), index(receiver), ephemeral.Bytes(), secret.Bytes()}
	o.Value = c.HashToScalar("ic-crypto-idkg-mega-encrypt", parts...)
	if e.params.masked() {
		o.Mask = c.HashToScalar("ic-crypto-idkg-mega-encrypt-mask", parts...)
	}
	return o
}

// encrypt hides every receiver's share.
func (e *envelope) encrypt(secrets polynomials) ciphertext {
	beta := e.scalar(keys, "ephemeral", 0)
	ephemeral := keys.Base(beta)
	base := e.base(ephemeral)
	c := ciphertext{ephemeral: ephemeral, possession: base.Times(beta)}
	c.proof = proveEqualLogs(e.bound(), beta, e.scalar(keys, "possession", 0), ephemeral, base, c.possession)
	c.shares = make([]Opening, len(e.params.Receivers))
	for i, r := range e.params.Receivers {
		c.shares[i] = secrets.at(i).Add(e.pad(i, ephemeral, r.point.Times(beta)))
	}
	return c
}

// possessed verifies the proof of possession.
func (e *envelope) possessed(c *ciphertext) bool {
	return c.proof.verifyEqualLogs(e.bound(), c.ephemeral, e.base(c.ephemeral), c.possession)
}

// decrypt uncovers a receiver's share, by the secret that it has in common with the dealer.
func (e *envelope) decrypt(c *ciphertext, receiver int, secret curve.Point) Opening {
	pad := e.pad(receiver, c.ephemeral, secret)
	return c.shares[receiver].Add(pad.Times(e.params.curve().Number(1).Neg()))
}

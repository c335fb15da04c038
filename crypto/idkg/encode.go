package idkg

import (
	"encoding/binary"
	"errors"

	"icsim/crypto"
	"icsim/crypto/idkg/curve"
)

// Model: what nodes send is written field after field; the replica's CBOR of the same fields is a few per cent longer.

var errMalformed = errors.New("not a dealing, opening or complaint in its one form")

// Bytes is the dealing as it is sent.
func (d *Dealing) Bytes() []byte {
	c := d.commitment.points[0].Curve()
	w := writer{byte(c), 0}
	if d.commitment.masked {
		w[1] = 1
	}
	w.count(len(d.commitment.points))
	for _, p := range d.commitment.points {
		w = append(w, p.Bytes()...)
	}
	w = append(w, d.ciphertext.ephemeral.Bytes()...)
	w = append(w, d.ciphertext.possession.Bytes()...)
	w.proof(&d.ciphertext.proof)
	w.count(len(d.ciphertext.shares))
	for _, s := range d.ciphertext.shares {
		w.opening(s)
	}
	w = append(w, byte(d.proof.kind))
	w.proof(&d.proof)
	return w
}

// Digest names a dealing: what a receiver's support signs.
func (d *Dealing) Digest() crypto.Hash { return crypto.Sum("ic-idkg-dealing-domain", d.Bytes()) }

// ParseDealing reads what Dealing.Bytes writes.
func ParseDealing(raw []byte) (*Dealing, error) {
	r := reader{raw: raw}
	c, masked := curve.Curve(r.byte()), r.byte()
	if c != curve.Secp256k1 && c != curve.Edwards25519 || masked > 1 {
		return nil, errMalformed
	}
	d := &Dealing{commitment: commitment{masked: masked == 1}}
	d.commitment.points = make([]curve.Point, r.count())
	if len(d.commitment.points) == 0 {
		return nil, errMalformed
	}
	for i := range d.commitment.points {
		d.commitment.points[i] = r.point(c)
	}
	d.ciphertext.ephemeral = r.point(keys)
	d.ciphertext.possession = r.point(keys)
	d.ciphertext.proof = r.proof(keys, equalLogs)
	d.ciphertext.shares = make([]Opening, r.count())
	for i := range d.ciphertext.shares {
		d.ciphertext.shares[i] = r.opening(c, masked == 1)
	}
	kind := proofKind(r.byte())
	if kind == equalLogs || kind > product {
		return nil, errMalformed
	}
	d.proof = r.proof(c, kind)
	return d, r.end()
}

// Bytes is the complaint as it is sent.
func (c *Complaint) Bytes() []byte {
	var w writer
	w.count(c.Dealer)
	w.count(c.Complainer)
	w = append(w, c.secret.Bytes()...)
	w.proof(&c.proof)
	return w
}

// ParseComplaint reads what Complaint.Bytes writes.
func ParseComplaint(raw []byte) (*Complaint, error) {
	r := reader{raw: raw}
	c := &Complaint{Dealer: r.count(), Complainer: r.count()}
	c.secret = r.point(keys)
	c.proof = r.proof(keys, equalLogs)
	return c, r.end()
}

// Bytes is the opening as it is sent.
func (o Opening) Bytes() []byte {
	var w writer
	w.opening(o)
	return w
}

// ParseOpening reads what Opening.Bytes writes.
func ParseOpening(c curve.Curve, masked bool, raw []byte) (Opening, error) {
	r := reader{raw: raw}
	o := r.opening(c, masked)
	return o, r.end()
}

type writer []byte

func (w *writer) count(n int)           { *w = binary.BigEndian.AppendUint16(*w, uint16(n)) }
func (w *writer) scalar(s curve.Scalar) { *w = append(*w, s.Bytes()...) }

func (w *writer) opening(o Opening) {
	w.scalar(o.Value)
	if o.Mask.Curve() != 0 {
		w.scalar(o.Mask)
	}
}

func (w *writer) proof(p *proof) {
	if p.kind == noProof {
		return
	}
	w.scalar(p.challenge)
	for _, r := range p.responses[:proofResponses[p.kind]] {
		w.scalar(r)
	}
}

// A reader takes fields off; once one is bad, all are.
type reader struct {
	raw []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.raw) {
		r.bad = true
		return nil
	}
	out := r.raw[:n]
	r.raw = r.raw[n:]
	return out
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) count() int {
	b := r.take(2)
	if b == nil {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b))
	if n > mostReceivers {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) point(c curve.Curve) curve.Point {
	raw := r.take(c.SizePoint())
	if r.bad {
		return curve.Point{}
	}
	p, err := c.ParsePoint(raw)
	r.bad = err != nil
	return p
}

func (r *reader) scalar(c curve.Curve) curve.Scalar {
	raw := r.take(curve.SizeScalar)
	if r.bad {
		return curve.Scalar{}
	}
	s, err := c.ParseScalar(raw)
	r.bad = err != nil
	return s
}

func (r *reader) opening(c curve.Curve, masked bool) (o Opening) {
	o.Value = r.scalar(c)
	if masked {
		o.Mask = r.scalar(c)
	}
	return o
}

func (r *reader) proof(c curve.Curve, kind proofKind) (p proof) {
	if kind == noProof {
		return p
	}
	p.kind = kind
	p.challenge = r.scalar(c)
	for i := range proofResponses[kind] {
		p.responses[i] = r.scalar(c)
	}
	return p
}

func (r *reader) end() error {
	if r.bad || len(r.raw) > 0 {
		return errMalformed
	}
	return nil
}

package idkg

import "icsim/crypto/idkg/curve"

// An Opening is one receiver's share: a value, and the mask beside it where the commitment is masked.
type Opening struct {
	Value curve.Scalar
	Mask  curve.Scalar // of no curve where there is none
}

// Add is the share of a sum.
func (o Opening) Add(p Opening) Opening {
	o.Value = o.Value.Add(p.Value)
	if o.Mask.Curve() != 0 {
		o.Mask = o.Mask.Add(p.Mask)
	}
	return o
}

// Times is the share of a multiple.
func (o Opening) Times(s curve.Scalar) Opening {
	o.Value = o.Value.Mul(s)
	if o.Mask.Curve() != 0 {
		o.Mask = o.Mask.Mul(s)
	}
	return o
}

// Fits says whether it is of a curve, and has a mask or not as it should.
func (o Opening) Fits(c curve.Curve, masked bool) bool {
	if masked {
		return o.Value.Curve() == c && o.Mask.Curve() == c
	}
	return o.Value.Curve() == c && o.Mask == curve.Scalar{}
}

// Commit is what the share is committed to by. It must fit a curve.
func (o Opening) Commit() curve.Point {
	c := o.Value.Curve()
	if o.Mask.Curve() == 0 {
		return c.Base(o.Value)
	}
	return c.Pedersen(o.Value, o.Mask)
}

// A commitment is to a polynomial, coefficient by coefficient, the secret first.
type commitment struct {
	masked bool
	points []curve.Point // never changed
}

// at is the commitment to a node's share.
func (c *commitment) at(node int) curve.Point { return curve.EvaluatePoints(c.points, place(node)) }

// opens says whether a share is a node's.
func (c *commitment) opens(node int, o Opening) bool {
	return o.Fits(c.points[0].Curve(), c.masked) && o.Commit().Equal(c.at(node))
}

// of one curve, or not.
func (c *commitment) isOn(on curve.Curve) bool {
	for i := range c.points {
		if c.points[i].Curve() != on {
			return false
		}
	}
	return true
}

// A polynomial pair: values, and masks where there are any.
type polynomials struct{ values, masks []curve.Scalar }

func (p polynomials) at(node int) (o Opening) {
	o.Value = curve.Evaluate(p.values, place(node))
	if p.masks != nil {
		o.Mask = curve.Evaluate(p.masks, place(node))
	}
	return o
}

func (p polynomials) commit() commitment {
	c := commitment{masked: p.masks != nil, points: make([]curve.Point, len(p.values))}
	for i := range c.points {
		o := Opening{Value: p.values[i]}
		if c.masked {
			o.Mask = p.masks[i]
		}
		c.points[i] = o.Commit()
	}
	return c
}

// interpolate sums openings with factors.
func interpolate(factors []curve.Scalar, openings []Opening) Opening {
	total := openings[0].Times(factors[0])
	for i := 1; i < len(openings); i++ {
		total = total.Add(openings[i].Times(factors[i]))
	}
	return total
}

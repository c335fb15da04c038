package curve

import (
	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
)

// MultiplyG1 is Multiply for many points of G1. It adds the points of a bucket up in pairs, in affine coordinates, with one inversion
// for all the pairs of a window: half the work of a mixed addition.
func MultiplyG1(points []bls12381.G1Affine, scalars []fr.Element) (total bls12381.G1Jac) {
	width := affineWindowWidth(len(points))
	windows := (fr.Bits + width) / width
	digits := signedDigits(scalars, width, windows)
	var a adder
	for w := windows - 1; w >= 0; w-- {
		for range width {
			total.DoubleAssign()
		}
		a.sort(points, digits[w*len(points):(w+1)*len(points)], 1<<(width-1))
		for a.halve() {
		}
		var running, sum bls12381.G1Jac
		for b := len(a.buckets) - 1; b >= 0; b-- {
			if bucket := a.buckets[b]; bucket.count > 0 {
				running.AddMixed(&a.points[bucket.first])
			}
			sum.AddAssign(&running)
		}
		total.AddAssign(&sum)
	}
	return total
}

// affineWindowWidth balances additions to buckets, of six multiplications a point, with additions of buckets, 27 each.
func affineWindowWidth(points int) int {
	best, least := 2, 0
	for width := 2; width <= 12; width++ {
		cost := (fr.Bits + width) / width * (6*points + 27<<(width-1))
		if width == 2 || cost < least {
			best, least = width, cost
		}
	}
	return best
}

// An adder holds the points of one window by bucket, and adds them up until a bucket has one or none.
type adder struct {
	buckets []bucket
	points  []bls12381.G1Affine
	// for the pairs that are added up at once
	slopes, products []fp.Element
}

// A bucket is where its points are.
type bucket struct{ first, count int }

// sort lays points out by bucket, negated where the digit is.
func (a *adder) sort(points []bls12381.G1Affine, digits []int16, buckets int) {
	a.buckets = append(a.buckets[:0], make([]bucket, buckets)...)
	for _, digit := range digits {
		if digit != 0 {
			a.buckets[max(digit, -digit)-1].count++
		}
	}
	used := 0
	for b := range a.buckets {
		a.buckets[b].first = used
		used += a.buckets[b].count
		a.buckets[b].count = 0
	}
	if cap(a.points) < used {
		a.points = make([]bls12381.G1Affine, len(points))
	}
	a.points = a.points[:used]
	for i, digit := range digits {
		if digit == 0 {
			continue
		}
		b := &a.buckets[max(digit, -digit)-1]
		place := &a.points[b.first+b.count]
		if *place = points[i]; digit < 0 {
			place.Y.Neg(&place.Y)
		}
		b.count++
	}
}

// halve adds up pairs of every bucket, and says whether there were any.
func (a *adder) halve() bool {
	a.slopes, a.products = a.slopes[:0], a.products[:0]
	var product fp.Element
	product.SetOne()
	for _, b := range a.buckets {
		for i := b.first; i+1 < b.first+b.count; i += 2 {
			var below fp.Element
			denominator(&below, &a.points[i], &a.points[i+1])
			a.slopes = append(a.slopes, below)
			a.products = append(a.products, product)
			product.Mul(&product, &below)
		}
	}
	if len(a.slopes) == 0 {
		return false
	}
	product.Inverse(&product)
	for i := len(a.slopes) - 1; i >= 0; i-- {
		below := a.slopes[i]
		a.slopes[i].Mul(&product, &a.products[i])
		product.Mul(&product, &below)
	}
	pair := 0
	for b := range a.buckets {
		from, out := a.buckets[b], a.buckets[b].first
		for i := from.first; i < from.first+from.count; i += 2 {
			if i+1 == from.first+from.count {
				a.points[out] = a.points[i]
			} else {
				addAffine(&a.points[out], &a.points[i], &a.points[i+1], &a.slopes[pair])
				pair++
			}
			out++
		}
		a.buckets[b].count = out - from.first
	}
	return true
}

// denominator is that of the slope through two points: of the chord, or of the tangent if they are one. Never zero.
func denominator(out *fp.Element, p, q *bls12381.G1Affine) {
	switch {
	case p.IsInfinity() || q.IsInfinity():
		out.SetOne()
	case !p.X.Equal(&q.X):
		out.Sub(&q.X, &p.X)
	case p.Y.Equal(&q.Y):
		out.Double(&p.Y)
	default:
		out.SetOne()
	}
}

// addAffine adds two points, given the inverse of the slope's denominator. out may be one of them.
func addAffine(out, p, q *bls12381.G1Affine, inverse *fp.Element) {
	var slope, x, y fp.Element
	switch {
	case q.IsInfinity():
		*out = *p
		return
	case p.IsInfinity():
		*out = *q
		return
	case !p.X.Equal(&q.X):
		slope.Sub(&q.Y, &p.Y)
	case p.Y.Equal(&q.Y):
		x.Square(&p.X)
		slope.Double(&x).Add(&slope, &x)
	default:
		*out = bls12381.G1Affine{}
		return
	}
	slope.Mul(&slope, inverse)
	x.Square(&slope).Sub(&x, &p.X).Sub(&x, &q.X)
	y.Sub(&p.X, &x).Mul(&y, &slope).Sub(&y, &p.Y)
	out.X, out.Y = x, y
}

package curve

// Evaluate is the polynomial's value at x; coefficients come lowest first.
func Evaluate(coefficients []Scalar, x uint64) Scalar {
	at := coefficients[0].curve.Number(x)
	value := coefficients[len(coefficients)-1]
	for k := len(coefficients) - 2; k >= 0; k-- {
		value = value.Mul(at).Add(coefficients[k])
	}
	return value
}

// EvaluatePoints is Evaluate in the exponent.
func EvaluatePoints(coefficients []Point, x uint64) Point {
	c := coefficients[0].curve
	for i := range coefficients {
		c.must(coefficients[i].curve)
	}
	if c == Secp256k1 {
		return Point{curve: c, k: secpEvaluate(coefficients, x)}
	}
	return Point{curve: c, e: edwardsEvaluate(coefficients, x)}
}

// EvaluateUpTo is EvaluatePoints at 1 to n. Beyond as many places as there are coefficients, a value follows from the differences of
// those before it, by one addition a coefficient.
func EvaluateUpTo(coefficients []Point, n int) []Point {
	c := coefficients[0].curve
	values := make([]Point, n)
	for i := range min(n, len(coefficients)) {
		values[i] = EvaluatePoints(coefficients, uint64(i)+1)
	}
	if n <= len(coefficients) {
		return values
	}
	known := values[:len(coefficients)]
	if c == Secp256k1 {
		secpExtrapolate(known, values[len(known):])
	} else {
		edwardsExtrapolate(known, values[len(known):])
	}
	return values
}

// Lagrange gives the factors by which to sum a polynomial's values at distinct places to get its value at another place x.
func (c Curve) Lagrange(x uint64, places []uint64) []Scalar {
	at := c.Number(x)
	factors := make([]Scalar, len(places))
	for i, own := range places {
		numerator, denominator := c.Number(1), c.Number(1)
		for j, other := range places {
			if i != j {
				numerator = numerator.Mul(c.Number(other).Sub(at))
				denominator = denominator.Mul(c.Number(other).Sub(c.Number(own)))
			}
		}
		factors[i] = numerator.Mul(denominator.Inverse())
	}
	return factors
}

// Interpolate sums values with Lagrange's factors.
func Interpolate(factors, values []Scalar) Scalar {
	total := Scalar{curve: factors[0].curve}
	for i := range factors {
		total = total.Add(factors[i].Mul(values[i]))
	}
	return total
}

// InterpolatePoints is Interpolate in the exponent.
func InterpolatePoints(factors []Scalar, points []Point) Point {
	c := factors[0].curve
	terms := make([]Term, len(factors))
	for i := range factors {
		terms[i] = Term{factors[i], points[i]}
	}
	return c.Sum(Scalar{curve: c}, Scalar{curve: c}, terms...)
}

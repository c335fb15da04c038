package curve

import (
	"encoding/binary"
	"errors"
	"math/big"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc"
	secp "github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
)

// evenY begins a compressed point whose second coordinate is even; the next number says odd (SEC 1, section 2.3.3).
const evenY = 2

// The endomorphism (x, y) → (beta·x, y) multiplies a point by lambda: cube roots of one modulo the field's size and the order.
const (
	lambdaHex = "5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72"
	betaHex   = "7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501ee"
)

var (
	lattice = newLattice()
	beta    = newBeta()
	tables  = newTables()
)

func newLattice() *ecc.Lattice {
	lambda, _ := new(big.Int).SetString(lambdaHex, 16)
	l := new(ecc.Lattice)
	ecc.PrecomputeLattice(fr.Modulus(), lambda, l)
	return l
}

func newBeta() *fp.Element {
	b, _ := new(big.Int).SetString(betaHex, 16)
	return new(fp.Element).SetBigInt(b)
}

func parseCompressed(raw []byte) (Point, error) {
	p := Point{curve: Secp256k1}
	if raw[0] != evenY && raw[0] != evenY+1 || p.k.X.SetBytesCanonical(raw[1:]) != nil {
		return Point{}, errors.New("no point of secp256k1: it would be 02 or 03 and a coordinate within the field")
	}
	var square, seven fp.Element
	seven.SetUint64(7)
	square.Square(&p.k.X).Mul(&square, &p.k.X).Add(&square, &seven)
	if p.k.Y.Sqrt(&square) == nil {
		return Point{}, errors.New("no point of secp256k1 has this coordinate")
	}
	if p.parity() != raw[0]-evenY {
		p.k.Y.Neg(&p.k.Y)
	}
	return p, nil // of prime order: there is no subgroup to check
}

// Tables of the generators' multiples: entry [i][j] is (j+1)·32^i times the generator, for digits of either sign.
const (
	digitBits = 5
	numDigits = 52 // 260 bits, for a last carry
	mostDigit = 1 << (digitBits - 1)
)

type (
	table         [numDigits][mostDigit]secp.G1Affine
	baseTables    struct{ g, h *table }
	oddMultiples  [1 << (wnafWidth - 2)]secp.G1Jac
	signedDigits  [136]int8 // of half a scalar, at most 129 bits
	strausSummand struct {
		odd    oddMultiples
		digits signedDigits
	}
)

const wnafWidth = 5

func newTables() *baseTables {
	_, g := secp.Generators()
	t := &baseTables{new(table), new(table)}
	t.g.fill(&g)
	h := HashToPoint("ic-crypto-idkg-generator-h", []byte("h"))
	t.h.fill(&h.k)
	return t
}

func (t *table) fill(base *secp.G1Affine) {
	var power secp.G1Jac
	power.FromAffine(base)
	for i := range t {
		var row [mostDigit]secp.G1Jac
		row[0] = power
		for j := 1; j < mostDigit; j++ {
			row[j] = row[j-1]
			row[j].AddAssign(&power)
		}
		normalize(row[:], t[i][:])
		power = row[mostDigit-1]
		power.DoubleAssign()
	}
}

// normalize brings points, none of which is infinity, to affine form with one inversion for all (Montgomery).
func normalize(points []secp.G1Jac, out []secp.G1Affine) {
	products := make([]fp.Element, len(points)+1)
	products[0].SetOne()
	for i := range points {
		products[i+1].Mul(&products[i], &points[i].Z)
	}
	var inverse fp.Element
	inverse.Inverse(&products[len(points)])
	for i := len(points) - 1; i >= 0; i-- {
		var z, zz fp.Element
		z.Mul(&inverse, &products[i])
		inverse.Mul(&inverse, &points[i].Z)
		zz.Square(&z)
		out[i].X.Mul(&points[i].X, &zz)
		out[i].Y.Mul(&points[i].Y, zz.Mul(&zz, &z))
	}
}

// addMultiple adds n times the table's generator.
func (t *table) addMultiple(total *secp.G1Jac, n *fr.Element) {
	words := n.Bits()
	carry := 0
	for i := range t {
		digit := carry
		if at := i * digitBits; at < 256 {
			w := words[at/64] >> (at % 64)
			if at%64 > 64-digitBits && at/64 < 3 {
				w |= words[at/64+1] << (64 - at%64)
			}
			digit += int(w & (1<<digitBits - 1))
		}
		carry = 0
		if digit > mostDigit {
			digit -= 1 << digitBits
			carry = 1
		}
		switch {
		case digit > 0:
			total.AddMixed(&t[i][digit-1])
		case digit < 0:
			negated := t[i][-digit-1]
			negated.Y.Neg(&negated.Y)
			total.AddMixed(&negated)
		}
	}
}

// secpSum is one chain of doublings for all terms (Straus), over halves of their scalars.
func secpSum(g, h *fr.Element, terms []Term) (out secp.G1Affine) {
	summands := make([]strausSummand, 0, 2*len(terms))
	longest := 0
	for i := range terms {
		if terms[i].Scalar.k.IsZero() || terms[i].Point.k.IsInfinity() {
			continue
		}
		scalar, point := terms[i].Scalar.k, terms[i].Point.k
		if scalar.LexicographicallyLargest() { // factors of interpolation are often small and negative
			scalar.Neg(&scalar)
			point.Neg(&point)
		}
		var n big.Int
		halves := ecc.SplitScalar(scalar.BigInt(&n), lattice)
		var first, second strausSummand
		first.odd.fill(&point)
		second.odd = first.odd
		for j := range second.odd {
			second.odd[j].X.Mul(&second.odd[j].X, beta)
		}
		longest = max(longest, first.digits.recode(&halves[0]), second.digits.recode(&halves[1]))
		summands = append(summands, first, second)
	}
	var total secp.G1Jac
	for d := longest - 1; d >= 0; d-- {
		total.DoubleAssign()
		for i := range summands {
			switch digit := summands[i].digits[d]; {
			case digit > 0:
				total.AddAssign(&summands[i].odd[digit/2])
			case digit < 0:
				negated := summands[i].odd[-digit/2]
				total.AddAssign(negated.Neg(&negated))
			}
		}
	}
	tables.g.addMultiple(&total, g)
	tables.h.addMultiple(&total, h)
	out.FromJacobian(&total)
	return out
}

func (o *oddMultiples) fill(p *secp.G1Affine) {
	o[0].FromAffine(p)
	double := o[0]
	double.DoubleAssign()
	for i := 1; i < len(o); i++ {
		o[i] = o[i-1]
		o[i].AddAssign(&double)
	}
}

// recode writes an integer in digits that are odd or zero, at most one of five in a row not zero, and says how many there are.
func (d *signedDigits) recode(n *big.Int) (length int) {
	var raw [24]byte
	n.FillBytes(raw[:]) // of the absolute value
	low, mid, high := binary.BigEndian.Uint64(raw[16:]), binary.BigEndian.Uint64(raw[8:]), binary.BigEndian.Uint64(raw[:])
	sign := int8(n.Sign())
	for i := 0; low|mid|high != 0; i++ {
		if low&1 == 1 {
			digit := int8(low & (1<<wnafWidth - 1))
			low -= uint64(digit)
			if digit > 1<<(wnafWidth-1) {
				digit -= 1 << wnafWidth
				var carry uint64
				low, carry = bits.Add64(low, 1<<wnafWidth, 0)
				mid, carry = bits.Add64(mid, 0, carry)
				high += carry
			}
			d[i] = sign * digit
			length = i + 1
		}
		low = low>>1 | mid<<63
		mid = mid>>1 | high<<63
		high >>= 1
	}
	return length
}

// secpEvaluate is Horner's rule with a small x.
func secpEvaluate(coefficients []Point, x uint64) (out secp.G1Affine) {
	var total secp.G1Jac
	for k := len(coefficients) - 1; k >= 0; k-- {
		step := total
		total = secp.G1Jac{}
		for b := bits.Len64(x) - 1; b >= 0; b-- {
			total.DoubleAssign()
			if x>>b&1 == 1 {
				total.AddAssign(&step)
			}
		}
		total.AddMixed(&coefficients[k].k)
	}
	out.FromJacobian(&total)
	return out
}

// secpExtrapolate goes on with a polynomial's values: backward differences, where the k-th one of the next place is its own and the
// next (k+1)-th one together.
func secpExtrapolate(known, out []Point) {
	differences := make([]secp.G1Jac, len(known))
	for i := range known {
		differences[i].FromAffine(&known[len(known)-1-i].k)
	}
	for order := 1; order < len(differences); order++ {
		for i := len(differences) - 1; i >= order; i-- {
			var later secp.G1Jac
			later.Set(&differences[i-1])
			differences[i].Neg(&differences[i])
			differences[i].AddAssign(&later)
		}
	}
	for i := range out {
		for k := len(differences) - 2; k >= 0; k-- {
			differences[k].AddAssign(&differences[k+1])
		}
		out[i].curve = Secp256k1
		out[i].k.FromJacobian(&differences[0])
	}
}

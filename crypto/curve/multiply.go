package curve

import "github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

// Multiply adds up points times scalars by Pippenger's method: for each window of bits, points go into the bucket of their
// digit, and the buckets are added up weighted by running sums. Digits are signed, which halves the buckets.
func Multiply[J, A any, PJ jacobian[J, A], PA affine[A]](points []A, scalars []fr.Element) (total J) {
	width := windowWidth(len(points))
	windows := (fr.Bits + width) / width // one bit more than a scalar has, for the last carry
	digits := signedDigits(scalars, width, windows)
	buckets := make([]J, 1<<(width-1))
	var negated A
	for w := windows - 1; w >= 0; w-- {
		for range width {
			PJ(&total).DoubleAssign()
		}
		clear(buckets)
		for i, digit := range digits[w*len(points) : (w+1)*len(points)] {
			switch {
			case digit > 0:
				PJ(&buckets[digit-1]).AddMixed(&points[i])
			case digit < 0:
				PJ(&buckets[-digit-1]).AddMixed(PA(&negated).Neg(&points[i]))
			}
		}
		var running, sum J
		for b := len(buckets) - 1; b >= 0; b-- {
			PJ(&running).AddAssign(&buckets[b])
			PJ(&sum).AddAssign(&running)
		}
		PJ(&total).AddAssign(&sum)
	}
	return total
}

// windowWidth balances additions to buckets, one a point, with additions of buckets, two each and dearer.
func windowWidth(points int) int {
	best, least := 2, 0
	for width := 2; width <= 12; width++ {
		cost := (fr.Bits + width) / width * (points*2 + 3<<width)
		if width == 2 || cost < least {
			best, least = width, cost
		}
	}
	return best
}

// signedDigits writes scalars to the base 2^width with digits from 1-2^(width-1) to 2^(width-1), window by window.
func signedDigits(scalars []fr.Element, width, windows int) []int16 {
	digits := make([]int16, windows*len(scalars))
	mask := uint64(1)<<width - 1
	for i := range scalars {
		words := scalars[i].Bits()
		carry := int64(0)
		for w := range windows {
			bit := w * width
			var chunk uint64
			if bit < 256 {
				chunk = words[bit/64] >> (bit % 64)
				if bit%64+width > 64 && bit/64 < 3 {
					chunk |= words[bit/64+1] << (64 - bit%64)
				}
			}
			digit := int64(chunk&mask) + carry
			carry = 0
			if digit > 1<<(width-1) {
				digit -= 1 << width
				carry = 1
			}
			digits[w*len(scalars)+i] = int16(digit)
		}
	}
	return digits
}

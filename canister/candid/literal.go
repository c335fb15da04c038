package candid

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// number makes a value of a number as written.
func number(n *node, want Type) (Value, *fault) {
	switch want.kind {
	case KindFloat32, KindFloat64:
		return floatNumber(n, want)
	case KindNat, KindInt, KindNat8, KindNat16, KindNat32, KindNat64, KindInt8, KindInt16, KindInt32, KindInt64:
	default:
		return nil, expected(n, want)
	}
	if isFloat(n.text) {
		return nil, &fault{at: n.pos, says: fmt.Sprintf("a float where %s is expected", want.kind)}
	}
	i, says := integer(n.text)
	if says != "" {
		return nil, &fault{at: n.pos, says: says}
	}
	least, most := bounds(want.kind)
	if least != nil && i.Cmp(least) < 0 || most != nil && i.Cmp(most) > 0 {
		return nil, &fault{at: n.pos, says: outOfBounds(n, want.kind, least, most)}
	}
	return integerValue(want.kind, i), nil
}

func outOfBounds(n *node, kind Kind, least, most *big.Int) string {
	if most == nil {
		return fmt.Sprintf("%s where %s is expected, which is not negative", token{tokenNumber, n.pos, n.text}, kind)
	}
	return fmt.Sprintf("%s where %s is expected, from %s to %s", token{tokenNumber, n.pos, n.text}, kind,
		grouped(least.String()), grouped(most.String()))
}

// integer reads a decimal or hexadecimal number; says tells why it is none.
func integer(text string) (i *big.Int, says string) {
	digits := strings.TrimLeft(text, "+-")
	i = new(big.Int)
	switch {
	case len(digits) > 2 && digits[1]|0x20 == 'x':
		digits = digits[2:]
		if len(digits)%2 == 1 {
			digits = "0" + digits
		}
		raw, err := hex.DecodeString(digits) // in linear time, unlike SetString
		if err != nil {
			return nil, "a hexadecimal number has to have digits"
		}
		i.SetBytes(raw)
	case len(digits) > maxDigits:
		return nil, fmt.Sprintf("a number of %d digits; %d are the most, and none for a hexadecimal one", len(digits), maxDigits)
	default:
		if _, ok := i.SetString(digits, 10); !ok {
			return nil, "a hexadecimal number has to have digits"
		}
	}
	if text[0] == '-' {
		i.Neg(i)
	}
	return i, ""
}

// bounds are the least and the greatest number of a type; nil where there is none.
func bounds(kind Kind) (least, most *big.Int) {
	bits := uint(8 * kind.width())
	switch kind {
	case KindNat:
		return new(big.Int), nil
	case KindInt:
		return nil, nil
	case KindNat8, KindNat16, KindNat32, KindNat64:
		most = new(big.Int).Lsh(big.NewInt(1), bits)
		return new(big.Int), most.Sub(most, big.NewInt(1))
	}
	most = new(big.Int).Lsh(big.NewInt(1), bits-1)
	return new(big.Int).Neg(most), most.Sub(most, big.NewInt(1))
}

// integerValue makes a value of a number that is within the bounds of its type.
func integerValue(kind Kind, i *big.Int) Value {
	switch kind {
	case KindNat:
		n, _ := BigNat(i)
		return n
	case KindNat8:
		return Nat8(i.Uint64())
	case KindNat16:
		return Nat16(i.Uint64())
	case KindNat32:
		return Nat32(i.Uint64())
	case KindNat64:
		return Nat64(i.Uint64())
	case KindInt8:
		return Int8(i.Int64())
	case KindInt16:
		return Int16(i.Int64())
	case KindInt32:
		return Int32(i.Int64())
	case KindInt64:
		return Int64(i.Int64())
	}
	return BigInt(i)
}

// floatNumber reads a float; an integer is one, too.
//
//tidy:float the nearest float to what is written, by Go's exact conversion
func floatNumber(n *node, want Type) (Value, *fault) {
	text, bits := n.text, 64
	if want.kind == KindFloat32 {
		bits = 32
	}
	if strings.ContainsAny(text, "xX") && !strings.ContainsAny(text, "pP") {
		text += "p0" // Go wants an exponent
	}
	f, err := strconv.ParseFloat(text, bits)
	if err != nil {
		return nil, &fault{at: n.pos, says: fmt.Sprintf("%s is not a number that %s can hold", token{tokenNumber, n.pos, n.text}, want.kind)}
	}
	if bits == 32 {
		return Float32(f), nil
	}
	return Float64(f), nil
}

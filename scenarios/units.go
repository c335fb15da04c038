package scenarios

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"icsim/protocol"
)

// signed reads a text that may begin with a minus.
func signed[N ~int64](text string, read func(string) (N, error)) (N, error) {
	rest, negative := strings.CutPrefix(text, "-")
	n, err := read(rest)
	if negative {
		return -n, err
	}
	return n, err
}

func printSigned[N ~int64](n N, d *dimension) string {
	if n < 0 {
		return "-" + d.print(new(big.Int).Neg(big.NewInt(int64(n))))
	}
	return d.print(big.NewInt(int64(n)))
}

func parseDuration(text string) (time.Duration, error) {
	n, err := duration.integer(text)
	return time.Duration(n), err
}

// unlimited is the word for a bandwidth without limit, which is 0 inside.
const unlimited = "unlimited"

func parseBandwidth(text string) (int64, error) {
	if text == unlimited {
		return 0, nil
	}
	n, err := bandwidth.integer(text)
	if err == nil && n == 0 {
		err = fmt.Errorf("is none at all; want %s", bandwidth.want)
	}
	return n, err
}

func printBandwidth(n int64) string {
	if n == 0 {
		return unlimited
	}
	return bandwidth.print(big.NewInt(n))
}

// parseCycles also takes the word: 10T cycles.
func parseCycles(text string) (protocol.Cycles, error) {
	if number, ok := strings.CutSuffix(text, " cycles"); ok && strings.TrimRight(number, "0123456789_") != "" {
		text = number
	}
	v, err := amount.whole(text)
	if err != nil {
		return protocol.Cycles{}, err
	}
	if v.BitLen() > 128 {
		return protocol.Cycles{}, fmt.Errorf("is more than 2^128 cycles")
	}
	low := new(big.Int).SetUint64(1<<64 - 1)
	return protocol.Cycles{Hi: new(big.Int).Rsh(v, 64).Uint64(), Lo: low.And(low, v).Uint64()}, nil
}

func printCycles(c protocol.Cycles) string {
	v := new(big.Int).SetUint64(c.Hi)
	return amount.print(v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(c.Lo)))
}

// parseShare gives parts per billion, rounded down.
func parseShare(text string) (int64, error) {
	v, err := share.ratio(text, billion)
	if err != nil {
		return 0, err
	}
	n := new(big.Int).Quo(v.Num(), v.Denom())
	if !n.IsInt64() {
		return 0, fmt.Errorf("is too large; want %s", share.want)
	}
	return n.Int64(), nil
}

// A Factor is a ratio of small numbers.
type Factor struct{ Num, Den uint32 }

func (f Factor) String() string {
	if f.Den == 1 {
		return fmt.Sprintf("%dx", f.Num)
	}
	return fmt.Sprintf("%d/%d", f.Num, f.Den)
}

func parseFactor(text string) (Factor, error) {
	v, err := times.ratio(text, 1)
	if err != nil {
		return Factor{}, err
	}
	if v.Sign() <= 0 || v.Num().BitLen() > 32 || v.Denom().BitLen() > 32 {
		return Factor{}, fmt.Errorf("is not above 0 and of numbers below 2^32; want %s", times.want)
	}
	return Factor{uint32(v.Num().Uint64()), uint32(v.Denom().Uint64())}, nil
}

// parseRate gives the time between two events, rounded down to nanoseconds.
func parseRate(text string) (time.Duration, error) {
	number, per, ok := strings.Cut(text, "/")
	span := duration.unit(per)
	if !ok || span == nil {
		return 0, fmt.Errorf("is not %s", rate.want)
	}
	n, err := rate.read(number + "each")
	if err != nil || n.Sign() == 0 {
		return 0, fmt.Errorf("is not %s", rate.want)
	}
	every := n.Quo(new(big.Rat).SetInt64(span.size), n)
	v := new(big.Int).Quo(every.Num(), every.Denom())
	if v.Sign() == 0 || !v.IsInt64() {
		return 0, fmt.Errorf("is not between one in a nanosecond and one in 292 years")
	}
	return time.Duration(v.Int64()), nil
}

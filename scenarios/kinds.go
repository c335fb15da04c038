package scenarios

import (
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"icsim/protocol"
	"icsim/sim/network"
)

// A kind is what a field may hold. parse's error continues a sentence that begins with the field and its text.
type kind[T any] struct {
	want  string
	parse func(string) (T, error)
}

// optional takes a field that has a default.
func optional[T any](o *object, key string, k kind[T], def T) T {
	n := o.take(key)
	if n == nil {
		return def
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		o.fail(key, "%s is %s; want %s", key, describe(n), k.want)
		return def
	}
	v, err := k.parse(n.Value)
	if err != nil {
		o.fail(key, "%s %q %v", key, shorten(n.Value), err)
		return def
	}
	return v
}

// required takes a field that must be there.
func required[T any](o *object, key string, k kind[T]) T {
	var none T
	if !o.has(key) && !o.broken {
		o.r.fail(o.line, "%s needs %s: %s", o.what, key, k.want)
	}
	return optional(o, key, k, none)
}

// between adds bounds to a kind.
func between[T ~int | ~int64 | ~uint64](k kind[T], low, high T, print func(T) string) kind[T] {
	bounds := fmt.Sprintf("from %s to %s", print(low), print(high))
	return kind[T]{k.want + ", " + bounds, func(text string) (T, error) {
		v, err := k.parse(text)
		if err == nil && (v < low || v > high) {
			err = fmt.Errorf("is out of range; want %s", bounds)
		}
		return v, err
	}}
}

func printInt[T ~int | ~int64 | ~uint64](v T) string { return fmt.Sprint(v) }

func printDuration(d time.Duration) string { return printSigned(d, &duration) }
func printSize(n int64) string             { return printSigned(n, &size) }
func printShare(ppb int64) string          { return printSigned(ppb, &share) }

// A time span between two bounds.
func spans(low, high time.Duration) kind[time.Duration] {
	return between(kind[time.Duration]{duration.want, parseDuration}, low, high, printDuration)
}

// A signed time span, not 0, that is not longer than a bound.
func shifts(most time.Duration) kind[time.Duration] {
	parse := func(text string) (time.Duration, error) {
		d, err := signed(text, parseDuration)
		if err == nil && d == 0 {
			err = fmt.Errorf("is no shift; want a duration such as 5s or -5s")
		}
		return d, err
	}
	return between(kind[time.Duration]{duration.want, parse}, -most, most, printDuration)
}

func counts(low, high int) kind[int] {
	return between(kind[int]{"a whole number", func(text string) (int, error) {
		n, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		if err != nil {
			return 0, fmt.Errorf("is not a whole number; want one from %d to %d", low, high)
		}
		return n, nil
	}}, low, high, printInt)
}

func sizes(low, high int64) kind[int64] {
	return between(kind[int64]{size.want, size.integer}, low, high, printSize)
}

func bits() kind[int64] { return kind[int64]{bandwidth.want, parseBandwidth} }

func losses(low int64) kind[network.Loss] {
	k := between(kind[int64]{share.want, parseShare}, low, int64(network.MaxLoss), printShare)
	return kind[network.Loss]{k.want, func(text string) (network.Loss, error) {
		v, err := k.parse(text)
		return network.Loss(v), err
	}}
}

// A signed share of at most most parts per billion.
func deviations(most int64) kind[int64] {
	parse := func(text string) (int64, error) { return signed(text, parseShare) }
	return between(kind[int64]{share.want, parse}, -most, most, printShare)
}

func multiples() kind[Factor] { return kind[Factor]{times.want, parseFactor} }

func cycles() kind[protocol.Cycles] { return kind[protocol.Cycles]{amount.want, parseCycles} }

func rates() kind[time.Duration] { return kind[time.Duration]{rate.want, parseRate} }

func switches() kind[bool] {
	return kind[bool]{"true or false", func(text string) (bool, error) {
		if text != "true" && text != "false" {
			return false, fmt.Errorf("is not true or false")
		}
		return text == "true", nil
	}}
}

func texts(want string) kind[string] {
	return kind[string]{want, func(text string) (string, error) { return text, nil }}
}

func choices(words ...string) kind[string] {
	return kind[string]{either(words), func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("is unknown; %s", oneOf(text, words))
		}
		return text, nil
	}}
}

const nameWant = "a name of small letters, digits and -, that begins with a letter"

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// Names are also parts of references, so they have no dot, slash or space.
func names() kind[string] {
	return kind[string]{nameWant, func(text string) (string, error) {
		if !nameForm.MatchString(text) {
			return text, fmt.Errorf("is not %s", nameWant)
		}
		return text, nil
	}}
}

// figures are what expectations compare with. They only report: no trajectory depends on them.
func figures() kind[float64] {
	return kind[float64]{"a number", func(text string) (float64, error) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("is not a number")
		}
		return v, nil
	}}
}

func dates() kind[time.Time] {
	const want = "a date and time such as 2026-01-01T00:00:00Z, from 1970 to 2500"
	return kind[time.Time]{want, func(text string) (time.Time, error) {
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || t.Year() < 1970 || t.UTC().Year() >= 2500 {
			return time.Time{}, fmt.Errorf("is not %s", want)
		}
		return t.UTC(), nil
	}}
}

// Bytes are written hex"4449444c".
func blobs() kind[[]byte] {
	const want = `bytes such as hex"4449444c0000"`
	return kind[[]byte]{want, func(text string) ([]byte, error) {
		digits, ok := strings.CutPrefix(text, `hex"`)
		digits, closed := strings.CutSuffix(digits, `"`)
		b, err := hex.DecodeString(digits)
		if !ok || !closed || err != nil {
			return nil, fmt.Errorf("is not %s", want)
		}
		return b, nil
	}}
}

func printBlob(b []byte) string { return `hex"` + hex.EncodeToString(b) + `"` }

// seeds are what all chance comes from.
func seeds() kind[uint64] {
	const want = "a seed: a whole number from 0 to 18446744073709551615"
	return kind[uint64]{want, func(text string) (uint64, error) {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("is not %s", want)
		}
		return n, nil
	}}
}

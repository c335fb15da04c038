package scenarios

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// A dimension is a kind of quantity: a number with one of its units. Values are exact, in base units.
type dimension struct {
	want  string // what a reader is told to write
	base  string // the base unit, for messages
	many  bool   // several parts may follow each other, as in 1m30s
	units []unit // from large to small; aliases after what printing should use
}

type unit struct {
	name string
	size int64 // in base units
}

var (
	duration = dimension{want: "a duration such as 150ms, 1.5s or 1m30s", base: "nanoseconds", many: true, units: []unit{
		{"d", 86_400_000_000_000}, {"h", 3_600_000_000_000}, {"m", 60_000_000_000}, {"s", 1_000_000_000},
		{"ms", 1_000_000}, {"us", 1000}, {"µs", 1000}, {"ns", 1},
	}}
	size = dimension{want: "a size such as 2MiB, 512KiB or 1000B", base: "bytes", units: []unit{
		{"GiB", 1 << 30}, {"GB", 1_000_000_000}, {"MiB", 1 << 20}, {"MB", 1_000_000}, {"KiB", 1 << 10}, {"kB", 1000}, {"B", 1},
	}}
	bandwidth = dimension{want: "a bandwidth such as 300Mbit, 1Gbit or 64kbit (a second), or unlimited", base: "bits a second", units: []unit{
		{"Gbit", 1_000_000_000}, {"Mbit", 1_000_000}, {"kbit", 1000}, {"bit", 1},
		{"Gbit/s", 1_000_000_000}, {"Mbit/s", 1_000_000}, {"kbit/s", 1000}, {"bit/s", 1},
	}}
	amount = dimension{want: "an amount of cycles such as 100T, 2.5B or 500M", base: "cycles", units: []unit{
		{"P", 1_000_000_000_000_000}, {"T", 1_000_000_000_000}, {"B", 1_000_000_000}, {"M", 1_000_000}, {"k", 1000}, {" cycles", 1},
	}}
	share = dimension{want: "a share such as 1%, 1/100 or 250ppm", base: "parts per billion", units: []unit{
		{"%", billion / 100}, {"ppm", 1000}, {"ppb", 1},
	}}
	times = dimension{want: "a factor such as 3x, 1.5x or 3/2", base: "times", units: []unit{{"x", 1}}}
	rate  = dimension{want: "a rate such as 5/s, 30/m or 0.5/s", base: "events", units: []unit{{"each", 1}}}
)

const billion = 1_000_000_000

var (
	numberAndUnit = regexp.MustCompile(`^([0-9][0-9_]*(?:\.[0-9]+)?)( ?[A-Za-zµ%/]*)`)
	fraction      = regexp.MustCompile(`^[0-9]+/[0-9]+$`)
)

// maxDigits bounds a number's text, so that exact arithmetic stays cheap.
const maxDigits = 48

// read gives the exact value of a text. 0 needs no unit.
func (d *dimension) read(text string) (*big.Rat, error) {
	if text == "0" {
		return new(big.Rat), nil
	}
	if len(text) > maxDigits {
		return nil, fmt.Errorf("is too long for a number; want %s", d.want)
	}
	total := new(big.Rat)
	for first, rest := true, text; first || rest != ""; first = false {
		m := numberAndUnit.FindStringSubmatch(rest)
		if m == nil || !first && !d.many {
			return nil, fmt.Errorf("is not %s", d.want)
		}
		if m[2] == "" && len(m[0]) == len(rest) {
			return nil, fmt.Errorf("has no unit; want %s", d.want)
		}
		u := d.unit(m[2])
		if u == nil {
			return nil, fmt.Errorf("is not %s", d.want)
		}
		n, _ := new(big.Rat).SetString(strings.ReplaceAll(m[1], "_", ""))
		total.Add(total, n.Mul(n, new(big.Rat).SetInt64(u.size)))
		rest = rest[len(m[0]):]
	}
	return total, nil
}

func (d *dimension) unit(name string) *unit {
	for i := range d.units {
		if d.units[i].name == name || " "+d.units[i].name == name {
			return &d.units[i]
		}
	}
	return nil
}

// whole reads what must be a whole number of base units.
func (d *dimension) whole(text string) (*big.Int, error) {
	v, err := d.read(text)
	if err != nil {
		return nil, err
	}
	if !v.IsInt() {
		return nil, fmt.Errorf("is not a whole number of %s", d.base)
	}
	return v.Num(), nil
}

// integer is whole for what fits 64 bits.
func (d *dimension) integer(text string) (int64, error) {
	v, err := d.whole(text)
	if err != nil {
		return 0, err
	}
	if !v.IsInt64() {
		return 0, fmt.Errorf("is too large; want %s", d.want)
	}
	return v.Int64(), nil
}

// ratio reads a/b of one whole, or a number with a unit.
func (d *dimension) ratio(text string, one int64) (*big.Rat, error) {
	if !fraction.MatchString(text) || len(text) > maxDigits {
		return d.read(text)
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("divides by zero; want %s", d.want)
	}
	return v.Mul(v, new(big.Rat).SetInt64(one)), nil
}

// print writes a value with the largest unit that it is a whole number of.
func (d *dimension) print(v *big.Int) string {
	if v.Sign() == 0 {
		return "0"
	}
	for _, u := range d.units {
		if q, rest := new(big.Int).QuoRem(v, big.NewInt(u.size), new(big.Int)); rest.Sign() == 0 {
			return q.String() + u.name
		}
	}
	panic("scenarios: no unit prints " + v.String())
}

package candid

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format writes values as text, as a list of arguments: (1_000 : nat, record { owner = principal "aaaaa-aa" }). Numbers carry
// their types, so ParseArgs gives the same values.
func Format(args []Value) string {
	p := &valuePrinter{}
	p.out.WriteByte('(')
	for i, v := range args {
		if i > 0 {
			p.out.WriteString(", ")
		}
		p.value(v)
	}
	p.out.WriteByte(')')
	return p.out.String()
}

// FormatValue writes one value, with its type if it is a number.
func FormatValue(v Value) string {
	p := &valuePrinter{}
	p.value(v)
	return p.out.String()
}

type valuePrinter struct{ out strings.Builder }

func (p *valuePrinter) value(v Value) {
	switch v := v.(type) {
	case nil:
		p.out.WriteString("no value")
	case Null:
		p.out.WriteString("null")
	case Bool:
		p.out.WriteString(strconv.FormatBool(bool(v)))
	case Text:
		p.out.WriteString(quoteText(string(v)))
	case Blob:
		p.out.WriteString("blob " + quoteBlob(v))
	case Principal:
		p.out.WriteString(`principal "` + v.String() + `"`)
	case Service:
		p.out.WriteString(`service "` + v.String() + `"`)
	case Func:
		p.out.WriteString(`func "` + v.Service.String() + `".` + quoteName(v.Method))
	case Opt:
		p.opt(v)
	case Vec:
		p.vec(v)
	case Record:
		p.record(v)
	case Variant:
		p.variant(v)
	default:
		p.number(v)
	}
}

// number writes a number with its type.
//
//tidy:float floats are written out
func (p *valuePrinter) number(v Value) {
	switch v := v.(type) {
	case Nat:
		p.annotated(bigText(v.Big()), KindNat)
	case Int:
		p.annotated(bigText(v.Big()), KindInt)
	case Nat8:
		p.annotated(grouped(strconv.FormatUint(uint64(v), 10)), KindNat8)
	case Nat16:
		p.annotated(grouped(strconv.FormatUint(uint64(v), 10)), KindNat16)
	case Nat32:
		p.annotated(grouped(strconv.FormatUint(uint64(v), 10)), KindNat32)
	case Nat64:
		p.annotated(grouped(strconv.FormatUint(uint64(v), 10)), KindNat64)
	case Int8:
		p.annotated(grouped(strconv.FormatInt(int64(v), 10)), KindInt8)
	case Int16:
		p.annotated(grouped(strconv.FormatInt(int64(v), 10)), KindInt16)
	case Int32:
		p.annotated(grouped(strconv.FormatInt(int64(v), 10)), KindInt32)
	case Int64:
		p.annotated(grouped(strconv.FormatInt(int64(v), 10)), KindInt64)
	case Float32:
		p.annotated(floatText(float64(v), 32), KindFloat32)
	case Float64:
		p.annotated(floatText(float64(v), 64), KindFloat64)
	}
}

func (p *valuePrinter) annotated(number string, kind Kind) {
	p.out.WriteString(number + " : " + kind.String())
}

// opt writes in parentheses what carries a type.
func (p *valuePrinter) opt(v Opt) {
	p.out.WriteString("opt ")
	if !isNumber(v.Value) {
		p.value(v.Value)
		return
	}
	p.out.WriteByte('(')
	p.value(v.Value)
	p.out.WriteByte(')')
}

func isNumber(v Value) bool {
	switch v.(type) {
	case Nat, Int, Nat8, Nat16, Nat32, Nat64, Int8, Int16, Int32, Int64, Float32, Float64: //tidy:float only told apart
		return true
	}
	return false
}

func (p *valuePrinter) vec(v Vec) {
	p.out.WriteString("vec {")
	for i, item := range v {
		p.next(i)
		p.value(item)
	}
	p.close(len(v))
}

func (p *valuePrinter) record(v Record) {
	tuple := true
	for i, f := range v {
		tuple = tuple && f.ID == uint32(i) && f.Name == ""
	}
	p.out.WriteString("record {")
	for i, f := range v {
		p.next(i)
		if !tuple {
			p.out.WriteString(f.Label.String() + " = ")
		}
		p.value(f.Value)
	}
	p.close(len(v))
}

func (p *valuePrinter) variant(v Variant) {
	p.out.WriteString("variant { " + v.Label.String())
	if v.Value != (Null{}) {
		p.out.WriteString(" = ")
		p.value(v.Value)
	}
	p.out.WriteString(" }")
}

func (p *valuePrinter) next(i int) {
	if i > 0 {
		p.out.WriteByte(';')
	}
	p.out.WriteByte(' ')
}

func (p *valuePrinter) close(n int) {
	if n > 0 {
		p.out.WriteByte(' ')
	}
	p.out.WriteByte('}')
}

// maxDigits is how long a decimal number may be: reading one takes time that grows with the square of its length.
const maxDigits = 10_000

// bigText writes a number of any size; beyond maxDigits, in hexadecimal.
func bigText(n *big.Int) string {
	const bitsPerDigit = 3 // log2 of 10 is more than 3, so this is on the safe side
	if n.BitLen() <= bitsPerDigit*maxDigits {
		return grouped(n.String())
	}
	text := n.Text(16)
	if digits, negative := strings.CutPrefix(text, "-"); negative {
		return "-0x" + digits
	}
	return "0x" + text
}

// grouped parts a decimal number's digits in threes.
func grouped(digits string) string {
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	var out strings.Builder
	out.WriteString(sign)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteByte('_')
		}
		out.WriteByte(digits[i])
	}
	return out.String()
}

// floatText writes the shortest number that reads as the same float, always with a point or an exponent.
//
//tidy:float floats are written out
func floatText(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// quoteText writes a text so that it reads the same: what cannot be seen is escaped.
func quoteText(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case unicode.IsPrint(r) && r != utf8.RuneError:
			out.WriteRune(r)
		default:
			out.WriteString(`\u{` + strconv.FormatInt(int64(r), 16) + `}`)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// quoteBlob writes printable ASCII as it is and all else as \xx.
func quoteBlob(b []byte) string {
	const hex = "0123456789abcdef"
	out := make([]byte, 0, len(b)+2)
	out = append(out, '"')
	for _, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			out = append(out, '\\', hex[c>>4], hex[c&15])
		} else {
			out = append(out, c)
		}
	}
	return string(append(out, '"'))
}

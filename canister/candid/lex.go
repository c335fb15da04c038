package candid

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A token of the text of values, types and descriptions.
type token struct {
	kind tokenKind
	pos  int
	text string // what it says: a name, a number without underscores, the bytes of a text
}

type tokenKind int8

const (
	tokenEnd    tokenKind = iota
	tokenMark             // punctuation: one character, or ->
	tokenName             // an identifier or a keyword
	tokenNumber           // with its sign
	tokenText             // in quotes; not necessarily UTF-8
)

// String is the token as an error quotes it.
func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenText:
		return "a text"
	}
	if most := 40; len(t.text) > most {
		return "'" + t.text[:most] + "…'"
	}
	return "'" + t.text + "'"
}

// lex parts a source into tokens; the last is tokenEnd.
func lex(src string) ([]token, *fault) {
	l := lexer{src: src}
	for {
		t, f := l.next()
		if f != nil {
			return nil, f
		}
		l.tokens = append(l.tokens, t)
		if t.kind == tokenEnd {
			return l.tokens, nil
		}
	}
}

type lexer struct {
	src    string
	pos    int
	tokens []token
}

func (l *lexer) fault(at int, says string) *fault { return &fault{at: at, says: says} }

// peek gives the character at a distance, or 0 beyond the end.
func (l *lexer) peek(distance int) byte {
	if l.pos+distance < len(l.src) {
		return l.src[l.pos+distance]
	}
	return 0
}

func (l *lexer) next() (token, *fault) {
	if f := l.space(); f != nil {
		return token{}, f
	}
	start, c := l.pos, l.peek(0)
	switch {
	case l.pos >= len(l.src):
		return token{pos: start}, nil
	case isLetter(c):
		l.while(func(c byte) bool { return isLetter(c) || isDigit(c) })
		return token{tokenName, start, l.src[start:l.pos]}, nil
	case c == '"':
		text, f := l.text()
		return token{tokenText, start, text}, f
	case isDigit(c), (c == '-' || c == '+') && isDigit(l.peek(1)):
		return token{tokenNumber, start, l.number()}, nil
	case (c == '-' || c == '+') && strings.HasPrefix(l.src[l.pos+1:], "inf"):
		l.pos += len("-inf")
		return token{tokenNumber, start, l.src[start:l.pos]}, nil
	case c == '-' && l.peek(1) == '>':
		l.pos += len("->")
		return token{tokenMark, start, "->"}, nil
	case strings.IndexByte("(){};:,.=!", c) >= 0:
		l.pos++
		return token{tokenMark, start, l.src[start:l.pos]}, nil
	}
	r, _ := utf8.DecodeRuneInString(l.src[start:])
	return token{}, l.fault(start, fmt.Sprintf("the character %q has no meaning here", r))
}

func (l *lexer) while(in func(byte) bool) {
	for l.pos < len(l.src) && in(l.src[l.pos]) {
		l.pos++
	}
}

// space passes over blanks and comments; those of the block form nest.
func (l *lexer) space() *fault {
	for {
		l.while(func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' })
		switch rest := l.src[l.pos:]; {
		case strings.HasPrefix(rest, "//"):
			l.while(func(c byte) bool { return c != '\n' })
		case strings.HasPrefix(rest, "/*"):
			if f := l.block(); f != nil {
				return f
			}
		default:
			return nil
		}
	}
}

func (l *lexer) block() *fault {
	start, depth := l.pos, 0
	for l.pos < len(l.src) {
		switch rest := l.src[l.pos:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			l.pos += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			l.pos += 2
		default:
			l.pos++
		}
		if depth == 0 {
			return nil
		}
	}
	return l.fault(start, "a comment without its end; */ is expected")
}

// number takes what may be a number; what it is worth is for the type to say.
func (l *lexer) number() string {
	start := l.pos
	if c := l.peek(0); c == '-' || c == '+' {
		l.pos++
	}
	digit, exponent := isDigit, byte('e')
	if l.peek(0) == '0' && l.peek(1)|0x20 == 'x' {
		l.pos += 2
		digit, exponent = isHexDigit, 'p'
	}
	digits := func() { l.while(func(c byte) bool { return digit(c) || c == '_' }) }
	digits()
	if l.peek(0) == '.' {
		l.pos++
		digits()
	}
	if l.peek(0)|0x20 == exponent {
		l.pos++
		if c := l.peek(0); c == '-' || c == '+' {
			l.pos++
		}
		digit = isDigit
		digits()
	}
	return strings.ReplaceAll(l.src[start:l.pos], "_", "")
}

// text takes what stands in quotes.
func (l *lexer) text() (string, *fault) {
	start := l.pos
	l.pos++
	var out []byte
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; c {
		case '"':
			l.pos++
			return string(out), nil
		case '\\':
			var f *fault
			if out, f = l.escape(out); f != nil {
				return "", f
			}
		default:
			out = append(out, c)
			l.pos++
		}
	}
	return "", l.fault(start, `a text without its end; " is expected`)
}

// escape reads \n, \22 or \u{1F4A9} and appends what it means.
func (l *lexer) escape(out []byte) ([]byte, *fault) {
	at, c := l.pos, l.peek(1)
	l.pos += 2
	if i := strings.IndexByte(`nrt\"'`, c); i >= 0 && c != 0 {
		return append(out, "\n\r\t\\\"'"[i]), nil
	}
	if isHexDigit(c) && isHexDigit(l.peek(0)) {
		l.pos++
		return append(out, hexValue(c)<<4|hexValue(l.src[l.pos-1])), nil
	}
	if c == 'u' && l.peek(0) == '{' {
		return l.codePoint(out)
	}
	return nil, l.fault(at, `an escape is \n, \r, \t, \\, \", \', two hexadecimal digits or \u{…}`)
}

// codePoint reads from the brace of \u{2603}.
func (l *lexer) codePoint(out []byte) ([]byte, *fault) {
	at := l.pos
	l.pos++
	value, digits := rune(0), 0
	for ; isHexDigit(l.peek(0)) || l.peek(0) == '_' && digits > 0; l.pos++ {
		if l.peek(0) != '_' {
			value = min(value<<4|rune(hexValue(l.peek(0))), utf8.MaxRune+1)
			digits++
		}
	}
	if l.peek(0) != '}' || digits == 0 || !utf8.ValidRune(value) {
		return nil, l.fault(at, `\u{…} holds the hexadecimal number of a Unicode character`)
	}
	l.pos++
	return utf8.AppendRune(out, value), nil
}

func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

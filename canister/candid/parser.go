package candid

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A parser takes tokens one by one.
type parser struct {
	tokens []token // ends with tokenEnd
	depth  int
}

func newParser(src string) (*parser, *fault) {
	tokens, f := lex(src)
	return &parser{tokens: tokens}, f
}

func (p *parser) peek() token { return p.tokens[0] }

// second is the token after the next.
func (p *parser) second() token { return p.tokens[min(1, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tokens[0]
	if len(p.tokens) > 1 {
		p.tokens = p.tokens[1:]
	}
	return t
}

// is tells whether the next token is this mark or word.
func (p *parser) is(text string) bool { return p.peek().is(text) }

func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenMark || t.kind == tokenName)
}

// accept takes the next token if it is this one.
func (p *parser) accept(text string) bool {
	if !p.is(text) {
		return false
	}
	p.take()
	return true
}

func (p *parser) expect(text, after string) *fault {
	if p.accept(text) {
		return nil
	}
	return p.unexpected("'" + text + "' " + after)
}

// unexpected says what would be accepted.
func (p *parser) unexpected(wanted string) *fault {
	return &fault{at: p.peek().pos, says: fmt.Sprintf("%s where %s is expected", p.peek(), wanted)}
}

func (p *parser) end() *fault {
	if p.peek().kind != tokenEnd {
		return p.unexpected("the end")
	}
	return nil
}

// enter and leave bound the depth of the recursion.
func (p *parser) enter() *fault {
	if p.depth++; p.depth > maxDepth {
		return &fault{at: p.peek().pos, says: tooDeep}
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// list reads items up to a closing mark, with a separator between them and perhaps after the last. The opening mark is taken already.
func (p *parser) list(separator, closing string, item func() *fault) *fault {
	for !p.accept(closing) {
		if f := item(); f != nil {
			return f
		}
		if p.accept(separator) || p.is(closing) {
			continue
		}
		return p.unexpected("'" + separator + "' or '" + closing + "'")
	}
	return nil
}

// name takes an identifier or a text.
func (p *parser) name(what string) (string, *fault) {
	t := p.peek()
	switch {
	case t.kind == tokenName:
	case t.kind == tokenText && utf8.ValidString(t.text):
	default:
		return "", p.unexpected(what)
	}
	p.take()
	return t.text, nil
}

// label takes the name or number of a field.
func (p *parser) label() (Label, *fault) {
	t := p.peek()
	if t.kind != tokenNumber {
		name, f := p.name("the name or number of a field")
		return Named(name), f
	}
	id, ok := fieldID(t.text)
	if !ok {
		return Label{}, p.unexpected("the number of a field, from 0 to 4_294_967_295,")
	}
	p.take()
	return Numbered(id), nil
}

// fieldID reads a decimal or hexadecimal number without a sign.
func fieldID(number string) (uint32, bool) {
	base := 10
	if digits, ok := strings.CutPrefix(strings.ToLower(number), "0x"); ok {
		number, base = digits, 16
	}
	id, err := strconv.ParseUint(number, base, 32)
	return uint32(id), err == nil
}

// inOrder checks that no two labels are the same, and gives their order by id.
func inOrder(labels []Label, at func(int) int) ([]int, *fault) {
	order := make([]int, len(labels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return byLabel(Field{Label: labels[a]}, Field{Label: labels[b]}) })
	for i := 1; i < len(order); i++ {
		if a, b := labels[order[i-1]], labels[order[i]]; a.ID == b.ID {
			return nil, &fault{at: at(order[i]), says: fmt.Sprintf("field %s has the number %d of field %s; one of them has to go", b, b.ID, a)}
		}
	}
	return order, nil
}

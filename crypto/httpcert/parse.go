package httpcert

import (
	"errors"
	"fmt"
	"strings"
)

// A parser reads the subset of CEL that expressions are of: a message NAME{field: value, …} whose fields are messages and lists of
// texts. It knows what may come next, so it needs no tree, and no bound on one.
type parser struct {
	text string
	at   int
}

// oneof is the fields of a message of which exactly one has to be given.
type oneof []member

type member struct {
	name string
	read func() error // its value
}

// message reads NAME{field: value, …}: a field of each group, in any order.
func (p *parser) message(name string, groups ...oneof) error {
	if err := p.symbols(name, "{"); err != nil {
		return err
	}
	given := make([]string, len(groups))
	for n := range groups {
		if n > 0 {
			if err := p.symbols(","); err != nil {
				return err
			}
		}
		if err := p.member(name, groups, given); err != nil {
			return err
		}
	}
	return p.symbols("}")
}

// member reads a field of a group of which none has been given.
func (p *parser) member(message string, groups []oneof, given []string) error {
	p.space()
	name := p.word()
	var wanted []string
	for i, group := range groups {
		for _, m := range group {
			switch {
			case given[i] == "" && m.name == name:
				given[i] = name
				p.at += len(name)
				if err := p.symbols(":"); err != nil {
					return err
				}
				return m.read()
			case given[i] == "":
				wanted = append(wanted, m.name)
			case m.name == name:
				return fmt.Errorf("%s of %s after %s", name, message, given[i])
			}
		}
	}
	return fmt.Errorf("%s where %s of %s belongs", p.next(), strings.Join(wanted, " or "), message)
}

// texts reads ["text", …].
func (p *parser) texts(into *[]string) error {
	if err := p.symbols("["); err != nil {
		return err
	}
	if p.space(); p.has("]") {
		return p.symbols("]")
	}
	for {
		if err := p.quoted(into); err != nil {
			return err
		}
		if p.space(); p.has("]") {
			return p.symbols("]")
		}
		if !p.has(",") {
			return fmt.Errorf("%s where , or ] belongs", p.next())
		}
		p.at++
	}
}

// quoted reads a text. There are no escapes: a backslash is one (the specification's EBNF).
func (p *parser) quoted(into *[]string) error {
	if err := p.symbols(`"`); err != nil {
		return err
	}
	end := strings.IndexAny(p.text[p.at:], "\"\n\x00")
	if end < 0 || p.text[p.at+end] != '"' {
		return errors.New("a text that does not end on its line")
	}
	*into = append(*into, p.text[p.at:p.at+end])
	p.at += end + 1
	return nil
}

// symbols reads words and marks. The empty one is the end.
func (p *parser) symbols(all ...string) error {
	for _, s := range all {
		p.space()
		switch {
		case s == "" && p.at < len(p.text):
			return fmt.Errorf("%s after the end", p.next())
		case !p.has(s):
			return fmt.Errorf("%s where %s belongs", p.next(), s)
		}
		p.at += len(s)
	}
	return nil
}

// has tells whether a word or mark comes next, and not as the beginning of a longer word.
func (p *parser) has(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	word := p.word()
	return word == "" || word == s
}

// word is the name that comes next, if one does.
func (p *parser) word() string {
	end := p.at
	for end < len(p.text) && isWord(p.text[end]) {
		end++
	}
	return p.text[p.at:end]
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// next describes what comes next.
func (p *parser) next() string {
	switch word := p.word(); {
	case word != "":
		return fmt.Sprintf("%.40s", word)
	case p.at < len(p.text):
		return fmt.Sprintf("%q", p.text[p.at:min(p.at+1, len(p.text))])
	}
	return "the end"
}

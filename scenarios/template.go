package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"icsim/canister/candid"
)

// A Template is Candid as a person writes it, in which $name stands for a value: what an earlier call brought, or the
// principal of a user, canister or subnet. $name.field leads into a record or, if it is that case, a variant.
type Template struct {
	Text  string
	types []candid.Type // that it has to be of
	typed bool          // types are known
	parts []part
}

// A part of a template is text, or a reference and where it stands.
type part struct {
	text string
	name string // of a reference
	path []string
	at   int // in the template's text
}

var reference = regexp.MustCompile(`^\$([a-z][a-z0-9-]*)((?:\.[A-Za-z0-9_]+)*)`)

// newTemplate finds the references, which are not inside texts in quotes.
func newTemplate(text string) Template {
	t := Template{Text: text}
	from, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '$' && !quoted:
			m := reference.FindStringSubmatch(text[i:])
			if m == nil {
				continue // no Candid: parsing will say so
			}
			t.parts = append(t.parts, part{text: text[from:i], at: from})
			p := part{name: m[1], at: i}
			if m[2] != "" {
				p.path = strings.Split(m[2][1:], ".")
			}
			t.parts = append(t.parts, p)
			i += len(m[0]) - 1
			from = i + 1
		}
	}
	t.parts = append(t.parts, part{text: text[from:], at: from})
	return t
}

func (t *Template) isConstant() bool { return len(t.parts) == 1 }

// fill puts values in the places of references. value is not asked about texts.
func (t *Template) fill(value func(*part) (candid.Value, error)) (filled, error) {
	var f filled
	for i := range t.parts {
		p := &t.parts[i]
		f.starts = append(f.starts, len(f.text))
		if p.name == "" {
			f.text += p.text
			continue
		}
		v, err := value(p)
		if err != nil {
			return f, err
		}
		f.text += "(" + candid.FormatValue(v) + ")"
	}
	return f, nil
}

// A filled template knows where its parts have come to stand.
type filled struct {
	text   string
	starts []int
}

var position = regexp.MustCompile(`^line ([0-9]+), column ([0-9]+): `)

// locate lets an error name the place in the template's own text.
func (f *filled) locate(t *Template, err error) error {
	m := position.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	says := err.Error()[len(m[0]):]
	line, _ := strconv.Atoi(m[1])
	column, _ := strconv.Atoi(m[2])
	at := f.original(t, offset(f.text, line, column))
	before := t.Text[:min(at, len(t.Text))]
	column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	if !strings.Contains(strings.TrimSpace(t.Text), "\n") {
		return fmt.Errorf("column %d: %s", column, says)
	}
	return fmt.Errorf("line %d, column %d: %s", 1+strings.Count(before, "\n"), column, says)
}

// offset gives the byte of a line and column, which count from 1.
func offset(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	for ; column > 1 && at < len(text); column-- {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	return at
}

// original gives the place in the template of a place in the filled text.
func (f *filled) original(t *Template, at int) int {
	i := len(f.starts) - 1
	for i > 0 && f.starts[i] > at {
		i--
	}
	if t.parts[i].name != "" {
		return t.parts[i].at
	}
	return t.parts[i].at + at - f.starts[i]
}

// values reads a template once it is filled.
func (t *Template) values(f filled) ([]candid.Value, []candid.Type, error) {
	if !t.typed {
		values, types, err := candid.ParseArgs(f.text)
		if err != nil {
			err = f.locate(t, err)
		}
		return values, types, err
	}
	values, err := candid.ParseArgsAs(f.text, t.types)
	if err != nil {
		err = f.locate(t, err)
	}
	return values, t.types, err
}

// encode makes the message of a template.
func (t *Template) encode(value func(*part) (candid.Value, error)) ([]byte, error) {
	f, err := t.fill(value)
	if err != nil {
		return nil, err
	}
	values, types, err := t.values(f)
	if err != nil {
		return nil, err
	}
	return candid.Encode(values, types)
}

var errUnknownType = errors.New("of a type that is not known")

// check finds what is wrong with a template before anything is known but types.
func (t *Template) check(typeOf func(*part) (candid.Type, error)) error {
	f, err := t.fill(func(p *part) (candid.Value, error) {
		typ, err := typeOf(p)
		if err != nil {
			return nil, err
		}
		v, ok := sample(typ, maxSample)
		if !ok {
			return nil, errUnknownType
		}
		return v, nil
	})
	if err == errUnknownType {
		return nil // whether it fits is seen when it is there
	}
	if err == nil {
		_, _, err = t.values(f)
	}
	return err
}

// into gives the type that a path leads to; ok is false when there is no such way.
func into(t candid.Type, path []string) (candid.Type, bool) {
	for _, name := range path {
		if k := t.Kind(); k != candid.KindRecord && k != candid.KindVariant {
			return candid.Type{}, false
		}
		found := false
		for _, f := range t.Fields() {
			if f.ID == label(name).ID {
				t, found = f.Type, true
				break
			}
		}
		if !found {
			return candid.Type{}, false
		}
	}
	return t, true
}

// follow gives the value that a path leads to.
func follow(v candid.Value, path []string) (candid.Value, error) {
	for _, name := range path {
		switch x := v.(type) {
		case candid.Record:
			found := false
			for _, f := range x {
				if f.ID == label(name).ID {
					v, found = f.Value, true
					break
				}
			}
			if !found {
				return nil, fmt.Errorf("%s has no field %s", candid.FormatValue(x), name)
			}
		case candid.Variant:
			if x.ID != label(name).ID {
				return nil, fmt.Errorf("%s is not %s", candid.FormatValue(x), name)
			}
			v = x.Value
		default:
			return nil, fmt.Errorf("%s has no fields, so no %s", candid.FormatValue(v), name)
		}
	}
	return v, nil
}

func label(name string) candid.Label {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return candid.Numbered(uint32(n))
	}
	return candid.Named(name)
}

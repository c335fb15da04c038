package candid

import (
	"unicode/utf8"

	"icsim/crypto/principal"
)

// A node is a value as written. What it is worth depends on the type that it is wanted at.
type node struct {
	pos    int
	form   form
	text   string       // of a number, text or blob; the method of a func
	id     principal.ID // of a principal, service or func
	labels []Label      // of a record or variant, by rising id
	parts  []node       // of an opt, vec, record or variant; the annotated value
	typ    Type         // of an annotation
}

type form int8

const (
	formNumber form = iota
	formText
	formBlob
	formTrue
	formFalse
	formNull
	formOpt
	formVec
	formRecord
	formVariant
	formPrincipal
	formService
	formFunc
	formAnnotated
)

// formNames say what a node is, to a person.
var formNames = [...]string{"a number", "a text", "a blob", "true", "false", "null", "an opt", "a vec", "a record", "a variant",
	"a principal", "a service", "a func", "an annotated value"}

// arguments reads an <arg> and nothing after it.
func (p *parser) arguments() ([]node, *fault) {
	if f := p.expect("(", "before arguments"); f != nil {
		return nil, f
	}
	var args []node
	f := p.list(",", ")", func() *fault {
		n, f := p.annotated()
		args = append(args, n)
		return f
	})
	if f != nil {
		return nil, f
	}
	return args, p.end()
}

// annotated reads an <annval>.
func (p *parser) annotated() (node, *fault) {
	n, f := p.val()
	if f != nil || !p.accept(":") {
		return n, f
	}
	e, f := p.typ()
	if f != nil {
		return n, f
	}
	t, f := (*scope)(nil).typ(&e)
	return node{pos: n.pos, form: formAnnotated, typ: t, parts: []node{n}}, f
}

// val reads a <val>.
func (p *parser) val() (node, *fault) {
	if f := p.enter(); f != nil {
		return node{}, f
	}
	n, f := p.valHead()
	p.leave()
	return n, f
}

func (p *parser) valHead() (node, *fault) {
	t := p.peek()
	n := node{pos: t.pos, text: t.text}
	switch {
	case t.kind == tokenNumber:
		p.take()
		return n, nil
	case t.kind == tokenText:
		p.take()
		n.form = formText
		if !utf8.ValidString(t.text) {
			return n, &fault{at: t.pos, says: "a text has to be valid UTF-8; a blob may hold any bytes"}
		}
		return n, nil
	case t.is("("):
		p.take()
		n, f := p.annotated()
		if f != nil {
			return n, f
		}
		return n, p.expect(")", "after the value")
	case t.kind == tokenName:
		return p.word()
	}
	return n, p.unexpected("a value")
}

// word reads a value that begins with a word.
func (p *parser) word() (node, *fault) {
	t := p.peek()
	n := node{pos: t.pos}
	form, ok := words[t.text]
	if !ok {
		return n, p.unexpected("a value; a text stands in quotes and")
	}
	p.take()
	n.form = form
	switch form {
	case formNumber:
		n.text = t.text
	case formOpt:
		part, f := p.val()
		n.parts = []node{part}
		return n, f
	case formVec:
		if f := p.expect("{", "after vec"); f != nil {
			return n, f
		}
		return n, p.list(";", "}", func() *fault {
			part, f := p.annotated()
			n.parts = append(n.parts, part)
			return f
		})
	case formRecord:
		return n, p.record(&n)
	case formVariant:
		return n, p.variant(&n)
	case formBlob:
		if n.text = p.peek().text; p.peek().kind != tokenText {
			return n, p.unexpected("a text after blob")
		}
		p.take()
	case formPrincipal, formService, formFunc:
		return n, p.reference(&n)
	}
	return n, nil
}

var words = map[string]form{"true": formTrue, "false": formFalse, "null": formNull, "opt": formOpt, "vec": formVec, "record": formRecord,
	"variant": formVariant, "blob": formBlob, "principal": formPrincipal, "service": formService, "func": formFunc,
	"inf": formNumber, "nan": formNumber, "NaN": formNumber}

// record reads fields, and puts them in order.
func (p *parser) record(n *node) *fault {
	if f := p.expect("{", "after record"); f != nil {
		return f
	}
	next := uint64(0) // for a field without a label
	f := p.list(";", "}", func() *fault {
		label := Numbered(uint32(next))
		if p.second().is("=") {
			var f *fault
			if label, f = p.label(); f != nil {
				return f
			}
			p.take()
		} else if next > 1<<32-1 {
			return p.unexpected("a label, the number before being the last that there is,")
		}
		next = uint64(label.ID) + 1
		part, f := p.annotated()
		n.labels, n.parts = append(n.labels, label), append(n.parts, part)
		return f
	})
	if f != nil {
		return f
	}
	order, f := inOrder(n.labels, func(i int) int { return n.parts[i].pos })
	if f != nil {
		return f
	}
	labels, parts := make([]Label, len(order)), make([]node, len(order))
	for i, from := range order {
		labels[i], parts[i] = n.labels[from], n.parts[from]
	}
	n.labels, n.parts = labels, parts
	return nil
}

// variant reads the one case.
func (p *parser) variant(n *node) *fault {
	if f := p.expect("{", "after variant"); f != nil {
		return f
	}
	at := p.peek().pos
	label, f := p.label()
	if f != nil {
		return f
	}
	part := node{pos: at, form: formNull}
	if p.accept("=") {
		if part, f = p.annotated(); f != nil {
			return f
		}
	}
	n.labels, n.parts = []Label{label}, []node{part}
	p.accept(";")
	return p.expect("}", "after the case of the variant")
}

// reference reads what follows principal, service or func.
func (p *parser) reference(n *node) *fault {
	t := p.peek()
	if t.kind != tokenText {
		return p.unexpected(`a principal in quotes, such as "aaaaa-aa",`)
	}
	id, err := principal.Parse(t.text)
	if err != nil {
		return &fault{at: t.pos, says: err.Error()}
	}
	p.take()
	n.id = id
	if n.form != formFunc {
		return nil
	}
	if f := p.expect(".", "and the name of a method"); f != nil {
		return f
	}
	var f *fault
	n.text, f = p.name("the name of a method")
	return f
}

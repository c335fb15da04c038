package candid

import "fmt"

// A typeExpr is a type as written: names are not looked up yet.
type typeExpr struct {
	pos           int
	kind          Kind   // 0 for a name
	name          string // the name
	labels        []Label
	parts         []typeExpr // of an opt, vec, record or variant
	args, results []typeExpr
	mode          Mode
	methods       []methodExpr
}

type methodExpr struct {
	pos  int
	name string
	typ  typeExpr
}

// typ reads a <datatype>.
func (p *parser) typ() (typeExpr, *fault) {
	if f := p.enter(); f != nil {
		return typeExpr{}, f
	}
	t, f := p.typeHead()
	p.leave()
	return t, f
}

func (p *parser) typeHead() (typeExpr, *fault) {
	word := p.peek()
	if word.kind != tokenName {
		return typeExpr{}, p.unexpected("a type")
	}
	p.take()
	t := typeExpr{pos: word.pos}
	if kind, ok := primitive(word.text); ok {
		t.kind = kind
		return t, nil
	}
	switch word.text {
	case "blob":
		t.kind, t.parts = KindVec, []typeExpr{{pos: word.pos, kind: KindNat8}}
	case "opt", "vec":
		t.kind = KindOpt
		if word.text == "vec" {
			t.kind = KindVec
		}
		elem, f := p.typ()
		t.parts = []typeExpr{elem}
		return t, f
	case "record", "variant":
		return t, p.fields(&t, word.text == "variant")
	case "func":
		return t, p.function(&t)
	case "service":
		return t, p.service(&t)
	case "oneway", "query", "composite_query", "type", "import":
		return t, &fault{at: word.pos, says: "'" + word.text + "' where a type is expected"}
	default:
		t.name = word.text
	}
	return t, nil
}

// fields reads the fields of a record or the cases of a variant, and puts them in order.
func (p *parser) fields(t *typeExpr, variant bool) *fault {
	t.kind = KindRecord
	if variant {
		t.kind = KindVariant
	}
	if f := p.expect("{", "after "+t.kind.String()); f != nil {
		return f
	}
	next := uint64(0) // for a field without a label
	var at []int
	f := p.list(";", "}", func() *fault {
		at = append(at, p.peek().pos)
		label, part, f := p.field(next, variant)
		t.labels, t.parts = append(t.labels, label), append(t.parts, part)
		next = uint64(label.ID) + 1
		return f
	})
	if f != nil {
		return f
	}
	order, f := inOrder(t.labels, func(i int) int { return at[i] })
	if f != nil {
		return f
	}
	labels, parts := make([]Label, len(order)), make([]typeExpr, len(order))
	for i, from := range order {
		labels[i], parts[i] = t.labels[from], t.parts[from]
	}
	t.labels, t.parts = labels, parts
	return nil
}

func (p *parser) field(next uint64, variant bool) (Label, typeExpr, *fault) {
	at := p.peek().pos
	labelled := p.second().is(":")
	if !labelled && !variant {
		if next > 1<<32-1 {
			return Label{}, typeExpr{}, p.unexpected("a label, the number before being the last that there is,")
		}
		part, f := p.typ()
		return Numbered(uint32(next)), part, f
	}
	label, f := p.label()
	if f != nil {
		return label, typeExpr{}, f
	}
	if !labelled {
		return label, typeExpr{pos: at, kind: KindNull}, nil
	}
	p.take()
	part, f := p.typ()
	return label, part, f
}

// function reads a <functype>.
func (p *parser) function(t *typeExpr) (f *fault) {
	t.kind = KindFunc
	if t.args, f = p.tuple(); f != nil {
		return f
	}
	if f = p.expect("->", "and the results"); f != nil {
		return f
	}
	if t.results, f = p.tuple(); f != nil {
		return f
	}
	for i := 0; i < len(modes); i++ {
		if p.accept(modes[i].word) {
			t.mode |= modes[i].mode
			i = -1
		}
	}
	if t.mode&Oneway != 0 && len(t.results) > 0 {
		return &fault{at: t.pos, says: "a oneway function has no results"}
	}
	return nil
}

// tuple reads the types of arguments or results. Their names say something to people only.
func (p *parser) tuple() ([]typeExpr, *fault) {
	if f := p.expect("(", "before types of arguments or results"); f != nil {
		return nil, f
	}
	var types []typeExpr
	names := map[string]bool{}
	f := p.list(",", ")", func() *fault {
		if p.second().is(":") {
			at := p.peek().pos
			name, f := p.name("the name of an argument")
			if f != nil {
				return f
			}
			if names[name] {
				return &fault{at: at, says: "the name " + quoteName(name) + " is there twice"}
			}
			names[name] = true
			p.take()
		}
		t, f := p.typ()
		types = append(types, t)
		return f
	})
	return types, f
}

// service reads an <actortype>.
func (p *parser) service(t *typeExpr) *fault {
	t.kind = KindService
	if f := p.expect("{", "and methods"); f != nil {
		return f
	}
	names := map[string]bool{}
	return p.list(";", "}", func() *fault {
		m, f := p.method()
		if f == nil && names[m.name] {
			f = &fault{at: m.pos, says: "method " + quoteName(m.name) + " is there twice"}
		}
		names[m.name] = true
		t.methods = append(t.methods, m)
		return f
	})
}

func (p *parser) method() (m methodExpr, f *fault) {
	m.pos = p.peek().pos
	if m.name, f = p.name("the name of a method"); f != nil {
		return m, f
	}
	if f = p.expect(":", fmt.Sprintf("and the type of method %s", quoteName(m.name))); f != nil {
		return m, f
	}
	m.typ.pos = p.peek().pos
	if p.is("(") {
		return m, p.function(&m.typ)
	}
	m.typ.name, f = p.name("'(' or the name of a func type")
	return m, f
}

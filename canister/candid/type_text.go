package candid

import "strings"

// mostTypeText is where the text of a type is cut: types of messages may be exponentially long, or endless, when written out.
const mostTypeText = 2000

// String writes a type as Candid has it. Inner types that have a name are named; a type without one that
// contains itself, and all beyond 2,000 bytes, is written as an ellipsis.
func (t Type) String() string {
	p := typePrinter{open: map[*body]bool{}}
	p.head(t)
	return p.out.String()
}

type typePrinter struct {
	out  strings.Builder
	open map[*body]bool // those being written
}

func (p *typePrinter) inner(t Type) {
	if name := t.Name(); name != "" {
		p.out.WriteString(name)
		return
	}
	p.head(t)
}

func (p *typePrinter) head(t Type) {
	switch {
	case t.body == nil:
		p.out.WriteString(t.kind.String())
		return
	case t.isBlob():
		p.out.WriteString("blob")
		return
	case p.open[t.body] || p.out.Len() > mostTypeText:
		p.out.WriteString("…")
		return
	}
	p.open[t.body] = true
	p.composite(t)
	delete(p.open, t.body)
}

func (p *typePrinter) composite(t Type) {
	p.out.WriteString(t.kind.String())
	p.out.WriteByte(' ')
	switch t.kind {
	case KindOpt, KindVec:
		p.inner(t.body.elem)
	case KindRecord, KindVariant:
		tuple := t.kind == KindRecord && isTuple(t.body.fields)
		p.braces(len(t.body.fields), func(i int) { p.field(t.body.fields[i], t.kind, tuple) })
	case KindFunc:
		p.signature(t.body.signature)
	case KindService:
		p.braces(len(t.body.methods), func(i int) { p.method(t.body.methods[i]) })
	}
}

func (p *typePrinter) field(f Field, in Kind, tuple bool) {
	if !tuple {
		p.out.WriteString(f.Label.String())
	}
	if in == KindVariant && f.Type.kind == KindNull {
		return
	}
	if !tuple {
		p.out.WriteString(" : ")
	}
	p.inner(f.Type)
}

func (p *typePrinter) method(m Method) {
	p.out.WriteString(quoteName(m.Name) + " : ")
	if m.Type.Name() != "" {
		p.out.WriteString(m.Type.Name())
	} else {
		p.signature(m.Type.body.signature)
	}
}

// isTuple tells fields that are numbered from 0 and have no names.
func isTuple(fields []Field) bool {
	for i, f := range fields {
		if f.ID != uint32(i) || f.Name != "" {
			return false
		}
	}
	return true
}

func (p *typePrinter) signature(s Signature) {
	p.types(s.Args)
	p.out.WriteString(" -> ")
	p.types(s.Results)
	for _, m := range modes {
		if s.Mode&m.mode != 0 {
			p.out.WriteString(" " + m.word)
		}
	}
}

func (p *typePrinter) types(types []Type) {
	p.out.WriteByte('(')
	p.list(len(types), ", ", func(i int) { p.inner(types[i]) })
	p.out.WriteByte(')')
}

func (p *typePrinter) braces(n int, item func(int)) {
	if n == 0 {
		p.out.WriteString("{}")
		return
	}
	p.out.WriteString("{ ")
	p.list(n, "; ", item)
	p.out.WriteString(" }")
}

func (p *typePrinter) list(n int, between string, item func(int)) {
	for i := range n {
		if i > 0 {
			p.out.WriteString(between)
		}
		if p.out.Len() > mostTypeText {
			p.out.WriteString("…")
			return
		}
		item(i)
	}
}

// FormatTypes writes types as a list of arguments: (nat, opt text).
func FormatTypes(types []Type) string {
	p := typePrinter{open: map[*body]bool{}}
	p.types(types)
	return p.out.String()
}

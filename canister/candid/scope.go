package candid

import (
	"fmt"
	"slices"
)

// A scope knows the types that names stand for. A nil scope knows none.
type scope struct {
	names []string // in the order of definition
	exprs map[string]*typeExpr
	known map[string]Type
}

// resolve makes types of the definitions. The bodies are there first and empty, so that definitions may lead to one another.
func (s *scope) resolve() *fault {
	for _, name := range s.names {
		if _, f := s.head(name); f != nil {
			return f
		}
	}
	for _, name := range s.names {
		e, t := s.exprs[name], s.known[name]
		if e.kind == 0 || t.body == nil {
			continue
		}
		if f := s.fill(t.body, e); f != nil {
			return f
		}
	}
	return nil
}

// head gives the type of a name, following names that stand for names.
func (s *scope) head(name string) (Type, *fault) {
	var passed []string
	for {
		if t, ok := s.known[name]; ok {
			for _, alias := range passed {
				s.known[alias] = t
			}
			return t, nil
		}
		e := s.exprs[name]
		if e.kind != 0 {
			s.known[name] = Type{kind: e.kind}
			if !e.kind.IsPrimitive() {
				s.known[name] = Type{e.kind, &body{name: name}}
			}
			continue
		}
		if s.exprs[e.name] == nil {
			return Type{}, s.unknown(e)
		}
		if slices.Contains(passed, name) {
			return Type{}, &fault{at: e.pos, says: fmt.Sprintf("type %s is defined as itself", name)}
		}
		passed = append(passed, name)
		name = e.name
	}
}

func (s *scope) unknown(e *typeExpr) *fault {
	return &fault{at: e.pos, says: fmt.Sprintf("no type %s is defined", e.name)}
}

// defined gives the definitions in order.
func (s *scope) defined() []Definition {
	out := make([]Definition, len(s.names))
	for i, name := range s.names {
		out[i] = Definition{name, s.known[name]}
	}
	return out
}

func (s *scope) types(exprs []typeExpr) ([]Type, *fault) {
	types := make([]Type, len(exprs))
	for i := range exprs {
		t, f := s.typ(&exprs[i])
		if f != nil {
			return nil, f
		}
		types[i] = t
	}
	return types, nil
}

// typ makes a type of what is written.
func (s *scope) typ(e *typeExpr) (Type, *fault) {
	switch {
	case e.kind.IsPrimitive():
		return Type{kind: e.kind}, nil
	case e.kind == 0:
		if s != nil {
			if t, ok := s.known[e.name]; ok {
				return t, nil
			}
		}
		return Type{}, s.unknown(e)
	}
	t := Type{e.kind, &body{}}
	return t, s.fill(t.body, e)
}

// fill makes the body of a composite type.
func (s *scope) fill(b *body, e *typeExpr) (f *fault) {
	switch e.kind {
	case KindOpt, KindVec:
		b.elem, f = s.typ(&e.parts[0])
	case KindRecord, KindVariant:
		b.fields = make([]Field, len(e.parts))
		for i, label := range e.labels {
			t, f := s.typ(&e.parts[i])
			if f != nil {
				return f
			}
			b.fields[i] = Field{label, t}
		}
	case KindFunc:
		b.signature.Mode = e.mode
		if b.signature.Args, f = s.types(e.args); f == nil {
			b.signature.Results, f = s.types(e.results)
		}
	case KindService:
		f = s.methods(b, e)
	}
	return f
}

func (s *scope) methods(b *body, e *typeExpr) *fault {
	for i := range e.methods {
		m := &e.methods[i]
		t, f := s.typ(&m.typ)
		if f != nil {
			return f
		}
		if t.kind != KindFunc {
			return &fault{at: m.typ.pos, says: fmt.Sprintf("method %s is a %s; a func is expected", quoteName(m.name), t.kind)}
		}
		b.methods = append(b.methods, Method{m.name, t})
	}
	slices.SortFunc(b.methods, byName)
	return nil
}

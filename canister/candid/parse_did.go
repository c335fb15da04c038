package candid

import (
	"fmt"
	"slices"
	"strings"
)

// An Interface is what a .did file describes.
type Interface struct {
	Types   []Definition // in the order of the file
	Init    []Type       // arguments of the canister's initialization; nil if there are none
	Service Type         // the zero Type if the file describes types only
}

// A Definition gives a type a name.
type Definition struct {
	Name string
	Type Type
}

// Type gives the type that a name is defined as.
func (i *Interface) Type(name string) (Type, bool) {
	for _, d := range i.Types {
		if d.Name == name {
			return d.Type, true
		}
	}
	return Type{}, false
}

// Method gives the signature of a method of the service. The error says what methods there are.
func (i *Interface) Method(name string) (Signature, error) {
	var names []string
	for _, m := range i.Service.Methods() {
		if m.Name == name {
			return m.Type.Signature(), nil
		}
		names = append(names, quoteName(m.Name))
	}
	if len(names) == 0 {
		return Signature{}, fmt.Errorf("candid: the service has no methods, and so no %s", quoteName(name))
	}
	return Signature{}, fmt.Errorf("candid: the service has no method %s; it has %s", quoteName(name), strings.Join(names, ", "))
}

// ParseDID reads an interface description (Candid.md, section Interfaces).
func ParseDID(src string) (*Interface, error) {
	i, f := parseDID(src)
	if f != nil {
		return nil, f.inText(src)
	}
	return i, nil
}

// ParseTypes reads types of arguments, such as (nat, opt text).
func ParseTypes(src string) ([]Type, error) {
	p, f := newParser(src)
	if f != nil {
		return nil, f.inText(src)
	}
	types, f := p.closedTuple(nil)
	if f == nil {
		f = p.end()
	}
	if f != nil {
		return nil, f.inText(src)
	}
	return types, nil
}

// closedTuple reads types of arguments in which the names of a scope may stand.
func (p *parser) closedTuple(s *scope) ([]Type, *fault) {
	exprs, f := p.tuple()
	if f != nil {
		return nil, f
	}
	return s.types(exprs)
}

func parseDID(src string) (*Interface, *fault) {
	p, f := newParser(src)
	if f != nil {
		return nil, f
	}
	s, f := p.definitions()
	if f != nil {
		return nil, f
	}
	i := &Interface{Types: s.defined()}
	if p.is("service") {
		f = p.mainService(s, i)
	}
	switch {
	case f != nil:
		return nil, f
	case p.peek().kind != tokenEnd:
		return nil, p.unexpected("'type', 'service' or the end")
	}
	return i, nil
}

// definitions reads type definitions and resolves them.
func (p *parser) definitions() (*scope, *fault) {
	s := &scope{exprs: map[string]*typeExpr{}, known: map[string]Type{}}
	for {
		at := p.peek().pos
		if p.is("import") {
			return nil, &fault{at: at, says: "imports are not followed; put the definitions of the other file here"}
		}
		if !p.accept("type") {
			return s, s.resolve()
		}
		at = p.peek().pos
		name := p.peek().text
		if p.peek().kind != tokenName || slices.Contains(keywords, name) {
			return nil, p.unexpected("the name of a type")
		}
		if _, ok := primitive(name); ok {
			return nil, &fault{at: at, says: name + " is a type of Candid and cannot be defined"}
		}
		p.take()
		if f := p.expect("=", "and a type"); f != nil {
			return nil, f
		}
		t, f := p.typ()
		if f != nil {
			return nil, f
		}
		if s.exprs[name] != nil {
			return nil, &fault{at: at, says: "type " + name + " is defined twice"}
		}
		s.exprs[name] = &t
		s.names = append(s.names, name)
		if !p.accept(";") && !p.is("service") && p.peek().kind != tokenEnd {
			return nil, p.unexpected("';'")
		}
	}
}

// mainService reads service NAME : (init) -> { methods }, of which the name, the arguments and the semicolon after it may be missing.
func (p *parser) mainService(s *scope, i *Interface) (f *fault) {
	p.take()
	if !p.is(":") {
		if _, f = p.name("the name of the service or ':'"); f != nil {
			return f
		}
	}
	if f = p.expect(":", "and the service"); f != nil {
		return f
	}
	if p.is("(") {
		if i.Init, f = p.closedTuple(s); f != nil {
			return f
		}
		if f = p.expect("->", "and the service"); f != nil {
			return f
		}
	}
	t := typeExpr{pos: p.peek().pos}
	if p.is("{") {
		f = p.service(&t)
	} else {
		t.name, f = p.name("'{' or the name of a service type")
	}
	if f != nil {
		return f
	}
	p.accept(";")
	if i.Service, f = s.typ(&t); f == nil && i.Service.kind != KindService {
		f = &fault{at: t.pos, says: fmt.Sprintf("%s where a service type is expected", short(i.Service))}
	}
	return f
}

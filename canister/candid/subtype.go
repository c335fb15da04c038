package candid

import (
	"math"
	"sort"
)

// Subtype tells a <: b (Candid.md, section Rules): whether every value of type a can be had at type b.
func Subtype(a, b Type) bool {
	s := subtyping{known: map[pair]bool{}}
	return s.holds(a, b, &meter{steps: math.MaxInt})
}

// Equal tells whether two types mean the same, whatever their names and however they are knotted.
func Equal(a, b Type) bool {
	t := newTable([]Type{a, b})
	return t.ref(a) == t.ref(b)
}

// A pair is a question a <: b about two composite types.
type pair struct{ a, b Type }

// subtyping decides questions a <: b and remembers the answers. Types being graphs with cycles, a pair holds unless it leads to one that
// does not. Since everything is a subtype of every opt, by the two unusual rules, no rule is left that has a choice:
// a pair holds if all that it leads to hold, so a list of what is still to be looked at does for the whole proof.
type subtyping struct {
	known map[pair]bool
	todo  []pair
	added []pair // in the present proof
}

func (s *subtyping) holds(a, b Type, m *meter) bool {
	if holds, ok := s.known[pair{a, b}]; ok {
		return holds
	}
	s.todo, s.added = s.todo[:0], s.added[:0]
	s.need(a, b)
	for len(s.todo) > 0 {
		p := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if !m.charge(1+len(p.a.Fields())+len(p.b.Fields())) || !s.step(p.a, p.b) {
			for _, q := range s.added { // they were assumed on the way, and are unproven
				delete(s.known, q)
			}
			s.known[pair{a, b}] = false
			return false
		}
	}
	return true
}

// need puts a pair on the list; false if it does not hold for a known reason.
func (s *subtyping) need(a, b Type) bool {
	p := pair{a, b}
	if holds, ok := s.known[p]; ok {
		return holds
	}
	s.known[p] = true
	s.added = append(s.added, p)
	s.todo = append(s.todo, p)
	return true
}

// step applies the one rule for a pair of types.
func (s *subtyping) step(a, b Type) bool {
	switch {
	case a == b, b.kind == KindReserved, b.kind == KindOpt, a.kind == KindEmpty:
		return true
	case a.kind == KindNat && b.kind == KindInt, a.kind == KindService && b.kind == KindPrincipal:
		return true
	case a.kind != b.kind || a.kind == KindFuture:
		return false
	}
	switch a.kind {
	case KindVec:
		return s.need(a.body.elem, b.body.elem)
	case KindRecord:
		return s.record(a.body.fields, b.body.fields)
	case KindVariant:
		return s.variant(a.body.fields, b.body.fields)
	case KindFunc:
		f, g := a.body.signature, b.body.signature
		return f.Mode == g.Mode && s.tuple(g.Args, f.Args) && s.tuple(f.Results, g.Results)
	case KindService:
		return s.service(a.body.methods, b.body.methods)
	}
	return true
}

func (s *subtyping) record(a, b []Field) bool {
	for _, f := range b {
		for len(a) > 0 && a[0].ID < f.ID {
			a = a[1:]
		}
		if len(a) > 0 && a[0].ID == f.ID {
			if !s.need(a[0].Type, f.Type) {
				return false
			}
		} else if !f.Type.nullable() {
			return false
		}
	}
	return true
}

func (s *subtyping) variant(a, b []Field) bool {
	for _, f := range a {
		for len(b) > 0 && b[0].ID < f.ID {
			b = b[1:]
		}
		if len(b) == 0 || b[0].ID != f.ID || !s.need(f.Type, b[0].Type) {
			return false
		}
	}
	return true
}

// tuple compares arguments or results, which behave as records do whose fields are numbered.
func (s *subtyping) tuple(a, b []Type) bool {
	for i, t := range b {
		if i < len(a) {
			if !s.need(a[i], t) {
				return false
			}
		} else if !t.nullable() {
			return false
		}
	}
	return true
}

func (s *subtyping) service(a, b []Method) bool {
	for _, m := range b {
		i := sort.Search(len(a), func(i int) bool { return a[i].Name >= m.Name })
		if i == len(a) || a[i].Name != m.Name || !s.need(a[i].Type, m.Type) {
			return false
		}
	}
	return true
}

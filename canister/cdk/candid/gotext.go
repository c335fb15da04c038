package candid

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Description writes types as texts of Candid, those that have a name in Go under it, once.
type Description struct {
	names   map[reflect.Type]string
	taken   map[string]bool
	defined strings.Builder // type declarations
}

// NewDescription begins a description.
func NewDescription() *Description {
	return &Description{names: map[reflect.Type]string{}, taken: map[string]bool{}}
}

// Types gives the declarations of the types named so far, a line each.
func (d *Description) Types() string { return d.defined.String() }

// Tuple gives the types of a codec as in (text, nat64).
func (c *Codec) Tuple(d *Description) string {
	parts := make([]string, len(c.types))
	for i, g := range c.types {
		parts[i] = d.ref(g)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// ref gives a type as it is referred to.
func (d *Description) ref(g *goType) string {
	switch g.kind {
	case Opt, Vec, Blob, Record, Variant:
	default:
		return g.kind.String()
	}
	if g.of.Name() == "" {
		return d.body(g)
	}
	name, known := d.names[g.of]
	if !known {
		name = d.newName(g.of.Name())
		d.names[g.of] = name // first: the type may contain itself
		body := d.body(g)
		d.defined.WriteString("type " + name + " = " + body + ";\n")
	}
	return name
}

// newName gives an identifier like a Go name, which may be generic, that no other type has.
func (d *Description) newName(of string) string {
	of, _, _ = strings.Cut(of, "[")
	name := of
	if keyword(name) {
		name += "_"
	}
	for n := 2; d.taken[name]; n++ {
		name = of + "_" + strconv.Itoa(n)
	}
	d.taken[name] = true
	return name
}

func (d *Description) body(g *goType) string {
	switch g.kind {
	case Opt, Vec:
		return g.kind.String() + " " + d.ref(g.item)
	case Record, Variant:
		var parts []string
		inGo := slices.Clone(g.fields)
		slices.SortFunc(inGo, func(a, b goField) int { return a.index - b.index })
		for _, f := range inGo {
			part := f.name // a number stays one
			if strconv.FormatUint(uint64(f.id), 10) != part {
				part = Name(part)
			}
			if g.kind == Record || f.kind != Null {
				part += " : " + d.ref(f.goType)
			}
			parts = append(parts, part)
		}
		if len(parts) == 0 {
			return g.kind.String() + " {}"
		}
		return g.kind.String() + " { " + strings.Join(parts, "; ") + " }"
	}
	return g.kind.String()
}

// Name gives a name of a field or method as Candid spells it: in quotes, if it is not an identifier.
func Name(name string) string {
	plain := name != "" && !keyword(name)
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		digit := c >= '0' && c <= '9'
		plain = plain && (letter || digit && i > 0)
	}
	if plain {
		return name
	}
	return strconv.Quote(name)
}

func keyword(name string) bool {
	const all = "import service func type opt vec record variant blob principal null bool nat int nat8 nat16 nat32 nat64 int8 int16 " +
		"int32 int64 float32 float64 text reserved empty oneway query composite_query true false"
	return slices.Contains(strings.Fields(all), name)
}

package candid

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// OneOf, embedded in a struct before all else, makes it a variant: its other fields are pointers, one for each case, and one of them
// is not nil.
//
//	type Result struct {
//		candid.OneOf
//		Ok  *uint64
//		Err *string
//	}
type OneOf struct{}

// A Unit is null: a case of a variant that holds nothing.
type Unit struct{}

// An Identity is a type of strings that hold principals, cdk.Principal for one.
type Identity interface{ IsPrincipal() }

// A Codec turns Go values of certain types, the arguments or the results of a function, into a message and back. What a type is in
// Candid:
//
//	bool, string            bool, text
//	uint8 … uint64          nat8 … nat64
//	int8 … int64            int8 … int64
//	uint, int               nat, int; 64 bits of them
//	float32, float64        float32, float64
//	[]byte, []T             blob, vec T
//	*T                      opt T
//	a struct                record; its exported fields in snake_case, or as the tag candid:"name" says
//	one with OneOf in it    variant; its fields as they are spelled, or as the tag says
//	Unit, an Identity       null, principal
//
// A tag of digits is the number of a field, as tuples have them; the tag "-" leaves a field out.
type Codec struct {
	types  []*goType
	header []byte // of every message
}

// A goType is a Go type in Candid.
type goType struct {
	kind   Kind
	of     reflect.Type
	item   *goType   // of vec and opt
	fields []goField // of record and variant, ascending
	ref    int64     // on the wire: an opcode, or the place in the table
}

type goField struct {
	id    uint32
	name  string
	index int // in the struct
	*goType
}

// NewCodec makes a codec. The error names the type that has none.
func NewCodec(types []reflect.Type) (*Codec, error) {
	w := walk{seen: map[reflect.Type]*goType{}}
	c := new(Codec)
	for i, t := range types {
		g, err := w.typeOf(t)
		if err != nil {
			return nil, errors.New("value " + strconv.Itoa(i+1) + ": " + err.Error())
		}
		c.types = append(c.types, g)
	}
	c.header = appendUnsigned([]byte(magic), uint64(len(w.table)))
	for _, g := range w.table {
		c.header = g.appendType(c.header)
	}
	c.header = appendUnsigned(c.header, uint64(len(types)))
	for _, g := range c.types {
		c.header = appendSigned(c.header, g.ref)
	}
	return c, nil
}

// A walk finds the types that types are made of.
type walk struct {
	seen  map[reflect.Type]*goType
	table []*goType
}

func (w *walk) typeOf(t reflect.Type) (*goType, error) {
	if g := w.seen[t]; g != nil {
		return g, nil
	}
	g := &goType{kind: kindOf(t), of: t}
	g.ref = int64(g.kind)
	w.seen[t] = g
	var err error
	switch g.kind {
	case 0:
		return nil, errors.New(t.String() + " has no type in Candid")
	case Opt, Vec, Blob, Record, Variant:
		g.ref = int64(len(w.table))
		w.table = append(w.table, g)
	}
	switch g.kind {
	case Opt, Vec:
		g.item, err = w.typeOf(t.Elem())
	case Record, Variant:
		err = w.fields(g)
	}
	return g, err
}

func kindOf(t reflect.Type) Kind {
	if t.Implements(reflect.TypeFor[Identity]()) && t.Kind() == reflect.String {
		return Principal
	}
	switch t.Kind() {
	case reflect.Bool:
		return Bool
	case reflect.String:
		return Text
	case reflect.Uint:
		return Nat
	case reflect.Int:
		return Int
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Nat8 - Kind(t.Kind()-reflect.Uint8)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Int8 - Kind(t.Kind()-reflect.Int8)
	case reflect.Float32, reflect.Float64:
		return Float32 - Kind(t.Kind()-reflect.Float32)
	case reflect.Pointer:
		return Opt
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return Blob
		}
		return Vec
	case reflect.Struct:
		switch {
		case t == reflect.TypeFor[Unit]():
			return Null
		case t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[OneOf]():
			return Variant
		}
		return Record
	}
	return 0
}

// fields takes the fields of a struct.
func (w *walk) fields(g *goType) error {
	for i := range g.of.NumField() {
		f := g.of.Field(i)
		tag := f.Tag.Get("candid")
		if !f.IsExported() || tag == "-" || i == 0 && g.kind == Variant {
			continue
		}
		t := f.Type
		name := tag
		if g.kind == Variant {
			if t.Kind() != reflect.Pointer {
				return errors.New("case " + f.Name + " of " + g.of.String() + " is a " + t.String() + ", not a pointer")
			}
			t = t.Elem()
			if name == "" {
				name = f.Name
			}
		} else if name == "" {
			name = snake(f.Name)
		}
		of, err := w.typeOf(t)
		if err != nil {
			return errors.New("field " + f.Name + " of " + g.of.String() + ": " + err.Error())
		}
		if err := g.insert(goField{label(name), name, i, of}); err != nil {
			return err
		}
	}
	if g.kind == Variant && len(g.fields) == 0 {
		return errors.New(g.of.String() + " is a variant without cases")
	}
	return nil
}

func (g *goType) insert(f goField) error {
	at := len(g.fields)
	for at > 0 && g.fields[at-1].id >= f.id {
		at--
		if g.fields[at].id == f.id {
			return errors.New("fields " + g.fields[at].name + " and " + f.name + " of " + g.of.String() + " are one in Candid")
		}
	}
	g.fields = append(g.fields[:at], append([]goField{f}, g.fields[at:]...)...)
	return nil
}

// label gives what stands for a name on the wire.
func label(name string) uint32 {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n)
	}
	return Hash(name)
}

// snake spells MaxSupply as max_supply, and CanisterID as canister_id.
func snake(name string) string {
	upper := func(i int) bool { return i < len(name) && name[i] >= 'A' && name[i] <= 'Z' }
	var b strings.Builder
	for i := range len(name) {
		if i > 0 && upper(i) && (!upper(i-1) || i+1 < len(name) && !upper(i+1)) && name[i-1] != '_' {
			b.WriteByte('_')
		}
		c := name[i]
		if upper(i) {
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// appendType writes an entry of the table.
func (g *goType) appendType(out []byte) []byte {
	switch g.kind {
	case Blob:
		return appendSigned(appendSigned(out, int64(Vec)), int64(Nat8))
	case Opt, Vec:
		return appendSigned(appendSigned(out, int64(g.kind)), g.item.ref)
	}
	out = appendUnsigned(appendSigned(out, int64(g.kind)), uint64(len(g.fields)))
	for _, f := range g.fields {
		out = appendSigned(appendUnsigned(out, uint64(f.id)), f.ref)
	}
	return out
}

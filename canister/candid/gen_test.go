package candid

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"pgregory.net/rapid"

	"icsim/crypto/principal"
)

// Random types and values for the properties.

var primKinds = []Kind{KindNull, KindBool, KindNat, KindInt, KindNat8, KindNat16, KindNat32, KindNat64, KindInt8, KindInt16, KindInt32,
	KindInt64, KindFloat32, KindFloat64, KindText, KindReserved, KindPrincipal}

// A typeGen draws types. The knots are types that anything drawn may lead back to.
type typeGen struct {
	t     *rapid.T
	knots []Type
}

// drawTypes draws arguments' types, recursive ones among them if they may be.
func drawTypes(t *rapid.T, recursive bool) []Type {
	g := typeGen{t: t}
	if recursive {
		for i := range rapid.IntRange(0, 3).Draw(t, "knots") {
			kind := rapid.SampledFrom([]Kind{KindOpt, KindVec, KindRecord, KindVariant, KindFunc, KindService}).Draw(t, "knot")
			g.knots = append(g.knots, Type{kind, &body{name: fmt.Sprint("T", i)}})
		}
		for _, k := range g.knots {
			g.fill(k, 2)
		}
	}
	return g.several("arguments", 2)
}

func (g *typeGen) several(what string, depth int) []Type {
	types := []Type{}
	for range rapid.IntRange(0, 4).Draw(g.t, what) {
		types = append(types, g.typ(depth))
	}
	return types
}

func (g *typeGen) typ(depth int) Type {
	if len(g.knots) > 0 && rapid.IntRange(0, 3).Draw(g.t, "knotted") == 0 {
		return rapid.SampledFrom(g.knots).Draw(g.t, "to")
	}
	if depth == 0 || rapid.Bool().Draw(g.t, "primitive") {
		return Prim(rapid.SampledFrom(primKinds).Draw(g.t, "kind"))
	}
	kind := rapid.SampledFrom([]Kind{KindOpt, KindVec, KindRecord, KindVariant, KindFunc, KindService}).Draw(g.t, "kind")
	t := Type{kind, &body{}}
	g.fill(t, depth-1)
	return t
}

func (g *typeGen) fill(t Type, depth int) {
	switch t.kind {
	case KindOpt, KindVec:
		t.body.elem = g.typ(depth)
	case KindRecord:
		t.body.fields = g.fields(rapid.IntRange(0, 4).Draw(g.t, "fields"), depth)
	case KindVariant:
		t.body.fields = g.fields(rapid.IntRange(1, 4).Draw(g.t, "cases"), depth)
	case KindFunc:
		t.body.signature = g.signature(depth)
	case KindService:
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "get", "query", "wïth space", ""}), 0, 3, rapid.ID).Draw(g.t, "methods")
		slices.Sort(names)
		for _, name := range names {
			t.body.methods = append(t.body.methods, Method{name, FuncOf(g.signature(depth))})
		}
	}
}

func (g *typeGen) signature(depth int) Signature {
	s := Signature{Args: g.several("args", depth), Mode: rapid.SampledFrom([]Mode{0, Query, Oneway, CompositeQuery}).Draw(g.t, "mode")}
	if s.Mode != Oneway {
		s.Results = g.several("results", depth)
	}
	return s
}

func (g *typeGen) fields(n, depth int) []Field {
	labels := rapid.SliceOfNDistinct(rapid.SampledFrom([]Label{Numbered(0), Numbered(1), Numbered(2), Numbered(math.MaxUint32),
		Named("a"), Named("owner"), Named("opt"), Named("two words"), Named("☃"), Named("\"quoted\"\n")}),
		n, n, func(l Label) uint32 { return l.ID }).Draw(g.t, "labels")
	fields := []Field{}
	for _, l := range labels {
		fields = append(fields, Field{l, g.typ(depth)})
	}
	slices.SortFunc(fields, byLabel)
	return fields
}

// drawValue draws a value; ok is false if the type has no small one.
func drawValue(t *rapid.T, a Type, depth int) (Value, bool) {
	if depth == 0 && a.body != nil && a.kind != KindFunc && a.kind != KindService {
		return drawLeast(a)
	}
	switch a.kind {
	case KindOpt:
		v, ok := drawValue(t, a.body.elem, depth-1)
		if !ok || rapid.Bool().Draw(t, "absent") {
			return Null{}, true
		}
		return Opt{v}, true
	case KindVec:
		return drawVec(t, a, depth)
	case KindRecord:
		r := Record{}
		for _, f := range a.body.fields {
			v, ok := drawValue(t, f.Type, depth-1)
			if !ok {
				return nil, false
			}
			r = append(r, FieldValue{f.Label, v})
		}
		return r, true
	case KindVariant:
		f := rapid.SampledFrom(a.body.fields).Draw(t, "case")
		v, ok := drawValue(t, f.Type, depth-1)
		return Variant{f.Label, v}, ok
	}
	return drawPrimitive(t, a.kind), true
}

// drawLeast ends a recursion.
func drawLeast(a Type) (Value, bool) {
	switch {
	case a.kind == KindOpt:
		return Null{}, true
	case a.isBlob():
		return Blob{}, true
	case a.kind == KindVec:
		return Vec{}, true
	case a.kind == KindRecord && len(a.body.fields) == 0:
		return Record{}, true
	}
	return nil, false
}

func drawVec(t *rapid.T, a Type, depth int) (Value, bool) {
	if a.isBlob() {
		return Blob(rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "blob")), true
	}
	vec := Vec{}
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		if v, ok := drawValue(t, a.body.elem, depth-1); ok {
			vec = append(vec, v)
		}
	}
	return vec, true
}

func drawPrimitive(t *rapid.T, k Kind) Value {
	switch k {
	case KindBool:
		return Bool(rapid.Bool().Draw(t, "bool"))
	case KindNat:
		n, _ := BigNat(new(big.Int).Abs(drawBig(t)))
		return n
	case KindInt:
		return BigInt(drawBig(t))
	case KindNat8:
		return Nat8(rapid.Uint8().Draw(t, "nat8"))
	case KindNat16:
		return Nat16(rapid.Uint16().Draw(t, "nat16"))
	case KindNat32:
		return Nat32(rapid.Uint32().Draw(t, "nat32"))
	case KindNat64:
		return Nat64(rapid.Uint64().Draw(t, "nat64"))
	case KindInt8:
		return Int8(rapid.Int8().Draw(t, "int8"))
	case KindInt16:
		return Int16(rapid.Int16().Draw(t, "int16"))
	case KindInt32:
		return Int32(rapid.Int32().Draw(t, "int32"))
	case KindInt64:
		return Int64(rapid.Int64().Draw(t, "int64"))
	case KindFloat32:
		return Float32(rapid.Float32().Draw(t, "float32"))
	case KindFloat64:
		return Float64(rapid.Float64().Draw(t, "float64"))
	case KindText:
		return Text(rapid.String().Draw(t, "text"))
	case KindPrincipal:
		return Principal{drawID(t)}
	case KindService:
		return Service{drawID(t)}
	case KindFunc:
		return Func{drawID(t), rapid.SampledFrom([]string{"m", "query", "two words", ""}).Draw(t, "method")}
	}
	return Null{}
}

func drawID(t *rapid.T) principal.ID {
	id, err := principal.FromBytes(rapid.SliceOfN(rapid.Byte(), 0, principal.MaxLen).Draw(t, "principal"))
	if err != nil {
		panic(err)
	}
	return id
}

// drawBig favours the edges of words and of LEB128 groups.
func drawBig(t *rapid.T) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), uint(rapid.IntRange(0, 200).Draw(t, "bits")))
	n.Add(n, big.NewInt(rapid.Int64Range(-2, 2).Draw(t, "near")))
	if rapid.Bool().Draw(t, "negative") {
		n.Neg(n)
	}
	return n
}

// drawSupertype draws a type of which a is a subtype, by one of the rules at each part; everything in it is finite.
func drawSupertype(t *rapid.T, a Type, depth int) Type {
	switch rapid.IntRange(0, 9).Draw(t, "rule") {
	case 0:
		return Prim(KindReserved)
	case 1:
		return OptOf(Prim(rapid.SampledFrom(primKinds).Draw(t, "kind")))
	}
	if depth == 0 {
		return a
	}
	switch a.kind {
	case KindNat:
		return Prim(KindInt)
	case KindService:
		return Prim(KindPrincipal)
	case KindOpt, KindVec:
		return Type{a.kind, &body{elem: drawSupertype(t, a.body.elem, depth-1)}}
	case KindRecord:
		fields := superFields(t, a, depth)
		fields = slices.DeleteFunc(fields, func(Field) bool { return rapid.Bool().Draw(t, "drop") })
		return RecordOf(append(fields, Field{Named("added"), OptOf(Prim(KindNat))})...)
	case KindVariant:
		return VariantOf(append(superFields(t, a, depth), Field{Named("added"), Prim(KindNat)})...)
	}
	return a
}

func superFields(t *rapid.T, a Type, depth int) []Field {
	fields := []Field{}
	for _, f := range a.body.fields {
		fields = append(fields, Field{f.Label, drawSupertype(t, f.Type, depth-1)})
	}
	return fields
}

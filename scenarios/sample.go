package scenarios

import (
	"icsim/canister/candid"
	"icsim/crypto/principal"
)

// maxSample is how deep a sample may go.
const maxSample = 32

// sample gives some value of a type, to see whether one would fit; ok is false when there is none that is small.
func sample(t candid.Type, depth int) (v candid.Value, ok bool) {
	if depth == 0 {
		return nil, false
	}
	switch t.Kind() {
	case candid.KindOpt:
		if inner, ok := sample(t.Elem(), depth-1); ok {
			return candid.Opt{Value: inner}, true
		}
		return candid.Null{}, true
	case candid.KindVec:
		if t.Elem().Kind() == candid.KindNat8 {
			return candid.Blob{}, true
		}
		if inner, ok := sample(t.Elem(), depth-1); ok {
			return candid.Vec{inner}, true
		}
		return candid.Vec{}, true
	case candid.KindRecord:
		var r candid.Record
		for _, f := range t.Fields() {
			inner, ok := sample(f.Type, depth-1)
			if !ok {
				return nil, false
			}
			r = append(r, candid.FieldValue{Label: f.Label, Value: inner})
		}
		return r, true
	case candid.KindVariant:
		for _, f := range t.Fields() {
			if inner, ok := sample(f.Type, depth-1); ok {
				return candid.Variant{Label: f.Label, Value: inner}, true
			}
		}
		return nil, false
	}
	return samplePrimitive(t.Kind())
}

func samplePrimitive(k candid.Kind) (candid.Value, bool) {
	someone := principal.Canister(0)
	v, ok := map[candid.Kind]candid.Value{
		candid.KindNull: candid.Null{}, candid.KindReserved: candid.Null{}, candid.KindBool: candid.Bool(false),
		candid.KindNat: candid.NatOf(0), candid.KindNat8: candid.Nat8(0), candid.KindNat16: candid.Nat16(0),
		candid.KindNat32: candid.Nat32(0), candid.KindNat64: candid.Nat64(0),
		candid.KindInt: candid.IntOf(0), candid.KindInt8: candid.Int8(0), candid.KindInt16: candid.Int16(0),
		candid.KindInt32: candid.Int32(0), candid.KindInt64: candid.Int64(0),
		candid.KindFloat32: candid.Float32(0), candid.KindFloat64: candid.Float64(0), candid.KindText: candid.Text(""),
		candid.KindPrincipal: candid.Principal{ID: someone}, candid.KindService: candid.Service{ID: someone},
		candid.KindFunc: candid.Func{Service: someone, Method: "m"},
	}[k]
	return v, ok
}

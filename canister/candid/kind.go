package candid

// A Kind is the head of a type, by its opcode on the wire (Candid.md, section Types).
type Kind int8

// The kinds. The zero Kind is no type.
const (
	KindNull      Kind = -1
	KindBool      Kind = -2
	KindNat       Kind = -3
	KindInt       Kind = -4
	KindNat8      Kind = -5
	KindNat16     Kind = -6
	KindNat32     Kind = -7
	KindNat64     Kind = -8
	KindInt8      Kind = -9
	KindInt16     Kind = -10
	KindInt32     Kind = -11
	KindInt64     Kind = -12
	KindFloat32   Kind = -13
	KindFloat64   Kind = -14
	KindText      Kind = -15
	KindReserved  Kind = -16
	KindEmpty     Kind = -17
	KindOpt       Kind = -18
	KindVec       Kind = -19
	KindRecord    Kind = -20
	KindVariant   Kind = -21
	KindFunc      Kind = -22
	KindService   Kind = -23
	KindPrincipal Kind = -24

	// KindFuture is any type that this version of Candid does not know. Only messages have it.
	KindFuture Kind = -25
)

// kindNames is indexed by the negated opcode.
var kindNames = [...]string{
	"no type", "null", "bool", "nat", "int", "nat8", "nat16", "nat32", "nat64", "int8", "int16", "int32", "int64", "float32", "float64",
	"text", "reserved", "empty", "opt", "vec", "record", "variant", "func", "service", "principal", "a future type",
}

// String is the kind's word in Candid.
func (k Kind) String() string {
	if k > 0 || int(-k) >= len(kindNames) {
		return "no type"
	}
	return kindNames[-k]
}

// IsPrimitive tells the types that need no entry in a type table; principal is one of them.
func (k Kind) IsPrimitive() bool { return k <= KindNull && k >= KindEmpty || k == KindPrincipal }

// primitive gives the primitive type of a name; blob is none.
func primitive(name string) (Kind, bool) {
	for i := 1; i < len(kindNames); i++ {
		if k := Kind(-i); k.IsPrimitive() && kindNames[i] == name {
			return k, true
		}
	}
	return 0, false
}

// width is the number of bytes of a type that has a fixed one and takes any bytes, and else 0.
func (k Kind) width() int {
	switch k {
	case KindNat8, KindInt8:
		return 1
	case KindNat16, KindInt16:
		return 2
	case KindNat32, KindInt32, KindFloat32:
		return 4
	case KindNat64, KindInt64, KindFloat64:
		return 8
	}
	return 0
}

package module

// ValueType is the type of a local, parameter, result, global or table element, by its binary code.
type ValueType byte

// The value types of the accepted feature set.
const (
	I32       ValueType = 0x7f
	I64       ValueType = 0x7e
	F32       ValueType = 0x7d
	F64       ValueType = 0x7c
	V128      ValueType = 0x7b
	FuncRef   ValueType = 0x70
	ExternRef ValueType = 0x6f
)

// String gives the name the WebAssembly text format uses.
func (t ValueType) String() string {
	switch t {
	case I32:
		return "i32"
	case I64:
		return "i64"
	case F32:
		return "f32"
	case F64:
		return "f64"
	case V128:
		return "v128"
	case FuncRef:
		return "funcref"
	case ExternRef:
		return "externref"
	}
	return "unknown type"
}

// FuncType is a function's signature.
type FuncType struct {
	Params, Results []ValueType
}

// Equal reports whether two signatures are the same.
func (t FuncType) Equal(o FuncType) bool {
	return string(asBytes(t.Params)) == string(asBytes(o.Params)) && string(asBytes(t.Results)) == string(asBytes(o.Results))
}

// String gives the signature as "(i32, i64) -> (i32)".
func (t FuncType) String() string { return list(t.Params) + " -> " + list(t.Results) }

func list(ts []ValueType) string {
	s := "("
	for i, t := range ts {
		if i > 0 {
			s += ", "
		}
		s += t.String()
	}
	return s + ")"
}

func asBytes(ts []ValueType) []byte {
	out := make([]byte, len(ts))
	for i, t := range ts {
		out[i] = byte(t)
	}
	return out
}

// Kind says what an import or export is.
type Kind byte

// The kinds of imports and exports, by their binary code.
const (
	KindFunc Kind = iota
	KindTable
	KindMemory
	KindGlobal
)

func (k Kind) String() string {
	switch k {
	case KindFunc:
		return "function"
	case KindTable:
		return "table"
	case KindMemory:
		return "memory"
	case KindGlobal:
		return "global"
	}
	return "unknown kind"
}

// Limits bounds the size of a memory, in pages of 64 KiB, or of a table, in elements.
type Limits struct {
	Min    uint64
	Max    uint64 // meaningless unless HasMax
	HasMax bool
	Is64   bool // memory64 or table64: 64-bit addresses or indices
}

// Table is a table's type.
type Table struct {
	Elem ValueType
	Limits
}

// GlobalType is the type of a global.
type GlobalType struct {
	Type    ValueType
	Mutable bool
}

// Global is a global the module defines.
type Global struct {
	GlobalType
	Init ConstExpr
}

// Import is one entry of the import section. The field that Kind names is the one that counts.
type Import struct {
	Module, Name string
	Kind         Kind
	Type         uint32 // of a function
	Table        Table
	Memory       Limits
	Global       GlobalType
}

// Export is one entry of the export section.
type Export struct {
	Name  string
	Kind  Kind
	Index uint32
}

// ConstExpr is a constant expression of one instruction: a constant (Value holds its bits), global.get, ref.func (Value is the
// index) or ref.null (Value is the heap type).
type ConstExpr struct {
	Op    Opcode
	Value uint64
}

// SegmentMode says when a segment is applied.
type SegmentMode byte

// A segment is copied at instantiation, waits for an instruction, or only declares references.
const (
	Active SegmentMode = iota
	Passive
	Declarative
)

// Elem is an element segment. Funcs lists functions by index; Exprs is used instead when the segment is written as expressions.
type Elem struct {
	Mode   SegmentMode
	Table  uint32
	Offset ConstExpr
	Type   ValueType
	Funcs  []uint32
	Exprs  []ConstExpr
}

// Data is a data segment. Bytes aliases the decoded file.
type Data struct {
	Mode   SegmentMode
	Offset ConstExpr
	Bytes  []byte
}

// LocalGroup declares Count locals of one type.
type LocalGroup struct {
	Count uint32
	Type  ValueType
}

// Body is the code of a function the module defines. Code holds the instructions with their final end and aliases the decoded
// file; Offset is where Code begins in it.
type Body struct {
	Locals []LocalGroup
	Code   []byte
	Offset int
}

// Custom is a custom section. Data aliases the decoded file.
type Custom struct {
	Name string
	Data []byte
}

// Module is a decoded module. Index spaces start with the imports, as in the binary format.
type Module struct {
	Types     []FuncType
	Imports   []Import
	Funcs     []uint32 // type index of each function the module defines
	Tables    []Table
	Memories  []Limits
	Globals   []Global
	Exports   []Export
	Start     uint32
	HasStart  bool
	Elems     []Elem
	DataCount uint32
	HasCount  bool // a data count section was present
	Code      []Body
	Data      []Data
	Customs   []Custom
}

package module

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// code assembles instructions given as AppendInstr's arguments.
func code(ins ...[]byte) []byte { return bytes.Join(ins, nil) }

func op(o Opcode, imm ...uint64) []byte {
	imm = append(imm, 0, 0)
	return AppendInstr(nil, o, imm[0], imm[1])
}

// samples is a small module of every section and one of every instruction.
func samples() []*Module {
	full := &Module{
		Types: []FuncType{{}, {[]ValueType{I32, I64}, []ValueType{F32, F64}}, {nil, []ValueType{I32}}},
		Imports: []Import{
			{Module: "ic0", Name: "msg_reply", Kind: KindFunc},
			{Module: "env", Name: "t", Kind: KindTable, Table: Table{FuncRef, Limits{Min: 1}}},
			{Module: "env", Name: "g", Kind: KindGlobal, Global: GlobalType{I32, false}},
		},
		Funcs:    []uint32{0, 2},
		Tables:   []Table{{FuncRef, Limits{Min: 3, Max: 9, HasMax: true}}, {ExternRef, Limits{}}},
		Memories: []Limits{{Min: 1, Max: 2, HasMax: true}},
		Globals: []Global{
			{GlobalType{I64, true}, ConstExpr{OpI64Const, 1 << 63}},
			{GlobalType{F64, false}, ConstExpr{OpF64Const, 0x7ff8000000000001}},
			{GlobalType{FuncRef, false}, ConstExpr{OpRefFunc, 1}},
		},
		Exports: []Export{{"run", KindFunc, 1}, {"mem", KindMemory, 0}},
		Start:   1, HasStart: true,
		Elems: []Elem{
			{Type: FuncRef, Offset: ConstExpr{OpI32Const, 1}, Funcs: []uint32{0, 1}},
			{Type: FuncRef, Table: 1, Offset: ConstExpr{OpGlobalGet, 0}, Funcs: []uint32{1}},
			{Type: ExternRef, Mode: Passive, Exprs: []ConstExpr{{OpRefNull, uint64(ExternRef)}}},
			{Type: FuncRef, Mode: Declarative, Funcs: []uint32{2}},
			{Type: ExternRef, Table: 2, Offset: ConstExpr{OpI32Const, 0}, Exprs: []ConstExpr{}},
		},
		DataCount: 2, HasCount: true,
		Code: []Body{
			{Locals: []LocalGroup{{2, I32}, {1, F32}}, Code: code(op(OpNop), op(OpEnd))},
			{Code: code(AppendBlock(nil, OpBlock, BlockType{Result: I32}), op(OpI32Const, ^uint64(4)),
				op(OpI32Const, 1), AppendBrTable(nil, []uint32{0, 1, 0}), op(OpEnd), op(OpEnd))},
		},
		Data:    []Data{{Offset: ConstExpr{OpI32Const, 8}, Bytes: []byte("hello")}, {Mode: Passive, Bytes: []byte{1}}},
		Customs: []Custom{{"icp:public candid:service", []byte("service : {}")}, {NameSection, EncodeFuncNames([]string{"", "run"})}},
	}
	return []*Module{{}, full, everyInstruction(), wide()}
}

// wide has memory and table of 64 bits, with numbers that need them.
func wide() *Module {
	return &Module{
		Types: []FuncType{{}}, Funcs: []uint32{0},
		Tables:   []Table{{FuncRef, Limits{Min: 1 << 40, Max: 1 << 63, HasMax: true, Is64: true}}},
		Memories: []Limits{{Min: 1 << 32, Max: 1 << 48, HasMax: true, Is64: true}},
		Elems:    []Elem{{Type: FuncRef, Offset: ConstExpr{OpI64Const, 1 << 40}, Funcs: []uint32{0}}},
		Code:     []Body{{Code: code(op(OpI64Const, 1<<63), op(OpI64Load, 1<<63, 3), op(OpDrop), op(OpEnd))}},
		Data:     []Data{{Offset: ConstExpr{OpI64Const, 1 << 40}, Bytes: []byte("far")}},
	}
}

// everyInstruction holds each opcode once, in code that is well-formed but not typed.
func everyInstruction() *Module {
	var b []byte
	for o := Opcode(0); o < 0xfd00; o++ {
		switch imm := o.Immediate(); {
		case imm == immInvalid || o == OpElse || o == OpEnd:
		case imm == ImmBlock:
			b = append(AppendBlock(b, o, BlockType{Indexed: true}), byte(OpEnd))
		case imm == ImmLabels:
			b = AppendBrTable(b, []uint32{0})
		case imm == ImmTypes:
			b = AppendInstr(b, o, uint64(F64), 0)
		case imm == ImmRefType:
			b = AppendInstr(b, o, uint64(FuncRef), 0)
		case imm >= ImmI32 && imm <= ImmF64:
			b = AppendInstr(b, o, 0x7fffffff, 0)
		default:
			b = AppendInstr(b, o, 0, 0)
		}
	}
	return &Module{
		Types: []FuncType{{[]ValueType{I32}, nil}}, Funcs: []uint32{0}, Tables: []Table{{FuncRef, Limits{}}}, Memories: []Limits{{}},
		Globals: []Global{{GlobalType{I32, true}, ConstExpr{OpI32Const, 0}}},
		Elems:   []Elem{{Mode: Passive, Type: FuncRef, Funcs: []uint32{0}}},
		Data:    []Data{{Mode: Passive, Bytes: []byte{}}}, DataCount: 1, HasCount: true, Code: []Body{{Code: append(b, byte(OpEnd))}},
	}
}

func TestDecodeGivesBackWhatWasEncoded(t *testing.T) {
	for _, m := range samples() {
		raw := m.Encode()
		got, err := Decode(raw)
		require.NoError(t, err)
		require.Equal(t, raw, got.Encode())
		for i := range got.Code {
			got.Code[i].Offset = 0
		}
		require.Equal(t, len(m.Code), len(got.Code))
		require.Equal(t, m.Elems, got.Elems)
		require.Equal(t, m.Globals, got.Globals)
		require.Equal(t, m.Imports, got.Imports)
		require.Equal(t, m.Tables, got.Tables)
		require.Equal(t, m.Memories, got.Memories)
		require.Equal(t, m.Data, got.Data)
	}
}

func TestFuncNamesRoundTrip(t *testing.T) {
	m, err := Decode(samples()[1].Encode())
	require.NoError(t, err)
	require.Equal(t, map[uint32]string{1: "run"}, m.FuncNames())
}

func TestNumbersRoundTrip(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, 64, -64, -65, 1 << 31, -1 << 31, 1<<63 - 1, -1 << 63} {
		r := &reader{buf: AppendSigned(nil, v)}
		require.Equal(t, v, r.signed(64))
		require.Empty(t, r.msg)
		r = &reader{buf: AppendUnsigned(nil, uint64(v))}
		require.Equal(t, uint64(v), r.unsigned(64))
		require.Empty(t, r.msg)
	}
	for _, bad := range []string{"\xff\xff\xff\xff\x1f", "\x80\x80\x80\x80\x80\x00", "\x80"} {
		r := &reader{buf: []byte(bad)}
		r.unsigned(32)
		require.NotEmpty(t, r.msg, "%x", bad)
	}
	for _, bad := range []string{"\xff\xff\xff\xff\x4f", "\x80\x80\x80\x80\x08", "\x80\x80\x80\x80\x80\x00"} {
		r := &reader{buf: []byte(bad)}
		r.signed(32)
		require.NotEmpty(t, r.msg, "%x", bad)
	}
}

func TestUnpackTellsRawFromGzip(t *testing.T) {
	raw := samples()[1].Encode()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(raw)
	require.NoError(t, w.Close())
	for _, in := range [][]byte{raw, z.Bytes()} {
		plain, err := Unpack(in)
		require.NoError(t, err)
		require.Equal(t, raw, plain)
	}
	_, err := Unpack(z.Bytes()[:z.Len()-6])
	require.ErrorContains(t, err, "gzip")
}

// A gzip of zeros is small; what comes out is bounded all the same.
func TestUnpackBoundsDecompression(t *testing.T) {
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestSpeed)
	chunk := make([]byte, 1<<20)
	for range MaxSize>>20 + 1 {
		_, _ = w.Write(chunk)
	}
	require.NoError(t, w.Close())
	_, err := Unpack(z.Bytes())
	require.ErrorContains(t, err, "larger than 104857600 bytes")
}

// Each fault is found by the one check for it and named with section, function and byte.
func TestDecodeNamesTheFaultAndItsPlace(t *testing.T) {
	one := func(ins ...[]byte) *Module {
		return &Module{Types: []FuncType{{}}, Funcs: []uint32{0}, Code: []Body{{Code: code(ins...)}},
			Customs: []Custom{{NameSection, EncodeFuncNames([]string{"main"})}}}
	}
	cases := []struct {
		raw  []byte
		want string
	}{
		{[]byte("\x00asn"), `module, byte 0x0: not a WebAssembly module`},
		{[]byte("\x00asm\x02\x00\x00\x00"), "module, byte 0x4: WebAssembly version 2"},
		{[]byte("\x00asm\x01\x00\x00\x00\x1f\x00"), "module, byte 0x8: unknown section 31"},
		{[]byte("\x00asm\x01\x00\x00\x00\x01\x05\x01"), "type section, byte 0xa: unexpected end: 5 bytes wanted, 1 left"},
		{[]byte("\x00asm\x01\x00\x00\x00\x03\x01\x00\x01\x01\x00"), "type section, byte 0xb: section after or twice the function section"},
		{[]byte("\x00asm\x01\x00\x00\x00\x01\x05\xff\xff\xff\xff\x0f"), "4294967295 types announced, 0 bytes left"},
		{[]byte("\x00asm\x01\x00\x00\x00\x01\x02\x00\x00"), "type section, byte 0xb: 1 bytes left over"},
		{one([]byte{0xff}, op(OpEnd)).Encode(), "code section, function 0 (main), byte 0x17: unknown instruction 0xff"},
		{one([]byte{0xfd, 0x0c}, op(OpEnd)).Encode(), "SIMD is not supported (instruction 0xfd 12)"},
		{one([]byte{0xfe, 0x03}, op(OpEnd)).Encode(), "threads are not supported"},
		{one(op(OpLocalGet, 0), op(OpEnd)).Encode(), "function 0 (main), byte 0x17: local.get: local 0 of 0"},
		{one(op(OpBr, 1), op(OpEnd)).Encode(), "br: label 1 of 1"},
		{one(op(OpCall, 7), op(OpEnd)).Encode(), "call: function 7 of 1"},
		{one(op(OpGlobalGet, 0), op(OpEnd)).Encode(), "global.get: global 0 of 0"},
		{one(op(OpI32Load, 0), op(OpEnd)).Encode(), "i32.load: memory 0 of 0"},
		{one(op(OpDataDrop, 0), op(OpEnd)).Encode(), "data.drop: the module has no data count section"},
		{one(op(OpElse), op(OpEnd)).Encode(), "else: no if is open"},
		{one(op(OpNop)).Encode(), "the function has no end"},
		{one(op(OpEnd), op(OpEnd)).Encode(), "code after the end of the function"},
		{(&Module{Funcs: []uint32{0}, Code: []Body{{Code: op(OpEnd)}}}).Encode(), "function section: function 0: type 0 of 0"},
		{(&Module{Types: []FuncType{{[]ValueType{V128}, nil}}}).Encode(), "SIMD is not supported (v128)"},
		{(&Module{Memories: []Limits{{Min: 1<<48 + 1, Is64: true}}}).Encode(), "memory larger than 281474976710656 pages"},
		{(&Module{Memories: []Limits{{Min: 1<<16 + 1}}}).Encode(), "memory larger than 65536 pages"},
		{(&Module{Types: []FuncType{{}}, Funcs: []uint32{0}, Memories: []Limits{{}},
			Code: []Body{{Code: code(op(OpI32Load, 1<<32), op(OpEnd))}}}).Encode(), "offset 4294967296 needs more than 32 bits"},
		{(&Module{Exports: []Export{{"x", KindFunc, 3}}}).Encode(), `export section: "x": function 3 of 0`},
	}
	for _, c := range cases {
		_, err := Decode(c.raw)
		require.ErrorContains(t, err, c.want)
		require.Equal(t, 1, len(strings.Split(err.Error(), "\n")))
	}
}

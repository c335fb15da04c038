// Package wasmtest builds WebAssembly modules for tests: a builder and a one-line assembler, so that a test reads without a
// toolchain. It panics on a mistake in the test.
package wasmtest

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"icsim/canister/wasm/module"
)

// The value types, for short.
const (
	I32 = module.I32
	I64 = module.I64
	F32 = module.F32
	F64 = module.F64
)

// T lists value types.
func T(ts ...module.ValueType) []module.ValueType { return ts }

// Builder makes a module. Imports come first, then everything else in any order.
type Builder struct{ M module.Module }

func (b *Builder) typeIndex(params, results []module.ValueType) uint32 {
	t := module.FuncType{Params: params, Results: results}
	for i := range b.M.Types {
		if b.M.Types[i].Equal(t) {
			return uint32(i)
		}
	}
	b.M.Types = append(b.M.Types, t)
	return uint32(len(b.M.Types) - 1)
}

// Type gives the index of a signature, for call_indirect.
func (b *Builder) Type(params, results []module.ValueType) uint32 {
	return b.typeIndex(params, results)
}

// Import adds an imported function and gives its index.
func (b *Builder) Import(mod, name string, params, results []module.ValueType) uint32 {
	b.M.Imports = append(b.M.Imports, module.Import{Module: mod, Name: name, Type: b.typeIndex(params, results)})
	return uint32(len(b.M.Imports) - 1)
}

// Func adds a function and gives its index. The final end is added.
func (b *Builder) Func(params, results, locals []module.ValueType, code string) uint32 {
	return b.Raw(params, results, locals, Code(code))
}

// Raw is Func with assembled code.
func (b *Builder) Raw(params, results, locals []module.ValueType, code []byte) uint32 {
	b.M.Funcs = append(b.M.Funcs, b.typeIndex(params, results))
	body := module.Body{Code: append(code, byte(module.OpEnd))}
	for _, l := range locals {
		body.Locals = append(body.Locals, module.LocalGroup{Count: 1, Type: l})
	}
	b.M.Code = append(b.M.Code, body)
	return uint32(len(b.M.Imports) + len(b.M.Funcs) - 1)
}

// Entry adds a function of type () -> () and exports it.
func (b *Builder) Entry(name string, locals []module.ValueType, code string) uint32 {
	f := b.Func(nil, nil, locals, code)
	b.Export(name, f)
	return f
}

// Export exports a function.
func (b *Builder) Export(name string, f uint32) {
	b.M.Exports = append(b.M.Exports, module.Export{Name: name, Index: f})
}

// Memory gives the module a memory; max 0 leaves it unbounded.
func (b *Builder) Memory(minimum, maximum uint64) {
	b.M.Memories = []module.Limits{{Min: minimum, Max: maximum, HasMax: maximum > 0}}
}

// Memory64 is Memory with 64-bit addresses; data segments follow it.
func (b *Builder) Memory64(minimum, maximum uint64) {
	b.Memory(minimum, maximum)
	b.M.Memories[0].Is64 = true
}

// Global adds a mutable global initialised with bits.
func (b *Builder) Global(t module.ValueType, bits uint64) uint32 {
	op := module.OpI32Const + module.Opcode(I32-t)
	b.M.Globals = append(b.M.Globals, module.Global{
		GlobalType: module.GlobalType{Type: t, Mutable: true}, Init: module.ConstExpr{Op: op, Value: bits}})
	return uint32(len(b.M.Globals) - 1)
}

// Table gives the module a table of a size, filled from element 0 on.
func (b *Builder) Table(size uint64, funcs ...uint32) {
	b.M.Tables = []module.Table{{Elem: module.FuncRef, Limits: module.Limits{Min: size}}}
	b.M.Elems = []module.Elem{{Type: module.FuncRef, Offset: module.ConstExpr{Op: module.OpI32Const}, Funcs: funcs}}
}

// Table64 is Table with 64-bit indices.
func (b *Builder) Table64(size uint64, funcs ...uint32) {
	b.Table(size, funcs...)
	b.M.Tables[0].Is64 = true
	b.M.Elems[0].Offset.Op = module.OpI64Const
}

// Data adds an active segment.
func (b *Builder) Data(at uint32, bytes string) {
	op := module.OpI32Const
	if b.M.Memory64() {
		op = module.OpI64Const
	}
	b.M.Data = append(b.M.Data, module.Data{Offset: module.ConstExpr{Op: op, Value: uint64(at)}, Bytes: []byte(bytes)})
	b.count()
}

// Passive adds a passive segment.
func (b *Builder) Passive(bytes string) {
	b.M.Data = append(b.M.Data, module.Data{Mode: module.Passive, Bytes: []byte(bytes)})
	b.count()
}

func (b *Builder) count() { b.M.DataCount, b.M.HasCount = uint32(len(b.M.Data)), true }

// Custom adds a custom section.
func (b *Builder) Custom(name, data string) {
	b.M.Customs = append(b.M.Customs, module.Custom{Name: name, Data: []byte(data)})
}

// Bytes encodes the module.
func (b *Builder) Bytes() []byte { return b.M.Encode() }

// Code assembles instructions separated by blanks, each with its immediates behind it in the order of module.Instr: "local.get 0
// i32.const -3 i32.add". Loads and stores take the offset alone. A block may name its result, "block:i32"; br_table its labels,
// "br_table:0,1,2", the default last.
func Code(text string) []byte {
	var out []byte
	words := strings.Fields(text)
	for i := 0; i < len(words); i++ {
		name, arg, _ := strings.Cut(words[i], ":")
		op, ok := module.OpcodeNamed(name)
		if !ok {
			panic("wasmtest: no instruction " + words[i])
		}
		switch imm := op.Immediate(); imm {
		case module.ImmBlock:
			out = module.AppendBlock(out, op, blockType(arg))
		case module.ImmLabels:
			out = module.AppendBrTable(out, labels(arg))
		default:
			var imms [2]uint64
			for k := range operands(imm) {
				i++
				imms[k] = number(op, words[i])
			}
			out = module.AppendInstr(out, op, imms[0], imms[1])
		}
	}
	return out
}

func operands(imm module.Immediate) int {
	switch imm {
	case module.ImmNone, module.ImmMemory, module.ImmMemories:
		return 0
	case module.ImmCallIndirect, module.ImmElemTable, module.ImmTables:
		return 2
	}
	return 1
}

func number(op module.Opcode, word string) uint64 {
	switch op {
	case module.OpF32Const:
		f, err := strconv.ParseFloat(word, 32)
		must(err)
		return uint64(math.Float32bits(float32(f)))
	case module.OpF64Const:
		f, err := strconv.ParseFloat(word, 64)
		must(err)
		return math.Float64bits(f)
	case module.OpRefNull:
		return uint64(valueType(word))
	}
	if n, err := strconv.ParseInt(word, 0, 64); err == nil {
		return uint64(n)
	}
	n, err := strconv.ParseUint(word, 0, 64)
	must(err)
	return n
}

func labels(arg string) []uint32 {
	var out []uint32
	for _, w := range strings.Split(arg, ",") {
		n, err := strconv.ParseUint(w, 10, 32)
		must(err)
		out = append(out, uint32(n))
	}
	return out
}

func blockType(arg string) module.BlockType {
	if arg == "" {
		return module.BlockType{}
	}
	if n, err := strconv.ParseUint(arg, 10, 32); err == nil {
		return module.BlockType{Index: uint32(n), Indexed: true}
	}
	return module.BlockType{Result: valueType(arg)}
}

func valueType(word string) module.ValueType {
	for _, t := range []module.ValueType{I32, I64, F32, F64, module.FuncRef, module.ExternRef} {
		if t.String() == word {
			return t
		}
	}
	panic("wasmtest: no type " + word)
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("wasmtest: %v", err))
	}
}

package module

import "fmt"

// Opcode is an instruction's code: the byte itself, or 0xfc00 | sub-opcode for the instructions behind the prefix 0xfc.
type Opcode uint16

// The instructions that passes look at by name. The rest are in the table below.
const (
	OpUnreachable  Opcode = 0x00
	OpNop          Opcode = 0x01
	OpBlock        Opcode = 0x02
	OpLoop         Opcode = 0x03
	OpIf           Opcode = 0x04
	OpElse         Opcode = 0x05
	OpEnd          Opcode = 0x0b
	OpBr           Opcode = 0x0c
	OpBrIf         Opcode = 0x0d
	OpBrTable      Opcode = 0x0e
	OpReturn       Opcode = 0x0f
	OpCall         Opcode = 0x10
	OpCallIndirect Opcode = 0x11

	OpReturnCall         Opcode = 0x12
	OpReturnCallIndirect Opcode = 0x13

	OpDrop        Opcode = 0x1a
	OpSelect      Opcode = 0x1b
	OpSelectTyped Opcode = 0x1c
	OpLocalGet    Opcode = 0x20
	OpLocalSet    Opcode = 0x21
	OpLocalTee    Opcode = 0x22
	OpGlobalGet   Opcode = 0x23
	OpGlobalSet   Opcode = 0x24
	OpTableGet    Opcode = 0x25
	OpTableSet    Opcode = 0x26

	OpI32Load    Opcode = 0x28
	OpI64Load    Opcode = 0x29
	OpI64Load32U Opcode = 0x35
	OpI32Store   Opcode = 0x36
	OpI64Store   Opcode = 0x37
	OpF32Store   Opcode = 0x38
	OpF64Store   Opcode = 0x39
	OpI32Store8  Opcode = 0x3a
	OpI32Store16 Opcode = 0x3b
	OpI64Store8  Opcode = 0x3c
	OpI64Store16 Opcode = 0x3d
	OpI64Store32 Opcode = 0x3e
	OpMemorySize Opcode = 0x3f
	OpMemoryGrow Opcode = 0x40

	OpI32Const Opcode = 0x41
	OpI64Const Opcode = 0x42
	OpF32Const Opcode = 0x43
	OpF64Const Opcode = 0x44

	OpI32Eqz  Opcode = 0x45
	OpI64Eqz  Opcode = 0x50
	OpI64LtS  Opcode = 0x53
	OpI64LtU  Opcode = 0x54
	OpI64GtU  Opcode = 0x56
	OpI64Ne   Opcode = 0x52
	OpI32GtU  Opcode = 0x4b
	OpI64Or   Opcode = 0x84
	OpF32Eq   Opcode = 0x5b
	OpF64Eq   Opcode = 0x61
	OpF64Ge   Opcode = 0x66
	OpI32Add  Opcode = 0x6a
	OpI32Sub  Opcode = 0x6b
	OpI32ShrU Opcode = 0x76
	OpI64Add  Opcode = 0x7c
	OpI64Sub  Opcode = 0x7d
	OpI64Shl  Opcode = 0x86
	OpI64ShrU Opcode = 0x88

	OpF32Abs      Opcode = 0x8b
	OpF32Neg      Opcode = 0x8c
	OpF32Ceil     Opcode = 0x8d
	OpF32Sqrt     Opcode = 0x91
	OpF32Add      Opcode = 0x92
	OpF32Max      Opcode = 0x97
	OpF32Copysign Opcode = 0x98
	OpF64Ceil     Opcode = 0x9b
	OpF64Sqrt     Opcode = 0x9f
	OpF64Add      Opcode = 0xa0
	OpF64Max      Opcode = 0xa5
	OpF64Copysign Opcode = 0xa6

	OpI32WrapI64    Opcode = 0xa7
	OpI64ExtendI32S Opcode = 0xac
	OpI64ExtendI32U Opcode = 0xad
	OpF32DemoteF64  Opcode = 0xb6
	OpF64PromoteF32 Opcode = 0xbb

	OpRefNull   Opcode = 0xd0
	OpRefIsNull Opcode = 0xd1
	OpRefFunc   Opcode = 0xd2

	OpMemoryInit Opcode = 0xfc08
	OpDataDrop   Opcode = 0xfc09
	OpMemoryCopy Opcode = 0xfc0a
	OpMemoryFill Opcode = 0xfc0b
	OpTableInit  Opcode = 0xfc0c
	OpElemDrop   Opcode = 0xfc0d
	OpTableCopy  Opcode = 0xfc0e
	OpTableGrow  Opcode = 0xfc0f
	OpTableSize  Opcode = 0xfc10
	OpTableFill  Opcode = 0xfc11
)

// Immediate says what follows an opcode.
type Immediate uint8

// The forms of immediates, with the fields of Instr that hold them.
const (
	immInvalid      Immediate = iota
	ImmNone                   // nothing
	ImmBlock                  // Block
	ImmLabel                  // A: depth
	ImmLabels                 // Labels, the default last
	ImmFunc                   // A: function
	ImmCallIndirect           // A: type, B: table
	ImmLocal                  // A: local
	ImmGlobal                 // A: global
	ImmTable                  // A: table
	ImmMemarg                 // A: offset, B: log2 of the alignment
	ImmMemory                 // nothing kept: memory 0
	ImmMemories               // nothing kept: memories 0 and 0
	ImmI32                    // A: the constant, sign-extended
	ImmI64                    // A: the constant
	ImmF32                    // A: the bits
	ImmF64                    // A: the bits
	ImmTypes                  // A: the one value type of a typed select
	ImmRefType                // A: the reference type
	ImmDataMemory             // A: data segment
	ImmData                   // A: data segment
	ImmElemTable              // A: element segment, B: table
	ImmElem                   // A: element segment
	ImmTables                 // A, B: destination and source tables
)

type opInfo struct {
	name string
	imm  Immediate
}

// info describes an opcode; the immediate is immInvalid for an instruction outside the accepted feature set.
func info(op Opcode) opInfo {
	switch {
	case op < 0x100:
		return oneByte[op]
	case op >= 0xfc00 && int(op-0xfc00) < len(prefixed):
		return prefixed[op-0xfc00]
	}
	return opInfo{}
}

// String gives the name the text format uses.
func (op Opcode) String() string {
	if n := info(op).name; n != "" {
		return n
	}
	return fmt.Sprintf("instruction %#x", uint16(op))
}

// OpcodeNamed gives the opcode with a name of the text format; typed select has no name of its own.
func OpcodeNamed(name string) (Opcode, bool) {
	for op := range oneByte {
		if oneByte[op].name == name {
			return Opcode(op), true
		}
	}
	for sub := range prefixed {
		if prefixed[sub].name == name {
			return 0xfc00 | Opcode(sub), true
		}
	}
	return 0, false
}

// Immediate gives the form of what follows the opcode.
func (op Opcode) Immediate() Immediate { return info(op).imm }

// IsLoad and IsStore report whether the instruction reads or writes memory through a memarg.
func (op Opcode) IsLoad() bool { return op >= OpI32Load && op <= OpI64Load32U }

// IsStore reports whether the instruction writes memory through a memarg.
func (op Opcode) IsStore() bool { return op >= OpI32Store && op <= OpI64Store32 }

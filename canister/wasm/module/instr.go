package module

// BlockType is the type of a block: none, one result, or an index into the type section.
type BlockType struct {
	Result ValueType // 0 if none, or if Indexed
	Index  uint32
	// Indexed says that the type is Module.Types[Index].
	Indexed bool
}

// Instr is one decoded instruction. See Immediate for the meaning of A and B.
type Instr struct {
	Op         Opcode
	A, B       uint64
	Block      BlockType
	Labels     []uint32 // valid until the next Next
	Start, End int      // the instruction's bytes in Body.Code
}

// A Cursor walks the instructions of a body.
type Cursor struct{ r reader }

// NewCursor starts at the first instruction. offset is where code begins in the module, for errors.
func NewCursor(code []byte, offset int) *Cursor { return &Cursor{reader{buf: code, base: offset}} }

// Next decodes the next instruction; false at the end of the code or at a fault.
func (c *Cursor) Next(in *Instr) bool {
	r := &c.r
	if r.done() {
		return false
	}
	in.Start = r.pos
	in.A, in.B = 0, 0
	b := r.byte()
	in.Op = Opcode(b)
	switch b {
	case 0xfc:
		sub := r.u32()
		if sub >= uint32(len(prefixed)) {
			r.failAt(in.Start, "unknown instruction 0xfc %d", sub)
		}
		in.Op = 0xfc00 | Opcode(sub&0xff)
	case 0xfd:
		r.failAt(in.Start, "SIMD is not supported (instruction 0xfd %d)", r.u32())
	case 0xfe:
		r.failAt(in.Start, "threads are not supported (instruction 0xfe %d)", r.u32())
	}
	r.immediate(in)
	in.End = r.pos
	return r.msg == ""
}

// Err gives the fault that ended the walk: its byte in the module and what it is. The message is empty if there was none.
func (c *Cursor) Err() (offset int, msg string) { return c.r.bad, c.r.msg }

func (r *reader) immediate(in *Instr) {
	switch in.Op.Immediate() {
	case ImmNone:
	case ImmBlock:
		in.Block = r.blockType()
	case ImmLabel, ImmFunc, ImmLocal, ImmGlobal, ImmTable, ImmData, ImmElem:
		in.A = r.unsigned(32)
	case ImmLabels:
		in.Labels = in.Labels[:0]
		for n := r.count("labels"); n >= 0 && r.msg == ""; n-- {
			in.Labels = append(in.Labels, r.u32())
		}
	case ImmCallIndirect, ImmElemTable, ImmTables:
		in.A = r.unsigned(32)
		in.B = r.unsigned(32)
	case ImmMemarg:
		start := r.pos
		if in.B = r.unsigned(32); in.B >= 64 {
			r.failAt(start, "several memories are not supported (memarg flags %#x)", in.B)
		}
		in.A = r.unsigned(64)
	case ImmMemory:
		r.memoryZero()
	case ImmMemories:
		r.memoryZero()
		r.memoryZero()
	case ImmDataMemory:
		in.A = r.unsigned(32)
		r.memoryZero()
	case ImmI32:
		in.A = uint64(r.signed(32))
	case ImmI64:
		in.A = uint64(r.signed(64))
	case ImmF32:
		in.A = uint64(r.u32le())
	case ImmF64:
		in.A = r.u64le()
	case ImmTypes:
		start := r.pos
		if n := r.count("types"); n != 1 {
			r.failAt(start, "select with %d types", n)
		}
		in.A = uint64(r.valueType())
	case ImmRefType:
		in.A = uint64(r.refType())
	default:
		r.failAt(in.Start, "unknown instruction %#x", uint16(in.Op))
	}
}

func (r *reader) memoryZero() {
	start := r.pos
	if r.u32() != 0 {
		r.failAt(start, "several memories are not supported")
	}
}

func (r *reader) blockType() BlockType {
	if r.pos < len(r.buf) && r.msg == "" {
		switch b := r.buf[r.pos]; {
		case b == 0x40:
			r.pos++
			return BlockType{}
		case b >= 0x40 && b < 0x80:
			return BlockType{Result: r.valueType()}
		}
	}
	return BlockType{Index: uint32(r.signed(33)), Indexed: true}
}

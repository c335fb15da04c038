package link

import "icsim/canister/wasm/module"

// A code is a function body in the making.
type code []byte

const opI64Mul = module.Opcode(0x7e)

// op appends an instruction and its immediate, if it has one: of loads and stores the offset.
func (c *code) op(o module.Opcode, immediate ...int64) *code {
	var a uint64
	if len(immediate) > 0 {
		a = uint64(immediate[0])
	}
	*c = module.AppendInstr(*c, o, a, 0)
	return c
}

// block begins a block, loop or if, with a result or 0 for none.
func (c *code) block(o module.Opcode, result module.ValueType) *code {
	*c = module.AppendBlock(*c, o, module.BlockType{Result: result})
	return c
}

// body ends the function.
func (c *code) body(locals ...module.LocalGroup) module.Body {
	return module.Body{Locals: locals, Code: append(*c, byte(module.OpEnd))}
}

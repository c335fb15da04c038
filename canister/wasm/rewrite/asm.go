package rewrite

import "icsim/canister/wasm/module"

// code is a body being written.
type code []byte

// op appends an instruction without immediates; imm one with a first, mem a load or store.
func (c *code) op(o module.Opcode)              { *c = module.AppendInstr(*c, o, 0, 0) }
func (c *code) imm(o module.Opcode, a uint64)   { *c = module.AppendInstr(*c, o, a, 0) }
func (c *code) get(local uint32)                { c.imm(module.OpLocalGet, uint64(local)) }
func (c *code) set(local uint32)                { c.imm(module.OpLocalSet, uint64(local)) }
func (c *code) tee(local uint32)                { c.imm(module.OpLocalTee, uint64(local)) }
func (c *code) i32(v uint32)                    { c.imm(module.OpI32Const, uint64(v)) }
func (c *code) i64(v int64)                     { c.imm(module.OpI64Const, uint64(v)) }
func (c *code) call(f uint32)                   { c.imm(module.OpCall, uint64(f)) }
func (c *code) when()                           { *c = module.AppendBlock(*c, module.OpIf, module.BlockType{}) }
func (c *code) end()                            { c.op(module.OpEnd) }
func (c *code) getGlobal(g uint32)              { c.imm(module.OpGlobalGet, uint64(g)) }
func (c *code) setGlobal(g uint32)              { c.imm(module.OpGlobalSet, uint64(g)) }
func (c *code) block(t module.BlockType)        { *c = module.AppendBlock(*c, module.OpBlock, t) }
func (c *code) mem(o module.Opcode, off uint64) { *c = module.AppendInstr(*c, o, off, 0) }

// ops appends several instructions without immediates.
func (c *code) ops(list ...module.Opcode) {
	for _, o := range list {
		c.op(o)
	}
}

// stopIfNegative calls the host, which does not return, if the i64 on the stack is negative.
func (c *code) stopIfNegative(stop uint32) {
	c.i64(0)
	c.op(module.OpI64LtS)
	c.when()
	c.call(stop)
	c.end()
}

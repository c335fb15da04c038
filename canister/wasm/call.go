package wasm

import "icsim/canister/wasm/rewrite"

// Call is an execution as a host function sees it. It is valid until the host function returns.
type Call struct {
	User any // what Execute was given

	inst  *instance
	limit int64
}

// Trap ends the execution with a message. It does not return.
func (c *Call) Trap(message string) { panic(&Trap{Kind: HostTrap, Message: message}) }

// Fail ends the execution with a cause, which the trap carries. It does not return.
func (c *Call) Fail(cause error) {
	panic(&Trap{Kind: HostTrap, Message: cause.Error(), Cause: cause})
}

// Charge takes n more instructions, and ends the execution when they are not left.
func (c *Call) Charge(n uint64) {
	left := int64(c.inst.fuel.Get()) - int64(min(n, maxLimit))
	c.inst.fuel.Set(uint64(left))
	if left < 0 {
		panic(&Trap{Kind: OutOfInstructions})
	}
}

// Instructions gives the instructions used so far by this execution. The basic block that calls is charged as a whole.
func (c *Call) Instructions() uint64 {
	return uint64(c.limit - max(int64(c.inst.fuel.Get()), 0))
}

// Memory gives the guest's memory.
func (c *Call) Memory() Memory { return Memory{c.inst} }

// Bytes gives a view of the guest's memory, or ends the execution with MemoryOutOfBounds. The view is valid until the guest runs on;
// it must not be written to.
func (c *Call) Bytes(addr, size uint64) []byte {
	b, ok := c.Memory().Read(addr, size)
	if !ok {
		panic(&Trap{Kind: MemoryOutOfBounds})
	}
	return b
}

// Put writes to the guest's memory, or ends the execution with MemoryOutOfBounds.
func (c *Call) Put(addr uint64, data []byte) {
	if !c.Memory().Write(addr, data) {
		panic(&Trap{Kind: MemoryOutOfBounds})
	}
}

// Memory is the guest's memory during a call. Addresses are the guest's.
type Memory struct{ inst *instance }

// Size gives the length in bytes.
func (m Memory) Size() uint64 { return uint64(len(m.inst.mem.buf)) - rewrite.ShadowSize }

// Read gives a view of size bytes, valid until the guest runs on and not to be written to; false if they are not all inside.
func (m Memory) Read(addr, size uint64) (view []byte, ok bool) {
	if n := m.Size(); addr > n || size > n-addr {
		return nil, false
	}
	addr += rewrite.ShadowSize
	return m.inst.mem.buf[addr : addr+size : addr+size], true
}

// Write copies data in; false, and nothing is written, if it does not fit.
func (m Memory) Write(addr uint64, data []byte) (ok bool) {
	if n := m.Size(); addr > n || uint64(len(data)) > n-addr {
		return false
	}
	if len(data) > 0 {
		buf := m.inst.mem.buf
		for p := addr / PageSize; p <= (addr+uint64(len(data))-1)/PageSize; p++ {
			buf[p], buf[rewrite.FirstBlock+p/pagesOfBlock] = 1, 1 // the shadow
		}
		copy(buf[addr+rewrite.ShadowSize:], data)
	}
	return true
}

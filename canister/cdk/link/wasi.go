package link

import (
	"strings"

	"icsim/canister/wasm/module"
)

// Error numbers of wasi_snapshot_preview1.
const (
	wasiOK      = 0
	wasiBadFile = 8
	wasiNone    = 52 // not supported
)

// exitText is what proc_exit traps with. It stands at exitAt, in the 4 KiB that Go leaves empty for null pointers (cmd/link/internal/wasm).
const (
	exitText = "the program has ended"
	exitAt   = 16
)

// startTime is the time while the start function runs: Go's runtime takes 0 for a fault.
const startTime = 1

// The functions of ic0 that take the place of WASI.
const (
	icTime  = "time"
	icPrint = "debug_print"
	icTrap  = "trap"
)

// needs names the function of ic0 that stands behind one of WASI, "" if none does.
func needs(wasi string) string {
	switch wasi {
	case "clock_time_get":
		return icTime
	case "fd_write":
		return icPrint
	case "proc_exit":
		return icTrap
	}
	return ""
}

// stub makes a function in place of one of WASI.
func (l *linker) stub(name string, t module.FuncType) module.Body {
	var c code
	switch name {
	case "clock_time_get":
		return l.clock()
	case "random_get":
		return l.random()
	case "fd_write":
		return l.write()
	case "proc_exit":
		c.op(module.OpI32Const, exitAt).op(module.OpI32Const, int64(len(exitText)))
		c.op(module.OpCall, l.ic0[icTrap]).op(module.OpUnreachable)
		return c.body()
	case "args_sizes_get", "environ_sizes_get": // none
		c.op(module.OpLocalGet, 0).op(module.OpI32Const, 0).op(module.OpI32Store, 0)
		c.op(module.OpLocalGet, 1).op(module.OpI32Const, 0).op(module.OpI32Store, 0)
		c.op(module.OpI32Const, wasiOK)
		return c.body()
	case "poll_oneoff": // every event has come: nobody can wait inside an execution
		c.op(module.OpLocalGet, 3).op(module.OpLocalGet, 2).op(module.OpI32Store, 0).op(module.OpI32Const, wasiOK)
		return c.body()
	}
	errno := int64(wasiNone)
	switch {
	case name == "sched_yield" || name == "args_get" || name == "environ_get":
		errno = wasiOK
	case strings.HasPrefix(name, "fd_"):
		errno = wasiBadFile
	}
	if len(t.Results) == 1 && t.Results[0] == module.I32 {
		c.op(module.OpI32Const, errno)
	} else {
		c.op(module.OpUnreachable)
	}
	return c.body()
}

// clock writes the time to where parameter 2 points.
func (l *linker) clock() module.Body {
	var c code
	c.op(module.OpLocalGet, 2)
	c.op(module.OpGlobalGet, l.started).block(module.OpIf, module.I64)
	c.op(module.OpCall, l.ic0[icTime])
	c.op(module.OpElse).op(module.OpI64Const, startTime).op(module.OpEnd)
	c.op(module.OpI64Store, 0)
	c.op(module.OpI32Const, wasiOK)
	return c.body()
}

// random fills memory, parameter 0, of a length, parameter 1. The multiplier and the increment are Knuth's (MMIX).
func (l *linker) random() module.Body {
	var c code
	c.block(module.OpBlock, 0).block(module.OpLoop, 0)
	c.op(module.OpLocalGet, 1).op(module.OpI32Eqz).op(module.OpBrIf, 1)
	c.op(module.OpGlobalGet, l.seed).op(module.OpI64Const, 6364136223846793005).op(opI64Mul)
	c.op(module.OpI64Const, 1442695040888963407).op(module.OpI64Add).op(module.OpGlobalSet, l.seed)
	c.op(module.OpLocalGet, 0).op(module.OpGlobalGet, l.seed).op(module.OpI64Const, 56).op(module.OpI64ShrU)
	c.op(module.OpI32WrapI64).op(module.OpI32Store8, 0)
	c.op(module.OpLocalGet, 0).op(module.OpI32Const, 1).op(module.OpI32Add).op(module.OpLocalSet, 0)
	c.op(module.OpLocalGet, 1).op(module.OpI32Const, 1).op(module.OpI32Sub).op(module.OpLocalSet, 1)
	c.op(module.OpBr, 0).op(module.OpEnd).op(module.OpEnd)
	c.op(module.OpI32Const, wasiOK)
	return c.body()
}

// write prints buffers, of which parameter 1 points to the first and parameter 2 tells the number, and writes to where parameter 3 points
// how much that was, local 4. Standard output and error are one.
func (l *linker) write() module.Body {
	var c code
	c.op(module.OpLocalGet, 0).op(module.OpI32Const, 1).op(module.OpI32Sub).op(module.OpI32Const, 1).op(module.OpI32GtU)
	c.block(module.OpIf, 0).op(module.OpI32Const, wasiBadFile).op(module.OpReturn).op(module.OpEnd)
	c.block(module.OpBlock, 0).block(module.OpLoop, 0)
	c.op(module.OpLocalGet, 2).op(module.OpI32Eqz).op(module.OpBrIf, 1)
	c.op(module.OpLocalGet, 1).op(module.OpI32Load, 0).op(module.OpLocalGet, 1).op(module.OpI32Load, 4)
	c.op(module.OpCall, l.ic0[icPrint])
	c.op(module.OpLocalGet, 4).op(module.OpLocalGet, 1).op(module.OpI32Load, 4).op(module.OpI32Add).op(module.OpLocalSet, 4)
	c.op(module.OpLocalGet, 1).op(module.OpI32Const, 8).op(module.OpI32Add).op(module.OpLocalSet, 1)
	c.op(module.OpLocalGet, 2).op(module.OpI32Const, 1).op(module.OpI32Sub).op(module.OpLocalSet, 2)
	c.op(module.OpBr, 0).op(module.OpEnd).op(module.OpEnd)
	c.op(module.OpLocalGet, 3).op(module.OpLocalGet, 4).op(module.OpI32Store, 0)
	c.op(module.OpI32Const, wasiOK)
	return c.body(module.LocalGroup{Count: 1, Type: module.I32})
}

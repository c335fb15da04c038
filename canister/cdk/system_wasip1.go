package cdk

import "unsafe"

// bound is the program that callbacks are for: a module has one.
var bound *Program

func bind(p *Program) *Program {
	p.system = ic0{}
	bound = p
	return p
}

// cleanupBit in the environment of a callback tells the cleanup callback.
const cleanupBit = 1 << 31

//go:wasmexport cdk_callback
func callback(env uint32) {
	if env&cleanupBit != 0 {
		bound.Cleanup(env &^ cleanupBit)
		return
	}
	bound.Callback(env)
}

// cdk_enter is what icsim canister build makes the exports of, each with its number.
//
//go:wasmexport cdk_enter
func enter(n uint32) { bound.Enter(n) }

// cdk_describe tells icsim canister build what to export: a text for each, and at last the Candid service.
//
//go:wasmexport cdk_describe
func describe() {
	if bound == nil {
		return
	}
	for _, name := range bound.Exports() {
		debugPrint(name)
	}
	debugPrint(bound.Candid())
}

// callbackPC gives the program counter of what cdk_callback is exported as. See callback_wasip1.s.
func callbackPC() uint64

// callbackIndex gives its index in the table: Go's program counters have the table index in the bits from 16 on
// (cmd/link/internal/wasm: "PC = PC_F<<16 + PC_B", and elements begin at table index funcValueOffset).
func callbackIndex() uint32 { return uint32(callbackPC() >> 16) }

// ic0 is the system of a module.
type ic0 struct{}

// blob reads a value by its pair of functions.
func blob(size func() uint32, copyTo func(dst unsafe.Pointer, offset, size uint32)) []byte {
	n := size()
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	copyTo(unsafe.Pointer(&b[0]), 0, n)
	return b
}

func data(b []byte) (unsafe.Pointer, uint32) {
	return unsafe.Pointer(unsafe.SliceData(b)), uint32(len(b))
}

// address is for what ic0 takes as 64 bits. It stays right: what is passed through the interface System lies on the heap, where
// Go moves nothing, and no collection comes before the system has used it.
func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

func (ic0) Arg() []byte                   { return blob(msgArgDataSize, msgArgDataCopy) }
func (ic0) Caller() Principal             { return Principal(blob(msgCallerSize, msgCallerCopy)) }
func (ic0) Self() Principal               { return Principal(blob(canisterSelfSize, canisterSelfCopy)) }
func (ic0) Time() uint64                  { return systemTime() }
func (ic0) Instructions() uint64          { return performanceCounter(0) }
func (ic0) IsController(p Principal) bool { return isController(string(p)) != 0 }

func (ic0) Method() string   { return string(blob(msgMethodNameSize, msgMethodNameCopy)) }
func (ic0) AcceptMessage()   { acceptMessage() }
func (ic0) Deadline() uint64 { return msgDeadline() }

func (ic0) Env(name string) (string, bool) {
	if envVarNameExists(name) == 0 {
		return "", false
	}
	value := blob(func() uint32 { return envVarValueSize(name) }, func(dst unsafe.Pointer, offset, size uint32) {
		envVarValueCopy(name, dst, offset, size)
	})
	return string(value), true
}

func (ic0) Reply(b []byte) {
	if len(b) > 0 {
		msgReplyDataAppend(data(b))
	}
	msgReply()
}

func (ic0) Reject(text string)    { msgReject(text) }
func (ic0) Trap(text string)      { trap(text) }
func (ic0) Print(text string)     { debugPrint(text) }
func (ic0) RejectCode() uint32    { return msgRejectCode() }
func (ic0) RejectMessage() string { return string(blob(msgRejectMsgSize, msgRejectMsgCopy)) }

func (ic0) Call(c Outgoing) bool {
	f := callbackIndex()
	callNew(string(c.Callee), c.Method, f, c.Slot, f, c.Slot)
	callOnCleanup(f, c.Slot|cleanupBit)
	if len(c.Arg) > 0 {
		callDataAppend(data(c.Arg))
	}
	if !c.Cycles.IsZero() {
		callCyclesAdd128(c.Cycles.Hi, c.Cycles.Lo)
	}
	if c.Within > 0 {
		callWithBestEffortResponse(c.Within)
	}
	return callPerform() == 0
}

// Cycles come as 16 bytes, little endian.

func (ic0) Available() Cycles {
	var n [2]uint64
	msgCyclesAvailable128(&n[0])
	return Cycles{n[1], n[0]}
}

func (ic0) Accept(most Cycles) Cycles {
	var n [2]uint64
	msgCyclesAccept128(most.Hi, most.Lo, &n[0])
	return Cycles{n[1], n[0]}
}

func (ic0) Refunded() Cycles {
	var n [2]uint64
	msgCyclesRefunded128(&n[0])
	return Cycles{n[1], n[0]}
}

func (ic0) Balance() Cycles {
	var n [2]uint64
	canisterCycleBalance128(&n[0])
	return Cycles{n[1], n[0]}
}

func (ic0) Burn(most Cycles) Cycles {
	var n [2]uint64
	cyclesBurn128(most.Hi, most.Lo, &n[0])
	return Cycles{n[1], n[0]}
}

func (ic0) StableSize() uint64 { return stable64Size() }

func (ic0) StableGrow(pages uint64) (uint64, bool) {
	old := stable64Grow(pages)
	return old, old != 1<<64-1
}

func (ic0) StableRead(dst []byte, offset uint64) {
	stable64Read(address(dst), offset, uint64(len(dst)))
}

func (ic0) StableWrite(offset uint64, src []byte) {
	stable64Write(offset, address(src), uint64(len(src)))
}

func (ic0) SetCertifiedData(b []byte) { certifiedDataSet(data(b)) }

func (ic0) Certificate() ([]byte, bool) {
	if dataCertificatePresent() == 0 {
		return nil, false
	}
	return blob(dataCertificateSize, dataCertificateCopy), true
}

func (ic0) SetTimer(at uint64) uint64 { return globalTimerSet(at) }

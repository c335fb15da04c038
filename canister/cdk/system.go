package cdk

// System is what the Internet Computer offers to the message that runs: ic0, without its pointers (reference/interface.md
// A.2, whose contexts and traps it has). In WebAssembly it is the real one; cdktest has one in memory.
type System interface {
	Arg() []byte // of the call; in a reply callback, the reply
	Caller() Principal
	Self() Principal
	Time() uint64
	Instructions() uint64
	IsController(Principal) bool
	Method() string   // in Inspect
	AcceptMessage()   // in Inspect
	Deadline() uint64 // of the caller's patience; 0: none
	Env(name string) (value string, ok bool)

	Reply([]byte)
	Reject(string)
	Trap(string) // does not return; in tests it panics with Trapped
	Print(string)

	RejectCode() uint32 // in a callback; 0: replied
	RejectMessage() string
	Call(Outgoing) bool // false: not queued

	Available() Cycles
	Accept(Cycles) Cycles
	Refunded() Cycles
	Balance() Cycles
	Burn(Cycles) Cycles

	StableSize() uint64
	StableGrow(pages uint64) (old uint64, ok bool)
	StableRead(dst []byte, offset uint64)
	StableWrite(offset uint64, src []byte)
	SetCertifiedData([]byte)
	Certificate() ([]byte, bool)
	SetTimer(at uint64) (old uint64)
}

// Trapped is the text of a trap, on its way through a program that runs in a test.
type Trapped string

// Outgoing is a call to another canister. Its answer comes to Program.Callback with the slot.
type Outgoing struct {
	Callee Principal
	Method string
	Arg    []byte
	Cycles Cycles
	Within uint32 // seconds; 0: as long as it takes
	Slot   uint32
}

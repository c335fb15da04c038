package cdk

import "strconv"

// A Context is the message that runs, and the canister's way to the system. It is good until the method returns.
type Context struct {
	program *Program
	system  System
	task    *task // nil if the message cannot wait
	arg     []byte
}

// Arg gives the argument of the call, or of the installation.
func (c *Context) Arg() []byte {
	if c.task == nil {
		return c.system.Arg()
	}
	return c.arg // the system forgets it at the first wait
}

// Caller gives who called; the canister's first controller in Init, and Management in Timer and Heartbeat.
func (c *Context) Caller() Principal { return c.system.Caller() }

// Self gives the canister's id.
func (c *Context) Self() Principal { return c.system.Self() }

// Time gives nanoseconds since 1970. It stands still while a message runs, and moves on while it waits.
func (c *Context) Time() uint64 { return c.system.Time() }

// Instructions gives those that the message has used since it began or last waited.
func (c *Context) Instructions() uint64 { return c.system.Instructions() }

// IsController reports whether p controls this canister.
func (c *Context) IsController(p Principal) bool { return c.system.IsController(p) }

// Method gives the name of the method that a user calls, in Inspect.
func (c *Context) Method() string { return c.system.Method() }

// AcceptMessage lets a user's call in, in Inspect.
func (c *Context) AcceptMessage() { c.system.AcceptMessage() }

// Deadline gives until when the caller waits, in nanoseconds since 1970; 0: as long as it takes.
func (c *Context) Deadline() uint64 { return c.system.Deadline() }

// Env gives an environment variable of the canister's settings.
func (c *Context) Env(name string) (value string, ok bool) { return c.system.Env(name) }

// Reply answers the call. A call has one answer: a second one traps.
func (c *Context) Reply(data []byte) { c.system.Reply(data) }

// Reject answers the call with a refusal: code CanisterReject. What the message did stays done.
func (c *Context) Reject(text string) { c.system.Reject(text) }

// Trap undoes what the message did since it began or last waited, and ends it. So does a panic.
func (c *Context) Trap(text string) { c.system.Trap(text) }

// Print shows a text to whoever debugs the canister.
func (c *Context) Print(text string) { c.system.Print(text) }

// Available gives the cycles that came with the call and have not been accepted.
func (c *Context) Available() Cycles { return c.system.Available() }

// Accept takes cycles that came with the call, at most so many, and gives how many. What is not taken goes back.
func (c *Context) Accept(most Cycles) Cycles { return c.system.Accept(most) }

// Balance gives the canister's cycles.
func (c *Context) Balance() Cycles { return c.system.Balance() }

// Burn destroys cycles of the canister, at most so many, and gives how many.
func (c *Context) Burn(most Cycles) Cycles { return c.system.Burn(most) }

// StableSize gives the size of stable memory, in pages of 64 KiB. It is kept over upgrades.
func (c *Context) StableSize() uint64 { return c.system.StableSize() }

// StableGrow adds pages of zeros to stable memory and gives the size before; not ok if there is no room.
func (c *Context) StableGrow(pages uint64) (old uint64, ok bool) { return c.system.StableGrow(pages) }

// StableRead fills dst from stable memory. It traps beyond the end.
func (c *Context) StableRead(dst []byte, offset uint64) { c.system.StableRead(dst, offset) }

// StableWrite copies src into stable memory. It traps beyond the end.
func (c *Context) StableWrite(offset uint64, src []byte) { c.system.StableWrite(offset, src) }

// SetCertifiedData sets what the subnet certifies of the canister, at most 32 bytes.
func (c *Context) SetCertifiedData(data []byte) { c.system.SetCertifiedData(data) }

// Certificate gives the certificate for the certified data, in a query that did not come from a canister.
func (c *Context) Certificate() ([]byte, bool) { return c.system.Certificate() }

// SetTimer lets Timer run once, in the first round at or after a time in nanoseconds since 1970, in place of the time set before, which
// it gives. 0: never.
func (c *Context) SetTimer(at uint64) (old uint64) { return c.system.SetTimer(at) }

// rescue, deferred, turns a panic into a trap, whose text the caller hears. It lets a cancelled message end.
func (c *Context) rescue() {
	switch r := recover().(type) {
	case nil, cancelled:
	case Trapped:
		panic(r)
	case string:
		c.system.Trap("panic: " + r)
	case error:
		c.system.Trap("panic: " + r.Error())
	case int:
		c.system.Trap("panic: " + strconv.Itoa(r))
	default:
		c.system.Trap("panic")
	}
}

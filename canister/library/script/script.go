package script

// A Program is a sequence of instructions. The methods that append to one never change what it was made from.
type Program []byte

// An Op is what an instruction does.
type Op byte

// The operations, with their operands: numbers first, then blobs.
const (
	Set         Op = iota // cell, value
	Add                   // cell, value: to what is there
	Get                   // cell: into the output
	Grow                  // cells of 0, behind those there are; into the output: how many there were
	StableGrow            // pages; into the output: how many there were, or 2⁶⁴−1
	StableWrite           // offset; data
	StableRead            // offset, size: into the output
	Certify               // data: the canister's certified data
	Timer                 // nanoseconds from now; program: takes the place of the timer and program set before
	Call                  // cycles to send; canister, program: it does not wait
	Await                 // for all calls open; into the output: the answers and what came back of the cycles, oldest call first
	Random                // calls raw_rand, and waits: into the output
	Time                  // into the output
	Spin                  // instructions: uses so many
	Accept                // cycles at most; into the output: how many there were
	Burn                  // cycles at most; into the output: how many there were
	Print                 // text
	Emit                  // data: into the output
	Repeat                // times; program
	Reply                 // with the output
	Reject                // text
	Trap                  // text
	numOps
)

// Limits of a message, from its beginning or last wait.
const (
	MaxSteps  = 100_000
	MaxOutput = 1 << 20 // bytes
	MaxCells  = 1 << 20 // of 8 bytes, of a canister
)

// A shape is how many operands of each kind an operation has.
type shape struct{ numbers, blobs int }

// shape of an operation that there is.
func (o Op) shape() shape {
	switch o {
	case Await, Random, Time, Reply:
		return shape{0, 0}
	case Get, Grow, StableGrow, Spin, Accept, Burn:
		return shape{1, 0}
	case Set, Add, StableRead:
		return shape{2, 0}
	case Certify, Print, Emit, Reject, Trap:
		return shape{0, 1}
	case StableWrite, Timer, Repeat:
		return shape{1, 1}
	}
	return shape{1, 2} // Call
}

// New makes a program that does nothing.
func New() Program { return nil }

// Set appends: sets a cell. A canister takes the number of a cell modulo how many it has.
func (p Program) Set(cell, value uint64) Program { return p.do(Set, []uint64{cell, value}) }

// Add appends: adds to a cell, modulo 2⁶⁴.
func (p Program) Add(cell, value uint64) Program { return p.do(Add, []uint64{cell, value}) }

// Get appends: puts a cell into the output.
func (p Program) Get(cell uint64) Program { return p.do(Get, []uint64{cell}) }

// Grow appends: adds cells.
func (p Program) Grow(cells uint64) Program { return p.do(Grow, []uint64{cells}) }

// StableGrow appends: adds pages of 64 KiB to stable memory.
func (p Program) StableGrow(pages uint64) Program { return p.do(StableGrow, []uint64{pages}) }

// StableWrite appends: writes to stable memory. Beyond its end that traps.
func (p Program) StableWrite(offset uint64, data []byte) Program {
	return p.do(StableWrite, []uint64{offset}, data)
}

// StableRead appends: puts a part of stable memory into the output. Beyond its end that traps.
func (p Program) StableRead(offset, size uint64) Program {
	return p.do(StableRead, []uint64{offset, size})
}

// Certify appends: sets the certified data. More than 32 bytes trap.
func (p Program) Certify(data []byte) Program { return p.do(Certify, nil, data) }

// Timer appends: lets the canister run a program once, so many nanoseconds from now.
func (p Program) Timer(after uint64, then Program) Program {
	return p.do(Timer, []uint64{after}, then)
}

// Call appends: lets another interpreter, named by its raw principal, run a program, and sends cycles along. Only Await waits for it.
func (p Program) Call(canister []byte, run Program, cycles uint64) Program {
	return p.do(Call, []uint64{cycles}, canister, run)
}

// Await appends: waits for all calls that are open.
func (p Program) Await() Program { return p.do(Await, nil) }

// Random appends: asks the subnet for random bytes.
func (p Program) Random() Program { return p.do(Random, nil) }

// Time appends: puts the time into the output.
func (p Program) Time() Program { return p.do(Time, nil) }

// Spin appends: uses instructions.
func (p Program) Spin(instructions uint64) Program { return p.do(Spin, []uint64{instructions}) }

// Accept appends: takes cycles that came with the call.
func (p Program) Accept(most uint64) Program { return p.do(Accept, []uint64{most}) }

// Burn appends: destroys cycles.
func (p Program) Burn(most uint64) Program { return p.do(Burn, []uint64{most}) }

// Print appends: prints a text.
func (p Program) Print(text string) Program { return p.do(Print, nil, []byte(text)) }

// Emit appends: puts bytes into the output.
func (p Program) Emit(data []byte) Program { return p.do(Emit, nil, data) }

// Repeat appends: runs a program so many times.
func (p Program) Repeat(times uint64, body Program) Program {
	return p.do(Repeat, []uint64{times}, body)
}

// Reply appends: answers with the output. What comes behind it is executed, too.
func (p Program) Reply() Program { return p.do(Reply, nil) }

// Reject appends: answers with a refusal.
func (p Program) Reject(text string) Program { return p.do(Reject, nil, []byte(text)) }

// Trap appends: undoes what was done since the beginning or the last wait, and ends.
func (p Program) Trap(text string) Program { return p.do(Trap, nil, []byte(text)) }

// Then appends a program.
func (p Program) Then(q Program) Program { return append(p[:len(p):len(p)], q...) }

func (p Program) do(op Op, numbers []uint64, blobs ...[]byte) Program {
	p = append(p[:len(p):len(p)], byte(op))
	for _, n := range numbers {
		p = appendNumber(p, n)
	}
	for _, b := range blobs {
		p = append(appendNumber(p, uint64(len(b))), b...)
	}
	return p
}

func appendNumber(p Program, n uint64) Program {
	for ; n >= 0x80; n >>= 7 {
		p = append(p, byte(n)|0x80)
	}
	return append(p, byte(n))
}

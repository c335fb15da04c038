package main

import (
	"encoding/binary"
	"hash/fnv"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
	"icsim/canister/library/script"
)

// interpreter runs programs (canister/library/script).
//
//	run  : (blob) -> (blob);      runs a program; its output
//	state: () -> (blob) query;    a digest of cells, stable memory, certified data and the timer's program
//
// Setting: cells, that it begins with.
type interpreter struct {
	cells     []uint64
	certified []byte
	onTimer   script.Program
	sink      uint64 // see spin
}

const cellsAtFirst = 64

func newInterpreter(ctx *cdk.Context, settings *candid.Reader) cdk.Canister {
	n := settings.FieldNat64("cells", cellsAtFirst)
	if n == 0 || n > script.MaxCells {
		ctx.Trap("interpreter: it has 1 to 1048576 cells")
	}
	i := &interpreter{cells: make([]uint64, n)}
	return cdk.Canister{
		Update: cdk.Methods{"run": i.run},
		Query:  cdk.Methods{"state": i.state},
		Timer:  i.tick,
	}
}

func (i *interpreter) run(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	p := script.Program(arg.Blob())
	mustRead(ctx, arg)
	x := execution{interpreter: i, ctx: ctx}
	x.execute(p)
}

// tick is the timer. The program is no longer there when it runs, as the timer is not.
func (i *interpreter) tick(ctx *cdk.Context) {
	x := execution{interpreter: i, ctx: ctx}
	p := i.onTimer
	i.onTimer = nil
	x.execute(p)
}

func (i *interpreter) state(ctx *cdk.Context) {
	digest := fnv.New128a()
	number := func(n uint64) { digest.Write(binary.LittleEndian.AppendUint64(nil, n)) }
	number(uint64(len(i.cells)))
	for _, c := range i.cells {
		number(c)
	}
	for _, part := range [][]byte{i.certified, i.onTimer} {
		number(uint64(len(part)))
		digest.Write(part)
	}
	page := make([]byte, 1<<16)
	number(ctx.StableSize())
	for n := range ctx.StableSize() {
		ctx.StableRead(page, n<<16)
		digest.Write(page)
	}
	ctx.Reply(candid.Encode(candid.NewBlob(digest.Sum(nil))))
}

// An execution is a message that runs a program.
type execution struct {
	*interpreter
	ctx    *cdk.Context
	steps  int
	open   []*cdk.Future
	output []byte
}

func (x *execution) execute(p script.Program) {
	for len(p) > 0 {
		in, rest, ok := p.Next()
		if !ok {
			x.ctx.Trap("interpreter: there is no such instruction")
		}
		x.step()
		x.do(&in)
		p = rest
	}
}

// step counts an instruction, or a turn of a loop.
func (x *execution) step() {
	if x.steps++; x.steps > script.MaxSteps {
		x.ctx.Trap("interpreter: more than 100000 instructions")
	}
}

// do carries out an instruction.
func (x *execution) do(in *script.Instruction) {
	n, b := in.Numbers, in.Blobs
	switch in.Op {
	case script.Set:
		*x.cell(n[0]) = n[1]
	case script.Add:
		*x.cell(n[0]) += n[1]
	case script.Get:
		x.emitNumber(*x.cell(n[0]))
	case script.Grow:
		x.grow(n[0])
	case script.Certify:
		x.ctx.SetCertifiedData(b[0])
		x.certified = b[0]
	case script.Timer:
		x.ctx.SetTimer(x.ctx.Time() + n[0])
		x.onTimer = b[0]
	case script.Time:
		x.emitNumber(x.ctx.Time())
	case script.Spin:
		spin(x.ctx, &x.sink, x.ctx.Instructions()+n[0])
	case script.Print:
		x.ctx.Print(string(b[0]))
	case script.Emit:
		x.emit(b[0])
	case script.Repeat:
		for range n[0] {
			x.step()
			x.execute(b[0])
		}
	case script.StableGrow, script.StableWrite, script.StableRead:
		x.stable(in)
	case script.Accept:
		x.emitNumber(x.ctx.Accept(cdk.CyclesOf(n[0])).Lo)
	case script.Burn:
		x.emitNumber(x.ctx.Burn(cdk.CyclesOf(n[0])).Lo)
	default:
		x.talk(in)
	}
}

// talk carries out what has to do with others.
func (x *execution) talk(in *script.Instruction) {
	switch in.Op {
	case script.Call:
		arg := candid.Encode(candid.NewBlob(in.Blobs[1]))
		x.open = append(x.open, x.ctx.Start(cdk.Principal(in.Blobs[0]), "run", arg, cdk.CyclesOf(in.Numbers[0])))
	case script.Random:
		x.await(x.ctx.Start(cdk.Management, "raw_rand", nothing(), cdk.Cycles{}))
	case script.Await:
		for len(x.open) > 0 {
			oldest := x.open[0]
			x.open = x.open[1:]
			x.await(oldest)
		}
	case script.Reply:
		x.ctx.Reply(candid.Encode(candid.NewBlob(x.output)))
	case script.Reject:
		x.ctx.Reject(string(in.Blobs[0]))
	case script.Trap:
		x.ctx.Trap(string(in.Blobs[0]))
	}
}

func (x *execution) await(f *cdk.Future) {
	reply, reject := f.Await()
	x.steps = 0
	if reject != nil {
		x.emitNumber(uint64(reject.Code))
		reply = []byte(reject.Message)
	} else {
		x.emitNumber(0)
	}
	x.emitNumber(uint64(len(reply)))
	x.emit(reply)
	x.emitNumber(f.Refunded.Lo)
}

func (x *execution) stable(in *script.Instruction) {
	switch in.Op {
	case script.StableGrow:
		old, ok := x.ctx.StableGrow(in.Numbers[0])
		if !ok {
			old = 1<<64 - 1
		}
		x.emitNumber(old)
	case script.StableWrite:
		x.ctx.StableWrite(in.Numbers[0], in.Blobs[0])
	case script.StableRead:
		x.room(in.Numbers[1])
		data := make([]byte, in.Numbers[1])
		x.ctx.StableRead(data, in.Numbers[0])
		x.emit(data)
	}
}

func (x *execution) cell(n uint64) *uint64 { return &x.cells[n%uint64(len(x.cells))] }

func (x *execution) grow(cells uint64) {
	if cells > script.MaxCells-uint64(len(x.cells)) {
		x.ctx.Trap("interpreter: more than 1048576 cells")
	}
	x.emitNumber(uint64(len(x.cells)))
	x.cells = append(x.cells, make([]uint64, cells)...)
}

func (x *execution) emitNumber(n uint64) { x.emit(binary.LittleEndian.AppendUint64(nil, n)) }

func (x *execution) emit(b []byte) {
	x.room(uint64(len(b)))
	x.output = append(x.output, b...)
}

// room traps if the output cannot take so many bytes.
func (x *execution) room(bytes uint64) {
	if bytes > script.MaxOutput-uint64(len(x.output)) {
		x.ctx.Trap("interpreter: more than 1048576 bytes of output")
	}
}

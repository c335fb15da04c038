package wasmtest

import (
	"fmt"
	"strings"

	"icsim/canister/wasm/module"
)

// Random makes a program that ends: method "canister_update run" over a few functions, 1 to 3 pages of memory, globals of each
// number type, a table, data segments. draw(n) gives a number below n. Values go to the host by ic0.out (i64). The program may trap.
// It makes its NaNs canonical, so that their bits do not depend on who runs it.
func Random(draw func(n int) int) *Builder {
	b := &Builder{}
	b.Import("ic0", "out", T(I64), nil)
	b.Memory(1, 3)
	for i, t := range numbers {
		b.Global(t, uint64(i))
	}
	b.Data(uint32(draw(100)), "some data for the loads to find, and more of it")
	b.Passive("a passive segment")
	g := &generator{b: b, draw: draw}
	leaf := g.function(nil)
	middle := g.function([]callee{leaf})
	plain := b.Func(nil, nil, nil, "")
	b.Table(4, leaf.index, middle.index, plain)
	g.table = []callee{leaf, middle}
	g.function([]callee{leaf, middle})
	run := b.Entry("canister_update run", nil, g.entry())
	b.Export("canister_query again", run)
	return b
}

var numbers = []module.ValueType{I32, I64, F32, F64}

type callee struct {
	index  uint32
	params []module.ValueType
	result module.ValueType
}

type generator struct {
	b       *Builder
	draw    func(n int) int
	out     strings.Builder
	locals  []module.ValueType
	scratch [4]int // local of each type that only the NaN code uses
	calls   []callee
	table   []callee
	loops   int // nested
	blocks  int // open labels that may be branched to
	size    int // statements and expressions left
	counter []int
}

func (g *generator) w(format string, args ...any) {
	fmt.Fprintf(&g.out, format+" ", args...)
}

// function adds one with random parameters and result.
func (g *generator) function(calls []callee) callee {
	c := callee{result: numbers[g.draw(4)]}
	for range g.draw(3) {
		c.params = append(c.params, numbers[g.draw(4)])
	}
	locals := append(T(numbers...), I32, I32, I32) // scratch, then loop counters
	g.locals = append(append(append([]module.ValueType(nil), c.params...), numbers...), locals...)
	first := len(c.params) + 4
	for i := range numbers {
		g.scratch[i] = first + i
	}
	g.counter = []int{first + 4, first + 5, first + 6}
	g.calls, g.size, g.loops, g.blocks = calls, 40, 0, 0
	g.out.Reset()
	for range 1 + g.draw(6) {
		g.statement()
	}
	g.expr(c.result, 3)
	c.index = g.b.Func(c.params, T(c.result), append(T(numbers...), locals...), g.out.String())
	return c
}

// entry calls every function and reports results and globals.
func (g *generator) entry() string {
	g.out.Reset()
	g.locals, g.size, g.calls = nil, 40, nil
	for i := range g.b.M.Code {
		t := g.b.M.Types[g.b.M.Funcs[i]]
		if len(t.Results) == 0 {
			continue
		}
		for _, p := range t.Params {
			g.constant(p)
		}
		g.w("call %d", i+1)
		g.report(t.Results[0])
	}
	for i, t := range numbers {
		g.w("global.get %d", i)
		g.report(t)
	}
	return g.out.String()
}

func (g *generator) report(t module.ValueType) {
	switch t {
	case I32:
		g.w("i64.extend_i32_u")
	case F32:
		g.w("i32.reinterpret_f32 i64.extend_i32_u")
	case F64:
		g.w("i64.reinterpret_f64")
	}
	g.w("call 0")
}

func (g *generator) statement() {
	g.size--
	if g.size < 0 {
		return
	}
	switch g.draw(13) {
	case 0, 1:
		if l := g.draw(len(g.locals) - 7); true { // not scratch or counters
			g.expr(g.locals[l], 3)
			g.w("local.set %d", l)
		}
	case 2:
		i := g.draw(4)
		g.expr(numbers[i], 3)
		g.w("global.set %d", i)
	case 3, 4, 5:
		g.store()
	case 6:
		t := numbers[g.draw(4)]
		g.expr(t, 3)
		g.report(t)
	case 7:
		g.expr(I32, 2)
		g.w("if")
		g.body()
		if g.draw(2) == 0 {
			g.w("else")
			g.body()
		}
		g.w("end")
	case 8:
		g.loop()
	case 9:
		g.w("block")
		g.body()
		g.w("end")
	case 10:
		g.branch()
	case 11:
		g.bulk()
	case 12:
		g.expr(numbers[g.draw(4)], 3)
		g.w("drop")
	}
}

func (g *generator) body() {
	g.blocks++
	for range g.draw(3) {
		g.statement()
	}
	g.blocks--
}

// loop runs up to four times; it branches back only at its end.
func (g *generator) loop() {
	if g.loops == len(g.counter) {
		return
	}
	c := g.counter[g.loops]
	g.loops++
	g.w("i32.const %d local.set %d block loop", 1+g.draw(4), c)
	outer := g.blocks
	g.blocks = 0 // a branch to the loop's own label would not count down
	for range 1 + g.draw(3) {
		g.statement()
	}
	g.blocks = outer
	g.w("local.get %d i32.const 1 i32.sub local.tee %d br_if 0 end end", c, c)
	g.loops--
}

func (g *generator) branch() {
	if g.blocks == 0 {
		return
	}
	switch g.draw(3) {
	case 0:
		g.expr(I32, 2)
		g.w("br_if %d", g.draw(g.blocks))
	case 1:
		g.expr(I32, 2)
		g.w("if br %d end", 1+g.draw(g.blocks))
	case 2:
		g.expr(I32, 2)
		g.w("br_table:%d,%d,%d", g.draw(g.blocks), g.draw(g.blocks), g.draw(g.blocks))
		if g.draw(2) == 0 {
			g.statement() // code that is never reached
		}
	}
}

// address leaves an address, mostly inside the memory, sometimes near an edge or anywhere.
func (g *generator) address() {
	switch g.draw(100) {
	case 41:
		g.expr(I32, 2)
	case 42:
		g.w("i32.const %d", 65530+g.draw(8))
	case 43:
		g.w("i32.const %d", -1-g.draw(16))
	case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9:
		g.w("i32.const %d", 4088+g.draw(10)) // across a page
	default:
		g.expr(I32, 2)
		g.w("i32.const 0x7ff8 i32.and")
	}
}

func (g *generator) offset() uint32 {
	switch g.draw(100) {
	case 41:
		return 1<<32 - 1 - uint32(g.draw(1<<21))
	case 42:
		return uint32(g.draw(70000))
	case 43, 44, 45, 46, 47:
		return uint32(g.draw(30000))
	}
	return uint32(g.draw(16))
}

func (g *generator) store() {
	ops := strings.Fields("i32.store i32.store8 i32.store16 i64.store i64.store8 i64.store16 i64.store32 f32.store f64.store")
	op := ops[g.draw(len(ops))]
	g.address()
	g.expr(valueType(op[:3]), 2)
	g.w("%s %d", op, g.offset())
}

func (g *generator) bulk() {
	small := func() { g.expr(I32, 1); g.w("i32.const %d i32.and", 3>>g.draw(2)) }
	switch g.draw(5) {
	case 0:
		g.address()
		g.address()
		g.expr(I32, 1)
		g.w("i32.const 0x3fff i32.and memory.copy")
	case 1:
		g.address()
		g.expr(I32, 1)
		g.expr(I32, 1)
		g.w("i32.const 0x3fff i32.and memory.fill")
	case 2, 3:
		g.address()
		small()
		small()
		g.w("i32.const 15 i32.and memory.init 1") // wazero forgets that segment 0, being active, counts as dropped
	case 4:
		if g.draw(3) == 1 {
			g.w("data.drop %d", g.draw(2))
		}
	}
}

func (g *generator) constant(t module.ValueType) {
	ints := []int64{0, 1, -1, 2, 31, 255, 65536, 1<<31 - 1, -1 << 31}
	v := ints[g.draw(len(ints))]
	if g.draw(2) == 0 {
		v = int64(g.draw(1 << 16))
	}
	g.w("%s.const %d", t, v)
}

func (g *generator) local(t module.ValueType) {
	var fits []int
	for i := range max(len(g.locals)-7, 0) {
		if g.locals[i] == t {
			fits = append(fits, i)
		}
	}
	if len(fits) == 0 {
		g.constant(t)
		return
	}
	g.w("local.get %d", fits[g.draw(len(fits))])
}

func (g *generator) expr(t module.ValueType, depth int) {
	g.size--
	if depth == 0 || g.size < 0 {
		if g.draw(2) == 0 {
			g.constant(t)
		} else {
			g.local(t)
		}
		return
	}
	switch g.draw(9) {
	case 0:
		g.local(t)
	case 1:
		g.w("global.get %d", I32-t)
	case 2:
		loads := map[module.ValueType][]string{
			I32: {"i32.load", "i32.load8_s", "i32.load8_u", "i32.load16_s", "i32.load16_u"},
			I64: {"i64.load", "i64.load8_s", "i64.load8_u", "i64.load16_s", "i64.load16_u", "i64.load32_s", "i64.load32_u"},
			F32: {"f32.load"}, F64: {"f64.load"},
		}[t]
		g.address()
		g.w("%s %d", loads[g.draw(len(loads))], g.offset())
		if t == F32 || t == F64 {
			g.canonical(t)
		}
	case 3:
		g.expr(t, depth-1)
		g.expr(t, depth-1)
		g.expr(I32, depth-1)
		g.w("select")
	case 4:
		g.expr(I32, depth-1)
		g.w("if:%s", t)
		g.expr(t, depth-1)
		g.w("else")
		g.expr(t, depth-1)
		g.w("end")
	case 5:
		g.call(t, depth)
	case 6:
		g.special(t, depth)
	default:
		g.operation(t, depth)
	}
}

func (g *generator) call(t module.ValueType, depth int) {
	for _, c := range g.calls {
		if c.result == t {
			for _, p := range c.params {
				g.expr(p, depth-1)
			}
			g.w("call %d", c.index)
			return
		}
	}
	for i, c := range g.table {
		if c.result == t {
			for _, p := range c.params {
				g.expr(p, depth-1)
			}
			if at := g.draw(60); at > 40 && at <= 46 { // most others trap: another type, null, past the end
				i = at - 41
			}
			g.w("i32.const %d call_indirect %d 0", i, g.b.Type(c.params, T(c.result)))
			return
		}
	}
	g.operation(t, depth)
}

func (g *generator) special(t module.ValueType, depth int) {
	switch {
	case t == I32 && g.draw(2) == 0:
		g.w("memory.size")
	case t == I32:
		g.expr(I32, depth-1)
		g.w("i32.const 3 i32.and memory.grow")
	case t == I64:
		g.expr(I32, depth-1)
		g.w("i64.extend_i32_s")
	case t == F32:
		g.expr(F64, depth-1)
		g.w("f32.demote_f64")
		g.canonical(t)
	default:
		g.expr(F32, depth-1)
		g.w("f64.promote_f32")
		g.canonical(t)
	}
}

func (g *generator) operation(t module.ValueType, depth int) {
	if t == F32 || t == F64 {
		unary := []string{"abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt", "convert_i32_s", "convert_i64_u", "reinterpret"}
		binary := []string{"add", "sub", "mul", "div", "min", "max", "copysign"}
		if g.draw(2) == 0 {
			g.expr(t, depth-1)
			g.expr(t, depth-1)
			g.w("%s.%s", t, binary[g.draw(len(binary))])
		} else {
			switch op := unary[g.draw(len(unary))]; op {
			case "convert_i32_s":
				g.expr(I32, depth-1)
				g.w("%s.%s", t, op)
			case "convert_i64_u":
				g.expr(I64, depth-1)
				g.w("%s.%s", t, op)
			case "reinterpret":
				from := I32
				if t == F64 {
					from = I64
				}
				g.expr(from, depth-1)
				g.w("%s.reinterpret_%s", t, from)
			default:
				g.expr(t, depth-1)
				g.w("%s.%s", t, op)
			}
		}
		g.canonical(t)
		return
	}
	binary := []string{"add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr", "div_s", "div_u", "rem_s", "rem_u"}
	unary := []string{"clz", "ctz", "popcnt", "extend8_s"}
	conversions := []string{"trunc_f32_s", "trunc_f64_u", "trunc_sat_f32_u", "trunc_sat_f64_s"}
	compare := []string{"eq", "lt_s", "gt_u", "le_s", "ge_u", "ne"}
	switch g.draw(6) {
	case 0:
		g.expr(t, depth-1)
		g.w("%s.%s", t, unary[g.draw(len(unary))])
	case 1:
		op := conversions[2+g.draw(2)]
		if g.draw(30) == 17 { // a value out of range traps
			op = conversions[g.draw(2)]
		}
		from := F32
		if strings.Contains(op, "f64") {
			from = F64
		}
		g.expr(from, depth-1)
		g.w("%s.%s", t, op)
	case 2:
		if t == I32 {
			g.expr(I64, depth-1)
			g.expr(I64, depth-1)
			g.w("i64.%s", compare[g.draw(len(compare))])
			return
		}
		fallthrough
	default:
		g.expr(t, depth-1)
		g.expr(t, depth-1)
		op := g.draw(len(binary))
		if op >= 11 && g.draw(30) != 17 { // a divisor of zero traps
			g.w("%s.const 1 %s.or", t, t)
		}
		g.w("%s.%s", t, binary[op])
	}
}

// canonical replaces a NaN by the canonical one.
func (g *generator) canonical(t module.ValueType) {
	if len(g.locals) == 0 {
		return
	}
	s := g.scratch[I32-t]
	g.w("local.tee %d %s.const nan local.get %d local.get %d %s.eq select", s, t, s, s, t)
}

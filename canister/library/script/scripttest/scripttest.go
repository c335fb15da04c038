package scripttest

import (
	"time"

	"pgregory.net/rapid"

	"icsim/canister/library/script"
	"icsim/crypto"
	"icsim/protocol"
)

// Draws is a source of choices: a number below n, which is at least 1.
type Draws func(n int) int

// Seeded draws the same for the same seed.
func Seeded(seed string) Draws {
	r := protocol.NewRand(crypto.Sum(seed), "scripttest")
	return func(n int) int { return int(r.Below(uint64(n))) }
}

// FromRapid lets rapid draw, and shrink.
func FromRapid(t *rapid.T) Draws {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
}

// bytes draws at most so many.
func (d Draws) bytes(most int) []byte {
	b := make([]byte, d(most+1))
	for i := range b {
		b[i] = byte(d(256))
	}
	return b
}

// A Scope is what programs are drawn for.
type Scope struct {
	Canisters []protocol.CanisterID // interpreters, to call
	Depth     int                   // of calls within calls; 0: none
	Racy      bool                  // may see when it runs, and what else does
}

// Prepare gives the program to run first: it makes the room in stable memory that most programs do not leave.
func Prepare() script.Program { return script.New().StableGrow(1).Reply() }

// Program draws a program with an end: most reply.
func (s Scope) Program(d Draws) script.Program {
	p := s.Body(d)
	switch d(8) {
	case 0:
		return p.Trap("drawn")
	case 1:
		return p.Reject("drawn")
	case 2:
		return p
	}
	return p.Reply().Then(s.Local(d))
}

// Body draws a program that does not answer.
func (s Scope) Body(d Draws) script.Program {
	var p script.Program
	for range d(4) {
		p = p.Then(s.Local(d))
		switch kind := d(6); {
		case s.Depth == 0:
		case s.Racy && kind == 0:
			p = s.call(p, d)
		case s.Racy && kind == 1:
			p = s.call(s.call(p, d), d).Await()
		case kind <= 2:
			p = s.parallel(p, d)
		case kind <= 4:
			p = s.call(p, d).Await()
		}
	}
	return p
}

// inner is the scope of what is called.
func (s Scope) inner() Scope { s.Depth--; return s }

func (s Scope) call(p script.Program, d Draws) script.Program {
	return p.Call(s.callee(d), s.inner().Program(d), uint64(d(2)*d(1e9)))
}

// parallel has several calls open at once. Those to one canister arrive in order.
func (s Scope) parallel(p script.Program, d Draws) script.Program {
	leaf := s
	leaf.Depth = 0
	for range 2 + d(3) {
		p = p.Call(s.callee(d), leaf.Program(d), uint64(d(2)*d(1e9)))
	}
	return p.Await()
}

func (s Scope) callee(d Draws) []byte { return s.Canisters[d(len(s.Canisters))].Principal().Bytes() }

// Local draws instructions that call nobody. Some trap.
func (s Scope) Local(d Draws) script.Program {
	var p script.Program
	for range d(5) {
		switch d(6) {
		case 0:
			p = s.stable(p, d)
		case 1:
			p = s.system(p, d)
		default:
			p = s.memory(p, d)
		}
	}
	if s.Racy {
		p = s.racy(p, d)
	}
	return p
}

func (s Scope) memory(p script.Program, d Draws) script.Program {
	switch d(6) {
	case 0:
		return p.Set(uint64(d(200)), uint64(d(1e9)))
	case 1:
		return p.Add(uint64(d(200)), uint64(d(1e9)))
	case 2:
		return p.Get(uint64(d(200)))
	case 3:
		return p.Grow(uint64(d(5)))
	case 4:
		return p.Emit(d.bytes(8))
	}
	return p.Repeat(uint64(d(20)), script.New().Add(uint64(d(200)), 1).Get(uint64(d(200))))
}

func (s Scope) stable(p script.Program, d Draws) script.Program {
	switch d(5) {
	case 0:
		return p.StableGrow(uint64(d(2)))
	case 1, 2:
		return p.StableRead(uint64(d(70_000)), uint64(d(40)))
	}
	return p.StableWrite(uint64(d(70_000)), d.bytes(20))
}

func (s Scope) system(p script.Program, d Draws) script.Program {
	switch d(6) {
	case 0:
		return p.Certify(d.bytes(33)) // 32 are allowed
	case 1:
		return p.Timer(uint64(time.Hour), script.New().Set(uint64(d(200)), 1))
	case 2:
		return p.Accept(uint64(d(2e9)))
	case 3:
		return p.Burn(uint64(d(1e6)))
	case 4:
		return p.Spin(uint64(d(1e5)))
	}
	return p.Print("drawn")
}

func (s Scope) racy(p script.Program, d Draws) script.Program {
	switch d(4) {
	case 0:
		return p.Time()
	case 1:
		if s.Depth > 0 {
			return p.Random()
		}
	case 2:
		if s.Depth > 0 {
			return p.Timer(uint64(d(int(3*time.Second))), s.inner().Program(d))
		}
	}
	return p
}

package candid

import (
	"math"
	"unicode/utf8"

	"icsim/crypto/principal"
)

// A reader walks through a message.
type reader struct {
	data []byte
	pos  int
}

func (r *reader) fault(says string) *fault { return &fault{at: r.pos, says: says} }

func (r *reader) left() int { return len(r.data) - r.pos }

const endsEarly = "the message ends too early"

func (r *reader) byte() (byte, *fault) {
	if r.pos >= len(r.data) {
		return 0, r.fault(endsEarly)
	}
	r.pos++
	return r.data[r.pos-1], nil
}

// bytes gives the next n bytes, which stay the message's.
func (r *reader) bytes(n uint64) ([]byte, *fault) {
	if n > uint64(r.left()) {
		return nil, r.fault(endsEarly)
	}
	r.pos += int(n)
	return r.data[r.pos-int(n) : r.pos], nil
}

// groups gives the bytes of a number in LEB128, up to the first without the mark that more follow.
func (r *reader) groups() ([]byte, *fault) {
	i := r.pos
	for i < len(r.data) && r.data[i] >= 0x80 {
		i++
	}
	if i == len(r.data) {
		return nil, r.fault("a number is cut off: " + endsEarly)
	}
	start := r.pos
	r.pos = i + 1
	return r.data[start:r.pos], nil
}

// leb reads a number that says how many or which; it may be longer than need be.
func (r *reader) leb() (uint64, *fault) {
	if r.pos < len(r.data) && r.data[r.pos] < 0x80 {
		r.pos++
		return uint64(r.data[r.pos-1]), nil
	}
	start := r.pos
	g, f := r.groups()
	if f != nil {
		return 0, f
	}
	n, ok := decodeNat(g).Uint64()
	if !ok {
		return 0, &fault{at: start, says: "a length or number is beyond 64 bits"}
	}
	return n, nil
}

// sleb reads an opcode or the number of a type.
func (r *reader) sleb() (int64, *fault) {
	start := r.pos
	g, f := r.groups()
	if f != nil {
		return 0, f
	}
	n, ok := decodeInt(g).Int64()
	if !ok {
		return 0, &fault{at: start, says: "a type is beyond 64 bits"}
	}
	return n, nil
}

// count reads how many things follow, each of at least so many bytes: what cannot be there is refused before
// anything is made of it (overshoot.test.did).
func (r *reader) count(what string, leastBytes int) (int, *fault) {
	start := r.pos
	n, f := r.leb()
	if f != nil {
		return 0, f
	}
	if n > uint64(r.left()/leastBytes) {
		return 0, &fault{at: start, says: "more " + what + " than the message has room for"}
	}
	return int(n), nil
}

func (r *reader) bool() (bool, *fault) {
	b, f := r.byte()
	if f == nil && b > 1 {
		r.pos--
		f = r.fault("a bool is 0 or 1")
	}
	return b == 1, f
}

func (r *reader) text() ([]byte, *fault) {
	n, f := r.leb()
	if f != nil {
		return nil, f
	}
	raw, f := r.bytes(n)
	if f != nil {
		return nil, f
	}
	if !utf8.Valid(raw) {
		return nil, r.fault("a text is not valid UTF-8")
	}
	return raw, nil
}

// transparent reads the mark before a reference.
func (r *reader) transparent() *fault {
	b, f := r.byte()
	switch {
	case f != nil:
		return f
	case b == 0:
		return r.fault("an opaque reference, which no message on the Internet Computer holds")
	case b != 1:
		return r.fault("a reference begins with 1")
	}
	return nil
}

func (r *reader) principal() (principal.ID, *fault) {
	if f := r.transparent(); f != nil {
		return principal.ID{}, f
	}
	n, f := r.leb()
	if f != nil {
		return principal.ID{}, f
	}
	raw, f := r.bytes(n)
	if f != nil {
		return principal.ID{}, f
	}
	id, err := principal.FromBytes(raw)
	if err != nil {
		return principal.ID{}, r.fault(err.Error())
	}
	return id, nil
}

// function reads a reference to a function.
func (r *reader) function() (Func, *fault) {
	if f := r.transparent(); f != nil {
		return Func{}, f
	}
	id, f := r.principal()
	if f != nil {
		return Func{}, f
	}
	method, f := r.text()
	return Func{Service: id, Method: string(method)}, f
}

// future passes over a value of a future type.
func (r *reader) future() *fault {
	size, f := r.leb()
	if f != nil {
		return f
	}
	references, f := r.leb()
	if f != nil {
		return f
	}
	if references != 0 {
		return r.fault("a value of a future type holds references, which no message carries")
	}
	_, f = r.bytes(size)
	return f
}

// A meter bounds the work that a message makes.
type meter struct{ steps int }

// What a message may cost: so many steps, and so many for each of its bytes. The bombs of spacebomb.test.did take
// millions, in under 200 bytes; what honest libraries write takes a few for each byte.
const (
	stepsBase    = 1 << 18
	stepsPerByte = 32
)

func newMeter(size int) meter { return meter{steps: min(stepsBase+stepsPerByte*size, math.MaxInt32)} }

// charge takes n steps; false if they are not there.
func (m *meter) charge(n int) bool {
	m.steps -= n
	return m.steps >= 0
}

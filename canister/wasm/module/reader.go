package module

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// A reader walks bytes and remembers the first fault; after one, every read gives zero. Callers therefore check once per item
// and bound their loops by done.
type reader struct {
	buf  []byte
	pos  int
	base int // offset of buf in the module
	bad  int // offset of the fault in the module
	msg  string
}

func (r *reader) done() bool { return r.msg != "" || r.pos >= len(r.buf) }

func (r *reader) failed() bool { return r.msg != "" }

func (r *reader) failAt(pos int, format string, args ...any) {
	if r.msg == "" {
		r.bad, r.msg = r.base+pos, fmt.Sprintf(format, args...)
	}
}

func (r *reader) byte() byte {
	if r.msg != "" {
		return 0
	}
	if r.pos >= len(r.buf) {
		r.failAt(r.pos, "unexpected end")
		return 0
	}
	r.pos++
	return r.buf[r.pos-1]
}

func (r *reader) bytes(n uint64) []byte {
	if r.msg != "" {
		return nil
	}
	if n > uint64(len(r.buf)-r.pos) {
		r.failAt(r.pos, "unexpected end: %d bytes wanted, %d left", n, len(r.buf)-r.pos)
		return nil
	}
	r.pos += int(n)
	return r.buf[r.pos-int(n) : r.pos : r.pos]
}

// unsigned reads an unsigned LEB128 number of at most the given width in bits.
func (r *reader) unsigned(bits uint) uint64 {
	start, shift, v := r.pos, uint(0), uint64(0)
	for {
		b := r.byte()
		if r.msg != "" {
			return 0
		}
		if left := bits - shift; left < 7 && b>>left != 0 {
			r.failAt(start, "number too large for %d bits", bits)
			return 0
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
		shift += 7
	}
}

// signed reads a signed LEB128 number of at most the given width in bits.
func (r *reader) signed(bits uint) int64 {
	start, shift, v := r.pos, uint(0), int64(0)
	for {
		b := r.byte()
		if r.msg != "" {
			return 0
		}
		if left := bits - shift; left < 7 {
			// The bits beyond the width must repeat the sign, and no byte may follow.
			if top := int8(b<<1) >> left; b >= 0x80 || (top != 0 && top != -1) {
				r.failAt(start, "number too large for %d bits", bits)
				return 0
			}
		}
		v |= int64(b&0x7f) << shift
		shift += 7
		if b < 0x80 {
			if shift < 64 && b&0x40 != 0 {
				v |= -1 << shift
			}
			return v
		}
	}
}

func (r *reader) u32() uint32 { return uint32(r.unsigned(32)) }

func (r *reader) u32le() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64le() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) name() string {
	start := r.pos
	b := r.bytes(uint64(r.u32()))
	if !utf8.Valid(b) {
		r.failAt(start, "name is not UTF-8")
	}
	return string(b)
}

// count reads the length of a vector. Each item takes at least one byte, so a longer one cannot be met and nothing is allocated for it.
func (r *reader) count(what string) int {
	start, n := r.pos, r.u32()
	if uint64(n) > uint64(len(r.buf)-r.pos) {
		r.failAt(start, "%d %s announced, %d bytes left", n, what, len(r.buf)-r.pos)
		return 0
	}
	return int(n)
}

func (r *reader) valueType() ValueType {
	start := r.pos
	t := ValueType(r.byte())
	switch t {
	case I32, I64, F32, F64, FuncRef, ExternRef:
	case V128:
		r.failAt(start, "SIMD is not supported (v128)")
	default:
		r.failAt(start, "unknown value type %#x", byte(t))
	}
	return t
}

func (r *reader) refType() ValueType {
	start := r.pos
	t := r.valueType()
	if t != FuncRef && t != ExternRef {
		r.failAt(start, "%s is not a reference type", t)
	}
	return t
}

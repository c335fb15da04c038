package script

import "encoding/binary"

// An Instruction is an operation with its operands; those that it does not have are zero.
type Instruction struct {
	Op      Op
	Numbers [2]uint64
	Blobs   [2][]byte // parts of the program
}

// Next reads the first instruction of a program that is not empty, and gives what follows it. It is not ok if there is no such
// instruction.
func (p Program) Next() (i Instruction, rest Program, ok bool) {
	i.Op, p = Op(p[0]), p[1:]
	if i.Op >= numOps {
		return i, nil, false
	}
	s := i.Op.shape()
	for k := range s.numbers {
		if i.Numbers[k], p, ok = p.number(); !ok {
			return i, nil, false
		}
	}
	for k := range s.blobs {
		var n uint64
		if n, p, ok = p.number(); !ok || n > uint64(len(p)) {
			return i, nil, false
		}
		i.Blobs[k], p = p[:n:n], p[n:]
	}
	return i, p, true
}

// number reads LEB128.
func (p Program) number() (n uint64, rest Program, ok bool) {
	n, size := binary.Uvarint(p)
	if size <= 0 {
		return 0, nil, false
	}
	return n, p[size:], true
}

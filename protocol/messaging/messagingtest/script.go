package messagingtest

import (
	"encoding/binary"

	"icsim/protocol"
)

// A Call is a call to make, with cycles, and the calls that the callee makes before it replies.
type Call struct {
	To     protocol.CanisterID
	Cycles uint64
	Pad    int // bytes to make the message longer by
	Then   []Call
}

// Count is how many calls a script makes.
func Count(calls []Call) int {
	n := len(calls)
	for _, c := range calls {
		n += Count(c.Then)
	}
	return n
}

// Encode gives the argument for a canister to follow a script.
func Encode(calls []Call) []byte {
	raw := binary.AppendUvarint(nil, uint64(len(calls)))
	for _, c := range calls {
		raw = binary.AppendUvarint(raw, uint64(c.To))
		raw = binary.AppendUvarint(raw, c.Cycles)
		raw = binary.AppendUvarint(raw, uint64(c.Pad))
		below := Encode(c.Then)
		raw = binary.AppendUvarint(raw, uint64(len(below)))
		raw = append(raw, below...)
	}
	return raw
}

// decode inverts Encode.
func decode(raw []byte) []Call {
	next := func() uint64 {
		v, n := binary.Uvarint(raw)
		if n <= 0 {
			panic("messagingtest: script ends too early")
		}
		raw = raw[n:]
		return v
	}
	calls := make([]Call, next())
	for i := range calls {
		calls[i] = Call{To: protocol.CanisterID(next()), Cycles: next(), Pad: int(next())}
		length := next()
		calls[i].Then = decode(raw[:length])
		raw = raw[length:]
	}
	return calls
}

// Argument is what travels in a request: a number that grows from request to request of one sender to one receiver, and
// the script that the receiver follows.
func Argument(sequence uint64, script []Call) []byte { return argument(sequence, Encode(script), 0) }

// argument is Argument with an encoded script and padding.
func argument(sequence uint64, script []byte, pad int) []byte {
	raw := binary.BigEndian.AppendUint64(nil, sequence)
	raw = binary.AppendUvarint(raw, uint64(len(script)))
	return append(append(raw, script...), make([]byte, pad)...)
}

func openArgument(raw []byte) (sequence uint64, script []byte) {
	sequence = binary.BigEndian.Uint64(raw)
	length, n := binary.Uvarint(raw[8:])
	return sequence, raw[8+n:][:length]
}

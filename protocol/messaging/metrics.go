package messaging

import (
	"encoding/binary"

	"icsim/protocol"
)

// metrics are what a subnet tells of itself at /subnet/<id>/metrics (rs/replicated_state/src/metadata_state.rs, SubnetMetrics).
// Those that count go on from the parent's, so that a round without messages changes none.
type metrics struct {
	canisters uint64
	bytes     uint64          // of the canisters' state
	consumed  protocol.Cycles // by canisters, since genesis
	updates   uint64          // messages executed, since genesis
}

// metricsOf gives the metrics after a round.
//
// Model: what canisters burn on purpose counts as consumed when it happens, and prepayments when they are made; the replica keeps
// books by use.
func metricsOf(parent *State, canisters protocol.CanisterState, outcome *protocol.RoundOutcome) metrics {
	return metrics{
		canisters: uint64(canisters.NumCanisters()), bytes: canisters.Size(),
		consumed: parent.metrics.consumed.Add(outcome.Burned), updates: parent.metrics.updates + uint64(outcome.Messages),
	}
}

// The major types of CBOR that occur (RFC 8949, section 3.1).
const (
	cborNat = 0 << 5
	cborMap = 5 << 5
)

// encode gives the leaf: CBOR with the numbers of fields as keys, {0: canisters, 1: bytes, 2: {0: low, 1: high}, 3: updates}, where
// the high half of the cycles is left out if it is 0 (rs/canonical_state/src/encoding/types.rs).
func (m *metrics) encode() []byte {
	field := func(b []byte, key, n uint64) []byte { return appendCBOR(appendCBOR(b, cborNat, key), cborNat, n) }
	b := appendCBOR(make([]byte, 0, 48), cborMap, 4)
	b = field(field(b, 0, m.canisters), 1, m.bytes)
	b = appendCBOR(b, cborNat, 2)
	if m.consumed.Hi == 0 {
		b = field(appendCBOR(b, cborMap, 1), 0, m.consumed.Lo)
	} else {
		b = field(field(appendCBOR(b, cborMap, 2), 0, m.consumed.Lo), 1, m.consumed.Hi)
	}
	return field(b, 3, m.updates)
}

// appendCBOR appends a head: a major type with its argument, in as few bytes as it takes.
func appendCBOR(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n < 1<<8:
		return append(b, major|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

package trace

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"icsim/protocol"
)

// A Strand takes the events and notes of a part of the world, in order. Strands may be told side by side.
type Strand struct {
	sum hash.Hash
	buf []byte
}

// flushAt is how much is collected for the hash at a time: so little that the strands of fifty subnets stay in the processor's cache.
const flushAt = 4 << 10

func newStrand() *Strand { return &Strand{sum: sha256.New(), buf: make([]byte, 0, flushAt+512)} }

// Event records an event.
func (s *Strand) Event(e *Event) {
	var b [44]byte
	b[0], b[1], b[2] = 'e', byte(e.Kind), byte(e.Lane)
	binary.LittleEndian.PutUint32(b[4:], uint32(e.Node))
	binary.LittleEndian.PutUint64(b[8:], uint64(e.Key.At))
	binary.LittleEndian.PutUint64(b[16:], e.Key.Tie)
	binary.LittleEndian.PutUint32(b[24:], e.Key.Src)
	binary.LittleEndian.PutUint64(b[28:], e.Key.Seq)
	binary.LittleEndian.PutUint64(b[36:], e.Fingerprint)
	s.add(b[:])
}

// Note records an observation of a node.
func (s *Strand) Note(node protocol.NodeID, n *protocol.Note) {
	var b [64]byte
	b[0], b[1] = 'n', byte(n.Kind)
	binary.LittleEndian.PutUint32(b[4:], uint32(node))
	binary.LittleEndian.PutUint64(b[8:], uint64(n.Height))
	copy(b[16:48], n.Hash[:])
	binary.LittleEndian.PutUint32(b[48:], uint32(n.Peer))
	binary.LittleEndian.PutUint64(b[52:], n.Value)
	binary.LittleEndian.PutUint32(b[60:], uint32(len(n.Reason)))
	s.add(b[:])
	if n.Reason != "" {
		s.add([]byte(n.Reason))
	}
}

func (s *Strand) add(b []byte) {
	s.buf = append(s.buf, b...)
	if len(s.buf) >= flushAt {
		s.sum.Write(s.buf)
		s.buf = s.buf[:0]
	}
}

// Digest is the digest of what was recorded so far.
func (s *Strand) Digest() [32]byte {
	s.sum.Write(s.buf)
	s.buf = s.buf[:0]
	var d [32]byte
	s.sum.Sum(d[:0])
	return d
}

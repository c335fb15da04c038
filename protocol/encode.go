package protocol

import "encoding/binary"

// An encoder writes values in a fixed form for hashing and signing: integers big endian, blobs and lists
// after their length.
type encoder struct{ buf []byte }

// encoderSize holds what most artifacts sign or are identified by, so that encoding them does not grow buffers.
const encoderSize = 192

// signing begins the bytes that a key signs under a domain (crypto.Signable).
func signing(domain string) encoder {
	buf := append(make([]byte, 0, signingSize), byte(len(domain)))
	return encoder{append(buf, domain...)}
}

// signingSize holds what most keys sign.
const signingSize = 128

func (e *encoder) u64(v uint64)    { e.buf = binary.BigEndian.AppendUint64(e.buf, v) }
func (e *encoder) u32(v uint32)    { e.buf = binary.BigEndian.AppendUint32(e.buf, v) }
func (e *encoder) raw(b []byte)    { e.buf = append(e.buf, b...) }
func (e *encoder) blob(b []byte)   { e.u64(uint64(len(b))); e.raw(b) }
func (e *encoder) str(s string)    { e.u64(uint64(len(s))); e.buf = append(e.buf, s...) }
func (e *encoder) node(n NodeID)   { e.u64(uint64(n)) }
func (e *encoder) height(h Height) { e.u64(uint64(h)) }

func (e *encoder) nodes(ns []NodeID) {
	e.u64(uint64(len(ns)))
	for _, n := range ns {
		e.node(n)
	}
}

// Sizes on the wire, in bytes; reference/protocol.md, "Sizes (derived)".
const (
	SizeHash      = 32
	SizeNodeID    = 29
	SizeBasicSig  = 64
	SizeBLSSig    = 48
	SizeEnvelope  = 60 // version, height, tags and framing of an artifact
	SizePushLimit = 1024
)

package hashtree

import (
	"errors"
	"fmt"
	"slices"

	"icsim/crypto"
)

// MaxDepth is how deep Decode lets nodes nest. The replica's limit is 128 labels on a path
// (rs/crypto/tree_hash, MAX_HASH_TREE_DEPTH); forks come on top.
const MaxDepth = 512

// The CBOR heads that occur (RFC 8949, section 3): major types in the upper three bits.
const (
	majorUnsigned = 0 << 5
	majorBytes    = 2 << 5
	majorArray    = 4 << 5
)

// AppendCBOR appends the tree as certificates carry it: [0], [1, left, right], [2, label, below],
// [3, contents] or [4, digest].
func (m *Mixed) AppendCBOR(dst []byte) []byte {
	switch m.kind {
	case kindFork:
		return m.right.AppendCBOR(m.left.AppendCBOR(append(dst, majorArray|3, byte(m.kind))))
	case kindLabeled:
		return m.left.AppendCBOR(appendBytes(append(dst, majorArray|3, byte(m.kind)), []byte(m.label)))
	case kindLeaf:
		return appendBytes(append(dst, majorArray|2, byte(m.kind)), m.value)
	case kindPruned:
		return appendBytes(append(dst, majorArray|2, byte(m.kind)), m.digest[:])
	default:
		return append(dst, majorArray|1, byte(m.kind))
	}
}

func appendBytes(dst, raw []byte) []byte {
	n := uint64(len(raw))
	switch {
	case n < 24:
		dst = append(dst, majorBytes|byte(n))
	case n < 1<<8:
		dst = append(dst, majorBytes|24, byte(n))
	case n < 1<<16:
		dst = append(dst, majorBytes|25, byte(n>>8), byte(n))
	default: // lengths beyond 32 bits do not fit into memory
		dst = append(dst, majorBytes|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, raw...)
}

// Decode reads one tree that fills data. It refuses indefinite lengths, unknown nodes, trees deeper
// than MaxDepth and trees that are not WellFormed. Data may be reused afterwards.
func Decode(data []byte) (*Mixed, error) {
	d := decoder{rest: slices.Clone(data)}
	m, err := d.node(MaxDepth)
	switch {
	case err != nil:
		return nil, fmt.Errorf("hash tree: %w at byte %d", err, len(data)-len(d.rest))
	case len(d.rest) > 0:
		return nil, fmt.Errorf("hash tree: %d bytes follow its end", len(d.rest))
	case !m.WellFormed():
		return nil, errors.New("hash tree: labels do not ascend, or a leaf stands beside others")
	}
	return m, nil
}

type decoder struct{ rest []byte }

func (d *decoder) node(depth int) (*Mixed, error) {
	if depth == 0 {
		return nil, fmt.Errorf("deeper than %d nodes", MaxDepth)
	}
	length, err := d.head(majorArray)
	if err != nil {
		return nil, err
	}
	number, err := d.head(majorUnsigned)
	if err != nil {
		return nil, err
	}
	if number > uint64(kindPruned) || length != [...]uint64{1, 3, 3, 2, 2}[number] {
		return nil, fmt.Errorf("no node has number %d and %d parts", number, length)
	}
	return d.parts(kind(number), depth)
}

func (d *decoder) parts(k kind, depth int) (*Mixed, error) {
	switch k {
	case kindEmpty:
		return empty(), nil
	case kindFork:
		left, err := d.node(depth - 1)
		if err != nil {
			return nil, err
		}
		right, err := d.node(depth - 1)
		if err != nil {
			return nil, err
		}
		return fork(left, right), nil
	}
	raw, err := d.bytes()
	if err != nil {
		return nil, err
	}
	switch {
	case k == kindLeaf:
		return leaf(raw), nil
	case k == kindPruned && len(raw) == len(crypto.Hash{}):
		return pruned(crypto.Hash(raw)), nil
	case k == kindPruned:
		return nil, fmt.Errorf("a digest of %d bytes", len(raw))
	}
	below, err := d.node(depth - 1)
	if err != nil {
		return nil, err
	}
	return labeled(Label(raw), below), nil
}

func (d *decoder) bytes() ([]byte, error) {
	n, err := d.head(majorBytes)
	if err != nil {
		return nil, err
	}
	if n > uint64(len(d.rest)) {
		return nil, errors.New("bytes end too early")
	}
	raw := d.rest[:n:n]
	d.rest = d.rest[n:]
	return raw, nil
}

// head reads the argument of an item of one major type.
func (d *decoder) head(major byte) (argument uint64, err error) {
	if len(d.rest) == 0 {
		return 0, errors.New("tree ends too early")
	}
	first := d.rest[0]
	if first&0xe0 != major {
		return 0, fmt.Errorf("CBOR type %d where type %d belongs", first>>5, major>>5)
	}
	short := first & 0x1f
	if short < 24 {
		d.rest = d.rest[1:]
		return uint64(short), nil
	}
	if short > 27 {
		return 0, fmt.Errorf("unsupported CBOR head %#02x", first)
	}
	width := 1 << (short - 24)
	if len(d.rest) < 1+width {
		return 0, errors.New("tree ends too early")
	}
	for _, b := range d.rest[1 : 1+width] {
		argument = argument<<8 | uint64(b)
	}
	d.rest = d.rest[1+width:]
	return argument, nil
}

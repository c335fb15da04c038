package wasm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"icsim/canister/wasm/rewrite"
	"icsim/crypto"
)

// PageSize is the granularity of sharing, of dirty tracking and of the hash, in bytes.
const PageSize = rewrite.PageSize

const (
	fanShift = 4
	fan      = 1 << fanShift
)

// Pages is an immutable array of bytes in pages of 4 KiB, structurally shared: a copy costs nothing, a changed version costs what
// differs in pages (page.go) and the path to them. Its length is a whole number of pages; what was never written is zero and takes no
// memory. The zero value is empty.
//
// It is a tree of fan-out 16 whose height follows from its length, so that equal contents have equal shapes.
type Pages struct {
	root  *node
	pages uint64
}

// node is a page or the parent of 16 nodes. Nil stands for zeros.
type node struct {
	kids   *[fan]*node // nil: it is a page
	page   page
	owner  *token
	hash   Hash
	hashed bool
}

// fork makes a parent. Its kids lie beside it: a page has none, and there are many more pages.
func fork(owner *token, kids [fan]*node) *node {
	f := &struct {
		node
		kids [fan]*node
	}{node{owner: owner}, kids}
	f.node.kids = &f.kids
	return &f.node
}

// token is the identity of an Editor while it owns nodes: it may change those in place.
type token struct{ _ byte }

// Hash is a SHA-256 digest.
type Hash = [sha256.Size]byte

// Len gives the length in bytes.
func (p Pages) Len() uint64 { return p.pages * PageSize }

// height gives the number of levels above the pages.
func height(pages uint64) uint {
	h := uint(0)
	for ; pages > 1; pages = (pages + fan - 1) >> fanShift {
		h++
	}
	return h
}

// page gives page i, nil for zeros.
func (p Pages) page(i uint64) *page {
	n := p.root
	for h := height(p.pages); h > 0 && n != nil; h-- {
		n = n.kids[i>>(fanShift*(h-1))%fan]
	}
	return n.contents()
}

// contents gives the page that a node is, nil for zeros.
func (n *node) contents() *page {
	if n == nil {
		return nil
	}
	return &n.page
}

// Read fills dst from offset off. It panics if that reaches past the end.
func (p Pages) Read(dst []byte, off uint64) {
	mustFit(off, len(dst), p.Len())
	for len(dst) > 0 {
		at := off % PageSize
		n := min(PageSize-int(at), len(dst))
		p.page(off/PageSize).read(dst[:n], int(at))
		dst, off = dst[n:], off+uint64(n)
	}
}

// Write gives the array with src at offset off. It panics if that reaches past the end. For many writes use Edit.
func (p Pages) Write(off uint64, src []byte) Pages {
	e := p.Edit()
	e.Write(off, src)
	return e.Done()
}

// Grow gives the array with zeros appended up to a length in bytes, a multiple of PageSize not below Len.
func (p Pages) Grow(length uint64) Pages {
	e := p.Edit()
	e.Grow(length)
	return e.Done()
}

func mustFit(off uint64, n int, length uint64) {
	if off > length || uint64(n) > length-off {
		panic(fmt.Sprintf("canister/wasm: %d bytes at offset %d of pages of length %d", n, off, length))
	}
}

// Hash gives a digest of the contents and the length: whatever way they came about, equal contents have equal hashes. Digests of
// parts are kept in the shared tree, so only what changed is hashed again, 2 µs a page. For the same reason the first Hash
// of an array is not safe beside other uses of arrays that share pages with it; later ones are.
func (p Pages) Hash() Hash {
	root := p.root.sum()
	return sha256.Sum256(binary.LittleEndian.AppendUint64(root[:], p.pages))
}

// sum gives zero for zeros, whether they are stored or not.
func (n *node) sum() Hash {
	switch {
	case n == nil:
		return Hash{}
	case n.hashed:
		return n.hash
	case n.kids == nil:
		var all [PageSize]byte
		n.page.read(all[:], 0)
		n.hash = Hash(crypto.SumPage(&all))
	default:
		var kids [fan]crypto.Hash
		for i, k := range n.kids {
			kids[i] = crypto.Hash(k.sum())
		}
		n.hash = Hash(crypto.SumFork(&kids))
	}
	n.hashed = true
	return n.hash
}

// chunkHeight is the number of levels above the pages of a chunk.
const chunkHeight = 2

// NumChunks is how many chunks of crypto.ChunkBytes it takes to hold the array.
func (p Pages) NumChunks() int { return int((p.Len() + crypto.ChunkBytes - 1) / crypto.ChunkBytes) }

// chunk gives where the pages of a chunk begin and end.
func (p Pages) chunk(i int) (from, to uint64) {
	from = uint64(i) * crypto.ChunkBytes
	return from, min(from+crypto.ChunkBytes, p.Len())
}

// Chunk gives the bytes of a chunk: what a checkpoint's file has there.
func (p Pages) Chunk(i int) []byte {
	from, to := p.chunk(i)
	b := make([]byte, to-from)
	p.Read(b, from)
	return b
}

// ChunkHashes gives crypto.SumChunk of each chunk. Like Hash it hashes again only what has changed.
func (p Pages) ChunkHashes() []crypto.Hash {
	hashes := make([]crypto.Hash, p.NumChunks())
	for i := range hashes {
		from, to := p.chunk(i)
		n, h := p.root, height(p.pages)
		for ; h > chunkHeight && n != nil; h-- {
			n = n.kids[from/PageSize>>(fanShift*(h-1))%fan]
		}
		root := crypto.Hash(n.sum())
		for ; h < chunkHeight; h++ {
			root = crypto.SumFork(&[fan]crypto.Hash{root})
		}
		hashes[i] = crypto.ChunkOf(root, int(to-from))
	}
	return hashes
}

// diff calls f for each page, in order, that may differ between p and q, with q's contents (nil for zeros). Only differing paths
// are walked. Pages past the end of q are left out.
func (p Pages) diff(q Pages, f func(i uint64, now *page)) {
	a, b, ha, hb := p.root, q.root, height(p.pages), height(q.pages)
	for ; ha < hb; ha++ {
		a = wrap(a)
	}
	for ; hb < ha; hb++ {
		b = wrap(b)
	}
	diffNodes(a, b, ha, 0, q.pages, f)
}

func wrap(n *node) *node {
	if n == nil {
		return nil
	}
	return fork(nil, [fan]*node{n})
}

func diffNodes(a, b *node, h uint, first, end uint64, f func(uint64, *page)) {
	if a == b || first >= end {
		return
	}
	if h == 0 {
		f(first, b.contents())
		return
	}
	for i := range uint64(fan) {
		var ka, kb *node
		if a != nil {
			ka = a.kids[i]
		}
		if b != nil {
			kb = b.kids[i]
		}
		diffNodes(ka, kb, h-1, first+i<<(fanShift*(h-1)), end, f)
	}
}

// Editor makes a changed version of an array of pages without copying a page twice.
type Editor struct {
	p     Pages
	owner *token
	dirty int
}

// Edit begins a changed version. p itself never changes.
func (p Pages) Edit() *Editor { return &Editor{p: p, owner: new(token)} }

// Len gives the length in bytes.
func (e *Editor) Len() uint64 { return e.p.Len() }

// Dirty counts the pages written since Edit.
func (e *Editor) Dirty() int { return e.dirty }

// Read is Pages.Read on the version being made.
func (e *Editor) Read(dst []byte, off uint64) { e.p.Read(dst, off) }

// Grow appends zeros up to a length in bytes, a multiple of PageSize not below Len.
func (e *Editor) Grow(length uint64) {
	if length%PageSize != 0 || length < e.Len() {
		panic(fmt.Sprintf("canister/wasm: pages of length %d cannot grow to %d", e.Len(), length))
	}
	for h := height(length / PageSize); h > height(e.p.pages) && e.p.root != nil; h-- {
		e.p.root = fork(e.owner, [fan]*node{e.p.root})
	}
	e.p.pages = length / PageSize
}

// Write puts src at offset off. It panics if that reaches past the end.
func (e *Editor) Write(off uint64, src []byte) {
	mustFit(off, len(src), e.Len())
	for len(src) > 0 {
		n := copy(e.writable(off / PageSize)[off%PageSize:], src)
		src, off = src[n:], off+uint64(n)
	}
}

// Done gives the version made. The editor may go on from there.
func (e *Editor) Done() Pages {
	e.owner = new(token)
	return e.p
}

// leaf gives the node of page i, owned, with the nodes above it; its contents may be shared. An owned node has not been hashed yet:
// only Done lets anyone hash it, and then it is owned no more.
func (e *Editor) leaf(i uint64) *node {
	at := &e.p.root
	for h := height(e.p.pages); ; h-- {
		switch n := *at; {
		case n == nil && h == 0:
			*at = &node{owner: e.owner}
		case n == nil:
			*at = fork(e.owner, [fan]*node{})
		case n.owner == e.owner:
		case h == 0:
			*at = &node{owner: e.owner, page: n.page}
		default:
			*at = fork(e.owner, *n.kids)
		}
		if h == 0 {
			return *at
		}
		at = &(*at).kids[i>>(fanShift*(h-1))%fan]
	}
}

// owns reports whether page i was written since Edit.
func (e *Editor) owns(i uint64) bool {
	n := e.p.root
	for h := height(e.p.pages); h > 0 && n != nil; h-- {
		n = n.kids[i>>(fanShift*(h-1))%fan]
	}
	return n != nil && n.owner == e.owner
}

// writable gives the bytes of page i to write to.
func (e *Editor) writable(i uint64) *[PageSize]byte {
	fresh := !e.owns(i)
	n := e.leaf(i)
	if fresh {
		e.dirty++
	}
	if fresh || n.page.lines != 0 { // a patched page's base is not ours
		n.page = page{base: n.page.flat()}
	}
	return n.page.base
}

// put replaces page i by data, which differs from it in some lines.
func (e *Editor) put(i uint64, data *[PageSize]byte, changed uint64) {
	n := e.leaf(i)
	n.page = n.page.patched(data, changed)
	e.dirty++
}

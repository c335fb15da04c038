package wasm

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A page that is changed as commits do it holds the bytes it was given, whatever came before, and no earlier version changes.
func TestPagesThatArePatchedHoldWhatTheyWereGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := version{Pages{}.Grow(20 * PageSize), make([]byte, 20*PageSize)}
		versions := []version{v}
		for range rapid.IntRange(1, 12).Draw(t, "versions") {
			e, b := v.pages.Edit(), bytes.Clone(v.bytes)
			p := uint64(rapid.SampledFrom([]int{0, 1, 17}).Draw(t, "page"))
			at := b[p*PageSize:][:PageSize]
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				from := rapid.IntRange(0, PageSize-1).Draw(t, "from")
				n := min(PageSize-from, rapid.SampledFrom([]int{1, 70, 1000, 3000}).Draw(t, "length"))
				copy(at[from:], bytes.Repeat([]byte{byte(rapid.IntRange(0, 2).Draw(t, "value"))}, n))
			}
			commitPage(e, p, b, v.pages.page(p), PageSize)
			require.Equal(t, bytes.Equal(b, v.bytes), e.Dirty() == 0)
			if rapid.IntRange(0, 3).Draw(t, "write") == 0 { // in place, where it may not reach a base that is shared
				e.Write(p*PageSize+100, []byte{9})
				at[100] = 9
			}
			v = version{e.Done(), b}
			versions = append(versions, v)
		}
		for _, v := range versions {
			v.requireEqual(t)
			part := make([]byte, rapid.IntRange(0, 300).Draw(t, "part"))
			from := rapid.IntRange(0, PageSize).Draw(t, "at")
			v.pages.Read(part, uint64(from))
			require.True(t, bytes.Equal(v.bytes[from:][:len(part)], part))
			require.Equal(t, Pages{}.Grow(v.pages.Len()).Write(0, v.bytes).Hash(), v.pages.Hash())
		}
		requireDiff(t, versions[0], v)
		requireDiff(t, v, versions[0])
	})
}

// A change of a line takes the room of lines, as long as few differ from the base; then the page is copied and starts anew.
func TestPageIsCopiedWhenManyLinesDiffer(t *testing.T) {
	var now [PageSize]byte
	p := page{base: new([PageSize]byte)}
	base := p.base
	for k := range maxPatch {
		now[k*lineSize] = 1
		require.Equal(t, uint64(1)<<k, p.changed(&now))
		p = p.patched(&now, p.changed(&now))
		require.Same(t, base, p.base)
		require.Len(t, p.patch, (k+1)*lineSize)
		require.Zero(t, p.changed(&now))
	}
	now[PageSize-1] = 1
	p = p.patched(&now, p.changed(&now))
	require.Equal(t, page{base: &now}, p)
	require.NotSame(t, &now, p.base)
	require.Zero(t, *base)
}

// A store at the very end of a page reaches into the next, of which only the first bytes are looked at.
func TestCommitLooksAtTheFirstBytesOfTheNextPage(t *testing.T) {
	b := make([]byte, 2*PageSize)
	v := version{Pages{}.Grow(2 * PageSize), b}
	e := v.pages.Edit()
	commitPage(e, 1, b, v.pages.page(1), spill)
	require.Zero(t, e.Dirty())
	b[PageSize+spill-1] = 1
	commitPage(e, 1, b, v.pages.page(1), spill)
	require.Equal(t, 1, e.Dirty())
	v.pages = e.Done()
	v.requireEqual(t)
}

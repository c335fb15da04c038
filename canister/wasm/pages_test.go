package wasm

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// version is an array of pages beside the plain bytes it must equal.
type version struct {
	pages Pages
	bytes []byte
}

func (v version) requireEqual(t require.TestingT) {
	require.Equal(t, uint64(len(v.bytes)), v.pages.Len())
	got := make([]byte, len(v.bytes))
	v.pages.Read(got, 0)
	require.True(t, bytes.Equal(v.bytes, got), "contents differ")
}

// Pages behave as a byte array that is copied at each change, and nothing done to one version shows in another.
func TestPagesAreImmutableByteArrays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		versions := []version{{}}
		pick := func() version { return versions[rapid.IntRange(0, len(versions)-1).Draw(t, "version")] }
		change := func(e *Editor, b []byte) []byte {
			for range rapid.IntRange(1, 4).Draw(t, "writes") {
				if len(b) == 0 || rapid.IntRange(0, 4).Draw(t, "grow") == 0 {
					length := len(b) + PageSize*rapid.SampledFrom([]int{0, 1, 2, 15, 16, 17, 300}).Draw(t, "pages")
					e.Grow(uint64(length))
					b = append(b, make([]byte, length-len(b))...)
				}
				at := rapid.IntRange(0, len(b)).Draw(t, "at")
				src := bytes.Repeat([]byte{byte(rapid.IntRange(0, 2).Draw(t, "value"))}, min(len(b)-at, rapid.IntRange(0, 9000).Draw(t, "n")))
				e.Write(uint64(at), src)
				copy(b[at:], src)
				got := make([]byte, len(src))
				e.Read(got, uint64(at))
				require.Equal(t, src, got)
			}
			return b
		}
		for range 6 {
			old := pick()
			e, b := old.pages.Edit(), bytes.Clone(old.bytes)
			for range rapid.IntRange(1, 2).Draw(t, "rounds") { // an editor goes on after Done
				b = change(e, b)
				versions = append(versions, version{e.Done(), bytes.Clone(b)})
			}
		}
		for _, v := range versions {
			v.requireEqual(t)
			fresh := Pages{}.Grow(uint64(len(v.bytes))).Write(0, v.bytes)
			require.Equal(t, fresh.Hash(), v.pages.Hash(), "the hash depends on more than the contents")
		}
		a, b := pick(), pick()
		require.Equal(t, bytes.Equal(a.bytes, b.bytes), a.pages.Hash() == b.pages.Hash())
		requireDiff(t, a, b)
	})
}

// requireDiff checks that diff names every page that differs, in order, and that applying it to a makes b.
func requireDiff(t require.TestingT, a, b version) {
	made := append(bytes.Clone(a.bytes), make([]byte, max(0, len(b.bytes)-len(a.bytes)))...)[:len(b.bytes)]
	last := -1
	a.pages.diff(b.pages, func(p uint64, now *page) {
		require.Greater(t, int(p), last)
		last = int(p)
		now.read(made[p*PageSize:][:PageSize], 0)
	})
	require.True(t, bytes.Equal(b.bytes, made))
}

func TestPagesRefuseWhatDoesNotFit(t *testing.T) {
	p := Pages{}.Grow(2 * PageSize)
	require.Panics(t, func() { p.Write(2*PageSize-1, []byte{1, 2}) })
	require.Panics(t, func() { p.Read(make([]byte, 1), 2*PageSize) })
	require.Panics(t, func() { p.Read(make([]byte, 1), 1<<64-1) })
	require.Panics(t, func() { p.Grow(PageSize) })
	require.Panics(t, func() { p.Grow(2*PageSize + 1) })
	require.NotPanics(t, func() { p.Read(nil, 2*PageSize) })
}

func TestEditorCountsPagesWritten(t *testing.T) {
	p := Pages{}.Grow(100*PageSize).Write(0, []byte{1})
	e := p.Edit()
	e.Write(0, []byte{2})
	e.Write(5, []byte{2})
	e.Write(PageSize-1, []byte{2, 2})
	e.Write(99*PageSize, make([]byte, PageSize))
	require.Equal(t, 3, e.Dirty())
}

// 500 GiB of stable memory: only what is written takes room.
func TestPagesAreSparse(t *testing.T) {
	p := Pages{}.Grow(500 << 30)
	p = p.Write(499<<30, []byte("far"))
	got := make([]byte, 3)
	p.Read(got, 499<<30)
	require.Equal(t, "far", string(got))
	require.NotEqual(t, p.Hash(), Pages{}.Grow(500<<30).Hash())
}

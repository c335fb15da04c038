package event

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNumbersAreSorted(t *testing.T) {
	// What orders all zeros and ones orders everything (Knuth, The Art of Computer Programming, 5.3.4).
	for bits := range 1 << block {
		s := make([]uint64, 0, 2*block)
		for i := range block {
			s = append(s, uint64(bits>>i&1))
		}
		sortNumbers(s)
		require.True(t, slices.IsSorted(s), "%b", bits)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SliceOfN(rapid.Uint64Range(0, rapid.Uint64().Draw(t, "greatest")), 0, 1000).Draw(t, "numbers")
		want := slices.Sorted(slices.Values(s))
		s = append(make([]uint64, 0, len(s)+block), s...)
		if rapid.Bool().Draw(t, "over cells") {
			new(cells).sort(s)
		} else {
			sortNumbers(s)
		}
		require.True(t, slices.Equal(want, s))
	})
}

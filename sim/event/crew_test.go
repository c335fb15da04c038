package event

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whether helpers still look or sleep already, each piece of a window is done once, and no window begins before the last one's end.
func TestACrewDoesAllThatItShares(t *testing.T) {
	for _, helpers := range []int{0, 1, 3} {
		var next atomic.Int32
		pieces := make([]int, 1000)
		c := hire(helpers, func(int) {
			for i := int(next.Add(1)) - 1; i < len(pieces); i = int(next.Add(1)) - 1 {
				pieces[i]++
			}
		})
		for window := range 60 {
			if window%2 == 0 {
				for _, h := range c.helpers {
					for h.state.Load() != asleep {
						runtime.Gosched()
					}
				}
			}
			next.Store(0)
			c.share(window % 5)
			for i := range pieces {
				require.Equal(t, window+1, pieces[i])
			}
		}
		c.dismiss()
	}
}

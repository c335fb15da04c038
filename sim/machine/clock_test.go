package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

func TestClockWhenIsTheFirstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := clock{
			since:   protocol.Time(rapid.Int64Range(0, 1e18).Draw(t, "since")),
			running: time.Duration(rapid.Int64Range(-1e15, 1e18).Draw(t, "running")),
			drift:   Drift(rapid.Int64Range(int64(-MaxDrift), int64(MaxDrift)).Draw(t, "drift")),
		}
		wish := protocol.Time(c.running) + protocol.Time(rapid.Int64Range(-10, 1e15).Draw(t, "wish"))
		at := c.when(wish)
		require.GreaterOrEqual(t, c.instant(at), wish)
		require.True(t, at == c.since || c.instant(at-1) < wish, "%d is not the first", at)
		require.LessOrEqual(t, c.instant(at), c.instant(at+1))
	})
}

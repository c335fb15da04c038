package scenarios

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// BenchmarkMainnet gives the ratio of virtual to wall time of all subnets of mainnet after their start, on one goroutine and on two, what
// an event costs, and how much memory the process took from the system.
func BenchmarkMainnet(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as icsim run does
	const began, ends = 2 * time.Second, 10 * time.Second
	for _, workers := range []struct {
		name  string
		count int
	}{{"1", 1}, {"2", 2}} {
		b.Run(workers.name, func(b *testing.B) {
			for range b.N {
				spec, err := Load("mainnet")
				require.NoError(b, err)
				c, err := spec.Compile(1)
				require.NoError(b, err)
				c.Duration, c.Workers = ends, workers.count
				var from time.Time
				var events uint64
				r, err := sim.Run(c, func(p sim.Progress) bool {
					if p.Virtual == began {
						from, events = time.Now(), p.Events
					}
					return true
				})
				require.NoError(b, err)
				took := time.Since(from)
				b.ReportMetric((ends-began).Seconds()/took.Seconds(), "virtual/wall")
				b.ReportMetric(float64(took.Nanoseconds())/float64(r.Events-events), "ns/event")
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys), "B")
			b.ReportMetric(0, "ns/op")
		})
	}
}

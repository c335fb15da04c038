package gateway

import (
	"sync"
	"testing"
)

// Update calls of 50 clients over HTTP on this computer, with users' signatures, to a subnet of four nodes; each client verifies the
// certificate of its call's outcome before it makes the next. The figure is calls a second of wall time.
func BenchmarkUpdateCallsIdeal(b *testing.B) { benchmarkCalls(b, "ideal") }
func BenchmarkUpdateCallsBLS(b *testing.B)   { benchmarkCalls(b, "bls") }

func benchmarkCalls(b *testing.B, scheme string) {
	const clients = 50
	n := serve(b, scheme)
	turns := make(chan struct{})
	var done sync.WaitGroup
	for i := range clients {
		done.Go(func() {
			u := n.user(byte(i))
			for range turns {
				if err := u.call(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for range b.N {
		turns <- struct{}{}
	}
	close(turns)
	done.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

package sim

import (
	"testing"
	"time"
)

// BenchmarkIdleSubnet13 gives the ratio of virtual to wall time of 13 idle nodes.
func BenchmarkIdleSubnet13(b *testing.B) {
	for _, scheme := range []string{"ideal", "bls"} {
		b.Run(scheme, func(b *testing.B) {
			for range b.N {
				c := small(13, 30*time.Second)
				c.Crypto, c.Subnets[0].DKGIntervalLength = scheme, 499
				r, err := Run(c, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(r.Events)/float64(r.Subnets[0].FinalizedHeight), "events/height")
			}
			b.ReportMetric(30*float64(b.N)/b.Elapsed().Seconds(), "virtual/wall")
		})
	}
}

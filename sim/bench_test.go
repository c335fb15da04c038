package sim

import (
	"fmt"
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

// BenchmarkIdleSubnets13 gives the ratio for two subnets of 13 idle nodes, 50 ms apart, on one goroutine and on two.
func BenchmarkIdleSubnets13(b *testing.B) {
	for _, scheme := range []string{"ideal", "bls"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/%d", scheme, workers), func(b *testing.B) {
				for range b.N {
					c := small(13, 30*time.Second)
					c.Subnets = append(c.Subnets, c.Subnets[0])
					c.Subnets[1].Name, c.Crypto, c.Workers = "other", scheme, workers
					if _, err := Run(c, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(30*float64(b.N)/b.Elapsed().Seconds(), "virtual/wall")
			})
		}
	}
}

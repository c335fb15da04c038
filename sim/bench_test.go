package sim

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"icsim/protocol"
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

// BenchmarkMemory gives the live heap of idle nodes, in bytes a node: at the end of the first DKG interval, when pools, slot tables
// and chains are as long as they get, and at the end of the second, when there should be no more.
func BenchmarkMemory(b *testing.B) {
	for _, nodes := range []int{13, 34} {
		b.Run(fmt.Sprint(nodes), func(b *testing.B) {
			for range b.N {
				before := liveHeap()
				c := small(nodes, time.Hour)
				c.Subnets[0].DKGIntervalLength = 499
				s, err := begin(c)
				if err != nil {
					b.Fatal(err)
				}
				s.start()
				var virtual time.Duration
				for i, unit := range []string{"B/node", "B/node(2)"} {
					for s.watch.height() < protocol.Height(500*(i+1)) {
						virtual += slice
						s.run(int64(virtual))
					}
					b.ReportMetric((float64(liveHeap())-float64(before))/float64(nodes), unit)
				}
				s.close()
			}
		})
	}
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

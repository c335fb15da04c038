package sim

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"icsim/protocol"
)

// BenchmarkIdleSubnet13 gives the ratio of virtual to wall time of 13 idle nodes, with memory collected as seldom as icsim run does.
func BenchmarkIdleSubnet13(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(200))
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
	defer debug.SetGCPercent(debug.SetGCPercent(200))
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

// BenchmarkRound gives what a round costs by the number of nodes, and the slope of that in logarithms: it should stay near 2 or below,
// for each of n nodes hears from n others. Of wall time it takes the cheapest two seconds, since machines are busy with other things.
func BenchmarkRound(b *testing.B) {
	var logs, counts [][2]float64
	for _, nodes := range []int{4, 7, 13, 28, 40, 61, 100} {
		b.Run(fmt.Sprintf("%d", nodes), func(b *testing.B) {
			cost, events := math.Inf(1), 0.0
			for range b.N {
				least, handled := cheapest(b, nodes, 10*time.Second)
				cost, events = min(cost, least), handled
			}
			logs = append(logs, [2]float64{math.Log(float64(nodes)), math.Log(cost)})
			b.ReportMetric(cost*1000, "ms/round")
			b.ReportMetric(slope(logs), "slope")
			counts = append(counts, [2]float64{math.Log(float64(nodes)), math.Log(events)})
			b.ReportMetric(events, "events/round")
			b.ReportMetric(slope(counts), "events-slope")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cheapest runs an idle subnet and gives the least wall time a round, in seconds, of each two seconds in a row; and the events a round.
func cheapest(b *testing.B, nodes int, length time.Duration) (cost, events float64) {
	c := small(nodes, length)
	c.Subnets[0].DKGIntervalLength = 499
	cost = math.Inf(1)
	began, first := time.Now(), uint64(0)
	_, err := Run(c, func(p Progress) bool {
		if height := uint64(p.Height); p.Virtual%(2*time.Second) == 0 {
			events = float64(p.Events) / float64(max(height, 1))
			if height > first && p.Virtual > 2*time.Second {
				cost = min(cost, time.Since(began).Seconds()/float64(height-first))
			}
			began, first = time.Now(), height
		}
		return true
	})
	if err != nil {
		b.Fatal(err)
	}
	return cost, events
}

// slope is that of the line through points with the least squares.
func slope(points [][2]float64) float64 {
	var n, x, y, xx, xy float64
	for _, p := range points {
		n, x, y, xx, xy = n+1, x+p[0], y+p[1], xx+p[0]*p[0], xy+p[0]*p[1]
	}
	if n < 2 {
		return 0
	}
	return (n*xy - x*y) / (n*xx - x*x)
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

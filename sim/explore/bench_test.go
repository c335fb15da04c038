package explore

import (
	"context"
	"testing"
	"time"

	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/network"
)

// four is a subnet of four nodes with ideal signatures, 50 ms apart.
func four(seed uint64, lasts time.Duration) *sim.Config {
	paths, err := network.Uniform(50*time.Millisecond, 0)
	if err != nil {
		panic(err)
	}
	return &sim.Config{
		Name: "four", Seed: seed, Duration: lasts, Genesis: sim.DefaultGenesis, Crypto: "ideal", Workers: 1,
		Paths: paths, Bounds: check.DefaultBounds(),
		Subnets: []sim.Subnet{{
			Name: "app", Places: make([]int, 4), UnitDelay: time.Second,
			InitialNotaryDelay: 300 * time.Millisecond, DKGIntervalLength: 499, MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000,
			MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		}},
	}
}

// BenchmarkSweep gives the runs a second of one worker.
func BenchmarkSweep(b *testing.B) {
	for _, x := range []struct {
		name  string
		lasts time.Duration
	}{{"10-rounds", 5500 * time.Millisecond}, {"60-seconds", time.Minute}} {
		b.Run(x.name, func(b *testing.B) {
			plan := func(seed uint64) (*Case, error) {
				return &Case{Config: four(seed, x.lasts)}, nil
			}
			blocks := uint64(0)
			sweep := Sweep{Seeds: Seeds{{1, uint64(b.N)}}, Make: plan, Workers: 1}
			if err := sweep.Run(context.Background(), func(o *Outcome) error { blocks += o.Blocks; return nil }); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(blocks)/float64(b.N), "rounds/run")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}

package sim

import (
	"testing"
	"time"

	"icsim/sim/check"
	"icsim/sim/network"
)

// small is one subnet without canisters, all links alike.
func small(nodes int, d time.Duration) *Config {
	paths, err := network.Uniform(50*time.Millisecond, 0)
	if err != nil {
		panic(err)
	}
	return &Config{
		Name: "small", Seed: 1, Duration: d, Genesis: DefaultGenesis, Crypto: "ideal", Paths: paths,
		Subnets: []Subnet{{
			Name: "app", Places: make([]int, nodes), UnitDelay: time.Second, InitialNotaryDelay: 300 * time.Millisecond,
			DKGIntervalLength: 49, MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		}},
		Bounds: check.DefaultBounds(),
	}
}

func TestSmallSubnetRuns(t *testing.T) {
	r, err := Run(small(4, 10*time.Second), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if !c.OK {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
	t.Logf("%+v events %d", r.Subnets[0], r.Events)
}

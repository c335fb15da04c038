package sim

import (
	"strings"
	"testing"
	"time"

	"icsim/protocol"
	"icsim/protocol/dkg"
	"icsim/sim/adversary"
)

// creating is a subnet of four nodes and eight spare ones, of which a change makes another of four.
func creating(interval int, d time.Duration) *Config {
	c := changing(4, 8, d, Change{At: 10 * time.Second, Subnet: 1, Create: true, Add: []protocol.NodeID{4, 5, 6, 7}})
	c.Subnets[0].DKGIntervalLength = interval
	fresh := c.Subnets[0]
	fresh.Name, fresh.Created, fresh.Places, fresh.DKGIntervalLength = "fresh", true, nil, 19
	c.Subnets = append(c.Subnets, fresh)
	return c
}

// F: the subnet is there after two intervals at most, whatever f of the dealers do; its nodes begin with the package that the registry
// holds, agree, certify and renew their keys, and the registry's key of it is theirs.
func TestSubnetIsCreatedWhileAnotherRuns(t *testing.T) {
	for _, strategies := range [][]string{nil, {"bad-dealings"}, {"silent"}} {
		c := creating(19, 70*time.Second)
		if strategies != nil {
			c.Attackers = []adversary.Assignment{{Node: 2, Strategies: strategies}}
		}
		s, err := begin(c)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.finish(s.pump(nil))
		if err != nil {
			t.Fatal(err)
		}
		requireChecks(t, r)
		fresh := &r.Subnets[1]
		if fresh.Nodes != 4 || fresh.CUPHeight < 20 || fresh.ID == "" || fresh.ID == r.Subnets[0].ID {
			t.Errorf("%v: %+v", strategies, fresh)
		}
		if since := time.Duration(s.subnets[1].since); since < 10*time.Second || since > 45*time.Second {
			t.Errorf("%v: created at %s", strategies, since)
		}
		if n := happened(r, "assigned to subnet fresh, from the package of height 0"); n != 4 {
			t.Errorf("%v: %d nodes have started", strategies, n)
		}
		if s.subnets[1].state == nil || len(s.registry.Latest().Setups) != 0 {
			t.Errorf("%v: the registry asks still", strategies)
		}
	}
}

// A.7: in intervals that are too short for the dealings nobody gets keys. The registry gets a reject after five, gives up, and the spare
// nodes are free; what it was to ask for later cannot be.
func TestSubnetIsNotCreatedWithoutKeys(t *testing.T) {
	c := creating(3, 60*time.Second)
	c.Subnets = append(c.Subnets, c.Subnets[1])
	c.Subnets[2].Name = "other"
	c.Changes = append(c.Changes,
		Change{At: 50 * time.Second, Subnet: 2, Create: true, Add: []protocol.NodeID{8, 9, 10, 11}})
	r := run(t, c)
	for _, name := range []string{"fresh", "other"} {
		for i := range r.Checks {
			if x := &r.Checks[i]; x.Name == "creation of "+name && (x.OK || name == "fresh" && x.Detail != dkg.ReasonAttempts) {
				t.Errorf("%+v", x)
			}
		}
	}
	for i := range r.Checks {
		if x := &r.Checks[i]; !x.OK && !strings.HasPrefix(x.Name, "creation of ") {
			t.Errorf("%+v", x)
		}
	}
	if happened(r, "fresh is not created: "+dkg.ReasonAttempts) != 1 || happened(r, "other is not created: the next subnet is") != 1 {
		t.Errorf("%+v", r.Timeline)
	}
}

// What the registry canister would refuse is refused before the run.
func TestCreationsAreTriedBeforeTheRun(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"is a member of subnet":         func(c *Config) { c.Changes[0].Add[0] = 3 },
		"will be a member of subnet":    func(c *Config) { c.Changes = append(c.Changes, Change{At: 15e9, Add: []protocol.NodeID{4}}) },
		"the next subnet is s1, not s2": func(c *Config) { c.Subnets, c.Changes[0].Subnet = append(c.Subnets, c.Subnets[1]), 2 },
		"there is no subnet s1":         func(c *Config) { c.Changes = append(c.Changes, Change{At: 15e9, Subnet: 1, Upgrade: "v2"}) },
		"subnet fresh: canister": func(c *Config) {
			c.Canisters = []Canister{{Name: "x", Subnet: 1, ID: FirstCanister(1), Module: []byte("x")}}
		},
	} {
		c := creating(19, 20*time.Second)
		spoil(c)
		if _, err := Run(c, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

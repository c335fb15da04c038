package sim

import (
	"testing"
	"time"

	"icsim/protocol"
	"icsim/sim/fault"
)

// lost is a root subnet of four nodes and another of seven, four of which burn, with spare nodes: three in their places are enough for it
// to go on. It is halted, recovered from the state of node 9, and started again.
func lost(change func(*Config)) *Config {
	c := changing(4, 4, 120*time.Second)
	app := c.Subnets[0]
	app.Name, app.Places = "app", make([]int, 7)
	c.Subnets[0].Name = "root"
	c.Subnets = append(c.Subnets, app)
	for n := protocol.NodeID(4); n < 8; n++ {
		c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: n, At: 20 * time.Second})
	}
	halt, start := true, false
	c.Changes = []Change{
		{At: 30 * time.Second, Subnet: 1, Halt: &halt},
		{
			At: 45 * time.Second, Subnet: 1, Recover: &Recovery{From: 9, Upload: 9},
			Add: []protocol.NodeID{11, 12, 13, 14}, Remove: []protocol.NodeID{4, 5, 6, 7},
		},
		{At: 85 * time.Second, Subnet: 1, Halt: &start},
	}
	change(c)
	return c
}

func TestLostSubnetIsRecovered(t *testing.T) {
	r := run(t, lost(func(*Config) {}))
	requireChecks(t, r)
	for _, m := range r.Timeline {
		t.Logf("%7.2f %s", m.AtSeconds, m.What)
	}
	t.Logf("%+v", r.Subnets[1])
}

package sim

import (
	"flag"
	"testing"
	"time"

	"icsim/protocol"
	"icsim/sim/fault"
	"icsim/sim/network"
	"icsim/sim/rng"
)

var powerSeeds = flag.Uint64("powerloss", 12, "how many losses of power to try")

// A power loss takes all nodes of a subnet down within one event of the run, whichever: what their disks have by then is all that there
// is. They start again seconds later, one after the other. Nothing that was final is lost, nothing else becomes final in its place, and the
// subnet goes on within the bound (rs/tests, global_reboot_test). In every other run a node is being replaced. -args -powerloss 200 tries
// more of them.
func TestSubnetOutlivesThatAllItsNodesCrash(t *testing.T) {
	for seed := uint64(1); seed <= *powerSeeds; seed++ {
		loseAllPower(t, seed)
	}
}

const (
	lit      = 12 * time.Second // before the power is lost at the latest
	dark     = 5 * time.Second  // at most, by node
	mostIn   = 20 * time.Second // from the last start until a block is final again: the bound of progress
	losses   = 3                // of a run
	relit    = 10 * time.Second // after the last
	crowded  = 200              // events that may follow each other at about one time
	ownDelay = 170 * time.Millisecond
)

func loseAllPower(t *testing.T, seed uint64) {
	c := changing(4, 1, losses*(lit+dark+mostIn)+relit)
	c.Seed, c.Bounds.CatchUp = seed, 0
	if seed%4 < 2 { // rounds see blocks of several ranks, and those of node 0 come when other ones are signed
		c.Subnets[0].UnitDelay, c.Subnets[0].InitialNotaryDelay = 40*time.Millisecond, 60*time.Millisecond
		c.Faults.Links = []fault.Link{{
			From: []protocol.NodeID{0}, To: []protocol.NodeID{1, 2, 3}, At: 1, Disturbance: network.Disturbance{Delay: ownDelay},
		}}
	}
	if seed%2 == 0 {
		c.Changes = []Change{{At: 10 * time.Second, Add: []protocol.NodeID{4}, Remove: []protocol.NodeID{1}}}
	}
	s, err := begin(c)
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	for i := range uint64(losses) {
		s.losePower(t, rng.Root(seed).Split("power loss", i))
	}
	s.loop.Run(int64(c.Duration))
	r, err := s.finish(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range r.Checks {
		if !o.OK {
			t.Errorf("seed %d: %s: %s", seed, o.Name, o.Detail)
		}
	}
	for _, n := range s.registry.Latest().Subnets[0].Members {
		if s.subnetOf(n) == nil || s.hosts[n].Machine() == nil {
			t.Errorf("seed %d: node %d does not run: %v", seed, n, r.Timeline)
		}
	}
}

// losePower takes all nodes down after some time and events, and waits until a block more is final.
func (s *simulation) losePower(t *testing.T, draw rng.Source) {
	s.loop.Run(s.loop.Now() + int64(draw.At(0).Uint64n(uint64(lit))))
	for range draw.At(1).Uint64n(crowded) {
		s.loop.Step()
	}
	at, final := protocol.Time(s.loop.Now()), s.watch.subnets[0].finalized
	for n := range protocol.NodeID(len(s.secrets)) {
		s.effects.Reset()
		s.stop(at, n)
		s.spread(at)
		back := at.Add(time.Second + time.Duration(draw.At(2+uint64(n)).Uint64n(uint64(dark-time.Second))))
		s.schedule(s.faultSource(), n, back, occurrence{what: nodeStart, boots: s.downs[n]})
	}
	for end := int64(at.Add(dark + mostIn)); s.watch.subnets[0].finalized <= final; {
		if key, ok := s.loop.Next(); !ok || key.At > end {
			t.Fatalf("seed %d: height %d was final when the power was lost at %s, and none after for %s",
				s.config.Seed, final, time.Duration(at), dark+mostIn)
		}
		s.loop.Step()
	}
}

package consensus_test

import (
	"testing"
	"time"

	"icsim/protocol"
	"icsim/protocol/consensus/consensustest"
)

// BenchmarkIdleSubnet13 runs 13 nodes with nothing to do, and reports the time a node spends on a height: pool,
// components, cryptography, and the harness that carries its messages.
func BenchmarkIdleSubnet13(b *testing.B) {
	o := consensustest.Defaults(13)
	o.NoChecks = true
	// Each pair has a delay of its own, so that messages come one by one, as they do over real links.
	o.Link = func(_ *consensustest.Subnet, from, to *consensustest.Node, _ protocol.Artifact) (time.Duration, bool) {
		return 40*time.Millisecond + time.Duration(13*from.ID+to.ID)*317*time.Microsecond, false
	}
	s := consensustest.NewSubnet(o)
	s.Run(10 * time.Second)
	from := s.MinFinalized()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		s.Run(10 * time.Second)
	}
	b.StopTimer()
	heights := float64(s.MinFinalized()-from) * 13
	b.ReportMetric(float64(b.Elapsed().Microseconds())/heights, "µs/node-height")
	b.ReportMetric(float64(s.Steps())/float64(s.MinFinalized())/13, "steps/node-height")
	b.ReportMetric(float64(s.Inserted())/float64(s.MinFinalized())/13, "inserts/node-height")
}

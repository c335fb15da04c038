package consensus_test

import (
	"testing"
	"time"

	"icsim/protocol/consensus/consensustest"
)

func TestSubnetFinalizes(t *testing.T) {
	s := consensustest.NewSubnet(consensustest.Defaults(4))
	s.Run(60 * time.Second)
	if len(s.Checks.Broken) > 0 {
		t.Fatal(s.Checks.Broken[0])
	}
	t.Log(s.MinFinalized(), s.Nodes[0].Execution.CertifiedHeight())
	if s.MinFinalized() < 100 {
		t.Fatal(s.MinFinalized())
	}
}

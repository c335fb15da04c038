package replica_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/protocoltest"
	"icsim/protocol/replica"
	"icsim/protocol/replica/replicatest"
)

// Nodes keep to the contract of machines, whatever reaches them: here all that node 0 of a live subnet saw, with users' requests.
func TestReplicasAreMachines(t *testing.T) {
	for name, v := range map[string]struct {
		nodes []int
		of    protocol.NodeID
	}{
		"root subnet":    {[]int{4}, 0},
		"another subnet": {[]int{1, 4}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := replicatest.NewWorld(v.nodes...)
			inputs := w.Recorded(v.of)
			require.Greater(t, len(inputs), 300)
			protocoltest.TestMachine(t, func() protocol.Machine { return replica.New(w.Config(v.of)) }, inputs...)
		})
	}
}

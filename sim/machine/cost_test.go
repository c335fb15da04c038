package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

func TestCostAddsUpWithoutOverflow(t *testing.T) {
	table := Mainnet()
	for op := range protocol.NumOps {
		require.NotZero(t, table[op], "%s is free", op)
	}
	var m protocol.Meter
	m.Charge(protocol.OpVerifyMultiShare, 2)
	m.Charge(protocol.OpHashByte, 3)
	require.Equal(t, 2*908*time.Microsecond+1, table.Cost(&m), "1.8 ns, rounded down")
	m = protocol.Meter{protocol.OpInstruction: 7_000_000_000}
	require.Equal(t, 3500*time.Millisecond, table.Cost(&m))
	m = protocol.Meter{protocol.OpInstruction: 1 << 63, protocol.OpRound: 1 << 30}
	require.Equal(t, time.Duration(maxStep), table.Cost(&m))
	require.Equal(t, time.Duration(maxStep), Ratio{1 << 31, 1}.scale(maxStep))
	require.Equal(t, 5*time.Nanosecond, Ratio{1, 3}.scale(16))
}

package p2p

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A slot table keeps the newest update of each slot, like one that keeps connection and commit in full.
func TestSlotTableForgetsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type full struct {
			conn   uint32
			commit uint64
			task   int32
		}
		var table slotTable
		model := map[uint32]full{}
		commits := rapid.OneOf(rapid.Uint64Range(0, 5), rapid.SampledFrom([]uint64{1<<32 - 1, 1 << 32, 1<<32 + 1, 1<<64 - 1}))
		for i := range rapid.IntRange(1, 40).Draw(t, "updates") {
			slot, conn := rapid.Uint32Range(0, 5).Draw(t, "slot"), rapid.Uint32Range(0, 3).Draw(t, "connection")
			commit, held := commits.Draw(t, "commit"), model[slot]
			newer := conn > held.conn || conn == held.conn && commit > held.commit
			table.reach(slot, conn)
			require.Equal(t, newer, table.isOlderThan(slot, conn, commit))
			if newer {
				require.Equal(t, held.task, table.put(slot, conn, commit, int32(i+1)))
				model[slot] = full{conn, commit, int32(i + 1)}
			}
			require.Equal(t, model[slot].task != 0, model[slot].task != 0 && table.advertises(model[slot].task))
		}
	})
}

// Holders of many tasks are sets of peers, whatever their numbers.
func TestHoldersAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table setTable
		var held [3]holders
		var model [3][MaxPeers / 64]uint64
		peers := rapid.OneOf(rapid.IntRange(0, 3), rapid.SampledFrom([]int{63, 64, 127, 128, MaxPeers - 1}))
		for range rapid.IntRange(1, 60).Draw(t, "changes") {
			k, p := rapid.IntRange(0, 2).Draw(t, "task"), peers.Draw(t, "peer")
			switch rapid.IntRange(0, 5).Draw(t, "change") {
			case 0:
				table.empty(&held[k])
				clear(model[k][:])
			case 1, 2:
				table.remove(&held[k], p)
				model[k][p>>6] &^= 1 << (p & 63)
			default:
				table.add(&held[k], p)
				model[k][p>>6] |= 1 << (p & 63)
			}
			for k := range held {
				n := 0
				for p := range MaxPeers {
					has := model[k][p>>6]>>(p&63)&1 == 1
					if has != table.has(held[k], p) || has && table.at(held[k], n) != p {
						t.Fatalf("peer %d of task %d: member %t", p, k, has)
					}
					if has {
						n++
					}
				}
				require.Equal(t, n, table.size(held[k]))
				require.Equal(t, n == 0, held[k] == 0)
			}
		}
		require.LessOrEqual(t, len(table.words), len(held)*table.width, "sets of the empty are used again")
		require.LessOrEqual(t, bits.Len(uint(table.width)), 3)
	})
}

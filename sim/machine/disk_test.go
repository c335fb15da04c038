package machine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/rng"
)

func key(h int) protocol.DiskKey { return protocol.DiskKey{Height: protocol.Height(h)} }

func write(h int) protocol.Write { return protocol.Write{Key: key(h), Value: h, Bytes: 1} }

func newDrive(f DiskFault) *drive {
	return &drive{disk: protocol.NewDisk(), fault: f, chance: rng.Root(1)}
}

// So many of the writes are not made; those that land elsewhere are found under the key of the write before.
func TestFaultyDisksLoseAndMisdirectWrites(t *testing.T) {
	lost, astray := newDrive(DiskFault{Lose: billion / 4}), newDrive(DiskFault{Misdirect: billion / 4})
	for h := 1; h <= 2000; h++ {
		lost.apply([]protocol.Write{write(h)})
		astray.apply([]protocol.Write{write(h)})
	}
	require.InDelta(t, 1500, len(lost.disk.Load(0)), 60)
	values := astray.disk.Load(0)
	require.InDelta(t, 1625, len(values), 60, "a key is missing if its write went astray and the next one did not: 3/16")
	wrong := 0
	for i := 1; i < len(values); i++ {
		if values[i].(int) != values[i-1].(int)+1 {
			wrong++
		}
	}
	require.Positive(t, wrong)
}

func TestTornWritesAreAPrefix(t *testing.T) {
	counts := map[int]bool{}
	for i := range uint64(40) {
		d := newDrive(DiskFault{})
		d.writes = i
		d.tear([]protocol.Write{write(1), write(2), write(3)})
		got := d.disk.Load(0)
		require.Equal(t, []any{1, 2, 3}[:len(got)], append([]any{}, got...))
		require.Less(t, len(got), 3, "or it would not be torn")
		counts[len(got)] = true
	}
	require.Len(t, counts, 3)
}

func TestHostsRecallAndSwapDisks(t *testing.T) {
	costs := Mainnet()
	a, b := New(Config{Node: 1, Costs: &costs}), New(Config{Node: 2, Costs: &costs})
	a.Disk().Apply([]protocol.Write{write(1)})
	a.Remember()
	a.Disk().Apply([]protocol.Write{write(2)})
	a.Recall()
	require.Equal(t, []any{1}, a.Disk().Load(0))
	a.SwapDisks(b)
	require.Empty(t, a.Disk().Load(0))
	require.Equal(t, []any{1}, b.Disk().Load(0))
	require.Equal(t, "its disk lies: what cannot be", b.Try(func() { panic("what cannot be") }))
	require.Panics(t, func() { New(Config{Costs: &costs}).Try(func() { panic("a bug of ours") }) })
}

func TestSlowDisksTakeLonger(t *testing.T) {
	costs := Mainnet()
	h := New(Config{Costs: &costs})
	m := protocol.Meter{}
	m[protocol.OpDiskByte], m[protocol.OpReceive] = 1000, 7
	require.Zero(t, h.slows(&m))
	h.SetDisk(DiskFault{Slow: Ratio{5, 1}})
	require.Equal(t, int64(4000), int64(h.slows(&m)))
}

package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

func reads[T any](t *testing.T, parse func(string) (T, error), text string, want T) {
	t.Helper()
	got, err := parse(text)
	require.NoError(t, err, text)
	require.Equal(t, want, got, text)
}

func TestQuantitiesAreExact(t *testing.T) {
	reads(t, parseDuration, "150ms", 150*time.Millisecond)
	reads(t, parseDuration, "1.5s", 1500*time.Millisecond)
	reads(t, parseDuration, "0.000000001s", time.Nanosecond)
	reads(t, parseDuration, "1m30s", 90*time.Second)
	reads(t, parseDuration, "1d", 24*time.Hour)
	reads(t, parseDuration, "2h", 2*time.Hour)
	reads(t, parseDuration, "3us", 3*time.Microsecond)
	reads(t, parseDuration, "3µs", 3*time.Microsecond)
	reads(t, parseDuration, "1_000us", time.Millisecond)
	reads(t, parseDuration, "0", time.Duration(0))
	reads(t, size.integer, "2MiB", int64(2<<20))
	reads(t, size.integer, "3.5 MiB", int64(7<<19))
	reads(t, size.integer, "512KiB", int64(512<<10))
	reads(t, size.integer, "1GiB", int64(1<<30))
	reads(t, size.integer, "3GB", int64(3_000_000_000))
	reads(t, size.integer, "2MB", int64(2_000_000))
	reads(t, size.integer, "5kB", int64(5000))
	reads(t, size.integer, "7B", int64(7))
	reads(t, parseBandwidth, "300Mbit", int64(300_000_000))
	reads(t, parseBandwidth, "1.5Gbit/s", int64(1_500_000_000))
	reads(t, parseBandwidth, "64kbit", int64(64_000))
	reads(t, parseBandwidth, "unlimited", int64(0))
	reads(t, parseShare, "1%", int64(10_000_000))
	reads(t, parseShare, "1/100", int64(10_000_000))
	reads(t, parseShare, "1/3", int64(333_333_333))
	reads(t, parseShare, "100 ppm", int64(100_000))
	reads(t, parseShare, "7ppb", int64(7))
	reads(t, parseCycles, "100T", protocol.CyclesOf(100_000_000_000_000))
	reads(t, parseCycles, "2P", protocol.CyclesOf(2_000_000_000_000_000))
	reads(t, parseCycles, "2.5B", protocol.CyclesOf(2_500_000_000))
	reads(t, parseCycles, "3M", protocol.CyclesOf(3_000_000))
	reads(t, parseCycles, "4k", protocol.CyclesOf(4000))
	reads(t, parseCycles, "10T cycles", protocol.CyclesOf(10_000_000_000_000))
	reads(t, parseCycles, "7 cycles", protocol.CyclesOf(7))
	reads(t, parseCycles, "18446744073709551616 cycles", protocol.Cycles{Hi: 1})
	reads(t, parseRate, "5/s", 200*time.Millisecond)
	reads(t, parseRate, "30/m", 2*time.Second)
	reads(t, parseRate, "0.5/s", 2*time.Second)
	reads(t, parseRate, "3/s", 333_333_333*time.Nanosecond)
	reads(t, parseFactor, "3x", Factor{3, 1})
	reads(t, parseFactor, "1.5x", Factor{3, 2})
	reads(t, parseFactor, "6/4", Factor{3, 2})
}

func TestNumbersWithoutUnitsAreRefused(t *testing.T) {
	for _, text := range []string{"1", "1.5", "1_000", "", "s", "1 2", "1e3", "-1", "0x10", "1s2", "1..2s", ".5s", "1s ", "1µ"} {
		_, err := parseDuration(text)
		require.Error(t, err, "duration %q", text)
		_, err = size.integer(text)
		require.Error(t, err, "size %q", text)
		_, err = parseCycles(text)
		require.Error(t, err, "cycles %q", text)
		_, err = parseBandwidth(text)
		require.Error(t, err, "bandwidth %q", text)
	}
}

func survives[T comparable](t *rapid.T, what string, v T, print func(T) string, parse func(string) (T, error)) {
	got, err := parse(print(v))
	if err != nil || got != v {
		t.Fatalf("%s %v is printed %q and read as %v, %v", what, v, print(v), got, err)
	}
}

func TestUnitsSurvivePrinting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Min(0).Draw(t, "n")
		survives(t, "duration", time.Duration(n), printDuration, parseDuration)
		survives(t, "size", n, printSize, size.integer)
		survives(t, "bandwidth", n, printBandwidth, parseBandwidth)
		survives(t, "share", n, printShare, parseShare)
		survives(t, "cycles", protocol.Cycles{Hi: rapid.Uint64().Draw(t, "hi"), Lo: uint64(n)}, printCycles, parseCycles)
		survives(t, "shift", time.Duration(-n), printDuration, func(s string) (time.Duration, error) { return signed(s, parseDuration) })
		f, err := parseFactor(Factor{rapid.Uint32Min(1).Draw(t, "num"), rapid.Uint32Min(1).Draw(t, "den")}.String())
		if err != nil {
			t.Fatal(err)
		}
		survives(t, "factor", f, Factor.String, parseFactor)
	})
}

package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim/explore"
)

// asCommand lets the test's binary be icsim in a process of its own, which can be killed.
const asCommand = "ICSIM_TEST_AS_COMMAND"

// A sweep that is killed at a random moment and resumed, twenty times, comes to what one does that is left alone: no seed is lost, none is
// counted twice.
func TestASweepKilledTwentyTimesLosesNothing(t *testing.T) {
	const seeds, kills = 300, 20
	dir := t.TempDir()
	file := filepath.Join(dir, "quiet.yaml")
	require.NoError(t, os.WriteFile(file, []byte("name: quiet\nduration: 1s\ncrypto: ideal\nsubnets: [{ name: app, nodes: 4 }]\n"), 0o644))
	out, journal := filepath.Join(dir, "out"), filepath.Join(dir, "out", journalFile)
	sweep := func(more ...string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], append([]string{"sweep", file, "--seeds", "1..300", "--workers", "2"}, more...)...)
		cmd.Env = append(os.Environ(), asCommand+"=1")
		return cmd
	}
	size := func() int64 {
		info, err := os.Stat(journal)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range kills {
		more := []string{"--out", out}
		if size() > 0 {
			more = append(more, "--resume")
		}
		cmd := sweep(more...)
		require.NoError(t, cmd.Start())
		for until := size() + random.Int64N(2000); size() <= until; { // it dies when it has written so much, and a moment
			time.Sleep(time.Duration(random.IntN(2000)) * time.Microsecond)
		}
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait(), "it did not end by itself")
	}
	text, err := os.ReadFile(journal)
	require.NoError(t, err)
	_, before, _, err := explore.ReadJournal(text)
	require.NoError(t, err)
	require.NotEmpty(t, before)
	require.Less(t, len(before), seeds)
	resumed, err := sweep("--out", out, "--resume", "--json").Output()
	require.NoError(t, err)
	alone, err := sweep("--json").Output()
	require.NoError(t, err)
	require.Equal(t, string(alone), string(resumed))
}

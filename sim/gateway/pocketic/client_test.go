package pocketic

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/library"
)

// What suites of the real client, @dfinity/pic, do, they can do here; see testdata/client.mjs. It needs what make e2e installs.
func TestClient(t *testing.T) {
	directory := os.Getenv("E2E")
	if directory == "" {
		t.Log("the real client is run by make e2e")
		return
	}
	t.Run("server", func(t *testing.T) {
		c := newClient(t)
		module, err := library.Module()
		require.NoError(t, err)
		c.server.cfg.Crypto, c.server.cfg.Library = "bls", module
		runClient(t, directory, c.url)
	})
	// The client starts a binary of PocketIC's, in whose place a script of two lines stands.
	t.Run("binary", func(t *testing.T) {
		binary, err := filepath.Abs("../../../bin/icsim")
		require.NoError(t, err)
		script := filepath.Join(t.TempDir(), "pocket-ic")
		require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nexec "+binary+" serve --pocketic \"$@\"\n"), 0o700))
		runClient(t, directory, script)
	})
}

func runClient(t *testing.T, directory, at string) {
	t.Helper()
	node := exec.CommandContext(t.Context(), "node", "testdata/client.mjs", directory, at, "../../../canister/library/library.wasm")
	out, err := node.CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err)
}

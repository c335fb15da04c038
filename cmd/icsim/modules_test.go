package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whoever names a directory with other things in it for the cache must find them again.
func TestTrimRemovesTheOldestCodeAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	versions := filepath.Join(dir, "wazero-v1-here")
	require.NoError(t, os.Mkdir(versions, 0o700))
	code := func(i int, end string) string { return filepath.Join(versions, fmt.Sprintf("%064x", i)+end) }
	files := []string{code(0, ""), code(1, ".12.tmp"), code(2, ""), code(3, ".3.tmp"), code(4, "")}
	for i, file := range files {
		require.NoError(t, os.WriteFile(file, make([]byte, 100), 0o600))
		at := time.Unix(int64(1000-i), 0)
		require.NoError(t, os.Chtimes(file, at, at))
	}
	others := []string{filepath.Join(versions, "notes"), filepath.Join(dir, "thesis"), filepath.Join(dir, fmt.Sprintf("%064x", 7))}
	for _, file := range others {
		require.NoError(t, os.WriteFile(file, make([]byte, 1000), 0o600))
	}
	trim(dir, 250)
	for i, file := range files {
		if i < 2 {
			require.FileExists(t, file)
		} else {
			require.NoFileExists(t, file)
		}
	}
	trim(dir, 0)
	require.NoFileExists(t, files[0])
	for _, file := range others {
		require.FileExists(t, file)
	}
	trim(filepath.Join(dir, "nowhere"), 0)
}

package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each malformed scenario gives all its faults at once, each with its line and what would be accepted.
func TestGoldenMessagesOfMalformedScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 20)
	var all strings.Builder
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = Parse(path, text)
		require.Error(t, err, path)
		require.IsType(t, Problems{}, err, path)
		all.WriteString(strings.ReplaceAll(err.Error(), "testdata/bad/", "") + "\n\n")
	}
	golden(t, "bad.golden", all.String())
}

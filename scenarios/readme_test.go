package scenarios

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// The README shows the quickstart's digest as one that anyone can reproduce. `make run` prints the new one when it moves.
func TestReadmeShowsTheDigestOfTheQuickstart(t *testing.T) {
	if testing.Short() {
		t.Skip("two minutes with real signatures")
	}
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	shown := regexp.MustCompile(`(?m)^digest ([0-9a-f]{64})$`).FindSubmatch(readme)
	require.NotNil(t, shown, "README.md shows no digest")
	spec, err := Load("quickstart")
	require.NoError(t, err)
	c, err := spec.Compile(1)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	require.Equal(t, string(shown[1]), r.Digest)
	for _, check := range r.Checks {
		require.True(t, check.OK, "%s: %s", check.Name, check.Detail)
	}
}

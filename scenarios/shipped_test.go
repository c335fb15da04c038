package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShippedScenariosAreValid(t *testing.T) {
	require.NotEmpty(t, ShippedNames())
	for _, name := range ShippedNames() {
		s, err := Load(name)
		require.NoError(t, err)
		require.Equal(t, name, s.Name, "a scenario is found by its name")
		require.NotEmpty(t, s.About, name)
		t.Logf("%s", s.Resolved())
	}
}

package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNodesAreNamedAsInTheScenario(t *testing.T) {
	s, err := Parse("x.yaml", []byte("name: x\nduration: 1m\nsubnets: [{ name: a, nodes: 4 }, { name: b, nodes: 4 }]\n"))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"n5":                        "b/1",
		"cut n0,n1,n2 to n3,n7":     "cut a/0..2 to a/3, b/3",
		"on n0 and b on n6: x (n1)": "on a/0 and b on b/2: x (a/1)",
		"n1234-n5 is a principal":   "n1234-n5 is a principal",
		"an1 n1a":                   "an1 n1a",
	} {
		require.Equal(t, want, s.Named(text), text)
	}
}

package scenarios

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim"
)

// Motoko in a scenario: compiled, called by the interface that the compiler wrote into the module, and upgraded to a program
// with one more method, with its memory kept.
func TestMotokoInAScenario(t *testing.T) {
	directory := os.Getenv("E2E")
	if directory == "" {
		t.Skip("needs Motoko's compiler: make e2e")
	}
	compile, err := filepath.Abs("../canister/e2e/testdata/compile.mjs")
	require.NoError(t, err)
	t.Setenv(motokoVariable, "node "+compile+" "+directory)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	const first, more = "public func inc() : async Nat { value += 1; value };", "public query func twice() : async Nat { 2 * value };"
	write("v1.mo", "persistent actor class C(start : Nat) { var value : Nat = start; "+first+" }")
	write("v2.mo", "persistent actor class C(start : Nat) { var value : Nat = start; "+first+more+" }")
	const text = `
name: motoko
duration: 40s
crypto: ideal
network: { uniform: 20ms }
subnets: [{ name: app, nodes: 4 }]
canisters: [{ name: counter, subnet: app, motoko: v1.mo, arg: (40) }]
clients:
  - name: user
    sequence:
      - { call: counter.inc, expect: (41) }
      - { upgrade: counter, motoko: v2.mo, arg: (0) }
      - { call: counter.inc, expect: (42) }
      - { call: counter.twice, expect: (84) }
`
	spec, err := Parse(filepath.Join(dir, "motoko.yaml"), []byte(text))
	require.NoError(t, err)
	c, err := spec.Compile(1)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}

	const bad = "      - { call: counter.thrice }\n      - { call: counter.inc, arg: (1) }\n"
	_, err = Parse(filepath.Join(dir, "motoko.yaml"), []byte(text+bad))
	require.ErrorContains(t, err, `canister counter has no method "thrice"; did you mean twice?`)
	require.ErrorContains(t, err, "arg, column 2: one argument too many; expected is ()")
	write("v1.mo", "persistent actor { let x : Nat = \"no\" }")
	_, err = Parse(filepath.Join(dir, "motoko.yaml"), []byte(text))
	require.ErrorContains(t, err, "v1.mo: the compiler says")
}

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A commandLine is icp with a home of its own.
type commandLine struct {
	*network
	home string
}

// command is icp with arguments, not yet run.
func (c commandLine) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.dir, "icp"), args...)
	cmd.Dir = c.home
	cmd.Env = append(os.Environ(), "HOME="+c.home, "DO_NOT_TRACK=1", "RUST_BACKTRACE=0")
	return cmd
}

// icp runs the command and gives what it printed; wrong is what it has to complain of, or empty.
func (c commandLine) icp(wrong string, args ...string) string {
	c.Helper()
	cmd := c.command(context.Background(), args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if wrong == "" {
		require.NoError(c, err, "icp %v: %s", args, &said)
	} else {
		require.Error(c, err, "icp %v", args)
		require.Contains(c, said.String(), wrong)
	}
	return strings.TrimSpace(string(out))
}

// on runs icp canister … against the network as somebody.
func (c commandLine) on(who, wrong, command string, args ...string) string {
	c.Helper()
	all := append([]string{"canister"}, strings.Fields(command)...)
	return c.icp(wrong, append(append(all, "-n", c.url, "-k", "fetch", "--identity", who), args...)...)
}

// The official command line makes, installs, upgrades, calls and reads canisters. It creates them through a proxy canister, as on all
// networks without a cycles ledger.
func TestCommandLine(t *testing.T) {
	for _, clock := range []string{"auto", "real"} {
		t.Run(clock, func(t *testing.T) {
			n := serve(t, "agents.yaml", "--clock", clock)
			useCommandLine(commandLine{n, t.TempDir()})
			n.end()
		})
	}
}

func useCommandLine(c commandLine) {
	proxy := strings.TrimSpace(c.node("proxy.mjs", c.url, c.subnets[1].First))
	visitor, large := filepath.Join(c.dir, "visitor-32.wasm"), filepath.Join(c.dir, "signer.wasm")
	c.icp("", "identity", "new", "owner", "--storage", "plaintext", "-q")
	owner := c.icp("", "identity", "principal", "--identity", "owner")
	id := c.on("owner", "", "create --detached -q", "--proxy", proxy, "--controller", owner)

	c.on("owner", "", "install -y", "--wasm", visitor, id)
	require.Contains(c, c.on("owner", "", "call", id, "visit", "()"), `by = principal "`+owner+`"`)
	require.Equal(c, "(1 : nat)", c.on("anonymous", "", "call --query", id, "count", "()"))
	c.on("owner", "IC0503", "call", id, "stumble", "()")
	c.on("owner", "assertion failed", "call --query", id, "doubt", "()")
	c.on("owner", "explicitly refused message", "call", id, "locked", "()")
	c.on("anonymous", "IC0512", "stop", id)
	c.on("owner", "", "install -y -m upgrade", "--wasm", visitor, id)
	require.Contains(c, c.on("owner", "", "call", id, "visit", "()"), "visits = 2 : nat")

	require.Contains(c, c.on("owner", "", "status", id), "Status: Running")
	require.Contains(c, c.on("anonymous", "", "status --public", id), "controller: "+owner)
	require.Contains(c, c.on("owner", "", "metadata", id, "candid:service"), "whoami: () -> (principal) query;")
	c.on("anonymous", "not found", "metadata", id, "candid:service") // Motoko keeps it for controllers
	require.Contains(c, c.on("owner", "", "logs", id), "assertion failed")
	c.introduce(id)
	c.on("owner", "", "stop", id)
	c.on("owner", "IC0508", "call", id, "visit", "()")
	c.on("owner", "", "start", id)
	c.on("owner", "", "install -y -m reinstall", "--wasm", large, id)
	c.on("owner", "IC0536", "call --query", id, "count", "()")
}

// introduce lets those visit whose keys are of other kinds than the owner's, and a session to whose key the owner delegates.
func (c commandLine) introduce(visitor string) {
	visit := func(who string) {
		c.Helper()
		self := c.icp("", "identity", "principal", "--identity", who)
		require.Contains(c, c.on(who, "", "call", visitor, "visit", "()"), `principal "`+self+`"`)
	}
	seed := c.write("seed", strings.Repeat("abandon ", 11)+"about") // the first of all seed phrases (BIP 39)
	for _, curve := range []string{"ed25519", "secp256k1", "prime256v1"} {
		c.icp("", "identity", "import", curve, "--from-seed-file", seed, "--seed-curve", curve, "--storage", "plaintext")
		visit(curve)
	}
	key := c.write("session.pem", c.icp("", "identity", "delegation", "request", "session", "--storage", "plaintext")+"\n")
	chain := c.write("chain.json", c.icp("", "identity", "delegation", "sign", "--identity", "owner", "--key-pem", key, "--duration", "1h"))
	c.icp("", "identity", "delegation", "use", "session", "--from-json", chain)
	visit("session")
	require.Equal(c, c.icp("", "identity", "principal", "--identity", "owner"), c.icp("", "identity", "principal", "--identity", "session"))
}

func (c commandLine) write(name, text string) string {
	path := filepath.Join(c.home, name)
	require.NoError(c, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Package e2e holds icsim serve to what unmodified clients make of it: agents' libraries in Node and the official command line.
package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages is the directory with Node's packages and the canisters' modules, which make e2e names.
func packages(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("E2E")
	if dir == "" {
		t.Skip("E2E does not name the directory with the clients: run make e2e")
	}
	return dir
}

const icsim = "../../../bin/icsim"

// A subnet is what serve tells of one.
type subnet struct {
	Name   string `json:"name"`
	Subnet string `json:"subnet"` // its id
	First  string `json:"first"`  // its first canister id
}

// A network is icsim serve at work.
type network struct {
	testing.TB
	dir     string // of the packages
	record  string // the directory of the recording
	cmd     *exec.Cmd
	url     string
	subnets []subnet
	stdout  *strings.Builder
}

var told = regexp.MustCompile(`^(\S+): subnet (\S+), canisters from (\S+)$`)

// serve starts icsim serve and waits for its address. At the end it is interrupted and its recording replayed: every test demands that
// all checkers held, and that the digest is the same.
func serve(t testing.TB, scenario string, flags ...string) *network {
	n := &network{TB: t, dir: packages(t), record: t.TempDir(), stdout: &strings.Builder{}}
	args := append([]string{"serve", "testdata/" + scenario, "--listen", "127.0.0.1:0", "--record", n.record}, flags...)
	n.cmd = exec.Command(icsim, args...)
	n.cmd.Stdout = n.stdout
	stderr, err := n.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, n.cmd.Start(), "make build makes %s", icsim)
	lines := bufio.NewScanner(stderr)
	for n.url == "" && lines.Scan() {
		t.Log(lines.Text())
		if m := told.FindStringSubmatch(lines.Text()); m != nil {
			n.subnets = append(n.subnets, subnet{m[1], m[2], m[3]})
		}
		if strings.HasPrefix(lines.Text(), "http://") {
			n.url = lines.Text()
		}
	}
	require.NotEmpty(t, n.url, "serve ended before it told its address")
	rest := &strings.Builder{}
	read := make(chan struct{})
	go func() { defer close(read); _, _ = io.Copy(rest, stderr) }()
	t.Cleanup(func() {
		_ = n.cmd.Process.Kill()
		<-read
		if t.Failed() {
			t.Logf("serve said: %s", rest)
		}
	})
	return n
}

var (
	digestLine = regexp.MustCompile(`(?m)^digest ([0-9a-f]{64})$`)
	replayLine = regexp.MustCompile(`(?m)^replay: icsim (.*)$`)
)

// end interrupts the session and replays it.
func (n *network) end() {
	n.Helper()
	require.NoError(n, n.cmd.Process.Signal(syscall.SIGINT))
	require.NoError(n, n.cmd.Wait(), "the session: %s", n.stdout)
	live := digestLine.FindStringSubmatch(n.stdout.String())
	replay := replayLine.FindStringSubmatch(n.stdout.String())
	require.NotNil(n, live, n.stdout)
	require.NotNil(n, replay, n.stdout)
	again, err := exec.Command(icsim, strings.Fields(replay[1])...).Output()
	require.NoError(n, err, "the replay: %s", again)
	require.Contains(n, string(again), "\n"+live[0]+"\n", "the replay's digest is another")
	n.Logf("the session and its replay have the digest %s", live[1])
}

// node runs a script of testdata beside the packages, where Node looks for them, and gives what it printed.
func (n *network) node(script string, args ...string) string {
	n.Helper()
	beside := filepath.Join(n.dir, "scripts")
	require.NoError(n, os.MkdirAll(beside, 0o777))
	scripts, err := filepath.Glob("testdata/*.mjs")
	require.NoError(n, err)
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		require.NoError(n, err)
		require.NoError(n, os.WriteFile(filepath.Join(beside, filepath.Base(path)), text, 0o666))
	}
	cmd := exec.Command("node", append([]string{"scripts/" + script}, args...)...)
	cmd.Dir = n.dir
	cmd.Stderr = &strings.Builder{}
	out, err := cmd.Output()
	n.Logf("%s\n%s", script, out)
	require.NoError(n, err, "%s", cmd.Stderr)
	return string(out)
}

// described gives the subnets to a script.
func (n *network) described() string {
	text, err := json.Marshal(n.subnets)
	require.NoError(n, err)
	return string(text)
}

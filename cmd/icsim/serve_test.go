package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// interrupt runs a command that serves, presses Ctrl-C when it has told its address, and keeps what it printed:
// interrupt OUT icsim serve x.yaml
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	bin, _, _ := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator))
	cmd := exec.Command(filepath.Join(bin, args[1]), args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	defer func() { _ = cmd.Process.Kill() }()
	var said strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "http://") {
			ts.Check(cmd.Process.Signal(syscall.SIGINT))
		}
	}
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("%v: %v\n%s%s", args[1:], err, &stdout, &said)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), stdout.Bytes(), 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("said.txt"), []byte(said.String()), 0o666))
}

// same demands that two files have the same match of a pattern.
func same(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[0])
	a, b := pattern.FindString(ts.ReadFile(args[1])), pattern.FindString(ts.ReadFile(args[2]))
	if a == "" || a != b {
		ts.Fatalf("%s has %q, %s has %q", args[1], a, args[2], b)
	}
}

// cut takes the last lines off a file, and half of the one before them, as a crash does.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:2*len(text)/3]), 0o666))
}

func TestServeSaysThatThePortIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	f := serveFlags{file: "quickstart", listen: taken.Addr().String(), clock: "auto", factor: 1, seed: 1, record: noRecord}
	err = f.run(t.Context(), io.Discard, io.Discard)
	require.ErrorContains(t, err, "--listen "+taken.Addr().String()+": ")
	require.ErrorContains(t, err, "address already in use")
}

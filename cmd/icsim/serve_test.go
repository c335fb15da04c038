package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/envelope"
	"icsim/sim/gateway"
	"icsim/sim/gateway/live"
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

// A synchronous call stays open for as long as the network takes, though that is many times what a client may take to send it; a client
// that sends a part and no more is cut off.
func TestOpenCallsOutliveTheTimeToSendThem(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.yaml")
	require.NoError(t, os.WriteFile(file, []byte("name: one\nabout: a subnet\nduration: 1m\ncrypto: ideal\nsubnets:\n"+
		"  - { name: app, nodes: 4 }\n"), 0o666))
	f := serveFlags{file: file, seed: 1, record: noRecord}
	spec, err := (&runFlags{file: file, workers: 1}).spec()
	require.NoError(t, err)
	spec.Genesis = time.Now().UTC()
	genesis := uint64(spec.Genesis.UnixNano())
	runner, _, err := f.open(spec)
	require.NoError(t, err)
	defer func() { _, _ = runner.Close() }()
	agents := gateway.NewAgents(runner, genesis, "test")
	require.NoError(t, agents.Await(t.Context()))

	granted := patience{head: 50 * time.Millisecond, read: 50 * time.Millisecond, idle: time.Second}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := granted.server(agents)
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	nobody := protocol.CanisterID(0)
	calls := envelope.Endpoint{Operation: envelope.Call, Version: 4, ID: nobody.Principal()}
	content := protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: nobody, Method: "inc", Arg: []byte("DIDL\x00\x00"), Expiry: protocol.Time(4 * time.Minute),
	}
	body := calls.Ask(&content, genesis)
	answered := make(chan string, 1)
	go func() {
		r, err := http.Post("http://"+listener.Addr().String()+calls.Path(), envelope.ContentType, bytes.NewReader(body))
		if err != nil {
			answered <- err.Error()
			return
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		answered <- fmt.Sprintf("%d %v %s", r.StatusCode, err, text)
	}()
	require.Eventually(t, func() bool {
		open := 0
		_ = runner.Look(func(_ *sim.Session, s live.Status) { open = s.Open })
		return open == 1
	}, 10*time.Second, time.Millisecond)
	select { // virtual time stands: nobody answers
	case answer := <-answered:
		t.Fatal(answer)
	case <-time.After(8 * granted.read):
	}
	require.NoError(t, runner.Step(20*time.Second))
	require.Regexp(t, `^200 <nil> (?s:.*)IC0301`, <-answered)

	slow, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer slow.Close()
	_, err = fmt.Fprintf(slow, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\nContent-Length: 99\r\n\r\nsome", calls.Path())
	require.NoError(t, err)
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = io.ReadAll(slow)
	require.NoError(t, err, "it is cut off")
}

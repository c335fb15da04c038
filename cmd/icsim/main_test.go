package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"icsim/metrics"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/explore"
)

var rewriting = flag.Bool("rewrite", false, "write what commands print into the scripts that compare it")

func TestMain(m *testing.M) {
	if os.Getenv(cacheVariable) == "" {
		os.Setenv(cacheVariable, "off") // tests leave nothing behind
	}
	if os.Getenv(asCommand) != "" {
		os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){
		"icsim": func() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// The contract of design.md, section 5, as its users meet it.
func TestScript(t *testing.T) {
	compiled := t.TempDir() // for all scripts
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *rewriting,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"digest":    digest,
			"fields":    fields,
			"unhex":     unhex,
			"interrupt": interrupt,
			"same":      same,
			"cut":       cut,

			"samedigest": samedigest,
			"replays":    replays,
			"tear":       tear,
			"tells":      tells,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv(cacheVariable, compiled)
			return goEnvironment(t, e)
		},
	})
}

// goEnvironment lets scripts compile Go: with the caches of whoever runs the test, and with this checkout as module icsim.
func goEnvironment(t *testing.T, e *testscript.Env) error {
	said, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		return nil // without Go: the scripts that need it say so
	}
	bin, _, _ := strings.Cut(e.Getenv("PATH"), string(os.PathListSeparator))
	e.Setenv("BIN", bin) // where icsim is, and Go is not
	caches := strings.Fields(string(said))
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	e.Setenv("GOCACHE", caches[0])
	e.Setenv("GOMODCACHE", caches[1])
	e.Setenv("GOPROXY", "off")
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go .*\n`).Find(ours)
	mod := filepath.Join(e.WorkDir, "go.mod")
	if text, err := os.ReadFile(mod); err == nil {
		return os.WriteFile(mod, append(append(text, version...), "replace icsim => "+root+"\n"...), 0o644)
	}
	return nil
}

// samedigest demands that two JSON files, of runs or outcomes, have one digest.
func samedigest(ts *testscript.TestScript, _ bool, args []string) {
	var digests [2]string
	for i := range digests {
		var r sim.Result
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[i])), &r))
		digests[i] = r.Digest
	}
	if len(digests[0]) != 64 || digests[0] != digests[1] {
		ts.Fatalf("%s has digest %q, %s has %q", args[0], digests[0], args[1], digests[1])
	}
}

// replays demands that the runs of a guided sweep which varied a scenario have the digests of the drawings that they name.
func replays(ts *testscript.TestScript, _ bool, args []string) {
	varied := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var o explore.Outcome
		if ts.Check(json.Unmarshal([]byte(line), &o)); o.Redraw == "" {
			continue
		}
		varied++
		seed := strings.TrimPrefix(o.Scenario, "swarm-")
		ts.Check(ts.Exec("icsim", append([]string{"sweep", "--swarm", "--seeds", seed, "--redraw", o.Redraw, "--json"}, args[1:]...)...))
		var again explore.Outcome
		ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &again))
		if again.Digest != o.Digest {
			ts.Fatalf("seed %d has digest %s, its drawing %s", o.Seed, o.Digest, again.Digest)
		}
	}
	if varied == 0 {
		ts.Fatalf("no scenario was varied")
	}
}

// tear takes the last half line off a file, as a process that is killed does.
func tear(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	last := strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:(last+len(text))/2]), 0o644))
}

// tells demands that a text has the digest of a result.
func tells(ts *testscript.TestScript, _ bool, args []string) {
	var r sim.Result
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &r))
	if !strings.Contains(ts.ReadFile(args[0]), "digest "+r.Digest) {
		ts.Fatalf("%s does not tell the digest %s", args[0], r.Digest)
	}
}

// unhex writes a file whose bytes another one has in hexadecimal.
func unhex(ts *testscript.TestScript, _ bool, args []string) {
	code, err := hex.DecodeString(strings.Join(strings.Fields(ts.ReadFile(args[0])), ""))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), code, 0o644))
}

// exits runs a command and demands its exit status: exits 3 icsim run x.yaml
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	status := 0
	var e *exec.ExitError
	if errors.As(err, &e) {
		status = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if status != want {
		ts.Fatalf("%s exits %d, expected %d", strings.Join(args[1:], " "), status, want)
	}
}

// digest runs icsim with arguments and compares the digest with that of the first such run of the script.
func digest(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("icsim", append(args, "--json")...))
	var r sim.Result
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &r))
	switch first := ts.Getenv("DIGEST"); {
	case len(r.Digest) != 64:
		ts.Fatalf("%q is no digest", r.Digest)
	case first == "":
		ts.Setenv("DIGEST", r.Digest)
	case first != r.Digest:
		ts.Fatalf("icsim %s: digest %s, expected %s", strings.Join(args, " "), r.Digest, first)
	}
}

// fields demands that a JSON file has these, as in subnets.0.finalization_ms.p50.
func fields(ts *testscript.TestScript, _ bool, args []string) {
	var all any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &all))
	for _, path := range args[1:] {
		at := all
		for _, key := range strings.Split(path, ".") {
			switch v := at.(type) {
			case map[string]any:
				found, ok := v[key]
				if !ok {
					ts.Fatalf("no field %s of %s", key, path)
				}
				at = found
			case []any:
				i, err := strconv.Atoi(key)
				ts.Check(err)
				if i >= len(v) {
					ts.Fatalf("no item %d of %s", i, path)
				}
				at = v[i]
			default:
				ts.Fatalf("%s: nothing below %v", path, at)
			}
		}
	}
}

func TestPanicsInARunAreReportedWithTheirReplay(t *testing.T) {
	f := runFlags{file: "my.yaml", seed: 7, crypto: "ideal", workers: 1}
	_, err := f.simulate(&sim.Config{Subnets: make([]sim.Subnet, 1), Crypto: "ideal"}, nil)
	var e *exit
	require.ErrorAs(t, err, &e)
	require.Equal(t, statusBug, e.status)
	require.ErrorContains(t, e.err, "replay: icsim run my.yaml --seed 7 --crypto ideal")
}

func TestInterruptIsSeen(t *testing.T) {
	hit, stop := interrupts()
	defer stop()
	require.False(t, hit.Load())
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	require.Eventually(t, hit.Load, 1e10, 1e6)
}

func TestStatusIsThatOfTheGravestFailure(t *testing.T) {
	status := func(r *sim.Result) int {
		var e *exit
		if errors.As(verdict(r), &e) {
			return e.status
		}
		return statusOK
	}
	ok, safety := sim.CheckResult{OK: true, Kind: check.Safety}, sim.CheckResult{Kind: check.Safety}
	liveness, expect := sim.CheckResult{Kind: check.Liveness}, sim.CheckResult{Kind: check.Expect}
	require.Equal(t, 0, status(&sim.Result{Checks: []sim.CheckResult{ok}}))
	require.Equal(t, 2, status(&sim.Result{Checks: []sim.CheckResult{ok, liveness, safety}}))
	require.Equal(t, 3, status(&sim.Result{Checks: []sim.CheckResult{ok, liveness}}))
	require.Equal(t, 3, status(&sim.Result{Checks: []sim.CheckResult{expect}}))
	require.Equal(t, 3, status(&sim.Result{Checks: []sim.CheckResult{ok}, Partial: true}), "an interrupted run proves nothing")
}

func TestSummaryFitsItsReader(t *testing.T) {
	r := &sim.Result{
		Scenario: "s", Partial: true, VirtualSeconds: 3, WallSeconds: 1, Events: 1234567,
		Subnets: []sim.SubnetResult{{Name: "app", FinalizationMS: metrics.Summary{P50: 1, P90: 2, P99: 3}}},
		Checks: []sim.CheckResult{
			{Name: "agreement", Kind: check.Safety, Detail: "two blocks"}, {Name: "progress", Kind: check.Liveness, OK: true},
		},
		Violations: []sim.ViolationResult{{Check: "agreement", Node: "app/1", Height: 5, EventKey: "1/2/3"}},
		Timeline:   []sim.Moment{{AtSeconds: 1, What: "x at height 1"}, {AtSeconds: 2, What: "x at height 2"}},
	}
	plain, coloured := summary(r, false), summary(r, true)
	require.NotContains(t, plain, "\x1b", "colours are for terminals")
	require.Contains(t, coloured, "\x1b")
	for _, want := range []string{"partial", "1,234,567 events", "1 / 2 / 3", "(and 1 times more)", "agreement: two blocks",
		"on app/1, height 5, event 1/2/3", "safety violated"} {
		require.Contains(t, plain, want)
	}
}

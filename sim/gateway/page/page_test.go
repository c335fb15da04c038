package page

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/candid"
	"icsim/canister/library"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/adversary"
	"icsim/sim/check"
	"icsim/sim/gateway"
	"icsim/sim/gateway/live"
	"icsim/sim/gateway/visitor"
	"icsim/sim/network"
)

// A reader uses the page of a small session: a subnet of four nodes, and one of one node.
type reader struct {
	*testing.T
	server *httptest.Server
	runner *live.Runner
}

func visit(t *testing.T, mode live.Mode, canisters ...sim.Canister) *reader {
	t.Helper()
	paths, err := network.Uniform(20*time.Millisecond, 0)
	require.NoError(t, err)
	subnet := func(name string, nodes int) sim.Subnet {
		return sim.Subnet{
			Name: name, Places: make([]int, nodes), UnitDelay: time.Second, InitialNotaryDelay: 300 * time.Millisecond,
			DKGIntervalLength: 49, MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		}
	}
	session, err := sim.Open(&sim.Config{
		Name: "small", Seed: 1, Genesis: sim.DefaultGenesis, Crypto: "ideal", Paths: paths, Bounds: check.DefaultBounds(),
		Subnets:   []sim.Subnet{subnet("app", 4), subnet("other", 1)},
		Canisters: canisters,
		Attackers: []adversary.Assignment{{Node: 3, Strategies: []string{"no-relay"}}},
	})
	require.NoError(t, err)
	runner := live.Start(session, live.Config{Mode: mode, Factor: 1})
	service, err := candid.ParseDID(library.Interface("counter"))
	require.NoError(t, err)
	user, err := visitor.New(runner, sim.DefaultGenesis)
	require.NoError(t, err)
	server := httptest.NewServer(New(runner, user, Scene{
		Name: "small", Seed: 1, Crypto: "ideal", Genesis: sim.DefaultGenesis,
		Subnets: []Subnet{{Name: "app", ID: "aaaaa-aa"}, {Name: "other", ID: "bbbbb-bb"}},
		Nodes:   []string{"app/0", "app/1", "app/2", "app/3", "other/0"}, Places: []Place{{Name: "here"}},
		Canisters: []Canister{{Name: "tally", Subnet: "app", Interface: service}},
		Rename:    func(text string) string { return strings.ReplaceAll(text, "n1", "app/1") },
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		_, err := runner.Close()
		require.True(t, err == nil || err == live.ErrClosed)
	})
	return &reader{t, server, runner}
}

func (v *reader) do(method, path, body string, headers ...string) (int, string, http.Header) {
	v.Helper()
	r, err := http.NewRequest(method, v.server.URL+path, strings.NewReader(body))
	require.NoError(v, err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(v, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(v, err)
	return answer.StatusCode, string(text), answer.Header
}

func (v *reader) state() (s State) {
	v.Helper()
	status, text, _ := v.do("GET", "/page/api/state", "")
	require.Equal(v, 200, status, text)
	require.NoError(v, json.Unmarshal([]byte(text), &s))
	return s
}

func (v *reader) control(order string) {
	v.Helper()
	status, text, _ := v.do("POST", "/page/api/control", order)
	require.Equal(v, 200, status, text)
}

func TestTimeMovesStopsAndSteps(t *testing.T) {
	v := visit(t, live.Real)
	began := v.state()
	moved := func() bool { return v.state().Subnets[0].Finalized > began.Subnets[0].Finalized }
	require.Eventually(t, moved, 20*time.Second, 20*time.Millisecond)
	v.control(`{"action": "pause"}`)
	before := v.state()
	require.True(t, before.Paused)
	require.Equal(t, before.At, v.state().At)
	v.control(`{"action": "step", "ms": 2500.25}`)
	after := v.state()
	require.InDelta(t, before.At+2.50025, after.At, 1e-9, "exactly what was asked")
	require.Greater(t, after.Subnets[0].Finalized, before.Subnets[0].Finalized)
	v.control(`{"action": "step", "rounds": 3, "subnet": "other"}`)
	require.Equal(t, after.Subnets[1].Finalized+3, v.state().Subnets[1].Finalized)
	v.control(`{"action": "speed", "factor": 4}`)
	require.True(t, v.state().Paused, "another speed does not end a pause")
	v.control(`{"action": "resume"}`)
	s := v.state()
	require.Equal(t, live.Real, s.Mode)
	require.Equal(t, 4.0, s.Factor)
	require.False(t, s.Paused)
}

func TestStateTellsWhatIsThere(t *testing.T) {
	v := visit(t, live.Manual)
	v.control(`{"action": "step", "ms": 5000}`)
	v.state()
	v.control(`{"action": "step", "ms": 5000}`)
	s := v.state()
	require.Equal(t, 10.0, s.At)
	require.Equal(t, "small", s.Scene.Name)
	require.Equal(t, 4, s.Subnets[0].Size)
	require.InDelta(t, float64(s.Subnets[0].Finalized)/10, s.Subnets[0].BlockRate, 0.2)
	require.InDelta(t, 400, s.Subnets[0].Finalization, 200)
	require.Equal(t, []string{"no-relay"}, s.Nodes[3].Strategies)
	require.Equal(t, "other/0", s.Nodes[4].Name)
	require.Equal(t, sim.NodeUp, s.Nodes[0].State)
	require.InDelta(t, float64(s.Subnets[0].Finalized), float64(s.Nodes[0].Finalized), 1)
	require.Greater(t, s.Nodes[0].SentRate, 1000.0)
	require.Len(t, s.Traffic, len(s.Links))
	require.Equal(t, [3]int{0, 0, 0}, s.Links[0])
	require.NotEqual(t, byte('0'), s.Traffic[0])

	var got struct{ Heights []HeightState }
	status, text, _ := v.do("GET", "/page/api/blocks?subnet=app", "")
	require.Equal(t, 200, status, text)
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	for i, h := range got.Heights[:len(got.Heights)-2] {
		require.Equal(t, got.Heights[0].Height+uint64(i), h.Height)
		finals := 0
		for _, b := range h.Blocks {
			if b.Finalized.Node == "" {
				continue
			}
			finals++
			require.GreaterOrEqual(t, len(b.Notarizers), 3, "n − f sign")
			require.LessOrEqual(t, b.Notarized.MS, b.Finalized.MS)
			require.LessOrEqual(t, b.Finalized.MS, b.Majority)
			require.Contains(t, b.Maker, "app/")
		}
		require.Equal(t, 1, finals, "height %d", h.Height)
	}
}

func TestFaultsComeAndGo(t *testing.T) {
	v := visit(t, live.Manual)
	v.control(`{"action": "step", "ms": 2000}`)
	order := func(fault string) {
		v.control(fmt.Sprintf(`{"action": "fault", "fault": %q, "nodes": ["app/1"]}`, fault))
	}
	refused := func(fault, why string) {
		status, text, _ := v.do("POST", "/page/api/control", fmt.Sprintf(`{"action": "fault", "fault": %q, "nodes": ["app/1"]}`, fault))
		require.Equal(t, 400, status)
		require.Contains(t, text, why)
	}
	refused("restart", "app/1 is up")
	order("crash")
	require.Equal(t, sim.NodeDown, v.state().Nodes[1].State)
	refused("crash", "app/1 is down")
	order("restart")
	v.control(`{"action": "step", "ms": 1}`)
	require.Equal(t, sim.NodeUp, v.state().Nodes[1].State)
	order("pause")
	require.Equal(t, sim.NodePaused, v.state().Nodes[1].State)
	order("resume")
	refused("heal", "not cut off")
	order("cut")
	s := v.state()
	require.True(t, s.Nodes[1].Cut)
	require.False(t, s.Nodes[0].Cut, "the larger side")
	require.Len(t, s.Faults, 2)
	v.control(`{"action": "step", "ms": 20000}`)
	s = v.state()
	require.Less(t, s.Nodes[1].Finalized+10, s.Nodes[0].Finalized, "it hears nothing")
	order("heal")
	v.control(`{"action": "step", "ms": 30000}`)
	s = v.state()
	require.Empty(t, s.Faults)
	require.InDelta(t, float64(s.Nodes[0].Finalized), float64(s.Nodes[1].Finalized), 2, "it has caught up")
	require.Equal(t, "crash app/1", s.Timeline[0].What)
}

func TestCallsReturn(t *testing.T) {
	module, err := library.Module()
	require.NoError(t, err)
	arg, err := library.Arg("counter", nil)
	require.NoError(t, err)
	v := visit(t, live.Auto, sim.Canister{Name: "tally", Module: module, Library: true, Arg: arg, Cycles: protocol.CyclesOf(1e14)})
	require.NoError(t, gateway.NewAgents(v.runner, sim.DefaultGenesis, "test").Await(t.Context()))
	asked := v.state().Requests.Answered
	for _, want := range []string{"(1 : nat64)", "(2 : nat64)"} {
		status, text, _ := v.do("POST", "/page/api/call", `{"canister": "tally", "method": "inc", "kind": "update"}`)
		require.Equal(t, 200, status, text)
		var r result
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		require.Equal(t, want, r.Reply)
		require.Greater(t, r.TookMS, 100.0)
	}
	require.Equal(t, RequestState{0, asked + 2}, v.state().Requests)
	status, text, _ := v.do("GET", "/page/api/canister?id=tally", "")
	require.Equal(t, 200, status)
	require.Contains(t, text, `{"name":"inc","kind":"update","args":"()","results":"(nat64)"}`)
}

func TestBadInputIsRefusedWithItsReason(t *testing.T) {
	v := visit(t, live.Manual)
	for _, c := range []struct {
		path, body string
		status     int
		why        string
	}{
		{"control", `{"action": "fly"}`, 400, "want pause, resume, step, speed, mode or fault"},
		{"control", `{"action": "pause", "colour": 1}`, 400, "unknown field"},
		{"control", `{"action": "pause"} {}`, 400, "there is more after it"},
		{"control", ``, 400, "no JSON object"},
		{"control", `{"action": "step"}`, 400, "either rounds or ms"},
		{"control", `{"action": "step", "ms": -1}`, 400, "more than 0"},
		{"control", `{"action": "step", "ms": 1e300}`, 400, "at most 600000"},
		{"control", `{"action": "step", "rounds": 1, "subnet": "moon"}`, 400, "want one of app, other"},
		{"control", `{"action": "speed", "factor": 0}`, 400, "want a number from 0.001 to 1000"},
		{"control", `{"action": "mode", "mode": "warp"}`, 400, "want auto, real or manual"},
		{"control", `{"action": "fault", "fault": "crash", "nodes": ["app/9"]}`, 400, "there is no node"},
		{"control", `{"action": "fault", "fault": "burn", "nodes": ["app/1"]}`, 400, "crash, restart, pause, resume, cut, heal"},
		{"control", `{"action": "fault", "fault": "crash"}`, 400, "of which nodes"},
		{"call", `{"canister": "tally", "method": "inc", "kind": "shout"}`, 400, "want update or query"},
		{"call", `{"canister": "tally", "method": "fly", "kind": "update"}`, 400, "no method fly; it has"},
		{"call", `{"canister": "tally", "method": "inc", "arg": "(1", "kind": "update"}`, 400, "argument"},
		{"call", `{"canister": "nobody", "method": "inc", "kind": "update"}`, 400, "no canister of the scenario"},
		{"blurb", `{}`, 404, "want state, stream"},
		{"state", `{}`, 405, "asked by GET"},
	} {
		status, text, head := v.do("POST", "/page/api/"+c.path, c.body)
		require.Equal(t, c.status, status, "%s: %s", c.body, text)
		require.Contains(t, text, c.why)
		require.Contains(t, text, `{"error":"`)
		require.Equal(t, "application/json; charset=utf-8", head.Get("Content-Type"))
	}
	status, _, _ := v.do("POST", "/page/api/control", `{"action":"`+strings.Repeat("x", maxBody)+`"}`)
	require.Equal(t, 413, status)
	status, _, _ = v.do("GET", "/page/api/control", "")
	require.Equal(t, 405, status, "a GET changes nothing")
}

// A page from elsewhere that is open in the same browser must not get at the session.
func TestOtherPagesAreKeptOut(t *testing.T) {
	v := visit(t, live.Manual)
	crash := `{"action": "fault", "fault": "crash", "nodes": ["app/1"]}`
	for _, headers := range [][]string{
		{"Origin", "https://example.org"}, {"Origin", "null"}, {"Origin", "http://127.0.0.1:1"},
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
		{"Host", "rebound.example.org"}, {"Host", "canister.localhost:8000"},
	} {
		status, text, _ := v.do("POST", "/page/api/control", crash, headers...)
		require.Equal(t, 403, status, "%v: %s", headers, text)
	}
	status, _, _ := v.do("POST", "/page/api/control", crash, "Content-Type", "text/plain")
	require.Equal(t, 415, status, "what a form can send")
	require.Equal(t, sim.NodeUp, v.state().Nodes[1].State)
	status, _, _ = v.do("POST", "/page/api/control", crash, "Origin", v.server.URL, "Sec-Fetch-Site", "same-origin")
	require.Equal(t, 200, status)
}

func TestStreamTellsWhatChanges(t *testing.T) {
	v := visit(t, live.Real)
	answer, err := http.Get(v.server.URL + "/page/api/stream")
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, "text/event-stream; charset=utf-8", answer.Header.Get("Content-Type"))
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	next := func() (s State) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(t, json.Unmarshal([]byte(data), &s))
				return s
			}
		}
		t.Fatal("the stream ended")
		return s
	}
	first := next()
	require.NotNil(t, first.Scene)
	second, third := next(), next()
	require.Nil(t, second.Scene)
	require.Nil(t, second.Nodes[0].NodeScene)
	require.Greater(t, second.At, first.At)
	require.Greater(t, third.At, second.At)
	_, err = v.runner.Close()
	require.NoError(t, err)
	rest, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, string(rest), "event: over")
	status, text, _ := v.do("GET", "/page/api/state", "")
	require.Equal(t, 503, status)
	require.Contains(t, text, live.ErrClosed.Error())
}

func TestListenersAreBounded(t *testing.T) {
	v := visit(t, live.Manual)
	for range maxListeners {
		answer, err := http.Get(v.server.URL + "/page/api/stream")
		require.NoError(t, err)
		require.Equal(t, 200, answer.StatusCode)
		defer answer.Body.Close()
	}
	status, text, _ := v.do("GET", "/page/api/stream", "")
	require.Equal(t, 503, status)
	require.Contains(t, text, "close one")
}

func TestPartsAreServedUnderAPolicy(t *testing.T) {
	v := visit(t, live.Manual)
	for path, kind := range map[string]string{
		"/": "text/html", "/page/main.js": "text/javascript", "/page/page.css": "text/css", "/page/icon.svg": "image/svg",
	} {
		status, _, head := v.do("GET", path, "")
		require.Equal(t, 200, status, path)
		require.Contains(t, head.Get("Content-Type"), kind)
		require.Equal(t, policy, head.Get("Content-Security-Policy"))
	}
	status, _, _ := v.do("GET", "/elsewhere", "")
	require.Equal(t, 404, status)
}

// The page as a person uses it: the quickstart with its crash and its cut, in a browser.
func TestPageInABrowser(t *testing.T) {
	dir := os.Getenv("E2E")
	if dir == "" {
		t.Skip("the environment variable E2E names no directory of Node packages: run make e2e")
	}
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "playwright-core")); err != nil {
		t.Skip("no playwright-core in the directory that E2E names")
	}
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	serve := exec.Command(filepath.Join(root, "bin", "icsim"), "serve", "quickstart", "--listen", "127.0.0.1:0", "--record", "none")
	said, err := serve.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, serve.Start(), "make build comes first")
	defer func() {
		require.NoError(t, serve.Process.Signal(os.Interrupt))
		_ = serve.Wait() // what it found of the quickstart is not what is tested
	}()
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "http://") {
			address = lines.Text()
		}
	}
	require.NotEmpty(t, address)
	pictures := filepath.Join(dir, "page")
	require.NoError(t, os.MkdirAll(pictures, 0o777))
	out, err := exec.Command("node", "testdata/page.mjs", modules, address, pictures).CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err)
}

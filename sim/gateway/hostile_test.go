package gateway

import (
	"bytes"
	"context"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/envelope"
)

// Each wrong request has its status, and a text that says what is wrong.
func TestStatuses(t *testing.T) {
	n := serve(t, "ideal")
	u := n.user(1)
	call, _ := u.signed(calls, u.content("inc"))
	query, _ := u.signed(queries, u.content("get"))
	update, _ := u.signed(queries, u.content("inc"))
	late := u.content("get")
	late.Expiry -= protocol.Time(10 * time.Minute)
	expired, _ := u.signed(queries, late)
	forged := bytes.Clone(query)
	forged[bytes.Index(forged, []byte("sender_sig"))+20] ^= 1
	probe, time := envelope.Probe(tally.Principal()) // of a subnet that is none
	v2, nowhere, other, v9 := *calls, *queries, *queries, *calls
	v2.Version, v9.Version = 2, 9
	nowhere.ID, other.ID = protocol.CanisterID(1<<40).Principal(), protocol.CanisterID(5).Principal()
	for name, c := range map[string]struct {
		method, path, kind string
		body               []byte
		status             int
		text               string
	}{
		"a query":              {"POST", queries.Path(), envelope.ContentType, query, 200, "replied"},
		"a query of an update": {"POST", queries.Path(), envelope.ContentType, update, 200, "IC0536"},
		"a call":               {"POST", calls.Path(), envelope.ContentType, call, 200, "replied"},
		"an asynchronous call": {"POST", v2.Path(), envelope.ContentType, call, 202, ""},
		"status":               {"GET", "/api/v2/status", "", nil, 200, "healthy"},
		"status by POST":       {"POST", "/api/v2/status", "", nil, 405, "status is asked by GET"},
		"before a page asks":   {"OPTIONS", calls.Path(), "", nil, 204, ""},
		"no such path":         {"POST", v9.Path(), envelope.ContentType, call, 404, "no endpoint call of a canister in version v9"},
		"no principal":         {"POST", "/api/v2/canister/a/call", envelope.ContentType, call, 400, "is no principal"},
		"by GET":               {"GET", calls.Path(), "", nil, 405, "this endpoint takes POST"},
		"as text":              {"POST", calls.Path(), "text/plain", call, 400, "Content-Type has to be application/cbor"},
		"empty":                {"POST", calls.Path(), envelope.ContentType, nil, 400, "malformed request: EOF"},
		"junk":                 {"POST", calls.Path(), envelope.ContentType, []byte("junk"), 400, "malformed request: "},
		"too large":            {"POST", calls.Path(), envelope.ContentType, make([]byte, maxBody+1), 413, "larger than 5 MiB"},
		"forged":               {"POST", queries.Path(), envelope.ContentType, forged, 400, "Invalid signature: "},
		"expired":              {"POST", queries.Path(), envelope.ContentType, expired, 400, "Invalid request expiry: "},
		"nowhere":              {"POST", nowhere.Path(), envelope.ContentType, query, 400, "canister_not_found"},
		"another canister":     {"POST", other.Path(), envelope.ContentType, query, 400, "does not match"},
		"no such subnet":       {"POST", probe.Path(), envelope.ContentType, time, 400, "subnet_not_found"},
	} {
		r, err := http.NewRequest(c.method, n.URL+c.path, bytes.NewReader(c.body))
		require.NoError(t, err)
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		answer, err := n.Client().Do(r)
		require.NoError(t, err, name)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err, name)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, c.status, answer.StatusCode, "%s: %s", name, text)
		require.Contains(t, string(text), c.text, name)
		require.Equal(t, "*", answer.Header.Get("Access-Control-Allow-Origin"), name)
	}
}

// Ten thousand requests of which most are damaged, from hundreds of clients at once, of which some hang up in the middle and some are slow:
// each gets a status that is its due, nothing crashes, and afterwards all is as before.
func TestHostileClients(t *testing.T) {
	if os.Getenv("E2E") == "" {
		t.Skip("it takes a minute: run make e2e")
	}
	n := serve(t, "ideal")
	storm := func(clients, each int) {
		var done sync.WaitGroup
		for i := range clients {
			done.Go(func() { n.harass(t, rand.New(rand.NewPCG(1, uint64(i))), n.user(byte(i)), each) })
		}
		done.Wait()
	}
	rest := func() (goroutines int, heap uint64) {
		n.Client().CloseIdleConnections()
		require.Eventually(t, func() bool {
			open := 0
			require.NoError(t, n.runner.Do(func(*sim.Session) {}))
			open = len(n.agents.open)
			return open == 0 && runtime.NumGoroutine() < 60
		}, time.Minute, 10*time.Millisecond, "requests stay open")
		heap = math.MaxUint64
		for range 3 { // what nodes keep of an interval comes and goes with its heights: the floor is what stays
			require.NoError(t, n.runner.Step(10*time.Minute)) // what the network keeps of calls has had its time
			var m runtime.MemStats
			runtime.GC()
			runtime.GC()
			runtime.ReadMemStats(&m)
			heap = min(heap, m.HeapAlloc)
		}
		return runtime.NumGoroutine(), heap
	}
	storm(500, 2)
	require.NoError(t, n.runner.Step(30*time.Minute)) // a young network's pools still grow, without any client
	goroutines, heap := rest()
	storm(500, 20)
	after, heapAfter := rest()
	t.Logf("%d goroutines and %d KiB before, %d and %d after", goroutines, heap>>10, after, heapAfter>>10)
	require.LessOrEqual(t, after, goroutines+goroutines/10)
	require.LessOrEqual(t, heapAfter, heap+heap/10)
	status, answer, err := n.post(queries.Path(), queries.Ask(n.user(1).content("get"), n.genesis))
	require.NoError(t, err)
	require.Equal(t, 200, status, "%s", answer)
}

// harass sends requests of which most are damaged.
func (n *served) harass(t *testing.T, r *rand.Rand, u *user, requests int) {
	address := strings.TrimPrefix(n.URL, "http://")
	for range requests {
		e := []*envelope.Endpoint{calls, queries}[r.IntN(2)]
		body, _ := u.signed(e, u.content([]string{"inc", "get", "nothing"}[r.IntN(3)]))
		switch r.IntN(10) {
		case 0: // hangs up in the middle of the body
			if c, err := net.Dial("tcp", address); err == nil {
				_, _ = io.WriteString(c, "POST "+e.Path()+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\nContent-Length: 9999\r\n\r\n")
				_, _ = c.Write(body)
				_ = c.Close()
			}
			continue
		case 1: // hangs up before the answer
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.IntN(5_000))*time.Microsecond)
			q, err := http.NewRequestWithContext(ctx, "POST", n.URL+e.Path(), bytes.NewReader(body))
			if err == nil {
				q.Header.Set("Content-Type", envelope.ContentType)
				if answer, err := n.Client().Do(q); err == nil {
					_ = answer.Body.Close()
				}
			}
			cancel()
			continue
		case 2: // a byte at a time
			body = body[:min(len(body), 40)]
			answer, err := n.Client().Post(n.URL+e.Path(), envelope.ContentType, io.MultiReader(dribble(body)...))
			if err == nil {
				_ = answer.Body.Close()
			}
			continue
		case 3:
			body = make([]byte, r.IntN(2000))
			for i := range body {
				body[i] = byte(r.Uint32())
			}
		case 4, 5, 6:
			for range 1 + r.IntN(4) {
				body[r.IntN(len(body))] ^= 1 << r.IntN(8)
			}
		case 7:
			body = body[:r.IntN(len(body))]
		}
		status, answer, err := n.post(e.Path(), body)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		switch status {
		case 200, 202, 400, 403, 429:
		default:
			t.Errorf("status %d, %q", status, answer)
		}
	}
}

func dribble(body []byte) (parts []io.Reader) {
	for i := range body {
		parts = append(parts, bytes.NewReader(body[i:i+1]))
	}
	return parts
}

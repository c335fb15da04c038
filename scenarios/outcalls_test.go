package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm"
	"icsim/sim"
)

// All of the shipped scenario, in the ways that must not matter: its golden file and the digests of all have its first seconds.
func TestOutcallsInAllWays(t *testing.T) {
	modules, err := wasm.NewCache("")
	require.NoError(t, err)
	digests := map[string]bool{}
	for _, w := range append([]way{{name: "plain"}}, ways...) {
		if w.procs > 0 {
			continue
		}
		s, err := Load("outcalls")
		require.NoError(t, err)
		s.Crypto = "ideal"
		c, err := s.Compile(3)
		require.NoError(t, err)
		c.Modules = modules
		if w.change != nil {
			w.change(c)
		}
		r, err := sim.Run(c, nil)
		require.NoError(t, err)
		digests[r.Digest] = true
		if !c.NoMetrics {
			requireOK(t, r)
		}
	}
	require.Len(t, digests, 1)
}

func requireOK(t *testing.T, r *sim.Result) {
	t.Helper()
	for i := range r.Checks {
		require.True(t, r.Checks[i].OK, "%+v", r.Checks[i])
	}
}

func runText(t *testing.T, text string) *sim.Result {
	t.Helper()
	s, err := Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	c, err := s.Compile(1)
	require.NoError(t, err)
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	return r
}

// Nodes that crash or are cut off while a server takes its time ask and tell again; a call across subnets is no matter of theirs.
func TestOutcallsThroughTrouble(t *testing.T) {
	requireOK(t, runText(t, `
name: trouble
duration: 60s
crypto: ideal
network: { uniform: 20ms }
subnets: [{ name: app, nodes: 4 }, { name: other, nodes: 4 }]
canisters:
  - { name: oracle, subnet: app, library: fetcher, settings: { keep: usd } }
  - { name: alone, subnet: other, library: fetcher, settings: { replicated: 0, max_response: 100 } }
  - { name: patient, subnet: other, library: fetcher, settings: { replicated: 0 } }
outcalls:
  - { url: "https://slow.example.com", bodies: ['{"usd": 7, "at": 1}', '{"usd": 7, "at": 2}'], delay: 10s }
  - { url: "https://endless.example.com", delay: 31s }
  - { url: "https://large.example.com", body: "`+strings.Repeat("x", 200)+`" }
  - { url: "https://fetched.example.com", body: "`+strings.Repeat("x", 5000)+`" }
faults:
  - { crash: app/0, at: 6s, restart_after: 2s }
  - { cut: app/1, at: 9s, for: 5s }
clients:
  - name: reader
    sequence:
      - { call: oracle.fetch, arg: '("https://slow.example.com")', expect: '(200, "7")' }
      - { call: oracle.fetch, arg: '("https://endless.example.com")', reject: "SYS_TRANSIENT: .* failed: deadline has elapsed" }
  - name: other-reader
    sequence:
      - { call: alone.fetch, arg: '("https://large.example.com")', reject: "SYS_FATAL: Http body exceeds size limit of 100 bytes" }
      - { call: alone.fetch, arg: '("https://nobody.example.com")', reject: "SYS_TRANSIENT: Connecting to nobody.example.com failed: dns" }
      - { call: alone.fetch, arg: '("https://slow.example.com")', expect: any }
      - { call: patient.fetch, arg: '("https://fetched.example.com")', expect: any } # a response too large to be pushed
`))
}

// With f nodes down and one that hears something else there are too few for n − f, and too few to prove it: the call times out.
func TestOutcallsTimeOut(t *testing.T) {
	requireOK(t, runText(t, `
name: too-few
duration: 150s
crypto: ideal
network: { uniform: 20ms }
subnets: [{ name: app, nodes: 13 }]
canisters: [{ name: oracle, subnet: app, library: fetcher }]
outcalls:
  - { url: "https://a.example.com", nodes: app/4, body: lie }
  - { url: "https://a.example.com", body: truth }
faults: [{ crash: app/0..3, at: 1s }]
clients:
  - { name: reader, call: oracle.fetch, arg: '("https://a.example.com")', at: 2s, reject: "SYS_TRANSIENT: Canister http request timed out" }
`))
}

// Whoever signs garbage is not counted, and found out; f of them change nothing.
func TestOutcallsWithCorruptShares(t *testing.T) {
	r := runText(t, `
name: corrupt
duration: 15s
crypto: ideal
network: { uniform: 20ms }
subnets: [{ name: app, nodes: 4 }]
canisters: [{ name: oracle, subnet: app, library: fetcher }]
outcalls: [{ url: "https://a.example.com", body: truth }]
attackers: [{ nodes: app/3, strategies: corrupt-shares }]
clients:
  - name: reader
    sequence:
      - { call: oracle.fetch, arg: '("https://a.example.com")', expect: '(200, "truth")' }
      - { call: oracle.fetch, arg: '("https://a.example.com")', expect: '(200, "truth")' }
`)
	requireOK(t, r)
	require.Positive(t, r.Subnets[0].Invalid)
}

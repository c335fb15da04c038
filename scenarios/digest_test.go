package scenarios

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm"
	"icsim/sim"
	"icsim/sim/trace"
)

// A way is one of the ways to compute a run that must all give its digest (design law 1).
type way struct {
	name   string
	change func(*sim.Config)
	procs  int // GOMAXPROCS; 0: as it is
	quick  bool
}

var ways = []way{
	{name: "again", quick: true},
	{name: "one processor", procs: 1},
	{name: "two processors", procs: 2},
	{name: "two workers", change: func(c *sim.Config) { c.Workers = 2 }, quick: true},
	{name: "no sharing", change: func(c *sim.Config) { c.NoShare = true }, quick: true},
	{name: "no metrics", change: func(c *sim.Config) { c.NoMetrics = true }},
	{name: "trace of notes", change: func(c *sim.Config) { c.Trace = trace.Config{Level: trace.Notes, W: io.Discard} }},
	{name: "trace of messages", change: func(c *sim.Config) { c.Trace = trace.Config{Level: trace.Messages, W: io.Discard} }},
	{name: "trace of everything", change: func(c *sim.Config) { c.Trace = trace.Config{Level: trace.All, W: io.Discard} }, quick: true},
}

// TestDigests runs every shipped scenario in many ways. `make test` runs the first moments of each in the quick ways, with one
// seed and cheap signatures (the quickstart with real ones, too). `make matrix` sets ICSIM_MATRIX to a duration: so much of
// each, in all ways, with three seeds and either scheme.
func TestDigests(t *testing.T) {
	modules, err := wasm.NewCache("")
	require.NoError(t, err)
	m := matrix{length: 2 * time.Second, seeds: 1, modules: modules}
	if full := os.Getenv("ICSIM_MATRIX"); full != "" {
		d, err := time.ParseDuration(full)
		require.NoError(t, err)
		m.length, m.seeds, m.full = d, 3, true
	}
	for _, name := range ShippedNames() {
		for _, scheme := range []string{"ideal", "bls"} {
			if !m.full && (scheme == "bls" && name != "quickstart" || huge[name]) {
				continue
			}
			if spec, err := Load(name); err == nil && spec.NeedsBLS() && scheme == "ideal" {
				continue
			}
			for seed := uint64(1); seed <= m.seeds; seed++ {
				t.Run(fmt.Sprintf("%s/%s/%d", name, scheme, seed), func(t *testing.T) { m.check(t, name, scheme, seed) })
			}
		}
	}
}

type matrix struct {
	length  time.Duration
	seeds   uint64
	full    bool
	modules *wasm.Cache
}

func (m *matrix) check(t *testing.T, name, scheme string, seed uint64) {
	want := m.digest(t, name, scheme, seed, way{}, m.length)
	for _, w := range ways {
		if !w.quick && !m.full {
			continue
		}
		want, length := want, m.length
		if scheme == "bls" && w.name == "no sharing" { // each signature is verified on each node, a millisecond each
			length /= 10
			want = m.digest(t, name, scheme, seed, way{}, length)
		}
		require.Equal(t, want, m.digest(t, name, scheme, seed, w, length), w.name)
	}
	t.Logf("%s", want)
}

func (m *matrix) digest(t *testing.T, name, scheme string, seed uint64, w way, length time.Duration) string {
	spec, err := Load(name)
	require.NoError(t, err)
	spec.Crypto, spec.Duration = scheme, min(spec.Duration, length)
	c, err := spec.Compile(seed)
	require.NoError(t, err)
	c.Modules = m.modules
	if w.change != nil {
		w.change(c)
	}
	if w.procs > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(w.procs))
	}
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	return r.Digest
}

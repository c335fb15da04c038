package scenarios

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim"
	"icsim/sim/trace"
)

// A way is one of the ways to compute a run that must all give its digest (design law 1).
type way struct {
	name   string
	change func(*sim.Config)
	procs  int
}

var ways = []way{
	{name: "again"},
	{name: "one processor", procs: 1},
	{name: "two processors", procs: 2},
	{name: "two workers", change: func(c *sim.Config) { c.Workers = 2 }},
	{name: "no sharing", change: func(c *sim.Config) { c.NoShare = true }},
	{name: "no metrics", change: func(c *sim.Config) { c.NoMetrics = true }},
	{name: "trace of notes", change: func(c *sim.Config) { c.Trace = trace.Config{Level: trace.Notes, W: io.Discard} }},
	{name: "trace of messages", change: func(c *sim.Config) { c.Trace = trace.Config{Level: trace.Messages, W: io.Discard} }},
	{name: "trace of everything", change: func(c *sim.Config) { c.Trace = trace.Config{Level: trace.All, W: io.Discard} }},
}

// TestDigests runs every shipped scenario in every way. `make test` runs the first seconds of each, with one seed;
// `make matrix` (ICSIM_MATRIX set to a duration) as much as that says, with three seeds. Where a real signature of 40 nodes
// would be verified on every node, a twentieth of that has to do.
func TestDigests(t *testing.T) {
	length, seeds := 1500*time.Millisecond, uint64(1)
	if full := os.Getenv("ICSIM_MATRIX"); full != "" {
		d, err := time.ParseDuration(full)
		require.NoError(t, err)
		length, seeds = d, 3
	}
	for _, name := range ShippedNames() {
		for _, scheme := range []string{"ideal", "bls"} {
			for seed := uint64(1); seed <= seeds; seed++ {
				t.Run(fmt.Sprintf("%s/%s/%d", name, scheme, seed), func(t *testing.T) {
					sameInAllWays(t, name, scheme, seed, length)
				})
			}
		}
	}
}

func sameInAllWays(t *testing.T, name, scheme string, seed uint64, length time.Duration) {
	digest := func(w way, length time.Duration) string {
		spec, err := Load(name)
		require.NoError(t, err)
		spec.Crypto, spec.Duration = scheme, min(spec.Duration, length)
		c, err := spec.Compile(seed)
		require.NoError(t, err)
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
	want := digest(way{}, length)
	for _, w := range ways {
		want, length := want, length
		if scheme == "bls" && w.name == "no sharing" { // each signature verified on each node takes seconds
			length /= 20
			want = digest(way{}, length)
		}
		require.Equal(t, want, digest(w, length), w.name)
	}
}

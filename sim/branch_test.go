package sim

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/sim/trace"
)

// traced runs a configuration and gives its result and trace.
func traced(t *testing.T, c *Config) (*Result, string) {
	var b bytes.Buffer
	c.Trace = trace.Config{Level: trace.All, W: &b}
	r, err := Run(c, nil)
	require.NoError(t, err)
	return r, b.String()
}

// A branched history is that of the seed until the branch, another one after it, another one for each branch seed, and always the same.
func TestBranchesGoOnAnotherWay(t *testing.T) {
	whole, plain := traced(t, small(4, 6*time.Second))
	branched := func(at string, seed uint64) (*Result, string) {
		c := small(4, 6*time.Second)
		b, err := ParseBranch(at)
		require.NoError(t, err)
		b.Seed = seed
		c.Branches = []Branch{b}
		return traced(t, c)
	}
	common := func(a, b string) time.Duration {
		d, err := trace.Diff(strings.NewReader(a), strings.NewReader(b))
		require.NoError(t, err)
		require.NotNil(t, d)
		at, err := time.ParseDuration(strings.Fields(d.A)[0] + "s")
		require.NoError(t, err)
		return at
	}
	one, text := branched("3s", 1)
	require.GreaterOrEqual(t, common(plain, text), 3*time.Second)
	require.NotEqual(t, whole.Digest, one.Digest)
	again, _ := branched("3s", 1)
	require.Equal(t, one.Digest, again.Digest)
	two, other := branched("3s", 2)
	require.NotEqual(t, one.Digest, two.Digest)
	require.GreaterOrEqual(t, common(text, other), 3*time.Second)
	require.Less(t, common(text, other), 4*time.Second)

	line := strings.Fields(plain[strings.Index(plain, "\n3.0")+1:]) // an event by its key
	at, err := time.ParseDuration(line[0] + "s")
	require.NoError(t, err)
	var src, seq string
	for _, w := range line[:12] {
		if v, ok := strings.CutPrefix(w, "src="); ok && src == "" {
			src = v
		}
		if v, ok := strings.CutPrefix(w, "seq="); ok && seq == "" {
			seq = v
		}
	}
	key := fmt.Sprintf("%d/%s/%s", at, src, seq)
	_, text = branched(key, 1)
	require.GreaterOrEqual(t, common(plain, text), at)
	c := small(4, 6*time.Second)
	c.Branches = []Branch{{At: 5, Src: 3, Seq: 77, Event: true}}
	_, err = Run(c, nil)
	require.EqualError(t, err, "the history has no event 5/3/77 to branch at")
	for _, bad := range []string{"", "x", "-1s", "1/2", "1/2/x", "-5/1/1", "1/99999999999/1"} {
		_, err := ParseBranch(bad)
		require.Error(t, err, bad)
	}
}

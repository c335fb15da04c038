package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A session of hundreds of requests that came when they came is the same run when it is replayed.
func TestRecordedSession(t *testing.T) {
	for _, clock := range []string{"auto", "real"} {
		t.Run(clock, func(t *testing.T) {
			n := serve(t, "agents.yaml", "--clock", clock)
			n.node("requests.mjs", n.url, n.described(), "260")
			n.end()
			log, err := os.ReadFile(filepath.Join(n.record, "session.log"))
			require.NoError(t, err)
			require.GreaterOrEqual(t, bytes.Count(log, []byte(`"request":`)), 200)
		})
	}
}

package library

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
)

func TestCounterCounts(t *testing.T) {
	s := newSubnet(t, arg(t, "counter", map[string]any{"start": uint64(41)}))
	require.Equal(t, uint64(42), s.number(1, "inc"))
	require.Equal(t, uint64(42), s.number(1, "get"))
	s.reply(s.call(1, "set", candid.NewNat64(7)))
	require.Equal(t, uint64(8), s.number(1, "inc"))
}

// Answers to several calls that are open at once come back into the middle of one message.
func TestCallerAwaits(t *testing.T) {
	s := newSubnet(t,
		arg(t, "caller", map[string]any{"calls": ids(2, 3), "count": uint64(25), "concurrency": uint64(4)}),
		arg(t, "counter", nil), arg(t, "counter", nil))
	r := s.reply(s.call(1, "call"))
	r.Record()
	require.Equal(t, uint64(25), r.FieldNat64("replies", 99))
	require.Equal(t, uint64(0), r.FieldNat64("rejects", 99))
	require.NoError(t, r.Err())
	require.Equal(t, uint64(25), s.number(2, "get")+s.number(3, "get"))
	require.Equal(t, uint64(25), s.number(1, "replies"))
}

func TestCallerCallsByItself(t *testing.T) {
	s := newSubnet(t,
		arg(t, "caller", map[string]any{"calls": ids(2), "every": 250 * time.Millisecond, "count": uint64(2), "total": uint64(21)}),
		arg(t, "counter", nil))
	s.round()
	require.Equal(t, uint64(8), s.number(2, "get"))
	s.round()
	s.round()
	s.round()
	require.Equal(t, uint64(21), s.number(2, "get"))
}

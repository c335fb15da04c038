package e2e

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/protocol"
)

func TestRust(t *testing.T) {
	const asker, asked, other protocol.CanisterID = 1, 2, 3
	counter := install{module: "counter.wasm", arg: "()"}
	s := newSubnet(t, counter, counter, install{module: "notes-32.wasm", arg: "()"})
	call := func(id protocol.CanisterID, method string, arg []byte) uint32 {
		t.Helper()
		status := s.send(id, method, arg)
		require.Equal(t, protocol.IngressReplied.String(), status.State.String(), "%+v", status.Reject)
		return binary.LittleEndian.Uint32(status.Reply)
	}
	to := asked.Principal().Bytes()
	require.EqualValues(t, 1, call(asked, "inc", nil))
	require.EqualValues(t, 2001, call(asker, "ask", to))
	require.EqualValues(t, 3002, call(asker, "ask", to))
	require.EqualValues(t, 2, call(asker, "get", nil))

	// A callback that traps leaves no trace, and the cleanup callback after it does.
	require.Contains(t, s.send(asker, "break", to).Reject.Message, "broken off")
	require.EqualValues(t, 2+1+9, call(asker, "get", nil))
	require.EqualValues(t, 4, call(asked, "get", nil))

	require.Equal(t, "refused", s.send(asker, "ask", other.Principal().Bytes()).Reject.Message)
	require.Contains(t, s.send(asker, "ask", make([]byte, 30)).Reject.Message, "no canister id")
	require.EqualValues(t, 13, call(asker, "get", nil))

	require.Equal(t, "()", s.upgrade(asker, "counter.wasm", "()"))
	require.EqualValues(t, 13, call(asker, "get", nil))
	require.EqualValues(t, 5014, call(asker, "ask", to))
	require.Equal(t, "()", s.code(asker, management.InstallMode{Reinstall: new(management.Null)}, "counter.wasm", nil))
	require.EqualValues(t, 0, call(asker, "get", nil))
}

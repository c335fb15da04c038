package messaging_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// A diary is an executor that writes down in which order its rounds are called.
type diary struct {
	protocol.Executor
	entries *[]string
}

type diaryRound struct {
	protocol.Round
	diary
}

func (d diary) Begin(s protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	return diaryRound{d.Executor.Begin(s, ctx), d}
}

func (d diaryRound) write(format string, args ...any) {
	*d.entries = append(*d.entries, fmt.Sprintf(format, args...))
}

func (d diaryRound) Answer(a protocol.OutcallAnswer) {
	d.write("answer %d: %d %s", a.ID, a.Reject.Code, a.Reply)
}
func (d diaryRound) Execute() { d.write("execute"); d.Round.Execute() }

func (d diaryRound) InductIngress(m *protocol.SignedIngress) protocol.IngressUpdate {
	d.write("induct")
	return d.Round.InductIngress(m)
}

// What consensus came to about outcalls is handed on in the block's order, before canisters execute (rs/messaging: consensus
// responses; rs/execution_environment/src/scheduler.rs).
func TestOutcallsAreAnsweredBeforeExecution(t *testing.T) {
	w, s := pair(t)
	machine := w.Machine()
	var entries []string
	machine.Executor = diary{machine.Executor, &entries}
	c := &protocol.OutcallContext{ID: 4, Call: protocol.NewRequest(&protocol.Request{})}
	share := protocol.NewOutcallShare(protocol.OutcallMetadata{ID: 6}, 0, [64]byte{}, nil)
	batch := w.Batch(s, protocol.BatchPayload{
		Outcalls: protocol.OutcallPayload{
			Diverged: []*protocol.OutcallDivergence{{Shares: []*protocol.OutcallShare{share}}},
			Timeouts: []protocol.OutcallID{5},
			Agreed:   []*protocol.AgreedOutcall{{Response: protocol.NewOutcallResponse(c, []byte("yes"), protocol.Reject{})}},
		},
	})
	machine.Process(s.Latest(), batch, w.Registry.Snapshot)
	require.Equal(t, []string{"answer 4: 0 yes", "answer 5: 2 ", "answer 6: 2 ", "execute"}, entries)
}

package health

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

var members = []protocol.NodeID{0, 1, 2, 3}

// ask steps the watch and has some nodes answer at once, at a height.
func ask(w *Watch, at time.Duration, height protocol.Height, answering ...protocol.NodeID) (asked []protocol.NodeID) {
	var out protocol.Outputs
	w.Step(protocol.Time(at), slices.Values([][]protocol.NodeID{members}), &out)
	for _, s := range out.Sends {
		asked = append(asked, s.To...)
		for _, n := range answering {
			if slices.Contains(s.To, n) {
				serial := s.Msg.(*protocol.StatusRequest).Serial
				w.Answered(n, &protocol.StatusReply{Serial: serial, Health: protocol.Healthy, Height: height})
			}
		}
	}
	return asked
}

// A node that answers no more is given up after Timeout, and not before; one answer is enough to be fit again (check.rs).
func TestSilentNodesAreGivenUpAfterTheTimeout(t *testing.T) {
	w := NewWatch()
	require.Equal(t, members, ask(w, 0, 10, members...))
	require.Equal(t, members, w.Fit(members))
	require.Empty(t, ask(w, Interval/2, 10), "asked once a second")
	for at := Interval; at < Interval+Timeout; at += Interval {
		ask(w, at, 10, 0, 1, 2)
		require.Equal(t, members, w.Fit(members), "at %s", at)
	}
	ask(w, Notice, 10, 0, 1, 2)
	require.Equal(t, []protocol.NodeID{0, 1, 2}, w.Fit(members))
	ask(w, Notice+Timeout, 10, members...)
	require.Equal(t, members, w.Fit(members))
}

// A node that lags the median by more than maxHeightLag gets nothing, and one that claims to be far ahead changes nothing.
func TestNodesThatLagAreNotFit(t *testing.T) {
	w := NewWatch()
	ask(w, 0, 0)
	serial := w.serial
	for n, height := range []protocol.Height{1_000, 1_000 - maxHeightLag, 1_000 - maxHeightLag - 1, 1_000_000} {
		w.Answered(protocol.NodeID(n), &protocol.StatusReply{Serial: serial, Health: protocol.Healthy, Height: height})
	}
	require.Equal(t, []protocol.NodeID{0, 1, 2, 3}, w.Fit(members), "the median is that of the two in the middle, 975")
	ask(w, Interval, 1_000, 0, 1)
	require.Equal(t, []protocol.NodeID{0, 1, 3}, w.Fit([]protocol.NodeID{0, 1, 3}))
	w.nodes[2].height = 1_000 - maxHeightLag - 1
	require.Equal(t, []protocol.NodeID{0, 1, 3}, w.Fit(members))
	require.Empty(t, NewWatch().Fit(members), "nobody is known to be well")
}

// An answer to another question, or of a node that is not well, does not count.
func TestAnswersBelongToTheirQuestion(t *testing.T) {
	w := NewWatch()
	ask(w, 0, 0)
	w.Answered(0, &protocol.StatusReply{Serial: w.serial + 1, Health: protocol.Healthy})
	w.Answered(1, &protocol.StatusReply{Serial: w.serial, Health: protocol.Healthy + 1})
	w.Answered(9, &protocol.StatusReply{Serial: w.serial, Health: protocol.Healthy})
	require.Empty(t, w.Fit(members))
}

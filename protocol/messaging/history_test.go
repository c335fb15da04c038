package messaging

import (
	"encoding/binary"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

func callID(n int) protocol.MessageID {
	var id protocol.MessageID
	binary.BigEndian.PutUint32(id[:], uint32(n)*2654435761) // scattered
	return id
}

// TestHistoryIsAMapThatForgets compares the history with a plain map (reference/protocol.md D, "Ingress").
func TestHistoryIsAMapThatForgets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type known struct {
			status protocol.IngressStatus
			until  protocol.Time
		}
		const limit = 100 // bytes of answers
		model, order := map[int]*known{}, []int(nil)
		h, now, next := new(history), protocol.Time(0), 0
		for range rapid.IntRange(1, 40).Draw(t, "rounds") {
			now += protocol.Time(rapid.Int64Range(1, int64(historyTTL)/3).Draw(t, "step"))
			parent := h
			parentRoot := parent.tree.Digest()
			e := historyEdit{parent: h, now: now, bound: historyBounds{calls: 1000, bytes: limit}}
			for range rapid.IntRange(0, 3).Draw(t, "new") {
				next++
				model[next] = &known{until: protocol.Never}
			}
			for _, n := range slices.Sorted(maps.Keys(model)) {
				k := model[n]
				if k.status.State.IsTerminal() || rapid.Bool().Draw(t, "wait") {
					continue
				}
				k.status = drawStatus(t, k.status.State)
				require.NoError(t, e.set(protocol.IngressUpdate{ID: callID(n), Status: k.status}))
				if k.status.State.IsTerminal() {
					k.until = now + historyTTL
					order = append(order, n)
				}
			}
			h = e.commit()
			require.Equal(t, parentRoot, parent.tree.Digest())

			order = slices.DeleteFunc(order, func(n int) bool {
				if model[n].until > now {
					return false
				}
				delete(model, n)
				return true
			})
			bytes := uint64(0)
			for _, n := range order {
				bytes += answerBytes(&model[n].status)
			}
			for i := 0; bytes > limit; i++ { // the oldest answers go first
				bytes -= answerBytes(&model[order[i]].status)
				model[order[i]].status = protocol.IngressStatus{State: protocol.IngressDone}
			}
			size := 0
			for n, k := range model {
				require.Equal(t, k.status.State, h.state(callID(n)))
				require.Equal(t, k.status, h.status(callID(n)))
				if k.status.State != protocol.IngressUnknown {
					size++
				}
			}
			require.Equal(t, size, h.size())
			require.Equal(t, bytes, h.bytes)
		}
	})
}

func drawStatus(t *rapid.T, from protocol.IngressState) protocol.IngressStatus {
	s := protocol.IngressStatus{State: rapid.SampledFrom([]protocol.IngressState{
		protocol.IngressReceived, protocol.IngressProcessing, protocol.IngressReplied, protocol.IngressRejected,
	}).Draw(t, "state")}
	s.State = max(s.State, from)
	text := rapid.SliceOfN(rapid.Byte(), 1, 30).Draw(t, "answer")
	switch s.State {
	case protocol.IngressReplied:
		s.Reply = text
	case protocol.IngressRejected:
		s.Reject = protocol.Reject{Code: protocol.CanisterError, Message: string(text), Error: "IC0503"}
	}
	return s
}

func TestAnswersStayFiveMinutes(t *testing.T) {
	bound := historyBounds{calls: 10, bytes: 1000}
	e := historyEdit{parent: new(history), now: 7, bound: bound}
	require.NoError(t, e.set(protocol.IngressUpdate{ID: callID(1), Status: protocol.IngressStatus{State: protocol.IngressReplied}}))
	h := e.commit()
	last := historyEdit{parent: h, now: 7 + historyTTL - 1, bound: bound}
	require.Same(t, h, last.commit())
	over := historyEdit{parent: h, now: 7 + historyTTL, bound: bound}
	require.Zero(t, over.commit().size())
}

func TestCallsAreAnsweredOnce(t *testing.T) {
	e := historyEdit{parent: new(history), bound: historyBounds{calls: 10, bytes: 10}}
	set := func(s protocol.IngressState) error {
		return e.set(protocol.IngressUpdate{ID: callID(1), Status: protocol.IngressStatus{State: s}})
	}
	require.NoError(t, set(protocol.IngressProcessing))
	require.Error(t, set(protocol.IngressReceived), "no way back")
	require.NoError(t, set(protocol.IngressReplied))
	require.Error(t, set(protocol.IngressRejected))
	e = historyEdit{parent: e.commit(), bound: e.bound}
	require.Error(t, set(protocol.IngressReplied))
}

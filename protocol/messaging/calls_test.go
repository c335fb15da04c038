package messaging

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/protocol"
)

// drawCallID gives ids that often begin alike, and some that differ in the last digit alone.
func drawCallID(t *rapid.T) (id protocol.MessageID) {
	for _, i := range []int{0, 1, 2, len(id) - 1} {
		id[i] = rapid.SampledFrom([]byte{0, 1, 0x10, 0x11}).Draw(t, "byte")
	}
	return id
}

// Calls are found as in a map that is copied at each change, and what nobody knows is not found.
func TestCallsAreAMap(t *testing.T) {
	type version struct {
		calls calls
		model map[protocol.MessageID]call
	}
	rapid.Check(t, func(t *rapid.T) {
		versions := []version{{model: map[protocol.MessageID]call{}}}
		for range rapid.IntRange(1, 8).Draw(t, "versions") {
			from := versions[rapid.IntRange(0, len(versions)-1).Draw(t, "from")]
			e, model := from.calls.edit(), maps.Clone(from.model)
			for range rapid.IntRange(0, 12).Draw(t, "edits") {
				id := drawCallID(t)
				switch c := model[id]; rapid.IntRange(0, 2).Draw(t, "edit") {
				case 0:
					c = call{id: id, made: true, origin: protocol.CallOrigin{Receiver: protocol.CanisterID(len(versions))}}
					e.put(&c)
					model[id] = c
				case 1:
					c.id, c.state = id, protocol.IngressReplied // keeps who made it
					e.set(id, c.state)
					model[id] = c
				case 2:
					e.remove(id)
					delete(model, id)
				}
			}
			versions = append(versions, version{e.calls, model})
		}
		for _, v := range versions {
			for range 5 {
				id := drawCallID(t)
				if want, ok := v.model[id]; ok {
					require.Equal(t, want, *v.calls.find(&id))
				} else {
					require.Nil(t, v.calls.find(&id))
				}
			}
			e := v.calls.edit()
			for _, id := range slices.SortedFunc(maps.Keys(v.model), func(a, b protocol.MessageID) int { return slices.Compare(a[:], b[:]) }) {
				require.Equal(t, v.model[id], *v.calls.find(&id))
				e.remove(id)
			}
			require.Nil(t, e.root, "a table stays though its calls are gone")
		}
	})
}

package canister

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/management"
	"icsim/crypto"
	"icsim/protocol"
)

// A network is two subnets whose messages the test carries.
type network struct {
	home, away *subnet
}

var homeIDs, awayIDs = []protocol.CanisterID{1, 2, 3}, []protocol.CanisterID{11, 12}

func newNetwork(t testingT, x *Executor) *network {
	return &network{home: newSubnet(t, x, scriptedAt(true, homeIDs...)...), away: newSubnet(t, x, scriptedAt(false, awayIDs...)...)}
}

// exchange runs a round on both; what each sent in its last one arrives.
func (n *network) exchange(toHome, toAway []any) {
	for _, m := range n.away.sent {
		toHome = append(toHome, m)
	}
	for _, m := range n.home.sent {
		toAway = append(toAway, m)
	}
	n.home.sent, n.away.sent = nil, nil
	n.home.round(toHome...)
	n.away.round(toAway...)
}

// Random programs on five canisters and two subnets: the books balance after each round (see subnet.play), every call of
// a user is answered exactly once, nothing stays open, and another executor gives the same states.
func TestRandomPrograms(t *testing.T) {
	t.Run("whole", func(t *testing.T) { tryPrograms(t, newExecutor(t), newExecutor(t)) })
	t.Run("sliced", func(t *testing.T) { tryPrograms(t, shredded(newExecutor(t)), shredded(newExecutor(t))) })
}

// shredded is an executor with slices so short that most messages take many, and budgets for one or two slices a round.
func shredded(x *Executor) *Executor {
	return limited(x, func(l *roundLimits) { l.round, l.slice, l.message, l.install = 25e6, 3000, 40e6, 100e6 })
}

func tryPrograms(t *testing.T, x, y *Executor) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := newNetwork(t, x), fromRapid(t)
		n.home.twin = y
		all := append(append([]protocol.CanisterID{}, homeIDs...), awayIDs...)
		var asked []*protocol.SignedIngress
		for range 5 {
			var calls []any
			for range d(4) {
				m := n.home.ingress(homeIDs[d(len(homeIDs))], "run", d.program(all, 3))
				asked, calls = append(asked, m), append(calls, m)
			}
			if d(2) == 0 {
				m := d.managing(n.home)
				asked, calls = append(asked, m), append(calls, m)
			}
			n.home.ctx.Checkpoint = d(4) == 0
			parent := n.home.state
			before := parent.ManifestHash()
			n.exchange(calls, nil)
			require.Equal(t, before, parent.contents(), "the parent has changed")
		}
		n.home.ctx.Checkpoint = false
		n.home.streams, n.away.streams = 1, 1 // streams nearly full: all passes in time
		for range 10 {
			n.exchange(nil, nil)
		}
		n.home.streams, n.away.streams = -1, -1
		for round := 0; round < 600 && !(n.home.quiet() && n.away.quiet()); round++ {
			var calm []any
			if round%20 == 10 { // a timer may have set itself and called for ever
				for _, id := range homeIDs {
					calm = append(calm, n.home.ingress(id, "run", script{}.do("ontimer", script{}).do("timer", 1<<62).do("reply")))
				}
			}
			n.exchange(calm, nil)
		}
		for _, m := range asked {
			require.True(t, n.home.statuses[m.MessageID].State.IsTerminal(), "%v", n.home.statuses[m.MessageID])
		}
		n.home.idle()
		n.away.idle()
		_ = y
	})
}

// managing draws a user's call about one of the canisters.
func (d draws) managing(s *subnet) *protocol.SignedIngress {
	id := homeIDs[d(len(homeIDs))]
	c, module := id.Principal(), scripted(true)
	body := d.program(homeIDs[:1], 0)
	switch d(9) {
	case 0, 1:
		return s.asks("stop_canister", about(id))
	case 2:
		return s.asks("start_canister", about(id))
	case 3:
		return s.asks("install_code", upgrade(id, module, body, nil))
	case 4:
		return s.asks("install_code", reinstall(id, module, body))
	case 5:
		return s.asks("take_canister_snapshot", management.TakeSnapshot{Canister: c})
	case 6:
		of := management.SnapshotOf{Canister: c, Snapshot: snapshotID(id, 1)}
		return s.asks("load_canister_snapshot", management.LoadSnapshot{SnapshotOf: of})
	case 7:
		w := management.UpdateSettings{Canister: c}
		w.Settings.MemoryAllocation, w.Settings.FreezingThreshold = is1(cyc(uint64(d(2)<<30))), is1(cyc(uint64(d(10_000))))
		return s.asks("update_settings", w)
	}
	return s.asks("uninstall_code", about(id))
}

// ManifestHash covers all of the state: it is the root of a manifest of its files alone.
func (s *State) ManifestHash() crypto.Hash {
	return crypto.Hash(protocol.NewManifest(s.Files()).Root())
}

// contents is the manifest hash worked out from nothing.
func (s *State) contents() crypto.Hash {
	plain := *s
	plain.written, plain.files = nil, nil
	return plain.ManifestHash()
}

// quiet reports whether nothing is open and nothing on its way.
func (s *subnet) quiet() bool {
	for m := range s.state.canisters.All() {
		if m.long != nil || m.queues.Inputs() > 0 {
			return false
		}
	}
	return s.state.callbacks == 0 && len(s.sent) == 0 && len(s.state.management) == 0
}

// idle asserts that nothing is open or queued.
func (s *subnet) idle() {
	s.t.Helper()
	for m := range s.state.canisters.All() {
		require.Empty(s.t, m.contexts, "contexts of %s", m.id)
		require.Empty(s.t, m.callbacks, "callbacks of %s", m.id)
		require.Zero(s.t, m.queues.Inputs()+m.queues.Outputs())
		require.Zero(s.t, m.sums.guaranteed)
	}
	require.Empty(s.t, s.state.management)
}

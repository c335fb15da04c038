package boundary

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/health"
	"icsim/sim/rng"
)

// A telling is what a node says of itself.
type telling struct {
	health protocol.Health
	height protocol.Height
}

// tell lets nodes of the application subnet, 4 to 9, answer the last question.
func (w *world) tell(tellings map[protocol.NodeID]telling) {
	serial := w.asked[len(w.asked)-1].Msg.(*protocol.StatusRequest).Serial
	for n, t := range tellings {
		w.deliver(n, &protocol.StatusReply{Health: t.health, Height: t.height, Serial: serial})
	}
}

// all is what they say who are well, but for one.
func all(but protocol.NodeID, t telling) map[protocol.NodeID]telling {
	m := map[protocol.NodeID]telling{}
	for n := protocol.NodeID(4); n < 10; n++ {
		m[n] = telling{protocol.Healthy, 1000}
	}
	m[but] = t
	return m
}

// asks gives how many of two hundred reads each node gets.
func (w *world) asks() map[protocol.NodeID]int {
	got := map[protocol.NodeID]int{}
	for range 200 {
		w.step(read(1, 150))
		last := w.sent[len(w.sent)-1]
		got[last.To[0]]++
		w.step(reply(last.Msg, 0))
	}
	return got
}

// A node that lags, is not well or does not answer gets no requests from then on, and gets them again when that is over
// (rs/boundary_node/ic_boundary/src/check.rs). Before it was asked how it is, it gets them like all others.
func TestNodesThatAreNotFitAreLeftOut(t *testing.T) {
	w := newWorld(3)
	const node = protocol.NodeID(6)
	require.Greater(t, w.asks()[node], 10, "nobody has said anything yet")
	for name, c := range map[string]struct {
		telling
		fit bool
	}{
		"like all others":         {telling{protocol.Healthy, 1000}, true},
		"50 heights behind":       {telling{protocol.Healthy, 950}, true},
		"51 heights behind":       {telling{protocol.Healthy, 949}, false},
		"far ahead":               {telling{protocol.Healthy, math.MaxUint64}, true},
		"behind its own":          {telling{protocol.CertifiedStateBehind, 1000}, false},
		"without a state":         {telling{protocol.WaitingForCertifiedState, 0}, false},
		"without delegation":      {telling{protocol.WaitingForRootDelegation, 1000}, false},
		"starting, and far ahead": {telling{protocol.Starting, math.MaxUint64}, false},
	} {
		w.wait(health.Interval)
		w.tell(all(node, c.telling))
		got := w.asks()
		if c.fit {
			require.Greater(t, got[node], 10, name)
		} else {
			require.Zero(t, got[node], name)
		}
		require.Greater(t, got[node+1], 10, "%s: the others are asked as before", name)
	}
}

// Silence counts as illness after health.Timeout; an answer to a question that was given up does not count.
func TestNodesThatDoNotAnswerAreLeftOut(t *testing.T) {
	w := newWorld(3)
	w.tell(all(4, telling{protocol.Healthy, 1000}))
	for at := time.Duration(0); at < health.Timeout; at += health.Interval {
		w.wait(health.Interval)
		answers := all(4, telling{protocol.Healthy, 1000})
		delete(answers, 6)
		w.tell(answers)
		require.Greater(t, w.asks()[6], 10, "silent for %v", at)
	}
	w.wait(health.Interval)
	w.tell(all(6, telling{protocol.Healthy, 1000}))
	require.Greater(t, w.asks()[6], 10, "a new question was answered")
	for range 2 * health.Timeout / health.Interval {
		w.wait(health.Interval)
		answers := all(4, telling{protocol.Healthy, 1000})
		delete(answers, 6)
		w.tell(answers)
	}
	require.Zero(t, w.asks()[6])
	w.deliver(6, &protocol.StatusReply{Health: protocol.Healthy, Height: 1000, Serial: 2})
	require.Zero(t, w.asks()[6], "that was a question of long ago")
}

// If nobody is fit, anybody is asked: an answer is worth a try.
func TestWhenNobodyIsFitAnybodyIsAsked(t *testing.T) {
	w := newWorld(3)
	sick := all(4, telling{protocol.CertifiedStateBehind, 1})
	for n := range sick {
		sick[n] = sick[4]
	}
	w.tell(sick)
	require.Len(t, w.asks(), 6)
}

// The boundary node is well when 51 percent of the subnets have 51 percent of their nodes fit (routes.rs, ProxyRouter::health).
func TestOwnHealth(t *testing.T) {
	require.Equal(t, protocol.Starting, New(Config{Registry: registry, Random: rng.Root(1)}).Health())
	w := newWorld(1)
	require.Equal(t, protocol.CertifiedStateBehind, w.node.Health())
	w.tell(all(4, telling{protocol.Healthy, 1}))
	require.Equal(t, protocol.CertifiedStateBehind, w.node.Health(), "one of two subnets")
	w.tell(map[protocol.NodeID]telling{0: {protocol.Healthy, 1}, 1: {protocol.Healthy, 1}})
	require.Equal(t, protocol.CertifiedStateBehind, w.node.Health(), "two of four nodes of the other")
	w.tell(map[protocol.NodeID]telling{2: {protocol.Healthy, 1}})
	require.Equal(t, protocol.Healthy, w.node.Health())
}

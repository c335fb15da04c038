package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/sim/health"
)

// until lets time pass while those nodes that are well say so each second, and gives how many requests each node got.
func (u *user) until(end time.Duration, well ...protocol.NodeID) map[protocol.NodeID]int {
	got := map[protocol.NodeID]int{}
	for {
		all := u.asked
		u.asked = nil
		for _, s := range all {
			ask, ok := s.Msg.(*protocol.StatusRequest)
			if !ok {
				got[s.To[0]]++
				continue
			}
			for _, n := range well {
				u.host.Give(protocol.Arrival{From: n, Msg: &protocol.StatusReply{Health: protocol.Healthy, Height: 9, Serial: ask.Serial}})
			}
		}
		if u.host.Now() >= protocol.Time(end) {
			return got
		}
		u.host.Advance(min(u.host.Now().Add(10*time.Millisecond), protocol.Time(end)))
	}
}

// A node that is gone gets requests until the boundary node has noticed, and none from then on, calls, polls and queries alike; when it
// is back it gets them again.
func TestRequestsGoToNodesThatAreWell(t *testing.T) {
	for _, c := range []Call{update("inc"), query("get")} {
		u := started(Config{Call: c, Every: 20 * time.Millisecond, Stop: time.Hour})
		for n, some := range u.until(5*time.Second, 0, 1, 2, 3) {
			require.Greater(t, some, 20, "node %d", n)
		}
		require.Greater(t, u.until(5*time.Second+health.Timeout-time.Millisecond, 0, 1, 3)[2], 20, "nobody knows that it is gone")
		u.until(5*time.Second+health.Notice+50*time.Millisecond, 0, 1, 3)
		gone := u.until(30*time.Second, 0, 1, 3)
		require.Zero(t, gone[2], "%s: it is gone", c.Method)
		require.Greater(t, gone[1], 200)
		u.until(32*time.Second, 0, 1, 2, 3)
		require.Greater(t, u.until(36*time.Second, 0, 1, 2, 3)[2], 20, "it is back")
	}
}

// Where no node is known to be well, any may be.
func TestWhereNobodyIsWellAnybodyIsAsked(t *testing.T) {
	u := started(Config{Call: update("inc"), Every: 20 * time.Millisecond, Stop: time.Hour})
	require.Len(t, u.until(20*time.Second), 4)
}

// A client that has nothing left to ask watches nobody.
func TestTheWatchEndsWithTheLastCall(t *testing.T) {
	u := started(Config{Call: update("inc"), Every: time.Second, Stop: 2 * time.Second})
	u.to(2 * time.Second)
	require.NotEqual(t, protocol.Never, u.host.Next())
	for _, m := range append(u.to(20*time.Second), u.sent...) {
		u.give(u.honest(m))
	}
	u.host.Advance(u.host.Now().Add(2 * health.Interval))
	require.Equal(t, protocol.Never, u.host.Next())
}

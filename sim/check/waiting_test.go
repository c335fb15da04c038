package check

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
)

// waiting is a story of a subnet that heals at 10 s, for 30 s, in which node 1 takes a call at 12 s. Everybody has come together.
func waiting() *story {
	s := begin(func(c *Config) {
		c.Subnets = c.Subnets[:1]
		c.Healing = Healing{At: 10 * time.Second, Within: 30 * time.Second, Core: []protocol.NodeID{0, 1, 2}}
	})
	s.waits(12 * time.Second)
	for node := range protocol.NodeID(3) {
		s.sees(node, protocol.NoteFinalized, 5, 'x').sees(node, protocol.NoteCertified, 5, 'y')
	}
	return s.sees(1, protocol.NoteIngressAccepted, 0, 'c')
}

func (s *story) round(h protocol.Height, r protocol.RoundSummary) *story {
	r.Height = h
	return s.executes(0, r)
}

// While all subnets are idle nobody may wait for the answer to a call that the core has taken (liveness of ingress).
func TestNobodyWaitsForNothing(t *testing.T) {
	call := protocol.MessageID{'c'}
	for _, v := range []struct {
		about string
		red   bool
		story *story
	}{
		{"it is forgotten", true, waiting().round(1, protocol.RoundSummary{})},
		{"it has ended", false, waiting().round(1, protocol.RoundSummary{Answered: []protocol.MessageID{call}})},
		{"another has ended", true, waiting().round(1, protocol.RoundSummary{Answered: []protocol.MessageID{{'d'}}})},
		{"there is work", false, waiting().waits(25*time.Second).round(1, protocol.RoundSummary{Messages: 1})},
		{"there was work long ago", true, waiting().waits(5*time.Second).round(1, protocol.RoundSummary{Ingress: 1})},
		{"it was taken just now", false, begin(func(c *Config) {
			c.Healing = Healing{At: 10 * time.Second, Within: 30 * time.Second, Core: []protocol.NodeID{0, 1, 2}}
		}).waits(35*time.Second).sees(1, protocol.NoteIngressAccepted, 0, 'c')},
		{"a node beside the core took it", false, begin(func(c *Config) {
			c.Healing = Healing{At: 10 * time.Second, Within: 30 * time.Second, Core: []protocol.NodeID{0, 2}}
		}).waits(12*time.Second).sees(1, protocol.NoteIngressAccepted, 0, 'c')},
	} {
		s := v.story
		s.waits(41*time.Second - time.Duration(s.at))
		s.sees(0, protocol.NotePoolSize, 5, 0) // time goes on
		calls := 0
		for _, o := range s.Finish(s.at) {
			for _, x := range o.Violations {
				if o.Name == "convergence" && x.Where.Node == 1 && x.Height == 0 && strings.HasPrefix(x.Detail, "call ") {
					calls++
				}
			}
		}
		require.Equal(t, v.red, calls == 1, v.about)
	}
}

// Situations are what observations show, each by the smallest story that has it; a corrupt node's count for nothing.
func TestSituations(t *testing.T) {
	final := func(rank uint64, reason string) protocol.Note {
		return protocol.Note{Kind: protocol.NoteFinalized, Height: 1, Hash: crypto.Hash{'x'}, Value: rank, Reason: reason}
	}
	signals := func(r protocol.RejectReason) protocol.RoundSummary {
		return protocol.RoundSummary{Height: 1, Inducted: inducts(1, 0, r, request)}
	}
	started := func(held uint64) protocol.Note { return protocol.Note{Kind: protocol.NoteStarted, Value: held} }
	for name, s := range map[string]*story{
		rank1Finalized:   begin(nil).told(0, final(1, "")),
		rank2Finalized:   begin(nil).told(0, final(2, "")),
		finalByChild:     begin(nil).told(0, final(0, "a descendant is")),
		equivocation:     begin(nil).sees(0, protocol.NoteEquivocation, 1, 0),
		invalid:          begin(nil).sees(0, protocol.NoteInvalid, 1, 0),
		wideGap:          begin(nil).sees(0, protocol.NoteCertified, 1, 'x').sees(0, protocol.NoteNotarized, 36, 'y'),
		packageAhead:     begin(nil).sees(0, protocol.NoteCatchUpPackage, 10, 'x'),
		restarted:        begin(nil).sees(0, protocol.NoteProposed, 1, 'x').told(0, started(3)),
		restartedEmpty:   begin(nil).sees(0, protocol.NoteProposed, 1, 'x').told(0, started(0)),
		synced:           begin(nil).sees(0, protocol.NoteSyncAdopted, 10, 'x'),
		syncInterrupted:  begin(nil).sees(0, protocol.NoteSyncStarted, 10, 'x').sees(0, protocol.NoteSyncStarted, 20, 'y'),
		badChunk:         begin(nil).sees(0, protocol.NoteBadChunk, 10, 'x'),
		streamsExchanged: begin(nil).executes(0, signals(protocol.Accepted)),
	} {
		require.Equal(t, []string{name}, s.Reached())
	}
	rejected := begin(nil).executes(0, signals(protocol.RejectQueueFull))
	require.Equal(t, []string{streamsExchanged, rejectSignal}, rejected.Reached())
	require.Empty(t, begin(nil).told(0, final(0, "")).told(0, started(0)).told(3, final(2, "")).Reached())
}

// A run goes on while its core lacks something and has time left, and no longer.
func TestACoreIsAwaitedUntilItHasComeTogether(t *testing.T) {
	s := waiting()
	require.False(t, s.Awaits(protocol.Time(20*time.Second)), "nobody has been idle for long enough to have forgotten the call")
	require.True(t, s.Awaits(protocol.Time(39*time.Second)), "the call is forgotten")
	require.False(t, s.Awaits(protocol.Time(40*time.Second)), "the time is over")
	s.waits(20*time.Second).round(1, protocol.RoundSummary{Answered: []protocol.MessageID{{'c'}}})
	require.False(t, s.Awaits(protocol.Time(39*time.Second)), "it has an answer")

	behind := begin(func(c *Config) {
		c.Healing = Healing{At: 10 * time.Second, Within: 30 * time.Second, Core: []protocol.NodeID{0, 1, 2}}
	})
	require.False(t, behind.Awaits(protocol.Time(9*time.Second)), "nothing has healed")
	behind.waits(12*time.Second).sees(0, protocol.NoteFinalized, 1, 'x')
	require.True(t, behind.Awaits(protocol.Time(13*time.Second)), "no node is beyond what was known")
	for node := range protocol.NodeID(3) {
		behind.sees(node, protocol.NoteFinalized, 5, 'x').sees(node, protocol.NoteCertified, 5, 'y')
		behind.sees(4+node, protocol.NoteFinalized, 5, 'x').sees(4+node, protocol.NoteCertified, 5, 'y')
	}
	require.False(t, behind.Awaits(protocol.Time(13*time.Second)))
}

package check

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
)

// recoverable is a story in which subnet a may be recovered: it has 100 cycles, b has 50.
func recoverable() *story {
	return begin(func(c *Config) { c.Subnets[0].Recovered = true }).
		executes(0, protocol.RoundSummary{Height: 1, Cycles: cycles(100)}).executes(1, protocol.RoundSummary{Height: 1, Cycles: cycles(50)})
}

// recovers has a go on at height 1000 from the state of a height, with so many cycles.
func (s *story) recovers(kept protocol.Height, held uint64, replayed ...*protocol.RoundSummary) *story {
	s.Recover(Recovery{
		Subnet: 0, At: s.at, Kept: kept, Height: 1000, Key: crypto.ThresholdPublicKey{9}, Cycles: cycles(held), Time: protocol.Time(kept),
		Rounds: replayed,
	})
	return s
}

// goes has a go on at height 1000 from its state of height 1.
func (s *story) goes(r Recovery) *story {
	r.At, r.Kept, r.Height, r.Time = s.at, 1, 1000, 1
	s.Recover(r)
	return s
}

// A recovered subnet goes on from the state that was kept: what came after it is as if it had not been, as far as nobody else has seen it.
// What somebody has seen cannot be taken back, and is a violation, whoever did it.
func TestCheckersFollowARecovery(t *testing.T) {
	calls := protocol.RoundSummary{Height: 2, Time: 2, Cycles: cycles(100), Streams: streaming(1, 0, 1, request)}
	takes := protocol.RoundSummary{Height: 2, Cycles: cycles(55), Inducted: inducts(0, 0, protocol.Accepted, request)}
	collects := protocol.RoundSummary{Height: 3, Cycles: cycles(95), Streams: streaming(1, 1, 1)}
	answers := protocol.RoundSummary{Height: 3, Cycles: cycles(55), Streams: streaming(0, 0, 1, response)}
	gets := protocol.RoundSummary{Height: 4, Cycles: cycles(97), Inducted: inducts(1, 0, protocol.Accepted, response)}
	forgets := protocol.RoundSummary{Height: 4, Cycles: cycles(53), Streams: streaming(0, 1, 1)}
	at := func(r protocol.RoundSummary, h protocol.Height) protocol.RoundSummary { r.Height = h; return r }
	called := func() *story { return recoverable().executes(0, calls) }
	answered := func() *story { return called().executes(1, takes).executes(0, collects).executes(1, answers) }
	refused := func() *story {
		return called().executes(1, protocol.RoundSummary{
			Height: 2, Cycles: cycles(50), Inducted: inducts(0, 0, protocol.RejectQueueFull, request),
		}).executes(0, protocol.RoundSummary{Height: 3, Cycles: cycles(100), Streams: streaming(1, 1, 1)})
	}
	for _, v := range []struct {
		about string
		open  int
		red   map[string]int
		story *story
	}{
		{"a call that nobody has seen is gone", 0, nil, called().recovers(1, 100)},
		{"and another in its place", 1, nil, called().recovers(1, 100).
			executes(0, protocol.RoundSummary{Height: 1001, Cycles: cycles(100), Streams: streaming(1, 0, 1, other)})},
		{"a call that was kept", 0, nil, called().recovers(2, 100).executes(1, takes).executes(0, at(collects, 1001)).
			executes(1, answers).executes(0, at(gets, 1002))},
		{"a round that was replayed", 1, nil, recoverable().recovers(2, 100, &calls).executes(1, takes).executes(0, at(collects, 1001))},
		{"a call that b has taken is gone", 0, map[string]int{"streams-in-order": 1}, called().executes(1, takes).recovers(1, 100)},
		{"a signal comes again", 1, nil, answered().recovers(2, 100).executes(0, at(collects, 1001))},
		{"a reject comes again", 1, nil, refused().recovers(2, 100)},
		{"and is answered again", 0, nil, refused().recovers(2, 100).
			executes(0, protocol.RoundSummary{Height: 1001, Cycles: cycles(100), Streams: streaming(1, 1, 1)})},
		{"an answer comes again", 0, nil, answered().executes(0, gets).recovers(3, 95).executes(0, at(gets, 1001))},
		{"an answer does not come again", 1, map[string]int{"streams-in-order": 1},
			answered().executes(0, gets).executes(1, forgets).recovers(3, 95)},
		{"cycles from nowhere", 0, map[string]int{"cycles-conserved": 1}, recoverable().recovers(1, 100).
			executes(0, protocol.RoundSummary{Height: 1001, Cycles: cycles(101)})},
		{"cycles that went", 0, nil, recoverable().goes(Recovery{Cycles: cycles(60), Out: cycles(40)})},
		{"cycles that went and stayed", 0, map[string]int{"cycles-conserved": 1},
			recoverable().goes(Recovery{Cycles: cycles(100), Out: cycles(40)})},
		{"cycles that came", 0, nil, recoverable().goes(Recovery{Cycles: cycles(140), In: cycles(40), Fresh: true})},
		{"what nobody had", 0, nil,
			recoverable().sees(0, protocol.NoteCertified, 2, 'x').goes(Recovery{Cycles: cycles(100), Fresh: true})},
		{"a finalized block is gone", 0, nil, recoverable().sees(0, protocol.NoteFinalized, 3, 'x').recovers(1, 100)},
		{"a certified state is gone", 0, map[string]int{keepsCertified: 1},
			recoverable().sees(0, protocol.NoteCertified, 2, 'x').recovers(1, 100)},
		{"another state at a height that was given up", 0, map[string]int{keepsCertified: 1},
			recoverable().sees(0, protocol.NoteCertified, 3, 'x').recovers(1, 100).sees(1, protocol.NoteCertified, 3, 'y')},
		{"another state at a height that was kept", 0, map[string]int{"certification-unique": 2},
			recoverable().sees(0, protocol.NoteCertified, 1, 1).recovers(1, 100).sees(1, protocol.NoteCertified, 1, 'y')},
		{"another block above", 0, map[string]int{"agreement": 1}, recoverable().sees(0, protocol.NoteFinalized, 3, 'x').recovers(1, 100).
			sees(1, protocol.NoteFinalized, 3, 'y')},
	} {
		require.Equal(t, v.open, v.story.OpenCalls(), v.about)
		if v.red == nil {
			v.red = map[string]int{}
		}
		require.Equal(t, v.red, v.story.red(), v.about)
	}
}

func TestGivenUpHeightsAreCounted(t *testing.T) {
	s := recoverable()
	for h := protocol.Height(2); h < 7; h++ {
		s.sees(0, protocol.NoteFinalized, h, 'x')
	}
	s.sees(1, protocol.NoteCertified, 5, 'x')
	given := s.Recover(Recovery{Subnet: 0, Kept: 4, Height: 1000})
	require.Equal(t, GivenUp{Finalized: 2, Certified: 1}, given)
	require.Equal(t, "2 finalized heights given up, 1 of them certified", given.String())
	require.Equal(t, "0 finalized heights given up", s.Recover(Recovery{Subnet: 0, Kept: 6, Height: 1000}).String())
}

// A.10.11 with recoveries: the key is the one that the registry has since the last.
func TestRecoveredSubnetHasAnotherKey(t *testing.T) {
	summary := func(key byte) protocol.Note {
		keys := protocol.Transcripts{High: &protocol.Transcript{Group: &crypto.ThresholdGroup{Key: crypto.ThresholdPublicKey{key}}}}
		return protocol.Note{Kind: protocol.NoteKeys, Height: 1010, Summary: &protocol.Summary{Current: keys, Next: keys}}
	}
	require.Empty(t, recoverable().recovers(1, 100).told(0, summary(9)).red())
	require.Equal(t, map[string]int{"subnet-key-constant": 2}, recoverable().recovers(1, 100).told(0, summary(0)).red())
	require.Equal(t, map[string]int{"subnet-key-constant": 2}, recoverable().told(0, summary(9)).red())
}

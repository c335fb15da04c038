package check

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
)

// A story is what honest nodes of two subnets of four are said to have seen: nodes 0 to 3 of a, 4 to 7 of b. Node 3 is corrupt.
type story struct {
	*Suite
	at protocol.Time
}

func begin(change func(*Config)) *story {
	c := Config{
		Subnets: []Subnet{
			{Name: "a", ID: 0, Nodes: []protocol.NodeID{0, 1, 2, 3}, Interval: 9},
			{Name: "b", ID: 1, Nodes: []protocol.NodeID{4, 5, 6, 7}, Interval: 9},
		},
		Corrupt: func(n protocol.NodeID) bool { return n == 3 }, Settled: func(protocol.NodeID) bool { return true },
		Bounds: DefaultBounds(),
	}
	if change != nil {
		change(&c)
	}
	return &story{Suite: New(c)}
}

// sees adds an observation, a millisecond after the last one. A hash is told by a letter.
func (s *story) sees(node protocol.NodeID, kind protocol.NoteKind, h protocol.Height, hash byte) *story {
	return s.told(node, protocol.Note{Kind: kind, Height: h, Hash: crypto.Hash{hash}})
}

func (s *story) told(node protocol.NodeID, n protocol.Note) *story {
	s.at += 1e6
	s.Observe(Where{At: s.at, Node: node}, &n)
	return s
}

// executes adds a round of a subnet, as its first node sees it; its time is its height.
func (s *story) executes(subnet protocol.SubnetID, r protocol.RoundSummary) *story {
	if r.Time == 0 {
		r.Time = protocol.Time(r.Height)
	}
	return s.told(protocol.NodeID(4*subnet), protocol.Note{
		Kind: protocol.NoteExecuted, Height: r.Height, Hash: crypto.Hash{byte(r.Height)}, Round: &r,
	})
}

func (s *story) waits(d time.Duration) *story {
	s.at = s.at.Add(d)
	return s
}

// red gives the checks that failed, with how often.
func (s *story) red() map[string]int {
	red := map[string]int{}
	for _, o := range s.Finish(s.at) {
		if o.Count > 0 {
			red[o.Name] = o.Count
		}
		if o.OK != (o.Count == 0) || o.OK != (o.Detail == "") || o.Count > 0 && len(o.Violations) != min(o.Count, maxViolations) {
			red["report of "+o.Name] = o.Count
		}
	}
	return red
}

func cycles(n uint64) protocol.Cycles { return protocol.CyclesOf(n) }

// A call of a canister of a to one of b, with 5 cycles, and its answer, which gives 2 back.
var (
	request  = protocol.NewRequest(&protocol.Request{Sender: 1, Receiver: 9, Callback: 7, Method: "m", Cycles: cycles(5)})
	response = protocol.NewResponse(&protocol.Response{Originator: 1, Respondent: 9, Callback: 7, Refund: cycles(2)})
	other    = protocol.NewRequest(&protocol.Request{Sender: 1, Receiver: 9, Callback: 8, Method: "m", Cycles: cycles(5)})
)

func streaming(to protocol.SubnetID, begin, end protocol.StreamIndex, appended ...*protocol.CanisterMessage) []protocol.StreamSummary {
	return []protocol.StreamSummary{{To: to, Begin: begin, End: end, Appended: appended}}
}

func inducts(from protocol.SubnetID, begin protocol.StreamIndex, signal protocol.RejectReason, all ...*protocol.CanisterMessage,
) []protocol.InductedRange {
	r := protocol.InductedRange{From: from, Begin: begin, End: begin + protocol.StreamIndex(len(all)), Messages: all}
	for range all {
		r.Signals = append(r.Signals, signal)
	}
	return []protocol.InductedRange{r}
}

// calling is a story in which a has 100 cycles, b has 50, and a call is in the stream from a to b.
func calling() *story {
	return begin(nil).
		executes(0, protocol.RoundSummary{Height: 1, Cycles: cycles(100)}).executes(1, protocol.RoundSummary{Height: 1, Cycles: cycles(50)}).
		executes(0, protocol.RoundSummary{Height: 2, Cycles: cycles(100), Streams: streaming(1, 0, 1, request)})
}

// accepted goes on: b has the call and a knows.
func accepted() *story {
	return calling().
		executes(1, protocol.RoundSummary{Height: 2, Cycles: cycles(55), Inducted: inducts(0, 0, protocol.Accepted, request)}).
		executes(0, protocol.RoundSummary{Height: 3, Cycles: cycles(95), Streams: streaming(1, 1, 1)})
}

// answered goes on: the answer is in the stream from b to a.
func answered() *story {
	return accepted().executes(1, protocol.RoundSummary{Height: 3, Cycles: cycles(55), Streams: streaming(0, 0, 1, response)})
}

// Each checker against a story that breaks its rule alone, and the nearest stories that do not (reference/protocol.md A.3, A.10 and C).
func TestCheckersSeeWhatIsWrong(t *testing.T) {
	const (
		finalized, notarized = protocol.NoteFinalized, protocol.NoteNotarized
		share, finalShare    = protocol.NoteNotarizationShare, protocol.NoteFinalizationShare
		certified            = protocol.NoteCertified
	)
	descendant := protocol.Note{Kind: finalized, Height: 1, Hash: crypto.Hash{'x'}, Reason: "a descendant is"}
	for _, v := range []struct {
		about string
		red   string // the one check that fails; none if empty
		story *story
	}{
		{"the same block", "", begin(nil).sees(0, finalized, 1, 'x').sees(1, finalized, 1, 'x')},
		{"two finalized blocks", "agreement", begin(nil).sees(0, finalized, 1, 'x').sees(1, finalized, 1, 'y')},
		{"of which a corrupt node tells", "", begin(nil).sees(0, finalized, 1, 'x').sees(3, finalized, 1, 'y')},
		{"on two subnets", "", begin(nil).sees(0, finalized, 1, 'x').sees(4, finalized, 1, 'y')},
		{"a rival is notarized first", "one-notarized-block-when-finalized", begin(nil).sees(1, notarized, 1, 'y').sees(0, finalized, 1, 'x')},
		{"a rival is notarized later", "one-notarized-block-when-finalized", begin(nil).sees(0, finalized, 1, 'x').sees(1, notarized, 1, 'y')},
		{"of a block final by a descendant", "", begin(nil).told(0, descendant).sees(1, notarized, 1, 'y')},
		{"before it", "", begin(nil).sees(1, notarized, 1, 'y').told(0, descendant)},
		{"two blocks notarized, none final", "", begin(nil).sees(0, notarized, 1, 'x').sees(1, notarized, 1, 'y')},

		{"a share for the block notarized", "", begin(nil).sees(0, share, 1, 'x').sees(0, finalShare, 1, 'x')},
		{"for another", "finalization-discipline", begin(nil).sees(0, share, 1, 'x').sees(0, finalShare, 1, 'y')},
		{"after two", "finalization-discipline", begin(nil).sees(0, share, 1, 'x').sees(0, share, 1, 'y').sees(0, finalShare, 1, 'x')},
		{"and then another one", "finalization-discipline", begin(nil).sees(0, finalShare, 1, 'x').sees(0, share, 1, 'y')},
		{"two at a height", "finalization-discipline", begin(nil).sees(0, finalShare, 1, 'x').sees(0, finalShare, 1, 'y')},
		{"of two nodes", "", begin(nil).sees(0, finalShare, 1, 'x').sees(1, finalShare, 1, 'y')},
		{"after its disk was lost", "", begin(nil).sees(0, finalShare, 1, 'x').sees(0, protocol.NoteStarted, 0, 0).sees(0, finalShare, 1, 'y')},

		{"two beacons", "beacon-unique", begin(nil).sees(0, protocol.NoteBeacon, 1, 'x').sees(1, protocol.NoteBeacon, 1, 'y')},
		{"two tapes", "tape-unique", begin(nil).sees(0, protocol.NoteTape, 1, 'x').sees(1, protocol.NoteTape, 1, 'y')},
		{"two states", "state-unique", begin(nil).sees(0, protocol.NoteExecuted, 1, 'x').sees(1, protocol.NoteExecuted, 1, 'y')},
		{"two certified", "certification-unique", begin(nil).sees(0, certified, 1, 'x').sees(1, certified, 1, 'y')},
		{"another than executed", "certification-unique", begin(nil).sees(0, protocol.NoteExecuted, 1, 'x').sees(0, certified, 1, 'y')},
		{"two checkpoints", "checkpoint-unique", begin(nil).sees(0, protocol.NoteCheckpoint, 1, 'x').sees(1, protocol.NoteCheckpoint, 1, 'y')},
		{"two packages", "cup-unique", begin(nil).sees(0, protocol.NoteCatchUpPackage, 1, 'x').sees(1, protocol.NoteCatchUpPackage, 1, 'y')},
		{"after many heights", "beacon-unique", begin(nil).sees(0, protocol.NoteBeacon, 5000, 'x').sees(0, protocol.NoteBeacon, 6000, 'x').
			sees(1, protocol.NoteBeacon, 5000, 'y')},

		{"69 above the certified", "", begin(nil).sees(0, certified, 10, 'x').sees(0, share, 80, 'y')},
		{"70 above", "hard-bounds", begin(nil).sees(0, certified, 10, 'x').sees(0, share, 81, 'y')},
		{"129 above the next package", "", begin(nil).sees(0, share, 10+130, 'y')},
		{"130 above", "hard-bounds", begin(nil).sees(0, share, 10+131, 'y')},
		{"with a later one", "", begin(nil).sees(0, protocol.NoteCatchUpPackage, 10, 'x').sees(0, share, 10+131, 'y')},

		{"batches one by one", "", begin(nil).sees(0, protocol.NoteDelivered, 4, 'x').sees(0, protocol.NoteDelivered, 5, 'y')},
		{"a batch left out", "batches-in-order", begin(nil).sees(0, protocol.NoteDelivered, 4, 'x').sees(0, protocol.NoteDelivered, 6, 'y')},
		{"a batch again", "batches-in-order", begin(nil).sees(0, protocol.NoteDelivered, 4, 'x').sees(0, protocol.NoteDelivered, 4, 'x')},
		{"after a restart", "", begin(nil).sees(0, protocol.NoteDelivered, 4, 'x').sees(0, protocol.NoteStarted, 2, 0).
			sees(0, protocol.NoteDelivered, 3, 'x')},
		{"after a state from peers", "", begin(nil).sees(0, protocol.NoteDelivered, 4, 'x').sees(0, protocol.NoteSyncAdopted, 20, 's').
			sees(0, protocol.NoteDelivered, 21, 'y')},
		{"but not the one after it", "batches-in-order", begin(nil).sees(0, protocol.NoteDelivered, 4, 'x').
			sees(0, protocol.NoteSyncAdopted, 20, 's').sees(0, protocol.NoteDelivered, 22, 'y')},
		{"a state from peers that is not the subnet's", "checkpoint-unique", begin(nil).sees(0, protocol.NoteCheckpoint, 20, 's').
			sees(1, protocol.NoteSyncAdopted, 20, 't')},
		{"70 above what was certified before a state from peers", "", begin(nil).sees(0, certified, 10, 'x').
			sees(0, protocol.NoteSyncAdopted, 90, 's').sees(0, share, 91, 'y')},
		{"a time again", "time-increases", begin(nil).executes(0, protocol.RoundSummary{Height: 1, Time: 9}).
			executes(0, protocol.RoundSummary{Height: 2, Time: 9})},
		{"what cannot be", "no-critical-errors", begin(nil).told(0, protocol.Note{Kind: protocol.NoteCritical, Reason: "so it is"})},

		{"a wait", "", begin(nil).waits(19*time.Second).sees(0, finalized, 1, 'x').sees(4, finalized, 1, 'x').waits(19 * time.Second)},
		{"too long a wait", "progress", begin(nil).sees(4, finalized, 1, 'x').waits(19*time.Second).sees(4, finalized, 2, 'x').
			waits(2*time.Second).sees(0, finalized, 1, 'x')},
		{"too long at the end", "progress", begin(nil).sees(0, finalized, 1, 'x').waits(19*time.Second).sees(4, finalized, 2, 'x').
			waits(2 * time.Second)},
		{"excused", "", begin(func(c *Config) { c.Subnets[0].Excused = []Window{{From: 0, To: 10e9}} }).waits(19*time.Second).
			sees(4, finalized, 1, 'x').waits(10*time.Second).sees(0, finalized, 1, 'x')},
		{"excused for too short", "progress", begin(func(c *Config) { c.Subnets[0].Excused = []Window{{From: 0, To: 5e9}} }).
			waits(19*time.Second).sees(4, finalized, 1, 'x').waits(10*time.Second).sees(0, finalized, 1, 'x')},
		{"a node behind in blocks", "catch-up", behind(19, 20, nil)},
		{"in states", "catch-up", behind(20, 19, nil)},
		{"not by much", "", behind(20, 20, nil)},
		{"that is not settled", "", behind(0, 0, func(c *Config) { c.Settled = func(n protocol.NodeID) bool { return n != 2 } })},
		{"back in time", "", returning().waits(9*time.Second).sees(2, finalized, 31, 'z').sees(2, certified, 31, 'y')},
		{"back too late", "catch-up", returning().waits(11*time.Second).sees(2, finalized, 31, 'z').sees(2, certified, 31, 'y')},
		{"back in blocks alone", "catch-up", returning().waits(9*time.Second).sees(2, finalized, 31, 'z').waits(2*time.Second).
			sees(2, certified, 31, 'y')},
		{"back long before the end", "", returning().sees(2, finalized, 31, 'z').sees(2, certified, 31, 'y').waits(15 * time.Second)},
		{"an old certified state", "freshness", begin(func(c *Config) { c.Bounds.Progress = time.Hour }).sees(4, certified, 1, 'x').
			waits(4*time.Minute).sees(4, certified, 2, 'x').waits(2 * time.Minute)},
	} {
		want := map[string]int{}
		if v.red != "" {
			want[v.red] = 1
		}
		require.Equal(t, want, v.story.red(), v.about)
	}
}

// behind is a story in which node 2 ends at heights of its own, and the others at 30.
func behind(block, state protocol.Height, change func(*Config)) *story {
	s := begin(change)
	for _, n := range []protocol.NodeID{0, 1} {
		s.sees(n, protocol.NoteFinalized, 30, 'x').sees(n, protocol.NoteCertified, 30, 'y')
	}
	return s.sees(2, protocol.NoteFinalized, block, 'x').sees(2, protocol.NoteCertified, state, 'y')
}

// returning is a story in which node 2 is left alone at the start, far behind the others at 31, and has 10 s to catch up.
func returning() *story {
	s := begin(func(c *Config) {
		c.Bounds.CatchUp = 10 * time.Second
		c.Subnets[0].Returns = []Return{{Node: 2, At: 1}}
	})
	for _, n := range []protocol.NodeID{0, 1} {
		s.sees(n, protocol.NoteFinalized, 31, 'z').sees(n, protocol.NoteCertified, 31, 'y')
	}
	return s
}

// Streams, calls and cycles: the story of one call, and what may go wrong in it.
func TestCheckersFollowCallsAcrossSubnets(t *testing.T) {
	// The answer has arrived: 2 of 5 cycles are back.
	back := protocol.RoundSummary{Height: 4, Cycles: cycles(97), Inducted: inducts(1, 0, protocol.Accepted, response)}
	rejected := calling().
		executes(1, protocol.RoundSummary{Height: 2, Cycles: cycles(50), Inducted: inducts(0, 0, protocol.RejectQueueFull, request)}).
		executes(0, protocol.RoundSummary{Height: 3, Cycles: cycles(100), Streams: streaming(1, 1, 1)})
	whole := answered().executes(0, back)
	require.Equal(t, 0, whole.OpenCalls())
	require.Equal(t, 1, answered().OpenCalls())
	require.Equal(t, 0, rejected.OpenCalls(), "who sent it answers it")
	followed := calling().
		executes(1, protocol.RoundSummary{Height: 2, Cycles: cycles(50), Inducted: inducts(0, 0, protocol.RejectCanisterMigrating, request)}).
		executes(0, protocol.RoundSummary{Height: 3, Cycles: cycles(100),
			Streams: append(streaming(1, 1, 1), streaming(2, 0, 1, response)...)})
	require.Equal(t, 1, followed.OpenCalls(), "its caller has moved, and the answer is on its way there")
	twice := answered().executes(0, back).
		executes(1, protocol.RoundSummary{Height: 4, Cycles: cycles(55), Streams: streaming(0, 0, 2, response)}).
		executes(0, protocol.RoundSummary{Height: 5, Cycles: cycles(99), Inducted: inducts(1, 1, protocol.Accepted, response)})
	for _, v := range []struct {
		about string
		red   map[string]int
		story *story
	}{
		{"a call", nil, whole},
		{"a rejected call", nil, rejected},
		{"a rejected call of who has moved", nil, followed},
		{"minted and burned", nil, whole.executes(0, protocol.RoundSummary{
			Height: 5, Cycles: cycles(104), Minted: cycles(10), Burned: cycles(3)})},
		{"cycles from nowhere", map[string]int{"cycles-conserved": 1}, calling().executes(0, protocol.RoundSummary{
			Height: 3, Cycles: cycles(101), Streams: streaming(1, 0, 1)})},
		{"cycles that were burned and are there", map[string]int{"cycles-conserved": 1}, calling().executes(0, protocol.RoundSummary{
			Height: 3, Cycles: cycles(100), Burned: cycles(1), Streams: streaming(1, 0, 1)})},
		{"accepted, and still held", map[string]int{"cycles-conserved": 1}, calling().
			executes(1, protocol.RoundSummary{Height: 2, Cycles: cycles(55), Inducted: inducts(0, 0, protocol.Accepted, request)}).
			executes(0, protocol.RoundSummary{Height: 3, Cycles: cycles(100), Streams: streaming(1, 1, 1)})},
		{"another message than was sent", map[string]int{"streams-in-order": 1}, calling().executes(1, protocol.RoundSummary{
			Height: 2, Cycles: cycles(55), Inducted: inducts(0, 0, protocol.Accepted, other)})},
		{"a message that was not sent", map[string]int{"streams-in-order": 1}, begin(nil).executes(1, protocol.RoundSummary{
			Height: 1, Inducted: inducts(0, 0, protocol.Accepted, request)})},
		{"a gap", map[string]int{"streams-in-order": 2}, calling().executes(1, protocol.RoundSummary{
			Height: 2, Cycles: cycles(50), Inducted: inducts(0, 1, protocol.Accepted, request)})},
		{"a message again", map[string]int{"streams-in-order": 2}, calling().
			executes(1, protocol.RoundSummary{Height: 2, Cycles: cycles(55), Inducted: inducts(0, 0, protocol.Accepted, request)}).
			executes(1, protocol.RoundSummary{Height: 3, Cycles: cycles(60), Inducted: inducts(0, 0, protocol.Accepted, request)})},
		{"dropped before it was taken", map[string]int{"streams-in-order": 1}, calling().executes(0, protocol.RoundSummary{
			Height: 3, Cycles: cycles(100), Streams: streaming(1, 1, 1)})},
		{"a stream that is longer than what was sent", map[string]int{"streams-in-order": 1}, calling().executes(0, protocol.RoundSummary{
			Height: 3, Cycles: cycles(100), Streams: streaming(1, 0, 2)})},
		{"an answer to a call that has one", map[string]int{"one-response-a-call": 1}, twice},
		{"an answer to nothing", map[string]int{"one-response-a-call": 1}, begin(nil).
			executes(0, protocol.RoundSummary{Height: 1}).
			executes(1, protocol.RoundSummary{Height: 1, Streams: streaming(0, 0, 1, response)}).
			executes(0, protocol.RoundSummary{Height: 2, Cycles: cycles(2), Inducted: inducts(1, 0, protocol.Accepted, response)})},
	} {
		if v.red == nil {
			v.red = map[string]int{}
		}
		require.Equal(t, v.red, v.story.red(), v.about)
	}
}

// What is expected of a figure is inclusive on both ends.
func TestExpectations(t *testing.T) {
	e := Expectation{Quantity: BlockRate, Subnet: "a", Min: 1, Max: 2, HasMin: true, HasMax: true}
	for found, ok := range map[float64]bool{0.9: false, 1: true, 2: true, 2.1: false} {
		o := e.Judge(found)
		require.Equal(t, ok, o.OK, "%v", found)
		require.Equal(t, ok, o.Detail == "")
		require.Equal(t, "block_rate of a", o.Name)
	}
	e.HasMax = false
	require.True(t, e.Judge(100).OK)
}

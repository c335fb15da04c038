package trace

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/sim/event"
)

var poke = &protocol.Poke{Reason: "new payload"}

// sample is a short run, with one field changed when edit is not nil.
func sample(r *Recorder, edit func(*Event, *protocol.Note)) {
	n := protocol.Note{Kind: protocol.NoteFinalized, Height: 7, Hash: crypto.Hash{1, 2}, Peer: 4, Value: 9, Reason: "a\nb"}
	e := Event{Key: &event.Key{At: 1_234_567_890, Tie: 5, Src: 6, Seq: 7}, Node: 3, Lane: 1, Kind: Arrival, Fingerprint: 0xabc, Detail: poke}
	if edit != nil {
		edit(&e, &n)
	}
	r.Event(&Event{Key: &event.Key{At: 5, Src: 1, Seq: 1}, Node: protocol.NoNode, Kind: Fault, Detail: poke})
	r.Event(&e)
	r.Note(e.Node, &n)
	r.Event(&Event{Key: &event.Key{At: 2_000_000_000, Src: 3, Seq: 8}, Node: 3, Lane: 2, Kind: Free})
	r.Note(3, &protocol.Note{Kind: protocol.NoteBeacon})
}

func digest(edit func(*Event, *protocol.Note)) [32]byte {
	r := New(Config{})
	sample(r, edit)
	return r.Digest()
}

func TestDigestGolden(t *testing.T) {
	d := digest(nil)
	require.Equal(t, "f1351b01f22043d1", hex.EncodeToString(d[:8]))
}

func TestDigestIsTheSameAtEveryLevel(t *testing.T) {
	for level := Off; level <= All; level++ {
		r := New(Config{Level: level, W: io.Discard})
		sample(r, nil)
		require.Equal(t, digest(nil), r.Digest(), level)
		require.Equal(t, r.Digest(), r.Digest(), "asking does not change it")
	}
}

func TestDigestDependsOnEveryField(t *testing.T) {
	seen := map[[32]byte]string{digest(nil): "unchanged"}
	check := func(what string, edit func(*Event, *protocol.Note)) {
		d := digest(edit)
		require.Empty(t, seen[d], what)
		seen[d] = what
	}
	check("at", func(e *Event, _ *protocol.Note) { e.Key.At++ })
	check("tie", func(e *Event, _ *protocol.Note) { e.Key.Tie++ })
	check("src", func(e *Event, _ *protocol.Note) { e.Key.Src++ })
	check("seq", func(e *Event, _ *protocol.Note) { e.Key.Seq++ })
	check("node", func(e *Event, _ *protocol.Note) { e.Node++ })
	check("lane", func(e *Event, _ *protocol.Note) { e.Lane++ })
	check("kind", func(e *Event, _ *protocol.Note) { e.Kind++ })
	check("strand", func(e *Event, _ *protocol.Note) { e.Strand++ })
	check("fingerprint", func(e *Event, _ *protocol.Note) { e.Fingerprint++ })
	check("note kind", func(_ *Event, n *protocol.Note) { n.Kind++ })
	check("height", func(_ *Event, n *protocol.Note) { n.Height++ })
	check("hash", func(_ *Event, n *protocol.Note) { n.Hash[31]++ })
	check("peer", func(_ *Event, n *protocol.Note) { n.Peer++ })
	check("value", func(_ *Event, n *protocol.Note) { n.Value++ })
	check("reason", func(_ *Event, n *protocol.Note) { n.Reason += "!" })
	require.Equal(t, 9, reflect.TypeFor[protocol.Note]().NumField(), "a new field of Note: record it, and check it here")
	require.Equal(t, 7, reflect.TypeFor[Event]().NumField(), "a new field of Event: record it, and check it here")

	require.Equal(t, digest(nil), digest(func(e *Event, n *protocol.Note) {
		e.Detail, n.Round, n.Summary, n.EncryptionKey = nil, &protocol.RoundSummary{}, &protocol.Summary{}, &idkg.EncryptionKey{}
	}),
		"descriptions, summaries and keys are functions of the rest")
}

// A run longer than the buffer has one digest, however it is cut up.
func TestDigestOfALongRun(t *testing.T) {
	a, b := New(Config{}), New(Config{})
	for i := range 2000 {
		sample(a, nil)
		sample(b, nil)
		if i%100 == 7 {
			b.Digest()
		}
	}
	require.Equal(t, a.Digest(), b.Digest())
}

func written(level Level) string {
	var out bytes.Buffer
	r := New(Config{Level: level, W: &out})
	sample(r, nil)
	if err := r.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

func TestLines(t *testing.T) {
	const (
		fault = "0.000000005 - - fault new payload src=1 seq=1 print=0\n"
		note1 = "1.234567890 n3 note finalized height=7 hash=0102000000000000 peer=n4 value=9 reason=\"a\\nb\"\n"
		note2 = "2.000000000 n3 note beacon height=0 hash=0000000000000000 peer=n0 value=0\n"
		came  = "1.234567890 n3 certification arrival new payload src=6 seq=7 print=abc\n"
		free  = "2.000000000 n3 ingress free src=3 seq=8 print=0\n"
	)
	require.Equal(t, "", written(Off))
	require.Equal(t, fault+note1+note2, written(Notes))
	require.Equal(t, fault+came+note1+note2, written(Messages))
	require.Equal(t, fault+came+note1+free+note2, written(All))
}

func TestParseLevel(t *testing.T) {
	for level := Off; level <= All; level++ {
		got, err := ParseLevel(level.String())
		require.NoError(t, err)
		require.Equal(t, level, got)
	}
	_, err := ParseLevel("loud")
	require.EqualError(t, err, `unknown trace level "loud": off, notes, messages or all`)
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestCloseReportsThatLinesWereLost(t *testing.T) {
	r := New(Config{Level: All, W: broken{}})
	for range 10_000 {
		sample(r, nil)
	}
	require.EqualError(t, r.Close(), "disk full")
	require.NoError(t, New(Config{Level: All}).Close())
}

func TestDiff(t *testing.T) {
	diff := func(a, b string) string {
		d, err := Diff(strings.NewReader(a), strings.NewReader(b))
		require.NoError(t, err)
		if d == nil {
			return ""
		}
		return d.String()
	}
	require.Equal(t, "", diff("", ""))
	require.Equal(t, "", diff("# seed 1\nx\ny\n", "x\n\n# end\ny"))
	require.Equal(t, "after 1 equal lines:\nA:3: y\nB:2: z", diff("# c\nx\ny\nq\n", "x\nz\nq\n"))
	require.Equal(t, "after 1 equal lines:\nA:2: y\nB:1: (end of trace)", diff("x\ny\n", "x\n"))
	_, err := Diff(strings.NewReader("x\n"), strings.NewReader("x\n"+strings.Repeat("y", maxLine+1)))
	require.EqualError(t, err, "second trace: line 2 is longer than 1048576 bytes: no trace")
}

func BenchmarkEvent(b *testing.B) {
	r := New(Config{})
	e := Event{Key: &event.Key{At: 1}, Node: 3, Kind: Arrival}
	b.ReportAllocs()
	for b.Loop() {
		e.Key.At++
		r.Event(&e)
	}
}

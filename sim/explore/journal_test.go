package explore

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/sim/check"
)

// A disk loses everything after so many bytes: the process is killed there.
type disk struct {
	bytes.Buffer
	left int
}

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.left)
	d.left -= n
	d.Buffer.Write(b[:n])
	if n < len(b) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

func (d *disk) Sync() error { return nil }

// A sweep that dies at any byte of its journal and goes on has each seed once, and what a whole sweep has.
func TestNoSeedIsLostOrCountedTwiceWhereverTheSweepDies(t *testing.T) {
	const seeds = 6
	whole := &disk{left: 1 << 20}
	sweep(t, whole, seeds)
	length := whole.Len()
	_, want, _, err := ReadJournal(whole.Bytes())
	require.NoError(t, err)
	require.Len(t, want, seeds)
	for cut := 0; cut <= length; cut += length/25 + 1 {
		d := &disk{left: cut}
		sweep(t, d, seeds)
		d.left = 1 << 20
		sweep(t, d, seeds)
		_, all, end, err := ReadJournal(d.Bytes())
		require.NoError(t, err)
		require.Equal(t, d.Len(), end)
		Sort(all)
		require.Equal(t, want, all, "dead after %d bytes", cut)
		require.Equal(t, seeds+1, bytes.Count(d.Bytes(), []byte("\n")), "a line each, and the heading")
	}
}

// sweep begins a journal, or goes on in it.
func sweep(t *testing.T, d *disk, seeds uint64) {
	h, before, end, err := ReadJournal(d.Bytes())
	require.NoError(t, err)
	d.Truncate(end)
	var j *Journal
	if end == 0 {
		if j, err = Begin(d, Heading{Version: "v", Scenario: "s"}); err != nil {
			return
		}
	} else {
		require.Empty(t, h.Differs(Heading{Version: "v", Scenario: "s"}))
		j = Resume(d)
	}
	done := map[uint64]bool{}
	for _, o := range before {
		done[o.Seed] = true
	}
	s := &Sweep{Seeds: Seeds{{1, seeds}}, Make: plain, Workers: 1, Done: func(seed uint64) bool { return done[seed] }}
	_ = s.Run(context.Background(), j.Add) // an error is the death that is tried
}

func TestAJournalOfSomethingElseIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"hello\n":                       "line 1 is no heading",
		`{"journal":"x"}` + "\n":        "line 1 is no heading",
		head(t) + "rubbish\n" + line(1): "line 2 is no outcome",
		head(t) + "{}\n" + line(1):      "line 2 is no outcome",
	} {
		_, _, _, err := ReadJournal([]byte(text))
		require.ErrorContains(t, err, want)
	}
	h, all, _, err := ReadJournal([]byte(head(t) + line(1) + line(2) + line(1)))
	require.NoError(t, err)
	require.Len(t, all, 2, "a seed counts once")
	require.Contains(t, h.Differs(Heading{Version: "w", Scenario: "s"}), "version v, not w")
}

func head(t *testing.T) string {
	d := &disk{left: 1 << 20}
	_, err := Begin(d, Heading{Version: "v", Scenario: "s"})
	require.NoError(t, err)
	return d.String()
}

func line(seed uint64) string { return fmt.Sprintf(`{"seed":%d,"status":"ok"}`+"\n", seed) }

func TestJUnitTellsFailuresFromErrorsWithTheirReplay(t *testing.T) {
	all := []*Outcome{
		{Seed: 1, Status: OK},
		{Seed: 2, Status: Safety, Digest: "abc", Failures: []Failure{{Check: "agreement", Kind: check.Safety, Detail: "two <blocks>"}}},
		{Seed: 3, Status: Bug, Trouble: "index out of range\nstack"},
	}
	var b bytes.Buffer
	require.NoError(t, WriteJUnit(&b, "s", all, func(seed uint64) string { return fmt.Sprintf("icsim run s --seed %d", seed) }))
	var suite junitSuite
	require.NoError(t, xml.Unmarshal(b.Bytes(), &suite))
	require.Equal(t, [3]int{3, 1, 1}, [3]int{suite.Tests, suite.Failures, suite.Errors})
	require.Nil(t, suite.Cases[0].Failure)
	require.Equal(t, "agreement: two <blocks>", suite.Cases[1].Failure.Message)
	require.Contains(t, suite.Cases[1].Failure.Text, "replay: icsim run s --seed 2")
	require.Equal(t, "index out of range", suite.Cases[2].Error.Message)
}

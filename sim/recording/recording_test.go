package recording

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/envelope"
	"icsim/sim/fault"
	"icsim/sim/machine"
)

const genesis = 1_700_000_000_000_000_000

// session is a recording of all kinds of inputs, and the inputs.
func session(t testing.TB) (text []byte, inputs []sim.Input) {
	endpoint, body := envelope.Probe(principal.SelfAuthenticating([]byte("subnet")))
	request, refusal := endpoint.Request(body, genesis)
	require.Nil(t, refusal)
	request.Ticket = 7
	inputs = []sim.Input{
		{At: 1, Clocks: &sim.Clocks{Pace: machine.Steady / 1000}},
		{At: 2, Request: request},
		{At: 500, Fault: &fault.Action{Kind: fault.Stop, Node: 3}},
		{At: 501, Fault: &fault.Action{Kind: fault.Start, Node: 3, LoseDisk: true}},
		{At: 1_000_000_000, Clocks: &sim.Clocks{By: 1500 * time.Millisecond, Pace: machine.Steady}},
	}
	var b bytes.Buffer
	w := NewWriter(&b, 42)
	for _, in := range inputs {
		w.Input(in, Raw{Path: endpoint.Path(), Body: body})
	}
	require.NoError(t, w.Close(2*time.Second))
	return b.Bytes(), inputs
}

func TestReadGivesWhatWasWritten(t *testing.T) {
	text, inputs := session(t)
	r, err := Read(text, genesis)
	require.NoError(t, err)
	require.Equal(t, &Recording{Seed: 42, Inputs: inputs, Lasted: 2 * time.Second}, r)
}

// A crash cuts the last line off, wherever: what stands before it is good, and the session ends with the last input.
func TestACutOffRecordingIsOne(t *testing.T) {
	text, inputs := session(t)
	first := bytes.IndexByte(text, '\n')
	for size := range text {
		r, err := Read(text[:size], genesis)
		if size < first {
			require.ErrorContains(t, err, "line 1: ")
			continue
		}
		require.NoError(t, err, "after %d bytes", size)
		for i, in := range r.Inputs {
			require.Equal(t, inputs[i], in)
		}
		if n := len(r.Inputs); n > 0 && n < len(inputs) {
			require.Equal(t, time.Duration(inputs[n-1].At), r.Lasted)
		}
		require.GreaterOrEqual(t, len(r.Inputs), bytes.Count(text[:size], []byte("\n"))-2)
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	const (
		seed, clocks, end = `{"at":0,"seed":1}`, `{"at":9,"clocks":{"by":"1s","pace":1}}`, `{"at":9,"end":true}`
		noSeed            = "a recording begins with its seed"
	)
	for _, c := range []struct {
		want  string
		lines []string
	}{
		{"line 1: " + noSeed, nil},
		{"line 1: " + noSeed, []string{"", ""}},
		{"line 1: " + noSeed, []string{end}},
		{"line 2: " + noSeed, []string{"", end}},
		{"line 1: no input of a recording", []string{"junk"}},
		{"line 2: no input of a recording: invalid character", []string{seed, "junk"}},
		{"line 2: no input of a recording", []string{seed, "[]"}},
		{"line 3: the seed stands in the first line", []string{seed, clocks, seed}},
		{"line 2: want one of request, clocks, fault and end", []string{seed, `{"at":1}`}},
		{"line 2: want one of request, clocks, fault and end", []string{seed, `{"at":9,"end":true,"clocks":{"by":"1s","pace":1}}`}},
		{`line 2: no input of a recording: json: unknown field "speed"`, []string{seed, `{"at":1,"speed":3}`}},
		{"line 2: no input of a recording: there is more after it", []string{seed, end + " {}"}},
		{"line 2: it is of -1 ns, after a line of 0 ns", []string{seed, `{"at":-1,"end":true}`}},
		{"line 3: the recording has ended before", []string{seed, end, clocks}},
		{"line 3: it is of 8 ns, after a line of 9 ns; want times that increase", []string{seed, clocks, `{"at":8,"end":true}`}},
		{"line 3: it is of 9 ns, after a line of 9 ns", []string{seed, clocks, clocks}},
		{`line 2: clocks by "soon" at pace 1: want a duration such as 1.5s`, []string{seed, `{"at":9,"clocks":{"by":"soon","pace":1}}`}},
		{"line 2: clocks by", []string{seed, `{"at":9,"clocks":{"by":"1s","pace":-1}}`}},
		{`no fault is called "earthquake"; want one of crash`, []string{seed, `{"at":9,"fault":{"Kind":"earthquake"}}`}},
		{"line 2: request: no such endpoint", []string{seed, `{"at":5,"request":{"path":"/nowhere","body":"","ticket":1}}`}},
		{"line 2: request: malformed request",
			[]string{seed, `{"at":5,"request":{"path":"/api/v2/canister/aaaaa-aa/call","body":"AA==","ticket":1}}`}},
	} {
		text := strings.Join(append(c.lines, ""), "\n")
		_, err := Read([]byte(text), genesis)
		require.ErrorContains(t, err, c.want, text)
	}
}

// A writer that cannot write says so at the end, and once.
func TestWriterKeepsTheFirstError(t *testing.T) {
	w := NewWriter(full{}, 1)
	w.Input(sim.Input{At: 1, Clocks: &sim.Clocks{}}, Raw{})
	require.ErrorIs(t, w.Close(time.Second), errFull)
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// FuzzRead: any text is a recording or is refused by one line that names a line; a recording has times that increase.
func FuzzRead(f *testing.F) {
	text, _ := session(f)
	f.Add(text)
	f.Add([]byte(`{"at":0,"seed":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Read(text, genesis)
		if err != nil {
			require.Regexp(t, `^line \d+: `, err.Error())
			return
		}
		last := protocol.Time(-1)
		for _, in := range r.Inputs {
			require.Greater(t, in.At, last)
			last = in.At
		}
		require.LessOrEqual(t, last, protocol.Time(r.Lasted))
	})
}

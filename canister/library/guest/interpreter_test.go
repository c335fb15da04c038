package main

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/cdktest"
	"icsim/canister/library/script"
)

func newInterpreters(ids ...cdk.Principal) *cdktest.Network {
	n := cdktest.New()
	for _, id := range ids {
		n.Install(id, undecided(), settings("interpreter", nat("cells", 4)))
	}
	return n
}

func argument(p script.Program) []byte { return candid.Encode(candid.NewBlob(p)) }

// output runs a program that replies.
func output(t *testing.T, n *cdktest.Network, id cdk.Principal, p script.Program) string {
	t.Helper()
	reply, reject := n.Call(id, "run", argument(p.Reply()))
	require.Nil(t, reject)
	return string(candid.Read(reply).Blob())
}

func numbers(all ...uint64) string {
	var b []byte
	for _, n := range all {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return string(b)
}

func TestInterpreterComputes(t *testing.T) {
	n := newInterpreters("a")
	for name, x := range map[string]struct {
		p    script.Program
		want string
	}{
		"cells":    {script.New().Set(1, 5).Add(1, 3).Add(1, 1<<64-1).Get(1).Get(5).Get(2), numbers(7, 7, 0)},
		"loop":     {script.New().Set(0, 0).Repeat(3, script.New().Repeat(4, script.New().Add(0, 1))).Get(0), numbers(12)},
		"emit":     {script.New().Emit([]byte("ab")).Emit(nil).Emit([]byte("c")), "abc"},
		"time":     {script.New().Time(), numbers(n.Now)},
		"cycles":   {script.New().Accept(5).Burn(7), numbers(0, 7)},
		"no steps": {script.New().Repeat(script.MaxSteps-2, nil), ""},
	} {
		require.Equal(t, x.want, output(t, n, "a", x.p), name)
	}
	require.Equal(t, numbers(4), output(t, n, "a", script.New().Grow(3).Set(6, 9)))
	require.Equal(t, numbers(9, 9, 7), output(t, n, "a", script.New().Get(6).Get(13).Grow(0)))
	stable := script.New().StableGrow(2).StableGrow(0).StableWrite(65535, []byte("xy")).StableRead(65535, 3)
	require.Equal(t, numbers(0, 2)+"xy\x00", output(t, n, "a", stable))
	output(t, n, "a", script.New().Print("hello"))
	require.Equal(t, []string{"hello"}, n.Prints)
}

func TestInterpreterAnswers(t *testing.T) {
	n := newInterpreters("a")
	for text, p := range map[string]script.Program{
		"no, thanks":                       script.New().Set(0, 1).Reject("no, thanks"),
		"went wrong":                       script.New().Trap("went wrong"),
		"did not reply":                    script.New().Set(0, 2),
		"there is no such instruction":     {200},
		"more than 100000 instructions":    script.New().Repeat(script.MaxSteps, nil),
		"more than 1048576 bytes":          script.New().Repeat(1025, script.New().Emit(make([]byte, 1024))),
		"more than 1048576 cells":          script.New().Grow(script.MaxCells - 3),
		"stable memory out of bounds":      script.New().StableWrite(0, []byte{1}),
		"certified_data_set":               script.New().Certify(make([]byte, 33)),
		"answered already":                 script.New().Reply().Reply(),
		"more than 1048576 bytes of outpu": script.New().StableRead(0, 1<<60),
	} {
		_, reject := n.Call("a", "run", argument(p))
		require.ErrorContains(t, reject, text)
	}
	_, reject := n.Call("a", "run", nothing())
	require.ErrorContains(t, reject, "argument 1 is missing: a blob is expected")
	for _, cells := range []uint64{0, script.MaxCells + 1} {
		require.PanicsWithValue(t, "cdktest: Init of b: interpreter: it has 1 to 1048576 cells", func() {
			n.Install("b", undecided(), settings("interpreter", nat("cells", cells)))
		})
	}
}

// Answers are in the order of the calls, each with what came back of its cycles.
func TestInterpreterCalls(t *testing.T) {
	n := newInterpreters("a", "b")
	answered := func(p script.Program) string {
		return string(candid.Encode(candid.NewBlob([]byte(output(t, n, "b", p)))))
	}
	one := script.New().Emit([]byte("one"))
	want := answered(one)
	p := script.New().
		Call([]byte("b"), script.New().Set(3, 1).Accept(40).Reply(), 100).
		Call([]byte("b"), one.Reply(), 0).
		Call([]byte("b"), script.New().Trap("went wrong"), 100).
		Set(3, 8).Get(3).Await().
		Call([]byte("b"), script.New().Call([]byte("a"), script.New().Get(3).Reply(), 0).Await().Reply(), 0).Await()
	accepted := candid.Encode(candid.NewBlob([]byte(numbers(40))))
	nested := candid.Encode(candid.NewBlob([]byte(numbers(8))))
	inner := candid.Encode(candid.NewBlob([]byte(numbers(0, uint64(len(nested))) + string(nested) + numbers(0))))
	require.Equal(t, numbers(8)+
		numbers(0, uint64(len(accepted)))+string(accepted)+numbers(60)+
		numbers(0, uint64(len(want)))+want+numbers(0)+
		numbers(cdk.CanisterError, 10)+"went wrong"+numbers(100)+
		numbers(0, uint64(len(inner)))+string(inner)+numbers(0),
		output(t, n, "a", p))
}

// state gives the digest.
func state(t *testing.T, n *cdktest.Network, id cdk.Principal) string {
	t.Helper()
	reply, reject := n.Query(id, "state", nothing())
	require.Nil(t, reject)
	return string(candid.Read(reply).Blob())
}

// The timer runs its program once, and then the program is gone.
func TestInterpreterTimer(t *testing.T) {
	n := newInterpreters("a", "b")
	output(t, n, "a", script.New().Timer(50, script.New().Trap("replaced")).Timer(100, script.New().Add(0, 1)))
	n.Advance("a", 99)
	require.Equal(t, numbers(0), output(t, n, "a", script.New().Get(0)))
	n.Advance("a", 1)
	n.Advance("a", 1000)
	require.Equal(t, numbers(1), output(t, n, "a", script.New().Get(0)))
	output(t, n, "b", script.New().Add(0, 1))
	require.Equal(t, state(t, n, "b"), state(t, n, "a"))
}

// The digest changes with everything that it covers, and with nothing else.
func TestInterpreterState(t *testing.T) {
	n := newInterpreters("a")
	seen := map[string]bool{state(t, n, "a"): true}
	for i, p := range []script.Program{
		script.New().Set(2, 1), script.New().Set(2, 0).Set(3, 1), script.New().Grow(1), script.New().StableGrow(1),
		script.New().StableWrite(65535, []byte{1}), script.New().Certify([]byte("c")), script.New().Timer(1000, script.New().Reply()),
	} {
		output(t, n, "a", p)
		require.False(t, seen[state(t, n, "a")], "program %d", i)
		seen[state(t, n, "a")] = true
	}
	before := state(t, n, "a")
	output(t, n, "a", script.New().Get(1).Emit([]byte("x")).Burn(3).Spin(100_000).Print("p"))
	require.Equal(t, before, state(t, n, "a"))
}

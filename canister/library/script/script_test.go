package script_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/library/script"
	"icsim/canister/library/script/scripttest"
	"icsim/protocol"
)

// What is read is what was appended, for every operation.
func TestReadsWhatWasAppended(t *testing.T) {
	q := script.New().Reply()
	p := script.New().Set(300, 1<<63).Add(1, 2).Get(127).Grow(128).StableGrow(5).StableWrite(6, []byte("data")).StableRead(7, 8).
		Certify([]byte("c")).Timer(9, q).Call([]byte("other"), q, 10).Await().Random().Time().Spin(11).Accept(12).Burn(13).Print("text").
		Emit(nil).Repeat(14, q).Reply().Reject("no").Trap("")
	type instruction struct {
		numbers [2]uint64
		blobs   [2]string
	}
	want := []instruction{
		{numbers: [2]uint64{300, 1 << 63}}, {numbers: [2]uint64{1, 2}}, {numbers: [2]uint64{127}}, {numbers: [2]uint64{128}},
		{numbers: [2]uint64{5}}, {[2]uint64{6}, [2]string{"data"}}, {numbers: [2]uint64{7, 8}}, {blobs: [2]string{"c"}},
		{[2]uint64{9}, [2]string{string(q)}}, {[2]uint64{10}, [2]string{"other", string(q)}}, {}, {}, {}, {numbers: [2]uint64{11}},
		{numbers: [2]uint64{12}}, {numbers: [2]uint64{13}}, {blobs: [2]string{"text"}}, {},
		{[2]uint64{14}, [2]string{string(q)}}, {}, {blobs: [2]string{"no"}}, {},
	}
	for i, w := range want {
		in, rest, ok := p.Next()
		require.True(t, ok)
		require.Equal(t, script.Op(i), in.Op)
		require.Equal(t, w, instruction{in.Numbers, [2]string{string(in.Blobs[0]), string(in.Blobs[1])}}, "operation %d", i)
		p = rest
	}
	require.Empty(t, p)
}

// A program that ends within an instruction is not read beyond its end, nor is one with an operation that there is not.
func TestRefusesWhatIsNoProgram(t *testing.T) {
	for _, p := range []script.Program{
		{byte(script.Trap) + 1}, {255}, {byte(script.Set)}, {byte(script.Set), 1}, {byte(script.Set), 0x80}, {byte(script.Emit), 1},
		{byte(script.Emit), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		script.Program("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
	} {
		_, _, ok := p.Next()
		require.False(t, ok, "%x", p)
	}
}

// Appending never changes a program that two others begin with.
func TestProgramsAreValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scripttest.Scope{Canisters: []protocol.CanisterID{1}, Depth: 1, Racy: true}
		p := s.Body(scripttest.FromRapid(t))
		before := string(p)
		a := p.Emit([]byte("a"))
		b := p.Then(script.New().Reply())
		require.Equal(t, before+string(script.New().Emit([]byte("a"))), string(a))
		require.Equal(t, before+string(script.New().Reply()), string(b))
	})
}

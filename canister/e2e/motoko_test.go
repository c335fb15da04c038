package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/candid"
	"icsim/canister/wasm/module"
	"icsim/crypto"
	"icsim/protocol"
)

// inBothWidths runs a test with modules for 32-bit memories and with modules for 64-bit ones, Motoko's default. Whatever the test
// asks, the answers are the same.
func inBothWidths(t *testing.T, names []string, test func(s *subnet, width string)) {
	var answers [][]string
	for _, width := range []string{"32", "64"} {
		t.Run(width, func(t *testing.T) {
			var canisters []install
			for _, name := range names {
				m, err := module.Decode(built(t, name+"-"+width+".wasm"))
				require.NoError(t, err)
				require.Equal(t, width == "64", m.Memory64())
				canisters = append(canisters, install{name + "-" + width + ".wasm", name + ".did", "()"})
			}
			s := newSubnet(t, canisters...)
			test(s, width)
			answers = append(answers, s.answers)
		})
	}
	if len(answers) == 2 {
		require.Equal(t, answers[0], answers[1])
	}
}

func TestMotokoCounter(t *testing.T) { inBothWidths(t, []string{"counter"}, counts) }

func counts(s *subnet, _ string) {
	require.Equal(s, "(0 : nat)", s.call(1, "get", "()"))
	require.Equal(s, "(1 : nat)", s.call(1, "inc", "()"))
	require.Equal(s, "()", s.call(1, "set", "(41)"))
	require.Equal(s, "(42 : nat)", s.call(1, "inc", "()"))
	require.Contains(s, s.call(1, "fail", "()"), "assertion failed")
	require.Equal(s, "(42 : nat)", s.call(1, "get", "()"), "a trap leaves no trace")
	require.Contains(s, s.send(1, "dec", nil).Reject.Message, "has no update method 'dec'")
	require.Contains(s, s.send(1, "set", s.infer(`("41")`)).Reject.Message, "IDL error")
}

func TestMotokoAwait(t *testing.T) { inBothWidths(t, []string{"counter", "awaiter"}, awaits) }

func awaits(s *subnet, _ string) {
	const counter, awaiter protocol.CanisterID = 1, 2
	id := `("` + counter.Principal().String() + `")`
	require.Equal(s, "(1_002 : nat)", s.call(awaiter, "inTurn", id))
	require.Equal(s, "(4_003 : nat)", s.call(awaiter, "together", id))
	require.Contains(s, s.call(awaiter, "catches", id), "assertion failed")
	require.Equal(s, "(4 : nat)", s.call(counter, "get", "()"))
	require.Equal(s, "(1 : nat)", s.call(awaiter, "get", "()"))

	// What is done before a wait stays when what follows it traps.
	require.Contains(s, s.call(awaiter, "breaks", id), "assertion failed")
	require.Equal(s, "(5 : nat)", s.call(counter, "get", "()"))
	require.Equal(s, "(11 : nat)", s.call(awaiter, "get", "()"))

	// Motoko tidies up in a cleanup callback, of which everything stays.
	require.Contains(s, s.call(awaiter, "tidies", id), "assertion failed")
	require.Equal(s, "(6 : nat)", s.call(counter, "get", "()"))
	require.Equal(s, "(1_011 : nat)", s.call(awaiter, "get", "()"))
}

func TestMotokoTimersAndHeartbeat(t *testing.T) { inBothWidths(t, []string{"clock"}, ticks) }

func ticks(s *subnet, _ string) {
	begin := s.clock()
	s.idle(10)
	now := s.clock()
	require.Zero(s, now.once+now.often)
	require.InDelta(s, begin.beats+11, now.beats, 1, "a heartbeat a round")

	s.call(1, "start", "(5)") // and so in five rounds
	s.idle(3)
	now = s.clock()
	require.Zero(s, now.once+now.often)
	s.idle(4)
	now = s.clock() // the ninth round
	require.EqualValues(s, 1, now.once, "the timer that traps leaves no trace")
	require.EqualValues(s, 11, now.often, "once, over a wait")
	s.idle(13)
	now = s.clock() // the 23rd
	require.EqualValues(s, 1, now.once)
	require.EqualValues(s, 44, now.often)
	s.call(1, "stop", "()")
	s.idle(20)
	require.EqualValues(s, 44, s.clock().often)
}

// A clock is what clock.mo has counted.
type clock struct{ beats, once, often uint64 }

func (s *subnet) clock() clock {
	s.Helper()
	signature, err := s.interfaces[1].Method("read")
	require.NoError(s, err)
	status := s.send(1, "read", s.infer("()"))
	s.read(status, signature.Results)
	values, err := candid.Decode(status.Reply, signature.Results)
	require.NoError(s, err)
	count := func(name string) uint64 {
		v, _ := values[0].(candid.Record).Get(name)
		n, _ := v.(candid.Nat).Uint64()
		return n
	}
	return clock{count("beats"), count("once"), count("often")}
}

func TestMotokoUpgrade(t *testing.T) { inBothWidths(t, []string{"notes"}, upgrades) }

func upgrades(s *subnet, width string) {
	upgrade := func(name string) string {
		if width == "64" {
			return s.upgradeSaying(keep(), 1, name+"-64.wasm")
		}
		return s.upgrade(1, name+"-32.wasm", "()") // by way of stable memory
	}
	const one = `opt record { next = null; size = 3 : nat; text = "one" }`
	const both = `opt record { next = ` + one + `; size = 3 : nat; text = "two" }`
	all := func(notes, calls, version string) string {
		return "(record { sum = 1_267_650_600_228_229_401_496_703_205_382 : nat; calls = " + calls +
			" : nat; version = " + version + " : nat; notes = " + notes + " })"
	}
	s.call(1, "add", `("one")`)
	s.call(1, "add", `("two")`)
	require.Equal(s, all(both, "2", "1"), s.call(1, "all", "()"))
	require.Equal(s, "()", upgrade("notes"))
	require.Equal(s, all(both, "0", "1"), s.call(1, "all", "()"), "what is transient begins anew")
	require.Equal(s, "()", upgrade("notes-next"))
	s.describe(1, "notes-next.did")
	require.Equal(s, all(both, "0", "2"), s.call(1, "all", "()"))
	require.Equal(s, "(1 : nat)", s.call(1, "erase", "()"))
	require.Equal(s, "()", upgrade("notes-next"))
	require.Equal(s, all(one, "0", "2"), s.call(1, "all", "()"))
	require.Equal(s, "(2 : nat)", s.call(1, "erase", "()"))
}

// Who keeps everything in main memory is protected from losing it by an upgrade that does not say so, and Motoko looks itself whether
// what it finds there is what it takes it for.
func TestMotokoMemoryIsNotLostByMistake(t *testing.T) {
	s := newSubnet(t, install{"notes-64.wasm", "notes.did", "()"}, install{"notes-32.wasm", "notes.did", "()"})
	s.call(1, "add", `("one")`)
	before := s.call(1, "all", "()")
	require.Contains(t, s.upgrade(1, "notes-next-64.wasm", "()"), "Missing upgrade option")
	require.Contains(t, s.upgradeSaying(keep(), 1, "notes-next-32.wasm"), "Invalid upgrade option")
	require.Contains(t, s.upgradeSaying(keep(), 1, "notes-other-64.wasm"), "Memory-incompatible program upgrade")
	require.Equal(t, before, s.call(1, "all", "()"))
	require.Equal(t, "()", s.upgradeSaying(replace(), 1, "notes-64.wasm"))
	require.Contains(t, s.call(1, "all", "()"), "notes = null")

	require.Contains(t, s.upgradeSaying(keep(), 2, "notes-32.wasm"), "Invalid upgrade option")
	s.call(2, "add", `("one")`)
	before = s.call(2, "all", "()")
	require.Equal(t, "()", s.upgradeSaying(replace(), 2, "notes-32.wasm"))
	require.Equal(t, strings.Replace(before, "calls = 1", "calls = 0", 1), s.call(2, "all", "()"), "stable memory is always kept")
}

// Motoko collects garbage and makes closures of its own: the state they leave is the same in every executor.
func TestEveryRunIsTheSame(t *testing.T) {
	for _, width := range []string{"32", "64"} {
		run := func() crypto.Hash {
			s := newSubnet(t, install{module: "counter-" + width + ".wasm", arg: "()"}, install{module: "awaiter-" + width + ".wasm", arg: "()"})
			for range 20 {
				s.call(2, "together", `("`+protocol.CanisterID(1).Principal().String()+`")`)
			}
			return crypto.Hash(protocol.NewManifest(s.state.Files()).Root())
		}
		require.Equal(t, run(), run())
	}
}

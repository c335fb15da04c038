package canister

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/canister/wasm/wasmtest"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

func TestGenesisInstalls(t *testing.T) {
	x := newExecutor(t)
	installs := scriptedAt(false, 7)
	installs[0].Arg = append(script{}.do("keep", 5).do("certify", "abc").do("timer", 1), 0)
	installs[0].Controllers = []principal.ID{user, principal.Anonymous(), user}
	s := newSubnet(t, x, installs...)
	info, ok := s.state.Canister(7)
	require.True(t, ok)
	require.Equal(t, uint64(1), info.Version)
	require.Equal(t, Running, info.Status)
	require.Equal(t, protocol.CyclesOf(100*trillion), info.Balance)
	require.Equal(t, protocol.CyclesOf(100*trillion), s.state.TotalCycles())
	require.Equal(t, 1, s.state.NumCanisters())
	require.True(t, s.state.HasCanister(7))
	require.False(t, s.state.HasCanister(8))
	leaf := func(path ...string) string {
		sub, _ := s.state.Tree().Subtree(treeLabel(7))
		for _, p := range path[:len(path)-1] {
			sub, _ = sub.Subtree(hashtree.Label(p))
		}
		value, ok := sub.Leaf(hashtree.Label(path[len(path)-1]))
		require.True(t, ok)
		return string(value)
	}
	require.Equal(t, "abc", leaf("certified_data"))
	require.Equal(t, "world", leaf("metadata", "hello"))
	hash := s.state.find(7).code.hash
	require.Equal(t, string(hash[:]), leaf("module_hash"))
	// CBOR: the tag 55799, an array of two byte strings, ascending.
	require.Equal(t, "\xd9\xd9\xf7\x82\x41\x04\x58\x1d"+string(user.Bytes()), leaf("controllers"))
	require.Equal(t, string(binary.AppendUvarint(nil, genesisUnix)), leaf("canister_creation_timestamp"))
	require.Equal(t, string(binary.AppendUvarint(nil, genesisUnix)), leaf("last_install_timestamp"))
	s.replied(le64(5), s.run(7, script{}.do("kept").do("reply")))
}

// An empty canister shows who controls it and when it was made; the time of an installation is that of its round (interface.md D.5).
func TestTimesInTheCertifiedTree(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	shown := func() (names []string) {
		sub, _ := s.state.Tree().Subtree(treeLabel(1))
		for name := range sub.Ascend("") {
			names = append(names, string(name))
		}
		return names
	}
	last := func() uint64 {
		leaf, ok := s.state.Tree().Leaf(treeLabel(1), "last_install_timestamp")
		require.True(t, ok)
		n, _ := binary.Uvarint(leaf)
		return n
	}
	require.Equal(t, uint64(genesisUnix), last())
	code := s.state.find(1).code.raw
	s.done(s.manage("uninstall_code", about(1)), nil)
	require.Equal(t, []string{"canister_creation_timestamp", "controllers"}, shown())
	s.done(s.manage("install_code", management.InstallCode{
		Mode: management.InstallMode{Install: &management.Null{}}, Canister: protocol.CanisterID(1).Principal(), Module: code,
	}), nil)
	require.Greater(t, last(), uint64(genesisUnix))
	require.LessOrEqual(t, last(), genesisUnix+uint64(s.ctx.Time))
	require.Contains(t, shown(), "module_hash")
}

// Private sections are for controllers (interface.md D.5).
func TestHiddenSections(t *testing.T) {
	b := &wasmtest.Builder{}
	b.Custom("icp:private secret", "x")
	b.Custom("icp:public open", "y")
	s := newSubnet(t, newExecutor(t), Install{
		ID: 1, Module: b.Bytes(), Cycles: protocol.CyclesOf(trillion), Controllers: []principal.ID{user},
	})
	require.True(t, s.state.HidesSection(1, "secret", stranger))
	require.False(t, s.state.HidesSection(1, "secret", user))
	require.False(t, s.state.HidesSection(1, "open", stranger))
	require.False(t, s.state.HidesSection(1, "none", stranger))
	require.False(t, s.state.HidesSection(2, "secret", stranger))
}

// Motoko modules do their work in (start): it runs before canister_init and sees only what `s` may (interface.md A.3).
func TestStartRunsFirst(t *testing.T) {
	b := &wasmtest.Builder{}
	grow := b.Import("ic0", "stable64_grow", wasmtest.T(wasmtest.I64), wasmtest.T(wasmtest.I64))
	b.Memory(1, 1)
	b.M.Start, b.M.HasStart = b.Func(nil, nil, nil, "i64.const 3 call "+number(int(grow))+" drop"), true
	one := "i64.const 1 call " + number(int(grow))
	b.Entry("canister_init", nil, one+" i64.const 3 i64.ne br_if 0 "+one+" drop")
	s := newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: protocol.CyclesOf(trillion)})
	require.Equal(t, uint64(5*pageBytes), s.state.find(1).stable.Len())
}

func TestGenesisSaysWhatIsWrong(t *testing.T) {
	x := newExecutor(t)
	module := scripted(false)
	starts := func(code string) []byte {
		b := &wasmtest.Builder{}
		b.Import("ic0", "time", nil, wasmtest.T(wasmtest.I64))
		b.M.Start, b.M.HasStart = b.Func(nil, nil, nil, code), true
		return b.Bytes()
	}
	for _, v := range []struct {
		why      string
		installs []Install
	}{
		{"canister rrkah-fqaaa-aaaaa-aaaaq-cai: the id is taken", []Install{{ID: 1, Module: module}, {ID: 1, Module: module}}},
		{"the id is taken", []Install{{ID: protocol.ManagementCanister, Module: module}}},
		{"11 controllers, at most 10", []Install{{ID: 1, Module: module, Controllers: make([]principal.ID, 11)}}},
		{"more than there can be", []Install{{ID: 1, Module: module, Cycles: protocol.Cycles{Hi: 1 << 60}}}},
		{"the module is not valid", []Install{{ID: 1, Module: []byte("no module")}}},
		{"the start function failed: Canister trapped: unreachable", []Install{{ID: 1, Module: starts("unreachable")}}},
		{"cannot be executed in start mode", []Install{{ID: 1, Module: starts("call 0 drop")}}},
		{"canister_init failed: Canister trapped: unreachable", []Install{{ID: 1, Module: module, Arg: append(script{}.do("unreachable"), 0),
			Cycles: protocol.CyclesOf(trillion)}}},
	} {
		ctx := protocol.RoundContext{Nodes: 13}
		_, err := x.Genesis(&ctx, v.installs)
		require.ErrorContains(t, err, v.why)
	}
}

// What update_settings would refuse, genesis and Admit refuse.
func TestGenesisSettings(t *testing.T) {
	x := newExecutor(t)
	with := func(id protocol.CanisterID, compute, memory uint64) Install {
		in := scriptedAt(false, id)[0]
		in.Settings = &management.Settings{
			ComputeAllocation: is1(cyc(compute)), MemoryAllocation: is1(cyc(memory)), FreezingThreshold: is1(cyc(60)),
			Environment: &[]management.EnvironmentVariable{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}},
		}
		return in
	}
	s := newSubnet(t, x, with(1, 10, 1<<30), with(2, 0, 0))
	got := s.state.find(1).settings
	require.Equal(t, []uint64{10, 1 << 30, 60, defaultHeapLimit}, []uint64{got.compute, got.memory, got.threshold, got.heapLimit})
	require.Equal(t, "a", got.environment[0].Name)
	require.Equal(t, []principal.ID{user}, got.controllers)
	s.tick(10e9)
	s.play(s.ingress(1, "run", is("x")))
	require.Equal(t, cyc(10*10*feeCompute), s.state.find(1).consumed[useCompute])
	poor := with(5, 0, 100<<30)
	poor.Cycles = cyc(1_000_000_000)
	for why, installs := range map[string][]Install{
		"remaining compute capacity is 99%":   {with(1, 100, 0), with(2, 100, 0), with(3, 100, 0)},
		"only 1073741824 bytes are available": {with(1, 0, 2<<40-1<<30), with(3, 0, 1<<30+1)},
		"compute_allocation is 101":           {with(2, 101, 0)},
		"memory by 107374182400 bytes due to": {with(4, 0, 0), poor},
	} {
		ctx := protocol.RoundContext{Nodes: 13}
		_, err := x.Genesis(&ctx, installs)
		require.ErrorContains(t, err, why)
		at, admitted := Admit(&ctx, installs)
		require.ErrorContains(t, admitted, why)
		require.Equal(t, len(installs)-1, at)
	}
}

// A subnet without canisters is a state too.
func TestEmptySubnet(t *testing.T) {
	x := newExecutor(t)
	s := newSubnet(t, x)
	require.Zero(t, s.state.Tree().Len())
	s.round()
	state, _ := x.Begin(nil, &s.ctx).Commit()
	require.Equal(t, s.state.ManifestHash(), state.(*State).ManifestHash())
}

// Canisters that only count go on counting, with the others and against the subnet's bound.
func TestIdleCanistersCount(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1)...)
	s.state = s.state.WithIdle(maxCanisters - 1)
	s.replied("", s.run(1, script{}.do("stablegrow", 1).do("reply")))
	require.Equal(t, maxCanisters, s.state.NumCanisters())
	require.False(t, s.state.HasCanister(2))
	require.Equal(t, maxCanisters, s.state.checkpoint().NumCanisters())
}

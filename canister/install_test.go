package canister

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/protocol"
)

var replaceMemory = &management.Persistence{Replace: &management.Null{}}
var keepMemory = &management.Persistence{Keep: &management.Null{}}

func reinstall(id protocol.CanisterID, module []byte, arg script) management.InstallCode {
	in := install(id, module, arg)
	in.Mode = management.InstallMode{Reinstall: &management.Null{}}
	return in
}

// settle lets installation debts be worked off.
func (s *subnet) settled() *subnet {
	s.rounds(2)
	return s
}

func TestInstallUpgradeReinstall(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	module := scripted(false)
	id := s.create()
	s.rejected(protocol.CanisterError, "IC0537", "no Wasm module", s.manage("install_code", upgrade(id, module, nil, nil)))
	first := script{}.do("keep", 5).do("stablegrow", 1).do("certify", "a").do("timer", 1<<62)
	s.done(s.manage("install_code", install(id, module, first)), nil)
	c := s.state.find(id)
	require.Equal(t, uint64(1), c.version)
	require.Equal(t, "a", string(c.certified), "what init certifies stays")
	s.replied(le64(5), s.run(id, script{}.do("kept").do("reply")))
	s.rejected(protocol.CanisterError, "IC0538", "not empty", s.settled().manage("install_code", install(id, module, nil)))
	s.rejected(protocol.CanisterError, "IC0505", "not valid", s.manage("install_code", reinstall(id, []byte("junk"), nil)))

	// An upgrade keeps stable memory and certified data; the heap is new and the timer off. pre_upgrade sees the old version,
	// post_upgrade the new one.
	stable := script{}.do("stablewrite", 8, "before")
	s.replied("", s.run(id, script{}.do("preupgrade", stable.do("print", "old").do("certify", "b")).do("reply")))
	version := s.state.find(id).version
	s.done(s.settled().manage("install_code", upgrade(id, module, script{}.do("keep", 6).do("print", "new"), nil)), nil)
	c = s.state.find(id)
	require.Equal(t, version+1, c.version)
	require.Zero(t, c.timer)
	require.Equal(t, "b", string(c.certified))
	s.replied(le64(6)+"before", s.run(id, script{}.do("kept").do("stableread", 8, 6).do("reply")))
	require.Equal(t, []string{"old", "new"}, s.logged(id))

	// skip_pre_upgrade does what it says.
	s.replied("", s.run(id, script{}.do("preupgrade", script{}.do("unreachable")).do("reply")))
	s.done(s.settled().manage("install_code", upgrade(id, module, nil, &management.Upgrade{SkipPreUpgrade: is1(true)})), nil)

	s.done(s.settled().manage("install_code", reinstall(id, module, script{}.do("keep", 8))), nil)
	c = s.state.find(id)
	require.Zero(t, c.stable.Len())
	require.Empty(t, c.certified)
	require.Empty(t, s.logged(id), "a reinstallation deletes the log")
	s.replied(le64(8), s.run(id, script{}.do("kept").do("reply")))
}

func (s *subnet) logged(id protocol.CanisterID) []string {
	var lines []string
	for _, r := range s.state.find(id).log.records {
		lines = append(lines, string(r.Content))
	}
	return lines
}

// Whatever an upgrade did before it failed is undone: only the fee and the log stay (interface.md B.2 "all or nothing").
func TestFailedUpgradeLeavesNoTrace(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	module := scripted(false)
	busy := script{}.do("keep", 7).do("stablegrow", 3).do("certify", "zzz").do("timer", 1<<60).do("burn", 1000)
	s.replied("", s.run(1, script{}.do("preupgrade", busy).do("keep", 1).do("timer", 1<<62).do("certify", "a").do("reply")))
	trap := busy.do("print", "so far").do("unreachable")
	for name, in := range map[string]management.InstallCode{
		"post_upgrade": upgrade(1, module, trap, nil),
		"init":         reinstall(1, module, trap),
		"memory":       reinstall(1, module, script{}.do("grow", 60000).do("unreachable")),
	} {
		s.settled()
		before, balance := atRest(s.state.find(1)), s.balance(1)
		status := s.manage("install_code", in)
		require.Equal(t, protocol.IngressRejected.String(), status.State.String(), name)
		require.Equal(t, before, atRest(s.state.find(1)), name)
		require.True(t, s.balance(1).Less(balance))
	}
	require.Contains(t, s.logged(1), "so far")
	s.replied(le64(1), s.run(1, script{}.do("kept").do("reply")))
	s.replied("", s.run(1, script{}.do("preupgrade", trap).do("reply")))
	s.rejected(protocol.CanisterError, "IC0502", "unreachable", s.settled().manage("install_code", upgrade(1, module, nil, nil)))
	s.replied(le64(1), s.run(1, script{}.do("kept").do("reply")))
}

// atRest is a canister without what fees and counting change.
func atRest(c *Canister) any {
	plain := *c
	plain.balance, plain.installs, plain.consumed = protocol.Cycles{}, debit{}, consumed{}
	return unclocked(&plain)
}

// Code that has its state in main memory may keep it, and has to say what it wants (interface.md B.2 "Orthogonal persistence").
func TestEnhancedOrthogonalPersistence(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	eop, plain := scripted(false, "icp:private "+persistence), scripted(false)
	id := s.create()
	s.done(s.manage("install_code", install(id, eop, script{}.do("poke", 2048, 77).do("keep", 5))), nil)
	s.rejected(protocol.CanisterError, "IC0504", "requires the `wasm_memory_persistence`",
		s.settled().manage("install_code", upgrade(id, eop, nil, nil)))
	s.rejected(protocol.CanisterError, "IC0504", "requires that the new canister module supports",
		s.manage("install_code", upgrade(id, plain, nil, &management.Upgrade{Persistence: keepMemory})))
	s.done(s.manage("install_code", upgrade(id, eop, nil, &management.Upgrade{Persistence: keepMemory})), nil)
	s.replied(le32(77)+le64(0), s.run(id, script{}.do("peek", 2048).do("kept").do("reply")))
	s.done(s.settled().manage("install_code", upgrade(id, eop, nil, &management.Upgrade{Persistence: replaceMemory})), nil)
	s.replied(le32(0), s.run(id, script{}.do("peek", 2048).do("reply")))
	public := scripted(false, "icp:public "+persistence)
	s.done(s.settled().manage("install_code", upgrade(id, public, nil, &management.Upgrade{Persistence: replaceMemory})), nil)
	s.done(s.settled().manage("install_code", upgrade(id, plain, nil, nil)), nil)
}

// Installing works off what it took before more is installed (IC0209); a sixteenth of a round a round.
func TestInstallingIsRateLimited(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.done(s.manage("install_code", reinstall(1, scripted(false), script{}.do("spin", 100<<20))), nil)
	debt := s.state.find(1).installs.amount
	require.Greater(t, debt, uint64(installRate))
	for range debt / installRate {
		s.rejected(protocol.SysTransient, "IC0209", "rate limited", s.manage("install_code", reinstall(1, scripted(false), nil)))
	}
	s.done(s.manage("install_code", reinstall(1, scripted(false), nil)), nil)
	poor := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	poor.Settings.FreezingThreshold = is1(cyc(1 << 60))
	s.done(s.settled().manage("update_settings", poor), nil)
	s.ctx.System = true
	s.done(s.manage("install_code", reinstall(1, scripted(false), script{}.do("spin", 100<<20))), nil)
	s.done(s.manage("install_code", reinstall(1, scripted(false), nil)), nil)
}

func TestInstallInChunks(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	module := scripted(false)
	target, store := s.create(), s.create()
	parts := [][]byte{module[:100], module[100:1000], module[1000:]}
	var hashes []management.ChunkHash
	for _, p := range parts {
		var got management.ChunkHash
		s.done(s.manage("upload_chunk", management.UploadChunk{Canister: store.Principal(), Chunk: p}), &got)
		sum := sha256.Sum256(p)
		require.Equal(t, sum[:], got.Hash)
		hashes = append(hashes, got)
	}
	s.done(s.manage("upload_chunk", management.UploadChunk{Canister: store.Principal(), Chunk: parts[0]}), nil)
	var stored []management.ChunkHash
	s.done(s.manage("stored_chunks", about(store)), &stored)
	require.Len(t, stored, 3)
	require.Equal(t, uint64(3<<20), s.state.find(store).bytes())
	s.rejected(protocol.CanisterError, "IC0504", "exceeds the maximum chunk size",
		s.manage("upload_chunk", management.UploadChunk{Canister: store.Principal(), Chunk: make([]byte, 1<<20+1)}))

	sum := sha256.Sum256(module)
	from := store.Principal()
	in := management.InstallChunkedCode{
		Mode: management.InstallMode{Install: &management.Null{}}, Canister: target.Principal(), Store: &from, Chunks: hashes,
		ModuleHash: sum[:], Arg: append(script{}.do("keep", 3), 0),
	}
	wrong := in
	wrong.Chunks = []management.ChunkHash{hashes[1], hashes[0], hashes[2]}
	s.rejected(protocol.CanisterError, "IC0504", "does not match", s.manage("install_chunked_code", wrong))
	wrong.Chunks = []management.ChunkHash{{Hash: make([]byte, 32)}}
	s.rejected(protocol.CanisterError, "IC0504", "was not found", s.manage("install_chunked_code", wrong))
	wrong = in
	wrong.Store = is1(protocol.CanisterID(2).Principal())
	wrong.Chunks = nil
	s.rejected(protocol.CanisterError, "IC0504", "does not match", s.manage("install_chunked_code", wrong))
	s.done(s.manage("install_chunked_code", in), nil)
	s.replied(le64(3), s.run(target, script{}.do("kept").do("reply")))
	s.done(s.manage("clear_chunk_store", about(store)), nil)
	require.Zero(t, s.state.find(store).bytes())
	in.Mode = management.InstallMode{Reinstall: &management.Null{}}
	s.rejected(protocol.CanisterError, "IC0504", "was not found", s.settled().manage("install_chunked_code", in))
}

func TestSnapshots(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	c := protocol.CanisterID(1).Principal()
	take := management.TakeSnapshot{Canister: c}
	s.replied("", s.run(1, script{}.do("keep", 1).do("stablegrow", 1).do("stablewrite", 0, "one").do("certify", "x").do("reply")))
	var first, second management.Snapshot
	size := s.state.find(1).bytes()
	s.done(s.manage("take_canister_snapshot", take), &first)
	require.Equal(t, size, first.Size)
	require.Equal(t, 2*size, s.state.find(1).bytes(), "it is paid for")
	s.replied("", s.run(1, script{}.do("keep", 2).do("stablewrite", 0, "two").do("timer", 1<<62).do("reply")))
	s.done(s.manage("take_canister_snapshot", take), &second)
	require.NotEqual(t, first.ID, second.ID)
	var list []management.Snapshot
	s.done(s.manage("list_canister_snapshots", about(1)), &list)
	require.Equal(t, []management.Snapshot{first, second}, list)

	load := func(id protocol.CanisterID, snapshot []byte) protocol.IngressStatus {
		of := management.SnapshotOf{Canister: id.Principal(), Snapshot: snapshot}
		return s.manage("load_canister_snapshot", management.LoadSnapshot{SnapshotOf: of})
	}
	version := s.state.find(1).version
	s.done(load(1, first.ID), nil)
	require.Equal(t, version+1, s.state.find(1).version)
	require.Equal(t, uint64(1<<62), s.state.find(1).timer, "the timer is the canister's, not the snapshot's")
	s.replied(le64(1)+"one", s.run(1, script{}.do("kept").do("stableread", 0, 3).do("reply")))
	s.done(load(2, second.ID), nil) // another canister of the same controller
	s.replied(le64(2)+"two", s.run(2, script{}.do("kept").do("stableread", 0, 3).do("reply")))
	s.rejected(protocol.DestinationInvalid, "IC0305", "Could not find", load(1, []byte("none")))

	take.Replace = &first.ID
	var third management.Snapshot
	s.done(s.manage("take_canister_snapshot", take), &third)
	s.rejected(protocol.DestinationInvalid, "IC0305", "Could not find", load(1, first.ID))
	s.done(s.manage("delete_canister_snapshot", management.SnapshotOf{Canister: c, Snapshot: second.ID}), nil)
	s.done(s.manage("list_canister_snapshots", about(1)), &list)
	require.Equal(t, []management.Snapshot{third}, list)
	take = management.TakeSnapshot{Canister: c}
	for range maxSnapshots - 1 {
		s.done(s.manage("take_canister_snapshot", take), nil)
	}
	s.rejected(protocol.CanisterReject, "IC0406", "maximum number of snapshots", s.manage("take_canister_snapshot", take))
	take.Replace, take.UninstallCode = &third.ID, is1(true)
	s.done(s.manage("take_canister_snapshot", take), nil)
	require.Nil(t, s.state.find(1).code)
	last := s.state.find(1).snapshots[maxSnapshots-1]
	s.done(load(1, last.id), nil)
	s.replied(le64(1), s.run(1, script{}.do("kept").do("reply")))
}

// Each change of code or controllers is in the history, with its origin; 20 are kept (interface.md B.1).
func TestHistory(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	s.replied(le128(0)+string(management.Encode(about(3))), s.run(1, asking("create_canister", struct {
		Settings *management.Settings `candid:"settings"`
		Version  *uint64              `candid:"sender_canister_version"`
	}{&management.Settings{Controllers: &[]management.Controllers{{Controllers: controllersOf(append(s.state.find(1).controllers,
		protocol.CanisterID(1).Principal()))}}[0].Controllers}, is1(uint64(9))}, 501_000_000_000)))
	module := scripted(false)
	s.done(s.manage("provisional_top_up_canister", management.ProvisionalTopUp{Canister: protocol.CanisterID(3).Principal(),
		Amount: cyc(10 * trillion)}), nil)
	s.done(s.manage("install_code", install(3, module, nil)), nil)
	s.done(s.settled().manage("install_code", upgrade(3, module, nil, nil)), nil)
	s.done(s.manage("uninstall_code", about(3)), nil)
	w := management.UpdateSettings{Canister: protocol.CanisterID(3).Principal()}
	w.Settings.ComputeAllocation = is1(cyc(0))
	s.done(s.manage("update_settings", w), nil)
	alone := controllersOf(s.state.find(1).controllers)
	w.Settings.Controllers = &alone
	s.done(s.manage("update_settings", w), nil)

	info := func(n uint64) management.CanisterInfoReply {
		then := script{}.do("arg").do("reply")
		status := s.run(2, script{}.do("call", protocol.ManagementCanister, "canister_info", then, script{}.do("unreachable")).
			do("data", candidOf(management.CanisterInfo{Canister: protocol.CanisterID(3).Principal(), Changes: &n})).do("perform"))
		var reply management.CanisterInfoReply
		s.done(status, &reply)
		return reply
	}
	all := info(100)
	require.Equal(t, uint64(5), all.Total)
	require.Nil(t, all.ModuleHash)
	require.Equal(t, alone, all.Controllers)
	hash := sha256.Sum256(module)
	require.Equal(t, protocol.CanisterID(1).Principal(), all.Recent[0].Origin.Canister.Canister)
	require.Equal(t, uint64(9), *all.Recent[0].Origin.Canister.Version)
	require.Len(t, all.Recent[0].Details.Creation.Controllers, 2)
	require.Equal(t, user, all.Recent[1].Origin.User.User)
	require.NotNil(t, all.Recent[1].Details.Deployment.Mode.Install)
	require.Equal(t, hash[:], all.Recent[2].Details.Deployment.ModuleHash)
	require.NotNil(t, all.Recent[2].Details.Deployment.Mode.Upgrade)
	require.NotNil(t, all.Recent[3].Details.Uninstall)
	require.Equal(t, alone, all.Recent[4].Details.Controllers.Controllers)
	var versions []uint64
	for _, change := range all.Recent {
		versions = append(versions, change.Version)
	}
	require.Equal(t, []uint64{0, 1, 2, 3, 5}, versions)
	require.Equal(t, all.Recent[3:], info(2).Recent)
	for range 12 {
		s.done(s.settled().manage("install_code", install(3, module, nil)), nil)
		s.done(s.manage("uninstall_code", about(3)), nil)
	}
	require.Len(t, info(100).Recent, keptChanges)
	require.Equal(t, uint64(29), info(0).Total)
}

// The log keeps the last 4 KiB, also of executions that trap (interface.md A.6).
func TestLog(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.replied("", s.run(1, script{}.do("print", "hello").do("reply")))
	s.run(1, script{}.do("print", "then").do("trap", "ouch"))
	s.run(1, script{}.do("unreachable"))
	require.Equal(t, []string{"hello", "then", "[TRAP]: ouch", "[TRAP]: Canister trapped: unreachable"}, s.logged(1))
	long := slices.Repeat([]byte("x"), 3000)
	s.run(1, script{}.do("print", long).do("print", string(long)+"2").do("reply"))
	records := s.state.find(1).log.records
	require.Len(t, records, 1, "the second one pushed the first out")
	require.Equal(t, uint64(5), records[0].Index)
	s.run(1, script{}.do("print", slices.Repeat([]byte("y"), 5000)).do("reply"))
	require.Len(t, s.state.find(1).log.records[0].Content, defaultLogBytes)
	w, less := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}, protocol.CyclesOf(100)
	w.Settings.LogMemoryLimit = &less
	s.done(s.manage("update_settings", w), nil)
	s.run(1, script{}.do("print", slices.Repeat([]byte("z"), 5000)).do("reply"))
	require.Len(t, s.state.find(1).log.records[0].Content, 100, "its settings say how much")
	less.Lo = maxLogBytes + 1
	s.rejected(protocol.CanisterReject, "IC0408", "log_memory_limit is 2097153, at most 2097152", s.manage("update_settings", w))
	s.done(s.manage("uninstall_code", about(1)), nil)
	require.Empty(t, s.logged(1))
}

func TestEnvironmentVariables(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	w := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	w.Settings.Environment = &[]management.EnvironmentVariable{{Name: "colour", Value: "blue"}, {Name: "a", Value: ""}}
	s.done(s.manage("update_settings", w), nil)
	s.replied("blue"+le32(2)+le32(1), s.run(1, script{}.do("variable", "colour").do("reply")))
	s.rejected(protocol.CanisterError, "IC0504", "no such environment variable", s.run(1, script{}.do("variable", "color").do("reply")))
}

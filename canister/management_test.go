package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

var stranger = principal.SelfAuthenticating([]byte("stranger"))

// ids of the subnet that managed makes, and of another.
var managedRanges = &protocol.RoutingTable{Ranges: []protocol.CanisterRange{
	{First: 1, Last: 99, Subnet: 1}, {First: 100, Last: 199, Subnet: 2},
}}

// managed is a subnet with scripted canisters that has ids to give away.
func managed(t testingT, x *Executor, ids ...protocol.CanisterID) *subnet {
	s := newSubnet(t, x, scriptedAt(false, ids...)...)
	s.ctx.Routing = managedRanges
	return s
}

// manageAs calls a management method as a user; arg is bytes, or a value for Candid.
func (s *subnet) manageAs(sender principal.ID, method string, arg any) protocol.IngressStatus {
	s.t.Helper()
	m := s.asks(method, arg)
	m.Content.Sender = sender
	m = protocol.NewSignedIngress(m.Content, genesisUnix, protocol.Authentication{})
	s.round(m)
	return s.statuses[m.MessageID]
}

// asks makes a user's call of a management method.
func (s *subnet) asks(method string, arg any) *protocol.SignedIngress {
	content := s.ingress(protocol.ManagementCanister, method, nil).Content
	content.Arg = candidOf(arg)
	return protocol.NewSignedIngress(content, genesisUnix, protocol.Authentication{})
}

func (s *subnet) manage(method string, arg any) protocol.IngressStatus {
	s.t.Helper()
	return s.manageAs(user, method, arg)
}

func candidOf(arg any) []byte {
	if raw, ok := arg.([]byte); ok {
		return raw
	}
	return management.Encode(arg)
}

// done asserts a reply and reads it.
func (s *subnet) done(got protocol.IngressStatus, to any) {
	s.t.Helper()
	require.Equal(s.t, protocol.IngressReplied.String(), got.State.String(), "%+v", got.Reject)
	if to != nil {
		require.NoError(s.t, management.Decode(got.Reply, to))
	}
}

// asking is a program that calls a management method with cycles and replies with the refund and what came.
func asking(method string, arg any, cycles int) script {
	then := script{}.do("refunded").do("arg").do("reply")
	return script{}.do("call", protocol.ManagementCanister, method, then, script{}.do("message").do("reject", "see logs")).
		do("data", candidOf(arg)).do("attach", cycles).do("perform")
}

func is1[T any](v T) *T { return &v }

func about(id protocol.CanisterID) management.CanisterID {
	return management.CanisterID{Canister: id.Principal()}
}

func (s *subnet) create() protocol.CanisterID {
	s.t.Helper()
	var made management.CanisterID
	s.done(s.manage("provisional_create_canister_with_cycles", management.ProvisionalCreate{}), &made)
	id, ok := protocol.CanisterFromPrincipal(made.Canister)
	require.True(s.t, ok)
	return id
}

func install(id protocol.CanisterID, module []byte, arg script) management.InstallCode {
	return management.InstallCode{
		Mode: management.InstallMode{Install: &management.Null{}}, Canister: id.Principal(), Module: module, Arg: append(arg, 0),
	}
}

func upgrade(id protocol.CanisterID, module []byte, arg script, options *management.Upgrade) management.InstallCode {
	in := install(id, module, arg)
	in.Mode = management.InstallMode{Upgrade: &options}
	return in
}

func TestProvisionalCreateGivesIdsInOrder(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2, 5)
	require.Equal(t, protocol.CanisterID(3), s.create())
	require.Equal(t, cyc(provisionalCycles), s.balance(3))
	require.Equal(t, protocol.CanisterID(4), s.create())
	require.Equal(t, protocol.CanisterID(6), s.create(), "5 is taken")
	c := s.state.find(6)
	require.Equal(t, []principal.ID{user}, c.controllers)
	require.Zero(t, c.version)
	s.rejected(protocol.CanisterError, "IC0537", "no Wasm module", s.run(6, is("x")))

	at := func(id protocol.CanisterID) management.ProvisionalCreate {
		p := id.Principal()
		return management.ProvisionalCreate{Specified: &p, Amount: is1(cyc(7))}
	}
	var made management.CanisterID
	s.done(s.manage("provisional_create_canister_with_cycles", at(8)), &made)
	require.Equal(t, cyc(7), s.balance(8))
	s.rejected(protocol.SysTransient, "IC0205", "already in use", s.manage("provisional_create_canister_with_cycles", at(8)))
	s.rejected(protocol.CanisterReject, "IC0405", "not in the subnet's ranges",
		s.manage("provisional_create_canister_with_cycles", at(150)))
	require.Equal(t, protocol.CanisterID(7), s.create())
	require.Equal(t, protocol.CanisterID(9), s.create())
}

// rs/replicated_state/src/metadata_state.rs, generate_new_canister_id: ids come from the last range. The others are for who names one.
func TestNewCanistersGetIdsOfTheLastRange(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.ctx.Routing = &protocol.RoutingTable{Ranges: []protocol.CanisterRange{
		{First: 1, Last: 9, Subnet: 1}, {First: 10, Last: 19, Subnet: 2}, {First: 20, Last: 21, Subnet: 1},
	}}
	require.Equal(t, protocol.CanisterID(20), s.create())
	named := protocol.CanisterID(5).Principal()
	s.done(s.manage("provisional_create_canister_with_cycles", management.ProvisionalCreate{Specified: &named}), nil)
	require.Equal(t, protocol.CanisterID(21), s.create())
	s.rejected(protocol.SysFatal, "IC0102", "no canister ids left",
		s.manage("provisional_create_canister_with_cycles", management.ProvisionalCreate{}))
}

// Mainnet mints for nobody.
func TestProvisionalMethodsAreRefusedOnMainnet(t *testing.T) {
	x := NewExecutor(Config{Mainnet: true})
	defer x.Close()
	s := managed(t, x, 1)
	s.rejected(protocol.CanisterReject, "IC0406", "not minted on mainnet",
		s.manage("provisional_create_canister_with_cycles", management.ProvisionalCreate{}))
	s.rejected(protocol.CanisterReject, "IC0406", "not minted on mainnet",
		s.manage("provisional_top_up_canister", management.ProvisionalTopUp{Canister: protocol.CanisterID(1).Principal(), Amount: cyc(1)}))
	require.Zero(t, s.outcome.Minted)
}

// The fee comes out of what the caller attached, the rest is the new canister's (interface.md B.1).
func TestCanisterCreatesCanister(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	fee := 500_000_000_000
	s.replied(le128(0)+string(management.Encode(about(2))), s.run(1, asking("create_canister", management.CreateCanister{}, fee+5)))
	require.Equal(t, cyc(5), s.balance(2))
	require.Equal(t, []principal.ID{protocol.CanisterID(1).Principal()}, s.state.find(2).controllers)
	tell := script{}.do("message").do("refunded").do("reply")
	poor := script{}.do("call", protocol.ManagementCanister, "create_canister", is("no"), tell).
		do("data", management.Encode(management.CreateCanister{})).do("attach", fee-1).do("perform")
	status := s.run(1, poor)
	require.Contains(t, string(status.Reply), "requires a fee of 500000000000")
	require.Equal(t, le128(uint64(fee-1)), string(status.Reply[len(status.Reply)-16:]))
	s.rejected(protocol.CanisterError, "IC0504", "create_canister cannot be called by a user", s.manage("create_canister", nil))
}

// Who may call what (interface.md B.1): controllers; for chunks the canister itself, too; for info and cycles anybody.
func TestOnlyControllersManage(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	c := protocol.CanisterID(1).Principal()
	for method, arg := range map[string]any{
		"update_settings": management.UpdateSettings{Canister: c}, "install_code": install(1, nil, nil), "uninstall_code": about(1),
		"install_chunked_code": management.InstallChunkedCode{Canister: c, Mode: management.InstallMode{Install: &management.Null{}}},
		"start_canister":       about(1), "stop_canister": about(1), "delete_canister": about(1), "canister_status": about(1),
		"upload_chunk": management.UploadChunk{Canister: c}, "clear_chunk_store": about(1), "stored_chunks": about(1),
		"take_canister_snapshot": management.TakeSnapshot{Canister: c},
		"load_canister_snapshot": management.LoadSnapshot{SnapshotOf: management.SnapshotOf{Canister: c}}, "canister_metrics": about(1),
		"upload_canister_snapshot_metadata": management.UploadSnapshotMetadata{Canister: c},
		"upload_canister_snapshot_data": management.UploadSnapshotData{
			SnapshotOf: management.SnapshotOf{Canister: c}, Kind: management.UploadKind{Chunk: &management.Null{}},
		},
		"list_canister_snapshots": about(1), "delete_canister_snapshot": management.SnapshotOf{Canister: c},
	} {
		s.rejected(protocol.CanisterError, "IC0512", "Only the controllers", s.manageAs(stranger, method, arg))
		status := s.run(2, asking(method, arg, 0))
		s.rejected(protocol.CanisterReject, "IC0406", "see logs", status)
	}
	before := unclocked(s.state.find(1))
	for _, method := range []string{"upload_chunk", "clear_chunk_store", "stored_chunks", "canister_status"} {
		require.Equal(t, protocol.IngressReplied, s.run(1, asking(method, management.UploadChunk{Canister: c}, 0)).State, method)
	}
	require.NotEqual(t, before, unclocked(s.state.find(1)))
	s.rejected(protocol.DestinationInvalid, "IC0301", "not found", s.manage("start_canister", about(50)))
	s.rejected(protocol.CanisterReject, "IC0408", "Error decoding candid", s.manage("start_canister", []byte("junk")))
	s.rejected(protocol.CanisterReject, "IC0406", "non-replicated", s.run(2, script{}.do("call", protocol.ManagementCanister,
		"fetch_canister_logs", is("no"), script{}.do("reject", "non-replicated")).do("data", candidOf(about(1))).do("perform")))
}

// A user's call of the management canister is paid by the canister that it is about; a short update_settings is free, so that a
// frozen canister can be thawed.
func TestTargetPaysForManagement(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	before := s.balance(1)
	s.done(s.manage("start_canister", about(1)), nil)
	size := uint64(len("start_canister") + len(candidOf(about(1))) + 8)
	require.Equal(t, before.Sub(cyc(1_200_000+2_000*size)), s.balance(1))

	frozen := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	frozen.Settings.FreezingThreshold = is1(cyc(1 << 63))
	s.done(s.manage("update_settings", frozen), nil)
	s.rejected(protocol.SysTransient, "IC0207", "out of cycles", s.run(1, is("x")))
	s.rejected(protocol.SysTransient, "IC0207", "out of cycles", s.manage("stop_canister", about(1)))
	type small struct { // a user's agent sends no more than this
		Canister principal.ID `candid:"canister_id"`
		Settings struct {
			Freezing *management.Nat `candid:"freezing_threshold"`
		} `candid:"settings"`
	}
	thaw := small{Canister: frozen.Canister}
	thaw.Settings.Freezing = is1(cyc(0))
	before = s.balance(1)
	s.done(s.manage("update_settings", thaw), nil)
	require.Equal(t, before, s.balance(1))
	s.replied("x", s.run(1, is("x")))
}

// Calls about a canister of another subnet are that subnet's to answer, and cycles go along and come back.
func TestManagementAcrossSubnets(t *testing.T) {
	x := newExecutor(t)
	n := &network{home: managed(t, x, 1), away: newSubnet(t, x, scriptedAt(false, 101, 102)...)}
	n.away.ctx.Subnet, n.away.ctx.Routing = 2, managedRanges
	before := n.away.balance(101)
	m := n.home.ingress(1, "run", asking("deposit_cycles", about(101), 50))
	k := n.home.ingress(1, "run", asking("deposit_cycles", about(103), 50))
	n.exchange([]any{m, k}, nil)
	require.Len(t, n.home.sent, 2)
	n.away.streams = 0
	n.exchange(nil, nil)
	require.Equal(t, before.Add(cyc(50)), n.away.balance(101))
	require.Empty(t, n.away.sent)
	require.Len(t, n.away.state.departing, 2, "the stream is full: the answers wait")
	n.away.streams = -1
	n.exchange(nil, nil)
	n.exchange(nil, nil)
	n.home.replied(le128(0)+string(management.Encode(nil)), n.home.statuses[m.MessageID])
	n.home.rejected(protocol.CanisterReject, "IC0406", "see logs", n.home.statuses[k.MessageID])
	require.Empty(t, n.away.state.departing)
	n.home.idle()
	forged := script{}.do("call", protocol.ManagerOf(2), "start_canister", is("no"), script{}.do("message").do("reply")).do("perform")
	require.Contains(t, string(n.home.run(1, forged).Reply), "not found")
}

func TestUpdateSettings(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	target := protocol.CanisterID(1).Principal()
	set := func(w management.Settings) protocol.IngressStatus {
		return s.manage("update_settings", management.UpdateSettings{Canister: target, Settings: w})
	}
	version := s.state.find(1).version
	s.done(set(management.Settings{
		Controllers: &[]principal.ID{user, target, user}, ComputeAllocation: is1(cyc(10)), MemoryAllocation: is1(cyc(1 << 30)),
		FreezingThreshold: is1(cyc(77)), ReservedCyclesLimit: is1(cyc(88)), MinimumIncoming: is1(cyc(99)), WasmMemoryLimit: is1(cyc(1 << 31)),
		WasmMemoryThreshold: is1(cyc(5)), LogMemoryLimit: is1(cyc(6)), LogVisibility: &management.Visibility{Public: &management.Null{}},
		Environment: &[]management.EnvironmentVariable{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}},
	}), nil)
	require.Equal(t, version+1, s.state.find(1).version)
	var status management.StatusReply
	s.done(s.manage("canister_status", about(1)), &status)
	require.Equal(t, management.Definite{
		Controllers: controllersOf([]principal.ID{user, target}), ComputeAllocation: cyc(10), MemoryAllocation: cyc(1 << 30),
		FreezingThreshold: cyc(77), ReservedCyclesLimit: cyc(88), MinimumIncoming: cyc(99), WasmMemoryLimit: cyc(1 << 31),
		WasmMemoryThreshold: cyc(5), LogMemoryLimit: cyc(6), LogVisibility: management.Visibility{Public: &management.Null{}},
		SnapshotVisibility: onlyControllers(), StatusVisibility: onlyControllers(),
		Environment: []management.EnvironmentVariable{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}},
	}, status.Settings)
	require.Equal(t, pricesOf(&s.ctx).upkeep(upkeep{1 << 30, 10}, 24*3600), status.IdleBurnPerDay)

	before := unclocked(s.state.find(1))
	many := make([]principal.ID, 11)
	for _, w := range []management.Settings{
		{Controllers: &many}, {ComputeAllocation: is1(cyc(101))}, {WasmMemoryLimit: is1(cyc(1<<48 + 1))},
		{FreezingThreshold: &management.Nat{Hi: 1}},
		{LogVisibility: &management.Visibility{Viewers: &many}},
		{Environment: &[]management.EnvironmentVariable{{Name: "x"}, {Name: "x"}}},
	} {
		s.rejected(protocol.CanisterReject, "IC0408", "Error decoding candid", set(w))
	}
	s.rejected(protocol.SysFatal, "IC0101", "bytes are available", set(management.Settings{MemoryAllocation: is1(cyc(3 << 40))}))
	require.Equal(t, before, unclocked(s.state.find(1)))
	// A call that brings less than the canister asks for is rejected; a user's call is not.
	s.replied("x", s.run(1, is("x")))
	call := func(cycles int) script {
		return script{}.to(1, is("in"), script{}.do("arg").do("reply"), script{}.do("code").do("reply")).do("attach", cycles).do("perform")
	}
	s.replied("in", s.run(2, call(99)))
	s.replied(le32(5), s.run(2, call(98)))
}

// 299 % of compute can be allocated (protocol.md D).
func TestComputeAllocationIsBounded(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2, 3, 4)
	set := func(id protocol.CanisterID, percent uint64) protocol.IngressStatus {
		w := management.UpdateSettings{Canister: id.Principal()}
		w.Settings.ComputeAllocation, w.Settings.FreezingThreshold = is1(cyc(percent)), is1(cyc(0))
		return s.manage("update_settings", w)
	}
	greedy := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	greedy.Settings.ComputeAllocation = is1(cyc(10))
	s.rejected(protocol.CanisterError, "IC0530", "freezing limit", s.manage("update_settings", greedy))
	s.done(set(1, 100), nil)
	s.done(set(2, 100), nil)
	s.rejected(protocol.SysFatal, "IC0101", "remaining compute capacity is 99%", set(3, 100))
	s.done(set(3, 99), nil)
	s.rejected(protocol.SysFatal, "IC0101", "capacity is 0%", set(4, 1))
	s.done(set(1, 50), nil)
	s.done(set(4, 50), nil)
	before := s.balance(4)
	s.tick(20e9)
	s.done(s.manage("provisional_top_up_canister", management.ProvisionalTopUp{Canister: protocol.CanisterID(4).Principal()}), nil)
	require.True(t, less(before, s.balance(4)).Compare(cyc(20*50*10_000_000)) > 0, "compute is paid for by the second")
}

package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/protocol"
)

func (s *subnet) set(id protocol.CanisterID, w management.Settings) protocol.IngressStatus {
	s.t.Helper()
	return s.manage("update_settings", management.UpdateSettings{Canister: id.Principal(), Settings: w})
}

// Once so much is written since the last checkpoint, nobody runs until the next one (protocol.md section D "Heap delta").
func TestHeapDeltaStopsTheSubnet(t *testing.T) {
	x := limited(newExecutor(t), func(l *roundLimits) { l.delta = 20 * 4096 })
	s := newSubnet(t, x, scriptedAt(false, 1)...)
	writing := script{}.do("stablegrow", 1).do("stablewrite", 0, make([]byte, 5*4096)).do("reply")
	s.replied("", s.run(1, writing))
	require.GreaterOrEqual(t, s.state.delta, uint64(5*4096))
	var waiting *protocol.SignedIngress
	for range 10 {
		waiting = s.ingress(1, "run", writing)
		s.round(waiting)
	}
	require.Equal(t, protocol.IngressReceived, s.statuses[waiting.MessageID].State)
	require.Less(t, s.state.delta, uint64(40*4096))
	s.ctx.Checkpoint = true
	s.round()
	require.Zero(t, s.state.delta)
	s.ctx.Checkpoint = false
	s.rounds(1)
	require.NotZero(t, s.outcome.Messages)
	// What traps, or is a query, writes nothing that lasts.
	s.ctx.Checkpoint = true
	s.rounds(3)
	s.ctx.Checkpoint = false
	s.call(1, "look", script{}.do("stablewrite", 0, make([]byte, 4096)).do("reply"))
	s.run(1, script{}.do("stablewrite", 0, make([]byte, 4096)).do("unreachable"))
	require.Zero(t, s.state.delta)
}

// A canister that writes more than its share rests until that is worked off; others go on.
func TestHeapDeltaRestsACanister(t *testing.T) {
	x := limited(newExecutor(t), func(l *roundLimits) { l.deltaShare = 20 * 4096 })
	s := managed(t, x, 1, 2)
	writing := script{}.do("stablegrow", 10).do("stablewrite", 0, make([]byte, 30*4096)).do("reply")
	s.replied("", s.run(1, writing))
	m := s.ingress(1, "run", is("x"))
	s.round(m)
	require.Equal(t, protocol.IngressReceived, s.statuses[m.MessageID].State)
	s.rejected(protocol.SysTransient, "IC0210", "delta rate limited", s.manage("install_code", reinstall(1, scripted(false), nil)))
	s.replied("y", s.run(2, is("y")))
	s.rounds(3)
	s.replied("x", s.statuses[m.MessageID])
	require.Zero(t, limitsOf(true).deltaShare, "system subnets do not restrain")
}

// Compute allocation gives turns: a canister with half a core has one of two rounds, whoever else is there (protocol.md section D).
func TestComputeAllocationGivesPriority(t *testing.T) {
	var ids []protocol.CanisterID
	for id := range protocol.CanisterID(40) {
		ids = append(ids, id+1)
	}
	x := limited(newExecutor(t), func(l *roundLimits) { l.round, l.slice = 30e6, 20e6 }) // one message a thread and round
	s := managed(t, x, ids...)
	turns := func(id protocol.CanisterID) int {
		var busy []any
		for _, other := range ids {
			for range 40 {
				busy = append(busy, s.ingress(other, "run", is("x")))
			}
		}
		before := s.state.find(id).queues.Inputs() + 40
		s.round(busy...)
		s.rounds(38)
		return before - s.state.find(id).queues.Inputs()
	}
	require.InDelta(t, 4, turns(40), 1, "a fortieth of four threads")
	s.done(s.set(20, management.Settings{ComputeAllocation: is1(cyc(50)), FreezingThreshold: is1(cyc(0))}), nil)
	require.GreaterOrEqual(t, turns(20), 39/2)
}

// Above the threshold storage is reserved: the more, the fuller the subnet is; reserved cycles pay for storage first and are not to
// be spent (interface.md B.1; reference/protocol.md section D "Memory").
func TestStorageIsReserved(t *testing.T) {
	x := limited(newExecutor(t), func(l *roundLimits) { l.reserving, l.memory = 0, 100<<20 })
	installs := rich(scriptedAt(false, 1, 2))
	s := newSubnet(t, x, installs...)
	s.ctx.Routing = managedRanges
	held := s.state.memory
	s.replied("", s.run(1, script{}.do("stablegrow", 16).do("reply")))
	want := pricesOf(&s.ctx).storage(1<<20, reservedSeconds*held/(100<<20))
	require.Equal(t, want, s.state.find(1).reserved)
	s.replied(le32(0), s.run(1, script{}.do("grow", 1).do("peek", 0).do("reply")))
	require.True(t, want.Less(s.state.find(1).reserved), "%s %s", want, s.state.find(1).reserved)
	reserved := s.state.find(1).reserved
	s.replied("", s.run(1, script{}.do("reply")))
	require.Equal(t, reserved, s.state.find(1).reserved)

	// Growing back into what is reserved by a trap or within a memory allocation costs nothing more.
	s.rejected(protocol.CanisterError, "IC0502", "unreachable", s.run(1, script{}.do("stablegrow", 16).do("unreachable")))
	require.Equal(t, reserved, s.state.find(1).reserved)
	s.done(s.set(2, management.Settings{MemoryAllocation: is1(cyc(40 << 20))}), nil)
	reserved = s.state.find(2).reserved
	require.NotZero(t, reserved)
	s.replied("", s.run(2, script{}.do("stablegrow", 16*20).do("reply")))
	require.Equal(t, reserved, s.state.find(2).reserved)

	s.rejected(protocol.CanisterError, "IC0540", "below the reserved", s.set(2, management.Settings{ReservedCyclesLimit: is1(cyc(5))}))
	s.done(s.set(1, management.Settings{ReservedCyclesLimit: is1(s.state.find(1).reserved)}), nil)
	s.rejected(protocol.CanisterError, "IC0534", "reserved cycles limit", s.run(1, script{}.do("stablegrow", 16).do("reply")))
	// There is no more: growing fails, and the canister lives.
	s.replied("", s.run(2, script{}.do("stablegrow", 16*500).do("reply")))
	require.Equal(t, uint64(16*20*pageBytes), s.state.find(2).stable.Len())
	s.rejected(protocol.SysFatal, "IC0101", "bytes are available", s.set(2, management.Settings{MemoryAllocation: is1(cyc(200 << 20))}))
	before, balance := s.state.find(1).reserved, s.balance(1)
	s.tick(1_000_000e9)
	s.run(1, script{}.do("unreachable"))
	require.True(t, s.state.find(1).reserved.Less(before), "storage is paid out of what is reserved")
	require.True(t, less(balance, s.balance(1)).Less(less(before, s.state.find(1).reserved)))
}

// The limit of main memory holds where a canister could grow by accident, and lets it finish what it began (interface.md B.1).
func TestHeapLimit(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	limit := management.Settings{WasmMemoryLimit: is1(cyc(6 * pageBytes))}
	s.done(s.set(1, limit), nil)
	s.replied("", s.run(1, script{}.do("grow", 2).do("reply")))
	s.rejected(protocol.CanisterError, "IC0539", "exceeded its current Wasm memory limit", s.run(1, script{}.do("grow", 1).do("reply")))
	s.replied("grown", s.run(1, script{}.to(2, is(""), script{}.do("grow", 5).do("append", "grown").do("reply"), nil).do("perform")))
	s.rejected(protocol.CanisterError, "IC0539", "exceeded its current Wasm memory limit", s.run(1, is("x")))
	s.told("x", s.look(1, "look", is("x")))
	limit.WasmMemoryLimit = is1(cyc(0))
	s.done(s.set(1, limit), nil)
	s.replied("x", s.run(1, is("x")))
}

// A canister is told once that its memory runs low, before all else, and again when there was enough in between.
func TestLowMemoryHook(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.replied("", s.run(1, script{}.do("onlow", script{}.do("stablegrow", 1)).do("reply")))
	told := func() uint64 { return s.state.find(1).stable.Len() / pageBytes }
	low := func(limit, threshold uint64) {
		w := management.Settings{WasmMemoryLimit: is1(cyc(limit * pageBytes)), WasmMemoryThreshold: is1(cyc(threshold * pageBytes))}
		s.done(s.set(1, w), nil)
	}
	heap := s.state.find(1).heapBytes() / pageBytes
	low(heap+4, 3)
	s.rounds(2)
	require.Zero(t, told())
	s.replied("", s.run(1, script{}.do("grow", 2).do("reply")))
	s.rounds(3)
	require.Equal(t, uint64(1), told(), "once")
	require.Equal(t, memoryTold, s.state.find(1).warning)
	low(heap+100, 3)
	low(heap+4, 3)
	s.rounds(3)
	require.Equal(t, uint64(2), told())
	// A frozen canister is told when it has thawed.
	low(heap+100, 3)
	s.done(s.set(1, management.Settings{FreezingThreshold: is1(cyc(1 << 60))}), nil)
	s.state = s.forced(1, func(c *Canister) { c.heapLimit = (heap + 4) * pageBytes; c.watchHeap() })
	s.rounds(2)
	require.Equal(t, uint64(2), told())
	require.Equal(t, memoryLow, s.state.find(1).warning)
}

// forced is the state with a change to a canister that nobody could make.
func (s *subnet) forced(id protocol.CanisterID, change func(*Canister)) *State {
	r := s.x.open(s.state, &s.ctx)
	change(r.touch(id))
	state, _ := r.Commit()
	return state.(*State)
}

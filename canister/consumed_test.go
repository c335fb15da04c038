package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

func (s *subnet) metrics(id protocol.CanisterID) (got management.MetricsReply) {
	s.t.Helper()
	s.done(s.manage("canister_metrics", about(id)), &got)
	return got
}

// Each use of cycles has its own sum (interface.md B.1 canister_metrics). That they come to all that was burned is checked after each
// round of each test, see subnet.on.
func TestMetricsTellWhatCyclesWentInto(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	start := s.state.find(1)
	set := management.UpdateSettings{Canister: protocol.CanisterID(1).Principal()}
	set.Settings.ComputeAllocation, set.Settings.FreezingThreshold = is1(cyc(7)), is1(cyc(0))
	s.done(s.manage("update_settings", set), nil)
	s.tick(1000e9)
	s.replied("", s.run(1, script{}.do("burn", 5*trillion).do("reply")))
	seconds := uint64(s.state.find(1).charged-start.charged) / 1e9
	got := s.state.find(1).consumed
	require.Equal(t, cyc(5*trillion), got[useBurned])
	// The settings came a second after genesis, and before the first bill.
	require.Equal(t, cyc(seconds*7*feeCompute), got[useCompute])
	require.Equal(t, prices{nodes: 13}.storage(start.bytes(), seconds), got[useMemory])
	require.Zero(t, got[useTransmission])

	s.replied("ok", s.run(1, script{}.to(2, is("ok"), script{}.do("arg").do("reply"), nil).do("perform")))
	after := s.state.find(1).consumed
	bytes := len("run") + len(is("ok")) + len("\x00\x00") + len("ok") // a script ends with two zeros
	require.Equal(t, cyc(feeCall+feeCallByte*uint64(bytes)), after[useTransmission])
	require.Equal(t, cyc(0), s.state.find(2).consumed[useTransmission], "the caller pays for both ways")
	require.True(t, got[useInstructions].Add(cyc(2*feeExecution)).Less(after[useInstructions]))
	require.True(t, got[useIngress].Add(cyc(feeIngress)).Less(after[useIngress]))

	before := s.state.find(1).consumed
	s.done(s.manage("install_code", upgrade(1, scripted(false), script{}, nil)), nil)
	s.done(s.manage("uninstall_code", about(1)), nil)
	told := s.metrics(1).Consumed
	require.Equal(t, before[useBurned], told.Burned, "an upgrade keeps what was counted")
	require.Equal(t, before[useTransmission], told.Transmission)
	require.True(t, before[useInstructions].Add(cyc(feeExecution)).Less(told.Instructions), "installing is paid in instructions")
	require.Equal(t, s.state.find(1).consumed[useIngress], told.Ingress)
	require.Equal(t, management.Nat{}, told.Outcalls)
}

func TestCreationAndTheEndAreCounted(t *testing.T) {
	s := managed(t, newExecutor(t), 1)
	s.run(1, asking("create_canister", management.CreateCanister{}, 500_000_000_000+5))
	require.Equal(t, consumed{useCreation: cyc(feeCreation)}, s.state.find(2).consumed)

	s.done(s.manage("provisional_create_canister_with_cycles", management.ProvisionalCreate{Amount: is1(cyc(3 * trillion))}), nil)
	s.done(s.manage("install_code", install(3, scripted(false), nil)), nil)
	s.replied("", s.run(3, script{}.do("burn", 5*trillion).do("reply")))
	rich := s.state.find(3)
	s.ctx.Time += 100 * 365 * 24 * 3600e9
	s.round()
	poor := s.state.find(3)
	require.True(t, poor.code == nil)
	require.Equal(t, rich.consumed[useMemory], poor.consumed[useMemory], "a bill that it could not pay")
	require.Equal(t, rich.balance, poor.consumed[useUninstall])
}

func TestMetricsAreForControllers(t *testing.T) {
	s := managed(t, newExecutor(t), 1, 2)
	s.rejected(protocol.CanisterError, "IC0512", "Only the controllers", s.manageAs(stranger, "canister_metrics", about(1)))
	ask := func(as principal.ID) protocol.QueryAnswer {
		return s.x.Query(s.state, &s.ctx, &protocol.IngressContent{
			Sender: as, Canister: protocol.ManagementCanister, Method: "canister_metrics", Arg: management.Encode(about(1)),
		}, nil)
	}
	require.Equal(t, "IC0512", ask(stranger).Reject.Error)
	var got management.MetricsReply
	require.NoError(t, management.Decode(ask(user).Reply, &got))
	require.Equal(t, s.state.find(1).consumed[useIngress], got.Consumed.Ingress)
}

package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

var away = principal.SelfAuthenticating([]byte("another subnet"))

// networked is a managed subnet 1 in a network with a subnet 2; the root is the given one.
func networked(t *testing.T, root protocol.SubnetID, ids ...protocol.CanisterID) *subnet {
	s := managed(t, newExecutor(t), ids...)
	s.ctx.Registry = &protocol.RegistrySnapshot{Version: 7, Root: root, Routing: managedRanges, Subnets: []*protocol.SubnetRecord{
		{ID: 0}, {ID: 1, Principal: s.ctx.SubnetPrincipal, ReplicaVersion: "abc"}, {ID: 2, Principal: away, ReplicaVersion: "def"},
	}}
	return s
}

// names is asking with a callee of choice.
func names(callee principal.ID, method string, arg any, cycles int) script {
	then := script{}.do("refunded").do("arg").do("reply")
	return script{}.do("call", callee.Bytes(), method, then, script{}.do("code").do("message").do("reply")).
		do("data", candidOf(arg)).do("attach", cycles).do("perform")
}

// A subnet answers to its own principal as to aaaaa-aa. By that of another one its management canister is called, and what is about
// a subnet goes to that subnet (rs/embedders/src/wasmtime_embedder/system_api/routing.rs).
func TestSubnetsAreCalledByTheirPrincipals(t *testing.T) {
	s := networked(t, 0, 1)
	own := s.ctx.SubnetPrincipal
	info := string(management.Encode(management.SubnetInfoReply{Replica: "abc", Registry: 7}))
	for _, callee := range []principal.ID{principal.Management(), own} {
		s.replied(le128(5)+info, s.run(1, names(callee, "subnet_info", management.SubnetInfo{Subnet: own}, 5)))
	}
	for _, program := range []script{
		names(away, "raw_rand", []byte("DIDL\x00\x00"), 5),
		names(away, "subnet_info", management.SubnetInfo{Subnet: own}, 5),
		names(principal.Management(), "subnet_info", management.SubnetInfo{Subnet: away}, 5),
		names(principal.Management(), "node_metrics_history", management.NodeMetricsHistory{Subnet: away}, 5),
	} {
		s.sent = nil
		m := s.ingress(1, "run", program)
		s.round(m)
		require.Len(t, s.sent, 1)
		require.Equal(t, protocol.ManagerOf(2), s.sent[0].To())
		require.Equal(t, cyc(5), s.sent[0].Cycles())
		s.round(s.sent[0].Request.RejectTo(protocol.Reject{Code: protocol.CanisterReject, Message: "heard"}))
		s.replied(le32(4)+"heard", s.statuses[m.MessageID])
	}
	s.replied(le32(3)+"Canister "+user.String()+" not found", s.run(1, names(user, "raw_rand", []byte("DIDL\x00\x00"), 0)))
	status := s.run(1, names(principal.Management(), "subnet_info", management.SubnetInfo{Subnet: user}, 0))
	require.Contains(t, string(status.Reply), "does not match current subnet ID "+own.String())
	status = s.run(1, names(own, "subnet_info", management.SubnetInfo{Subnet: away}, 0))
	require.Contains(t, string(status.Reply), "does not match current subnet ID "+own.String(), "it is for another one")
	s.rejected(protocol.CanisterError, "IC0504", "cannot be called by a user", s.manage("subnet_info", management.SubnetInfo{Subnet: own}))
}

// The nodes' counts of the days from a time on; message routing keeps them, see messaging.TestBlockMakersAreSampledDaily.
func TestNodeMetricsHistory(t *testing.T) {
	s := networked(t, 0, 1)
	s.ctx.BlockMakers = []protocol.BlockMakerSample{
		{Time: 100, Nodes: []protocol.BlockMakerStats{{Node: user, Proposed: 3, Failed: 1}}},
		{Time: 200, Nodes: []protocol.BlockMakerStats{{Node: user, Proposed: 9, Failed: 2}, {Node: stranger, Proposed: 4}}},
	}
	days := []management.NodeMetricsSample{
		{Timestamp: 100, Nodes: []management.NodeMetrics{{Node: user, Blocks: 3, Failed: 1}}},
		{Timestamp: 200, Nodes: []management.NodeMetrics{{Node: user, Blocks: 9, Failed: 2}, {Node: stranger, Blocks: 4}}},
	}
	for start, want := range map[uint64][]management.NodeMetricsSample{0: days, 100: days, 101: days[1:], 201: {}} {
		arg := management.NodeMetricsHistory{Subnet: s.ctx.SubnetPrincipal, Start: start}
		s.replied(le128(0)+string(management.Encode(want)), s.run(1, names(principal.Management(), "node_metrics_history", arg, 0)))
	}
}

// From another subnet only the root's canisters create canisters (rs/execution_environment, create_canister).
func TestOnlyTheRootCreatesCanistersElsewhere(t *testing.T) {
	for root, created := range map[protocol.SubnetID]bool{2: true, 0: false} {
		s := networked(t, root, 1)
		s.round(protocol.NewRequest(&protocol.Request{
			Sender: 100, Receiver: protocol.ManagerOf(1), Callback: 9, Method: "create_canister",
			Arg: management.Encode(management.CreateCanister{}), Cycles: cyc(trillion),
		}))
		require.Len(t, s.sent, 1)
		require.Equal(t, created, s.sent[0].Response.Reject.Code == 0, "%+v", s.sent[0].Response.Reject)
		require.Equal(t, created, s.state.find(2) != nil)
	}
}

func TestNobodyIsASubnetAdmin(t *testing.T) {
	s := networked(t, 0, 1)
	s.rejected(protocol.CanisterError, "IC0512", "not a subnet admin", s.manage("list_canisters", []byte("DIDL\x00\x00")))
	status := s.run(1, names(principal.Management(), "list_canisters", []byte("DIDL\x00\x00"), 0))
	require.Contains(t, string(status.Reply), "not a subnet admin")
	q := protocol.IngressContent{Sender: user, Canister: protocol.ManagementCanister, Method: "list_canisters"}
	require.Equal(t, "IC0512", s.x.Query(s.state, &s.ctx, &q, nil).Reject.Error)
}

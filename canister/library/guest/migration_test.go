package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/cdktest"
)

// manager plays the management canister of a subnet that hosts one canister, and notes what it is asked to do.
type manager struct {
	asked       []string
	controllers []candid.Value
	status      string
	ready       bool
	version     uint64 // of the registry
	refuses     string // a method
}

func (m *manager) canister(n *cdktest.Network, subnet string) {
	methods := cdk.Methods{}
	for _, name := range []string{"canister_status", "update_settings", "canister_info", "rename_canister", "subnet_info", "delete_canister"} {
		methods[name] = func(ctx *cdk.Context) { m.answer(ctx, name) }
	}
	n.Install(cdk.Principal(subnet), &cdk.Canister{Update: methods}, nil)
}

func (m *manager) answer(ctx *cdk.Context, name string) {
	if name == m.refuses {
		ctx.Reject("not now")
		return
	}
	m.asked = append(m.asked, name)
	reply := nothing()
	switch name {
	case "canister_status":
		reply = candid.Encode(candid.NewRecord(
			candid.Of("status", candid.NewVariant(m.status, candid.NewNull())), candid.Of("ready_for_migration", candid.NewBool(m.ready)),
			nat("version", 17), candid.Of("settings", candid.NewRecord(candid.Of("controllers", candid.NewVec(m.controllers...))))))
	case "update_settings":
		arg := candid.Read(ctx.Arg())
		arg.Record()
		arg.Into("settings")
		m.controllers = arg.FieldAny("controllers").Items()[0].Items()
	case "canister_info":
		reply = candid.Encode(candid.NewRecord(nat("total_num_changes", 9)))
	case "subnet_info":
		reply = candid.Encode(candid.NewRecord(nat("registry_version", m.version)))
	case "rename_canister":
		arg := candid.Read(ctx.Arg())
		arg.Record()
		m.asked = append(m.asked, "of "+arg.FieldPrincipal("canister_id"))
		arg.Into("rename_to")
		m.asked = append(m.asked, "to "+arg.FieldPrincipal("canister_id"))
		if arg.FieldNat64("version", 0) != 17 || arg.FieldNat64("total_num_changes", 0) != 9 {
			ctx.Trap("not what source is at")
		}
	}
	ctx.Reply(reply)
}

// aMove is a network with a migration canister, a source on one subnet and a target on another, both stopped.
func aMove() (n *cdktest.Network, from, to *manager) {
	n = cdktest.New()
	n.Install("m", undecided(), settings("migration", nat("wait", 300*second)))
	both := []candid.Value{candid.NewPrincipal("user"), candid.NewPrincipal("m")}
	from = &manager{controllers: both, status: "stopped", ready: true, version: 1}
	to = &manager{controllers: both, status: "stopped", ready: true, version: 1}
	from.canister(n, "from")
	to.canister(n, "to")
	return n, from, to
}

func ask4(n *cdktest.Network) *cdk.RejectError {
	p := func(name, id string) candid.Field { return candid.Of(name, candid.NewPrincipal(id)) }
	_, reject := n.Call("m", "migrate_canister", candid.Encode(candid.NewRecord(p("source", "s"), p("source_subnet", "from"),
		p("target", "t"), p("target_subnet", "to"), nat("registry_version", 2))))
	return reject
}

func stage(t *testing.T, n *cdktest.Network) string {
	t.Helper()
	reply, reject := n.Query("m", "migration_status", candid.Encode(candid.NewPrincipal("s")))
	require.Nil(t, reject)
	return candid.Read(reply).Text()
}

// The stages in their order: the id is renamed before the registry says so, and source ends after both subnets have seen it.
func TestMigrationGoesThroughItsStages(t *testing.T) {
	n, from, to := aMove()
	require.Equal(t, "not known", stage(t, n))
	require.Nil(t, ask4(n))
	require.ErrorContains(t, ask4(n), "in progress")
	want := []candid.Value{candid.NewPrincipal("m")}
	n.Advance("m", pace)
	require.Equal(t, controlled, stage(t, n))
	require.Equal(t, [][]candid.Value{want, want}, [][]candid.Value{from.controllers, to.controllers})
	n.Advance("m", pace)
	require.Equal(t, ready, stage(t, n))
	to.refuses = "rename_canister"
	n.Advance("m", pace)
	require.Equal(t, ready, stage(t, n), "it tries again")
	to.refuses = ""
	n.Advance("m", pace)
	require.Equal(t, renamed, stage(t, n))
	require.Subset(t, to.asked, []string{"of t", "to s"})
	from.version = 2
	n.Advance("m", pace)
	require.Equal(t, renamed, stage(t, n), "the other subnet does not know yet")
	require.NotContains(t, from.asked, "delete_canister")
	to.version = 3
	n.Advance("m", pace)
	require.Equal(t, routed, stage(t, n))
	n.Advance("m", pace)
	require.Equal(t, deleted, stage(t, n))
	require.Contains(t, from.asked, "delete_canister")
	for range 53 {
		n.Advance("m", pace)
	}
	require.Equal(t, deleted, stage(t, n), "answers of before may still be asked for")
	n.Advance("m", pace)
	n.Advance("m", pace)
	require.Equal(t, succeeded, stage(t, n))
	require.Equal(t, []candid.Value{candid.NewPrincipal("user")}, to.controllers)
	require.NotContains(t, to.asked, "delete_canister")
}

// Somebody started the canister before the migration canister was alone with it: all gets its controllers back.
func TestMigrationGivesUp(t *testing.T) {
	n, from, to := aMove()
	require.Nil(t, ask4(n))
	n.Advance("m", pace)
	from.status = "running"
	n.Advance("m", pace)
	require.Equal(t, failing+"source or target is not stopped", stage(t, n))
	n.Advance("m", pace)
	require.Equal(t, failed+"source or target is not stopped", stage(t, n))
	want := []candid.Value{candid.NewPrincipal("user")}
	require.Equal(t, [][]candid.Value{want, want}, [][]candid.Value{from.controllers, to.controllers})
	require.NotContains(t, to.asked, "rename_canister")
	from.status, from.controllers, to.controllers = "stopped", append(want, candid.NewPrincipal("m")), append(want, candid.NewPrincipal("m"))
	require.Nil(t, ask4(n), "it may be tried again")
}

func TestMigrationsThatHaveNoChance(t *testing.T) {
	for why, spoil := range map[string]func(from, to *manager){
		"does not control": func(from, _ *manager) { from.controllers = from.controllers[1:] },
		"to be stopped":    func(_, to *manager) { to.status = "stopping" },
		"not ready":        func(from, _ *manager) { from.ready = false },
		"not now":          func(_, to *manager) { to.refuses = "canister_status" },
	} {
		n, from, to := aMove()
		spoil(from, to)
		require.ErrorContains(t, ask4(n), why)
		require.Equal(t, "not known", stage(t, n))
	}
}

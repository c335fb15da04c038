package main

import (
	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// migration moves canisters' ids to other subnets, as the migration canister of the NNS does (rs/migration_canister). It is a controller
// of both canisters; nobody else is one while it works.
//
//	migrate_canister: (record { source; source_subnet; target; target_subnet : principal; registry_version : nat64 }) -> ();
//	    takes the move up: target, a stopped canister of the one subnet, will go on under the id of source, one of the other, which ends
//	migration_status: (principal) -> (text) query;    how far the move of a source is
//	copy_canister   : (record { source; target : principal }) -> ();    makes target what source is now, by way of a snapshot
//
// Setting: wait, in nanoseconds from when source was seen to be stopped until target gets its controllers back. Before, a call that
// source has answered could be sent again, and target would not know of it.
//
// Model: the registry is no canister here. So the caller says which subnets the two live on, and in which version of the registry
// the id becomes the other subnet's, which the scenario sees to once target has been renamed. A person's tool would copy the
// canister; and no cycles are taken for it.
type migration struct {
	wait  uint64
	moves []*move
}

// A move is a request. Each step of it is repeated until it succeeds.
type move struct {
	source, from, target, to cdk.Principal
	version                  uint64 // of the registry, in which source's id is at to
	caller                   cdk.Principal
	controllers              [2][]string // of source and target, to be restored
	stage                    string
	stopped                  uint64 // when source was seen to be
	sourceVersion, changes   uint64
}

const (
	accepted   = "accepted"
	controlled = "controllers changed"
	ready      = "stopped and ready"
	renamed    = "target renamed"
	routed     = "routing table changed"
	deleted    = "source deleted"
	succeeded  = "succeeded"
	failing    = "failing: "
	failed     = "failed: "

	second = 1_000_000_000
	pace   = 5 * second
)

func newMigration(settings *candid.Reader) cdk.Canister {
	m := &migration{wait: settings.FieldNat64("wait", 300*second)}
	return cdk.Canister{
		Update: cdk.Methods{"migrate_canister": m.migrate, "copy_canister": m.copy},
		Query:  cdk.Methods{"migration_status": m.status},
		Timer:  m.tick,
	}
}

func (m *migration) find(source cdk.Principal) *move {
	for i := len(m.moves) - 1; i >= 0; i-- {
		if m.moves[i].source == source {
			return m.moves[i]
		}
	}
	return nil
}

func (m *migration) status(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	source := cdk.Principal(arg.Principal())
	mustRead(ctx, arg)
	text := "not known"
	if x := m.find(source); x != nil {
		text = x.stage
	}
	ctx.Reply(candid.Encode(candid.NewText(text)))
}

// isOpen reports whether something is left to do.
func (x *move) isOpen() bool {
	return x.stage != succeeded && (len(x.stage) < len(failed) || x.stage[:len(failed)] != failed)
}

// migrate takes a request up if it has a chance (validation.rs).
func (m *migration) migrate(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	arg.Record()
	field := func(name string) cdk.Principal { return cdk.Principal(arg.FieldPrincipal(name)) }
	x := &move{
		caller: ctx.Caller(), stage: accepted, version: arg.FieldNat64("registry_version", 0),
		source: field("source"), from: field("source_subnet"), target: field("target"), to: field("target_subnet"),
	}
	mustRead(ctx, arg)
	for _, other := range m.moves {
		if other.isOpen() && (other.source == x.source || other.target == x.target) {
			ctx.Reject("a migration of this canister is in progress")
			return
		}
	}
	source, err := x.statusOf(ctx, x.source, x.from)
	target, err2 := x.statusOf(ctx, x.target, x.to)
	switch {
	case err != nil:
		ctx.Reject(err.Message)
	case err2 != nil:
		ctx.Reject(err2.Message)
	case !source.controls(x.caller) || !target.controls(x.caller):
		ctx.Reject("the caller does not control source and target")
	case x.from == x.to:
		ctx.Reject("source and target are on the same subnet")
	case !source.stopped || !target.stopped:
		ctx.Reject("source and target have to be stopped")
	case !source.ready:
		ctx.Reject("source is not ready for migration")
	default:
		x.controllers = [2][]string{without(source.controllers, ctx.Self()), without(target.controllers, ctx.Self())}
		m.moves = append(m.moves, x)
		ctx.SetTimer(ctx.Time() + 1)
		ctx.Reply(nothing())
	}
}

func without(ids []string, id cdk.Principal) (rest []string) {
	for _, other := range ids {
		if cdk.Principal(other) != id {
			rest = append(rest, other)
		}
	}
	return rest
}

// tick takes a step of each open move, and comes again.
func (m *migration) tick(ctx *cdk.Context) {
	open := false
	for _, x := range m.moves {
		if x.isOpen() {
			x.step(ctx, m.wait)
			open = open || x.isOpen()
		}
	}
	if open {
		ctx.SetTimer(ctx.Time() + pace)
	}
}

// step goes on to the next stage, or stays where it is (processing.rs).
func (x *move) step(ctx *cdk.Context, wait uint64) {
	self := []string{string(ctx.Self())}
	switch x.stage {
	case accepted:
		if x.control(ctx, x.source, x.from, self) && x.control(ctx, x.target, x.to, self) {
			x.stage = controlled
		}
	case controlled:
		x.check(ctx)
	case ready:
		to := candid.NewRecord(candid.Of("canister_id", candid.NewPrincipal(x.source)),
			candid.Of("version", candid.NewNat64(x.sourceVersion)), candid.Of("total_num_changes", candid.NewNat64(x.changes)))
		if _, err := manage(ctx, x.to, "rename_canister", idOf(x.target), candid.Of("rename_to", to),
			candid.Of("requested_by", candid.NewPrincipal(x.caller))); err == nil {
			x.stage = renamed
		}
	case renamed:
		if x.seenBy(ctx, x.from) && x.seenBy(ctx, x.to) {
			x.stage = routed
		}
	case routed:
		if _, err := manage(ctx, x.from, "delete_canister", idOf(x.source)); err == nil {
			x.stage = deleted
		}
	case deleted:
		if ctx.Time()-x.stopped >= wait && x.control(ctx, x.source, x.to, x.controllers[0]) {
			x.stage = succeeded
		}
	default: // failing
		if x.control(ctx, x.source, x.from, x.controllers[0]) && x.control(ctx, x.target, x.to, x.controllers[1]) {
			x.stage = failed + x.stage[len(failing):]
		}
	}
}

// check looks again whether both are stopped, now that nobody else can start them, and notes what target has to go on from.
func (x *move) check(ctx *cdk.Context) {
	source, err := x.statusOf(ctx, x.source, x.from)
	target, err2 := x.statusOf(ctx, x.target, x.to)
	switch {
	case err != nil || err2 != nil:
	case !source.stopped || !target.stopped:
		x.stage = failing + "source or target is not stopped"
	case !source.ready:
		x.stage = failing + "source is not ready for migration"
	default:
		info, err := manage(ctx, x.from, "canister_info", idOf(x.source))
		if err == nil {
			x.sourceVersion, x.changes = source.version, info.FieldNat64("total_num_changes", 0)
			x.stopped, x.stage = ctx.Time(), ready
		}
	}
}

// control sets the controllers of a canister of a subnet.
func (x *move) control(ctx *cdk.Context, id, subnet cdk.Principal, by []string) bool {
	var ids []candid.Value
	for _, p := range by {
		ids = append(ids, candid.NewPrincipal(p))
	}
	_, err := manage(ctx, subnet, "update_settings", idOf(id),
		candid.Of("settings", candid.NewRecord(candid.Of("controllers", candid.NewOpt(candid.NewVec(ids...))))))
	return err == nil
}

// seenBy reports whether a subnet goes by the version of the registry that has the canister at its new place.
func (x *move) seenBy(ctx *cdk.Context, subnet cdk.Principal) bool {
	info, err := manage(ctx, subnet, "subnet_info", candid.Of("subnet_id", candid.NewPrincipal(subnet)))
	return err == nil && info.FieldNat64("registry_version", 0) >= x.version
}

// condition is what a move has to know of a canister.
type condition struct {
	stopped, ready bool
	version        uint64
	controllers    []string
}

func (s *condition) controls(p cdk.Principal) bool {
	return len(without(s.controllers, p)) < len(s.controllers)
}

func (x *move) statusOf(ctx *cdk.Context, id, subnet cdk.Principal) (s condition, err *cdk.RejectError) {
	r, err := manage(ctx, subnet, "canister_status", idOf(id))
	if err != nil {
		return s, err
	}
	s = condition{stopped: r.FieldIs("status", "stopped"), ready: r.FieldBool("ready_for_migration"), version: r.FieldNat64("version", 0)}
	r.Into("settings")
	s.controllers = r.FieldPrincipals("controllers", nil)
	mustRead(ctx, r)
	return s, nil
}

func idOf(id cdk.Principal) candid.Field { return candid.Of("canister_id", candid.NewPrincipal(id)) }

// manage calls a method of a subnet's management canister and gives the record that it replies, or an empty one.
func manage(ctx *cdk.Context, subnet cdk.Principal, method string, fields ...candid.Field) (*candid.Reader, *cdk.RejectError) {
	reply, reject := ctx.Call(subnet, method, candid.Encode(candid.NewRecord(fields...)), cdk.Cycles{})
	if reject != nil {
		return nil, reject
	}
	r := candid.Read(reply)
	if r.More() {
		r.Record()
	}
	return r, nil
}

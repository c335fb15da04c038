package cdk_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk"
	"icsim/canister/cdk/cdktest"
)

// What cannot be a method is refused when the program is made, hence by icsim canister build, and by name.
func TestCanisterThatCannotBeIsRefused(t *testing.T) {
	type sound struct {
		cdk.OneOf
		Loud bool
	}
	type both struct {
		A uint8 `candid:"b"`
		B uint8
	}
	raw := func(*cdk.Context) {}
	for _, v := range []struct {
		text     string
		canister cdk.Canister
	}{
		{"the method m: arguments: value 2: map[string]int has no type in Candid",
			cdk.Canister{Service: cdk.Service{"m": cdk.Update(func(*cdk.Context, string, map[string]int) {})}}},
		{"results: value 1: field Loud of struct { Loud func() }: func() has no type",
			cdk.Canister{Service: cdk.Service{"m": cdk.Update(func() (r struct{ Loud func() }) { return })}}},
		{"case Loud of cdk_test.sound is a bool, not a pointer", cdk.Canister{Service: cdk.Service{"m": cdk.Query(func(sound) {})}}},
		{"fields b and b of cdk_test.both are one", cdk.Canister{Service: cdk.Service{"m": cdk.Query(func(both) {})}}},
		{"the method m: it is no function", cdk.Canister{Service: cdk.Service{"m": cdk.Query(7)}}},
		{"the method m: a function of any number", cdk.Canister{Service: cdk.Service{"m": cdk.Query(func(...string) {})}}},
		{"the method m is made by none of", cdk.Canister{Service: cdk.Service{"m": cdk.Init(func() {})}}},
		{"the method m is made by none of", cdk.Canister{Service: cdk.Service{"m": nil}}},
		{"the method m is there twice", cdk.Canister{Service: cdk.Service{"m": cdk.Query(func() {})}, Update: cdk.Methods{"m": raw}}},
		{"the method m is there twice", cdk.Canister{Query: cdk.Methods{"m": raw}, Update: cdk.Methods{"m": raw}}},
		{"one of Init and Setup", cdk.Canister{Init: raw, Setup: cdk.Init(func() {})}},
		{"Setup is not made by Init", cdk.Canister{Setup: cdk.Update(func() {})}},
		{"Setup: canister_init has no results", cdk.Canister{Setup: cdk.Init(func() int { return 1 })}},
	} {
		var said any
		func() {
			defer func() { said = recover() }()
			cdk.On(nil, &v.canister)
		}()
		require.Contains(t, said, v.text)
	}
}

// Exports are in one order, whatever that of the maps.
func TestExportsAreThoseThatAreThere(t *testing.T) {
	raw := func(*cdk.Context) {}
	p := cdk.On(nil, &cdk.Canister{
		Update: cdk.Methods{"b": raw, "z": raw}, Query: cdk.Methods{"a": raw}, Composite: cdk.Methods{"c": raw},
		Init: raw, PreUpgrade: raw, PostUpgrade: raw, Inspect: raw, Heartbeat: raw, Timer: raw, LowMemory: raw,
	})
	require.Equal(t, []string{
		"canister_global_timer", "canister_heartbeat", "canister_init", "canister_inspect_message", "canister_on_low_wasm_memory",
		"canister_post_upgrade", "canister_pre_upgrade",
		"canister_query a", "canister_update b", "canister_composite_query c", "canister_update z",
	}, p.Exports())
	require.Empty(t, p.Candid(), "none of them has types")
	require.Empty(t, cdk.On(nil, &cdk.Canister{}).Exports())
}

func TestEnterIsByNumber(t *testing.T) {
	entered := ""
	note := func(what string) func(*cdk.Context) { return func(*cdk.Context) { entered = what } }
	p := cdk.On(nil, &cdk.Canister{Query: cdk.Methods{"a": note("a"), "b": note("b")}, Init: note("init")})
	for n, want := range []string{"init", "a", "b"} {
		p.Enter(uint32(n))
		require.Equal(t, want, entered)
	}
}

func TestTypedMethodsInTests(t *testing.T) {
	started := ""
	members := func() *cdk.Canister {
		return &cdk.Canister{
			Setup: cdk.Init(func(ctx *cdk.Context, name string) error {
				if name == "" {
					return errors.New("nameless")
				}
				started = name
				return nil
			}),
			Service: cdk.Service{
				"nothing":  cdk.Update(func() {}),
				"two":      cdk.Query(func() (string, int8) { return "two", 2 }),
				"env":      cdk.Query(func(ctx *cdk.Context, name string) string { v, _ := ctx.Env(name); return v }),
				"deadline": cdk.Update(func(ctx *cdk.Context) uint64 { return ctx.Deadline() }),
				"quick": cdk.Update(func(ctx *cdk.Context) (uint64, error) {
					reply, reject := ctx.StartWithin(5, ctx.Self(), "deadline", cdk.Encode(), cdk.Cycles{}).Await()
					if reject != nil {
						return 0, reject
					}
					var deadline uint64
					err := cdk.Decode(reply, &deadline)
					return deadline - ctx.Time(), err
				}),
				"compose": cdk.Composite(func(ctx *cdk.Context) (string, error) { return cdk.Ask[string](ctx, ctx.Self(), "two") }),
			},
			Inspect: func(ctx *cdk.Context) {
				if ctx.Method() != "deadline" {
					ctx.AcceptMessage()
				}
			},
		}
	}
	n := cdktest.New()
	n.Install("m", members(), cdk.Encode("first"))
	require.Equal(t, "first", started)
	require.PanicsWithValue(t, "cdktest: Init of m: nameless", func() { n.Install("m", members(), cdk.Encode("")) })

	n.SetEnv("m", "COLOUR", "red")
	colour, err := cdktest.AskQuery[string](n, "m", "env", "COLOUR")
	require.NoError(t, err)
	require.Equal(t, "red", colour)
	_, err = cdktest.Ask[cdk.Unit](n, "m", "nothing")
	require.NoError(t, err)
	_, err = cdktest.Ask[string](n, "m", "nothing")
	require.ErrorContains(t, err, "value 1: missing: a text is expected")
	_, err = cdktest.Ask[uint64](n, "m", "deadline")
	require.EqualError(t, err, "Canister rejected the message")
	left, err := cdktest.Ask[uint64](n, "m", "quick")
	require.NoError(t, err)
	require.Equal(t, uint64(5e9), left)
	composed, err := cdktest.AskQuery[string](n, "m", "compose")
	require.NoError(t, err)
	require.Equal(t, "two", composed)
	_, err = cdktest.Ask[string](n, "m", "compose")
	require.ErrorContains(t, err, "no update method 'compose'", "a composite query is for users' queries")
}

package candid

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const canisterDID = `
// A description with a bit of everything.
type A = B;             /* a name for a name, /* nested */ defined below */
type B = record { id : nat; "two words" : text; 7 : bool; next : opt A; };
type Callback = func (token : text, nat) -> (opt B) query;
type Tree = variant { leaf; 0x10 : int; branch : record { Tree; Tree } };
type Other = service { ping : () -> () oneway; cb : Callback };
service counter : (start : nat, opt A) -> {
  inc : (by : nat) -> (nat);
  get : () -> (nat) query;
  "all of it" : (vec B) -> (Tree, blob) composite_query;
  callback : Callback;
  peer : (Other, principal, func () -> ()) -> (reserved, empty);
};`

// Candid.md, sections Type Definitions, Functions and Interfaces.
func TestDescriptionIsRead(t *testing.T) {
	i, err := ParseDID(canisterDID)
	require.NoError(t, err)
	require.Equal(t, "(nat, opt B)", FormatTypes(i.Init))
	names := []string{}
	for _, d := range i.Types {
		names = append(names, d.Name)
	}
	require.Equal(t, []string{"A", "B", "Callback", "Tree", "Other"}, names)
	b, ok := i.Type("A")
	require.True(t, ok)
	require.Equal(t, `record { 7 : bool; id : nat; next : opt B; "two words" : text }`, b.String())
	require.Equal(t, b, b.Fields()[2].Type.Elem(), "a recursive type leads to itself")
	tree, _ := i.Type("Tree")
	require.Equal(t, "variant { 16 : int; branch : record { Tree; Tree }; leaf }", tree.String())

	for method, want := range map[string]string{
		"inc":       "func (nat) -> (nat)",
		"get":       "func () -> (nat) query",
		"all of it": "func (vec B) -> (Tree, blob) composite_query",
		"callback":  "func (text, nat) -> (opt B) query",
		"peer":      "func (Other, principal, func () -> ()) -> (reserved, empty)",
	} {
		s, err := i.Method(method)
		require.NoError(t, err)
		require.Equal(t, want, FuncOf(s).String())
	}
	_, err = i.Method("dec")
	require.EqualError(t, err, `candid: the service has no method dec; it has "all of it", callback, get, inc, peer`)
}

func TestFormsOfTheService(t *testing.T) {
	for src, want := range map[string]string{
		`type S = service { m : () -> () }; service : S`:          "service { m : () -> () }",
		`type S = service { m : () -> () }; service x : () -> S;`: "service { m : () -> () }",
		`type F = func () -> (F); service : { f : F }`:            "service { f : F }",
		`service : {}`: "service {}",
		`type T = nat`: "no type",
		``:             "no type",
		`service : { query : () -> () query oneway }`: `service { "query" : () -> () query oneway }`,
	} {
		i, err := ParseDID(src)
		require.NoError(t, err, src)
		require.Equal(t, want, i.Service.String(), src)
	}
}

// An error says where it is and what would be accepted.
func TestFaultyDescriptions(t *testing.T) {
	for src, want := range map[string]string{
		`type A = A;`:                               "line 1, column 10: type A is defined as itself",
		`type A = B; type B = A;`:                   "type A is defined as itself",
		`type A = B`:                                "line 1, column 10: no type B is defined",
		"type A = nat;\ntype A = int":               "line 2, column 6: type A is defined twice",
		`type nat = int`:                            "nat is a type of Candid and cannot be defined",
		`type vec = int`:                            "'vec' where the name of a type is expected",
		`type A = record { a : nat; a : nat }`:      "field a has the number 97 of field a",
		`type A = variant { 1 : nat; 0x1 }`:         "field 1 has the number 1 of field 1",
		`type A = record { 4294967296 : nat }`:      "the number of a field, from 0 to 4_294_967_295",
		`type A = record { 4294967295 : nat; nat }`: "a label, the number before being the last",
		`type A = opt`:                              "the end where a type is expected",
		`type A = opt query`:                        "'query' where a type is expected",
		`type A = record { nat nat }`:               "line 1, column 23: 'nat' where ';' or '}' is expected",
		`type A = func (nat) -> (nat) oneway`:       "a oneway function has no results",
		`type A = func (x : nat, x : int) -> ()`:    "the name x is there twice",
		`type A = service { m : nat }`:              "no type nat is defined",
		`type N = nat; service : { m : N }`:         "method m is a nat; a func is expected",
		`service : { m : () -> (); m : () -> () }`:  "method m is there twice",
		`type N = nat; service : N`:                 "nat where a service type is expected",
		`service : { m : () -> () } type A = nat`:   "'type' where 'type', 'service' or the end is expected",
		`import "other.did"; service : {}`:          "imports are not followed",
		`type A = record { "\zz" : nat }`:           "an escape is",
		`type A = nat /* /* */`:                     "a comment without its end",
		`type A = "`:                                "a text without its end",
		`type A # nat`:                              "line 1, column 8: the character '#' has no meaning here",
		`type A = record { "\ff" : nat }`:           "a text where the name or number of a field is expected",
	} {
		_, err := ParseDID(src)
		require.ErrorContains(t, err, want, src)
	}
}

func TestTypesNestNoDeeperThanTheBound(t *testing.T) {
	_, err := ParseTypes("(" + strings.Repeat("opt ", maxDepth-1) + "nat)")
	require.NoError(t, err)
	_, err = ParseTypes("(" + strings.Repeat("opt ", maxDepth) + "nat)")
	require.ErrorContains(t, err, tooDeep)
}

// interface.md, section F, gives these two.
func TestLabelsHash(t *testing.T) {
	require.Equal(t, Label{17724, "Ok"}, Named("Ok"))
	require.EqualValues(t, 1313628723, Hash("canister_id"))
	require.EqualValues(t, 0, Hash(""))
}

// Candid.md, section Rules, where no message can show it.
func TestSubtypeRules(t *testing.T) {
	i, err := ParseDID(`
		type List = opt record { nat; List };  type Lost = opt record { int; Lost; opt text };
		type Stream = record { nat; func () -> (Stream) };  type Wider = record { int; func (opt nat) -> (Wider) };`)
	require.NoError(t, err)
	named := func(name string) Type { a, _ := i.Type(name); return a }
	require.True(t, Subtype(named("List"), named("Lost")))
	require.False(t, Subtype(named("Wider"), named("Stream")))
	require.True(t, Subtype(named("Stream"), named("Wider")), "a function that takes nothing more may be called with more")

	for text, want := range map[string]bool{
		"(nat, int)": true, "(int, nat)": false, "(nat8, nat)": false, "(empty, nat)": true, "(nat, reserved)": true, "(reserved, nat)": false,
		"(null, opt nat)": true, "(reserved, opt nat)": true, "(text, opt nat)": true, "(opt nat, nat)": false, "(reserved, null)": false,
		"(vec nat, vec int)": true, "(blob, vec nat8)": true, "(vec int, vec nat)": false,
		"(record { a : nat; b : text }, record { a : int })":  true,
		"(record {}, record { a : null; b : reserved })":      true,
		"(record {}, record { a : nat })":                     false,
		"(variant { a }, variant { a; b })":                   true,
		"(variant { a; b }, variant { a })":                   false,
		"(service { a : () -> () }, service {})":              true,
		"(service {}, service { a : () -> () })":              false,
		"(service {}, principal)":                             true,
		"(principal, service {})":                             false,
		"(func (int) -> (nat), func (nat) -> (int))":          true,
		"(func (nat) -> (), func (int) -> ())":                false,
		"(func () -> () query, func () -> ())":                false,
		"(func (opt nat) -> (), func () -> ())":               true,
		"(func () -> (nat, nat), func () -> (nat))":           true,
		"(func () -> (nat), func () -> (nat, text))":          false,
		"(func () -> (nat), func () -> (nat, null, opt nat))": true,
	} {
		types, err := ParseTypes(text)
		require.NoError(t, err)
		require.Equal(t, want, Subtype(types[0], types[1]), text)
	}
}

// A failed proof must leave nothing assumed behind: here the first question fails after it assumed the second.
func TestSubtypingForgetsWhatAFailedProofAssumed(t *testing.T) {
	i, err := ParseDID(`type A = record { inner : B; outer : nat };  type B = record { back : vec A };
		type C = record { inner : D; outer : text }; type D = record { back : vec C };`)
	require.NoError(t, err)
	a, _ := i.Type("A")
	b, _ := i.Type("B")
	c, _ := i.Type("C")
	d, _ := i.Type("D")
	s := subtyping{known: map[pair]bool{}}
	m := newMeter(0)
	require.False(t, s.holds(a, c, &m))
	require.False(t, s.holds(b, d, &m))
}

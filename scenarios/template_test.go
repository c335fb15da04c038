package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/canister/candid"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/workload"
)

func TestReferencesAreFoundOutsideOfTexts(t *testing.T) {
	for text, want := range map[string]string{
		`()`:                            "",
		`($x, 5)`:                       "x",
		`("$x", $y)`:                    "y",
		`("a \" $x", $y, "$z")`:         "y",
		`(record { a = $x.b.0; c = 1})`: "x.b.0",
		`($x-1)`:                        "x-1", // names have dashes, Candid has no arithmetic
		`($X, $)`:                       "",
		`($a$b)`:                        "a b",
	} {
		tpl, found := newTemplate(text), []string{}
		for _, p := range tpl.parts {
			if p.name != "" {
				found = append(found, strings.Join(append([]string{p.name}, p.path...), "."))
			}
		}
		require.Equal(t, want, strings.Join(found, " "), text)
	}
}

// Wherever a reference stands before a mistake, however long its value, the place named is the one in the text as written.
func TestPlacesAreThoseOfTheTextAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := candid.Text(rapid.StringN(0, 30, -1).Draw(t, "value"))
		before := strings.Repeat("$x, ", rapid.IntRange(0, 3).Draw(t, "references"))
		broken := rapid.Bool().Draw(t, "line break")
		if broken {
			before += "\n  "
		}
		tpl := newTemplate("(" + before + "oops, $x)")
		_, err := tpl.encode(func(*part) (candid.Value, error) { return value, nil })
		want := fmt.Sprintf("column %d: ", 2+len(before))
		if broken {
			want = "line 2, column 3: "
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Fatalf("%v, want %s", err, want)
		}
	})
}

// A sample of a type is of that type: what would fit is not refused.
func TestSamplesFitTheirTypes(t *testing.T) {
	for _, text := range []string{
		"null", "bool", "nat", "int", "nat8", "int64", "float32", "text", "blob", "principal", "reserved", "opt nat", "opt opt bool",
		"vec nat8", "vec vec text", "record {}", "record { a : nat; 5 : opt text }", "variant { a; b : nat }", "service {}",
		"func (nat) -> () query", "vec record { text; vec nat }",
	} {
		types, err := candid.ParseTypes("(" + text + ")")
		require.NoError(t, err, text)
		v, ok := sample(types[0], maxSample)
		require.True(t, ok, text)
		_, err = candid.ParseArgsAs("("+candid.FormatValue(v)+")", types)
		require.NoError(t, err, text)
	}
	const recursive = "type list = opt record { nat; list }; type tree = record { left : tree }; service : { l : (list, tree) -> () }"
	list, err := candid.ParseDID(recursive)
	require.NoError(t, err)
	l, _ := list.Method("l")
	_, ok := sample(l.Args[0], maxSample)
	require.True(t, ok)
	_, ok = sample(l.Args[1], maxSample)
	require.False(t, ok, "a type without values")
	_, ok = sample(candid.Type{}, maxSample)
	require.False(t, ok, "a type that is not known")
}

const interfaces = small + `
users: [admin]
canisters:
  - name: ledger
    subnet: other
    module: testdata/bad/described.wasm
    candid: testdata/ledger.did
    arg: '(record { minting = $admin; users = vec { $alice; $tally } })'
    controllers: [ledger, alice, anonymous]
  - { name: tally, subnet: app, library: counter }
clients:
  - name: bob
    as: admin
    sequence:
      - { call: ledger.go, arg: '(5)', save: paid }
      - { call: ledger.go, arg: '($paid.Ok.at)', as: alice, expect: '(variant { Ok = record { at = $paid.Ok.at } })' }
      - { top_up: tally, cycles: 1T }
  - { name: alice, call: tally.inc, at: 5s, reject: "IC05.3" }
`

func TestNamesBecomePrincipalsAndReplies(t *testing.T) {
	c, err := parsed(t, interfaces).Compile(1)
	require.NoError(t, err)
	someone := func(n uint64) principal.ID { return principal.Canister(1000 + n) }
	m := &workload.Memory{Users: []principal.ID{someone(1), someone(2), someone(3)}, Replies: make([][]byte, 3)}

	arg, err := c.Canisters[0].Prepare(m)
	require.NoError(t, err)
	types, err := candid.ParseTypes("(record { minting : principal; users : vec principal })")
	require.NoError(t, err)
	values, err := candid.Decode(arg, types)
	require.NoError(t, err)
	tally := protocol.CanisterID(0).Principal()
	require.Equal(t, fmt.Sprintf(`(record { minting = principal "%s"; users = vec { principal "%s"; principal "%s" } })`,
		someone(3), someone(2), tally), strings.ReplaceAll(candid.Format(values), "; }", " }"))
	require.Equal(t, []sim.Controller{{Canister: sim.FirstCanister(1)}, {User: 2}, {User: workload.Anonymous}}, c.Canisters[0].Controllers)
	require.Equal(t, 1, c.Users)

	calls := c.Clients[0].Sequence
	require.Equal(t, []workload.User{3, 2, workload.Anonymous}, []workload.User{calls[0].As, calls[1].As, calls[2].As})
	require.Equal(t, 1, calls[0].Subnet)
	_, err = calls[1].Prepare(m)
	require.ErrorContains(t, err, "$paid: the call on line 20 brought no reply")
	m.Replies[0] = message(t, `(variant { Err = "poor" })`)
	_, err = calls[1].Prepare(m)
	require.ErrorContains(t, err, `is not Ok`)
	m.Replies[0] = message(t, "(variant { Ok = record { at = 7 : nat } })")
	arg, err = calls[1].Prepare(m)
	require.NoError(t, err)
	require.Equal(t, message(t, "(7 : nat)"), arg)

	judge := calls[1].Judge
	require.Empty(t, judge(m, workload.Answer{Reply: m.Replies[0]}))
	require.Contains(t, judge(m, workload.Answer{Reply: message(t, "(variant { Ok = record { at = 8 : nat } })")}), "expected (variant { Ok")
	require.Contains(t, judge(m, workload.Answer{Reply: message(t, "(5)")}), "replied 4449444c")
	require.Equal(t, "no answer until the call expired", judge(m, workload.Answer{Lost: true}))
	reject := protocol.Reject{Code: protocol.CanisterError, Error: "IC0503", Message: "trapped"}
	require.Equal(t, "rejected with CANISTER_ERROR IC0503: trapped", judge(m, workload.Answer{Reject: reject}))

	judge = c.Clients[1].Judge
	require.Empty(t, judge(m, workload.Answer{Reject: reject}))
	reject.Error = "IC0406"
	require.Contains(t, judge(m, workload.Answer{Reject: reject}), "expected one like IC05.3")
	require.Contains(t, judge(m, workload.Answer{Reply: message(t, "(5 : nat64)")}), "replied (5 : nat64)")
}

// A step may take several calls; what is saved is the reply to the last.
func TestCapturesAreOfTheStepsOwnCall(t *testing.T) {
	c, err := parsed(t, small+"canisters: [{ name: tally, subnet: app, library: counter }]\nclients:\n  - name: user\n    sequence:\n"+
		"      - { upgrade: tally, library: counter }\n      - { call: tally.inc, save: n }\n      - { call: tally.set, arg: ($n) }\n").Compile(1)
	require.NoError(t, err)
	calls := c.Clients[0].Sequence
	n := len(calls)
	require.Greater(t, n, 3, "the library is larger than a message")
	m := &workload.Memory{Replies: make([][]byte, n)}
	m.Replies[n-2] = message(t, "(6 : nat64)")
	arg, err := calls[n-1].Prepare(m)
	require.NoError(t, err)
	require.Equal(t, m.Replies[n-2], arg)
}

// message encodes values by the types written with them.
func message(t *testing.T, text string) []byte {
	t.Helper()
	values, types, err := candid.ParseArgs(text)
	require.NoError(t, err)
	raw, err := candid.Encode(values, types)
	require.NoError(t, err)
	return raw
}

func TestIncreasingReplies(t *testing.T) {
	m := method{}
	one, two := message(t, "(1)"), message(t, "(2 : nat8)")
	require.Empty(t, m.increases(nil, one))
	require.Empty(t, m.increases(one, two))
	require.NotEmpty(t, m.increases(two, one))
	require.NotEmpty(t, m.increases(one, one))
	require.NotEmpty(t, m.increases(nil, message(t, `("x")`)))
	require.NotEmpty(t, m.increases(nil, message(t, "(1, 2)")))
}

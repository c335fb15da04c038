package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/cdktest"
)

// settings makes an argument of canister_init.
func settings(name string, fields ...candid.Field) []byte {
	return candid.Encode(candid.NewText(name), candid.NewRecord(fields...))
}

func nat(name string, n uint64) candid.Field { return candid.Of(name, candid.NewNat64(n)) }

// newNetwork has a counter and a caller that calls it and somebody who is not there, in turn.
func newNetwork(of ...candid.Field) *cdktest.Network {
	n := cdktest.New()
	n.Install("counter", undecided(), settings("counter", nat("start", 5)))
	targets := candid.Of("calls", candid.NewVec(candid.NewPrincipal("counter"), candid.NewPrincipal("nobody")))
	n.Install("caller", undecided(), settings("caller", append(of, targets)...))
	return n
}

func number(t *testing.T, n *cdktest.Network, id cdk.Principal, method string) uint64 {
	t.Helper()
	reply, reject := n.Query(id, method, nothing())
	require.Nil(t, reject)
	return candid.Read(reply).Nat64()
}

func TestCounter(t *testing.T) {
	n := newNetwork()
	reply, reject := n.Call("counter", "inc", nothing())
	require.Nil(t, reject)
	require.Equal(t, uint64(6), candid.Read(reply).Nat64())
	_, reject = n.Call("counter", "set", candid.Encode(candid.NewNat64(9)))
	require.Nil(t, reject)
	require.Equal(t, uint64(9), number(t, n, "counter", "get"))
	_, reject = n.Call("counter", "set", candid.Encode(candid.NewText("9")))
	require.ErrorContains(t, reject, "argument 1 is a text, not a nat64")
	_, reject = n.Call("counter", "burn", nothing())
	require.ErrorContains(t, reject, "no update method 'burn'")
}

func TestCallerCountsRepliesAndRejects(t *testing.T) {
	n := newNetwork(nat("count", 7), nat("concurrency", 3))
	read := func(reply []byte, reject *cdk.RejectError) (replies, rejects uint64) {
		require.Nil(t, reject)
		r := candid.Read(reply)
		r.Record()
		return r.FieldNat64("replies", 99), r.FieldNat64("rejects", 99)
	}
	replies, rejects := read(n.Call("caller", "call", nothing()))
	require.Equal(t, uint64(3), replies)
	require.Equal(t, uint64(4), rejects)
	replies, rejects = read(n.Call("caller", "call", candid.Encode(candid.NewRecord(nat("count", 3)))))
	require.Equal(t, uint64(2), replies)
	require.Equal(t, uint64(1), rejects)
	require.Equal(t, uint64(5), number(t, n, "caller", "replies"))
	require.Equal(t, uint64(5), number(t, n, "caller", "rejects"))
	require.Equal(t, uint64(10), number(t, n, "counter", "get"))
}

// slow works on several calls at a time, and knows the most it had.
func slow(most *int) *cdk.Canister {
	open := 0
	return &cdk.Canister{Update: cdk.Methods{"inc": func(ctx *cdk.Context) {
		open++
		*most = max(*most, open)
		ctx.Call("counter", "inc", nothing(), cdk.Cycles{})
		open--
		ctx.Reply(nothing())
	}}}
}

func TestCallerKeepsToItsConcurrency(t *testing.T) {
	n, most := newNetwork(), 0
	n.Install("slow", slow(&most), nil)
	plan := candid.NewRecord(nat("count", 20), nat("concurrency", 4), candid.Of("calls", candid.NewVec(candid.NewPrincipal("slow"))))
	_, reject := n.Call("caller", "call", candid.Encode(plan))
	require.Nil(t, reject)
	require.Equal(t, 4, most)
	require.Equal(t, uint64(25), number(t, n, "counter", "get"))
}

func TestCallerCallsByItself(t *testing.T) {
	stat := func(n *cdktest.Network, name string) uint64 {
		reply, reject := n.Query("caller", "stats", nothing())
		require.Nil(t, reject)
		r := candid.Read(reply)
		r.Record()
		return r.FieldNat64(name, 99)
	}
	n := newNetwork(nat("count", 2), nat("every", 100), nat("total", 9))
	n.Advance("caller", 99)
	require.Equal(t, uint64(0), stat(n, "calls"))
	n.Advance("caller", 1)
	require.Equal(t, uint64(2), stat(n, "calls"))
	n.Advance("caller", 250) // two ticks late
	require.Equal(t, uint64(6), stat(n, "calls"))
	n.Advance("caller", 49)
	require.Equal(t, uint64(6), stat(n, "calls"))
	n.Advance("caller", 1000)
	n.Advance("caller", 1000)
	require.Equal(t, uint64(9), stat(n, "calls"))
	require.Equal(t, uint64(9), stat(n, "replies")+stat(n, "rejects"))

	n = newNetwork(nat("count", 20), nat("every", 100), nat("concurrency", 6))
	n.Advance("caller", 200)
	require.Equal(t, uint64(6), stat(n, "calls"))
	require.Equal(t, uint64(34), stat(n, "skipped"))
	require.Equal(t, uint64(0), stat(n, "open"))
}

func TestBurnerBurns(t *testing.T) {
	n := cdktest.New()
	n.Install("burner", undecided(), settings("burner", nat("instructions", 1_000_000)))
	burn := func(arg []byte) uint64 {
		reply, reject := n.Call("burner", "burn", arg)
		require.Nil(t, reject)
		return candid.Read(reply).Nat64()
	}
	require.Equal(t, uint64(1_010_000), burn(nothing())) // cdktest counts ten thousand for each question
	require.Equal(t, uint64(60_000), burn(candid.Encode(candid.NewRecord(nat("instructions", 50_000), nat("pages", 9)))))
	require.Equal(t, uint64(2), number(t, n, "burner", "burned"))
	var b burner
	b.write(3)
	b.write(2)
	require.Equal(t, []byte{2, 2, 1}, []byte{b.memory[0], b.memory[pageBytes], b.memory[2*pageBytes]})
	_, reject := n.Call("burner", "burn", candid.Encode(candid.NewRecord(nat("pages", 1<<40))))
	require.ErrorContains(t, reject, "at most 262144 pages")
}

func TestInstallSaysWhatIsWrong(t *testing.T) {
	for text, arg := range map[string][]byte{
		"the library has no canister cuonter":         settings("cuonter"),
		"not a Candid message":                        []byte("counter"),
		"argument 2 is missing: a record is expected": candid.Encode(candid.NewText("counter")),
		"field start is a text, not a nat64":          settings("counter", candid.Of("start", candid.NewText("5"))),
		"item 0 of calls is a nat64, not a principal": settings("caller", candid.Of("calls", candid.NewVec(candid.NewNat64(5)))),
		"argument 1 is a nat64, not a text":           candid.Encode(candid.NewNat64(4)),
		"argument 1 is missing: a text is expected":   nothing(),
		"site: large is at most 67108864 bytes":       settings("site", nat("large", 64<<20+1)),
		"byte 4: the message ends inside a value":     []byte("DIDL"),
	} {
		func() {
			defer func() { require.Contains(t, recover(), text) }()
			cdktest.New().Install("c", undecided(), arg)
		}()
	}
	n := cdktest.New()
	n.Install("caller", undecided(), settings("caller"))
	_, reject := n.Call("caller", "call", nothing())
	require.ErrorContains(t, reject, "there is nobody to call")
}

// A module exports the methods of all its canisters, no others, and each as what it is: the system finds a method by its export.
func TestExportsAreTheMethods(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "exports.go", nil, parser.ParseComments)
	require.NoError(t, err)
	var exported []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name, _ := strings.CutPrefix(f.Doc.List[len(f.Doc.List)-1].Text, "//go:wasmexport ")
		call := f.Body.List[0].(*ast.ExprStmt).X.(*ast.CallExpr)
		if len(call.Args) == 0 {
			entries := []string{
				"canister_init Init", "canister_pre_upgrade PreUpgrade", "canister_post_upgrade PostUpgrade", "canister_global_timer Timer",
			}
			require.Contains(t, entries, name+" "+call.Fun.(*ast.SelectorExpr).Sel.Name)
			continue
		}
		method := strings.Trim(call.Args[0].(*ast.BasicLit).Value, `"`)
		kind := strings.ToLower(call.Fun.(*ast.SelectorExpr).Sel.Name)
		require.Equal(t, "canister_"+kind+"_SP_"+method, name)
		exported = append(exported, kind+" "+method)
	}
	var methods []string
	none := func() *candid.Reader { r := candid.Read(settings("")); r.Text(); r.Record(); return r }
	for _, c := range []cdk.Canister{
		newBurner(none()), newCaller(nil, none()), newCounter(none()), newFetcher(none()), newInterpreter(nil, none()),
		newMigration(none()), newSigner(none()), new(site).canister(),
	} {
		for name := range c.Update {
			methods = append(methods, "update "+name)
		}
		for name := range c.Query {
			methods = append(methods, "query "+name)
		}
	}
	slices.Sort(methods)
	slices.Sort(exported)
	require.Equal(t, slices.Compact(methods), exported)
}

package sim

import (
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/sim/workload"
)

// get is a query of the counter, which was set to 7.
func get() workload.Call {
	return workload.Call{
		What: "get", Method: "get", Arg: []byte(nothing), Query: true,
		Judge: func(_ *workload.Memory, a workload.Answer) string {
			if string(a.Reply) == "DIDL\x00\x01\x78\x07\x00\x00\x00\x00\x00\x00\x00" {
				return ""
			}
			return fmt.Sprintf("reply %x, reject %+v", a.Reply, a.Reject)
		},
	}
}

// queried is counting with a client that sets the counter to 7 and then asks for it, and others that call and ask.
func queried(t *testing.T, nodes int, d time.Duration) *Config {
	t.Helper()
	set := workload.Call{What: "set", Method: "set", Arg: []byte("DIDL\x00\x01\x78\x07\x00\x00\x00\x00\x00\x00\x00")}
	seven := func(*workload.Memory, workload.Answer) string { return "" }
	set.Judge = seven
	c := counting(t, d, workload.Config{Name: "setter", Start: time.Second, Sequence: []workload.Call{set}})
	c.Subnets[0].Places = make([]int, nodes)
	c.Clients = append(c.Clients,
		workload.Config{Name: "reader", Call: get(), Every: 500 * time.Millisecond, Start: 15 * time.Second, Stop: d - 10*time.Second},
		workload.Config{
			Name: "caller", Call: workload.Call{Method: "get", Arg: []byte(nothing), What: "call", Judge: get().Judge},
			Every: 2 * time.Second, Start: 15 * time.Second, Stop: 60 * time.Second,
		})
	return c
}

// f nodes that answer falsely do not make users believe what is not so, nor keep them from getting answers; only who asks a node that
// lies under its own signature is deceived (interface.md D.6).
func TestUsersOfCorruptNodes(t *testing.T) {
	for _, v := range []struct {
		strategy string
		check    func(r *Result)
	}{
		{"false-queries", func(r *Result) {
			requireChecks(t, r)
			if r.Queries.BadSignatures == 0 {
				t.Error("no false answer was seen")
			}
		}},
		{"lying-queries", func(r *Result) {
			requireChecks(t, r, "get")
		}},
		{"drop-calls", func(r *Result) { requireChecks(t, r) }},
		{"stale-certificates", func(r *Result) { requireChecks(t, r) }},
	} {
		t.Run(v.strategy, func(t *testing.T) {
			c := queried(t, 7, 100*time.Second)
			c.Attackers = attackers([]string{v.strategy}, 5, 6)
			r := run(t, c)
			v.check(r)
			q, in := &r.Queries, &r.Ingress
			if q.Made == 0 || q.Answered != q.Made || q.Lost != 0 {
				t.Errorf("queries %+v", q)
			}
			if r.Queries.BadSignatures != 0 && v.strategy != "false-queries" {
				t.Errorf("%d answers were not believed", r.Queries.BadSignatures)
			}
			if in.Submitted == 0 || in.Completed != in.Submitted || in.Rejected != 0 {
				t.Errorf("calls %+v", in)
			}
		})
	}
}

// Users of a subnet that is not the root verify by the root key alone: its nodes fetch delegations, again after a restart, and
// whatever one node of the root subnet does (interface.md D.4).
func TestDelegationsReachOtherSubnets(t *testing.T) {
	c := queried(t, 4, 80*time.Second)
	c.Subnets = append(c.Subnets, c.Subnets[0])
	c.Subnets[1].Name = "other"
	c.Canisters[0].Subnet, c.Canisters[0].ID = 1, FirstCanister(1)
	for i := range c.Clients {
		of := &c.Clients[i].Call
		of.Subnet, of.Canister = 1, FirstCanister(1)
		for k := range c.Clients[i].Sequence {
			of := &c.Clients[i].Sequence[k]
			of.Subnet, of.Canister = 1, FirstCanister(1)
		}
	}
	c.Attackers = attackers([]string{"silent"}, 0)
	r := run(t, c)
	requireChecks(t, r)
	if r.Queries.Answered != r.Queries.Made || r.Ingress.Completed != r.Ingress.Submitted || r.Ingress.Completed == 0 {
		t.Errorf("%+v %+v", r.Queries, r.Ingress)
	}
	for _, n := range []protocol.NodeID{4, 5, 6, 7} {
		if s := r.Subnets[1]; s.CertifiedHeight == 0 {
			t.Errorf("node %s: %+v", n, s)
		}
	}
}

// A call that cannot be taken is rejected at once, without a block: nobody certifies it (interface.md D.1).
func TestRejectsOutsideOfBlocks(t *testing.T) {
	c := queried(t, 4, 30*time.Second)
	unknown := workload.Call{What: "nowhere", Canister: 99, Method: "inc", Arg: []byte(nothing)}
	wrong := workload.Call{What: "update as query", Method: "inc", Arg: []byte(nothing), Query: true}
	stranger := workload.Call{
		What: "stop", Canister: protocol.ManagementCanister, Method: "stop_canister",
		Arg: management.Encode(management.CanisterID{Canister: protocol.CanisterID(0).Principal()}),
	}
	c.Canisters[0].Controllers = []Controller{}
	c.Clients = []workload.Config{{
		Name: "user", Start: 5 * time.Second, Stop: 30 * time.Second, Sequence: []workload.Call{unknown, wrong, stranger},
	}}
	r := run(t, c)
	for i, code := range []string{"IC0301", "IC0536", "IC0512"} {
		k := &r.Sequences[0].Calls[i]
		if k.ErrorCode != code || k.Answered != 1 {
			t.Errorf("%+v, want %s", k, code)
		}
	}
	if last := r.Sequences[0].Calls[2].AtSeconds; last > 6 {
		t.Errorf("the rejects took until %v s", last)
	}
}

// A query sees a certificate of what its canister certified, which users can verify by the root key alone; a call sees none
// (interface.md A.2, D.5).
func TestQueriesHaveDataCertificates(t *testing.T) {
	b := &wasmtest.Builder{}
	i32 := func(n int) (types []module.ValueType) {
		return wasmtest.T(slices.Repeat([]module.ValueType{wasmtest.I32}, n)...)
	}
	set := b.Import("ic0", "certified_data_set", i32(2), nil)
	size := b.Import("ic0", "data_certificate_size", nil, i32(1))
	get := b.Import("ic0", "data_certificate_copy", i32(3), nil)
	add := b.Import("ic0", "msg_reply_data_append", i32(2), nil)
	send := b.Import("ic0", "msg_reply", nil, nil)
	b.Memory(1, 1)
	b.Data(0, "abc")
	b.Entry("canister_init", nil, fmt.Sprintf("i32.const 0 i32.const 3 call %d", set))
	b.Entry("canister_query proof", nil, fmt.Sprintf(
		"i32.const 64 i32.const 0 call %d call %d i32.const 64 call %d call %d call %d", size, get, size, add, send))
	c := small(4, 20*time.Second)
	c.Subnets = append(c.Subnets, c.Subnets[0])
	c.Subnets[1].Name = "other"
	id := FirstCanister(1)
	c.Canisters = []Canister{{Name: "certifier", Subnet: 1, ID: id, Module: b.Bytes(), Cycles: protocol.CyclesOf(1e15)}}
	proof := workload.Call{What: "proof", Subnet: 1, Canister: id, Method: "proof"}
	query := proof
	query.Query = true
	c.Clients = []workload.Config{{Name: "user", Start: 3 * time.Second, Stop: 20 * time.Second, Sequence: []workload.Call{query, proof}}}
	r := run(t, c)
	raw, err := hex.DecodeString(r.Sequences[0].Calls[0].Reply)
	if err != nil {
		t.Fatal(err)
	}
	proven, err := certificate.Decode(raw)
	if err != nil {
		t.Fatalf("%v: %+v", err, r.Sequences[0].Calls)
	}
	again := &simulation{config: c} // for the root key
	if err := again.build(); err != nil {
		t.Fatal(err)
	}
	if v := proven.VerifyForCanister(again.scheme, again.rootKey(), id.Principal()); v != certificate.Valid {
		t.Error(v)
	}
	if data, _ := proven.Tree.Lookup("canister", hashtree.Label(id.Principal().Bytes()), "certified_data"); string(data) != "abc" {
		t.Errorf("certified data %q", data)
	}
	if code := r.Sequences[0].Calls[1].ErrorCode; code != "IC0504" {
		t.Errorf("a call saw a certificate: %+v", r.Sequences[0].Calls[1])
	}
}

// A query and its answer each take what the scenario says beside the way; blocks do not.
func TestRequestsTakeWhatTheScenarioSays(t *testing.T) {
	of := func(requests time.Duration) *Result {
		c := queried(t, 4, 40*time.Second)
		c.Requests = requests
		r := run(t, c)
		require.NotZero(t, r.Queries.Answered)
		return r
	}
	standard, slow := of(0), of(51*time.Millisecond)
	require.InDelta(t, standard.Queries.LatencyMS.P50+100, slow.Queries.LatencyMS.P50, 5)
	require.InDelta(t, standard.Subnets[0].BlockRate, slow.Subnets[0].BlockRate, 0.02)
}

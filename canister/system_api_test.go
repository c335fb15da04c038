package canister

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/wasm"
	"icsim/canister/wasm/module"
	"icsim/canister/wasm/wasmtest"
	"icsim/protocol"
)

// specification is the table of interface.md A.2: name, type and contexts, with its letters. A module with a 64-bit memory may import all
// but those marked 32.
const specification = `
msg_arg_data_size                    :I          I U RQ NRQ TQ CQ Ry CRy F
msg_arg_data_copy                    III:        I U RQ NRQ TQ CQ Ry CRy F
msg_caller_size                      :I          *
msg_caller_copy                      III:        *
msg_caller_info_data_size            :I          U RQ NRQ CQ Ry Rt CRy CRt C CC F
msg_caller_info_data_copy            III:        U RQ NRQ CQ Ry Rt CRy CRt C CC F
msg_caller_info_signer_size          :I          U RQ NRQ CQ Ry Rt CRy CRt C CC F
msg_caller_info_signer_copy          III:        U RQ NRQ CQ Ry Rt CRy CRt C CC F
msg_reject_code                      :i          Ry Rt CRy CRt C
msg_reject_msg_size                  :I          Rt CRt
msg_reject_msg_copy                  III:        Rt CRt
msg_deadline                         :l          U RQ NRQ CQ Ry Rt CRy CRt
msg_reply_data_append                II:         U RQ NRQ TQ CQ Ry Rt CRy CRt
msg_reply                            :           U RQ NRQ TQ CQ Ry Rt CRy CRt
msg_reject                           II:         U RQ NRQ TQ CQ Ry Rt CRy CRt
msg_cycles_available128              I:          U RQ Rt Ry
msg_cycles_refunded128               I:          Rt Ry
msg_cycles_accept128                 llI:        U RQ Rt Ry
cycles_burn128                       llI:        I G U RQ Ry Rt C T
canister_self_size                   :I          *
canister_self_copy                   III:        *
canister_cycle_balance128            I:          *
canister_liquid_cycle_balance128     I:          *
canister_status                      :i          *
canister_version                     :l          *
subnet_self_size                     :I          *
subnet_self_copy                     III:        *
msg_method_name_size                 :I          F
msg_method_name_copy                 III:        F
accept_message                       :           F
call_new                             IIIIIIII:   U CQ Ry Rt CRy CRt T
call_on_cleanup                      II:         U CQ Ry Rt CRy CRt T
call_data_append                     II:         U CQ Ry Rt CRy CRt T
call_with_best_effort_response       i:          U CQ Ry Rt CRy CRt T
call_cycles_add128                   ll:         U Ry Rt T
call_perform                         :i          U CQ Ry Rt CRy CRt T
stable64_size                        :l          * s
stable64_grow                        l:l         * s
stable64_write                       lll:        * s
stable64_read                        lll:        * s
root_key_size                        :I          I G U RQ Ry Rt C T
root_key_copy                        III:        I G U RQ Ry Rt C T
certified_data_set                   II:         I G U Ry Rt T
data_certificate_present             :i          *
data_certificate_size                :I          NRQ CQ
data_certificate_copy                III:        NRQ CQ
time                                 :l          *
global_timer_set                     l:l         I G U Ry Rt C T
performance_counter                  i:l         * s
is_controller                        II:i        * s
in_replicated_execution              :i          * s
cost_call                            llI:        * s
cost_create_canister                 I:          * s
cost_http_request                    llI:        * s
cost_sign_with_ecdsa                 IIiI:i      * s
cost_sign_with_schnorr               IIiI:i      * s
cost_vetkd_derive_key                IIiI:i      * s
env_var_count                        :I          *
env_var_name_size                    I:I         *
env_var_name_copy                    IIII:       *
env_var_name_exists                  II:i        *
env_var_value_size                   II:I        *
env_var_value_copy                   IIIII:      *
debug_print                          II:         * s
trap                                 II:         * s
msg_cycles_available                 :l          U RQ Rt Ry 32
msg_cycles_refunded                  :l          Rt Ry 32
msg_cycles_accept                    l:l         U RQ Rt Ry 32
canister_cycle_balance               :l          * 32
call_cycles_add                      l:          U Ry Rt T 32
stable_size                          :i          * s 32
stable_grow                          i:i         * s 32
stable_write                         iII:        * s 32
stable_read                          IiI:        * s 32
mint_cycles128                       llI:        U Ry Rt T
mint_cycles                          l:l         U Ry Rt T
call_cycles_add128_up_to             llI:        U Ry Rt T
`

var modeLetters = map[string]mode{
	"I": modeInit, "G": modePreUpgrade, "U": modeUpdate, "RQ": modeReplicatedQuery, "NRQ": modeQuery, "TQ": modeTransform,
	"CQ": modeComposite, "Ry": modeReply, "Rt": modeReject, "CRy": modeCompositeReply, "CRt": modeCompositeReject,
	"C": modeCleanup, "CC": modeCompositeClean, "F": modeInspect, "T": modeTask, "s": modeStart,
}

// Every function of the specification is there, with its type in memories of either width, and is a contract violation in every other
// context.
func TestSystemCallsAreThoseOfTheSpecification(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(specification), "\n")
	require.Len(t, systemCalls(), len(lines))
	for _, pointer := range []wasm.ValueType{wasm.I32, wasm.I64} {
		var fit []string
		for _, line := range lines {
			if pointer == wasm.I32 || !strings.HasSuffix(line, " 32") {
				fit = append(fit, line)
			}
		}
		t.Run(pointer.String(), func(t *testing.T) { conformsTo(t, fit, pointer) })
	}
}

func conformsTo(t *testing.T, lines []string, pointer wasm.ValueType) {
	b := &wasmtest.Builder{}
	var names []string
	for i, line := range lines {
		fields := strings.Fields(line)
		params, results := parseSignature(fields[1], pointer)
		require.Equal(t, i, int(b.Import("ic0", fields[0], params, results)))
		names = append(names, fields[0])
	}
	b.Memory(1, 1)
	b.M.Memories[0].Is64 = pointer == wasm.I64
	for i, line := range lines {
		params, results := parseSignature(strings.Fields(line)[1], pointer)
		code := ""
		for _, p := range params {
			code += p.String() + ".const 0 "
		}
		b.Entry("canister_query "+names[i], nil, code+"call "+number(i)+strings.Repeat(" drop", len(results)))
	}
	x := newExecutor(t)
	s := newSubnet(t, x, Install{ID: cyclesMinter, Module: b.Bytes(), Cycles: protocol.CyclesOf(trillion)})
	r := x.open(s.state, &s.ctx)
	for i, line := range lines {
		allowed := map[mode]bool{}
		for _, letter := range strings.Fields(line)[2:] {
			for l, m := range modeLetters {
				if l == letter || letter == "*" && l != "s" {
					allowed[m] = true
				}
			}
		}
		for letter, m := range modeLetters {
			e := r.newExecution(r.peek(cyclesMinter), m)
			result := e.enter(wasm.Entry{Kind: wasm.EntryExport, Name: "canister_query " + names[i]}, 1e9)
			forbidden := result.Trap != nil && strings.Contains(result.Trap.Message, "cannot be executed in")
			require.Equal(t, !allowed[m], forbidden, "%s in %s: %v", names[i], letter, result.Trap)
		}
	}
}

// A module with a 64-bit memory has no use for what a wider function replaced, and may not import it.
func TestOutgrownSystemCallsAreForNarrowMemoriesOnly(t *testing.T) {
	x := newExecutor(t)
	for _, line := range strings.Split(strings.TrimSpace(specification), "\n") {
		fields := strings.Fields(line)
		b := &wasmtest.Builder{}
		params, results := parseSignature(fields[1], wasm.I64)
		b.Import("ic0", fields[0], params, results)
		b.Memory64(1, 1)
		_, err := x.engine.Compile(b.Bytes(), wasm.CompileOptions{})
		if fields[len(fields)-1] == "32" {
			require.ErrorContains(t, err, "no such function for a module with a 64-bit memory", line)
		} else {
			require.NoError(t, err, line)
		}
	}
}

func number(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return number(i/10) + string(rune('0'+i%10))
}

// A probe runs code with the system calls named by @ and answers with the first n bytes of memory.
func probe(t *testing.T, n int, code string) (*subnet, func() protocol.IngressStatus) {
	return installed(t, probeModule(n, code, systemCalls()))
}

// wideProbe is probe transcribed to a 64-bit memory; false if the code calls what such a module may not import.
func wideProbe(t *testing.T, n int, code string) (s *subnet, run func() protocol.IngressStatus, ok bool) {
	types := map[string]module.FuncType{}
	var calls []systemCall
	for _, f := range systemCalls() {
		if !outgrown(f.name) {
			params, results := parseSignature(f.signature, wasm.I64)
			types[f.name] = module.FuncType{Params: params, Results: results}
			calls = append(calls, f)
		} else if slices.Contains(strings.Fields(code), "@"+f.name) {
			return nil, nil, false
		}
	}
	b := wasmtest.WidenImports(probeModule(n, code, calls), func(name string) module.FuncType { return types[name] })
	s, run = installed(t, wasmtest.Widen(b, func() bool { return false }))
	return s, run, true
}

func installed(t *testing.T, b *wasmtest.Builder) (*subnet, func() protocol.IngressStatus) {
	s := newSubnet(t, newExecutor(t), Install{ID: 1, Module: b.Bytes(), Cycles: protocol.CyclesOf(trillion)})
	return s, func() protocol.IngressStatus { t.Helper(); return s.run(1, nil) }
}

func probeModule(n int, code string, calls []systemCall) *wasmtest.Builder {
	b := &wasmtest.Builder{}
	imports := map[string]string{}
	for _, f := range calls {
		params, results := parseSignature(f.signature, wasm.I32)
		imports["@"+f.name] = "call " + number(int(b.Import("ic0", f.name, params, results)))
	}
	b.Memory(1, 1)
	b.Data(1000, "key_1\xff")
	done := " i32.const 0 i32.const " + number(n) + " @msg_reply_data_append @msg_reply"
	b.Entry("canister_update run", nil, assembled(code+done, imports))
	return b
}

// assembled puts the calls for the words that begin with @.
func assembled(code string, calls map[string]string) string {
	words := strings.Fields(code)
	for i, w := range words {
		if c, ok := calls[w]; ok {
			words[i] = c
		}
	}
	return strings.Join(words, " ")
}

// What a call answers is written to memory at 0.
func TestSystemCallsAnswer(t *testing.T) {
	for _, v := range []struct{ name, code, want string }{
		{"self", "i32.const 0 i32.const 0 @canister_self_size @canister_self_copy", string(protocol.CanisterID(1).Principal().Bytes())},
		{"part of self", "i32.const 0 i32.const 7 i32.const 2 @canister_self_copy", "\x01\x01"},
		{"root key", "i32.const 0 i32.const 0 @root_key_size @root_key_copy", "root key"},
		{"time", "i32.const 0 @time i64.store 0", le64(genesisUnix + 1e9)},
		{"status", "i32.const 0 @canister_status i32.store 0", le32(1)},
		{"version", "i32.const 0 @canister_version i64.store 0", le64(1)},
		{"timer set twice", "i64.const 7 @global_timer_set drop i32.const 0 i64.const 9 @global_timer_set i64.store 0", le64(7)},
		{"empty principal is no controller", "i32.const 0 i32.const 0 i32.const 0 @is_controller i32.store 0", le32(0)},
		{"grow answers the old size", "i64.const 2 @stable64_grow drop i32.const 0 i64.const 1 @stable64_grow i64.store 0", le64(2)},
		{"32-bit grow too far", "i32.const 0 i32.const 65537 @stable_grow i32.store 0", le32(1<<32 - 1)},
		{"64-bit grow too far", "i32.const 0 i64.const -1 @stable64_grow i64.store 0", le64(1<<64 - 1)},
		{"stable memory, 32 bit", `i32.const 1 @stable_grow drop i32.const 65530 i32.const 1000 i32.const 5 @stable_write
			i32.const 0 i32.const 65531 i32.const 4 @stable_read`, "ey_1"},
		{"no environment", "i32.const 0 @env_var_count i32.store 0", le32(0)},
		{"no such variable", "i32.const 0 i32.const 1000 i32.const 5 @env_var_name_exists i32.store 0", le32(0)},
		{"bad curve", "i32.const 0 i32.const 1000 i32.const 5 i32.const 1 i32.const 8 @cost_sign_with_ecdsa i32.store 0", le32(1)},
		{"unknown key", "i32.const 0 i32.const 1000 i32.const 5 i32.const 1 i32.const 8 @cost_sign_with_schnorr i32.store 0", le32(2)},
		{"creation", "i32.const 0 @cost_create_canister", le128(500_000_000_000)},
		{"attaching what there is", `i32.const 1000 i32.const 0 i32.const 1000 i32.const 0
			i32.const 0 i32.const 0 i32.const 0 i32.const 0 @call_new
			i64.const 0 i64.const 5 i32.const 0 @call_cycles_add128_up_to`, le128(5)},
		{"balance fits", "i32.const 0 @canister_cycle_balance i64.const 40 i64.shr_u i64.store 0", le64(0)},
		{"a caller without info", "i32.const 0 @msg_caller_info_data_size i32.store 0", le32(0)},
	} {
		t.Run(v.name, func(t *testing.T) {
			s, run := probe(t, len(v.want), v.code)
			s.replied(v.want, run())
			if s, run, ok := wideProbe(t, len(v.want), v.code); ok {
				s.replied(v.want, run())
			}
		})
	}
}

func TestSystemCallsTrap(t *testing.T) {
	for _, v := range []struct{ name, code, err, text string }{
		{"copy past the value", "i32.const 0 i32.const 5 i32.const 6 @canister_self_copy", "IC0504", "cannot read 6 bytes at offset 5 of 10"},
		{"copy with a huge offset", "i32.const 0 i32.const -1 i32.const 2 @canister_self_copy", "IC0504", "cannot read"},
		{"copy past memory", "i32.const 65530 i32.const 0 i32.const 10 @canister_self_copy", "IC0502", "heap out of bounds"},
		{"certified data too long", "i32.const 0 i32.const 33 @certified_data_set", "IC0504", "at most 32 bytes"},
		{"callee too long", `i32.const 0 i32.const 30 i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0 i32.const 0 @call_new`,
			"IC0504", "more than 29"},
		{"method not text", `i32.const 0 i32.const 3 i32.const 1005 i32.const 1 i32.const 0 i32.const 0 i32.const 0 i32.const 0 @call_new`,
			"IC0504", "not UTF-8"},
		{"no call begun", "@call_perform drop", "IC0504", "no call is under construction"},
		{"counter of no type", "i32.const 2 @performance_counter drop", "IC0504", "no counter of type 2"},
		{"malformed principal", "i32.const 0 i32.const 30 @is_controller drop", "IC0504", "29 bytes"},
		{"stable read past the end", "i64.const 1 @stable64_grow drop i64.const 0 i64.const 65536 i64.const 1 @stable64_read", "IC0502",
			"stable memory out of bounds"},
		{"stable range that wraps", "i64.const 1 @stable64_grow drop i64.const 0 i64.const -1 i64.const 2 @stable64_read", "IC0502",
			"stable memory out of bounds"},
		{"stable read to nowhere", "i64.const 1 @stable64_grow drop i64.const -1 i64.const 0 i64.const 8 @stable64_read", "IC0502",
			"heap out of bounds"},
		{"32-bit calls on a large memory", `i64.const 65536 @stable64_grow drop @stable_size drop
			i64.const 1 @stable64_grow drop @stable_size drop`, "IC0502", "32 bit stable memory"},
		{"unknown variable", "i32.const 0 i32.const 0 @env_var_value_size drop", "IC0504", "no such environment variable"},
		{"trap text", "i32.const 1000 i32.const 5 @trap", "IC0503", "'key_1'"},
	} {
		t.Run(v.name, func(t *testing.T) {
			s, run := probe(t, 0, v.code)
			s.ctx.System = true
			s.rejected(protocol.CanisterError, v.err, v.text, run())
			if s, run, ok := wideProbe(t, 0, v.code); ok {
				s.ctx.System = true
				s.rejected(protocol.CanisterError, v.err, v.text, run())
			}
		})
	}
	s, run := probe(t, 0, "i32.const -5 i32.const 100 @debug_print")
	s.replied("", run())
}

// Host calls charge for the bytes they move: a canister cannot make the host work for nothing.
func TestBytesMovedAreCharged(t *testing.T) {
	cost := func(code string) uint64 {
		s, run := probe(t, 0, code)
		require.Equal(t, protocol.IngressReplied, run().State)
		return s.outcome.Instructions
	}
	small, large := cost("i32.const 0 i32.const 1 @msg_reply_data_append"), cost("i32.const 0 i32.const 60001 @msg_reply_data_append")
	require.Equal(t, small+60_000, large)
	one, two := cost("i64.const 2 @stable64_grow drop i64.const 0 i64.const 0 i64.const 4096 @stable64_write"),
		cost("i64.const 2 @stable64_grow drop i64.const 1 i64.const 0 i64.const 4096 @stable64_write")
	require.Equal(t, one+priceDirtyPage, two, "a dirty page more")
}

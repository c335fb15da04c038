package canister

import (
	"encoding/binary"
	"fmt"
	"strings"

	"icsim/canister/wasm/wasmtest"
	"icsim/protocol"
)

// The scripted canister: its update `run` and query `look` read their argument as a program and execute it. A program ends
// with a zero byte; callbacks, heartbeat and timer have programs of their own, inside the one that makes them.
type script []byte

// op is an instruction: its operands and what the module does for it. Operand kinds: b blob, n 32 bits, l 64 bits. The code
// finds the address of operand i in local i+2 and, for a blob, its length there, its bytes 4 further on.
type op struct {
	name, operands, code string
}

func blobOf(i int) string {
	return fmt.Sprintf("local.get %d i32.const 4 i32.add local.get %d i32.load 0 ", i+2, i+2)
}

func scriptOf(i int) string { return fmt.Sprintf("local.get %d i32.const 4 i32.add ", i+2) }
func numOf(i int) string    { return fmt.Sprintf("local.get %d i32.load 0 ", i+2) }
func longOf(i int) string   { return fmt.Sprintf("local.get %d i64.load 0 ", i+2) }

const (
	scratch  = 16   // where small results go
	window   = 1024 // where copies go
	heapBase = 65536
)

// emit appends so many bytes at scratch to the reply.
func emit(n int) string {
	return fmt.Sprintf("i32.const %d i32.const %d @msg_reply_data_append ", scratch, n)
}

// store64 appends the 64-bit result of code to the reply.
func store64(code string) string {
	return fmt.Sprintf("i32.const %d %s i64.store 0 ", scratch, code) + emit(8)
}

func store32(code string) string {
	return fmt.Sprintf("i32.const %d %s i32.store 0 ", scratch, code) + emit(4)
}

func store128(call string) string { return fmt.Sprintf("i32.const %d @%s ", scratch, call) + emit(16) }

func copied(name string) string {
	return fmt.Sprintf("i32.const %d i32.const 0 @%s_size @%s_copy i32.const %d @%s_size @msg_reply_data_append ",
		window, name, name, window, name)
}

var ops = func() []op {
	return []op{
		{"end", "", "return "},
		{"append", "b", blobOf(0) + "@msg_reply_data_append "},
		{"reply", "", "@msg_reply "},
		{"reject", "b", blobOf(0) + "@msg_reject "},
		{"trap", "b", blobOf(0) + "@trap "},
		{"unreachable", "", "unreachable "},
		{"poke", "nn", numOf(0) + numOf(1) + "i32.store 0 "},
		{"stablegrow", "n", numOf(0) + "i64.extend_i32_u @stable64_grow drop "},
		{"stablewrite", "nb", numOf(0) + "i64.extend_i32_u local.get 3 i32.const 4 i32.add i64.extend_i32_u " + numOf(1) +
			"i64.extend_i32_u @stable64_write "},
		{"stableread", "nn", fmt.Sprintf("i64.const %d ", window) + numOf(0) + "i64.extend_i32_u " +
			numOf(1) + "i64.extend_i32_u @stable64_read " +
			fmt.Sprintf("i32.const %d ", window) + numOf(1) + "@msg_reply_data_append "},
		{"certify", "b", blobOf(0) + "@certified_data_set "},
		{"timer", "l", longOf(0) + "@global_timer_set drop "},
		{"accept", "l", "i64.const 0 " + longOf(0) + fmt.Sprintf("i32.const %d @msg_cycles_accept128 ", scratch)},
		{"burn", "l", "i64.const 0 " + longOf(0) + fmt.Sprintf("i32.const %d @cycles_burn128 ", scratch)},
		{"mint", "l", "i64.const 0 " + longOf(0) + fmt.Sprintf("i32.const %d @mint_cycles128 ", scratch)},
		{"call", "bbbb", blobOf(0) + blobOf(1) + "i32.const 0 " + scriptOf(2) + "i32.const 0 " + scriptOf(3) + "@call_new "},
		{"oneway", "bb", blobOf(0) + blobOf(1) + "i32.const -1 i32.const 0 i32.const -1 i32.const 0 @call_new "},
		{"data", "b", blobOf(0) + "@call_data_append "},
		{"attach", "l", "i64.const 0 " + longOf(0) + "@call_cycles_add128 "},
		{"bounded", "n", numOf(0) + "@call_with_best_effort_response "},
		{"cleanup", "b", "i32.const 0 " + scriptOf(0) + "@call_on_cleanup "},
		{"perform", "", "@call_perform global.set 1 "},
		{"spin", "n", numOf(0) + "local.set 2 loop local.get 2 i32.const 1 i32.sub local.tee 2 br_if 0 end "},
		{"keep", "l", longOf(0) + "global.set 2 "},
		{"heartbeat", "b", scriptOf(0) + "global.set 3 "},
		{"ontimer", "b", scriptOf(0) + "global.set 4 "},
		{"preupgrade", "b", scriptOf(0) + "global.set 5 "},
		{"onlow", "b", scriptOf(0) + "global.set 6 "},
		{"print", "b", blobOf(0) + "@debug_print "},
		{"variable", "b", blobOf(0) + fmt.Sprintf("i32.const %d i32.const 0 ", window) + blobOf(0) +
			"@env_var_value_size @env_var_value_copy " +
			fmt.Sprintf("i32.const %d ", window) + blobOf(0) + "@env_var_value_size @msg_reply_data_append " + store32("@env_var_count") +
			store32(blobOf(0)+"@env_var_name_exists")},
		{"grow", "n", numOf(0) + "memory.grow drop "},
		{"result", "", store32("global.get 1")},
		{"kept", "", store64("global.get 2")},
		{"peek", "n", numOf(0) + "i32.const 4 @msg_reply_data_append "},
		{"time", "", store64("@time")},
		{"version", "", store64("@canister_version")},
		{"deadline", "", store64("@msg_deadline")},
		{"counter", "n", store64(numOf(0) + "@performance_counter")},
		{"code", "", store32("@msg_reject_code")},
		{"status", "", store32("@canister_status")},
		{"replicated", "", store32("@in_replicated_execution")},
		{"balance", "", store128("canister_cycle_balance128")},
		{"liquid", "", store128("canister_liquid_cycle_balance128")},
		{"available", "", store128("msg_cycles_available128")},
		{"refunded", "", store128("msg_cycles_refunded128")},
		{"costcall", "nn", numOf(0) + "i64.extend_i32_u " + numOf(1) + "i64.extend_i32_u " + fmt.Sprintf("i32.const %d @cost_call ",
			scratch) + emit(16)},
		{"arg", "", copied("msg_arg_data")},
		{"message", "", copied("msg_reject_msg")},
		{"caller", "", copied("msg_caller")},
		{"subnet", "", copied("subnet_self")},
		{"certificate", "", copied("data_certificate")},
		{"certified?", "", store32("@data_certificate_present")},
		{"accepted", "", "@accept_message "},
	}
}()

// do appends one instruction.
func (s script) do(name string, operands ...any) script {
	for code, o := range ops {
		if o.name != name {
			continue
		}
		if len(operands) != len(o.operands) {
			panic("script: " + name + " has operands " + o.operands)
		}
		s = append(s, byte(code))
		for i, kind := range o.operands {
			s = appendOperand(s, kind, operands[i])
		}
		return s
	}
	panic("script: no instruction " + name)
}

func appendOperand(s script, kind rune, operand any) script {
	var blob []byte
	switch v := operand.(type) {
	case int:
		if kind == 'l' {
			return binary.LittleEndian.AppendUint64(s, uint64(v))
		}
		return binary.LittleEndian.AppendUint32(s, uint32(v))
	case string:
		blob = []byte(v)
	case script:
		blob = append(append([]byte{}, v...), 0)
	case protocol.CanisterID:
		blob = v.Principal().Bytes()
	case []byte:
		blob = v
	}
	return append(binary.LittleEndian.AppendUint32(s, uint32(len(blob))), blob...)
}

// to begins a call of a scripted canister's update `run`: callee program, then what to do with the reply and the reject.
func (s script) to(callee protocol.CanisterID, program, reply, reject script) script {
	return s.do("call", callee, "run", reply, reject).do("data", append(program, 0))
}

// scripted makes the module. wakeful gives it a heartbeat; it always has a timer. It may have more custom sections.
func scripted(wakeful bool, sections ...string) []byte {
	b := &wasmtest.Builder{}
	imports := map[string]uint32{}
	for _, f := range systemCalls() {
		params, results := parseSignature(f.signature, wasmtest.I32)
		imports[f.name] = b.Import("ic0", f.name, params, results)
	}
	link := func(code string) string {
		words := strings.Fields(code)
		for i, w := range words {
			if name, is := strings.CutPrefix(w, "@"); is {
				words[i] = fmt.Sprintf("call %d", imports[name])
			}
		}
		return strings.Join(words, " ")
	}
	b.Memory(4, 0)
	b.Global(wasmtest.I32, heapBase) // 0: the end of the programs
	b.Global(wasmtest.I32, 0)        // 1: what call_perform said
	b.Global(wasmtest.I64, 0)        // 2: kept
	b.Global(wasmtest.I32, 0)        // 3: heartbeat
	b.Global(wasmtest.I32, 0)        // 4: timer
	b.Global(wasmtest.I32, 0)        // 5: before an upgrade
	b.Global(wasmtest.I32, 0)        // 6: when memory is low
	locals := wasmtest.T(wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32)
	run := b.Func(wasmtest.T(wasmtest.I32), nil, locals, link(interpreter()))
	b.Table(1, run)
	entry := link(fmt.Sprintf(`global.get 0 local.set 0  global.get 0 @msg_arg_data_size i32.add global.set 0
		block global.get 0 memory.size i32.const 16 i32.shl i32.lt_u br_if 0
		  @msg_arg_data_size i32.const 16 i32.shr_u i32.const 1 i32.add memory.grow drop end
		local.get 0 i32.const 0 @msg_arg_data_size @msg_arg_data_copy
		@msg_arg_data_size i32.eqz br_if 0 local.get 0 call %d`, run))
	main := b.Func(nil, nil, wasmtest.T(wasmtest.I32), entry)
	for _, name := range []string{
		"canister_init", "canister_post_upgrade", "canister_update run", "canister_query look", "canister_composite_query compose",
	} {
		b.Export(name, main)
	}
	task := func(name string, global int) {
		b.Entry(name, nil, fmt.Sprintf("global.get %d i32.eqz br_if 0 global.get %d call %d", global, global, run))
	}
	task("canister_global_timer", 4)
	task("canister_pre_upgrade", 5)
	task("canister_on_low_wasm_memory", 6)
	if wakeful {
		task("canister_heartbeat", 3)
	}
	b.Custom("icp:public hello", "world")
	for _, name := range sections {
		b.Custom(name, "")
	}
	return b.Bytes()
}

// interpreter is the code of the function that runs the program at local 0.
func interpreter() string {
	all := ops
	var s strings.Builder
	s.WriteString("loop ")
	for range len(all) + 1 {
		s.WriteString("block ")
	}
	s.WriteString("local.get 0 i32.load8_u 0 local.set 1 local.get 0 i32.const 1 i32.add local.set 0 local.get 1 br_table:")
	for i := range len(all) {
		fmt.Fprintf(&s, "%d,", i)
	}
	fmt.Fprintf(&s, "%d ", len(all))
	for i, o := range all {
		s.WriteString("end ")
		for k, kind := range o.operands {
			fmt.Fprintf(&s, "local.get 0 local.set %d ", k+2)
			switch kind {
			case 'b':
				s.WriteString("local.get 0 local.get 0 i32.load 0 i32.add i32.const 4 i32.add local.set 0 ")
			case 'n':
				s.WriteString("local.get 0 i32.const 4 i32.add local.set 0 ")
			case 'l':
				s.WriteString("local.get 0 i32.const 8 i32.add local.set 0 ")
			}
		}
		s.WriteString(o.code)
		fmt.Fprintf(&s, "br %d ", len(all)-i)
	}
	s.WriteString("end unreachable end")
	return s.String()
}

package cdk

import "unsafe"

// The imports, with the signatures of modules with a 32-bit memory.

//go:wasmimport ic0 msg_arg_data_size
func msgArgDataSize() uint32

//go:wasmimport ic0 msg_arg_data_copy
//go:noescape
func msgArgDataCopy(dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 msg_caller_size
func msgCallerSize() uint32

//go:wasmimport ic0 msg_caller_copy
//go:noescape
func msgCallerCopy(dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 canister_self_size
func canisterSelfSize() uint32

//go:wasmimport ic0 canister_self_copy
//go:noescape
func canisterSelfCopy(dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 time
func systemTime() uint64

//go:wasmimport ic0 performance_counter
func performanceCounter(kind uint32) uint64

//go:wasmimport ic0 is_controller
func isController(who string) uint32

//go:wasmimport ic0 msg_method_name_size
func msgMethodNameSize() uint32

//go:wasmimport ic0 msg_method_name_copy
//go:noescape
func msgMethodNameCopy(dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 accept_message
func acceptMessage()

//go:wasmimport ic0 msg_deadline
func msgDeadline() uint64

//go:wasmimport ic0 env_var_name_exists
func envVarNameExists(name string) uint32

//go:wasmimport ic0 env_var_value_size
func envVarValueSize(name string) uint32

//go:wasmimport ic0 env_var_value_copy
//go:noescape
func envVarValueCopy(name string, dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 msg_reply_data_append
//go:noescape
func msgReplyDataAppend(src unsafe.Pointer, size uint32)

//go:wasmimport ic0 msg_reply
func msgReply()

//go:wasmimport ic0 msg_reject
func msgReject(text string)

//go:wasmimport ic0 trap
func trap(text string)

//go:wasmimport ic0 debug_print
func debugPrint(text string)

//go:wasmimport ic0 msg_reject_code
func msgRejectCode() uint32

//go:wasmimport ic0 msg_reject_msg_size
func msgRejectMsgSize() uint32

//go:wasmimport ic0 msg_reject_msg_copy
//go:noescape
func msgRejectMsgCopy(dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 call_new
func callNew(callee, method string, replyFunc, replyEnv, rejectFunc, rejectEnv uint32)

//go:wasmimport ic0 call_on_cleanup
func callOnCleanup(function, env uint32)

//go:wasmimport ic0 call_data_append
//go:noescape
func callDataAppend(src unsafe.Pointer, size uint32)

//go:wasmimport ic0 call_cycles_add128
func callCyclesAdd128(hi, lo uint64)

//go:wasmimport ic0 call_with_best_effort_response
func callWithBestEffortResponse(seconds uint32)

//go:wasmimport ic0 call_perform
func callPerform() uint32

//go:wasmimport ic0 msg_cycles_available128
//go:noescape
func msgCyclesAvailable128(dst *uint64)

//go:wasmimport ic0 msg_cycles_accept128
//go:noescape
func msgCyclesAccept128(hi, lo uint64, dst *uint64)

//go:wasmimport ic0 msg_cycles_refunded128
//go:noescape
func msgCyclesRefunded128(dst *uint64)

//go:wasmimport ic0 canister_cycle_balance128
//go:noescape
func canisterCycleBalance128(dst *uint64)

//go:wasmimport ic0 cycles_burn128
//go:noescape
func cyclesBurn128(hi, lo uint64, dst *uint64)

//go:wasmimport ic0 stable64_size
func stable64Size() uint64

//go:wasmimport ic0 stable64_grow
func stable64Grow(pages uint64) uint64

//go:wasmimport ic0 stable64_read
func stable64Read(dst, offset, size uint64)

//go:wasmimport ic0 stable64_write
func stable64Write(offset, src, size uint64)

//go:wasmimport ic0 certified_data_set
//go:noescape
func certifiedDataSet(src unsafe.Pointer, size uint32)

//go:wasmimport ic0 data_certificate_present
func dataCertificatePresent() uint32

//go:wasmimport ic0 data_certificate_size
func dataCertificateSize() uint32

//go:wasmimport ic0 data_certificate_copy
//go:noescape
func dataCertificateCopy(dst unsafe.Pointer, offset, size uint32)

//go:wasmimport ic0 global_timer_set
func globalTimerSet(at uint64) uint64

#include "textflag.h"

// func callbackPC() uint64
//
// cdk_callback is not the Go function, which has Go's calling convention, but the wrapper that the compiler makes for
// go:wasmexport under the name of the export: a WebAssembly function of type (i32) -> (), as the system calls back.
TEXT ·callbackPC(SB), NOSPLIT, $0-8
	MOVD $cdk_callback(SB), ret+0(FP)
	RET

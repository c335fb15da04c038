package main

import (
	"math"
	"runtime/debug"
)

// collectSeldom lets the heap grow to three times what is in use before it is collected; but the closer the process comes to
// roomForHeap, the sooner, since the whole of mainnet is to fit 8 GiB. GOMEMLIMIT sets another room. To grow further gains nothing: memory
// that is new to the process costs as much as collecting.
func collectSeldom() {
	const roomForHeap = 6 << 30
	debug.SetGCPercent(200)
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(roomForHeap)
	}
}

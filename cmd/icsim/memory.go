package main

import (
	"math"
	"runtime/debug"
)

// collectSeldom lets the heap grow to five times what is in use before it is collected, for collecting took up to a fifth of the time; but
// the closer the process comes to roomForHeap, the sooner, since the whole of mainnet is to fit 8 GiB. GOMEMLIMIT sets another room.
func collectSeldom() {
	const roomForHeap = 6 << 30
	debug.SetGCPercent(400)
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(roomForHeap)
	}
}

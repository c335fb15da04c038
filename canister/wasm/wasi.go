package wasm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"icsim/canister/wasm/rewrite"
)

// WASI is what Go's runtime asks of its host, for library modules: a clock, randomness for its maps, a way to print a panic. There are no
// files, arguments or environment.
type WASI struct {
	Time  func(c *Call) uint64       // nanoseconds
	Print func(c *Call, text []byte) // standard output and error; text is a view
}

// Error numbers of wasi_snapshot_preview1.
const (
	wasiOK      = 0
	wasiBadFile = 8
)

// Hosts gives the functions a Go 1.26 module for wasip1 imports.
func (w WASI) Hosts() []HostFunc {
	var hosts []HostFunc
	add := func(name string, fn func(c *Call, s []uint64) uint64, params ...ValueType) {
		hosts = append(hosts, HostFunc{Module: rewrite.ModuleWASI, Name: name, Params: params, Results: []ValueType{I32},
			Fn: func(c *Call, s []uint64) { s[0] = fn(c, s) }})
	}
	fixed := func(errno uint64) func(*Call, []uint64) uint64 { return func(*Call, []uint64) uint64 { return errno } }
	none := func(c *Call, s []uint64) uint64 { // no arguments, no environment
		c.Put(uint64(uint32(s[0])), make([]byte, 4))
		c.Put(uint64(uint32(s[1])), make([]byte, 4))
		return wasiOK
	}
	add("sched_yield", fixed(wasiOK))
	add("args_get", fixed(wasiOK), I32, I32)
	add("args_sizes_get", none, I32, I32)
	add("environ_get", fixed(wasiOK), I32, I32)
	add("environ_sizes_get", none, I32, I32)
	add("fd_close", fixed(wasiBadFile), I32)
	add("fd_fdstat_get", fixed(wasiBadFile), I32, I32)
	add("fd_fdstat_set_flags", fixed(wasiBadFile), I32, I32)
	add("fd_prestat_get", fixed(wasiBadFile), I32, I32)
	add("fd_prestat_dir_name", fixed(wasiBadFile), I32, I32, I32)
	add("clock_time_get", w.clock, I32, I64, I32)
	add("random_get", random, I32, I32)
	add("fd_write", w.write, I32, I32, I32, I32)
	add("poll_oneoff", poll, I32, I32, I32, I32)
	return append(hosts, HostFunc{Module: rewrite.ModuleWASI, Name: "proc_exit", Params: []ValueType{I32}, Fn: exit})
}

func (w WASI) clock(c *Call, s []uint64) uint64 {
	c.Put(uint64(uint32(s[2])), binary.LittleEndian.AppendUint64(nil, w.Time(c)))
	return wasiOK
}

// random fills memory from a hash of the instructions used so far: different each time, the same in each run. Go seeds its hash tables
// with it; nothing secret may come from here.
func random(c *Call, s []uint64) uint64 {
	at, left := uint64(uint32(s[0])), uint64(uint32(s[1]))
	c.Charge(left)
	block := Hash(sha256.Sum256(binary.LittleEndian.AppendUint64([]byte("wasi random_get"), c.Instructions())))
	for left > 0 {
		n := min(left, uint64(len(block)))
		c.Put(at, block[:n])
		at, left, block = at+n, left-n, sha256.Sum256(block[:])
	}
	return wasiOK
}

// write gathers its buffers and prints them.
func (w WASI) write(c *Call, s []uint64) uint64 {
	if fd := uint32(s[0]); fd != 1 && fd != 2 {
		return wasiBadFile
	}
	total := uint64(0)
	vectors := c.Bytes(uint64(uint32(s[1])), 8*uint64(uint32(s[2])))
	for ; len(vectors) > 0; vectors = vectors[8:] {
		at, n := binary.LittleEndian.Uint32(vectors), binary.LittleEndian.Uint32(vectors[4:])
		c.Charge(uint64(n))
		w.Print(c, c.Bytes(uint64(at), uint64(n)))
		total += uint64(n)
	}
	c.Put(uint64(uint32(s[3])), binary.LittleEndian.AppendUint32(nil, uint32(total)))
	return wasiOK
}

// poll says that every event awaited has come: nobody can wait inside an execution.
func poll(c *Call, s []uint64) uint64 {
	c.Put(uint64(uint32(s[3])), binary.LittleEndian.AppendUint32(nil, uint32(s[2])))
	return wasiOK
}

func exit(c *Call, s []uint64) {
	c.Trap(fmt.Sprintf("the program ended with exit status %d", uint32(s[0])))
}

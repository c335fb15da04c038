package wasm

import "golang.org/x/sys/unix"

// reserve maps memory that takes no room until it is touched; nil if the system refuses. Huge pages are off: an instance would
// otherwise take 2 MiB for each page of 4 KiB it touches.
func reserve(limit uint64) []byte {
	b, err := unix.Mmap(-1, 0, int(limit), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	_ = unix.Madvise(b, unix.MADV_NOHUGEPAGE) // older kernels have none to turn off
	return b
}

// discard gives pages back to the system, after which they read as zeros.
func discard(b []byte) bool { return unix.Madvise(b, unix.MADV_DONTNEED) == nil }

func release(b []byte) {
	if err := unix.Munmap(b); err != nil {
		panic("canister/wasm: munmap: " + err.Error())
	}
}

package machine

import (
	"fmt"
	"time"

	"icsim/protocol"
	"icsim/sim/rng"
)

// A DiskFault is what is wrong with a disk for a while. The zero DiskFault is a disk that works.
//
// Sources: lost and misdirected writes are those of TigerBeetle's storage fault model (docs/internals/testing.md of it); Prabhakaran
// et al., IRON file systems, SOSP 2005, found them in the field.
type DiskFault struct {
	Lose      uint32 `json:",omitzero"` // of the writes, in parts per billion: they are acknowledged and not made
	Misdirect uint32 `json:",omitzero"` // of the writes: they land where the write before them did
	// Full: nothing can be written, and a replica that cannot write stops; its orchestrator starts it again.
	//
	// Model: any write stops it, also one that frees space.
	Full bool  `json:",omitzero"`
	Slow Ratio `json:",omitzero"` // of the time that reading and writing take; zero: 1/1
}

// Check says what is wrong with the numbers.
func (f *DiskFault) Check() error {
	switch {
	case uint64(f.Lose)+uint64(f.Misdirect) > billion:
		return fmt.Errorf("%d of a billion writes are lost and %d misdirected; want at most all together", f.Lose, f.Misdirect)
	case f.Slow != Ratio{} && (f.Slow.Num == 0 || f.Slow.Den == 0):
		return fmt.Errorf("a slow disk by %d/%d: both must be positive", f.Slow.Num, f.Slow.Den)
	}
	return nil
}

// A drive is a host's disk with its faults.
type drive struct {
	fault  DiskFault
	disk   *protocol.Disk
	image  *protocol.Disk // what Recall goes back to; nil: nothing
	chance rng.Source
	writes uint64           // so far: the index of draws
	last   protocol.DiskKey // of the write before
	lies   bool             // there was a time at which what is on it is not what was written
}

// apply carries out the writes of a step, as far as the disk does.
func (d *drive) apply(writes []protocol.Write) {
	if d.fault.Lose == 0 && d.fault.Misdirect == 0 {
		d.disk.Apply(writes)
		return
	}
	d.lies = true
	for _, w := range writes {
		d.writes++
		u := d.chance.At(d.writes).Uint64n(billion)
		before := d.last
		d.last = w.Key
		if u < uint64(d.fault.Lose) {
			continue
		}
		if u < uint64(d.fault.Lose)+uint64(d.fault.Misdirect) {
			if before.Space != w.Key.Space {
				continue // outside of every file: as if lost
			}
			w.Key = before
		}
		d.disk.Apply([]protocol.Write{w})
	}
}

// tear makes some of the writes that a crash interrupts.
func (d *drive) tear(writes []protocol.Write) {
	if len(writes) > 0 {
		d.writes++
		d.disk.Apply(writes[:d.chance.At(d.writes).IntN(len(writes))])
	}
}

// slows gives what a slow disk adds to the time of a step.
func (h *Host) slows(m *protocol.Meter) time.Duration {
	if h.drive.fault.Slow.orOne() == (Ratio{1, 1}) {
		return 0
	}
	var own protocol.Meter
	for _, op := range [...]protocol.Op{
		protocol.OpDiskByte, protocol.OpDiskReadByte, protocol.OpCheckpointByte, protocol.OpLoadCheckpoint,
	} {
		own[op] = m[op]
	}
	d := h.costs.Cost(&own)
	return max(h.drive.fault.Slow.scale(d)-d, 0)
}

// Rekey lets another source decide which writes go wrong from now on.
func (h *Host) Rekey(chance rng.Source) { h.drive.chance = chance }

// SetDisk makes the host's disk go wrong from now on; the zero DiskFault: work again.
func (h *Host) SetDisk(f DiskFault) { h.drive.fault = f }

// Tear lets the disk make a part of what the host is about to write, before it crashes: without, a step's writes are made together
// at its end, or not.
func (h *Host) Tear() {
	for i := range h.lanes {
		if l := &h.lanes[i]; l.out != nil {
			h.drive.tear(l.out.Writes)
		}
	}
}

// Remember keeps what is on the disk now.
func (h *Host) Remember() { h.drive.image = h.drive.disk.Clone() }

// Recall puts the disk of a host that is down back to what Remember kept.
func (h *Host) Recall() {
	h.mustBeDown("recalls its disk")
	if h.drive.image != nil {
		h.drive.lies = true
		h.drive.disk, h.drive.image = h.drive.image.WithKeys(h.drive.disk), nil
	}
}

// ReplaceDisk gives a host that is down an empty disk.
func (h *Host) ReplaceDisk() {
	h.mustBeDown("loses its disk")
	h.drive.disk, h.drive.lies = protocol.NewDisk().WithKeys(h.drive.disk), false
}

// SwapDisks exchanges the disks of two hosts that are down.
func (h *Host) SwapDisks(other *Host) {
	h.mustBeDown("is given another disk")
	other.mustBeDown("is given another disk")
	h.drive.disk, other.drive.disk = other.drive.disk.WithKeys(h.drive.disk), h.drive.disk.WithKeys(other.drive.disk)
	h.drive.lies, other.drive.lies = true, true
}

// Try runs a part of the host's program. With a disk that lies the program may find what cannot be, and stop: then Try gives the
// reason. With one that does not, such a stop is a bug of ours, and goes on up.
func (h *Host) Try(part func()) (stopped string) {
	if !h.drive.lies {
		part()
		return ""
	}
	defer func() {
		if r := recover(); r != nil {
			stopped = fmt.Sprintf("its disk lies: %v", r)
		}
	}()
	part()
	return ""
}

func (h *Host) mustBeDown(what string) {
	if h.machine != nil {
		panic(fmt.Sprintf("machine: node %s %s while it runs", h.node, what))
	}
}

// Disk is what survives crashes.
func (h *Host) Disk() *protocol.Disk { return h.drive.disk }

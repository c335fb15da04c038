package canister

import (
	"encoding/binary"
	"slices"

	"icsim/canister/wasm"

	m "icsim/canister/management"
	"icsim/protocol"
)

const (
	maxSnapshots      = 10
	snapshotBaseline  = 2_000_000_000 // instructions of taking or loading one, and one a byte
	snapshotIDNumbers = 8             // bytes of the number before the canister's id
)

// A snapshot is what a canister was at a time, or is said to have been. Immutable: it shares memory with the canister.
type snapshot struct {
	id        []byte
	code      *code // with image, of one that was taken
	image     *wasm.Image
	upload    *upload // of one that was not
	timer     *uint64 // with warning, as when it was taken, or as uploaded; nil: not told
	warning   *lowMemory
	stable    wasm.Pages
	certified []byte
	chunks    []chunk
	version   uint64
	taken     uint64 // Unix nanoseconds
	bytes     uint64
}

// snapshotID gives the number of a snapshot, big endian, then the canister's id.
func snapshotID(of protocol.CanisterID, number uint64) []byte {
	return append(binary.BigEndian.AppendUint64(nil, number), of.Principal().Bytes()...)
}

func (s *snapshot) shown() m.Snapshot { return m.Snapshot{ID: s.id, TakenAt: s.taken, Size: s.bytes} }

func (r *Round) takeSnapshot(q *request, c *Canister) ([]byte, *fault) {
	var arg m.TakeSnapshot
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	if c.code == nil {
		return nil, c.noModule()
	}
	timer, warning := c.timer, c.warning
	s := &snapshot{
		code: c.code, image: c.image, stable: c.stable, certified: c.certified, chunks: c.chunks, timer: &timer, warning: &warning,
		bytes: uint64(len(c.code.raw)) + c.image.Size()*pageBytes + c.stable.Len() + uint64(len(c.chunks))*maxChunkBytes,
	}
	if f := r.addSnapshot(c, s, arg.Replace, snapshotBaseline+s.bytes); f != nil {
		return nil, f
	}
	if arg.UninstallCode != nil && *arg.UninstallCode {
		r.uninstall(c)
		c.note(r, q, m.Details{Uninstall: &m.Null{}})
	}
	return m.Encode(s.shown()), nil
}

// addSnapshot gives a canister a snapshot, in place of another if it says so, for so many instructions.
func (r *Round) addSnapshot(c *Canister, s *snapshot, replace *[]byte, instructions uint64) *fault {
	rest := c.snapshots
	if replace != nil {
		i := c.findSnapshot(*replace)
		if i < 0 {
			return c.noSnapshot(*replace)
		}
		rest = slices.Delete(slices.Clone(rest), i, i+1)
	} else if len(rest) >= maxSnapshots {
		return refusal(errRejectedMessage, "Canister %s has reached the maximum number of snapshots allowed: %d.", c.id, maxSnapshots)
	}
	if f := r.pay(c, r.prices.managing(instructions)); f != nil {
		return f
	}
	if f := r.reserve(c, s.bytes); f != nil {
		return f
	}
	c.snapshot++
	s.id, s.version, s.taken = snapshotID(c.id, c.snapshot), c.version, r.now
	c.snapshots = append(slices.Clip(rest), s)
	return nil
}

// loadSnapshot brings a canister back to what it, or another canister of the caller, was. Its timer and whether it has been told of
// low memory stay as they are, unless an uploaded snapshot says otherwise; open calls stay open and may find other code.
func (r *Round) loadSnapshot(q *request, c *Canister) ([]byte, *fault) {
	var arg m.LoadSnapshot
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	owner := c
	if len(arg.Snapshot) > snapshotIDNumbers {
		id, ok := canisterOf(arg.Snapshot[snapshotIDNumbers:])
		if other := r.peek(id); ok && other != nil {
			owner = other
		}
	}
	if f := owner.controlledBy(q, false); f != nil {
		return nil, f
	}
	i := owner.findSnapshot(arg.Snapshot)
	if i < 0 {
		return nil, c.noSnapshot(arg.Snapshot)
	}
	s := owner.snapshots[i]
	loaded, f := r.revive(c, s)
	if f != nil {
		return nil, f
	}
	if f := r.pay(c, r.prices.managing(snapshotBaseline+s.bytes)); f != nil {
		return nil, f
	}
	held := c.bytes() - snapshotBytes(c)
	if grown := less64(s.bytes, held); grown > 0 {
		if f := r.reserve(c, grown); f != nil {
			return nil, f
		}
	}
	c.code, c.image, c.timer, c.warning = loaded.code, loaded.image, *loaded.timer, *loaded.warning
	c.stable, c.certified, c.chunks = s.stable, s.certified, s.chunks
	c.deployed = r.now
	c.watchHeap()
	c.version++
	source := s.source()
	c.note(r, q, m.Details{Load: &m.Load{Version: s.version, Snapshot: s.id, TakenAt: s.taken, Source: &source}})
	return m.Encode(nil), nil
}

func snapshotBytes(c *Canister) (n uint64) {
	for _, s := range c.snapshots {
		n += s.bytes
	}
	return n
}

func less64(a, b uint64) uint64 { return a - min(a, b) }

// listSnapshots is for those who may see them.
func (r *Round) listSnapshots(q *request, c *Canister) ([]byte, *fault) {
	if !c.shows(c.shots, q.caller) {
		return nil, c.notController(q.caller)
	}
	all := []m.Snapshot{}
	for _, s := range c.snapshots {
		all = append(all, s.shown())
	}
	return m.Encode(all), nil
}

func (r *Round) deleteSnapshot(q *request, c *Canister) ([]byte, *fault) {
	var arg m.SnapshotOf
	if f := q.decode(&arg); f != nil {
		return nil, f
	}
	i := c.findSnapshot(arg.Snapshot)
	if i < 0 {
		return nil, c.noSnapshot(arg.Snapshot)
	}
	c.snapshots = slices.Delete(slices.Clone(c.snapshots), i, i+1)
	return m.Encode(nil), nil
}

func (c *Canister) findSnapshot(id []byte) int {
	return slices.IndexFunc(c.snapshots, func(s *snapshot) bool { return slices.Equal(s.id, id) })
}

func (c *Canister) noSnapshot(id []byte) *fault {
	return refusal(errSnapshotNotFound, "Could not find the snapshot ID %x for canister %s.", id, c.id)
}

// appendTo writes what a snapshot has beside its memories and module, which are files of their own.
func (s *snapshot) appendTo(b []byte) []byte {
	b = appendBlob(appendBlob(b, s.id), s.certified)
	if s.upload != nil {
		b = s.upload.appendTo(b)
	} else {
		b = append(b, s.code.hash[:]...)
		for _, g := range s.image.Globals() {
			b = appendUint(b, g)
		}
	}
	if s.timer != nil {
		b = appendUint(b, *s.timer)
	}
	if s.warning != nil {
		b = appendUint(b, uint64(*s.warning))
	}
	b = appendUint(b, flags(s.timer != nil, s.warning != nil), flags(s.upload != nil, false))
	for _, k := range s.chunks {
		b = append(b, k.hash[:]...)
	}
	return appendUint(b, uint64(len(s.chunks)), s.version, s.taken, s.bytes)
}

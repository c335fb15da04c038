package protocol

import (
	"cmp"
	"maps"
	"slices"
)

// A DiskSpace separates what a node keeps on disk.
type DiskSpace uint8

const (
	DiskConsensusPool     DiskSpace = iota // validated artifacts (LMDB in the replica), by artifact id
	DiskCertificationPool                  // validated certifications and shares
	DiskCheckpoint                         // states at CUP heights
	DiskPackage                            // the catch-up package that the orchestrator last started the replica from
	DiskKeys                               // decryption keys as they are after updates: the crypto component's store
	numDiskSpaces
)

// A DiskKey names one thing on disk.
type DiskKey struct {
	Space  DiskSpace
	Height Height
	ID     ArtifactID // zero for checkpoints
}

// A Write puts a value on a node's disk, or removes it when Value is nil. Values are immutable. A write is
// durable when the step that asked for it ends: before anything the step sends can arrive anywhere.
type Write struct {
	Key   DiskKey
	Value any
	Bytes int
	Wipe  bool // everything in the key's space goes; Value is nil
}

// A Disk is what survives a crash of its node.
type Disk struct{ entries map[DiskKey]any }

// NewDisk makes an empty disk.
func NewDisk() *Disk { return &Disk{entries: make(map[DiskKey]any)} }

// Apply carries out writes in order.
func (d *Disk) Apply(writes []Write) {
	for _, w := range writes {
		if w.Wipe {
			d.wipe(w.Key.Space)
		} else if w.Value == nil {
			delete(d.entries, w.Key)
		} else {
			d.entries[w.Key] = w.Value
		}
	}
}

// WithKeys is a disk like d with the store of keys that another has.
//
// Model: no fault takes that store, or a node would be another one.
func (d *Disk) WithKeys(of *Disk) *Disk {
	e := d.Clone()
	e.wipe(DiskKeys)
	for k, v := range of.entries { //tidy:unordered into a map
		if k.Space == DiskKeys {
			e.entries[k] = v
		}
	}
	return e
}

func (d *Disk) wipe(space DiskSpace) {
	for k := range d.entries { //tidy:unordered all of them go
		if k.Space == space {
			delete(d.entries, k)
		}
	}
}

// Forget gives the writes that take everything of a subnet off a disk. The node's keys stay.
func Forget() (writes []Write) {
	for space := range numDiskSpaces {
		if space != DiskKeys {
			writes = append(writes, Write{Key: DiskKey{Space: space}, Wipe: true})
		}
	}
	return writes
}

// Clone gives a disk with the same on it. Values are shared: they are immutable.
func (d *Disk) Clone() *Disk { return &Disk{entries: maps.Clone(d.entries)} }

// Load gives a space's values by ascending height, then id.
func (d *Disk) Load(space DiskSpace) []any {
	var keys []DiskKey
	for k := range d.entries { //tidy:sorted below
		if k.Space == space {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b DiskKey) int {
		return cmp.Or(cmp.Compare(a.Height, b.Height), slices.Compare(a.ID[:], b.ID[:]))
	})
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = d.entries[k]
	}
	return values
}

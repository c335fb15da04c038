package protocol

import (
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
	ID     ArtifactID // of the value, if that is an artifact; else zero
}

// A Write puts a value on a node's disk, or removes it when Value is nil. Values are immutable. A write is
// durable when the step that asked for it ends: before anything the step sends can arrive anywhere.
type Write struct {
	Key   DiskKey
	Value any
	Bytes int
	Wipe  bool // everything in the key's space goes; Value is nil
}

// A Disk is what survives a crash of its node: for each space and height what lies there, in no order.
type Disk struct {
	spaces [numDiskSpaces]map[Height][]any
}

// NewDisk makes an empty disk.
func NewDisk() *Disk { return new(Disk) }

// Apply carries out writes in order.
func (d *Disk) Apply(writes []Write) {
	for i := range writes {
		w := &writes[i]
		if w.Wipe {
			d.spaces[w.Key.Space] = nil
		} else if w.Value == nil {
			d.remove(&w.Key)
		} else {
			d.put(&w.Key, w.Value)
		}
	}
}

func (d *Disk) put(k *DiskKey, value any) {
	space := &d.spaces[k.Space]
	if *space == nil {
		*space = make(map[Height][]any)
	}
	row := (*space)[k.Height]
	if i := slices.IndexFunc(row, func(v any) bool { return idOnDisk(v) == k.ID }); i >= 0 {
		row[i] = value
	} else {
		(*space)[k.Height] = append(row, value)
	}
}

func (d *Disk) remove(k *DiskKey) {
	row := d.spaces[k.Space][k.Height]
	i := slices.IndexFunc(row, func(v any) bool { return idOnDisk(v) == k.ID })
	switch {
	case i < 0:
	case len(row) == 1:
		delete(d.spaces[k.Space], k.Height)
	default:
		d.spaces[k.Space][k.Height] = slices.Delete(row, i, i+1)
	}
}

// idOnDisk tells one value of a space and height from another. It is that of the key, unless a faulty disk wrote another value there.
func idOnDisk(value any) (id ArtifactID) {
	if a, ok := value.(Artifact); ok {
		id = a.ID()
	}
	return id
}

// Clone gives a disk with the same on it. Values are shared: they are immutable.
func (d *Disk) Clone() *Disk {
	e := NewDisk()
	for space := range d.spaces {
		e.take(d, DiskSpace(space))
	}
	return e
}

// take puts in a space what another disk has there.
func (d *Disk) take(from *Disk, space DiskSpace) {
	d.spaces[space] = maps.Clone(from.spaces[space])
	for h, row := range d.spaces[space] { //tidy:unordered into a map
		d.spaces[space][h] = slices.Clone(row)
	}
}

// WithKeys is a disk like d with the store of keys that another has.
//
// Model: no fault takes that store, or a node would be another one.
func (d *Disk) WithKeys(of *Disk) *Disk {
	e := d.Clone()
	e.take(of, DiskKeys)
	return e
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

// Load gives a space's values by ascending height, then id.
func (d *Disk) Load(space DiskSpace) []any {
	var values []any
	for _, h := range slices.Sorted(maps.Keys(d.spaces[space])) {
		row := slices.Clone(d.spaces[space][h])
		slices.SortFunc(row, func(a, b any) int {
			x, y := idOnDisk(a), idOnDisk(b)
			return slices.Compare(x[:], y[:])
		})
		values = append(values, row...)
	}
	return values
}

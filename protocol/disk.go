package protocol

import (
	"encoding/binary"
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
	spaces [numDiskSpaces]map[Height]*diskRow
}

// A diskRow is what lies at a height: some hundred artifacts in the pool of a large subnet.
type diskRow struct {
	values []any
	marks  []uint32 // of values, from their ids: most are told apart without a look at them
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
		*space = make(map[Height]*diskRow)
	}
	row := (*space)[k.Height]
	if row == nil {
		row = new(diskRow)
		(*space)[k.Height] = row
	}
	id := idOnDisk(value)
	if i := row.index(&k.ID); i >= 0 {
		row.values[i], row.marks[i] = value, markOf(&id)
	} else {
		row.values, row.marks = append(row.values, value), append(row.marks, markOf(&id))
	}
}

func (d *Disk) remove(k *DiskKey) {
	row := d.spaces[k.Space][k.Height]
	if row == nil {
		return
	}
	i := row.index(&k.ID)
	switch {
	case i < 0:
	case len(row.values) == 1:
		delete(d.spaces[k.Space], k.Height)
	default:
		row.values, row.marks = slices.Delete(row.values, i, i+1), slices.Delete(row.marks, i, i+1)
	}
}

// index finds a value by its id, or gives −1.
func (r *diskRow) index(id *ArtifactID) int {
	mark := markOf(id)
	for i, m := range r.marks {
		if m == mark && idOnDisk(r.values[i]) == *id {
			return i
		}
	}
	return -1
}

func markOf(id *ArtifactID) uint32 { return binary.LittleEndian.Uint32(id[:4]) }

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
		d.spaces[space][h] = &diskRow{values: slices.Clone(row.values), marks: slices.Clone(row.marks)}
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
		row := slices.Clone(d.spaces[space][h].values)
		slices.SortFunc(row, func(a, b any) int {
			x, y := idOnDisk(a), idOnDisk(b)
			return slices.Compare(x[:], y[:])
		})
		values = append(values, row...)
	}
	return values
}

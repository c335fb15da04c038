package canister

import (
	"encoding/binary"
	"slices"

	"icsim/canister/queue"
	"icsim/canister/wasm"
	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A Status is where a canister is in its life; the values are those of ic0.canister_status.
type Status uint8

const (
	Running Status = 1 + iota
	Stopping
	Stopped
)

// code is an installed module, apart from any engine, with what a round asks of it often.
type code struct {
	raw       []byte
	options   wasm.CompileOptions
	hash      wasm.Hash // of raw
	chunks    []crypto.Hash
	heartbeat bool
	timer     bool
	lowMemory bool
	wide      bool          // written for a 64-bit memory: an instruction costs double
	metadata  hashtree.Tree // of the custom sections, by name
	sections  []wasm.CustomSection
}

func newCode(raw []byte, options wasm.CompileOptions, m *wasm.Module) *code {
	c := &code{
		raw: raw, options: options, hash: m.Hash(), chunks: m.Chunks(),
		heartbeat: m.HasExport("canister_heartbeat"),
		timer:     m.HasExport("canister_global_timer"),
		lowMemory: m.HasExport("canister_on_low_wasm_memory"),
		wide:      m.Memory64(),
		sections:  m.CustomSections(),
	}
	for _, s := range c.sections {
		c.metadata = c.metadata.SetLeaf(hashtree.Path{hashtree.Label(s.Name)}, s.Data)
	}
	return c
}

// section gives a custom section, or nil.
func (c *code) section(name string) *wasm.CustomSection {
	for i := range c.sections {
		if c.sections[i].Name == name {
			return &c.sections[i]
		}
	}
	return nil
}

// A Canister is one canister of a state: immutable there, and changed only by the round that forked it. Slices in it are
// replaced, never written to, but for contexts and callbacks, which a fork has of its own.
type Canister struct {
	id        protocol.CanisterID
	code      *code       // nil: empty
	image     *wasm.Image // memory and globals; nil when empty
	stable    wasm.Pages
	certified []byte
	status    Status
	deleted   bool   // in the round that deletes it
	version   uint64 // ic0.canister_version

	settings
	history   history
	chunks    []chunk // ascending by hash
	snapshots []*snapshot
	snapshot  uint64 // number of the last one taken
	stops     []stopCall
	log       canisterLog
	installs  debit  // instructions of installing code, to be worked off
	created   uint64 // Unix nanoseconds
	deployed  uint64 // when code was installed last, likewise; 0: it is empty
	written   debit  // bytes of pages written, likewise
	warning   lowMemory

	balance  protocol.Cycles
	reserved protocol.Cycles // set aside to pay for storage
	charged  protocol.Time   // up to when storage is paid
	consumed consumed

	timer uint64 // ic0.global_timer_set: Unix nanoseconds, 0 when off
	next  task   // which kind of work goes first in the next round
	ran   protocol.Height

	long *long // what the canister is at since an earlier round, or nil

	queues    queue.Queues
	contexts  []*callContext // ascending by id
	callbacks []*callback    // ascending by id
	contextID uint64         // of the last context
	callback  protocol.CallbackID

	sums sums
}

// sums are what the last commit worked out, so that a round need not look at what it does not touch.
type sums struct {
	cycles     protocol.Cycles // held in all ways
	bytes      uint64          // a checkpoint would hold
	guaranteed int             // responses that memory is kept for
	callbacks  int
	memory     uint64        // bytes used, or allocated if more
	compute    uint64        // percent allocated
	expires    protocol.Time // before or at it nothing times out
	wake       protocol.Time // when the canister wants a round; 0: in the next
}

// fork gives a canister that a round may change.
func (c *Canister) fork(o *queue.Owner) *Canister {
	f := *c
	f.queues = c.queues.Fork(o)
	f.contexts = slices.Clone(c.contexts)
	f.callbacks = slices.Clone(c.callbacks)
	return &f
}

// bytes is the memory a canister uses.
func (c *Canister) bytes() uint64 {
	n := c.stable.Len() + uint64(len(c.chunks))*maxChunkBytes
	if c.code != nil {
		n += uint64(len(c.code.raw)) + c.image.Size()*pageBytes
	}
	for _, s := range c.snapshots {
		n += s.bytes
	}
	return n
}

func (c *Canister) isController(p principal.ID) bool {
	return slices.Contains(c.controllers, p)
}

// beats reports whether the canister runs a heartbeat in each round.
func (c *Canister) beats() bool { return c.code != nil && c.code.heartbeat && c.status == Running }

// timerDue reports whether the global timer has gone off at a Unix time.
func (c *Canister) timerDue(unix uint64) bool {
	return c.timer != 0 && c.timer <= unix && c.code != nil && c.code.timer && c.status == Running
}

// summarize works out sums. genesis is the Unix time of virtual time 0.
func (c *Canister) summarize(p prices, genesis uint64) sums {
	q := c.queues.Summarize()
	s := sums{
		cycles:     q.Cycles.Add(c.balance).Add(c.reserved).Add(c.heldByStops()).Add(c.long.held()),
		bytes:      q.Bytes + c.bytes(),
		guaranteed: q.Guaranteed,
		callbacks:  len(c.callbacks),
		memory:     c.upkeep().bytes,
		compute:    c.compute,
		expires:    q.Expires,
	}
	for _, x := range c.contexts {
		s.cycles = s.cycles.Add(x.available)
		if x.owesGuaranteed() {
			s.guaranteed++
		}
	}
	for _, b := range c.callbacks {
		s.cycles = s.cycles.Add(b.prepaid())
		switch {
		case b.answered:
		case b.deadline != 0:
			s.expires = min(s.expires, b.deadline)
		default:
			s.guaranteed++
		}
	}
	s.wake = c.wake(p, genesis, s.expires)
	return s
}

func (c *Canister) wake(p prices, genesis uint64, expires protocol.Time) protocol.Time {
	if c.long != nil || c.warns() || c.beats() || c.queues.Inputs() > 0 || c.queues.Outputs() > 0 {
		return 0
	}
	wake := expires
	if wake != protocol.Never {
		wake++
	}
	if c.timer != 0 && c.code != nil && c.code.timer && c.status == Running {
		wake = min(wake, fromUnix(c.timer, genesis))
	}
	if len(c.stops) > 0 {
		wake = min(wake, c.stops[0].at+stopTimeout+1)
	}
	if u := c.upkeep(); u != (upkeep{}) {
		if seconds, ok := p.lasts(c.balance.Add(c.reserved), u); ok {
			wake = min(wake, c.charged+max(protocol.Time(seconds)*1e9, chargeInterval))
		}
	}
	return wake
}

// fromUnix gives the virtual time of a Unix time, 0 for one before genesis.
func fromUnix(unix, genesis uint64) protocol.Time {
	switch {
	case unix <= genesis:
		return 0
	case unix-genesis >= uint64(protocol.Never):
		return protocol.Never
	}
	return protocol.Time(unix - genesis)
}

// certifiedTree is the canister's part of the certified tree (interface.md D.5).
func (c *Canister) certifiedTree() hashtree.Tree {
	edits := []hashtree.Edit{
		{Label: "canister_creation_timestamp", To: hashtree.LeafOf(binary.AppendUvarint(nil, c.created))},
		{Label: "controllers", To: hashtree.LeafOf(encodeControllers(c.controllers))},
	}
	if c.code != nil {
		edits = append(edits,
			hashtree.Edit{Label: "last_install_timestamp", To: hashtree.LeafOf(binary.AppendUvarint(nil, c.deployed))},
			hashtree.Edit{Label: "certified_data", To: hashtree.LeafOf(c.certified)},
			hashtree.Edit{Label: "module_hash", To: hashtree.LeafOf(c.code.hash[:])})
		if c.code.metadata.Len() > 0 {
			edits = append(edits, hashtree.Edit{Label: "metadata", To: hashtree.SubtreeOf(c.code.metadata)})
		}
	}
	return hashtree.Tree{}.Apply(edits)
}

// sameCertified reports whether two versions of a canister look the same in the certified tree.
func (c *Canister) sameCertified(d *Canister) bool {
	return c.code == d.code && c.deployed == d.deployed &&
		string(c.certified) == string(d.certified) && slices.Equal(c.controllers, d.controllers)
}

// encodeControllers gives the CBOR array of principals, with the self-describing tag.
func encodeControllers(ids []principal.ID) []byte {
	const arrayOf, bytesOf = 0x80, 0x40 // major types; counts over 23 take a byte more
	out := []byte{0xd9, 0xd9, 0xf7}
	head := func(major byte, n int) {
		if n < 24 {
			out = append(out, major|byte(n))
		} else {
			out = append(out, major|24, byte(n))
		}
	}
	head(arrayOf, len(ids))
	for _, id := range ids {
		head(bytesOf, id.Len())
		out = id.AppendTo(out)
	}
	return out
}

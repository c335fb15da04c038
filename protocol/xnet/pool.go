package xnet

import (
	"time"

	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// PullTimeout is how long a pull waits for its answer.
const PullTimeout = protocol.Time(time.Second)

// A PoolConfig says whose pool it is.
type PoolConfig struct {
	Subnet    protocol.SubnetID
	Principal principal.ID // of the subnet
	Seed      crypto.Hash  // which nodes it asks
	Limits    Limits
}

// A Pool holds slices pulled from other subnets until a block of this node can take them: one a subnet, extended by
// later pulls. What it holds is not trusted.
type Pool struct {
	cfg     PoolConfig
	rand    *protocol.Rand
	nearby  proximity
	entries []entry // by remote subnet
	bytes   int     // of all slices
	serial  uint64
}

// An entry is what the pool knows of one remote subnet.
type entry struct {
	known bool // whether next is: nothing is pulled before
	next  Indices
	slice *protocol.CertifiedStreamSlice
	pull  pull
}

// A pull is on its way to a node; serial 0 is none.
type pull struct {
	serial       uint64
	node         protocol.NodeID
	sent         protocol.Time // on the monotonic clock
	witnessBegin protocol.StreamIndex
	messageBegin protocol.StreamIndex
}

// NewPool makes an empty pool.
func NewPool(cfg PoolConfig) *Pool {
	return &Pool{cfg: cfg, rand: protocol.NewRand(cfg.Seed, "xnet_pool")}
}

// Bytes is the size of all pooled slices.
func (p *Pool) Bytes() int { return p.bytes }

func (p *Pool) entry(s protocol.SubnetID) *entry {
	for int(s) >= len(p.entries) {
		p.entries = append(p.entries, entry{})
	}
	return &p.entries[s]
}

// Advance tells what is expected next of a subnet. What lies before is dropped.
func (p *Pool) Advance(from protocol.SubnetID, next Indices) {
	e := p.entry(from)
	e.known, e.next = true, next
	s := e.slice
	switch {
	case s == nil:
	case next.Message > s.MessagesEnd() || isEmpty(s, next.Message) && s.Header.SignalsEnd <= next.Signal:
		s = nil
	case next.Message > s.MessagesBegin:
		s = cut(s, p.cfg.Principal, next.Message, len(s.Messages), s.Size())
	}
	p.keep(e, s)
}

// isEmpty reports whether a slice has no messages from an index on.
func isEmpty(s *protocol.CertifiedStreamSlice, from protocol.StreamIndex) bool {
	return max(from, s.MessagesBegin) >= s.MessagesEnd()
}

// keep replaces an entry's slice; nil drops it.
func (p *Pool) keep(e *entry, s *protocol.CertifiedStreamSlice) {
	if e.slice != nil {
		p.bytes -= e.slice.Size()
	}
	if s != nil {
		p.bytes += s.Size()
	}
	e.slice = s
}

// hasSignals reports whether the slice from a subnet has signals besides those expected.
func (p *Pool) hasSignals(from protocol.SubnetID, next Indices) bool {
	s := p.entry(from).slice
	return s != nil && s.Header.SignalsEnd != next.Signal
}

// Drop forgets the slice from a subnet.
func (p *Pool) Drop(from protocol.SubnetID) { p.keep(p.entry(from), nil) }

// Take gives a slice from a subnet that begins with what is expected next, with at most count messages and a size of at
// most bytes; nil when there is none. It may have no messages. The pool keeps what it gives until Advance.
//
// Model: the replica's pool gives slices away, and pulls them again if the block is not finalized.
func (p *Pool) Take(from protocol.SubnetID, next Indices, count, bytes int) *protocol.CertifiedStreamSlice {
	s := p.entry(from).slice
	if s == nil || next.Message < s.MessagesBegin || next.Message > s.MessagesEnd() {
		return nil
	}
	if s = cut(s, p.cfg.Principal, next.Message, count, bytes); s.Size() > bytes {
		return nil
	}
	return s
}

// Refill pulls from one node of every other subnet that has no pull under way, unless the pool is full. registry is the
// latest snapshot that the node knows.
func (p *Pool) Refill(registry *protocol.RegistrySnapshot, instant protocol.Time, out *protocol.Outputs) {
	if p.bytes > p.cfg.Limits.Pool {
		return
	}
	for i := range p.entries {
		from := protocol.SubnetID(i)
		record := registry.Subnet(from)
		if e := &p.entries[i]; e.known && from != p.cfg.Subnet && record != nil && len(record.Members) > 0 {
			p.refill(e, record.Members, instant, out)
		}
	}
}

func (p *Pool) refill(e *entry, nodes []protocol.NodeID, instant protocol.Time, out *protocol.Outputs) {
	if e.pull.serial != 0 && instant < e.pull.sent+PullTimeout {
		return
	}
	if e.pull.serial != 0 {
		p.nearby.observe(e.pull.node, PullTimeout)
	}
	begin, room := e.next.Message, p.cfg.Limits.PooledSlice
	if s := e.slice; s != nil && s.MessagesBegin == e.next.Message {
		begin = s.MessagesEnd()
		room -= s.Size()
	}
	if room < p.cfg.Limits.MinSlice {
		return
	}
	p.serial++
	e.pull = pull{
		serial: p.serial, node: p.nearby.pick(nodes, p.rand), sent: instant,
		witnessBegin: e.next.Message, messageBegin: begin,
	}
	out.Send([]protocol.NodeID{e.pull.node}, &protocol.StreamPull{
		To: p.cfg.Subnet, WitnessBegin: e.pull.witnessBegin, MessageBegin: begin,
		ByteLimit: (room - protocol.SliceWitnessSize(0)) * 98 / 100, // the endpoint counts messages alone
		Serial:    p.serial,
	})
}

// Handle takes the answer to a pull. Answers nobody waits for, and obvious garbage, are dropped.
func (p *Pool) Handle(r *protocol.StreamReply, from protocol.NodeID, instant protocol.Time) {
	if int(r.From) >= len(p.entries) {
		return
	}
	e := &p.entries[r.From]
	asked := e.pull
	if asked.serial == 0 || asked.serial != r.Serial || asked.node != from {
		return
	}
	e.pull = pull{}
	p.nearby.observe(from, instant-asked.sent)
	if s := p.admit(e, r, asked); s != nil {
		p.keep(e, s)
		p.Advance(r.From, e.next)
	}
}

// admit gives the slice to pool for an answer: the answer's, or the pooled one extended by it. nil leaves the pool as it
// is.
func (p *Pool) admit(e *entry, r *protocol.StreamReply, asked pull) *protocol.CertifiedStreamSlice {
	s := r.Slice
	if s == nil || s.From != r.From || s.To != p.cfg.Subnet || s.MessagesBegin != asked.messageBegin ||
		s.Size() > 2*p.cfg.Limits.PooledSlice || checkWitness(s, p.cfg.Principal).Kind != protocol.Accepts {
		return nil
	}
	if asked.messageBegin == asked.witnessBegin || s.MessagesBegin == e.next.Message {
		return s
	}
	old := e.slice // since the pull it may have lost its front, or all
	if old == nil {
		return nil
	}
	longer := *s
	longer.MessagesBegin = old.MessagesBegin
	longer.Messages = append(old.Messages[:len(old.Messages):len(old.Messages)], s.Messages...)
	return protocol.NewCertifiedStreamSlice(longer, protocol.SliceWitnessSize(len(longer.Messages)))
}

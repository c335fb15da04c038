package canister

import (
	"cmp"

	"icsim/canister/sorted"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A State is all canisters of a subnet after a round. Immutable.
type State struct {
	canisters  sorted.Set[member]
	wakes      sorted.Set[wake]
	tree       hashtree.Tree // the subtree `canister` of the certified tree
	management []managementCall
	departing  []*protocol.CanisterMessage // answers of the management canister to other subnets
	nextID     protocol.CanisterID         // no new canister gets an id below it
	retired    []protocol.CanisterID       // from nextID on, that were used and are not any more
	outcalls   protocol.Outcalls
	chainKeys  *protocol.ChainKeyState // nil: none

	idle       int // canisters that only count
	cycles     protocol.Cycles
	bytes      uint64
	memory     uint64 // bytes that canisters have or are kept for them
	compute    uint64 // percent that is allocated
	delta      uint64 // bytes of pages written since the last checkpoint
	guaranteed int
	callbacks  int

	written []canisterFiles      // of canisters as they were at the last checkpoint, ascending
	files   []protocol.StateFile // of exactly this state, if they were worked out
}

// A member is a hosted canister.
type member struct {
	id protocol.CanisterID
	*Canister
}

func (m member) Compare(n member) int { return cmp.Compare(m.id, n.id) }

// A wake is when a canister wants a round. Canisters that never do have none.
type wake struct {
	at protocol.Time
	id protocol.CanisterID
}

func (w wake) Compare(v wake) int { return cmp.Or(cmp.Compare(w.at, v.at), cmp.Compare(w.id, v.id)) }

// Tree implements protocol.CanisterState.
func (s *State) Tree() hashtree.Tree { return s.tree }

// Size implements protocol.CanisterState.
func (s *State) Size() uint64 { return s.bytes }

// TotalCycles implements protocol.CanisterState.
func (s *State) TotalCycles() protocol.Cycles { return s.cycles }

// NumCanisters implements protocol.CanisterState.
func (s *State) NumCanisters() int { return s.canisters.Len() + s.idle }

// WithIdle gives the state with n canisters more.
//
// Model: they exist as a number. They cost each round what a canister costs, take their part of the subnet's bound, and that is
// all: no memory, no cycles, no place in the certified tree.
func (s *State) WithIdle(n int) *State {
	next := *s
	next.idle += n
	return &next
}

// HasCanister implements protocol.CanisterState. One without code counts: its calls are answered by IC0537.
func (s *State) HasCanister(id protocol.CanisterID) bool {
	c := s.find(id)
	return c != nil && c.status == Running
}

// HidesSection implements protocol.CanisterState.
func (s *State) HidesSection(id protocol.CanisterID, name string, from principal.ID) bool {
	c := s.find(id)
	if c == nil || c.code == nil || c.isController(from) {
		return false
	}
	section := c.code.section(name)
	return section != nil && !section.Public
}

// find gives a canister, or nil.
func (s *State) find(id protocol.CanisterID) *Canister {
	m, _ := s.canisters.Get(member{id: id})
	return m.Canister
}

// Info is what can be asked of a canister from outside.
type Info struct {
	Status      Status
	Balance     protocol.Cycles
	Version     uint64
	Controllers []principal.ID
	MemoryBytes uint64 // of everything it pays storage for
	Queued      int    // messages waiting for execution
	OpenCalls   int    // calls it made and that are not answered
	Paused      bool   // in the middle of a long execution
}

// Canister tells about one canister; ok is false if it is not hosted.
func (s *State) Canister(id protocol.CanisterID) (info Info, ok bool) {
	c := s.find(id)
	if c == nil {
		return info, false
	}
	return Info{
		Status: c.status, Balance: c.balance, Version: c.version, Controllers: c.controllers,
		MemoryBytes: c.bytes(), Queued: c.queues.Inputs(), OpenCalls: len(c.callbacks), Paused: c.long != nil,
	}, true
}

// StableMemory gives a canister's stable memory; ok is false if it is not hosted.
func (s *State) StableMemory(id protocol.CanisterID) (bytes []byte, ok bool) {
	c := s.find(id)
	if c == nil {
		return nil, false
	}
	bytes = make([]byte, c.stable.Len())
	c.stable.Read(bytes, 0)
	return bytes, true
}

package messaging

import (
	"cmp"
	"fmt"
	"slices"

	"icsim/protocol"
)

// A StateManager holds one node's states (rs/state_manager): all that are still needed in memory, checkpoints on disk as
// well, and the certifications that arrived for them.
type StateManager struct {
	node        protocol.NodeID
	registry    protocol.RegistryClient
	slicer      Slicer
	states      []kept // by ascending height; never empty
	checkpoints []*State
	pinned      []protocol.Height // of checkpoints that peers are served from
	removable   protocol.Height   // checkpoints below may go
	certified   int               // index in states of the highest certified one, −1 if there is none
	writes      []protocol.Write
	heights     struct{ latest, certified protocol.Height } // of states, which each step of consensus asks for
}

// kept is a state in memory; certification is nil until it is delivered.
type kept struct {
	*State
	certification *protocol.Certification
}

// NewStateManager starts from genesis, which is certified by nobody and trusted by all.
func NewStateManager(node protocol.NodeID, registry protocol.RegistryClient, genesis *State) *StateManager {
	m := &StateManager{
		node: node, registry: registry, slicer: Slice, states: []kept{{State: genesis}}, checkpoints: []*State{genesis}, certified: -1,
	}
	m.follow()
	return m
}

// SliceBy sets who cuts slices from states.
func (m *StateManager) SliceBy(s Slicer) { m.slicer = s }

// follow notes the heights after a change of states.
func (m *StateManager) follow() {
	m.heights.latest, m.heights.certified = m.Latest().height, 0
	if m.certified >= 0 {
		m.heights.certified = m.states[m.certified].height
	}
}

// Restore goes on from a checkpoint that survived a restart: the highest that is at or below the height from which on states are needed, so
// that those above are computed again (rs/state_manager/src/lib.rs, "Starting Height State Recovery"). Higher ones leave the disk, but for
// the last one there is: whoever goes on from nothing has to fetch a state. cup is the height of the newest catch-up package, from which
// on there are blocks. The values are a disk's, loaded from protocol.DiskCheckpoint by ascending height. Certifications come again from
// the certification pool.
//
// Model: the replica has no checkpoint of genesis, since there are no canisters yet. Ours may be there from the start, so genesis is one.
func (m *StateManager) Restore(checkpoints []any, needed, cup protocol.Height) {
	fromGenesis := m.Latest().height == cup
	for last := len(checkpoints) - 1; last > 0 || last == 0 && fromGenesis; last-- {
		h := checkpoints[last].(*State).height
		if h <= needed {
			break
		}
		m.writes = append(m.writes, protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: h}})
		checkpoints = checkpoints[:last]
	}
	for _, c := range checkpoints {
		m.Adopt(c.(*State))
	}
}

// Adopt makes a checkpoint the latest state: one from disk, or one from peers, which has been written to disk by then.
func (m *StateManager) Adopt(s *State) {
	m.states = []kept{{State: s}}
	m.certified = -1
	m.follow()
	if last := m.checkpoints[len(m.checkpoints)-1]; last.height < s.height {
		m.checkpoints = append(m.checkpoints, s)
	}
}

// Commit holds the state after a batch. A checkpoint is written to disk. A state at or below the latest is dropped: the
// node has got a later one from its peers meanwhile.
func (m *StateManager) Commit(s *State) {
	if s.height <= m.LatestHeight() {
		return
	}
	if s.height != m.LatestHeight()+1 {
		panic(fmt.Sprintf("messaging: node %s commits height %d on %d", m.node, s.height, m.LatestHeight()))
	}
	m.states = append(m.states, kept{State: s})
	m.follow()
	if s.IsCheckpoint() {
		m.checkpoints = append(m.checkpoints, s)
		m.writes = append(m.writes, protocol.Write{
			Key:   protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: s.height},
			Value: s, Bytes: int(s.canisters.Size()),
		})
	}
}

// Latest is the last state committed.
func (m *StateManager) Latest() *State { return m.states[len(m.states)-1].State }

// LatestHeight is the height of the last state committed.
func (m *StateManager) LatestHeight() protocol.Height { return m.heights.latest }

// At gives the state at a height, or nil when it is not in memory.
func (m *StateManager) At(h protocol.Height) *State {
	if i := m.index(h); i >= 0 {
		return m.states[i].State
	}
	return nil
}

// index finds a height among states, or gives −1. Heights are consecutive but for what RemoveBelow spared.
func (m *StateManager) index(h protocol.Height) int {
	i, ok := slices.BinarySearchFunc(m.states, h, func(k kept, h protocol.Height) int { return cmp.Compare(k.height, h) })
	if !ok {
		return -1
	}
	return i
}

// CertifiedHeight is the highest height whose state and certification the node holds; 0 before the first.
func (m *StateManager) CertifiedHeight() protocol.Height { return m.heights.certified }

// Certified gives the highest certified state with its certification; nil before the first.
func (m *StateManager) Certified() (*State, *protocol.Certification) {
	if m.certified < 0 {
		return nil, nil
	}
	k := m.states[m.certified]
	return k.State, k.certification
}

// Uncertified lists the heights above genesis that wait for a certification, ascending.
func (m *StateManager) Uncertified() []protocol.HeightHash {
	var open []protocol.HeightHash
	for _, k := range m.states {
		if k.certification == nil && k.height > 0 {
			open = append(open, protocol.HeightHash{Height: k.height, Hash: k.root})
		}
	}
	return open
}

// Deliver attaches a certification, whose signature holds, to its state. Without the state it is dropped: the certifier
// brings it again. A certification of another root than ours means that this node has diverged, which the certifier
// rules out before.
func (m *StateManager) Deliver(c *protocol.Certification) {
	i := m.index(c.AtHeight)
	if i < 0 || m.states[i].certification != nil {
		return
	}
	if m.states[i].root != c.Hash {
		panic(fmt.Sprintf("messaging: node %s, height %d: the subnet certified %s, the node has %s",
			m.node, c.AtHeight, c.Hash, m.states[i].root))
	}
	m.states[i].certification = c
	m.certified = max(m.certified, i)
	m.follow()
}

// ManifestHash is the hash of the whole state at a checkpoint; false when the height is none, or gone.
func (m *StateManager) ManifestHash(h protocol.Height) (protocol.StateHash, bool) {
	if s := m.Checkpoint(h); s != nil {
		return s.Manifest()
	}
	return protocol.StateHash{}, false
}

// Checkpoint gives the checkpoint at a height, or nil.
func (m *StateManager) Checkpoint(h protocol.Height) *State {
	for _, s := range slices.Backward(m.checkpoints) {
		if s.height == h {
			return s
		}
	}
	return nil
}

// CheckpointOf gives the checkpoint whose files have a root, or nil (find_checkpoint_by_root_hash).
func (m *StateManager) CheckpointOf(root protocol.StateHash) *State {
	for _, s := range slices.Backward(m.checkpoints) {
		if s.files.Root() == root {
			return s
		}
	}
	return nil
}

// RemoveBelow lets go of states in memory below one height, and of checkpoints below another. The latest state, the
// highest certified one and the latest checkpoint stay (reference/protocol.md A.5).
func (m *StateManager) RemoveBelow(inMemory, checkpoints protocol.Height) {
	if m.states[0].height < inMemory {
		m.removeStates(inMemory)
	}
	m.removable = max(m.removable, checkpoints)
	m.removeCheckpoints()
}

// removeCheckpoints lets go of checkpoints that are not needed and that no peer is served from.
func (m *StateManager) removeCheckpoints() {
	last := len(m.checkpoints) - 1
	if last == 0 || m.checkpoints[0].height >= m.removable {
		return
	}
	kept := make([]*State, 0, last+1)
	for i, s := range m.checkpoints {
		if i == last || s.height >= m.removable || slices.Contains(m.pinned, s.height) {
			kept = append(kept, s)
			continue
		}
		m.writes = append(m.writes, protocol.Write{Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: s.height}})
	}
	m.checkpoints = kept
}

// Serves gives the checkpoint of a height for peers to fetch, nil if it is not there.
func (m *StateManager) Serves(h protocol.Height) protocol.Checkpoint {
	if s := m.Checkpoint(h); s != nil {
		return s
	}
	return nil
}

// Pin keeps a checkpoint while peers are served from it.
func (m *StateManager) Pin(h protocol.Height) { m.pinned = append(m.pinned, h) }

// Unpin undoes a Pin.
func (m *StateManager) Unpin(h protocol.Height) {
	if i := slices.Index(m.pinned, h); i >= 0 {
		m.pinned = slices.Delete(m.pinned, i, i+1)
	}
	m.removeCheckpoints()
}

// NewestCheckpoint is the last one.
func (m *StateManager) NewestCheckpoint() *State { return m.checkpoints[len(m.checkpoints)-1] }

func (m *StateManager) removeStates(below protocol.Height) {
	first := slices.IndexFunc(m.states, func(k kept) bool { return k.height >= below })
	if first < 0 {
		first = len(m.states) - 1
	}
	if c := m.certified; c >= 0 && c < first {
		first--
		m.states[first] = m.states[c]
		m.certified = first
	}
	m.states = slices.Delete(m.states, 0, first)
	m.certified = max(m.certified-first, -1)
}

// TakeWrites gives the writes to disk that have come up since it was last asked.
func (m *StateManager) TakeWrites() []protocol.Write {
	w := m.writes
	m.writes = nil
	return w
}

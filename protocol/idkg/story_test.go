package idkg

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/registry"
)

// A story is what happens to a subnet of up to six nodes that holds a key, in an order that a seed draws.
type story struct {
	*world
	rand  *protocol.Rand
	mute  protocol.NodeID // whose messages are lost
	since *protocol.Block // the last summary, from which on a node that starts would go on
}

// E: whatever comes together of nodes that come and go, of encryption keys that are replaced and forgotten, of a node that says nothing,
// and of another subnet that asks for the key: everybody accepts every block, the public key stays, nobody loses its share, what is shared
// is of the transcript in force, and in the end the key signs.
func TestWhateverHappensTheKeyStays(t *testing.T) {
	for seed := range byte(8) {
		w := newWorld(t, 4, 6, &protocol.ChainKeys{Parallel: 6, Keys: []protocol.ChainKey{{ID: ed25519Key, PreSignatures: 1, Queue: 9}}})
		w.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
			next.Subnets = append(next.Subnets, &protocol.SubnetRecord{ID: 1, Members: []protocol.NodeID{0, 5}})
		})
		w.until(func() bool { return w.payload().Keys[0].Current != nil })
		s := &story{world: w, rand: protocol.NewRand(crypto.Hash{seed}, "story"), mute: protocol.NoNode, since: w.chain[0]}
		for _, n := range w.nodes {
			n.drop = func(a protocol.Artifact) protocol.Artifact {
				if n.Keys.Node == s.mute {
					return nil
				}
				return a
			}
		}
		first := w.payload().Keys[0].Current.Transcript.Secret()
		for range 60 {
			s.happen()
			key := &w.payload().Keys[0]
			require.True(t, key.Current.Transcript.Secret().Equal(first), seed)
			for _, n := range key.Current.Receivers {
				_, _, ok := w.nodes[n].Keys.LoadIDKG(key.Current, nil)
				require.True(t, ok, "seed %d: node %s has forgotten what it needs", seed, n)
			}
			for _, a := range w.payload().Shared {
				require.Equal(t, key.Current.ID, a.Config.Left.ID, seed)
			}
		}
		s.mute = protocol.NoNode
		s.summarize()
		s.summarize()
		require.True(t, w.registry.Latest().Holds(w.payload().Keys[0].Current, w.registry.Latest().Subnet(0).Members), seed)
		w.state = &protocol.ChainKeyState{}
		w.until(func() bool { return len(w.state.Stash(ed25519Key)) == 1 })
		w.request(ed25519Key)
		require.Len(t, w.block(0).Answers, 1, seed)
		require.Empty(t, w.notes, "nobody complains of honest nodes")
	}
}

// happen lets one thing happen. Mostly it is a block.
func (s *story) happen() {
	switch s.rand.Below(16) {
	case 0:
		s.summarize()
	case 1:
		s.rotate(s.nodes[s.rand.Below(6)])
	case 2:
		s.mute = protocol.NodeID(s.rand.Below(6))
	case 3:
		s.change()
	case 4:
		if ask, err := s.registry.RequestReshare(ed25519Key, 0, 1); err == nil {
			s.registry.Publish(0, ask)
		}
	case 5:
		for _, q := range s.registry.Latest().Reshares {
			s.registry.Publish(0, registry.AnswerReshare(&protocol.ChainKeyInitialization{Request: q, Reject: "not any more"}))
		}
	default:
		s.block(int(s.rand.Below(6)))
	}
}

// summarize waits for what has been begun, makes a summary, and has nodes forget what they can.
func (s *story) summarize() {
	s.until(func() bool { return s.payload().Keys[0].Making == nil })
	s.state = &protocol.ChainKeyState{Next: s.state.Next} // as execution throws away what is of the old transcript
	s.summary()
	s.exchange()
	for _, n := range s.nodes {
		oldest, _ := n.Pool.InUse(s.since)
		n.Keys.RetainIDKG(oldest)
	}
	s.since = s.tip()
}

func (s *story) rotate(n *node) {
	latest := s.registry.Latest().Version
	if key, made := n.Keys.RotateIDKG(latest); made {
		s.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
			record := *next.Nodes[n.Keys.Node]
			record.IDKGKey = key
			next.Nodes[n.Keys.Node] = &record
		})
	}
}

// change puts another node in the place of a member.
func (s *story) change() {
	s.registry.Publish(0, registry.EditSubnet(0, func(r *protocol.SubnetRecord) {
		at := s.rand.Below(4)
		for n := range protocol.NodeID(6) {
			if !slices.Contains(r.Members, n) {
				r.Members[at] = n
				break
			}
		}
		slices.Sort(r.Members)
	}))
}

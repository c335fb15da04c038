package dkg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/chainkey"
	"icsim/protocol"
	"icsim/protocol/dkg"
)

// asking is a root subnet of four nodes whose registry asks for subnets of four and of three others.
func asking() *world {
	w := newWorld(4, 29, 29, 29, 29, 29, 29, 29)
	w.registry[0].Setups = []*protocol.SetupInitialDKG{
		{Subnet: 1, Nodes: []protocol.NodeID{4, 5, 6, 7}}, {Subnet: 2, Nodes: []protocol.NodeID{8, 9, 10}},
	}
	return w
}

// early is what each node would answer in the next data block, with an answer of the chain or none.
func (w *world) early(t *testing.T, before *protocol.InitialDKG) *protocol.InitialDKG {
	var first *protocol.InitialDKG
	for i, n := range w.nodes {
		a := n.Early(w.summary.Payload.Summary, protocol.Dealt{Dealings: w.dealt, Initial: before})
		if i == 0 {
			first = a
		}
		require.Equal(t, first == nil, a == nil, n.id)
		require.True(t, a == nil || a.Hash() == first.Hash(), n.id)
	}
	return first
}

func founding(s *protocol.Summary) (all []*protocol.DKGConfig) {
	for _, c := range s.Configs {
		if c.ID.Founding {
			all = append(all, c)
		}
	}
	return all
}

// F, A.7: the root subnet deals for one new subnet an interval, a block answers as soon as both keys have f+1 dealings, once, and the new
// nodes alone can sign by them.
func TestNewSubnetsGetKeysOfTheRootSubnet(t *testing.T) {
	w := asking()
	s := w.interval(1)
	require.Equal(t, []protocol.Setup{{Subnet: 1, Attempts: 1}, {Subnet: 2}}, s.Setups, "one at a time")
	require.Len(t, founding(s), 2)

	w.deal()
	var answer *protocol.InitialDKG
	for maker := 0; ; maker = 1 - maker {
		answer = w.early(t, nil)
		enough := true
		for _, c := range founding(s) {
			n := 0
			for _, d := range w.dealt {
				if d.Key == c.ID {
					n++
				}
			}
			enough = enough && n == 2
		}
		require.Equal(t, enough, answer != nil, "after %d dealings", len(w.dealt))
		if !w.block(maker) {
			break
		}
	}
	require.NotNil(t, answer)
	require.Nil(t, w.early(t, answer), "the chain has it")
	require.Equal(t, protocol.SubnetID(1), answer.Subnet)
	for _, c := range []struct {
		key     *protocol.Transcript
		signers []protocol.NodeID
		want    bool
	}{
		{answer.Keys.Low, []protocol.NodeID{4, 7}, true},
		{answer.Keys.Low, []protocol.NodeID{5}, false},
		{answer.Keys.Low, []protocol.NodeID{0, 1, 2, 3}, false},
		{answer.Keys.High, []protocol.NodeID{5, 6, 7}, true},
		{answer.Keys.High, []protocol.NodeID{5, 6}, false},
	} {
		require.Equal(t, c.want, w.signs(c.key, c.signers...), "%s key by %v", c.key.ID.Tag, c.signers)
	}

	late := w.nodes[0].Next(w.summary, protocol.Dealt{Dealings: w.dealt}, 1)
	require.NotNil(t, late.Initial, "no data block was left to say it")
	require.Equal(t, answer.Hash(), late.Initial.Hash())
	next := w.nodes[0].Next(w.summary, protocol.Dealt{Dealings: w.dealt, Initial: answer}, 1)
	require.Nil(t, next.Initial)
	for _, s := range []*protocol.Summary{late, next} {
		require.Equal(t, []protocol.Setup{{Subnet: 1, Attempts: 1, Answered: true}, {Subnet: 2, Attempts: 1}}, s.Setups)
		require.Len(t, founding(s), 2)
		require.Equal(t, protocol.SubnetID(2), founding(s)[0].ID.Subnet)
		require.False(t, s.Next.Low.ID.Founding, "the subnet's own keys are made beside")
	}
}

// A.7: after five intervals with too few dealings the registry gets a reject, and the next subnet has its turn.
func TestKeysOfNewSubnetsAreTriedFiveTimes(t *testing.T) {
	w := asking()
	w.absent = map[protocol.NodeID]bool{1: true, 2: true, 3: true} // one dealing is too few
	w.nodes = append(w.nodes[:1], w.nodes[4:]...)
	for attempt := range 5 {
		s := w.interval(1)
		require.Nil(t, s.Initial)
		require.Equal(t, []protocol.Setup{{Subnet: 1, Attempts: attempt + 1}, {Subnet: 2}}, s.Setups)
	}
	s := w.interval(1)
	require.Equal(t, &protocol.InitialDKG{Subnet: 1, Reject: dkg.ReasonAttempts}, s.Initial)
	require.Equal(t, []protocol.Setup{{Subnet: 1, Attempts: 5, Answered: true}, {Subnet: 2, Attempts: 1}}, s.Setups)
	require.Equal(t, protocol.SubnetID(2), founding(s)[0].ID.Subnet)
	require.Nil(t, w.interval(1).Initial, "once")
}

// Who is not the root subnet deals to nobody.
func TestOnlyTheRootSubnetDealsToOthers(t *testing.T) {
	w := asking()
	w.registry[0].Root = 3
	s := w.interval(1)
	require.Empty(t, s.Setups)
	require.Empty(t, founding(s))
}

// reshared is a subnet of four that holds a vetKD key, whose registry asks it to share it with a subnet of four others.
func reshared() *world {
	key := chainkey.KeyID{Algorithm: chainkey.VetKD, Name: "v"}
	w := newWorld(4, 29, 29, 29, 29, 29, 29, 29)
	for _, r := range w.registry {
		r.Root = 9
		r.Subnets[0].ChainKeys = &protocol.ChainKeys{Keys: []protocol.ChainKey{{ID: key}}}
	}
	w.interval(1) // makes the key
	w.registry[0].Reshares = []*protocol.ReshareChainKey{
		{Key: chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "e"}, Subnet: 1},
		{Key: key, Subnet: 1, Nodes: []protocol.NodeID{4, 5, 6, 7}, Asked: 1},
	}
	return w
}

// E, reshare_chain_key: who holds a vetKD key reshares it to the nodes of another subnet, of 2f+1 dealings; the public key stays, those
// nodes alone sign by it, and their summary begins with it.
func TestVetKDKeysAreResharedToOthers(t *testing.T) {
	w := reshared()
	s := w.interval(1)
	asked := w.registry[0].Reshares[1]
	require.Equal(t, []protocol.Setup{{Subnet: 1, Reshare: asked, Attempts: 1}}, s.Setups)
	require.Len(t, founding(s), 1)
	require.Equal(t, 3, founding(s)[0].Collect)
	old := s.Next.VetKD[0]
	w.deal()
	var answer *protocol.InitialDKG
	for maker := 0; answer == nil && w.block(maker); maker = 1 - maker {
		answer = w.early(t, nil)
	}
	require.NotNil(t, answer)
	made := answer.ChainKey
	require.True(t, made.Request.Is(asked))
	require.Equal(t, old.Group.Key, made.Transcript.Group.Key)
	require.Equal(t, []protocol.NodeID{4, 5, 6, 7}, made.Transcript.Committee)
	require.True(t, w.signs(made.Transcript, 4, 6, 7))
	require.False(t, w.signs(made.Transcript, 4, 6))
	require.False(t, w.signs(made.Transcript, 0, 1, 2))

	next := w.nodes[0].Next(w.summary, protocol.Dealt{Dealings: w.dealt, Initial: answer}, 1)
	require.Nil(t, next.Initial)
	require.Equal(t, []protocol.Setup{{Subnet: 1, Reshare: asked, Attempts: 1, Answered: true}}, next.Setups)
	require.Empty(t, founding(next))

	heir := *w.registry[0].Subnets[0]
	heir.ID, heir.Members, heir.Initializations = 1, made.Transcript.Committee, []*protocol.ChainKeyInitialization{made}
	w.registry[0].Subnets = append(w.registry[0].Subnets, &heir)
	begun := dkg.Genesis(1, w.registry[0], protocol.Transcripts{Low: s.Next.Low, High: s.Next.High}, 0).Content.Block
	require.Equal(t, []*protocol.Transcript{made.Transcript}, begun.Payload.Summary.Current.VetKD)
	running := &protocol.Block{Payload: protocol.NewSummaryPayload(&protocol.Summary{IntervalLength: 29,
		Current: protocol.Transcripts{Low: s.Next.Low, High: s.Next.High}, Next: protocol.Transcripts{Low: s.Next.Low, High: s.Next.High}})}
	other := &dkg.Payloads{Subnet: 1, Keys: w.nodes[4].Keys}
	received := other.Next(running, protocol.Dealt{}, 1)
	require.Empty(t, received.Current.VetKD)
	require.Equal(t, made.Transcript, received.Next.VetKD[0])
	require.Equal(t, made.Transcript, received.Configs[2].Resharing, "which is reshared from then on")
}

// A.7: a resharing with too few dealings is tried in five intervals, and then rejected.
func TestVetKDResharingIsTriedFiveTimes(t *testing.T) {
	w := reshared()
	w.nodes = append(w.nodes[:2], w.nodes[4:]...) // two dealings are too few
	for attempt := range 5 {
		s := w.interval(1)
		require.Nil(t, s.Initial)
		require.Equal(t, attempt+1, s.Setups[0].Attempts)
	}
	s := w.interval(1)
	require.Equal(t, &protocol.ChainKeyInitialization{Request: w.registry[0].Reshares[1], Reject: dkg.ReasonAttempts}, s.Initial.ChainKey)
	require.True(t, s.Setups[0].Answered)
	require.Nil(t, w.interval(1).Initial, "once")
}

// Two recoveries of one subnet are two requests: an answer to the first is none to the second, though both are for the same nodes.
func TestRecoveriesOfASubnetAreAnsweredEach(t *testing.T) {
	w := asking()
	ask := func(v protocol.RegistryVersion) {
		w.registry[0].Setups = []*protocol.SetupInitialDKG{{Subnet: 1, Nodes: []protocol.NodeID{4, 5, 6, 7}, Recovery: v}}
	}
	ask(7)
	w.interval(1)
	w.deal()
	for maker := 0; w.block(maker); maker = 1 - maker {
	}
	first := w.early(t, nil)
	require.Equal(t, protocol.RegistryVersion(7), first.Recovery)
	ask(9) // the registry has got the first, and asks again
	next := w.nodes[0].Next(w.summary, protocol.Dealt{Dealings: w.dealt, Initial: first}, 1)
	require.Equal(t, []protocol.Setup{{Subnet: 1, Recovery: 9, Attempts: 1}}, next.Setups)
	require.Len(t, founding(next), 2)
	other := *first
	other.Recovery = 9
	require.NotEqual(t, first.Hash(), other.Hash())
	forSummary := *next
	forSummary.Setups = []protocol.Setup{{Subnet: 1, Recovery: 8, Attempts: 1}}
	require.NotEqual(t, protocol.NewSummaryPayload(next).Hash, protocol.NewSummaryPayload(&forSummary).Hash)
}

// The package of a recovery names height, time and state; its keys serve from there, and it is of one version of the registry (F).
func TestPackageOfARecovery(t *testing.T) {
	w := newWorld(4, 29)
	keys := w.summary.Payload.Summary.Current
	snapshot := *w.registry[0]
	snapshot.Version = 1
	cup := dkg.Package(w.summary.Payload.Summary.Current.Low.ID.Subnet, &snapshot, keys, dkg.Contents{
		Height: 2000, Time: 77, State: protocol.StateHash{5},
	})
	require.True(t, cup.IsIntact())
	require.Equal(t, protocol.Height(2000), cup.Height())
	require.Equal(t, protocol.StateHash{5}, cup.Content.StateHash)
	require.Equal(t, protocol.Height(2000), cup.Content.Beacon.Height())
	require.Equal(t, protocol.ValidationContext{RegistryVersion: 1, CertifiedHeight: 2000, Time: 77}, cup.Content.Block.Context)
	s := cup.Summary()
	require.True(t, s.Covers(2000) && s.NextStart() == 2000+s.IntervalLength+1)
	for _, c := range s.Configs {
		require.Equal(t, protocol.Height(2000), c.ID.Start)
	}
}

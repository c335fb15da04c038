package idkg

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/registry"
)

// sharing is a subnet of seven that is asked to share its keys with another subnet, of four others, which has none.
func sharing(t *testing.T) (w *world, others []*node) {
	w = newWorld(t, 7, 11, both(1))
	w.nodes, others = w.nodes[:7], w.nodes[7:]
	w.until(func() bool { return len(w.state.Stash(ecdsaKey)) == 1 && len(w.state.Stash(ed25519Key)) == 1 })
	w.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
		next.Subnets = append(next.Subnets, &protocol.SubnetRecord{ID: 1, Members: []protocol.NodeID{7, 8, 9, 10}, DKGIntervalLength: 99})
	})
	for _, key := range []protocol.ChainKey{{ID: ecdsaKey}, {ID: ed25519Key}} {
		ask, err := w.registry.RequestReshare(key.ID, 0, 1)
		require.NoError(t, err)
		w.registry.Publish(0, ask)
	}
	return w, others
}

// badly has a node of a world deal wrong shares to a receiver, of transcripts for others.
func (w *world) badly(node, receiver int) {
	n := w.nodes[node]
	n.faulty = true
	n.drop = func(a protocol.Artifact) protocol.Artifact {
		d, ok := a.(*protocol.IDKGDealing)
		if !ok || n.Pool.find(d.Transcript).ReceiverIndex(n.Keys.Node) >= 0 {
			return a
		}
		bad := d.Dealing.WithBadShares(receiver)
		return protocol.NewIDKGDealing(d.Transcript, d.Dealer, bad, n.Keys.SignBasic(protocol.IDKGDealingSignable(d.Transcript, bad)))
	}
}

// answered makes blocks until they bring what the registry asks for, and has the registry take it.
func (w *world) answered() (all []*protocol.ChainKeyInitialization) {
	w.t.Helper()
	w.until(func() bool {
		for _, a := range w.payload().Shared {
			all = append(all, a)
			w.registry.Publish(0, registry.AnswerReshare(a))
		}
		return len(w.registry.Latest().Reshares) == 0
	})
	return all
}

// heir is the other subnet, with the keyrings that its nodes have in this world.
func (w *world) heir(others []*node) *world {
	h := &world{t: w.t, registry: w.registry, state: new(protocol.ChainKeyState)}
	for _, n := range others {
		h.join(1, *n.Keys)
	}
	h.found(1)
	return h
}

// E, reshare_chain_key: the holders' dealings come in blocks as soon as 2f+1 are there, once; with f of them bad the other subnet makes the
// same key of them, complains about what is bad in it, and signs.
func TestKeyGoesToAnotherSubnet(t *testing.T) {
	w, others := sharing(t)
	w.badly(0, 2)
	w.badly(1, 3)
	shared := w.answered()
	require.Len(t, shared, 2)
	for _, a := range shared {
		require.Len(t, a.Dealings, 5)
		require.NotNil(t, a.Config.Left)
	}
	require.Len(t, w.payload().Resharings, 2, "until the registry asks no more")
	for range 3 {
		p := w.block(2)
		require.Empty(t, p.Shared, "once")
		require.Empty(t, p.Initial)
	}
	require.Empty(t, w.payload().Resharings)

	h := w.heir(others)
	require.Len(t, h.payload().Keys[0].Making.Initial, 5)
	h.until(func() bool { return len(h.state.Stash(ecdsaKey)) == 1 && len(h.state.Stash(ed25519Key)) == 1 })
	for i := range h.payload().Keys {
		old, now := w.payload().Keys[i].Current, h.payload().Keys[i].Current
		require.True(t, old.Transcript.Secret().Equal(now.Transcript.Secret()), "the public key stays")
		require.Equal(t, []protocol.NodeID{7, 8, 9, 10}, now.Receivers)
		require.Equal(t, protocol.SubnetID(1), now.ID.Subnet)
	}
	h.request(ecdsaKey)
	h.request(ed25519Key)
	require.Len(t, h.block(1).Answers, 2)
	complained := map[protocol.NodeID]bool{}
	for _, n := range h.notes {
		if n.Kind == protocol.NoteIDKGComplaint {
			complained[n.Peer] = true
			continue
		}
		require.Equal(t, protocol.NoteIDKGOpening, n.Kind)
	}
	require.Equal(t, map[protocol.NodeID]bool{0: true, 1: true}, complained)
	require.Empty(t, h.nodes[0].Pool.unvalidated)
	w.request(ecdsaKey)
	require.Len(t, w.block(1).Answers, 1, "the old holder still has it")
}

// With too few dealers the request waits, until there are enough; a key that has been reshared within its subnet meanwhile is dealt anew by
// who holds it then.
func TestResharingWaitsForDealers(t *testing.T) {
	w, _ := sharing(t)
	silent := func(a protocol.Artifact) protocol.Artifact {
		if d, ok := a.(*protocol.IDKGDealing); ok && w.nodes[0].Pool.find(d.Transcript).ReceiverIndex(7) >= 0 {
			return nil
		}
		return a
	}
	for _, n := range w.nodes[4:] {
		n.drop = silent
	}
	for range 6 {
		require.Empty(t, w.block(0).Shared, "four of seven are too few")
	}
	require.Empty(t, w.payload().Keys[0].Next)
	first := w.payload().Resharings[0].Config
	w.registry.Publish(0, registry.EditSubnet(0, func(r *protocol.SubnetRecord) { r.Members = r.Members[:6] }))
	w.summary()
	for w.payload().Keys[0].Next == nil || w.payload().Keys[1].Next == nil {
		w.block(0)
	}
	require.Same(t, first, w.payload().Resharings[0].Config, "the shares are those of before")
	s := w.summary()
	again := s.Resharings[0].Config
	require.NotEqual(t, first.ID, again.ID)
	require.Equal(t, s.Keys[0].Current, again.Left)
	require.Equal(t, w.registry.Latest().Reshares[0], s.Resharings[0].Request)
	w.nodes[4].drop = func(a protocol.Artifact) protocol.Artifact { return a }
	w.nodes = w.nodes[:6]
	w.state = &protocol.ChainKeyState{}
	for _, a := range w.answered() {
		require.Len(t, a.Dealings, 3, "f is 1 now")
	}
}

// Who asks for a key of which this subnet has nothing yet, or of another subnet, gets nothing.
func TestOnlyWhoHoldsTheKeyDeals(t *testing.T) {
	w, _ := sharing(t)
	w.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
		for i, q := range next.Reshares {
			other := *q
			other.From = 1
			next.Reshares = slices.Clone(next.Reshares)
			next.Reshares[i] = &other
		}
	})
	require.Empty(t, w.block(0).Resharings)
	fresh := newWorld(t, 4, 5, both(1))
	fresh.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
		next.Reshares = []*protocol.ReshareChainKey{{Key: ecdsaKey, Subnet: 1, Nodes: []protocol.NodeID{4}}}
	})
	require.Empty(t, fresh.block(0).Resharings, "the key is not made yet")
	fresh.until(func() bool { return len(fresh.payload().Resharings) == 1 })
}

// What a block maker says falsely of dealings for others is refused.
func TestValidateRefusesFalseDealingsForOthers(t *testing.T) {
	w, _ := sharing(t)
	w.block(0)
	w.exchange()
	honest := w.build(0)
	require.Len(t, honest.Initial, 2)
	first := func(p *protocol.IDKGPayload, change func(d *protocol.InitialDealings)) {
		d := *p.Initial[0]
		d.Dealings = slices.Clone(d.Dealings)
		change(&d)
		p.Initial = []*protocol.InitialDealings{&d}
	}
	for want, tamper := range map[string]func(*protocol.IDKGPayload){
		ReasonUnknown: func(p *protocol.IDKGPayload) { first(p, func(d *protocol.InitialDealings) { d.ID.Height = 1 << 40 }) },
		ReasonCount: func(p *protocol.IDKGPayload) {
			first(p, func(d *protocol.InitialDealings) { d.Dealings = d.Dealings[1:] })
		},
		ReasonDealer: func(p *protocol.IDKGPayload) {
			first(p, func(d *protocol.InitialDealings) { slices.Reverse(d.Dealings) })
		},
		ReasonDealer + " ": func(p *protocol.IDKGPayload) {
			first(p, func(d *protocol.InitialDealings) { d.Dealings[4] = p.Initial[1].Dealings[4] })
		},
		ReasonSignature: func(p *protocol.IDKGPayload) {
			first(p, func(d *protocol.InitialDealings) {
				of := d.Dealings[0]
				d.Dealings[0] = protocol.NewIDKGDealing(of.Transcript, of.Dealer, of.Dealing.WithBadShares(1), of.Signature)
			})
		},
		ReasonDealing + crypt.BadResharing.String(): func(p *protocol.IDKGPayload) {
			first(p, func(d *protocol.InitialDealings) { d.Dealings[0] = w.forged(0, d.ID) })
		},
		ReasonOrder:         func(p *protocol.IDKGPayload) { p.Initial = []*protocol.InitialDealings{p.Initial[1], p.Initial[0]} },
		ReasonFollow:        func(p *protocol.IDKGPayload) { p.Shared = p.Shared[:1] },
		ReasonFollow + " ":  func(p *protocol.IDKGPayload) { p.Resharings = p.Resharings[:1] },
		ReasonFollow + "  ": func(p *protocol.IDKGPayload) { p.Initial = nil },
	} {
		bad := *honest
		tamper(&bad)
		require.Equal(t, protocol.Refuse(trimmed(want)), w.validate(1, &bad), want)
	}
	require.Equal(t, protocol.Accept(), w.validate(1, honest))
}

// forged is a dealing that shares something else than the dealer's share of the key.
func (w *world) forged(node int, id protocol.IDKGID) *protocol.IDKGDealing {
	n := w.nodes[node]
	config := n.Pool.find(id).IDKGConfig
	stolen, bad, ok := w.nodes[node+1].Keys.LoadIDKG(config.Left, nil)
	require.True(w.t, ok, bad)
	d, reason := crypt.Deal(config.Params, node, []crypt.Opening{stolen}, crypto.Seed{1})
	require.Equal(w.t, crypt.Valid, reason)
	return protocol.NewIDKGDealing(id, n.Keys.Node, d, n.Keys.SignBasic(protocol.IDKGDealingSignable(id, d)))
}

// E, "Key rotation": when a member has another encryption key, the next summary has each key reshared to the same members; both keys of the
// node are in use until that is done, and its old one is not after.
func TestKeysAreResharedToNewEncryptionKeys(t *testing.T) {
	w := newWorld(t, 4, 4, both(1))
	w.until(func() bool { return len(w.state.Stash(ecdsaKey)) == 1 && len(w.state.Stash(ed25519Key)) == 1 })
	old, n := w.payload().Keys[0].Current, w.nodes[2]
	require.Nil(t, w.summary().Keys[0].Making, "nothing has changed")
	fresh, made := n.Keys.RotateIDKG(1)
	require.True(t, made)
	w.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
		record := *next.Nodes[2]
		record.IDKGKey = fresh
		next.Nodes[2] = &record
	})
	oldest := func() protocol.RegistryVersion {
		w.exchange()
		v, has := n.Pool.InUse(w.chain[len(w.chain)-1])
		require.True(t, has(ecdsaKey))
		require.False(t, has(chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "other"}))
		return v
	}
	s := w.summary()
	require.Equal(t, crypt.ReshareOfUnmasked, s.Keys[0].Making.Params.Operation)
	require.Equal(t, old.Receivers, s.Keys[0].Making.Receivers)
	require.True(t, s.Keys[0].Making.Params.Receivers[2].Equal(fresh))
	w.until(func() bool { return w.payload().Keys[0].Next != nil && w.payload().Keys[1].Next != nil })
	require.Equal(t, protocol.RegistryVersion(1), oldest())
	s = w.summary()
	require.True(t, s.Keys[0].Current.Transcript.Secret().Equal(old.Transcript.Secret()))
	require.Nil(t, s.Keys[0].Making)
	require.Equal(t, protocol.RegistryVersion(1), oldest(), "of the stash")
	w.state = &protocol.ChainKeyState{} // as execution throws it away
	require.Equal(t, protocol.RegistryVersion(2), oldest())
	require.True(t, n.Keys.RetainIDKG(2))
	w.until(func() bool { return len(w.state.Stash(ecdsaKey)) == 1 })
	w.request(ecdsaKey)
	w.nodes[0].faulty, w.nodes[0].drop = true, func(protocol.Artifact) protocol.Artifact { return nil }
	w.nodes[1].faulty, w.nodes[1].drop = true, func(protocol.Artifact) protocol.Artifact { return nil }
	require.Len(t, w.block(3).Answers, 1, "of two shares one is the node's")
}

package adversary

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
)

// all runs a step and gives everything that the machine put out.
func (s *scene) all(sends []protocol.Send, arrivals ...protocol.Arrival) protocol.Outputs {
	s.inner.sends = sends
	out := protocol.Outputs{Wake: protocol.Never}
	s.machine.Step(&protocol.Input{Now: 5, Instant: 5, Arrivals: arrivals}, &out)
	return out
}

// A block leaves just before the next rank's turn, and exactly as it was; with by other artifacts leave so much later.
func TestDelayedArtifactsLeaveAtTheEdge(t *testing.T) {
	s := play(t, "delay")
	own, _ := s.artifacts(self)
	block, share := push(s.proposal(self)), push(own[0])
	out := s.all(sent(block, share, push(s.proposal(2))))
	require.Equal(t, sent(share, push(s.proposal(2))), out.Sends)
	require.Len(t, out.Locals, 2)
	held := out.Locals[1]
	unit := s.hand.record().Timing.UnitDelay
	require.Equal(t, unit-edge, held.After)
	require.Positive(t, unit-edge)
	out = s.all(nil, protocol.Arrival{From: self, Msg: held.Msg})
	require.Equal(t, sent(block), out.Sends)
	require.Empty(t, s.inner.got, "the node behind knows nothing of it")

	s = told(t, "delay", Parameters{By: 7e9, To: to(2), Artifacts: []protocol.ArtifactKind{protocol.KindNotarizationShare}})
	out = s.all(sent(block, share))
	require.Equal(t, []protocol.Send{{To: to(0, 2), Msg: block}, {To: to(0), Msg: share}}, out.Sends)
	require.Equal(t, 7*time.Second, out.Locals[1].After)
	require.Equal(t, protocol.Send{To: to(2), Msg: share}, out.Locals[1].Msg.(*later).send)
}

func TestWithheldSharesDoNotLeave(t *testing.T) {
	s := play(t, "withhold")
	own, aggregates := s.artifacts(self)
	for _, a := range own {
		require.Empty(t, s.step(sent(push(a))))
	}
	for _, a := range append(aggregates, s.proposal(self)) {
		require.Equal(t, sent(push(a)), s.step(sent(push(a))))
	}
	s = told(t, "withhold", Parameters{To: to(0), Artifacts: []protocol.ArtifactKind{protocol.KindBlockProposal}})
	require.Equal(t, []protocol.Send{{To: to(2), Msg: push(s.proposal(self))}}, s.step(sent(push(s.proposal(self)))))
	require.Equal(t, sent(push(own[0])), s.step(sent(push(own[0]))))
}

// Over many heights each of the others gets about a third of what the node makes.
func TestSelectiveNodesServeAThird(t *testing.T) {
	s := play(t, "selective")
	got := map[protocol.NodeID]int{}
	for h := range protocol.Height(600) {
		content := protocol.BlockContent{Height: h + 1}
		share := protocol.NewBlockShare(protocol.KindNotarizationShare, content, self, crypto.MultiSignature{1})
		for _, x := range s.step(sent(push(share))) {
			for _, n := range x.To {
				got[n]++
			}
		}
	}
	require.InDelta(t, 200, got[0], 60)
	require.InDelta(t, 200, got[2], 60)
	_, aggregates := s.artifacts(2)
	require.Equal(t, sent(push(aggregates[0])), s.step(sent(push(aggregates[0]))))
}

// What was seen first comes again, from slots that the honest broadcast does not use, and not too often.
func TestStaleArtifactsComeAgain(t *testing.T) {
	s := told(t, "stale-artifacts", Parameters{Count: 4})
	var seen []protocol.Artifact
	for h := range protocol.Height(keepOld) {
		a := protocol.NewBlockShare(protocol.KindFinalizationShare, protocol.BlockContent{Height: h + 1}, 2, crypto.MultiSignature{1})
		seen = append(seen, a)
		if out := s.step(nil, push(a)); h+1 < keepOld {
			require.Empty(t, out)
		} else {
			require.Len(t, out, 4)
			for i, x := range out {
				u := x.Msg.(*protocol.SlotUpdate)
				require.Same(t, seen[i+1], u.Artifact)
				require.Equal(t, to(0, 2, 3), x.To)
				require.GreaterOrEqual(t, u.Slot, uint32(firstSlot+2*slots))
				require.Less(t, u.Slot, uint32(50_000))
			}
		}
	}
	require.Empty(t, s.step(nil), "in the same instant")
}

func TestFloodsAreNewAndWrong(t *testing.T) {
	s := told(t, "flood", Parameters{Count: 50})
	ids := map[protocol.ArtifactID]bool{}
	for _, x := range s.step(nil, push(s.proposal(2))) {
		a := x.Msg.(*protocol.SlotUpdate).Artifact
		require.True(t, isBy(a, self))
		require.True(t, a.Kind().IsShare())
		ids[a.ID()] = true
	}
	require.Greater(t, len(ids), 45)
}

// Each block breaks one rule, is signed well, and is another one for the rest.
func TestInvalidBlocksBreakARule(t *testing.T) {
	s := play(t, "invalid-blocks")
	for h := range protocol.Height(rulesOfBlocks) {
		b := s.block()
		b.Height = h + 1
		m := protocol.BlockMetadata{Version: b.Version, Height: b.Height, Hash: b.Hash()}
		p := protocol.NewBlockProposal(b, m.Hash, 0, self, s.Scheme.SignBasic(s.Secrets[self].Basic, m.Signable()))
		was := *b
		out := s.step(sent(push(p)))
		bad := out[0].Msg.(*protocol.SlotUpdate).Artifact.(*protocol.BlockProposal)
		require.NotEqual(t, p.Hash, bad.Hash)
		require.Equal(t, bad.Block.Hash(), bad.Hash)
		meta := bad.Metadata()
		require.True(t, s.Scheme.VerifyBasic(s.Registry.Latest().Node(self).SigningKey, meta.Signable(), bad.Signature))
		require.Equal(t, was, *b)
	}
	require.Equal(t, sent(push(s.proposal(2))), s.step(sent(push(s.proposal(2)))))
}

// A share of a certification is about another state, and its signature holds for that.
func TestWrongStatesAreSignedWell(t *testing.T) {
	s := play(t, "wrong-states")
	group := s.Subnets[0].Genesis.Summary().Current.High
	index := group.ShareIndex(self)
	w := s.cfg.Scheme.(*watched)
	hash := protocol.StateHash{7}
	share := protocol.NewCertificationShare(3, hash, self, crypto.ThresholdSignature{1})
	require.Equal(t, sent(push(share)), s.step(sent(push(share))), "it has signed nothing yet")
	key, ok := crypto.ThresholdSecretKey{}, false
	s.cfg.Scheme.SignThreshold(key, protocol.CertificationSignable(hash))
	ok = w.has
	require.True(t, ok)
	bad := s.step(sent(push(share)))[0].Msg.(*protocol.SlotUpdate).Artifact.(*protocol.CertificationShare)
	require.NotEqual(t, hash, bad.Hash)
	require.Equal(t, w.Scheme.SignThreshold(key, protocol.CertificationSignable(bad.Hash)), bad.Signature)
	require.GreaterOrEqual(t, index, 0)
	_, others := s.artifacts(2)
	require.Empty(t, s.step(sent(push(others[1]))), "what is right it keeps")
	require.Equal(t, sent(push(others[0])), s.step(sent(push(others[0]))))
}

type fullPayloads struct{ consensus.PayloadBuilder }

func (fullPayloads) Build(protocol.Height, protocol.ValidationContext, []*protocol.Block) protocol.BatchPayload {
	return protocol.BatchPayload{
		Ingress: make([]*protocol.SignedIngress, 3), XNet: make([]*protocol.CertifiedStreamSlice, 2),
		Outcalls: protocol.OutcallPayload{Timeouts: []protocol.OutcallID{1}},
	}
}

func TestCensoredBlocksHaveNoCalls(t *testing.T) {
	b := (&censored{fullPayloads{}}).Build(1, protocol.ValidationContext{}, nil)
	require.Empty(t, b.Ingress)
	require.Empty(t, b.XNet)
	require.Len(t, b.Outcalls.Timeouts, 1)
}

// No lie is the slice that was certified, but the first that comes again.
func TestLyingStreamsAreNotTheCertifiedOnes(t *testing.T) {
	s := play(t, "lying-streams")
	m := protocol.NewRequest(&protocol.Request{Sender: 1, Receiver: 2, Method: "m"})
	certification := protocol.NewCertification(1, protocol.StateHash{1}, crypto.ThresholdSignature{})
	slice := func(begin protocol.StreamIndex) *protocol.CertifiedStreamSlice {
		return protocol.NewCertifiedStreamSlice(protocol.CertifiedStreamSlice{
			To: 1, Header: protocol.StreamHeader{End: 9}, MessagesBegin: begin, Messages: []*protocol.CanisterMessage{m, m},
			Certification: certification,
		}, 100)
	}
	first := slice(0)
	for i := range protocol.StreamIndex(10) {
		honest := slice(i)
		if i == 0 {
			honest = first
		}
		out := s.step(sent(&protocol.StreamReply{From: 0, Slice: honest, Serial: 4}))
		lie := out[0].Msg.(*protocol.StreamReply)
		require.Equal(t, uint64(4), lie.Serial)
		if i%5 == 3 {
			require.Same(t, first, lie.Slice)
		} else if lie.Slice != nil {
			require.NotEqual(t, honest.Hash, lie.Slice.Hash)
		}
		require.Len(t, honest.Messages, 2)
	}
}

// Nodes are honest until they make a block, and no more are chosen than are to be.
func TestAdaptiveNodesAreChosenByTheirBlocks(t *testing.T) {
	s := play(t, "adaptive")
	c := s.hand.coalition
	c.waiting = true
	victim := hand{Config: &s.cfg, coalition: c, waits: true}
	s.step(sent(push(s.proposal(2))))
	require.False(t, victim.acts(1))
	require.False(t, c.Has(self))
	s.step(sent(push(s.proposal(self))))
	require.True(t, victim.acts(1))
	require.True(t, c.Has(self))
	other := s.cfg
	other.Node = 3
	c.choose(&hand{Config: &other, coalition: c})
	require.False(t, c.Has(3), "f is 1 of 4")
	c.choose(&hand{Config: &other, coalition: c, Parameters: Parameters{Count: 2}})
	require.True(t, c.Has(3))
}

// Messages of one half reach one instance, those of the other half the other; each sends to its half alone, and hears itself.
func TestTwinsTalkToHalfEach(t *testing.T) {
	first, second := &scripted{}, &scripted{}
	p := &pair{first: first, second: second, node: self, half: to(2, 3)}
	step := func(arrivals ...protocol.Arrival) protocol.Outputs {
		first.got, second.got = nil, nil
		out := protocol.Outputs{Wake: protocol.Never}
		p.Step(&protocol.Input{Arrivals: arrivals}, &out)
		return out
	}
	a, b := &protocol.StateWish{AtHeight: 1}, &protocol.StateWish{AtHeight: 2}
	first.sends, second.sends = []protocol.Send{{To: to(0, 2, 3), Msg: a}}, []protocol.Send{{To: to(0, 2), Msg: b}}
	out := step(protocol.Arrival{From: 0, Msg: a}, protocol.Arrival{From: 2, Msg: b},
		protocol.Arrival{From: self, Msg: &protocol.PeerChange{Peer: 3}}, protocol.Arrival{From: 1000, Msg: a})
	require.Equal(t, []protocol.Message{a, a}, first.got)
	require.Equal(t, []protocol.Message{b, &protocol.PeerChange{Peer: 3}}, second.got)
	require.Equal(t, []protocol.Send{{To: to(0), Msg: a}, {To: to(2), Msg: b}}, out.Sends)
	require.Len(t, out.Locals, 2)
	require.Len(t, out.Notes, 1)
	require.Equal(t, uint64(6), out.Meter[protocol.OpReceive])
	step(protocol.Arrival{From: self, Msg: out.Locals[1].Msg}, protocol.Arrival{From: self, Msg: out.Locals[0].Msg})
	require.Equal(t, []protocol.Message{out.Locals[0].Msg}, first.got)
	require.Equal(t, []protocol.Message{out.Locals[1].Msg.(*mirrored).Message}, second.got)
}

// Over many messages every kind of artifact is changed, sealed under its own id, and what the node holds is not.
func TestMutationsAreMessagesOfTheirOwn(t *testing.T) {
	s := told(t, "mutate", Parameters{Chance: billion})
	shares, others := s.artifacts(self)
	for _, a := range append(append(shares, others[:2]...), s.proposal(self)) {
		was := a.ID()
		changed := 0
		for range 30 {
			u := s.step(sent(push(a)))[0].Msg.(*protocol.SlotUpdate)
			require.Equal(t, a.Kind(), u.Artifact.Kind())
			require.Equal(t, protocol.MetaOf(u.Artifact), u.Meta)
			if u.Artifact.ID() != was {
				changed++
			}
		}
		require.Greater(t, changed, 10, protocol.Describe(a))
		require.Equal(t, was, a.ID())
	}
	s = told(t, "mutate", Parameters{Chance: billion, To: to(2), Artifacts: []protocol.ArtifactKind{protocol.KindBlockProposal}})
	require.Equal(t, sent(push(shares[0])), s.step(sent(push(shares[0]))))
	out := s.step(sent(push(s.proposal(self))))
	require.Equal(t, protocol.Send{To: to(0), Msg: push(s.proposal(self))}, out[1])
	require.Equal(t, to(2), out[0].To)
}

// Outside of its time a strategy is not there.
func TestStrategiesActInTheirTime(t *testing.T) {
	h := hand{Parameters: Parameters{From: 10, Until: 20}}
	inner := &scripted{sends: sent(&protocol.StateWish{})}
	m := &switched{honest: inner, corrupt: silent().wrap(inner, &h), hand: &h}
	for now, sends := range map[protocol.Time]int{9: 1, 10: 0, 19: 0, 20: 1} {
		out := protocol.Outputs{}
		m.Step(&protocol.Input{Now: now}, &out)
		require.Len(t, out.Sends, sends, now)
	}
}

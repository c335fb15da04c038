package adversary

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/protocol"
	"icsim/protocol/protocoltest"
	"icsim/protocol/replica"
	"icsim/protocol/replica/replicatest"
	"icsim/sim/rng"
)

// self is the corrupt node of the four.
const self protocol.NodeID = 1

// Attackers, too, are machines, whatever reaches them: all that a node of a live subnet saw. So a run with attackers is as
// deterministic as one without.
func TestCorruptNodesAreMachines(t *testing.T) {
	w := replicatest.NewWorld(4)
	inputs := w.Recorded(self)
	half := len(inputs) / 2
	names, _ := Names()
	all := [][]string{names}
	for _, name := range names {
		all = append(all, []string{name})
	}
	for i, strategies := range all {
		if i > 0 { // one by one they get the first half of it
			inputs = inputs[:min(len(inputs), half)]
		}
		a := Assignment{Node: self, Strategies: strategies}
		coalition := NewCoalition([]Assignment{a})
		protocoltest.TestMachine(t, func() protocol.Machine { return coalition.Corrupt(w.Config(self), a) }, inputs...)
		require.False(t, t.Failed(), "%v", strategies)
	}
}

// scripted is an honest node that puts out what a test says.
type scripted struct {
	sends []protocol.Send
	got   []protocol.Message
}

func (s *scripted) Step(in *protocol.Input, out *protocol.Outputs) {
	for _, a := range in.Arrivals {
		s.got = append(s.got, a.Msg)
	}
	out.Sends = append(out.Sends, s.sends...)
	out.Local(&protocol.Poke{At: protocol.LaneQuery})
	out.Emit(protocol.Note{Kind: protocol.NoteStarted})
	out.Writes = append(out.Writes, protocol.Write{Bytes: 1})
	out.Wake = 77
	out.Meter.Charge(protocol.OpReceive, 3)
}

// A scene is a strategy around a scripted node.
type scene struct {
	testing.TB
	*replicatest.World
	cfg     replica.Config
	hand    hand
	inner   scripted
	machine protocol.Machine
}

func play(t testing.TB, name string) *scene { return told(t, name, Parameters{}) }

// told plays a strategy with parameters.
func told(t testing.TB, name string, p Parameters) *scene {
	s := &scene{TB: t, World: replicatest.NewWorld(4)}
	s.cfg = s.Config(self)
	s.hand = hand{Config: &s.cfg, Parameters: p, coalition: NewCoalition(nil), random: rng.Root(1)}
	if configure := strategies()[name].configure; configure != nil {
		configure(&s.cfg, &s.hand)
	}
	s.machine = strategies()[name].wrap(&s.inner, &s.hand)
	return s
}

// step gives the node arrivals while it wants to send something, and gives what leaves. All else that the node wants stays as it is.
func (s *scene) step(sends []protocol.Send, arrivals ...protocol.Message) []protocol.Send {
	s.Helper()
	in := protocol.Input{Now: 5, Instant: 5}
	for _, m := range arrivals {
		in.Lane = m.Lane()
		in.Arrivals = append(in.Arrivals, protocol.Arrival{From: 2, Conn: 1, Msg: m})
	}
	before := slices.Clone(in.Arrivals)
	s.inner.sends, s.inner.got = sends, nil
	out := protocol.Outputs{Wake: protocol.Never}
	s.machine.Step(&in, &out)
	require.Equal(s, before, in.Arrivals)
	require.Len(s, out.Locals, 1)
	require.Len(s, out.Notes, 1)
	require.Len(s, out.Writes, 1)
	require.Equal(s, protocol.Time(77), out.Wake)
	require.Equal(s, uint64(3), out.Meter[protocol.OpReceive])
	return out.Sends
}

func to(nodes ...protocol.NodeID) []protocol.NodeID { return nodes }

// push is an artifact on its way.
func push(a protocol.Artifact) *protocol.SlotUpdate {
	return &protocol.SlotUpdate{Slot: 3, Commit: 9, Meta: protocol.MetaOf(a), Artifact: a}
}

func (s *scene) block() *protocol.Block {
	return &protocol.Block{
		Version: replicatest.Version, Height: 1, Parent: s.Subnets[0].Genesis.Content.BlockHash,
		Context: protocol.ValidationContext{RegistryVersion: 1, Time: 1e9}, Payload: protocol.NewDataPayload(protocol.BatchPayload{}),
	}
}

func (s *scene) proposal(by protocol.NodeID) *protocol.BlockProposal {
	b := s.block()
	m := protocol.BlockMetadata{Version: b.Version, Height: b.Height, Hash: b.Hash()}
	return protocol.NewBlockProposal(b, m.Hash, 0, by, s.Scheme.SignBasic(s.Secrets[by].Basic, m.Signable()))
}

// artifacts are one of each kind that strategies tell apart, by whoever.
func (s *scene) artifacts(by protocol.NodeID) (shares, others []protocol.Artifact) {
	content := protocol.BlockContent{Version: replicatest.Version, Height: 1, Hash: s.block().Hash()}
	multi := s.Scheme.SignMulti(s.Secrets[by].Multi, content.Signable(crypto.DomainNotarization))
	random := protocol.RandomContent{Version: replicatest.Version, Height: 1}
	threshold := crypto.ThresholdSignature{byte(by), 5}
	shares = []protocol.Artifact{
		protocol.NewBlockShare(protocol.KindNotarizationShare, content, by, multi),
		protocol.NewBlockShare(protocol.KindFinalizationShare, content, by, multi),
		protocol.NewRandomShare(protocol.KindRandomBeaconShare, random, by, threshold),
		protocol.NewRandomShare(protocol.KindRandomTapeShare, random, by, threshold),
		protocol.NewCertificationShare(1, protocol.StateHash{1}, by, threshold),
		protocol.NewCatchUpPackageShare(s.Subnets[0].Genesis.Content, by, threshold),
		protocol.NewOutcallShare(protocol.OutcallMetadata{ID: 1}, by, crypto.BasicSignature{3}, nil),
	}
	others = []protocol.Artifact{
		protocol.NewBlockAggregate(protocol.KindNotarization, content, to(0, 1, 2), multi),
		protocol.NewCertification(1, protocol.StateHash{1}, threshold), s.Subnets[0].Genesis,
	}
	return shares, others
}

// sent wraps messages for two peers.
func sent(messages ...protocol.Message) (all []protocol.Send) {
	for _, m := range messages {
		all = append(all, protocol.Send{To: to(0, 2), Msg: m})
	}
	return all
}

func TestSilentNodesSendNothing(t *testing.T) {
	s := play(t, "silent")
	require.Empty(t, s.step(sent(push(s.proposal(self)), &protocol.CallReply{}, &protocol.FetchRequest{})))
}

// What it made itself leaves, and whatever is no artifact; what others made, and what many made together, does not.
func TestNoRelaySendsItsOwn(t *testing.T) {
	s := play(t, "no-relay")
	own, aggregates := s.artifacts(self)
	theirs, _ := s.artifacts(2)
	ingress := s.Call(0, "follow", 0)
	beacon := s.Subnets[0].Genesis.Content.Beacon
	for _, a := range append(own, s.proposal(self), ingress, beacon) {
		require.Equal(t, sent(push(a)), s.step(sent(push(a))), protocol.Describe(a))
	}
	for _, a := range append(append(theirs, aggregates...), s.proposal(2)) {
		require.Empty(t, s.step(sent(push(a))), protocol.Describe(a))
	}
	advert := push(own[0])
	advert.Artifact = nil
	require.Empty(t, s.step(sent(advert)), "an advert of what it need not show")
	rest := sent(&protocol.FetchReply{}, &protocol.CallReply{}, &protocol.StreamReply{})
	require.Equal(t, rest, s.step(rest))
}

// Half of the peers get a second block in place of the first, a nanosecond later and as well signed, in the same slot; others'
// blocks, and all else, go to all as they are.
func TestEquivocatorsShowTwoBlocks(t *testing.T) {
	s := play(t, "equivocate")
	p := s.proposal(self)
	out := s.step([]protocol.Send{{To: to(0, 2, 3), Msg: push(p)}})
	require.Len(t, out, 2)
	require.Equal(t, protocol.Send{To: to(0), Msg: push(p)}, out[0])
	require.Equal(t, to(2, 3), out[1].To)
	u := out[1].Msg.(*protocol.SlotUpdate)
	twin := u.Artifact.(*protocol.BlockProposal)
	require.Equal(t, push(twin), u, "in the same slot, under its own name")
	want := *p.Block
	want.Context.Time++
	require.Equal(t, &want, twin.Block)
	require.Equal(t, want.Hash(), twin.Hash)
	meta := twin.Metadata()
	require.True(t, s.Scheme.VerifyBasic(s.Registry.Latest().Node(self).SigningKey, meta.Signable(), twin.Signature))
	require.Equal(t, self, twin.Signer)
	require.Equal(t, protocol.Time(1e9), p.Block.Context.Time, "the first is as it was")

	own, _ := s.artifacts(self)
	for _, send := range append(sent(push(s.proposal(2)), push(own[0]), &protocol.CallReply{}), protocol.Send{To: to(2), Msg: push(p)}) {
		require.Equal(t, []protocol.Send{send}, s.step([]protocol.Send{send}))
	}
}

// Every share of its own has a wrong signature of the same signer about the same; others' shares and all else are as they were.
func TestCorruptedSharesDoNotVerify(t *testing.T) {
	s := play(t, "corrupt-shares")
	own, aggregates := s.artifacts(self)
	theirs, _ := s.artifacts(2)
	for _, a := range own {
		was := *push(a)
		out := s.step(sent(&was))
		require.Len(t, out, 1)
		require.Equal(t, to(0, 2), out[0].To)
		u := out[0].Msg.(*protocol.SlotUpdate)
		require.Equal(t, push(u.Artifact), u)
		require.NotEqual(t, a.ID(), u.Artifact.ID(), protocol.Describe(a))
		require.Equal(t, protocol.Describe(a), protocol.Describe(u.Artifact), "it is about the same")
		require.Equal(t, *push(a), was, "what the node holds is as it was")
	}
	share := s.step(sent(push(own[0])))[0].Msg.(*protocol.SlotUpdate).Artifact.(*protocol.BlockShare)
	msg := share.Content.Signable(crypto.DomainNotarization)
	key := s.Registry.Latest().Node(self).CommitteeKey
	require.True(t, s.Scheme.VerifyMultiShare(key, msg, own[0].(*protocol.BlockShare).Signature))
	require.False(t, s.Scheme.VerifyMultiShare(key, msg, share.Signature))
	for _, a := range append(append(theirs, aggregates...), s.proposal(self)) {
		require.Equal(t, sent(push(a)), s.step(sent(push(a))), protocol.Describe(a))
	}
}

// Each block that arrives is signed at once, by whoever it is and once, for all peers and under a signature that holds.
func TestSignersOfEverythingSignEachBlockOnce(t *testing.T) {
	for name, v := range map[string]struct {
		kind   protocol.ArtifactKind
		domain string
	}{
		"notarize-all": {protocol.KindNotarizationShare, crypto.DomainNotarization},
		"finalize-all": {protocol.KindFinalizationShare, crypto.DomainFinalization},
	} {
		s := play(t, name)
		for _, maker := range to(0, 2) { // two blocks of one height
			p := s.proposal(maker)
			if maker == 2 {
				b := *p.Block
				b.Context.Time++
				p = protocol.NewBlockProposal(&b, b.Hash(), 0, maker, p.Signature) // a wrong signature: it is signed all the same
			}
			honest := sent(&protocol.CallReply{})
			out := s.step(honest, push(p))
			require.Len(t, out, 2)
			require.Equal(t, honest[0], out[0])
			require.Equal(t, to(0, 2, 3), out[1].To)
			share := out[1].Msg.(*protocol.SlotUpdate).Artifact.(*protocol.BlockShare)
			require.Equal(t, protocol.MetaOf(share), out[1].Msg.(*protocol.SlotUpdate).Meta)
			require.Equal(t, v.kind, share.Kind())
			require.Equal(t, self, share.Signer)
			require.Equal(t, protocol.BlockContent{Version: replicatest.Version, Height: 1, Hash: p.Hash}, share.Content)
			key := s.Registry.Latest().Node(self).CommitteeKey
			require.True(t, s.Scheme.VerifyMultiShare(key, share.Content.Signable(v.domain), share.Signature))
			require.Equal(t, honest, s.step(honest, push(p)), "once")
		}
		require.Equal(t, []protocol.Message{push(s.proposal(3))}, func() []protocol.Message {
			s.step(nil, push(s.proposal(3)))
			return s.inner.got
		}(), "the node behind hears of it as well")
		own, _ := s.artifacts(2)
		require.Empty(t, s.step(nil, push(own[0])), "it signs blocks alone")
	}
}

// A forger sends a block in the maker's name for each that it hears of, once, and none for its own forgeries. Nobody who checks takes it.
func TestForgedBlocksAreNotTheMakers(t *testing.T) {
	s := play(t, "forge-blocks")
	p := s.proposal(2)
	out := s.step(sent(&protocol.CallReply{}), push(p))
	require.Len(t, out, 2)
	require.Equal(t, to(0, 2, 3), out[1].To)
	update := out[1].Msg.(*protocol.SlotUpdate)
	forged := update.Artifact.(*protocol.BlockProposal)
	require.Equal(t, protocol.MetaOf(forged), update.Meta)
	require.Equal(t, p.Signer, forged.Signer)
	require.NotEqual(t, p.Hash, forged.Hash)
	require.Equal(t, forged.Block.Hash(), forged.Hash)
	signed := func(p *protocol.BlockProposal) bool {
		m := protocol.BlockMetadata{Version: p.Block.Version, Height: p.Height(), Subnet: p.Subnet, Hash: p.Hash}
		return s.Scheme.VerifyBasic(s.Registry.Latest().Node(p.Signer).SigningKey, m.Signable(), p.Signature)
	}
	require.True(t, signed(p))
	require.False(t, signed(forged))
	require.Empty(t, s.step(nil, push(p), push(forged)))
	require.Empty(t, s.step(nil, push(s.proposal(self))))
}

// answers are what a node says to users.
func (s *scene) answer(reply string) *protocol.QueryReply {
	r := &protocol.QueryReply{ID: protocol.MessageID{1}, Reply: []byte(reply), Timestamp: 5, Node: s.Registry.Latest().Node(self).Principal}
	r.Signature = s.Scheme.SignBasic(s.Secrets[self].Basic, r.Signable())
	return r
}

// Answers to queries are changed, under the old signature or under a new one; refusals, rejections and all else are not.
func TestFalseAnswersToQueries(t *testing.T) {
	for name, holds := range map[string]bool{"false-queries": false, "lying-queries": true} {
		s := play(t, name)
		honest := s.answer("DIDL7")
		out := s.step(sent(honest))
		require.Len(t, out, 1)
		lie := out[0].Msg.(*protocol.QueryReply)
		require.NotEqual(t, honest.Reply, lie.Reply)
		require.Equal(t, len(honest.Reply), len(lie.Reply))
		key := s.Registry.Latest().Node(self).SigningKey
		require.Equal(t, holds, s.Scheme.VerifyBasic(key, lie.Signable(), lie.Signature))
		require.Equal(t, s.answer("DIDL7"), honest, "what the node made is as it was")
		lie.Reply, lie.Signature = honest.Reply, honest.Signature
		require.Equal(t, honest, lie, "nothing else is changed")
		refused, rejected := *honest, *honest
		refused.Refusal.Status, rejected.Reject.Code = 503, 4
		rest := sent(&refused, &rejected, s.answer(""), &protocol.ReadReply{}, &protocol.CallReply{}, push(s.proposal(self)))
		require.Equal(t, rest, s.step(rest))
	}
}

// Calls are acknowledged, and the node behind never hears of them; it does of all else, in order.
func TestDroppedCallsAreAcknowledged(t *testing.T) {
	s := play(t, "drop-calls")
	call := &protocol.CallRequest{Ingress: s.Call(0, "follow", 0), Serial: 8}
	before, after := push(s.Call(0, "follow", 1)), &protocol.PeerChange{At: protocol.LaneIngress, Peer: 3}
	honest := sent(&protocol.ReadReply{Serial: 1})
	out := s.step(honest, before, call, after)
	require.ElementsMatch(t, append(honest, protocol.Send{To: to(2), Msg: &protocol.CallReply{ID: call.Ingress.MessageID, Serial: 8}}), out)
	require.Equal(t, []protocol.Message{before, after}, s.inner.got)
}

// The first certificate about something is the only one that is shown, to calls and reads of it alike; about other things there
// are others. Nothing but the certificate is changed.
func TestStaleCertificatesAreTheFirst(t *testing.T) {
	s := play(t, "stale-certificates")
	call := &protocol.CallRequest{Ingress: s.Call(0, "follow", 0), Serial: 1}
	id := call.Ingress.MessageID
	read := func(serial uint64, path hashtree.Path) *protocol.ReadRequest {
		return &protocol.ReadRequest{Read: s.Read([]hashtree.Path{path}, protocol.Time(serial)), Serial: serial}
	}
	status := hashtree.Path{"request_status", hashtree.Label(id[:])}
	shown := func(ask protocol.Message, honest string) string {
		var reply protocol.Message
		var certificate []byte
		if honest != "" {
			certificate = []byte(honest)
		}
		switch m := ask.(type) {
		case *protocol.CallRequest:
			reply = &protocol.CallReply{ID: m.Ingress.MessageID, Serial: m.Serial, Certificate: certificate}
		case *protocol.ReadRequest:
			reply = &protocol.ReadReply{ID: m.Read.ID, Serial: m.Serial, Certificate: certificate}
		}
		out := s.step(sent(reply), ask)
		require.Len(t, out, 1)
		require.Equal(t, to(0, 2), out[0].To)
		switch m := out[0].Msg.(type) {
		case *protocol.CallReply:
			copied := *m
			copied.Certificate = certificate
			require.Equal(t, reply, &copied)
			return string(m.Certificate)
		case *protocol.ReadReply:
			copied := *m
			copied.Certificate = certificate
			require.Equal(t, reply, &copied)
			return string(m.Certificate)
		}
		return "no reply"
	}
	require.Equal(t, "", shown(call, ""), "it has none yet")
	require.Equal(t, "received", shown(read(2, status), "received"))
	require.Equal(t, "received", shown(read(3, status), "replied"))
	require.Equal(t, "received", shown(call, "replied"))
	require.Equal(t, "received", shown(call, ""))
	require.Equal(t, "time 5", shown(read(4, hashtree.Path{"time"}), "time 5"))
	require.Equal(t, "time 5", shown(read(5, hashtree.Path{"time"}), "time 6"))
	require.Equal(t, "other", shown(read(6, hashtree.Path{"subnet"}), "other"))
	unasked := sent(&protocol.ReadReply{ID: protocol.MessageID{7}, Certificate: []byte("x")})
	require.Equal(t, unasked, s.step(unasked), "nobody asked it through this node")
	rest := sent(&protocol.QueryReply{}, push(s.proposal(self)))
	require.Equal(t, rest, s.step(rest))
}

// Names lists what Corrupt takes, in order, with a line about each.
func TestNamesAreWhatAssignmentsMayName(t *testing.T) {
	names, about := Names()
	require.True(t, slices.IsSorted(names))
	require.Len(t, about, len(names))
	for _, name := range names {
		require.NotEmpty(t, about[name])
	}
	c := NewCoalition([]Assignment{{Node: 3}, {Node: 1}})
	require.True(t, c.Has(1) && c.Has(3) && !c.Has(2))
	require.Panics(t, func() {
		c.Corrupt(replicatest.NewWorld(1).Config(0), Assignment{Node: 0, Strategies: []string{"nice"}})
	})
}

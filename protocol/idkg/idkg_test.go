package idkg

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
)

// E: keys come into being in blocks, then as many pre-signatures as the registry wants, the emptiest stash first, never more transcripts
// at once than it allows; what has been used is made again, and requests are answered once.
func TestKeysAndPreSignaturesAndSignatures(t *testing.T) {
	w := newWorld(t, 4, 4, both(3))
	full := func() bool { return len(w.state.Stash(ecdsaKey)) == 3 && len(w.state.Stash(ed25519Key)) == 3 }
	w.until(func() bool {
		require.LessOrEqual(t, len(w.payload().Configs()), 6)
		ecdsa, schnorr := counted(w, 0), counted(w, 1)
		require.LessOrEqual(t, max(ecdsa-schnorr, schnorr-ecdsa), 1, "the emptiest stash goes first")
		return full()
	})
	require.Empty(t, w.payload().Configs())
	for range 3 {
		p := w.block(1)
		require.Empty(t, append(p.Made, w.state.Stash(ecdsaKey)[3:]...), "it is full")
	}
	for _, n := range w.nodes {
		require.Empty(t, n.Pool.making, "what was made is forgotten")
		require.Empty(t, n.Pool.unvalidated)
	}
	a, b := w.request(ecdsaKey), w.request(ed25519Key)
	p := w.block(2)
	require.Len(t, p.Answers, 2)
	require.Equal(t, []protocol.SignatureID{a.ID, b.ID}, []protocol.SignatureID{p.Answers[0].ID, p.Answers[1].ID})
	w.until(full)
	require.Empty(t, w.block(0).Answers)
	require.Empty(t, w.notes)
}

func counted(w *world, key int) int {
	next := *w.payload()
	next.Made = nil // which the state has
	b := &builder{next: &next}
	return b.count(&basis{state: w.state}, &w.payload().Keys[key])
}

// E: a share that its receiver finds bad when it needs it, though 2f+1 others supported the dealing, is made up for by f+1 openings,
// and the receiver takes part.
func TestBadSharesAreMadeUpFor(t *testing.T) {
	w := newWorld(t, 7, 7, both(1))
	w.nodes[0].faulty = true
	w.nodes[0].drop = func(a protocol.Artifact) protocol.Artifact {
		if d, ok := a.(*protocol.IDKGDealing); ok {
			bad := d.Dealing.WithBadShares(3)
			return protocol.NewIDKGDealing(d.Transcript, 0, bad, w.nodes[0].Keys.SignBasic(protocol.IDKGDealingSignable(d.Transcript, bad)))
		}
		if s, ok := a.(*protocol.IDKGSupport); ok && s.Dealer == 0 {
			return nil // of the good one
		}
		return a
	}
	w.until(func() bool { return len(w.state.Stash(ecdsaKey)) == 1 && len(w.state.Stash(ed25519Key)) == 1 })
	w.request(ecdsaKey)
	w.request(ed25519Key)
	require.Len(t, w.block(3).Answers, 2)
	complaints, openings := 0, 0
	for _, n := range w.notes {
		switch n.Kind {
		case protocol.NoteIDKGComplaint:
			complaints++
			require.Equal(t, protocol.NodeID(0), n.Peer)
		case protocol.NoteIDKGOpening:
			openings++
			require.Equal(t, protocol.NodeID(3), n.Peer)
		default:
			t.Fatalf("%+v", n)
		}
	}
	require.NotZero(t, complaints)
	require.GreaterOrEqual(t, openings, 3*complaints)
	require.Len(t, w.nodes[3].Pool.signing, 2, "the victim took part")
	for _, s := range w.nodes[3].Pool.signing {
		require.True(t, slices.ContainsFunc(s.shares, func(x *protocol.SignatureShare) bool { return x.Signer == 3 }))
	}
}

// E, "Key rotation": when the members change, the next summary has the key reshared to them, the one after brings that into force; the
// public key stays, and what was in creation with the old shares is dropped.
func TestMembersChangeAndTheKeyStays(t *testing.T) {
	w := newWorld(t, 4, 7, both(1))
	w.until(func() bool { return len(w.state.Stash(ecdsaKey)) == 1 })
	before := w.payload().Keys[0].Current
	w.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
		record := *next.Subnets[0]
		record.Members = []protocol.NodeID{1, 2, 3, 4, 5, 6}
		next.Subnets = []*protocol.SubnetRecord{&record}
	})
	w.until(func() bool { return len(w.state.Stash(ed25519Key)) == 1 })
	s := w.summary()
	require.Equal(t, before, s.Keys[0].Current)
	require.Equal(t, crypt.ReshareOfUnmasked, s.Keys[0].Making.Params.Operation)
	w.until(func() bool { return w.payload().Keys[0].Next != nil && w.payload().Keys[1].Next != nil })
	require.Equal(t, before, w.payload().Keys[0].Current, "until the next summary")
	w.request(ecdsaKey) // which leaves one to be begun
	w.exchange()
	begun := w.block(1)
	require.NotEmpty(t, begun.Creating)
	s = w.summary()
	now := s.Keys[0].Current
	require.Equal(t, []protocol.NodeID{1, 2, 3, 4, 5, 6}, now.Receivers)
	require.True(t, now.Transcript.Secret().Equal(before.Transcript.Secret()))
	require.Empty(t, s.Creating)
	w.state = &protocol.ChainKeyState{Next: w.state.Next} // as execution throws the old ones away
	w.until(func() bool { return len(w.state.Stash(ecdsaKey)) == 1 })
	w.request(ecdsaKey)
	require.Len(t, w.block(6).Answers, 1)
}

// What a block maker says falsely of chain keys is refused, whatever it is.
func TestValidateRefusesWhatDoesNotFollow(t *testing.T) {
	w := newWorld(t, 4, 4, both(4))
	w.until(func() bool {
		return len(w.state.Stash(ecdsaKey)) > 0 && len(w.state.Stash(ed25519Key)) > 0 && len(w.payload().Configs()) > 0
	})
	w.request(ecdsaKey)
	c := w.request(ed25519Key)
	w.exchange()
	honest := w.build(0)
	require.NotEmpty(t, honest.Completed)
	require.Len(t, honest.Answers, 2)
	first := func(p *protocol.IDKGPayload) *protocol.SupportedDealing {
		completed := *p.Completed[0]
		completed.Dealings = slices.Clone(completed.Dealings)
		d := *completed.Dealings[0]
		completed.Dealings[0] = &d
		p.Completed = append([]*protocol.CompletedIDKG{&completed}, p.Completed[1:]...)
		return &d
	}
	answer := func(p *protocol.IDKGPayload, a protocol.SignatureAnswer) { p.Answers = []*protocol.SignatureAnswer{&a} }
	late := *honest.Answers[0]
	for want, tamper := range map[string]func(*protocol.IDKGPayload){
		ReasonUnknown: func(p *protocol.IDKGPayload) {
			other := *p.Completed[0]
			other.ID.Serial = 1 << 40
			p.Completed = []*protocol.CompletedIDKG{&other}
		},
		ReasonCount: func(p *protocol.IDKGPayload) {
			first(p)
			p.Completed[0].Dealings = p.Completed[0].Dealings[1:]
		},
		ReasonDealer: func(p *protocol.IDKGPayload) {
			first(p)
			slices.Reverse(p.Completed[0].Dealings)
		},
		ReasonSupport: func(p *protocol.IDKGPayload) {
			d := first(p) // by one too few, who all signed
			supports := w.nodes[0].Pool.find(p.Completed[0].ID).dealings[d.Dealing.Dealer].supports
			var sigs []crypto.MultiSignature
			d.Signers = d.Signers[1:]
			for _, s := range supports {
				if slices.Contains(d.Signers, s.Signer) {
					sigs = append(sigs, s.Signature)
				}
			}
			config := w.nodes[0].Pool.making[0].IDKGConfig
			msg := protocol.IDKGSupportSignable(p.Completed[0].ID, d.Dealing.Dealer, d.Dealing.ID())
			d.Signature, _ = w.nodes[0].Keys.CombineMulti(d.Signers, config.Registry, msg, sigs)
		},
		ReasonSupport + " ": func(p *protocol.IDKGPayload) { first(p).Signature[3] ^= 1 },
		ReasonSignature: func(p *protocol.IDKGPayload) {
			d := first(p)
			d.Dealing = protocol.NewIDKGDealing(d.Dealing.Transcript, d.Dealing.Dealer, d.Dealing.Dealing.WithBadShares(1), d.Dealing.Signature)
		},
		ReasonOrder:        func(p *protocol.IDKGPayload) { p.Answers = []*protocol.SignatureAnswer{p.Answers[1], p.Answers[0]} },
		ReasonAnswer:       func(p *protocol.IDKGPayload) { answer(p, protocol.SignatureAnswer{ID: c.ID, Answer: late.Answer}) },
		ReasonRequest:      func(p *protocol.IDKGPayload) { answer(p, protocol.SignatureAnswer{ID: 99, Answer: late.Answer}) },
		ReasonExpired:      func(p *protocol.IDKGPayload) { answer(p, protocol.SignatureAnswer{ID: c.ID, Reject: expiry(c)}) },
		ReasonFollow:       func(p *protocol.IDKGPayload) { p.Serial++ },
		ReasonFollow + " ": func(p *protocol.IDKGPayload) { p.Creating = p.Creating[1:] },
		ReasonFollow + "  ": func(p *protocol.IDKGPayload) {
			p.Made = append(slices.Clone(p.Made), w.state.Stash(ecdsaKey)...)
			p.Made = append(p.Made, c.PreSignature)
		},
		ReasonFollow + "   ": func(p *protocol.IDKGPayload) {
			p.Keys = slices.Clone(p.Keys)
			p.Keys[0].Current = p.Keys[1].Current
		},
	} {
		bad := *honest
		tamper(&bad)
		require.Equal(t, protocol.Refuse(trimmed(want)), w.validate(1, &bad), want)
	}
	require.Equal(t, protocol.Refuse(ReasonMissing), w.validate(1, nil))
	require.Equal(t, protocol.Accept(), w.validate(1, honest))
	fewer := *honest
	fewer.Answers = honest.Answers[:1]
	require.Equal(t, protocol.Accept(), w.validate(1, &fewer), "a maker need not answer all")
}

func trimmed(s string) string {
	for s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// A request is answered once on a chain, also while the state does not know of it yet; after the timeout it is rejected, and not signed.
func TestRequestsAreAnsweredOnceAndInTime(t *testing.T) {
	w := newWorld(t, 4, 4, both(1))
	w.until(func() bool { return len(w.state.Stash(ed25519Key)) == 1 })
	c := w.request(ed25519Key)
	w.exchange()
	honest := w.build(0)
	require.Len(t, honest.Answers, 1)
	block := &protocol.Block{Height: w.tip().Height + 1, Payload: &protocol.Payload{Batch: protocol.BatchPayload{IDKG: honest}}}
	past := []*protocol.Block{block}
	next := w.nodes[1].Build(block.Height+1, block, w.context(), past)
	require.Empty(t, next.Answers)
	next.Answers = honest.Answers
	require.Equal(t, protocol.Refuse(ReasonRequest), w.nodes[2].Validate(block.Height+1, block, w.context(), past, next))

	w.registry.Publish(0, func(next *protocol.RegistrySnapshot) {
		record := *next.Subnets[0]
		keys := *record.ChainKeys
		keys.Timeout = 1
		record.ChainKeys = &keys
		next.Subnets = []*protocol.SubnetRecord{&record}
	})
	p := w.build(3)
	require.Equal(t, []*protocol.SignatureAnswer{{ID: c.ID, Reject: expiry(c)}}, p.Answers)
	require.Equal(t, protocol.Accept(), w.validate(0, p))
	require.Equal(t, protocol.Refuse(ReasonRequest), w.validate(0, honest), "it is too late to sign")
}

// What a peer sends is judged by itself, for what it is (pre_signer.rs, signer.rs, complaints.rs).
func TestArtifactsAreJudged(t *testing.T) {
	w := newWorld(t, 4, 5, both(1))
	w.until(func() bool { return len(w.state.Stash(ed25519Key)) == 1 && len(w.payload().Configs()) > 0 })
	c := w.request(ed25519Key)
	w.nodes[0].drop = func(protocol.Artifact) protocol.Artifact { return nil }
	w.exchange()
	m := w.nodes[1].Pool.making[0]
	own := w.nodes[0].Pool.find(m.ID).dealings[0].IDKGDealing
	ring := func(n int) func([]byte) crypto.BasicSignature { return w.nodes[n].Keys.SignBasic }
	multi := w.nodes[0].Keys.SignMulti(protocol.IDKGSupportSignable(m.ID, 1, m.dealings[1].ID()))
	bad := own.Dealing.WithBadShares(2)
	made, ok := w.nodes[0].Keys.ComplainIDKG(c.PreSignature.Master, c.PreSignature.Master.Transcript.Dealings()[0].Dealer)
	require.True(t, ok)
	master := c.PreSignature.Master.ID
	groundless := protocol.NewIDKGComplaint(master, 0, made, ring(0)(protocol.IDKGComplaintSignable(master, made)))
	share := w.nodes[0].Pool.signing[0].shares[0]
	later := m.ID
	later.Height, later.Serial = w.tip().Height+5, 1<<30
	old := later
	old.Height = 1
	for _, x := range []struct {
		name string
		a    protocol.Artifact
		want protocol.Verdict
	}{
		{"its own", own, protocol.Accept()},
		{"again", own, protocol.Defer(stale)},
		{"another one", protocol.NewIDKGDealing(m.ID, 0, bad, ring(0)(protocol.IDKGDealingSignable(m.ID, bad))), protocol.Refuse(ReasonTwice)},
		{"of a stranger", protocol.NewIDKGDealing(m.ID, 4, bad, ring(4)(protocol.IDKGDealingSignable(m.ID, bad))), protocol.Refuse(ReasonDealer)},
		{"to come", protocol.NewIDKGDealing(later, 0, bad, crypto.BasicSignature{}), protocol.Defer(waits)},
		{"gone", protocol.NewIDKGDealing(old, 0, bad, crypto.BasicSignature{}), protocol.Defer(stale)},
		{"support", protocol.NewIDKGSupport(m.ID, 1, m.dealings[1].ID(), 0, multi), protocol.Accept()},
		{"support again", protocol.NewIDKGSupport(m.ID, 1, m.dealings[1].ID(), 0, multi), protocol.Defer(stale)},
		{"support by a stranger", protocol.NewIDKGSupport(m.ID, 1, m.dealings[1].ID(), 4, multi), protocol.Refuse(ReasonReceiver)},
		{"support of a stranger", protocol.NewIDKGSupport(m.ID, 4, m.dealings[1].ID(), 0, multi), protocol.Refuse(ReasonDealer)},
		{"support of another dealing", protocol.NewIDKGSupport(m.ID, 2, m.dealings[1].ID(), 0, multi), protocol.Refuse(ReasonOther)},
		{"support unsigned", protocol.NewIDKGSupport(m.ID, 2, m.dealings[2].ID(), 0, multi), protocol.Refuse(ReasonSignature)},
		{"groundless complaint", groundless, protocol.Refuse(ReasonComplaint + crypt.ComplaintWithoutGround.String())},
		{"share of another", protocol.NewSignatureShare(share.Kind(), c.ID, share.Ready, 2, share.Share), protocol.Defer(stale)},
		{"wrong share", protocol.NewSignatureShare(share.Kind(), c.ID, share.Ready, 0, make([]byte, 32)), protocol.Refuse(ReasonShare)},
		{"share of a key", protocol.NewSignatureShare(protocol.KindKeyShare, c.ID, share.Ready, 0, share.Share), protocol.Refuse(ReasonKind)},
		{"share of a stranger", protocol.NewSignatureShare(share.Kind(), c.ID, share.Ready, 4, share.Share), protocol.Refuse(ReasonReceiver)},
		{"share to come", protocol.NewSignatureShare(share.Kind(), 77, share.Ready, 0, share.Share), protocol.Defer(waits)},
		{"share", share, protocol.Accept()},
	} {
		require.Equal(t, x.want, w.nodes[1].Pool.judge(x.a, new(Effects)), x.name)
	}
}

// E: a vetKD request is answered by the nodes' shares of its interval or the next; after a full interval it is rejected
// (rs/consensus/vetkd).
func TestVetKDRequestsExpireAfterAnInterval(t *testing.T) {
	key := chainkey.KeyID{Algorithm: chainkey.VetKD, Name: "v"}
	w := newWorld(t, 4, 4, &protocol.ChainKeys{Keys: []protocol.ChainKey{{ID: key, Queue: 9}}})
	transcript := func(start protocol.Height) *protocol.Transcript {
		return &protocol.Transcript{
			ID: protocol.TranscriptID{Tag: protocol.HighThreshold, Start: start, Key: key}, Group: &crypto.ThresholdGroup{},
			Public: crypto.NewTranscript(nil),
		}
	}
	interval := func(start protocol.Height) *protocol.IDKGPayload {
		s := &protocol.Summary{Height: w.tip().Height + 1, Current: protocol.Transcripts{VetKD: []*protocol.Transcript{transcript(start)}}}
		p := w.nodes[0].Summary(w.tip(), s, w.registry.Latest().Version)
		w.append(&protocol.Payload{Batch: protocol.BatchPayload{IDKG: p}})
		return p
	}
	paired := interval(10).Keys[0].VetKD
	c := &protocol.SignatureContext{Key: key, Transcript: paired, Call: protocol.NewRequest(new(protocol.Request))}
	expired := func() bool { return (&basis{parent: w.payload(), record: &protocol.ChainKeys{}}).expired(c) }
	require.False(t, expired())
	require.Equal(t, paired, interval(20).Keys[0].Former)
	require.False(t, expired())
	interval(20) // whose key could not be generated anew
	require.False(t, expired())
	interval(30)
	require.True(t, expired())
	require.Equal(t, protocol.Reject{Code: protocol.SysTransient, Message: "VetKD request expired"}, expiry(c))
}

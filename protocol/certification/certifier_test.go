package certification

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// certifier.rs, sign: one share for each executed height, latency sensitive and on disk.
func TestSignsEachExecutedHeightOnce(t *testing.T) {
	m := subnet()[0]
	m.execute(2)
	shares := m.published(protocol.KindCertificationShare)
	require.Len(t, shares, 2)
	require.True(t, shares[0].Push)
	require.Equal(t, honestRoot(1), shares[0].Artifact.(*protocol.CertificationShare).Hash)
	require.Len(t, m.disk.Load(protocol.DiskCertificationPool), 2)
	m.step()
	require.Equal(t, Effects{}, m.out)
	m.execute(3)
	require.Len(t, m.published(protocol.KindCertificationShare), 1)
}

func TestIdleStepIsFree(t *testing.T) {
	m := subnet()[0]
	m.execute(5)
	asked := m.asked
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Step(0, &m.out) }))
	require.Equal(t, asked, m.asked)
}

func TestOutsiderDoesNotSign(t *testing.T) {
	m := subnet()[4]
	m.execute(1)
	require.Empty(t, m.out.Publish)
}

// A.1: a threshold of high-threshold shares makes a certification; it is published, kept and delivered.
func TestThresholdOfSharesCertifies(t *testing.T) {
	members := subnet()
	m := members[0]
	m.execute(1)
	m.Insert(share(members[1], 1), 1)
	m.step()
	require.Empty(t, m.published(protocol.KindCertification), "two of three")
	require.Zero(t, m.meter[protocol.OpCombineThreshold])
	require.Empty(t, m.delivered)
	m.Insert(share(members[2], 1), 2)
	m.step()
	certified := m.published(protocol.KindCertification)
	require.Len(t, certified, 1)
	require.True(t, certified[0].Push, "its own aggregate is latency sensitive")
	require.Equal(t, []protocol.Height{1}, m.delivered)
	require.Equal(t, uint64(1), m.meter[protocol.OpVerifyThresholdShare])
	require.Equal(t, []protocol.Note{{Kind: protocol.NoteCertified, Height: 1, Hash: crypto.Hash(honestRoot(1))}}, m.out.Notes)
	m.step()
	require.Equal(t, Effects{}, m.out)
	m.Insert(share(members[3], 1), 3)
	m.step()
	require.Equal(t, Effects{}, m.out)
	require.Zero(t, m.meter[protocol.OpVerifyThresholdShare], "certified: nothing more is verified")
}

// An outsider aggregates too: every node does.
func TestOutsiderAggregates(t *testing.T) {
	members := subnet()
	m := members[4]
	for _, s := range members[:3] {
		m.Insert(share(s, 1), 1)
	}
	m.execute(1)
	require.Equal(t, []protocol.Height{1}, m.delivered)
}

func TestSharesAreCountedByDistinctValidSigners(t *testing.T) {
	members := subnet()
	good := share(members[1], 1)
	other := subnet()
	other[2].root = wrongRoot
	stolen := protocol.NewCertificationShare(1, good.Hash, 2, good.Signature)
	outsider := protocol.NewCertificationShare(1, good.Hash, 4, good.Signature)
	again := protocol.NewCertificationShare(1, good.Hash, 1, crypto.ThresholdSignature{1})
	for _, c := range []struct {
		bad    *protocol.CertificationShare
		reason string
	}{
		{stolen, ReasonShareInvalid}, {outsider, ReasonShareSigner}, {share(other[2], 1), ReasonShareHash}, {again, ""}, {good, ""},
	} {
		m := subnet()[0]
		m.execute(1)
		m.Insert(good, 1)
		m.Insert(c.bad, 3)
		m.step()
		require.Empty(t, m.published(protocol.KindCertification))
		if c.reason == "" {
			require.Empty(t, m.out.Notes)
			continue
		}
		require.Equal(t, []protocol.Note{{Kind: protocol.NoteInvalid, Height: 1, Hash: crypto.Hash(c.bad.ID()), Peer: c.bad.Signer,
			Value: uint64(protocol.KindCertificationShare), Reason: c.reason}}, m.out.Notes)
	}
}

func TestSharesWaitForTheStateAndTheKey(t *testing.T) {
	members := subnet()
	m := members[0]
	for _, s := range members[1:4] {
		m.Insert(share(s, 1), 1)
	}
	m.step()
	require.Equal(t, Effects{}, m.out)
	key := m.transcript
	m.transcript = nil
	m.execute(1)
	require.Equal(t, Effects{}, m.out)
	m.transcript = key
	m.step()
	require.Equal(t, []protocol.Height{1}, m.delivered)
}

// A.2: what is not a share is relayed; the size rule decides how.
func TestCertificationOfAPeerIsRelayed(t *testing.T) {
	m := subnet()[0]
	c := certification(1)
	m.Insert(c, 2)
	m.execute(1)
	require.Equal(t, []Published{{Artifact: c}}, m.published(protocol.KindCertification))
	require.Empty(t, m.published(protocol.KindCertificationShare), "no share is needed any more")
	require.Equal(t, []protocol.Height{1}, m.delivered)
}

// A.7: certifications up to 20 heights ahead of the own state; delivered when the height has been executed.
func TestCertificationsAheadOfTheState(t *testing.T) {
	m := subnet()[0]
	m.execute(1)
	for _, h := range []protocol.Height{21, 22} {
		m.Insert(certification(h), 2)
	}
	m.step()
	require.NotNil(t, m.Certification(21))
	require.Nil(t, m.Certification(22))
	require.Empty(t, m.delivered)
	m.execute(2)
	require.NotNil(t, m.Certification(22))
	m.execute(21)
	require.Equal(t, []protocol.Height{21}, m.delivered)
}

func TestForgedCertificationIsItsSendersFault(t *testing.T) {
	m := subnet()[0]
	m.execute(1)
	forged := protocol.NewCertification(1, honestRoot(1), crypto.ThresholdSignature{1})
	m.Insert(forged, 2)
	m.step()
	require.Equal(t, []protocol.Note{{Kind: protocol.NoteInvalid, Height: 1, Hash: crypto.Hash(forged.ID()), Peer: 2,
		Value: uint64(protocol.KindCertification), Reason: ReasonInvalid}}, m.out.Notes)
	require.Nil(t, m.Certification(1))
	m.Insert(certification(1), 3)
	m.step()
	require.NotNil(t, m.Certification(1))
}

// A.10, 5: a node whose state is not the certified one must not hold it for certified.
func TestCertifiedStateOfOthersIsNotDelivered(t *testing.T) {
	m := subnet()[0]
	m.root = wrongRoot
	m.execute(1)
	m.Insert(certification(1), 2)
	m.step()
	require.Empty(t, m.delivered)
	require.Equal(t, ReasonOwnDivergence, m.out.Notes[0].Reason)
	require.Equal(t, protocol.NodeID(0), m.out.Notes[0].Peer)
	m.step()
	require.Equal(t, Effects{}, m.out, "it is said once")
}

// B, "Bouncer".
func TestBouncer(t *testing.T) {
	m := subnet()[0]
	m.cup = 5
	m.Insert(certification(7), 2)
	m.step()
	for h, wish := range map[protocol.Height]protocol.Wish{
		4: protocol.Unwanted, 5: protocol.Wanted, 6: protocol.Wanted, 7: protocol.Unwanted, 8: protocol.Wanted, 1000: protocol.Wanted,
	} {
		require.Equal(t, wish, m.Bouncer(protocol.ArtifactMeta{Kind: protocol.KindCertification, Height: h}), h)
	}
}

func TestLostIsForgotten(t *testing.T) {
	members := subnet()
	m := members[0]
	a, b := share(members[1], 1), share(members[2], 1)
	m.Insert(a, 1)
	m.Insert(b, 2)
	m.Lost(protocol.MetaOf(a))
	m.Lost(protocol.ArtifactMeta{Height: 99})
	m.execute(1)
	require.Nil(t, m.Certification(1))
	m.Lost(protocol.MetaOf(b))
	m.Insert(share(members[3], 1), 3)
	m.step()
	require.NotNil(t, m.Certification(1), "a validated share is kept")
}

// A.5: artifacts below CUP - 50 go, from the pool, the peers and the disk.
func TestPurgesBelowTheCUP(t *testing.T) {
	m := subnet()[0]
	m.Insert(certification(49), 1)
	m.execute(60)
	require.Len(t, m.disk.Load(protocol.DiskCertificationPool), 60)
	m.cup = 100
	m.step()
	require.Len(t, m.out.Withdraw, 49)
	require.Len(t, m.disk.Load(protocol.DiskCertificationPool), 11)
	for h := range m.heights {
		require.GreaterOrEqual(t, h, protocol.Height(50))
	}
	m.Insert(certification(49), 1)
	require.Nil(t, m.heights[49])
	m.step()
	require.Equal(t, Effects{}, m.out)
	m.cup = 49 // no CUP goes back, but nothing may underflow either
	m.step()
	require.Equal(t, Effects{}, m.out)
}

func TestValidatedIsWhatPeersCanFetch(t *testing.T) {
	members := subnet()
	m := members[0]
	theirs := share(members[1], 1)
	m.Insert(theirs, 1)
	m.execute(1)
	for _, a := range []protocol.Artifact{theirs, m.heights[1].own} {
		require.Equal(t, a, m.Validated(protocol.MetaOf(a)))
	}
	c := certification(1)
	require.Nil(t, m.Validated(protocol.MetaOf(c)))
	m.Insert(c, 2)
	m.step()
	require.Equal(t, c, m.Validated(protocol.MetaOf(c)))
	require.NotNil(t, m.Validated(protocol.MetaOf(m.heights[1].own)), "still on offer")
}

// A.7, "Pool persistence": after a restart nothing is signed anew, and everything is offered again.
func TestRestartKeepsThePool(t *testing.T) {
	members := subnet()
	m := members[0]
	m.Insert(certification(1), 1)
	m.execute(2)
	own := m.heights[2].own
	m.restart()
	m.step()
	require.Zero(t, m.meter[protocol.OpSignThreshold])
	require.ElementsMatch(t, []Published{{Artifact: certification(1)}, {Artifact: own, Push: true}}, m.out.Publish)
	require.Equal(t, []protocol.Height{1}, m.delivered)
	for _, s := range members[1:3] {
		m.Insert(share(s, 2), 1)
	}
	m.step()
	require.Equal(t, []protocol.Height{1, 2}, m.delivered, "the restored share counts")
	m.cup = 100
	m.step()
	require.Len(t, m.out.Withdraw, 3)
	require.Empty(t, m.disk.Load(protocol.DiskCertificationPool))
}

// A node that computed another state before its restart has signed that one. It signs no second hash, and its old share
// counts for nothing.
func TestRestoredShareOfAnotherStateDoesNotCount(t *testing.T) {
	members := subnet()
	m := members[0]
	m.root = wrongRoot
	m.execute(1)
	m.root = honestRoot
	m.restart()
	m.step()
	require.Zero(t, m.meter[protocol.OpSignThreshold])
	for i, s := range members[1:4] {
		require.Nil(t, m.Certification(1))
		m.Insert(share(s, 1), protocol.NodeID(i))
		m.step()
	}
	require.Equal(t, honestRoot(1), m.Certification(1).Hash)
}

// However shares and certifications are lost, reordered and forged, whatever height each node is at and however often
// they restart: no two hashes are certified at a height, every delivered one is the honest, and once all that is on
// offer has arrived, every height that a threshold executed is certified and delivered everywhere it was executed.
func TestSubnetCertifiesWhatItExecuted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := subnet()
		members[3].root = wrongRoot // diverged
		offered := map[protocol.ArtifactID]Published{}
		var order []protocol.Artifact
		step := func(m *member) {
			m.step()
			for _, p := range m.out.Publish {
				if _, ok := offered[p.Artifact.ID()]; !ok {
					offered[p.Artifact.ID()] = p
					order = append(order, p.Artifact)
				}
			}
		}
		for range rapid.IntRange(0, 150).Draw(t, "steps") {
			m := members[rapid.IntRange(0, size).Draw(t, "member")]
			switch op := rapid.IntRange(0, 19).Draw(t, "op"); {
			case op < 5:
				m.latest += protocol.Height(rapid.IntRange(1, 3).Draw(t, "heights"))
				step(m)
			case op < 17 && len(order) > 0:
				a := order[rapid.IntRange(0, len(order)-1).Draw(t, "artifact")]
				if m.Bouncer(protocol.MetaOf(a)) == protocol.Wanted {
					m.Insert(a, 1)
				}
				if rapid.Bool().Draw(t, "step") {
					step(m)
				}
			case op == 17:
				m.restart()
			case op == 18:
				h := protocol.Height(rapid.IntRange(1, 30).Draw(t, "forged"))
				m.Insert(protocol.NewCertificationShare(h, honestRoot(h), 2, crypto.ThresholdSignature{1}), 3)
				m.Insert(protocol.NewCertification(h, protocol.StateHash{7}, crypto.ThresholdSignature{1}), 3)
			}
		}
		for range 3 {
			for _, m := range members {
				for _, a := range order {
					m.Insert(a, 1)
				}
				step(m)
			}
		}
		lowest := min(members[0].latest, members[1].latest, members[2].latest)
		for i, m := range members {
			for _, h := range m.delivered {
				require.Equal(t, honestRoot(h), m.Certification(h).Hash)
			}
			if i == 3 {
				require.Empty(t, m.delivered)
				continue
			}
			for h := protocol.Height(1); h <= min(lowest, m.latest); h++ {
				require.Contains(t, m.delivered, h)
			}
			require.Len(t, distinct(m.delivered), len(m.delivered), "delivered once")
		}
	})
}

func distinct(hs []protocol.Height) map[protocol.Height]bool {
	set := map[protocol.Height]bool{}
	for _, h := range hs {
		set[h] = true
	}
	return set
}

// BenchmarkStepIdle is what a step pays when nothing has changed.
func BenchmarkStepIdle(b *testing.B) {
	m := subnet()[0]
	m.execute(5)
	for range b.N {
		m.Step(0, &m.out)
	}
}

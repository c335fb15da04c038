package messaging_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

// executed gives a subnet after some empty rounds, none certified. Every tenth height is a checkpoint.
func executed(t *testing.T, rounds int) (*messagingtest.World, *messagingtest.Subnet) {
	w, s := pair(t)
	for s.Manager.LatestHeight() < protocol.Height(rounds) {
		w.Run(s, w.Batch(s, protocol.BatchPayload{}))
	}
	return w, s
}

func certify(w *messagingtest.World, s *messagingtest.Subnet, h protocol.Height) {
	root := s.Manager.At(h).Root()
	s.Manager.Deliver(w.Certification(s.ID, protocol.HeightHash{Height: h, Hash: root}))
}

func TestCertifiedHeightIsTheHighestWithStateAndCertification(t *testing.T) {
	w, s := executed(t, 5)
	m := s.Manager
	require.Zero(t, m.CertifiedHeight())
	require.Len(t, m.Uncertified(), 5)
	certify(w, s, 3)
	require.EqualValues(t, 3, m.CertifiedHeight())
	certify(w, s, 2)
	require.EqualValues(t, 3, m.CertifiedHeight(), "heights are certified in any order")
	m.Deliver(w.Certification(s.ID, protocol.HeightHash{Height: 9}))
	require.EqualValues(t, 3, m.CertifiedHeight(), "a certification without its state does nothing")
	var open []protocol.HeightHash
	for _, h := range []protocol.Height{1, 4, 5} {
		open = append(open, protocol.HeightHash{Height: h, Hash: m.At(h).Root()})
	}
	require.Equal(t, open, m.Uncertified())
	require.Panics(t, func() { m.Deliver(w.Certification(s.ID, protocol.HeightHash{Height: 4})) }, "another root: diverged")
}

func TestStatesAreRemovedWhenAllowed(t *testing.T) {
	w, s := executed(t, 25)
	m := s.Manager
	certify(w, s, 4)
	m.RemoveBelow(20, 10)
	require.Nil(t, m.At(19))
	require.Nil(t, m.At(3))
	require.EqualValues(t, 4, m.CertifiedHeight(), "the certified one stays")
	require.NotNil(t, m.At(4))
	require.NotNil(t, m.At(20))
	certify(w, s, 22)
	require.EqualValues(t, 22, m.CertifiedHeight())
	m.RemoveBelow(22, 10)
	require.Nil(t, m.At(4))
	require.Nil(t, m.At(21))
	require.EqualValues(t, 22, m.CertifiedHeight())
	m.RemoveBelow(99, 99)
	require.EqualValues(t, 25, m.LatestHeight(), "the latest stays")
	require.EqualValues(t, 22, m.CertifiedHeight())
	_, ok := m.ManifestHash(20)
	require.True(t, ok, "the latest checkpoint stays")
}

func TestCheckpointsSurviveARestart(t *testing.T) {
	w, s := executed(t, 25)
	disk := protocol.NewDisk()
	disk.Apply(s.Manager.TakeWrites())
	require.Len(t, disk.Load(protocol.DiskCheckpoint), 2)
	require.Empty(t, s.Manager.TakeWrites())
	_, ok := s.Manager.ManifestHash(21)
	require.False(t, ok, "not a checkpoint")
	hash, ok := s.Manager.ManifestHash(20)
	require.True(t, ok)

	genesis := s.Manager.At(0)
	m := messaging.NewStateManager(0, w.Registry, genesis)
	m.Restore(disk.Load(protocol.DiskCheckpoint), 20, 10)
	require.EqualValues(t, 20, m.LatestHeight())
	require.Zero(t, m.CertifiedHeight(), "certifications come again")
	again, _ := m.ManifestHash(20)
	require.Equal(t, hash, again)
	require.NotNil(t, m.Checkpoint(10))
	m.Deliver(w.Certification(0, m.Uncertified()[0]))
	require.EqualValues(t, 20, m.CertifiedHeight())

	s.Manager.RemoveBelow(0, 20)
	disk.Apply(s.Manager.TakeWrites())
	require.Len(t, disk.Load(protocol.DiskCheckpoint), 1, "old checkpoints leave the disk")
}

// Note [Starting Height State Recovery] of the replica: states that consensus may still ask for are computed again, so a node does not go
// on from a checkpoint above them, unless it is the only one. A block that refers to a state below the checkpoint would never be judged.
func TestNodeRestartsFromBelowWhatConsensusNeeds(t *testing.T) {
	w, s := executed(t, 35)
	disk := protocol.NewDisk()
	disk.Apply(s.Manager.TakeWrites())
	for _, test := range []struct {
		about       string
		lost        protocol.Height // the highest checkpoint that is not on disk
		needed, cup protocol.Height
		from        protocol.Height
		left        int
	}{
		{"the newest is the package's", 0, 30, 30, 30, 3},
		{"the chain has certified it", 0, 30, 20, 30, 3},
		{"the package is older, the chain refers to less", 0, 29, 20, 20, 2},
		{"so does another newer one", 0, 12, 10, 10, 1},
		{"no package yet: genesis is a checkpoint", 0, 9, 0, 0, 0},
		{"the only one, blocks from genesis on are gone", 20, 25, 20, 30, 1},
	} {
		t.Run(test.about, func(t *testing.T) {
			disk := disk.Clone()
			for h := protocol.Height(10); h <= test.lost; h += 10 {
				disk.Apply([]protocol.Write{{Key: protocol.DiskKey{Space: protocol.DiskCheckpoint, Height: h}}})
			}
			m := messaging.NewStateManager(0, w.Registry, s.Manager.At(0))
			m.Restore(disk.Load(protocol.DiskCheckpoint), test.needed, test.cup)
			require.Equal(t, test.from, m.LatestHeight())
			disk.Apply(m.TakeWrites())
			require.Len(t, disk.Load(protocol.DiskCheckpoint), test.left)
		})
	}
}

func TestCommitGoesHeightByHeight(t *testing.T) {
	_, s := executed(t, 5)
	m := messaging.NewStateManager(0, nil, s.Manager.At(0))
	require.Panics(t, func() { m.Commit(s.Manager.At(2)) })
	m.Commit(s.Manager.At(1))
	m.Commit(s.Manager.At(2))
	m.Commit(s.Manager.At(1))
	require.EqualValues(t, 2, m.LatestHeight())
}

func TestManifestCoversWhatTheTreeDoesNot(t *testing.T) {
	w, s := pair(t)
	hash := func(messages ...*protocol.CanisterMessage) (protocol.StateHash, protocol.StateHash) {
		m := &messaging.StateMachine{Executor: &outbox{messages: messages}, Limits: messaging.DefaultLimits()}
		b := w.Batch(s, protocol.BatchPayload{})
		b.Checkpoint = true
		r := m.Process(s.Latest(), b, w.Registry.Snapshot)
		manifest, ok := r.State.Manifest()
		require.True(t, ok)
		return r.State.Root(), manifest
	}
	root, manifest := hash(request(here, here, 0))
	otherRoot, other := hash(request(here, messagingtest.CanisterOf(0, 1), 0))
	require.Equal(t, root, otherRoot, "the loopback stream is not certified")
	require.NotEqual(t, manifest, other)
}

func rootKey(w *messagingtest.World) []byte {
	return der.WrapBLS(w.Registry.Snapshot.Subnets[0].PublicKey)
}

func TestClientsVerifyCertificates(t *testing.T) {
	w, s := pair(t)
	id := w.Ingress(here, "go", []messagingtest.Call{{To: there, Cycles: 500}}, protocol.IngressTTL, 1).MessageID
	raw := s.Manager.Certificate(nil, messaging.StatusPath(id))
	require.Nil(t, raw, "nothing is certified yet")
	certify(w, s, 1)
	raw = s.Manager.Certificate(nil, messaging.StatusPath(id))
	c, err := certificate.Decode(raw)
	require.NoError(t, err)
	key := w.Registry.Snapshot.Subnets[0].PublicKey
	root := protocol.StateHash(c.Tree.Digest())
	require.True(t, ideal.New().VerifyThreshold(key, protocol.CertificationSignable(root), c.Signature))
	value, found := c.Tree.Lookup("request_status", hashtree.Label(id[:]), "status")
	require.Equal(t, hashtree.Found, found)
	require.Equal(t, "processing", string(value))
	now, ok := c.Time()
	require.True(t, ok)
	require.Equal(t, w.Registry.Snapshot.Genesis+uint64(s.Latest().Time()), now)
	_, found = c.Tree.Lookup("metadata")
	require.Equal(t, hashtree.Unknown, found, "nothing else is shown")

	raw = s.Manager.Certificate(nil, messaging.StatusPath(protocol.MessageID{1}))
	c, err = certificate.Decode(raw)
	require.NoError(t, err)
	_, found = c.Tree.Lookup("request_status", hashtree.Label(make([]byte, 32)), "status")
	require.Equal(t, hashtree.Absent, found, "that a call is unknown is shown too")
}

func TestSubnetsShowTheirKeysAndRanges(t *testing.T) {
	w, s := pair(t)
	certify(w, s, 1)
	remote := w.Registry.Snapshot.Subnets[1]
	label := hashtree.Label(remote.Principal.Bytes())
	raw := s.Manager.Certificate(nil, hashtree.Path{"subnet", label}, hashtree.Path{"canister_ranges", label})
	byRoot, err := certificate.Decode(raw)
	require.NoError(t, err)
	require.Equal(t, certificate.Valid, byRoot.VerifyForSubnet(ideal.New(), rootKey(w), w.Registry.Snapshot.Subnets[0].Principal))

	w.Run(w.Subnets[1], w.Batch(w.Subnets[1], protocol.BatchPayload{}))
	certify(w, w.Subnets[1], 1)
	delegated, err := certificate.Decode(w.Subnets[1].Manager.Certificate(nil))
	require.NoError(t, err)
	delegated.Delegation = &certificate.Delegation{Subnet: remote.Principal, Certificate: raw}
	require.Equal(t, certificate.Valid, delegated.VerifyForCanister(ideal.New(), rootKey(w), there.Principal()))
	require.NotEqual(t, certificate.Valid, delegated.VerifyForCanister(ideal.New(), rootKey(w), third.Principal()))
}

// A checkpoint that peers are served from outlives the permission to delete it, and goes when they are done.
func TestServedCheckpointsAreNotDeleted(t *testing.T) {
	_, s := executed(t, 35)
	m := s.Manager
	disk := protocol.NewDisk()
	heights := func() (h []protocol.Height) {
		disk.Apply(m.TakeWrites())
		for _, c := range disk.Load(protocol.DiskCheckpoint) {
			h = append(h, c.(*messaging.State).Height())
		}
		return h
	}
	require.Equal(t, []protocol.Height{10, 20, 30}, heights())
	m.Pin(20)
	m.RemoveBelow(30, 30)
	require.Equal(t, []protocol.Height{20, 30}, heights())
	require.NotNil(t, m.Serves(20))
	require.Nil(t, m.Serves(10))
	m.Unpin(20)
	require.Equal(t, []protocol.Height{30}, heights())
	require.Nil(t, m.Serves(20))
}

// A state from peers replaces what the node had, however far ahead; what was under way for older heights is dropped.
func TestNodeGoesOnFromAnAdoptedState(t *testing.T) {
	w, s := executed(t, 20)
	m := messaging.NewStateManager(0, w.Registry, s.Manager.At(0))
	m.Commit(s.Manager.At(1))
	m.Adopt(s.Manager.At(20))
	require.EqualValues(t, 20, m.LatestHeight())
	require.Equal(t, s.Manager.At(20), m.NewestCheckpoint())
	m.Commit(s.Manager.At(2))
	require.EqualValues(t, 20, m.LatestHeight())
	require.Len(t, m.Uncertified(), 1)
	certify(w, s, 20)
	m.Deliver(w.Certification(0, m.Uncertified()[0]))
	require.EqualValues(t, 20, m.CertifiedHeight())
}

// What a checkpoint's files say is what they are served with: a receiver can hold each chunk against the manifest.
func TestFilesOfACheckpointAreServable(t *testing.T) {
	w, s := pair(t)
	call := w.Ingress(here, "go", []messagingtest.Call{{To: there, Cycles: 500}}, protocol.IngressTTL, 1)
	w.Run(s, w.Batch(s, protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}}))
	for s.Manager.LatestHeight() < 10 {
		w.Run(s, w.Batch(s, protocol.BatchPayload{}))
	}
	files := s.Manager.Checkpoint(10).Files()
	paths := map[string]bool{}
	for i := range files.Files {
		f := &files.Files[i]
		paths[f.Path] = true
		for k := range f.Chunks {
			require.Equal(t, f.Chunks[k], crypto.SumChunk(f.Content.Chunk(k)), f.Path)
		}
	}
	require.True(t, paths["system_metadata.pbuf"] && paths["ingress_history.pbuf"] && paths["streams/1.pbuf"], "%v", paths)
}

// A recovered subnet goes on from a node's checkpoint at a height far above it: found by its root, with the same files, under a tree that
// names the new height. The next batch is the one after that (rs/state_manager, fetch_state, clone_checkpoint).
func TestCheckpointIsClonedToAnotherHeight(t *testing.T) {
	w, s := executed(t, 25)
	m := s.Manager
	old := m.Checkpoint(20)
	root, _ := old.Manifest()
	require.Same(t, old, m.CheckpointOf(root))
	require.Nil(t, m.CheckpointOf(protocol.StateHash{1}))
	clone := old.CloneTo(1000)
	same, _ := clone.Manifest()
	require.Equal(t, root, same)
	require.EqualValues(t, 1000, clone.Height())
	require.EqualValues(t, 20, old.Height(), "the checkpoint stays as it was")
	require.NotEqual(t, old.Root(), clone.Root(), "a certification of one height is not of another")
	require.NotEqual(t, old.Root(), old.CloneTo(2000).Root())
	require.NotEqual(t, old.Lineage(), clone.Lineage())
	require.Equal(t, old.Cycles(), clone.Cycles())
	require.Panics(t, func() { old.CloneTo(20) })
	require.Panics(t, func() { m.At(21).CloneTo(1000) }, "no checkpoint")

	m.Adopt(clone)
	require.EqualValues(t, 1000, m.LatestHeight())
	require.Equal(t, clone, m.Checkpoint(1000))
	r := messaging.NewRouter(w.Machine(), w.Registry, clone)
	require.EqualValues(t, 1001, r.ExpectedBatchHeight())
}

package protocoltest

import (
	"strings"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/idkg"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// pick chooses one of some.
func pick[T any](a *attacker, from []T) T { return from[a.below(uint64(len(from)))] }

func (a *attacker) below(n uint64) uint64 { return a.rand.Below(n) }

// number is small or extreme.
func (a *attacker) number() uint64 {
	return pick(a, []uint64{0, 1, 2, 3, 5, 20, 1 << 16, 1<<31 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1})
}

func (a *attacker) height() protocol.Height { return protocol.Height(a.number()) }
func (a *attacker) time() protocol.Time     { return protocol.Time(a.number()) }

func (a *attacker) node() protocol.NodeID {
	return pick(a, []protocol.NodeID{0, 1, 2, 3, 4, 1000, protocol.NoNode})
}

func (a *attacker) subnet() protocol.SubnetID {
	return pick(a, []protocol.SubnetID{0, 1, 2, 999, 1<<16 - 1})
}

func (a *attacker) canister() protocol.CanisterID {
	return pick(a, []protocol.CanisterID{0, 1, 5, 101, protocol.ManagementCanister, protocol.ManagerOf(1), protocol.ManagerOf(999), 1 << 63})
}

// hash is of a block that was seen, or of nothing.
func (a *attacker) hash() (h crypto.Hash) {
	if len(a.hashes) > 0 && a.below(2) == 0 {
		return pick(a, a.hashes)
	}
	h[0], h[31] = byte(a.below(256)), byte(a.below(256))
	return h
}

func (a *attacker) bytes() []byte {
	return []byte(pick(a, []string{"", "DIDL", "\x00", strings.Repeat("x", 33), strings.Repeat("\xff", 5000)}))
}

func (a *attacker) principal() principal.ID {
	return pick(a, []principal.ID{
		principal.Anonymous(), principal.Management(), principal.SelfAuthenticating([]byte("nobody")), protocol.CanisterID(1).Principal(),
	})
}

// meta advertises anything, artifacts of no kind too.
func (a *attacker) meta() protocol.ArtifactMeta {
	return protocol.ArtifactMeta{
		ID: protocol.ArtifactID(a.hash()), Kind: protocol.ArtifactKind(a.below(uint64(protocol.NumArtifactKinds))), Height: a.height(),
		Expiry: a.time(), Outcall: protocol.OutcallID(a.number()),
	}
}

// garbage is an artifact that nobody signed.
func (a *attacker) garbage() protocol.Artifact {
	multi, threshold := crypto.MultiSignature{1, byte(a.below(256))}, crypto.ThresholdSignature{1, byte(a.below(256))}
	content := protocol.BlockContent{Version: a.version, Height: a.height(), Hash: protocol.BlockHash(a.hash())}
	random := protocol.RandomContent{Version: a.version, Height: a.height(), Previous: a.hash()}
	switch kind := protocol.ArtifactKind(a.below(uint64(protocol.NumArtifactKinds))); kind {
	case protocol.KindBlockProposal:
		return a.proposal(a.block())
	case protocol.KindNotarizationShare, protocol.KindFinalizationShare:
		return protocol.NewBlockShare(kind, content, a.node(), multi)
	case protocol.KindNotarization, protocol.KindFinalization:
		signers := pick(a, [][]protocol.NodeID{nil, {0}, {0, 0, 0}, {2, 1, 0}, {0, 1, 2, 3}, {1000}, {protocol.NoNode}})
		return protocol.NewBlockAggregate(kind, content, signers, multi)
	case protocol.KindRandomBeaconShare, protocol.KindRandomTapeShare:
		return protocol.NewRandomShare(kind, random, a.node(), threshold)
	case protocol.KindRandomBeacon, protocol.KindRandomTape:
		return protocol.NewRandom(kind, random, a.transcript(), threshold)
	case protocol.KindCatchUpPackageShare:
		return protocol.NewCatchUpPackageShare(a.catchUp(), a.node(), threshold)
	case protocol.KindCatchUpPackage:
		return protocol.NewCatchUpPackage(a.catchUp(), threshold)
	case protocol.KindEquivocationProof:
		one, two := a.proposal(a.block()), a.proposal(a.block())
		return protocol.NewEquivocationProof(one, two)
	case protocol.KindCertificationShare:
		return protocol.NewCertificationShare(a.height(), protocol.StateHash(a.hash()), a.node(), threshold)
	case protocol.KindCertification:
		return protocol.NewCertification(a.height(), protocol.StateHash(a.hash()), threshold)
	case protocol.KindOutcallShare:
		m := protocol.OutcallMetadata{
			ID: protocol.OutcallID(a.number()), Timeout: a.time(), Hash: a.hash(),
			Registry: protocol.RegistryVersion(a.number()), Version: a.version,
		}
		return protocol.NewOutcallShare(m, a.node(), crypto.BasicSignature{1}, nil)
	case protocol.KindIDKGDealing, protocol.KindIDKGSupport, protocol.KindIDKGComplaint, protocol.KindIDKGOpening,
		protocol.KindSignatureShare, protocol.KindKeyShare:
		return a.idkg(kind)
	case protocol.KindDealing:
		return protocol.NewDealing(a.version, a.transcript(), a.node(), crypto.NewDealing(a.bytes()), crypto.BasicSignature{1})
	}
	return a.ingress()
}

// idkg is an artifact about chain keys that nobody signed.
func (a *attacker) idkg(kind protocol.ArtifactKind) protocol.Artifact {
	id := protocol.IDKGID{Subnet: a.subnet(), Height: a.height(), Serial: a.number()}
	switch kind {
	case protocol.KindIDKGSupport:
		return protocol.NewIDKGSupport(id, a.node(), protocol.ArtifactID(a.hash()), a.node(), crypto.MultiSignature{1})
	case protocol.KindSignatureShare, protocol.KindKeyShare:
		return protocol.NewSignatureShare(kind, protocol.SignatureID(a.number()), a.height(), a.node(), a.bytes())
	}
	key := idkg.NewKey(crypto.Seed{1})
	params := &idkg.Params{
		Algorithm: idkg.SchnorrEd25519, ID: id.Bytes(), Dealers: 1, Receivers: []idkg.EncryptionKey{key.Public()}, Operation: idkg.RandomUnmasked,
	}
	dealing, _ := idkg.Deal(params, 0, nil, crypto.Seed{2})
	switch kind {
	case protocol.KindIDKGDealing:
		return protocol.NewIDKGDealing(id, a.node(), dealing, crypto.BasicSignature{1})
	case protocol.KindIDKGComplaint:
		t, _ := idkg.Combine(params, []idkg.DealerDealing{{Dealing: dealing}})
		c, _ := t.Complain(0, 0, key, crypto.Seed{3})
		return protocol.NewIDKGComplaint(id, a.node(), c, crypto.BasicSignature{1})
	}
	opening := idkg.Opening{Value: idkg.SchnorrEd25519.Curve().Number(a.number())}
	return protocol.NewIDKGOpening(id, a.node(), idkg.DealerOpening{Dealer: int(a.below(5)), Opener: int(a.below(5)), Opening: opening},
		crypto.BasicSignature{1})
}

func (a *attacker) transcript() protocol.TranscriptID {
	return protocol.TranscriptID{Subnet: a.subnet(), Tag: protocol.DKGTag(a.below(2)), Start: a.height()}
}

func (a *attacker) block() *protocol.Block {
	b := &protocol.Block{
		Version: a.version, Parent: protocol.BlockHash(a.hash()), Height: a.height(), Rank: protocol.Rank(a.number()),
		Context: protocol.ValidationContext{
			RegistryVersion: protocol.RegistryVersion(a.number()), CertifiedHeight: a.height(), Time: a.time(),
		},
		Payload: protocol.NewDataPayload(protocol.BatchPayload{}),
	}
	switch a.below(3) {
	case 0:
		b.Payload = a.summary()
	case 1:
		b.Payload = protocol.NewDataPayload(a.batch())
	}
	return b
}

func (a *attacker) batch() (b protocol.BatchPayload) {
	for range a.below(3) {
		b.Ingress = append(b.Ingress, a.ingress())
	}
	if s := a.slice(); s != nil {
		b.XNet = append(b.XNet, s)
	}
	b.Outcalls.Timeouts = []protocol.OutcallID{protocol.OutcallID(a.number())}
	return b
}

func (a *attacker) summary() *protocol.Payload {
	key := func() *protocol.Transcript {
		return &protocol.Transcript{
			ID: a.transcript(), Group: &crypto.ThresholdGroup{Threshold: 1, Shares: make([]crypto.ThresholdPublicKey, 1)},
			Committee: []protocol.NodeID{a.node()}, Public: crypto.NewTranscript([]byte("garbage")),
		}
	}
	keys := func() protocol.Transcripts { return protocol.Transcripts{Low: key(), High: key()} }
	return protocol.NewSummaryPayload(&protocol.Summary{
		Height: a.height(), RegistryVersion: protocol.RegistryVersion(a.number()), IntervalLength: a.height(),
		NextIntervalLength: a.height(), Current: keys(), Next: keys(),
	})
}

func (a *attacker) proposal(b *protocol.Block) *protocol.BlockProposal {
	hash := b.Hash()
	if a.below(4) == 0 {
		hash = protocol.BlockHash(a.hash())
	}
	return protocol.NewBlockProposal(b, hash, pick(a, []protocol.SubnetID{0, 0, 0, 999}), a.node(), crypto.BasicSignature{1})
}

func (a *attacker) catchUp() protocol.CatchUpContent {
	b := a.block()
	b.Payload = a.summary()
	beacon := protocol.RandomContent{Version: a.version, Height: a.height()}
	return protocol.CatchUpContent{
		Block: b, BlockHash: b.Hash(), StateHash: protocol.StateHash(a.hash()),
		Beacon: protocol.NewRandom(protocol.KindRandomBeacon, beacon, a.transcript(), crypto.ThresholdSignature{1}),
	}
}

// tampered changes something in an artifact that was seen; its signature does not fit any more.
func (a *attacker) tampered(x protocol.Artifact) protocol.Artifact {
	switch x := x.(type) {
	case *protocol.BlockProposal:
		b := *x.Block
		switch a.below(5) {
		case 0:
			b.Height = a.height()
		case 1:
			b.Rank = protocol.Rank(a.number())
		case 2:
			b.Context.Time = a.time()
		case 3:
			b.Payload = a.block().Payload
		case 4:
			b.Context.RegistryVersion, b.Context.CertifiedHeight = protocol.RegistryVersion(a.number()), a.height()
		}
		return protocol.NewBlockProposal(&b, b.Hash(), x.Subnet, x.Signer, x.Signature)
	case *protocol.BlockShare:
		return protocol.NewBlockShare(x.Kind(), x.Content, a.node(), x.Signature)
	case *protocol.BlockAggregate:
		return protocol.NewBlockAggregate(x.Kind(), x.Content, append([]protocol.NodeID{a.node()}, x.Signers...), x.Signature)
	case *protocol.RandomShare:
		return protocol.NewRandomShare(x.Kind(), x.Content, a.node(), x.Signature)
	case *protocol.Random:
		return protocol.NewRandom(x.Kind(), x.Content, a.transcript(), x.Signature)
	case *protocol.CertificationShare:
		return protocol.NewCertificationShare(x.AtHeight, protocol.StateHash(a.hash()), x.Signer, x.Signature)
	case *protocol.Certification:
		return protocol.NewCertification(x.AtHeight, protocol.StateHash(a.hash()), x.Signature)
	case *protocol.CatchUpPackageShare:
		return protocol.NewCatchUpPackageShare(x.Content, a.node(), x.Signature)
	case *protocol.SignedIngress:
		c := x.Content
		c.Expiry = a.time()
		return protocol.NewSignedIngress(c, 0, x.Auth)
	}
	return a.garbage()
}

// ingress is a call that nobody can have signed.
func (a *attacker) ingress() *protocol.SignedIngress {
	return protocol.NewSignedIngress(a.content(), pick(a, []uint64{0, 1 << 60}), a.authentication())
}

func (a *attacker) content() protocol.IngressContent {
	c := protocol.IngressContent{
		Sender: a.principal(), Canister: a.canister(), Method: string(a.bytes()), Arg: a.bytes(), Expiry: a.time(), Nonce: a.bytes(),
	}
	if a.below(4) == 0 {
		c.Info = &protocol.SenderInfo{Info: a.bytes(), Signer: a.principal(), Signature: a.bytes()}
	}
	return c
}

func (a *attacker) authentication() (x protocol.Authentication) {
	if a.below(3) == 0 {
		return x
	}
	x.PublicKey = pick(a, [][]byte{nil, a.bytes(), der.WrapEd25519(crypto.BasicPublicKey(a.hash()))})
	x.Signature = a.bytes()
	for range a.below(3) * a.below(12) {
		d := protocol.Delegation{PublicKey: a.bytes(), Expiration: a.number(), Permissions: pick(a, []string{"", "all", "none"})}
		x.Delegations = append(x.Delegations, protocol.SignedDelegation{Delegation: d, Signature: a.bytes()})
	}
	return x
}

// request is what a user may ask.
func (a *attacker) request() protocol.Message {
	switch a.below(3) {
	case 0:
		return &protocol.CallRequest{
			Ingress: a.ingress(), Effective: a.canister(), Async: a.below(2) == 0, Flat: a.below(2) == 0, Serial: a.rand.Uint64(),
		}
	case 1:
		q := protocol.NewSignedQuery(a.content(), a.below(2), a.authentication())
		return &protocol.QueryRequest{Query: q, Effective: a.canister(), Flat: a.below(2) == 0, Serial: a.rand.Uint64()}
	}
	c := protocol.ReadContent{Sender: a.principal(), Paths: a.paths(), Expiry: a.time(), Nonce: a.bytes()}
	read := protocol.NewSignedRead(c, a.below(2), a.authentication())
	return &protocol.ReadRequest{
		Read: read, Effective: a.canister(), Subnet: a.below(2) == 0, Flat: a.below(2) == 0, Serial: a.rand.Uint64(),
	}
}

func (a *attacker) paths() (all []hashtree.Path) {
	for range a.below(4) * a.below(400) {
		all = append(all, hashtree.Path{})
	}
	label := hashtree.Label(a.principal().Bytes())
	return append(all, pick(a, []hashtree.Path{
		{}, {"time"}, {"time", "x"}, {"subnet"}, {"subnet", label, "node", "x", "public_key"}, {"canister", label},
		{"canister", label, "metadata", "\xff"}, {"canister", "x", "controllers"}, {"request_status"}, {"request_status", "x"},
		{"request_status", label, "reply", "x"}, {"canister_ranges", label}, make(hashtree.Path, 200), {"nothing"},
	}))
}

// certificate is none that holds.
func (a *attacker) certificate() []byte {
	switch a.below(3) {
	case 0:
		return a.bytes()
	case 1:
		return []byte{0xd9, 0xd9, 0xf7, 0xa1}
	}
	c := certificate.Certificate{Tree: a.tree().Witness(hashtree.Paths(hashtree.Path{"time"})), Signature: crypto.ThresholdSignature{1}}
	if a.below(2) == 0 {
		c.Delegation = &certificate.Delegation{Subnet: a.principal(), Certificate: a.bytes()}
	}
	return c.Encode()
}

func (a *attacker) tree() hashtree.Tree {
	return hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, a.bytes())
}

// slice is a slice of a stream that nobody certified, or nil.
func (a *attacker) slice() *protocol.CertifiedStreamSlice {
	if a.below(3) == 0 {
		return nil
	}
	header := protocol.StreamHeader{
		Begin: protocol.StreamIndex(a.number()), End: protocol.StreamIndex(a.number()), SignalsEnd: protocol.StreamIndex(a.number()),
	}
	header.Rejects = []protocol.RejectSignal{{Index: protocol.StreamIndex(a.number()), Reason: protocol.RejectReason(a.below(8))}}
	s := protocol.CertifiedStreamSlice{
		From: a.subnet(), To: a.subnet(), Header: header, MessagesBegin: protocol.StreamIndex(a.number()),
		Witness:       a.tree().Witness(hashtree.Paths(hashtree.Path{"time"})),
		Certification: protocol.NewCertification(a.height(), protocol.StateHash(a.hash()), crypto.ThresholdSignature{1}),
	}
	if a.below(2) == 0 {
		s.Messages = []*protocol.CanisterMessage{protocol.NewRequest(&protocol.Request{
			Sender: a.canister(), Receiver: a.canister(), Callback: protocol.CallbackID(a.number()), Deadline: a.time(),
		})}
	}
	return protocol.NewCertifiedStreamSlice(s, 100)
}

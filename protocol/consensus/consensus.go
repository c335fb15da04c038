package consensus

import (
	"icsim/protocol"
	"icsim/protocol/keys"
)

// A Config says who this node is and where its chain starts.
type Config struct {
	Node    protocol.NodeID
	Subnet  protocol.SubnetID
	Version protocol.ReplicaVersion // of the software it runs; artifacts of another are dropped
	Genesis *protocol.CatchUpPackage
}

// A PayloadBuilder fills blocks and judges them. past holds the blocks whose payloads the state at ctx's certified
// height does not know yet: from the parent back to, and without, that height, newest first. It is valid during the
// call only. Consensus charges OpPayloadBuild, OpPayloadValidate and OpPayloadByte; what a section spends beyond
// (signatures, witnesses) the builder charges.
type PayloadBuilder interface {
	Build(h protocol.Height, ctx protocol.ValidationContext, past []*protocol.Block) protocol.BatchPayload
	Validate(h protocol.Height, p *protocol.BatchPayload, ctx protocol.ValidationContext, past []*protocol.Block) protocol.Verdict
}

// MessageRouting takes finalized batches in order. Deliver reports false when its queue (16 batches) is full.
type MessageRouting interface {
	ExpectedBatchHeight() protocol.Height
	Deliver(*protocol.Batch) bool
}

// A StateManager knows the node's states. ManifestHash is known only for checkpoints whose hash is computed. RemoveBelow
// is a permission: in-memory states and checkpoints below these heights are not needed any more.
type StateManager interface {
	LatestHeight() protocol.Height
	CertifiedHeight() protocol.Height
	ManifestHash(protocol.Height) (protocol.StateHash, bool)
	RemoveBelow(inMemory, checkpoints protocol.Height)
}

// KeyGeneration is the subnet's threshold keys in blocks: see dkg.Payloads. last is the summary that governs the block in question,
// dealt holds what the chain has since; it is valid during the call only. Early gives what a data block may answer for a subnet that the
// registry asks for.
type KeyGeneration interface {
	Next(last *protocol.Block, dealt protocol.Dealt, context protocol.RegistryVersion) *protocol.Summary
	Early(last *protocol.Summary, dealt protocol.Dealt) *protocol.InitialDKG
	Build(last *protocol.Summary, dealt []*protocol.Dealing) []*protocol.Dealing
	Validate(last *protocol.Summary, dealt, section []*protocol.Dealing) protocol.Verdict
}

// ChainKeys is the keys of canisters in blocks: see idkg.Payloads. past is as for PayloadBuilder.
type ChainKeys interface {
	Summary(parent *protocol.Block, s *protocol.Summary, context protocol.RegistryVersion) *protocol.IDKGPayload
	Build(h protocol.Height, parent *protocol.Block, ctx protocol.ValidationContext, past []*protocol.Block) *protocol.IDKGPayload
	Validate(h protocol.Height, parent *protocol.Block, ctx protocol.ValidationContext, past []*protocol.Block,
		payload *protocol.IDKGPayload) protocol.Verdict
}

// An Env is what consensus works with on its node. Keys.Meter must point at the current step's meter before each call.
type Env struct {
	Keys     *keys.Keyring
	Registry protocol.RegistryClient
	Payloads PayloadBuilder
	Router   MessageRouting
	States   StateManager
	DKG      KeyGeneration
	// ChainKeys may be nil where no subnet has such keys.
	ChainKeys ChainKeys
}

// Published is an artifact that peers should get. Own artifacts and relayed ones differ in how they travel: Push says
// that the artifact is latency sensitive and its bytes go out whatever their size; without it the size decides
// (reference/protocol.md B, "Push vs advert").
type Published struct {
	Artifact protocol.Artifact
	Push     bool
	Own      bool
}

// A Divergence says that a catch-up package signed by the subnet names another state than the one this node computed.
type Divergence struct {
	Height       protocol.Height
	Ours, Theirs protocol.StateHash
}

// Effects is what a step wants of the world. The caller empties it (Reset) before a step.
type Effects struct {
	Publish  []Published
	Withdraw []protocol.ArtifactMeta // published artifacts that left the validated pool
	Writes   []protocol.Write
	Notes    []protocol.Note
	Diverged *Divergence // this node's state is wrong: it must be thrown away and synced
	Changed  bool        // the pool changed
}

func (e *Effects) isEmpty() bool {
	return len(e.Publish)+len(e.Withdraw)+len(e.Writes)+len(e.Notes) == 0 && e.Diverged == nil && !e.Changed
}

// Reset empties the effects and keeps their memory.
func (e *Effects) Reset() {
	*e = Effects{
		Publish: protocol.Reuse(e.Publish), Withdraw: protocol.Reuse(e.Withdraw),
		Writes: protocol.Reuse(e.Writes), Notes: protocol.Reuse(e.Notes),
	}
}

package consensus

import "icsim/protocol"

// Reader is how components see the pool.
type Reader struct{}

// Consensus is one node's consensus.
type Consensus struct{}

// New starts from the genesis package, or from what Restore brings.
func New(cfg Config, env Env, components []Named, at Clock) *Consensus { return nil }

// Restore rebuilds the validated pool from disk; what has to be announced again goes to out.
func (c *Consensus) Restore(fromDisk []any, at Clock, out *Effects) {}

// Insert puts an artifact into the unvalidated pool.
func (c *Consensus) Insert(a protocol.Artifact, from protocol.NodeID, at Clock) {}

// Lost drops an artifact from the unvalidated pool: no peer offers it any more.
func (c *Consensus) Lost(meta protocol.ArtifactMeta) {}

// Step asks the components until nothing changes.
func (c *Consensus) Step(at Clock, out *Effects) {}

// Bouncer says whether an artifact is worth fetching.
func (c *Consensus) Bouncer(meta protocol.ArtifactMeta) protocol.Wish { return protocol.Unwanted }

// Validated gives a validated artifact, for serving peers, or nil.
func (c *Consensus) Validated(meta protocol.ArtifactMeta) protocol.Artifact { return nil }

// NeedsStateSync reports the catch-up package whose state this node has to fetch, if its own cannot reach it.
func (c *Consensus) NeedsStateSync() (h protocol.Height, hash protocol.StateHash, ok bool) { return }

// HighTranscript is the key that certifies the state of a height.
func (c *Consensus) HighTranscript(h protocol.Height) *protocol.Transcript { return nil }

func (c *Consensus) CUPHeight() protocol.Height       { return 0 }
func (c *Consensus) FinalizedHeight() protocol.Height { return 0 }
func (c *Consensus) NotarizedHeight() protocol.Height { return 0 }
func (c *Consensus) BeaconHeight() protocol.Height    { return 0 }

type stub struct {
	cfg *Config
	env *Env
}

func (*stub) OnStateChange(pool *Reader, now Clock, out []ChangeAction) []ChangeAction { return out }

type (
	Purger              stub
	Finalizer           stub
	CatchUpPackageMaker stub
	ShareAggregator     stub
	Notary              stub
	RandomBeaconMaker   stub
	RandomTapeMaker     stub
	BlockMaker          stub
	Validator           stub
)

func (*Purger) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction    { return out }
func (*Finalizer) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction { return out }
func (*CatchUpPackageMaker) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return out
}
func (*ShareAggregator) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return out
}
func (*Notary) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction { return out }
func (*RandomBeaconMaker) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return out
}
func (*RandomTapeMaker) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	return out
}
func (*BlockMaker) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction { return out }
func (*Validator) OnStateChange(_ *Reader, _ Clock, out []ChangeAction) []ChangeAction  { return out }

// NewValidator makes the validator with its twelve inner ones.
func NewValidator(cfg *Config, env *Env) *Validator { return &Validator{cfg: cfg, env: env} }

package consensus

import (
	"time"

	"icsim/protocol"
)

// registryAge is how old a registry version must be before a block may name it: two polls of five seconds, so that
// validators have it too (C/block_maker.rs; reference/protocol.md A.3).
const registryAge = 10 * time.Second

// The BlockMaker proposes a block when this node has one of the ranks 0 … f at notarized height + 1, its turn has come
// and no block of a lower rank is there (C/block_maker.rs; reference/protocol.md A.3).
type BlockMaker struct {
	cfg  *Config
	env  *Env
	seen stamp
	due  Clock // when its turn comes
}

// OnStateChange makes at most one proposal.
func (m *BlockMaker) OnStateChange(r *Reader, now Clock, out []ChangeAction) []ChangeAction {
	s := stamp{full: r.Validated.full, own: r.own, certified: m.env.States.CertifiedHeight()}
	if m.seen == s && !now.reached(m.due) {
		return out
	}
	m.seen, m.due = s, never
	parent := r.BestNotarized(r.NotarizedHeight())
	if parent.Block == nil {
		return out
	}
	h := parent.Block.Height + 1
	rank, elected := r.MakerRank(h, m.cfg.Node)
	if !elected || m.hasProposed(r, h) {
		return out
	}
	if lowest, ok := r.LowestRank(h); ok && lowest < rank {
		return out
	}
	due, ok := r.makerTime(h, rank, parent)
	if !ok {
		return out
	}
	if !now.reached(due) {
		m.due = due
		return out
	}
	if p := m.propose(r, now, parent, rank); p != nil {
		out = append(out, ChangeAction{Op: AddToValidated, Artifact: p})
	}
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (m *BlockMaker) Rests() (until Clock, ok bool) { return m.due, true }

// BestNotarized gives the notarized block of lowest rank at a height.
func (r *Reader) BestNotarized(h protocol.Height) (best HashedBlock) {
	if h == r.CUPHeight() {
		return r.chain[0]
	}
	for _, held := range r.Validated.Notarizations.At(h) {
		b := r.Block(held.Artifact.Content.Hash, h)
		if b.Block != nil && (best.Block == nil || b.Block.Rank < best.Block.Rank) {
			best = b
		}
	}
	return best
}

func (m *BlockMaker) hasProposed(r *Reader, h protocol.Height) bool {
	for _, held := range r.Validated.Proposals.At(h) {
		if held.Artifact.Signer == m.cfg.Node {
			return true
		}
	}
	return false
}

// propose builds on a parent, or gives nil if what this node knows of the world is behind what the parent knew.
func (m *BlockMaker) propose(r *Reader, now Clock, parent HashedBlock, rank protocol.Rank) *protocol.BlockProposal {
	h, before := parent.Block.Height+1, parent.Block.Context
	ctx := protocol.ValidationContext{
		RegistryVersion: max(m.env.Registry.LatestBefore(now.Now, registryAge), before.RegistryVersion),
		CertifiedHeight: m.env.States.CertifiedHeight(),
		Time:            max(now.Now, before.Time.Add(r.Record(h).Timing.InitialNotaryDelay)+1),
	}
	if ctx.CertifiedHeight < before.CertifiedHeight {
		return nil
	}
	payload := m.payload(r, parent, ctx)
	if payload == nil {
		return nil
	}
	block := &protocol.Block{
		Version: m.cfg.Version, Parent: parent.Hash, Height: h, Rank: rank, Context: ctx, Payload: payload,
	}
	hash := block.Hash()
	m.env.Keys.Meter.Charge(protocol.OpHashByte, payload.Size())
	metadata := protocol.BlockMetadata{Version: m.cfg.Version, Height: h, Subnet: m.cfg.Subnet, Hash: hash}
	sig := m.env.Keys.SignBasic(metadata.Signable())
	return protocol.NewBlockProposal(block, hash, m.cfg.Subnet, m.cfg.Node, sig)
}

// payload is a summary where an interval starts, else data; empty data while the subnet is halting, nothing when it
// has halted.
func (m *BlockMaker) payload(r *Reader, parent HashedBlock, ctx protocol.ValidationContext) *protocol.Payload {
	h := parent.Block.Height + 1
	status, known := r.StatusAt(h)
	last := r.SummaryOf(parent)
	if !known || status == Halted || last == nil {
		return nil
	}
	if h == last.Payload.Summary.NextStart() {
		return protocol.NewSummaryPayload(r.nextSummary(parent, last, ctx.RegistryVersion))
	}
	if status == Halting {
		return protocol.NewDataPayload(protocol.BatchPayload{})
	}
	past, ok := r.Past(parent, ctx.CertifiedHeight)
	if !ok {
		return nil
	}
	dealt := r.Dealt(parent, last)
	dealings, initial := m.env.DKG.Build(last.Payload.Summary, dealt.Dealings), m.env.DKG.Early(last.Payload.Summary, dealt)
	batch := m.env.Payloads.Build(h, ctx, past)
	batch.Initial = initial
	if m.env.ChainKeys != nil {
		batch.IDKG = m.env.ChainKeys.Build(h, parent.Block, ctx, past)
	}
	payload := protocol.NewDataPayload(batch, dealings...)
	m.env.Keys.Meter.Charge(protocol.OpPayloadBuild, 1)
	m.env.Keys.Meter.Charge(protocol.OpPayloadByte, payload.Size())
	return payload
}

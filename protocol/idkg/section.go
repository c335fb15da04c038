package idkg

import (
	"slices"

	"icsim/crypto/chainkey"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// MaxSize bounds what one block brings of dealings and answers, in bytes.
//
// Model: the replica has no bound of its own for the dealings of completed transcripts, as they are of those that it asked for.
const MaxSize = 2 << 20

// Reasons to refuse a payload.
const (
	ReasonMissing   = "block without chain keys that its parent has, or the reverse"
	ReasonState     = "state at certified height missing"
	ReasonOrder     = "chain key section out of order"
	ReasonUnknown   = "transcript that is not being made"
	ReasonCount     = "transcript of more or fewer dealings than it takes"
	ReasonDealer    = "IDKG dealing of a node that is no dealer"
	ReasonDealing   = "IDKG dealing: "
	ReasonSupport   = "IDKG dealing with too few or invalid supports"
	ReasonSignature = "invalid signature under a message of IDKG"
	ReasonRequest   = "answer to a signature request that is not open or not ready"
	ReasonAnswer    = "signature or key that does not verify"
	ReasonExpired   = "signature request rejected that has not expired"
	ReasonFollow    = "chain keys that do not follow from the parent"
)

// Build makes the payload of a block on parent. Nil where the parent has none.
func (p *Payloads) Build(
	h protocol.Height, parent *protocol.Block, ctx protocol.ValidationContext, past []*protocol.Block,
) *protocol.IDKGPayload {
	before := parent.Payload.Batch.IDKG
	if before == nil {
		return nil
	}
	w, ok := p.basis(h, before, ctx, past)
	if !ok {
		return nil
	}
	room := MaxSize
	var completed []*protocol.CompletedIDKG
	for _, config := range before.Configs() {
		if c := p.Pool.complete(config); c != nil {
			if room -= sizeOf(c); room < 0 {
				break
			}
			completed = append(completed, c)
		}
	}
	slices.SortFunc(completed, func(a, b *protocol.CompletedIDKG) int { return int(int64(a.ID.Serial) - int64(b.ID.Serial)) })
	return p.next(w, found{completed, p.initialDealings(before, room), p.answers(w)})
}

func sizeOf(c *protocol.CompletedIDKG) int {
	return (&protocol.IDKGPayload{Completed: []*protocol.CompletedIDKG{c}}).Size()
}

// basis is what a payload is judged by; ok is false while the node lacks the state.
func (p *Payloads) basis(
	h protocol.Height, parent *protocol.IDKGPayload, ctx protocol.ValidationContext, past []*protocol.Block,
) (*basis, bool) {
	state, ok := p.StateAt(ctx.CertifiedHeight)
	if !ok {
		return nil, false
	}
	record := p.Keys.Registry.At(ctx.RegistryVersion).Subnet(p.Subnet).ChainKeys
	if record == nil {
		record = &protocol.ChainKeys{}
	}
	return &basis{height: h, parent: parent, context: ctx, past: past, state: state, record: record}, true
}

// answered reports whether a block above the state has an answer already.
func (w *basis) answered(id protocol.SignatureID) bool {
	for _, block := range w.past {
		if keys := block.Payload.Batch.IDKG; keys != nil {
			for _, a := range keys.Answers {
				if a.ID == id {
					return true
				}
			}
		}
	}
	return false
}

// expired says with what a request is rejected if nobody waits for it any more: after the timeout, and one for vetKD whose key was
// reshared twice since (rs/consensus/idkg/src/payload_builder/signatures.rs; rs/consensus/vetkd/src/lib.rs).
func (w *basis) expired(c *protocol.SignatureContext) bool {
	if c.Transcript != nil && !w.holds(c) {
		return true
	}
	return w.record.Timeout > 0 && c.Time+w.record.Timeout < w.context.Time
}

// holds reports whether the nodes' shares of a vetKD key with which a request is paired are of this interval or the one before.
func (w *basis) holds(c *protocol.SignatureContext) bool {
	key := w.parent.Key(c.Key)
	if key == nil {
		return false
	}
	for _, t := range []*protocol.Transcript{key.VetKD, key.Former} {
		if t != nil && t.ID == c.Transcript.ID {
			return true
		}
	}
	return false
}

func expiry(c *protocol.SignatureContext) protocol.Reject {
	if c.Key.Algorithm == chainkey.VetKD {
		return protocol.Reject{Code: protocol.SysTransient, Message: "VetKD request expired"}
	}
	return protocol.Reject{Code: protocol.CanisterError, Message: "Signature request expired"}
}

// answers are those that this node can give.
func (p *Payloads) answers(w *basis) (all []*protocol.SignatureAnswer) {
	for _, c := range w.state.Open {
		switch {
		case w.answered(c.ID):
		case w.expired(c):
			all = append(all, &protocol.SignatureAnswer{ID: c.ID, Reject: expiry(c)})
		case c.IsReady():
			if raw := p.Pool.answer(c); raw != nil {
				all = append(all, &protocol.SignatureAnswer{ID: c.ID, Answer: raw})
			}
		}
	}
	return all
}

// Validate judges the payload of a peer's block on parent: what its maker found by itself, the rest by making it again
// (payload_verifier.rs).
func (p *Payloads) Validate(
	h protocol.Height, parent *protocol.Block, ctx protocol.ValidationContext, past []*protocol.Block, payload *protocol.IDKGPayload,
) protocol.Verdict {
	before := parent.Payload.Batch.IDKG
	if (before == nil) != (payload == nil) {
		return protocol.Refuse(ReasonMissing)
	}
	if payload == nil {
		return protocol.Accept()
	}
	w, ok := p.basis(h, before, ctx, past)
	if !ok {
		return protocol.Defer(ReasonState)
	}
	if payload.Size() > 2*MaxSize {
		return protocol.Refuse(ReasonCount)
	}
	configs := before.Configs()
	for i, c := range payload.Completed {
		if i > 0 && payload.Completed[i-1].ID.Serial >= c.ID.Serial {
			return protocol.Refuse(ReasonOrder)
		}
		if v := p.judgeCompleted(findConfig(configs, c.ID), c); v.Kind != protocol.Accepts {
			return v
		}
	}
	if v := p.judgeInitial(before, payload.Initial); v.Kind != protocol.Accepts {
		return v
	}
	for i, a := range payload.Answers {
		if i > 0 && payload.Answers[i-1].ID >= a.ID {
			return protocol.Refuse(ReasonOrder)
		}
		if v := p.judgeAnswer(w, a); v.Kind != protocol.Accepts {
			return v
		}
	}
	next := p.next(w, found{payload.Completed, payload.Initial, payload.Answers})
	if next == nil || next.Hash() != payload.Hash() {
		return protocol.Refuse(ReasonFollow)
	}
	return protocol.Accept()
}

// judgeCompleted: the dealings are of dealers, sound, as many as it takes, and each was found good by 2f+1 receivers.
func (p *Payloads) judgeCompleted(config *protocol.IDKGConfig, c *protocol.CompletedIDKG) protocol.Verdict {
	if config == nil {
		return protocol.Refuse(ReasonUnknown)
	}
	if len(c.Dealings) != config.Params.Collection() {
		return protocol.Refuse(ReasonCount)
	}
	dealings := make([]*protocol.IDKGDealing, len(c.Dealings))
	for i, d := range c.Dealings {
		dealings[i] = d.Dealing
	}
	if v := p.judgeDealings(config, dealings); v.Kind != protocol.Accepts {
		return v
	}
	for _, d := range c.Dealings {
		if v := p.judgeSupport(config, d); v.Kind != protocol.Accepts {
			return v
		}
	}
	return protocol.Accept()
}

func (p *Payloads) judgeSupport(config *protocol.IDKGConfig, d *protocol.SupportedDealing) protocol.Verdict {
	for i, n := range d.Signers {
		if config.ReceiverIndex(n) < 0 || i > 0 && d.Signers[i-1] >= n {
			return protocol.Refuse(ReasonSupport)
		}
	}
	msg := protocol.IDKGSupportSignable(config.ID, d.Dealing.Dealer, d.Dealing.ID())
	if len(d.Signers) < config.Params.Supports() || !p.Keys.VerifyMulti(d.Signers, config.Registry, msg, d.Signature) {
		return protocol.Refuse(ReasonSupport)
	}
	return protocol.Accept()
}

// judgeDealing is what everybody can check of a dealing.
func judgeDealing(ring *keys.Keyring, config *protocol.IDKGConfig, d *protocol.IDKGDealing) protocol.Verdict {
	if config.DealerIndex(d.Dealer) < 0 {
		return protocol.Refuse(ReasonDealer)
	}
	if !ring.VerifyBasic(d.Dealer, config.Registry, d.Signable(), d.Signature) {
		return protocol.Refuse(ReasonSignature)
	}
	if reason := ring.VerifyIDKGDealing(config, d.Dealer, d.Dealing); reason != crypt.Valid {
		return protocol.Refuse(ReasonDealing + reason.String())
	}
	return protocol.Accept()
}

func (p *Payloads) judgeAnswer(w *basis, a *protocol.SignatureAnswer) protocol.Verdict {
	c := w.state.Find(a.ID)
	if c == nil || w.answered(a.ID) {
		return protocol.Refuse(ReasonRequest)
	}
	if w.expired(c) {
		if a.Answer != nil || a.Reject != expiry(c) {
			return protocol.Refuse(ReasonRequest)
		}
		return protocol.Accept()
	}
	if a.Reject.Code != 0 {
		return protocol.Refuse(ReasonExpired)
	}
	if !c.IsReady() {
		return protocol.Refuse(ReasonRequest)
	}
	s, err := p.Pool.start(c)
	if err != nil || !s.Verify(a.Answer) {
		return protocol.Refuse(ReasonAnswer)
	}
	return protocol.Accept()
}

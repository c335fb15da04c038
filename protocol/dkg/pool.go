package dkg

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// Config says whose pool it is.
type Config struct {
	Node    protocol.NodeID
	Version protocol.ReplicaVersion
	Keys    *keys.Keyring
	// Latest gives the highest finalized summary. It is cheap.
	Latest func() *protocol.Summary
}

// Effects is what a step did that the world must see.
type Effects struct {
	Publish  []*protocol.Dealing // our own: their bytes go out at once
	Withdraw []protocol.ArtifactMeta
	Notes    []protocol.Note
}

// Reset empties the effects and keeps their memory.
func (e *Effects) Reset() {
	*e = Effects{Publish: e.Publish[:0], Withdraw: e.Withdraw[:0], Notes: e.Notes[:0]}
}

// A Pool holds the dealings of one interval. It is lost in a crash (rs/artifact_pool/src/dkg_pool.rs).
type Pool struct {
	cfg         Config
	interval    *protocol.Summary // whose keys are being generated; nil before the first step
	validated   []*protocol.Dealing
	unvalidated []received
}

type received struct {
	dealing *protocol.Dealing
	from    protocol.NodeID
}

// NewPool makes an empty pool.
func NewPool(cfg Config) *Pool { return &Pool{cfg: cfg} }

// maxUnvalidated bounds what waits to be judged: four dealings each of the largest group, for two intervals.
const maxUnvalidated = 8 * crypto.MaxReceivers

// Insert takes a dealing that a peer sent into the unvalidated pool; the next step judges it.
func (p *Pool) Insert(d *protocol.Dealing, from protocol.NodeID) {
	if len(p.unvalidated) < maxUnvalidated {
		p.unvalidated = append(p.unvalidated, received{d, from})
	}
}

// Lost drops an unvalidated dealing that no peer advertises any more.
func (p *Pool) Lost(id protocol.ArtifactID) {
	p.unvalidated = slices.DeleteFunc(p.unvalidated, func(r received) bool { return r.dealing.ID() == id })
}

// Bouncer says whether an advertised dealing is wanted: one for the present interval now, one for a later interval then
// (rs/consensus/dkg/src/lib.rs, DkgBouncer).
func (p *Pool) Bouncer(meta protocol.ArtifactMeta) protocol.Wish {
	switch start := p.cfg.Latest().Height; {
	case meta.Height > start:
		return protocol.WantedLater
	case meta.Height < start:
		return protocol.Unwanted
	}
	return protocol.Wanted
}

// Validated finds a dealing of the validated pool, or gives nil.
func (p *Pool) Validated(meta protocol.ArtifactMeta) protocol.Artifact {
	for _, d := range p.validated {
		if d.ID() == meta.ID {
			return d
		}
	}
	return nil
}

// Step takes up the interval of the latest summary, and judges what peers sent (rs/consensus/dkg/src/lib.rs, on_state_change).
func (p *Pool) Step(out *Effects) {
	if latest := p.cfg.Latest(); p.interval == nil || latest.Height > p.interval.Height {
		p.follow(latest, out)
	}
	if len(p.unvalidated) > 0 {
		p.judgeAll(out)
	}
}

// follow forgets the dealings of earlier intervals, opens this node's shares of the keys that the summary brought, and deals.
func (p *Pool) follow(latest *protocol.Summary, out *Effects) {
	for _, d := range p.validated {
		if d.Dealer == p.cfg.Node {
			out.Withdraw = append(out.Withdraw, protocol.MetaOf(d))
		}
	}
	p.interval, p.validated = latest, nil
	noteKeys(latest, out)
	for _, t := range latest.Transcripts() {
		p.cfg.Keys.Load(t)
	}
	for _, c := range latest.Configs {
		dealing, ok := p.cfg.Keys.Deal(c)
		if !ok {
			continue
		}
		sig := p.cfg.Keys.SignBasic(protocol.DealingSignable(p.cfg.Version, c.ID, dealing))
		d := protocol.NewDealing(p.cfg.Version, c.ID, p.cfg.Node, dealing, sig)
		p.validated = append(p.validated, d)
		out.Publish = append(out.Publish, d)
	}
}

// noteKeys tells observers which keys a summary announces.
func noteKeys(s *protocol.Summary, out *Effects) {
	n := protocol.Note{Kind: protocol.NoteKeys, Height: s.Height, Peer: protocol.NoNode, Summary: s}
	low, high := s.Next.Low.Public.Hash(), s.Next.High.Public.Hash()
	if low != s.Current.Low.Public.Hash() {
		n.Value++
	}
	if high != s.Current.High.Public.Hash() {
		n.Value++
	}
	n.Hash = crypto.Sum("keys", low[:], high[:])
	out.Notes = append(out.Notes, n)
}

// threads is how many validate dealings at once (rs/consensus/dkg/src/lib.rs: a pool of 16).
const threads = 16

// judgeAll validates what it can. Dealings for later intervals wait. Time passes as for the busiest thread.
func (p *Pool) judgeAll(out *Effects) {
	spent := &p.cfg.Keys.Meter[protocol.OpVerifyDealing]
	before := *spent
	p.judgeEach(out)
	*spent = before + (*spent-before+threads-1)/threads
}

func (p *Pool) judgeEach(out *Effects) {
	waiting := p.unvalidated[:0]
	for _, r := range p.unvalidated {
		switch start := r.dealing.Height(); {
		case start > p.interval.Height:
			waiting = append(waiting, r)
			continue
		case start < p.interval.Height || p.Validated(protocol.MetaOf(r.dealing)) != nil:
			continue
		}
		if v := p.judge(r.dealing); v.Kind == protocol.Accepts {
			p.validated = append(p.validated, r.dealing)
		} else {
			out.Notes = append(out.Notes, protocol.Note{
				Kind: protocol.NoteInvalid, Height: r.dealing.Height(), Hash: crypto.Hash(r.dealing.ID()), Peer: r.from,
				Value: uint64(protocol.KindDealing), Reason: v.Reason,
			})
		}
	}
	clear(p.unvalidated[len(waiting):])
	p.unvalidated = waiting
}

// judge applies the rules of rs/consensus/dkg/src/lib.rs, validate_dealings_for_dealer.
func (p *Pool) judge(d *protocol.Dealing) protocol.Verdict {
	c := p.interval.Config(d.Key)
	switch {
	case c == nil:
		return protocol.Refuse(ReasonUnknown)
	case contains(p.validated, d.Key, d.Dealer):
		return protocol.Refuse(ReasonTwice)
	}
	return p.verify(c, d)
}

// verify judges a dealing by itself. The dealing proper is looked at last, being dear.
func (p *Pool) verify(c *protocol.DKGConfig, d *protocol.Dealing) protocol.Verdict {
	switch {
	case d.Version != p.cfg.Version:
		return protocol.Refuse(ReasonVersion)
	case c.DealerIndex(d.Dealer) < 0:
		return protocol.Refuse(ReasonDealer)
	case !p.cfg.Keys.VerifyBasic(d.Dealer, c.Registry, d.Signable(), d.Signature):
		return protocol.Refuse(ReasonSignature)
	}
	if fault := p.cfg.Keys.VerifyDealing(c, d.Dealer, d.Dealing); fault != crypto.DealingSound {
		return protocol.Refuse(ReasonOf(fault))
	}
	return protocol.Accept()
}

// ReasonOf is why a dealing with a fault is refused.
func ReasonOf(fault crypto.DealingFault) string { return "dealing: " + fault.String() }

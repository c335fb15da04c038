package idkg

import (
	"cmp"
	"slices"

	"icsim/crypto"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/keys"
)

// Config says whose pool it is, and what it looks at. All of it is cheap.
type Config struct {
	Node protocol.NodeID
	Keys *keys.Keyring
	// Tip gives the finalized tip: it says which transcripts are to be made.
	Tip func() *protocol.Block
	// State gives what the latest certified state has of chain keys, and its height: it says what is to be signed.
	State func() (*protocol.ChainKeyState, protocol.Height)
}

// Effects is what a step did that the world must see.
type Effects struct {
	Publish  []protocol.Artifact // our own: their bytes go out at once
	Withdraw []protocol.ArtifactMeta
	Notes    []protocol.Note
}

// Reset empties the effects and keeps their memory.
func (e *Effects) Reset() {
	*e = Effects{Publish: e.Publish[:0], Withdraw: e.Withdraw[:0], Notes: e.Notes[:0]}
}

// A Pool holds what one node knows of transcripts in the making, of signatures under way, and of complaints. It is lost in a crash.
type Pool struct {
	cfg         Config
	tip         *protocol.Block
	state       *protocol.ChainKeyState
	height      protocol.Height // of state
	making      []*making       // ascending by serial: those that the tip asks for
	signing     []*signing      // ascending by request: those of state that are ready
	troubles    []*trouble      // transcripts with complaints, in the order of the first
	unvalidated []received
	loaded      shares
}

// A making is a transcript in the making.
type making struct {
	*protocol.IDKGConfig
	dealings []*dealing // by place; nil where there is none
	done     bool       // this node has dealt, or is not to
	waits    int        // openings that there were when it last could not
}

// A dealing is a validated one, with the supports for it that are.
type dealing struct {
	*protocol.IDKGDealing
	supports []*protocol.IDKGSupport // in the order they came
}

// A signing is a request under way.
type signing struct {
	*keys.Signing // nil if it cannot be started
	context       *protocol.SignatureContext
	shares        []*protocol.SignatureShare // validated, in the order they came
	done          bool                       // this node has signed, or is not to
	waits         int
}

// A trouble is a transcript in which a share was found bad, by whomever.
type trouble struct {
	*protocol.IDKGTranscript
	complaints []*protocol.IDKGComplaint
	openings   []*protocol.IDKGOpening // our own, and those that make up for a share of ours
}

type received struct {
	artifact protocol.Artifact
	from     protocol.NodeID
}

// NewPool makes an empty pool.
func NewPool(cfg Config) *Pool { return &Pool{cfg: cfg} }

// IsIdle reports whether there is nothing that the next state could change.
func (p *Pool) IsIdle() bool { return len(p.signing)+len(p.unvalidated)+len(p.troubles) == 0 }

// maxUnvalidated bounds what waits to be judged: the supports of 20 transcripts among 40 nodes, twice.
const maxUnvalidated = 1 << 16

// Insert takes an artifact that a peer sent into the unvalidated pool; the next step judges it.
func (p *Pool) Insert(a protocol.Artifact, from protocol.NodeID) {
	if len(p.unvalidated) < maxUnvalidated {
		p.unvalidated = append(p.unvalidated, received{a, from})
	}
}

// Lost drops an unvalidated artifact that no peer advertises any more.
func (p *Pool) Lost(id protocol.ArtifactID) {
	p.unvalidated = slices.DeleteFunc(p.unvalidated, func(r received) bool { return r.artifact.ID() == id })
}

// lookAhead is how far above what a node knows it takes artifacts, in heights (rs/consensus/idkg/src/lib.rs).
const lookAhead = 10

// Bouncer says whether an advertised artifact is wanted: one not far ahead of the finalized tip, or of the state, now; others later.
func (p *Pool) Bouncer(meta protocol.ArtifactMeta) protocol.Wish {
	known := p.cfg.Tip().Height
	if meta.Kind == protocol.KindSignatureShare || meta.Kind == protocol.KindKeyShare {
		_, known = p.cfg.State()
	}
	if meta.Height > known+lookAhead {
		return protocol.WantedLater
	}
	return protocol.Wanted
}

// find gives a transcript in the making, or nil.
func (p *Pool) find(id protocol.IDKGID) *making {
	i, ok := slices.BinarySearchFunc(p.making, id, func(m *making, id protocol.IDKGID) int { return cmp.Compare(m.ID.Serial, id.Serial) })
	if !ok || p.making[i].ID != id {
		return nil
	}
	return p.making[i]
}

// request gives a request under way, or nil.
func (p *Pool) request(id protocol.SignatureID) *signing {
	i, ok := slices.BinarySearchFunc(p.signing, id, func(s *signing, id protocol.SignatureID) int { return cmp.Compare(s.context.ID, id) })
	if !ok {
		return nil
	}
	return p.signing[i]
}

// has reports whether a dealing is validated here.
func (p *Pool) has(id protocol.IDKGID, d *protocol.IDKGDealing) bool {
	m := p.find(id)
	if m == nil {
		return false
	}
	at := m.DealerIndex(d.Dealer)
	return at >= 0 && m.dealings[at] != nil && m.dealings[at].ID() == d.ID()
}

// Validated finds an artifact of the validated pool, or gives nil.
func (p *Pool) Validated(meta protocol.ArtifactMeta) (found protocol.Artifact) {
	visit := func(a protocol.Artifact) {
		if a.ID() == meta.ID {
			found = a
		}
	}
	for _, m := range p.making {
		m.each(visit)
	}
	for _, s := range p.signing {
		for _, share := range s.shares {
			visit(share)
		}
	}
	for _, t := range p.troubles {
		t.each(visit)
	}
	return found
}

func (m *making) each(visit func(protocol.Artifact)) {
	for _, d := range m.dealings {
		if d == nil {
			continue
		}
		visit(d.IDKGDealing)
		for _, s := range d.supports {
			visit(s)
		}
	}
}

func (t *trouble) each(visit func(protocol.Artifact)) {
	for _, c := range t.complaints {
		visit(c)
	}
	for _, o := range t.openings {
		visit(o)
	}
}

// signerOf gives whose artifact it is.
func signerOf(a protocol.Artifact) protocol.NodeID {
	switch a := a.(type) {
	case *protocol.IDKGDealing:
		return a.Dealer
	case *protocol.IDKGSupport:
		return a.Signer
	case *protocol.IDKGComplaint:
		return a.Signer
	case *protocol.IDKGOpening:
		return a.Signer
	case *protocol.SignatureShare:
		return a.Signer
	}
	return protocol.NoNode
}

// withdraw withdraws an artifact if it is this node's own.
func (p *Pool) withdraw(out *Effects) func(protocol.Artifact) {
	return func(a protocol.Artifact) {
		if signerOf(a) == p.cfg.Node {
			out.Withdraw = append(out.Withdraw, protocol.MetaOf(a))
		}
	}
}

// complete gives the dealings that make a transcript, the first in order of places that enough receivers support; nil while they are
// too few (payload_builder.rs, build_transcript).
func (p *Pool) complete(c *protocol.IDKGConfig) *protocol.CompletedIDKG {
	m := p.find(c.ID)
	if m == nil {
		return nil
	}
	out := &protocol.CompletedIDKG{ID: c.ID}
	for _, d := range m.dealings {
		if d != nil && len(d.supports) >= c.Params.Supports() && len(out.Dealings) < c.Params.Collection() {
			out.Dealings = append(out.Dealings, &protocol.SupportedDealing{Dealing: d.IDKGDealing})
		}
	}
	if len(out.Dealings) < c.Params.Collection() {
		return nil
	}
	for _, supported := range out.Dealings {
		p.aggregate(c, m.dealings[c.DealerIndex(supported.Dealing.Dealer)], supported)
	}
	return out
}

// aggregate adds up as many supports as a dealing needs.
func (p *Pool) aggregate(c *protocol.IDKGConfig, d *dealing, into *protocol.SupportedDealing) {
	chosen := slices.Clone(d.supports[:c.Params.Supports()])
	slices.SortFunc(chosen, func(a, b *protocol.IDKGSupport) int { return cmp.Compare(a.Signer, b.Signer) })
	sigs := make([]crypto.MultiSignature, len(chosen))
	for i, s := range chosen {
		into.Signers, sigs[i] = append(into.Signers, s.Signer), s.Signature
	}
	msg := protocol.IDKGSupportSignable(c.ID, d.Dealer, d.ID())
	into.Signature, _ = p.cfg.Keys.CombineMulti(into.Signers, c.Registry, msg, sigs) // of valid shares
}

// maxLoaded bounds a generation of the shares that a node keeps: those of a stash of 250 ECDSA pre-signatures.
const maxLoaded = 1000

// shares are a node's shares of transcripts, by their digests.
type shares struct{ young, old map[crypto.Hash]crypt.Opening }

func (s *shares) get(digest crypto.Hash) (crypt.Opening, bool) {
	o, ok := s.young[digest]
	if !ok {
		if o, ok = s.old[digest]; ok {
			s.put(digest, o)
		}
	}
	return o, ok
}

func (s *shares) put(digest crypto.Hash, o crypt.Opening) {
	if len(s.young) >= maxLoaded || s.young == nil {
		s.young, s.old = make(map[crypto.Hash]crypt.Opening), s.young
	}
	s.young[digest] = o
}

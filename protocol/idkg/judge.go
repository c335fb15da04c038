package idkg

import (
	"slices"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	crypt "icsim/crypto/idkg"
	"icsim/protocol"
	"icsim/protocol/keys"
)

type keysSigning = keys.Signing

// Reasons to refuse an artifact, beside those of section.go.
const (
	ReasonReceiver  = "message of IDKG by a node that shares no such transcript"
	ReasonTwice     = "second IDKG dealing of a dealer for one transcript"
	ReasonOther     = "support of another dealing than the dealer's"
	ReasonComplaint = "IDKG complaint: "
	ReasonOpening   = "IDKG opening: "
	ReasonShare     = "invalid share of a signature or key"
	ReasonKind      = "share of a signature as one of a key, or the reverse"
)

// What an artifact is deferred for.
const (
	waits = "not known yet" // it stays unvalidated
	stale = "not of use"    // it is dropped without blame
)

// judgeAll validates what it can.
func (p *Pool) judgeAll(out *Effects) {
	todo := p.unvalidated
	p.unvalidated = nil
	for pass := 0; len(todo) > 0; pass++ {
		waiting := todo[:0]
		for _, r := range todo {
			switch v := p.judge(r.artifact, out); {
			case v.Kind == protocol.Defers && v.Reason == waits:
				waiting = append(waiting, r)
			case v.Kind == protocol.Rejects:
				out.Notes = append(out.Notes, protocol.Note{
					Kind: protocol.NoteInvalid, Height: r.artifact.Height(), Hash: crypto.Hash(r.artifact.ID()), Peer: r.from,
					Value: uint64(r.artifact.Kind()), Reason: v.Reason,
				})
			}
		}
		progress := len(waiting) < len(todo)
		clear(todo[len(waiting):])
		todo = waiting
		if !progress {
			break
		}
	}
	p.unvalidated = todo
}

func (p *Pool) judge(a protocol.Artifact, out *Effects) protocol.Verdict {
	switch a := a.(type) {
	case *protocol.IDKGDealing:
		return p.judgeDealing(a, out)
	case *protocol.IDKGSupport:
		return p.judgeSupport(a)
	case *protocol.IDKGComplaint:
		return p.judgeComplaint(a, out)
	case *protocol.IDKGOpening:
		return p.judgeOpening(a)
	case *protocol.SignatureShare:
		return p.judgeShare(a)
	}
	return protocol.Defer(stale)
}

// unknown is what becomes of an artifact of a transcript that the tip does not ask for.
func (p *Pool) unknown(id protocol.IDKGID) protocol.Verdict {
	if id.Height > p.tip.Height {
		return protocol.Defer(waits)
	}
	return protocol.Defer(stale)
}

func (p *Pool) judgeDealing(d *protocol.IDKGDealing, out *Effects) protocol.Verdict {
	m := p.find(d.Transcript)
	if m == nil {
		return p.unknown(d.Transcript)
	}
	if at := m.DealerIndex(d.Dealer); at >= 0 && m.dealings[at] != nil {
		if m.dealings[at].ID() == d.ID() {
			return protocol.Defer(stale)
		}
		return protocol.Refuse(ReasonTwice)
	}
	v := judgeDealing(p.cfg.Keys, m.IDKGConfig, d)
	if v.Kind == protocol.Accepts {
		p.admit(m, d, out)
	}
	return v
}

func (p *Pool) judgeSupport(s *protocol.IDKGSupport) protocol.Verdict {
	m := p.find(s.Transcript)
	if m == nil {
		return p.unknown(s.Transcript)
	}
	at := m.DealerIndex(s.Dealer)
	switch {
	case at < 0:
		return protocol.Refuse(ReasonDealer)
	case m.ReceiverIndex(s.Signer) < 0:
		return protocol.Refuse(ReasonReceiver)
	case m.dealings[at] == nil:
		return protocol.Defer(waits)
	case m.dealings[at].ID() != s.Dealing:
		return protocol.Refuse(ReasonOther) // the dealer made two
	}
	d := m.dealings[at]
	if slices.ContainsFunc(d.supports, func(o *protocol.IDKGSupport) bool { return o.Signer == s.Signer }) {
		return protocol.Defer(stale)
	}
	if !p.cfg.Keys.VerifyMultiShare(s.Signer, m.Registry, s.Signable(), s.Signature) {
		return protocol.Refuse(ReasonSignature)
	}
	d.supports = append(d.supports, s)
	return protocol.Accept()
}

func (p *Pool) judgeShare(share *protocol.SignatureShare) protocol.Verdict {
	s := p.request(share.Request)
	if s == nil {
		if c := p.state.Find(share.Request); share.Request >= p.state.Next || c != nil && !c.IsReady() {
			return protocol.Defer(waits)
		}
		return protocol.Defer(stale)
	}
	at := slices.Index(s.context.Signers(), share.Signer)
	switch {
	case at < 0:
		return protocol.Refuse(ReasonReceiver)
	case share.Kind() != kindOf(s.context):
		return protocol.Refuse(ReasonKind)
	case slices.ContainsFunc(s.shares, func(o *protocol.SignatureShare) bool { return o.Signer == share.Signer }):
		return protocol.Defer(stale)
	case s.Signing == nil || !s.VerifyShare(at, share.Share):
		return protocol.Refuse(ReasonShare)
	}
	s.shares = append(s.shares, share)
	return protocol.Accept()
}

// answer combines what makes the answer to a request, or gives nil (payload_builder/signatures.rs).
func (p *Pool) answer(c *protocol.SignatureContext) []byte {
	s := p.request(c.ID)
	if s == nil || s.Signing == nil || len(s.shares) < s.Threshold() {
		return nil
	}
	all := make([]chainkey.NodeShare, 0, s.Threshold())
	for _, share := range s.shares[:s.Threshold()] {
		all = append(all, chainkey.NodeShare{Signer: slices.Index(c.Signers(), share.Signer), Share: share.Share})
	}
	raw, err := s.Combine(all)
	if err != nil {
		return nil
	}
	return raw
}

// Complaints and openings (rs/consensus/idkg/src/complaints.rs).

// openings counts the openings that the pool has: what could not be loaded is tried again when there are more.
func (p *Pool) openings() (n int) {
	for _, t := range p.troubles {
		n += len(t.openings)
	}
	return n
}

func (p *Pool) openingsOf(id protocol.IDKGID) (all []crypt.DealerOpening) {
	for _, t := range p.troubles {
		if t.ID == id {
			for _, o := range t.openings {
				all = append(all, o.Opening)
			}
		}
	}
	return all
}

// trouble gives what is known of complaints about a transcript.
func (p *Pool) trouble(t *protocol.IDKGTranscript) *trouble {
	for _, known := range p.troubles {
		if known.ID == t.ID {
			return known
		}
	}
	fresh := &trouble{IDKGTranscript: t}
	p.troubles = append(p.troubles, fresh)
	return fresh
}

// complain complains about dealers, once each.
func (p *Pool) complain(t *protocol.IDKGTranscript, dealers []int, out *Effects) {
	held := p.trouble(t)
	for _, dealer := range dealers {
		if held.complained(p.cfg.Node, dealer) {
			continue
		}
		made, ok := p.cfg.Keys.ComplainIDKG(t, dealer)
		if !ok {
			continue
		}
		sig := p.cfg.Keys.SignBasic(protocol.IDKGComplaintSignable(t.ID, made))
		c := protocol.NewIDKGComplaint(t.ID, p.cfg.Node, made, sig)
		held.complaints = append(held.complaints, c)
		out.Publish = append(out.Publish, c)
		out.Notes = append(out.Notes, protocol.Note{
			Kind: protocol.NoteIDKGComplaint, Height: t.ID.Height, Hash: crypto.Hash(c.ID()), Peer: t.Dealers[dealer], Value: t.ID.Serial,
		})
	}
}

func (t *trouble) complained(n protocol.NodeID, dealer int) bool {
	return slices.ContainsFunc(t.complaints, func(c *protocol.IDKGComplaint) bool {
		return c.Signer == n && c.Complaint.Dealer == dealer
	})
}

func (t *trouble) opened(n protocol.NodeID, dealer int) bool {
	return slices.ContainsFunc(t.openings, func(o *protocol.IDKGOpening) bool {
		return o.Signer == n && o.Opening.Dealer == dealer
	})
}

// judgeComplaint answers a complaint that is justified with this node's own share of the dealing.
func (p *Pool) judgeComplaint(c *protocol.IDKGComplaint, out *Effects) protocol.Verdict {
	t := p.transcript(c.Transcript)
	if t == nil {
		return p.unknown(c.Transcript)
	}
	at := t.ReceiverIndex(c.Signer)
	held := p.trouble(t)
	switch {
	case at < 0 || c.Complaint.Complainer != at:
		return protocol.Refuse(ReasonReceiver)
	case held.complained(c.Signer, c.Complaint.Dealer):
		return protocol.Defer(stale)
	case !p.cfg.Keys.VerifyBasic(c.Signer, t.Registry, c.Signable(), c.Signature):
		return protocol.Refuse(ReasonSignature)
	}
	if reason := p.cfg.Keys.VerifyIDKGComplaint(t, c.Complaint); reason != crypt.Valid {
		return protocol.Refuse(ReasonComplaint + reason.String())
	}
	held.complaints = append(held.complaints, c)
	if t.ReceiverIndex(p.cfg.Node) < 0 || held.opened(p.cfg.Node, c.Complaint.Dealer) {
		return protocol.Accept()
	}
	made, ok := p.cfg.Keys.OpenIDKG(t, c.Complaint.Dealer)
	if !ok {
		return protocol.Accept() // its own share is bad, too
	}
	o := protocol.NewIDKGOpening(t.ID, p.cfg.Node, made, p.cfg.Keys.SignBasic(protocol.IDKGOpeningSignable(t.ID, &made)))
	held.openings = append(held.openings, o)
	out.Publish = append(out.Publish, o)
	out.Notes = append(out.Notes, protocol.Note{
		Kind: protocol.NoteIDKGOpening, Height: t.ID.Height, Hash: crypto.Hash(o.ID()), Peer: c.Signer, Value: t.ID.Serial,
	})
	return protocol.Accept()
}

// judgeOpening takes openings of dealings that this node complained about.
func (p *Pool) judgeOpening(o *protocol.IDKGOpening) protocol.Verdict {
	t := p.transcript(o.Transcript)
	if t == nil {
		return p.unknown(o.Transcript)
	}
	held := p.trouble(t)
	at := t.ReceiverIndex(o.Signer)
	switch {
	case !held.complained(p.cfg.Node, o.Opening.Dealer), held.opened(o.Signer, o.Opening.Dealer):
		return protocol.Defer(stale)
	case at < 0 || o.Opening.Opener != at:
		return protocol.Refuse(ReasonReceiver)
	case !p.cfg.Keys.VerifyBasic(o.Signer, t.Registry, o.Signable(), o.Signature):
		return protocol.Refuse(ReasonSignature)
	}
	if reason := p.cfg.Keys.VerifyIDKGOpening(t, o.Opening); reason != crypt.Valid {
		return protocol.Refuse(ReasonOpening + reason.String())
	}
	held.openings = append(held.openings, o)
	return protocol.Accept()
}

// transcript finds a transcript that is in use.
func (p *Pool) transcript(id protocol.IDKGID) (found *protocol.IDKGTranscript) {
	p.eachInUse(p.tip, func(t *protocol.IDKGTranscript) {
		if t.ID == id {
			found = t
		}
	})
	return found
}

// InUse gives the oldest registry version whose encryption keys a transcript in use is shared with, at the tip, in the state or at an
// earlier block; and which keys the tip has.
func (p *Pool) InUse(since *protocol.Block) (oldest protocol.RegistryVersion, has func(chainkey.KeyID) bool) {
	oldest = p.tip.Context.RegistryVersion
	older := func(t *protocol.IDKGTranscript) { oldest = min(oldest, t.Registry) }
	p.eachInUse(p.tip, older)
	p.eachInUse(since, older)
	for _, m := range p.making {
		oldest = min(oldest, m.Registry)
	}
	return oldest, func(id chainkey.KeyID) bool {
		if id.Algorithm == chainkey.VetKD {
			return true
		}
		payload := p.tip.Payload.Batch.IDKG
		return payload != nil && payload.Key(id) != nil && payload.Key(id).Current != nil
	}
}

// eachInUse visits the transcripts of keys and of pre-signatures on their way in a block, of those in a stash, and of open requests.
func (p *Pool) eachInUse(in *protocol.Block, visit func(*protocol.IDKGTranscript)) {
	some := func(t *protocol.IDKGTranscript) {
		if t != nil {
			visit(t)
		}
	}
	for _, m := range p.making {
		some(m.Left)
		some(m.Right)
	}
	if payload := in.Payload.Batch.IDKG; payload != nil {
		for i := range payload.Keys {
			some(payload.Keys[i].Current)
			some(payload.Keys[i].Next)
		}
		for _, c := range payload.Creating {
			for _, t := range c.Transcripts {
				some(t)
			}
		}
	}
	if p.state == nil {
		return
	}
	preSignature := func(s *protocol.PreSignature) {
		some(s.Master)
		for _, t := range s.Transcripts {
			some(t)
		}
	}
	for _, c := range p.state.Open {
		if c.PreSignature != nil {
			preSignature(c.PreSignature)
		}
	}
	for i := range p.state.Stashes {
		for _, s := range p.state.Stashes[i].PreSignatures {
			preSignature(s)
		}
	}
}

// forgetTroubles lets go of complaints and openings for transcripts that are in use no more.
func (p *Pool) forgetTroubles(out *Effects) {
	if len(p.troubles) == 0 || p.state == nil {
		return
	}
	kept := p.troubles[:0]
	for _, t := range p.troubles {
		if p.transcript(t.ID) != nil {
			kept = append(kept, t)
			continue
		}
		t.each(p.withdraw(out))
	}
	clear(p.troubles[len(kept):])
	p.troubles = kept
}

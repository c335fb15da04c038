package outcalls

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// Reasons to refuse a share.
const (
	ReasonRedundant = "second share of a node for one outcall"
	ReasonTimeout   = "outcall share with another timeout"
	ReasonAttached  = "outcall share with a response that should stay with its node"
	ReasonMissing   = "outcall share without its response"
	ReasonResponse  = "outcall share of another response than it carries"
	ReasonOversized = "outcall response larger than asked for"
	ReasonSigner    = "outcall share of a node that was not to ask"
	ReasonSignature = "outcall share with an invalid signature"
)

// Step brings the pool up to the latest state: shares of calls that were answered go, new calls are made, and what peers
// sent is judged (pool_manager.rs, generate_change_set). Idle, it costs a comparison.
func (p *Pool) Step(out *Effects) {
	if latest := p.cfg.Latest(); !same(latest, p.seen) {
		p.follow(latest, out)
	}
	if len(p.unvalidated) > 0 {
		p.judgeAll(out)
	}
}

// same reports whether two values are of one state or of states between which nothing was opened or closed: slices are never
// written to.
func same(a, b protocol.Outcalls) bool {
	return a.Next == b.Next && len(a.Open) == len(b.Open) && (len(a.Open) == 0 || &a.Open[0] == &b.Open[0])
}

// follow takes up the calls of a state. What is known of calls that stay open is kept.
func (p *Pool) follow(latest protocol.Outcalls, out *Effects) {
	calls := make([]*call, 0, len(latest.Open))
	old := p.calls
	for _, c := range latest.Open {
		for len(old) > 0 && old[0].ID < c.ID {
			old[0].forget(p.cfg.Node, out)
			old = old[1:]
		}
		if len(old) > 0 && old[0].ID == c.ID {
			calls, old = append(calls, old[0]), old[1:]
			continue
		}
		calls = append(calls, &call{OutcallContext: c})
		p.request(c, out)
	}
	for _, c := range old {
		c.forget(p.cfg.Node, out)
	}
	p.calls, p.seen = calls, latest
}

// forget withdraws the node's own share.
func (c *call) forget(self protocol.NodeID, out *Effects) {
	if s := c.shareOf(self); s != nil {
		out.Withdraw = append(out.Withdraw, protocol.MetaOf(s))
	}
}

// request asks the server, if this node is to.
func (p *Pool) request(c *protocol.OutcallContext, out *Effects) {
	if version, ok := p.cfg.Registry(); !ok || !p.mayAsk(c, p.cfg.Node, version) {
		return
	}
	p.cfg.Keys.Meter.Charge(protocol.OpOutcall, 1)
	out.Requests = append(out.Requests, fetch(p.cfg.Adapter, p.cfg.Node, c))
}

// mayAsk reports whether a node is one of those that make a call.
func (p *Pool) mayAsk(c *protocol.OutcallContext, n protocol.NodeID, version protocol.RegistryVersion) bool {
	if !c.IsReplicated() {
		return n == c.Node
	}
	return isMember(p.cfg.Keys.Registry.At(version).Subnet(p.cfg.Subnet).Members, n)
}

func isMember(members []protocol.NodeID, n protocol.NodeID) bool {
	_, ok := slices.BinarySearch(members, n)
	return ok
}

// Arrived takes what a server answered: the node signs its response, and tells its peers.
func (p *Pool) Arrived(r *Request, out *Effects) {
	c := p.find(r.ID)
	version, ok := p.cfg.Registry()
	if c == nil || !ok || c.shareOf(p.cfg.Node) != nil {
		return // answered meanwhile, without us
	}
	if r.later {
		p.request(c.OutcallContext, out)
		return
	}
	response := p.respond(c.OutcallContext, r.response, r.reject)
	p.cfg.Keys.Meter.Charge(protocol.OpHashByte, response.Size())
	metadata := protocol.OutcallMetadata{
		ID: c.ID, Timeout: c.Deadline(), Hash: response.Hash(), Registry: version, Version: p.cfg.Version,
	}
	sig := p.cfg.Keys.SignBasic(metadata.Signable())
	c.responses = append(c.responses, response)
	if c.IsReplicated() {
		response = nil
	}
	share := protocol.NewOutcallShare(metadata, p.cfg.Node, sig, response)
	c.shares = append(c.shares, share)
	out.Publish = append(out.Publish, Published{Artifact: share, Push: c.IsReplicated()})
}

// judgeAll validates what it can. Shares of calls that the latest state does not know yet wait.
func (p *Pool) judgeAll(out *Effects) {
	waiting := p.unvalidated[:0]
	for _, r := range p.unvalidated {
		if r.share.Metadata.ID >= p.seen.Next {
			waiting = append(waiting, r)
			continue
		}
		c := p.find(r.share.Metadata.ID)
		if c == nil {
			continue // answered already
		}
		switch v := p.judge(c, r.share); v.Kind {
		case protocol.Accepts:
			c.shares = append(c.shares, r.share)
			if r.share.Response != nil {
				c.responses = append(c.responses, r.share.Response)
			}
		case protocol.Rejects:
			out.Notes = append(out.Notes, protocol.Note{
				Kind: protocol.NoteInvalid, Hash: crypto.Hash(r.share.ID()), Peer: r.from, Value: uint64(protocol.KindOutcallShare), Reason: v.Reason,
			})
		}
	}
	clear(p.unvalidated[len(waiting):])
	p.unvalidated = waiting
}

// judge accepts a share, rejects a faulty one, and defers what is of no use: the latter is dropped without blame
// (pool_manager.rs, validate_shares).
func (p *Pool) judge(c *call, s *protocol.OutcallShare) protocol.Verdict {
	version, ok := p.cfg.Registry()
	m := &s.Metadata
	switch {
	case !ok || m.Registry != version || m.Version != p.cfg.Version:
		return protocol.Defer("other registry or replica version")
	case c.shareOf(s.Signer) != nil:
		return protocol.Refuse(ReasonRedundant)
	case m.Timeout != c.Deadline():
		return protocol.Refuse(ReasonTimeout)
	}
	if v := p.judgeResponse(c.OutcallContext, s); v.Kind != protocol.Accepts {
		return v
	}
	switch {
	case !p.mayAsk(c.OutcallContext, s.Signer, version):
		return protocol.Refuse(ReasonSigner)
	case !p.cfg.Keys.VerifyBasic(s.Signer, version, m.Signable(), s.Signature):
		return protocol.Refuse(ReasonSignature)
	}
	return protocol.Accept()
}

// judgeResponse: a share carries its response exactly if nobody else can have it.
func (p *Pool) judgeResponse(c *protocol.OutcallContext, s *protocol.OutcallShare) protocol.Verdict {
	switch r := s.Response; {
	case c.IsReplicated() && r != nil:
		return protocol.Refuse(ReasonAttached)
	case c.IsReplicated():
		return protocol.Accept()
	case r == nil:
		return protocol.Refuse(ReasonMissing)
	case r.ID != c.ID || r.Hash() != s.Metadata.Hash:
		return protocol.Refuse(ReasonResponse)
	case !fits(c, r):
		return protocol.Refuse(ReasonOversized)
	}
	p.cfg.Keys.Meter.Charge(protocol.OpHashByte, s.Response.Size())
	return protocol.Accept()
}

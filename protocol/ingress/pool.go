package ingress

import (
	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/authentication"
	"icsim/protocol/keys"
)

// Bounds of what one peer, or this node's own users, may have in the pool (the production configuration's
// ingress_pool_max_count and ingress_pool_max_bytes).
const (
	MaxMessages = 10_000
	MaxBytes    = 100_000_000
)

// Config says whose pool it is.
type Config struct {
	Node   protocol.NodeID
	Subnet protocol.SubnetID
	Keys   *keys.Keyring
	Judge  authentication.Judgement // of whose a call is
	// IsKnown says whether the latest state's ingress history has a message: then it is no longer wanted.
	IsKnown func(protocol.MessageID) bool
}

// Effects is what a call did that the world must see.
type Effects struct {
	Publish  []*protocol.SignedIngress // submitted here: to be pushed to all peers
	Withdraw []protocol.ArtifactMeta   // of what was published
	Notes    []protocol.Note
}

// A Pool holds one node's ingress messages. It is lost in a crash.
type Pool struct {
	cfg         Config
	unvalidated []received
	validated   map[protocol.MessageID]*message
	oldest      *message // of the validated ones in the order they came
	newest      *message
	earliest    protocol.Time // no validated message expires before; Never when there is none
	used        map[protocol.NodeID]*usage
}

type received struct {
	ingress *protocol.SignedIngress
	from    protocol.NodeID
	used    *usage // that peer's
}

// A message is a validated one, linked to its neighbours in order of arrival.
type message struct {
	received
	older, newer *message
}

// NewPool makes an empty pool.
func NewPool(cfg Config) *Pool {
	return &Pool{
		cfg:       cfg,
		validated: make(map[protocol.MessageID]*message),
		earliest:  protocol.Never,
		used:      make(map[protocol.NodeID]*usage),
	}
}

// Len is the number of valid calls.
func (p *Pool) Len() int { return len(p.validated) }

// Has tells whether the pool has a call, or the state: then it need not be judged again.
func (p *Pool) Has(id protocol.MessageID) bool { return p.validated[id] != nil || p.cfg.IsKnown(id) }

// Submit takes a user's call that this node's endpoint has judged (rs/http_endpoints/public, rs/validator). Accepted means that
// the pool has it, already had it, or that the state has; the first publishes it.
//
// Model: the replica's endpoint and its ingress manager both verify the signature; here it is done once.
func (p *Pool) Submit(m *protocol.SignedIngress, out *Effects) protocol.Verdict {
	if p.Has(m.MessageID) {
		return protocol.Accept()
	}
	own := p.usage(p.cfg.Node)
	if !own.hasRoom(m) {
		return protocol.Refuse(ReasonPoolFull)
	}
	own.take(m)
	p.add(received{m, p.cfg.Node, own})
	out.Publish = append(out.Publish, m)
	out.Notes = append(out.Notes, protocol.Note{Kind: protocol.NoteIngressAccepted, Hash: crypto.Hash(m.MessageID), Peer: p.cfg.Node})
	return protocol.Accept()
}

// Insert takes a message that a peer sent into the unvalidated pool; the next step judges it. What exceeds the
// peer's bounds is dropped.
func (p *Pool) Insert(m *protocol.SignedIngress, from protocol.NodeID) {
	if u := p.usage(from); u.hasRoom(m) {
		u.take(m)
		p.unvalidated = append(p.unvalidated, received{m, from, u})
	}
}

// Lost drops an unvalidated message that no peer advertises any more. Steps leave none behind, so that only a message
// inserted since the last step can be meant.
func (p *Pool) Lost(id protocol.ArtifactID) {
	for i, r := range p.unvalidated {
		if r.ingress.ID() == id {
			r.used.give(r.ingress)
			p.unvalidated = append(p.unvalidated[:i], p.unvalidated[i+1:]...)
			return
		}
	}
}

// Step judges the unvalidated messages and drops the expired ones (ingress_handler.rs, on_state_change). Idle, it
// costs nothing.
func (p *Pool) Step(now protocol.Time, out *Effects) {
	for _, r := range p.unvalidated {
		if v := p.judge(r.ingress, now); v.Kind == protocol.Accepts {
			p.add(r)
		} else {
			r.used.give(r.ingress)
			if v.Kind == protocol.Rejects {
				out.Notes = append(out.Notes, protocol.Note{
					Kind: protocol.NoteInvalid, Hash: crypto.Hash(r.ingress.ID()), Peer: r.from,
					Value: uint64(protocol.KindIngress), Reason: v.Reason,
				})
			}
		}
	}
	clear(p.unvalidated)
	p.unvalidated = p.unvalidated[:0]
	if now > p.earliest {
		p.purge(now, out)
	}
}

// judge accepts a peer's message, rejects a faulty one, and defers what is merely of no use: the latter is dropped
// without blame.
func (p *Pool) judge(m *protocol.SignedIngress, now protocol.Time) protocol.Verdict {
	if p.validated[m.MessageID] != nil || p.cfg.IsKnown(m.MessageID) || m.Content.Expiry < now {
		return protocol.Defer("not needed")
	}
	if v := checkExpiry(m, now, protocol.IngressTTL+protocol.ExpiryDrift); v.Kind != protocol.Accepts {
		return v
	}
	return p.checkRequest(m, now)
}

// Inducted drops messages that a round has recorded in the ingress history.
func (p *Pool) Inducted(ids []protocol.MessageID, out *Effects) {
	for _, id := range ids {
		if m := p.validated[id]; m != nil {
			p.remove(m, out)
		}
	}
}

// Bouncer says whether an advertised message is wanted: one that is alive and not too young (section B).
func (p *Pool) Bouncer(meta protocol.ArtifactMeta, now protocol.Time) protocol.Wish {
	if meta.Expiry < now || meta.Expiry > now+protocol.IngressTTL {
		return protocol.Unwanted
	}
	return protocol.Wanted
}

// Lookup finds a validated message by id and by hash of its bytes, or gives nil. The id alone does not tell a
// message from the same call with another signature.
func (p *Pool) Lookup(id protocol.MessageID, bytes crypto.Hash) *protocol.SignedIngress {
	if m := p.validated[id]; m != nil && m.ingress.BytesHash == bytes {
		return m.ingress
	}
	return nil
}

// Validated finds what a peer fetches, or gives nil.
//
// A fetch names the artifact and not the request: the pool looks through all, which only happens for messages that
// were advertised, and those submitted here are pushed.
func (p *Pool) Validated(id protocol.ArtifactID) protocol.Artifact {
	for m := p.oldest; m != nil; m = m.newer {
		if m.ingress.ID() == id {
			return m.ingress
		}
	}
	return nil
}

// NumValidated is how many messages could be selected.
func (p *Pool) NumValidated() int { return len(p.validated) }

// NextWake is when the next message expires: a step just after it purges. Never when there is none.
func (p *Pool) NextWake() protocol.Time {
	if p.earliest == protocol.Never {
		return protocol.Never
	}
	return p.earliest + 1
}

// checkRequest judges a message by the node's clock and what it knows of the registry.
func (p *Pool) checkRequest(m *protocol.SignedIngress, now protocol.Time) protocol.Verdict {
	return checkRequest(p.cfg.Judge, p.cfg.Keys, p.cfg.Subnet, p.cfg.Keys.Registry.Latest(now), m, now)
}

package outcalls

import (
	"cmp"
	"slices"
	"time"

	"icsim/protocol"
	"icsim/protocol/keys"
)

// Config says whose pool it is, and what it looks at.
type Config struct {
	Node    protocol.NodeID
	Subnet  protocol.SubnetID
	Version protocol.ReplicaVersion
	Keys    *keys.Keyring
	Adapter Adapter
	// Latest gives the open calls of the latest state. It is cheap.
	Latest func() protocol.Outcalls
	// Registry gives the version in force at the finalized height.
	Registry func() (protocol.RegistryVersion, bool)
	// Transform makes of a server's response what the call is answered with, on the latest certified state.
	Transform func(*protocol.OutcallContext, *protocol.HTTPResponse) protocol.Transformed
}

// Published is an artifact for the peers; Push says that its bytes go along whatever their number.
type Published struct {
	Artifact *protocol.OutcallShare
	Push     bool
}

// A Request is one that was made to a server. What came of it is known to the simulation; the node learns it After that time,
// when the request is handed to Arrived.
type Request struct {
	ID       protocol.OutcallID
	After    time.Duration
	response *protocol.HTTPResponse
	reject   protocol.Reject
	later    bool // there is no answer yet
}

// Effects is what a call did that the world must see.
type Effects struct {
	Requests []*Request
	Publish  []Published
	Withdraw []protocol.ArtifactMeta
	Notes    []protocol.Note
}

// Reset empties the effects and keeps their memory.
func (e *Effects) Reset() {
	*e = Effects{Requests: e.Requests[:0], Publish: e.Publish[:0], Withdraw: e.Withdraw[:0], Notes: e.Notes[:0]}
}

// A Pool holds what one node knows of the responses to open calls. It is lost in a crash.
type Pool struct {
	cfg         Config
	seen        protocol.Outcalls // when the pool was last brought up to date
	calls       []*call           // ascending by id: those of seen
	unvalidated []received
}

// A call is what is known of one that is open.
type call struct {
	*protocol.OutcallContext
	shares    []*protocol.OutcallShare    // validated, one a signer, in the order they came
	responses []*protocol.OutcallResponse // that this node knows
}

type received struct {
	share *protocol.OutcallShare
	from  protocol.NodeID
}

// NewPool makes an empty pool.
func NewPool(cfg Config) *Pool { return &Pool{cfg: cfg} }

// IsIdle reports whether there is nothing that the next state could change.
func (p *Pool) IsIdle() bool { return len(p.calls)+len(p.unvalidated) == 0 }

// find gives what is known of a call, or nil.
func (p *Pool) find(id protocol.OutcallID) *call {
	i, ok := slices.BinarySearchFunc(p.calls, id, func(c *call, id protocol.OutcallID) int { return cmp.Compare(c.ID, id) })
	if !ok {
		return nil
	}
	return p.calls[i]
}

// shareOf gives a node's share, or nil.
func (c *call) shareOf(n protocol.NodeID) *protocol.OutcallShare {
	for _, s := range c.shares {
		if s.Signer == n {
			return s
		}
	}
	return nil
}

// Insert takes a share that a peer sent into the unvalidated pool; the next step judges it.
func (p *Pool) Insert(s *protocol.OutcallShare, from protocol.NodeID) {
	p.unvalidated = append(p.unvalidated, received{s, from})
}

// Lost drops an unvalidated share that no peer advertises any more.
func (p *Pool) Lost(id protocol.ArtifactID) {
	p.unvalidated = slices.DeleteFunc(p.unvalidated, func(r received) bool { return r.share.ID() == id })
}

// maxAhead is how far beyond the calls that it knows a node takes shares: what may be made in the three seconds that the
// replica's bouncer is old at most (gossip.rs, MAX_NUMBER_OF_REQUESTS_AHEAD).
const maxAhead = 3 * (100 + 15)

// Bouncer says whether an advertised share is wanted: one of a call that is open, or of one soon to be.
func (p *Pool) Bouncer(meta protocol.ArtifactMeta) protocol.Wish {
	open := p.cfg.Latest()
	switch {
	case meta.Outcall > open.Next+maxAhead:
		return protocol.WantedLater
	case meta.Outcall >= open.Next || open.Find(meta.Outcall) != nil:
		return protocol.Wanted
	}
	return protocol.Unwanted
}

// Validated finds a share of the validated pool, or gives nil.
func (p *Pool) Validated(meta protocol.ArtifactMeta) protocol.Artifact {
	if c := p.find(meta.Outcall); c != nil {
		for _, s := range c.shares {
			if s.ID() == meta.ID {
				return s
			}
		}
	}
	return nil
}

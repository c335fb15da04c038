package certification

import (
	"fmt"

	"icsim/protocol"
	"icsim/protocol/keys"
)

// MaxAhead is how many heights beyond the node's own state a certification is validated.
const MaxAhead = 20

// MinimumChainLength is how many heights below the CUP artifacts are kept (rs/consensus/utils).
const MinimumChainLength = 50

// Reasons to refuse an artifact.
const (
	ReasonShareHash     = "certification share of another state"
	ReasonShareSigner   = "certification share signer not in committee"
	ReasonShareInvalid  = "certification share invalid"
	ReasonInvalid       = "certification invalid"
	ReasonOwnDivergence = "certified state is not this node's"
)

// States is what the certifier needs of the state manager.
type States interface {
	// LatestHeight is the highest executed height. It is cheap.
	LatestHeight() protocol.Height
	// Uncertified lists executed heights without a certification with the root hashes of their certified trees,
	// ascending. It is asked when LatestHeight has changed.
	Uncertified() []protocol.HeightHash
	// Deliver brings the certification of an executed height; its hash is the state's.
	Deliver(*protocol.Certification)
}

// Consensus is what the certifier reads of the consensus pool.
type Consensus interface {
	CUPHeight() protocol.Height
	// HighTranscript is the high-threshold key in force at a height, or nil when this node does not know it yet.
	HighTranscript(protocol.Height) *protocol.Transcript
}

// Config says whose certifier it is.
type Config struct {
	Node      protocol.NodeID
	Subnet    protocol.SubnetID
	Keys      *keys.Keyring
	States    States
	Consensus Consensus
}

// Published is an artifact for the peers; Push says that it is latency sensitive.
type Published struct {
	Artifact protocol.Artifact
	Push     bool
}

// Effects is what a step did that the world must see.
type Effects struct {
	Publish  []Published
	Withdraw []protocol.ArtifactMeta
	Writes   []protocol.Write
	Notes    []protocol.Note
}

// Reset empties the effects and keeps their memory.
func (e *Effects) Reset() {
	*e = Effects{
		Publish: protocol.Reuse(e.Publish), Withdraw: protocol.Reuse(e.Withdraw),
		Writes: protocol.Reuse(e.Writes), Notes: protocol.Reuse(e.Notes),
	}
}

// A Certifier is one node's certification pool with the component that works on it. What a crash leaves of it is on
// disk, for Restore.
type Certifier struct {
	cfg       Config
	heights   map[protocol.Height]*height
	dirty     []protocol.Height // heights with something to do, in the order they got it
	executed  protocol.Height   // LatestHeight when Uncertified was last asked
	purged    protocol.Height   // nothing is kept below
	published []Published       // restored, to be published in the next step
}

// New makes a certifier with an empty pool.
func New(cfg Config) *Certifier {
	return &Certifier{cfg: cfg, heights: make(map[protocol.Height]*height)}
}

// Restore fills the validated pool with what DiskCertificationPool holds. Call it before anything else. The next step
// offers it to the peers: certifications, and the node's own share where there is none.
func (c *Certifier) Restore(fromDisk []any) {
	for _, v := range fromDisk {
		switch a := v.(type) {
		case *protocol.CertificationShare:
			c.at(a.AtHeight).own = a
		case *protocol.Certification:
			c.at(a.AtHeight).certification = a
		default:
			panic(fmt.Sprintf("certification: node %s: %T on disk", c.cfg.Node, v))
		}
	}
	for _, v := range fromDisk {
		a := v.(protocol.Artifact)
		h := c.heights[a.Height()]
		h.offered = append(h.offered, a)
		if a.Kind() == protocol.KindCertification || h.certification == nil {
			c.published = append(c.published, Published{Artifact: a, Push: a.Kind().IsShare()})
		}
	}
}

// Insert puts a peer's artifact into the unvalidated pool.
func (c *Certifier) Insert(a protocol.Artifact, from protocol.NodeID) {
	if a.Height() < c.purged {
		return
	}
	h := c.at(a.Height())
	if h.certification != nil {
		return // nothing more is wanted at this height
	}
	switch a := a.(type) {
	case *protocol.CertificationShare:
		h.newShares = append(h.newShares, a)
	case *protocol.Certification:
		h.newCertifications = append(h.newCertifications, incoming{a, from})
	default:
		panic(fmt.Sprintf("certification: node %s: %s inserted", c.cfg.Node, a.Kind()))
	}
	c.touch(h)
}

// Lost drops an artifact from the unvalidated pool.
func (c *Certifier) Lost(meta protocol.ArtifactMeta) {
	if h := c.heights[meta.Height]; h != nil {
		h.forget(meta.ID)
	}
}

// Bouncer says whether an advertised artifact is wanted: at or above the CUP, and not certified yet (section B).
func (c *Certifier) Bouncer(meta protocol.ArtifactMeta) protocol.Wish {
	if meta.Height < c.cfg.Consensus.CUPHeight() || meta.Height < c.purged {
		return protocol.Unwanted
	}
	if h := c.heights[meta.Height]; h != nil && h.certification != nil {
		return protocol.Unwanted
	}
	return protocol.Wanted
}

// Validated finds an artifact of the validated pool, or gives nil.
func (c *Certifier) Validated(meta protocol.ArtifactMeta) protocol.Artifact {
	h := c.heights[meta.Height]
	if h == nil {
		return nil
	}
	if h.certification != nil && h.certification.ID() == meta.ID {
		return h.certification
	}
	if h.own != nil && h.own.ID() == meta.ID {
		return h.own
	}
	for _, s := range h.shares {
		if s.ID() == meta.ID {
			return s
		}
	}
	return nil
}

// Certification gives the certification of a height, or nil.
func (c *Certifier) Certification(at protocol.Height) *protocol.Certification {
	if h := c.heights[at]; h != nil {
		return h.certification
	}
	return nil
}

// at gives a height's record, made if need be.
func (c *Certifier) at(n protocol.Height) *height {
	h := c.heights[n]
	if h == nil {
		h = &height{number: n}
		c.heights[n] = h
	}
	return h
}

// touch has the next step look at a height.
func (c *Certifier) touch(h *height) {
	if !h.dirty {
		h.dirty = true
		c.dirty = append(c.dirty, h.number)
	}
}

package consensus

import (
	"fmt"
	"math/bits"

	"icsim/protocol"
)

// A Consensus is one node's consensus: the pool, and the components that work on it.
type Consensus struct {
	cfg        *Config
	env        *Env
	reader     Reader
	components []Named
	all        uint64    // a bit for each component
	restless   uint64    // for those that are asked always
	resting    []Resting // the others
	next       int       // whose turn it is
	changes    []ChangeAction
	settled    bool // all components had nothing to say
	at         rest // then
	until      Clock
}

// New starts from the genesis package, as if it had come at the given time. components come from DefaultComponents,
// which must have got the same cfg and env.
func New(cfg *Config, env *Env, components []Named, at Clock) *Consensus {
	c := &Consensus{cfg: cfg, env: env, components: components}
	c.reader.cfg, c.reader.env = cfg, env
	for i := range components {
		c.all |= 1 << i
		if r, ok := components[i].Component.(Resting); ok {
			c.resting = append(c.resting, r)
		} else {
			c.restless |= 1 << i
		}
	}
	c.reader.Validated.add(cfg.Genesis, origin{at, cfg.Node})
	c.reader.start(cfg.Genesis, at)
	return c
}

// maxRounds bounds the rounds of one step. Each round changes the pool, and a step cannot produce more artifacts than
// a catching-up node validates one by one.
const maxRounds = 1 << 16

// Step asks the components until nothing changes any more, and tells what the world must do. The caller resets out. At rest, nothing came
// of it, and all that can be read of consensus is as it was after the last step.
func (c *Consensus) Step(at Clock, out *Effects) (rest bool) {
	c.reader.out = out
	for round := 0; ; round++ {
		c.changes, rest = c.onStateChange(at, c.changes[:0])
		if len(c.changes) == 0 {
			break
		}
		if round == maxRounds {
			panic(fmt.Sprintf("consensus: node %s finds no rest at height %d", c.cfg.Node, c.reader.NotarizedHeight()))
		}
		for i := range c.changes {
			c.apply(&c.changes[i], at)
		}
		clear(c.changes)
		out.Changed = true
	}
	c.reader.out = nil
	return rest && out.isEmpty()
}

// onStateChange asks the components round robin, from the one after the last that had something to say, and stops at
// the first that has (rs/consensus/src/consensus.rs, CU/lib.rs RoundRobin; reference/protocol.md A.2). Those that rest are not asked. A
// subnet that the newest registry version halts is silent.
func (c *Consensus) onStateChange(at Clock, out []ChangeAction) (changes []ChangeAction, rest bool) {
	if c.reader.isHaltedByRegistry(at.Now) {
		return out, false
	}
	now, asked := c.reader.rest(), c.all
	if rest = c.settled && c.at == now && !at.reached(c.until); rest {
		asked = c.restless
	}
	before := uint64(1)<<c.next - 1
	for _, turn := range [...]uint64{asked &^ before, asked & before} {
		for ; turn != 0; turn &= turn - 1 {
			i := bits.TrailingZeros64(turn)
			if out = c.components[i].OnStateChange(&c.reader, at, out); len(out) > 0 {
				c.next = (i + 1) % len(c.components)
				return out, rest
			}
		}
	}
	if !rest {
		c.settle(now)
	}
	return out, rest
}

// settle notes that all have been asked, and until when those that rest need not be asked again.
func (c *Consensus) settle(now rest) {
	c.settled, c.at, c.until = true, now, never
	for _, r := range c.resting {
		until, ok := r.Rests()
		c.settled = c.settled && ok
		c.until = Clock{min(c.until.Now, until.Now), min(c.until.Instant, until.Instant)}
	}
}

// maxUnvalidated bounds the unvalidated pool: over a hundred heights of everything that 40 nodes send. The bouncer keeps
// honest traffic far below.
const maxUnvalidated = 1 << 16

// Insert puts an artifact that came from a peer into the unvalidated pool. What is there already, or far beyond reach,
// is dropped.
func (c *Consensus) Insert(a protocol.Artifact, from protocol.NodeID, at Clock) {
	r := &c.reader
	meta := protocol.ArtifactMeta{ID: a.ID(), Kind: a.Kind(), Height: a.Height()}
	if meta.Kind > lastKind || r.Unvalidated.Len() >= maxUnvalidated {
		return
	}
	if meta.Kind != protocol.KindCatchUpPackage && meta.Height > r.NextCUPHeight()+CUPGapBound {
		return
	}
	if r.Validated.drawer(meta.Kind).Has(meta.Height, meta.ID) {
		return
	}
	r.Unvalidated.add(a, origin{at, from})
}

// Lost drops an artifact from the unvalidated pool: no peer offers it any more (reference/protocol.md B).
func (c *Consensus) Lost(meta protocol.ArtifactMeta) {
	if meta.Kind <= lastKind {
		c.reader.Unvalidated.remove(&meta)
	}
}

// Validated gives a validated artifact, for serving peers, or nil.
func (c *Consensus) Validated(meta protocol.ArtifactMeta) protocol.Artifact {
	return c.reader.Validated.lookup(&meta)
}

// Reader gives the pool for observation.
func (c *Consensus) Reader() *Reader { return &c.reader }

// CUPHeight is the height of the highest catch-up package.
func (c *Consensus) CUPHeight() protocol.Height { return c.reader.CUPHeight() }

// FinalizedHeight is the height of the last finalized block.
func (c *Consensus) FinalizedHeight() protocol.Height { return c.reader.FinalizedHeight() }

// NotarizedHeight is the greatest height with a notarized block.
func (c *Consensus) NotarizedHeight() protocol.Height { return c.reader.NotarizedHeight() }

// BeaconHeight is the height of the last random beacon.
func (c *Consensus) BeaconHeight() protocol.Height { return c.reader.BeaconHeight() }

// HighTranscript is the key that certifies the state of a height, or nil while it is unknown.
func (c *Consensus) HighTranscript(h protocol.Height) *protocol.Transcript {
	return c.reader.Transcripts(h).High
}

// NeedsStateSync reports the package whose state this node must fetch: the chain before the package is gone, and message
// routing still waits for an earlier batch (C/catchup_package_maker.rs invoke_state_sync).
func (c *Consensus) NeedsStateSync() (h protocol.Height, hash protocol.StateHash, ok bool) {
	cup := c.reader.CUP()
	return cup.Height(), cup.Content.StateHash, c.env.Router.ExpectedBatchHeight() < cup.Height()
}

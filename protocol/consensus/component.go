package consensus

import "icsim/protocol"

// A Clock is what a node knows of time: its wall clock, which may drift and jump, and its monotonic clock, which
// counts from the node's start. A stalled wall clock does not stop consensus, because every delay is over when either
// clock says so (reference/protocol.md A.3, "Round start time").
type Clock struct{ Now, Instant protocol.Time }

// A Component looks at the pool and proposes changes; only the caller applies them. It appends to out. It must be
// cheap when nothing changed: it is asked several times in every step.
type Component interface {
	OnStateChange(pool *Reader, now Clock, out []ChangeAction) []ChangeAction
}

// A Resting component can say, when it was asked and had nothing to say, until when that holds while what a rest depends on is the same;
// ok is false if it waits for something else. The default ones do, but for the validator, which looks at the unvalidated section.
type Resting interface {
	Component
	Rests() (until Clock, ok bool)
}

// A rest is what the answers of resting components depend on: the validated section, what message routing expects, and states. While it
// is the same, and no moment that one of them waits for has come, asking them again gives nothing again.
type rest struct {
	full, own, shares           uint64
	expected, certified, latest protocol.Height
}

func (r *Reader) rest() rest {
	v := &r.Validated
	return rest{
		full: v.full, own: r.own, shares: v.shares, expected: r.env.Router.ExpectedBatchHeight(),
		certified: r.env.States.CertifiedHeight(), latest: r.env.States.LatestHeight(),
	}
}

// A Named component can be told apart by those who replace it.
type Named struct {
	Name string // as the rule's file: "notary", "block_maker"
	Component
}

// DefaultComponents gives the deployed components in the order in which they are asked
// (rs/consensus/src/consensus.rs; reference/protocol.md A.2). The purger has two turns in a cycle.
func DefaultComponents(cfg *Config, env *Env) []Named {
	purger := Named{"purger", &Purger{cfg: cfg, env: env}}
	return []Named{
		{"finalizer", &Finalizer{cfg: cfg, env: env}},
		{"catch_up_package_maker", &CatchUpPackageMaker{cfg: cfg, env: env}},
		{"share_aggregator", &ShareAggregator{cfg: cfg, env: env}},
		purger,
		{"notary", &Notary{cfg: cfg, env: env}},
		{"random_beacon_maker", &RandomBeaconMaker{cfg: cfg, env: env}},
		{"random_tape_maker", &RandomTapeMaker{cfg: cfg, env: env}},
		{"block_maker", &BlockMaker{cfg: cfg, env: env}},
		{"validator", NewValidator(cfg, env)},
		purger,
	}
}

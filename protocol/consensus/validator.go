package consensus

import (
	"icsim/crypto"
	"icsim/protocol"
)

// The Validator judges what peers sent (C/validator.rs; reference/protocol.md A.4). It asks twelve inner validators round
// robin and stops at the first that has something to say:
//
//	validate_notary.go   finalizations, notarizations and their shares
//	validate_blocks.go   block proposals
//	validate_random.go   beacons, tapes and their shares
//	validate_cup.go      catch-up packages and their shares
//	validate_proof.go    equivocation proofs
//
// What is invalid for ever is handled as invalid; what cannot be judged yet stays and is judged again. Artifacts of
// another replica version are dropped without a word. Nothing but CUPs is validated more than CUPGapBound above the
// next CUP's height, so that a lagging node's pool stays bounded (H, incident 10).
type Validator struct {
	cfg   *Config
	env   *Env
	inner [12]innerValidator
	next  int // whose turn it is

	kinds    [12]protocol.ArtifactKind // of inner
	quiet    validatorStamp            // with it all had nothing to say, and none waits for what it does not tell
	again    bool                      // the inner validator asked waits for time, or for what has no version
	messages [lastKind + 1]message
	view     heightView
}

// An innerValidator judges one kind. It is asked only if something it depends on changed.
type innerValidator struct {
	kind  protocol.ArtifactKind
	judge func(*Validator, *Reader, Clock, []ChangeAction) []ChangeAction
	seen  validatorStamp
	again bool
}

// A validatorStamp is what a verdict depends on, but for time and what lies outside the pool. Of all inner validators together it is
// every change of the unvalidated section.
type validatorStamp struct {
	kind, notarizations, full uint64
	expected                  protocol.Height
}

// NewValidator makes the validator with its inner ones in the replica's order.
func NewValidator(cfg *Config, env *Env) *Validator {
	v := &Validator{cfg: cfg, env: env, inner: [12]innerValidator{
		{kind: protocol.KindFinalization, judge: (*Validator).finalizations},
		{kind: protocol.KindNotarization, judge: (*Validator).notarizations},
		{kind: protocol.KindBlockProposal, judge: (*Validator).blocks},
		{kind: protocol.KindRandomBeacon, judge: (*Validator).beacons},
		{kind: protocol.KindRandomTape, judge: (*Validator).tapes},
		{kind: protocol.KindCatchUpPackage, judge: (*Validator).catchUpPackages},
		{kind: protocol.KindFinalizationShare, judge: (*Validator).finalizationShares},
		{kind: protocol.KindNotarizationShare, judge: (*Validator).notarizationShares},
		{kind: protocol.KindRandomBeaconShare, judge: (*Validator).beaconShares},
		{kind: protocol.KindRandomTapeShare, judge: (*Validator).tapeShares},
		{kind: protocol.KindCatchUpPackageShare, judge: (*Validator).catchUpPackageShares},
		{kind: protocol.KindEquivocationProof, judge: (*Validator).proofs},
	}}
	for i := range v.inner {
		v.kinds[i] = v.inner[i].kind
	}
	return v
}

// OnStateChange gives the verdicts of one inner validator.
func (v *Validator) OnStateChange(r *Reader, now Clock, out []ChangeAction) []ChangeAction {
	u := &r.Unvalidated
	if u.count == 0 {
		return out
	}
	expected := v.env.Router.ExpectedBatchHeight()
	all := validatorStamp{u.full + u.shares, u.versions[protocol.KindNotarization], r.Validated.full, expected}
	if v.quiet == all {
		return out
	}
	for i := v.next; ; {
		if kind := v.kinds[i]; u.counts[kind] > 0 {
			in := &v.inner[i]
			s := validatorStamp{u.versions[kind], u.versions[protocol.KindNotarization], r.Validated.full, expected}
			if in.again || in.seen != s {
				v.again = false
				out = in.judge(v, r, now, out)
				in.seen, in.again = s, v.again
			}
		}
		if i++; i == len(v.inner) {
			i = 0
		}
		if len(out) > 0 {
			v.next = i
			return out
		}
		if i == v.next {
			break
		}
	}
	if !v.waits() {
		v.quiet = all
	}
	return out
}

// waits reports whether an inner validator has to be asked again though nothing changed.
func (v *Validator) waits() bool {
	for i := range v.inner {
		if v.inner[i].again {
			return true
		}
	}
	return false
}

// ceiling is the greatest height that is validated.
func (r *Reader) ceiling() protocol.Height { return r.NextCUPHeight() + CUPGapBound }

// decide turns a verdict into a change, or nothing if the artifact has to wait.
func decide(a protocol.Artifact, verdict protocol.Verdict, out []ChangeAction) []ChangeAction {
	switch verdict.Kind {
	case protocol.Accepts:
		return append(out, ChangeAction{Op: MoveToValidated, Artifact: a})
	case protocol.Rejects:
		return append(out, ChangeAction{Op: HandleInvalid, Artifact: a, Reason: verdict.Reason})
	}
	return out
}

func drop(a protocol.Artifact, out []ChangeAction) []ChangeAction {
	return append(out, ChangeAction{Op: RemoveFromUnvalidated, Artifact: a})
}

// Reasons for which artifacts are invalid.
const (
	reasonSignature    = "signature does not verify"
	reasonNotNotary    = "signer is not in the notarization committee"
	reasonNotCommittee = "signer is not in the threshold committee"
	reasonTranscript   = "signed with another key than the one in force"
)

// A message keeps the signed bytes of the content seen last, which many shares have in common.
type message struct {
	block  protocol.BlockContent
	random protocol.RandomContent
	bytes  []byte
}

func (v *Validator) blockMessage(kind protocol.ArtifactKind, c *protocol.BlockContent) []byte {
	m := &v.messages[kind]
	if m.bytes == nil || m.block != *c {
		m.block, m.bytes = *c, c.Signable(blockDomain(kind))
	}
	return m.bytes
}

// blockDomain is what shares and aggregates of a kind are signed under.
func blockDomain(kind protocol.ArtifactKind) string {
	if kind == protocol.KindFinalization || kind == protocol.KindFinalizationShare {
		return crypto.DomainFinalization
	}
	return crypto.DomainNotarization
}

func (v *Validator) randomMessage(kind protocol.ArtifactKind, c *protocol.RandomContent) []byte {
	m := &v.messages[kind]
	if m.bytes == nil || m.random != *c {
		m.random, m.bytes = *c, c.Signable(randomDomain(kind))
	}
	return m.bytes
}

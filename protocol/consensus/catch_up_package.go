package consensus

import (
	"icsim/crypto"
	"icsim/protocol"
)

// The CatchUpPackageMaker signs shares of catch-up packages, and tells when this node's state is not the one that the
// subnet signed (C/catchup_package_maker.rs; reference/protocol.md A.7).
//
// A share for summary height H needs: membership in the high-threshold committee, the beacon at H, the whole state at
// H hashed, and a finalized tip that builds on the certified state of H. The last keeps states and payloads before H
// until no block that needs them is left to validate. It is waived while the subnet halts, when all blocks are empty
// (PR #10347, after the stall of subnet 3hhby: H, incident 1).
type CatchUpPackageMaker struct {
	cfg     *Config
	env     *Env
	checked protocol.Height // of the CUP whose state was compared with ours
	open    bool            // something is missing that may come at any time: a state's hash, a key
}

// OnStateChange makes at most one share: for the newest summary that is ready.
func (m *CatchUpPackageMaker) OnStateChange(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	m.checkDivergence(r)
	m.open = r.CUPHeight() != m.checked
	for s := r.summary; s != nil && s.Height > r.CUPHeight(); s = r.summaryBefore(s) {
		if share := m.consider(r, s); share != nil {
			return append(out, ChangeAction{Op: AddToValidated, Artifact: share})
		}
	}
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (m *CatchUpPackageMaker) Rests() (until Clock, ok bool) { return never, !m.open }

// summaryBefore gives the finalized summary block before another one above the CUP, or nil.
func (r *Reader) summaryBefore(s *protocol.Block) *protocol.Block {
	return r.SummaryOfFinalized(s.Height - 1)
}

func (m *CatchUpPackageMaker) consider(r *Reader, s *protocol.Block) *protocol.CatchUpPackageShare {
	transcript := s.Payload.Summary.Current.High
	if transcript.ShareIndex(m.cfg.Node) < 0 {
		return nil
	}
	for _, held := range r.Validated.CUPShares.At(s.Height) {
		if held.Artifact.Signer == m.cfg.Node {
			return nil
		}
	}
	m.open = true
	if r.FinalizedTip().Block.Context.CertifiedHeight < s.Height {
		if halting, _ := r.shouldHalt(s.Height); !halting {
			return nil
		}
	}
	beacon := r.Beacon(s.Height)
	state, known := m.env.States.ManifestHash(s.Height)
	if beacon == nil || !known {
		return nil
	}
	content := protocol.CatchUpContent{
		Block: s, BlockHash: r.FinalizedBlock(s.Height).Hash, Beacon: beacon, StateHash: state,
	}
	sig, ok := m.env.Keys.SignThreshold(transcript, content.Signable())
	if !ok {
		return nil
	}
	return protocol.NewCatchUpPackageShare(content, m.cfg.Node, sig)
}

// checkDivergence compares the state that the highest package names with ours, once ours is known. Genesis names none.
//
// The replica deletes the state and panics; the caller gets to know, and has the node started anew.
func (m *CatchUpPackageMaker) checkDivergence(r *Reader) {
	cup := r.CUP()
	if cup.Height() == m.checked {
		return
	}
	ours, known := m.env.States.ManifestHash(cup.Height())
	if !known {
		return
	}
	m.checked = cup.Height()
	if theirs := cup.Content.StateHash; ours != theirs {
		r.out.Diverged = &Divergence{Height: cup.Height(), Ours: ours, Theirs: theirs}
		r.Emit(protocol.Note{
			Kind: protocol.NoteInvalid, Height: cup.Height(), Hash: crypto.Hash(ours), Peer: m.cfg.Node,
			Value: uint64(protocol.KindCatchUpPackage), Reason: "own state diverged from the subnet's",
		})
	}
}

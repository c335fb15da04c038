package consensus

import "icsim/protocol"

// tapeAhead is how many heights above the expected batch tapes are made for: the length of the execution queue
// (C/random_tape_maker.rs).
const tapeAhead = 16

// The RandomTapeMaker signs shares of the tapes that batches wait for. The tape of a height may be made once the height
// before is finalized: then it is too late to choose a block by what the tape will say
// (C/random_tape_maker.rs; reference/protocol.md A.3).
type RandomTapeMaker struct {
	cfg  *Config
	env  *Env
	seen stamp
}

// OnStateChange makes shares for max(expected batch, CUP+1) … min(expected batch+16, finalized+1).
func (m *RandomTapeMaker) OnStateChange(r *Reader, _ Clock, out []ChangeAction) []ChangeAction {
	s := stamp{full: r.Validated.full, own: r.own, expected: m.env.Router.ExpectedBatchHeight()}
	if m.seen == s {
		return out
	}
	m.seen = s
	first, last := r.tapeRange()
	for h := first; h <= last; h++ {
		if r.Tape(h) == nil {
			content := protocol.RandomContent{Version: m.cfg.Version, Height: h}
			out = signRandom(m.cfg, m.env, r, protocol.KindRandomTapeShare, content, out)
		}
	}
	return out
}

// Rests tells until when it has nothing to say: see Resting.
func (m *RandomTapeMaker) Rests() (until Clock, ok bool) { return never, true }

// tapeRange is the heights whose tapes are wanted now.
func (r *Reader) tapeRange() (first, last protocol.Height) {
	first = max(r.env.Router.ExpectedBatchHeight(), r.CUPHeight()+1)
	return first, min(first+tapeAhead, r.FinalizedHeight()+1)
}

package trace

import (
	"encoding/hex"
	"strconv"

	"icsim/protocol"
)

func (r *Recorder) writeEvent(e *Event) {
	where := "-"
	if e.Kind.inLane() {
		where = e.Lane.String()
	}
	r.begin(e.Node, where)
	r.word(e.Kind.String())
	if e.Detail != nil {
		r.word(e.Detail.String())
	}
	r.line = append(r.line, " src="...)
	r.line = strconv.AppendUint(r.line, uint64(e.Key.Src), 10)
	r.line = append(r.line, " seq="...)
	r.line = strconv.AppendUint(r.line, e.Key.Seq, 10)
	r.line = append(r.line, " print="...)
	r.line = strconv.AppendUint(r.line, e.Fingerprint, 16)
	r.end()
}

func (r *Recorder) writeNote(node protocol.NodeID, n *protocol.Note) {
	r.begin(node, "note")
	r.word(n.Kind.String())
	r.line = append(r.line, " height="...)
	r.line = strconv.AppendUint(r.line, uint64(n.Height), 10)
	r.line = append(r.line, " hash="...)
	r.line = hex.AppendEncode(r.line, n.Hash[:8])
	r.line = append(r.line, " peer="...)
	r.line = append(r.line, n.Peer.String()...)
	r.line = append(r.line, " value="...)
	r.line = strconv.AppendUint(r.line, n.Value, 10)
	if n.Reason != "" {
		r.line = append(r.line, " reason="...)
		r.line = strconv.AppendQuote(r.line, n.Reason)
	}
	r.end()
}

// begin starts a line with the time of the latest event.
func (r *Recorder) begin(node protocol.NodeID, where string) {
	r.line = appendSeconds(r.line[:0], r.now)
	r.word(node.String())
	r.word(where)
}

func (r *Recorder) word(s string) {
	r.line = append(r.line, ' ')
	r.line = append(r.line, s...)
}

func (r *Recorder) end() {
	r.line = append(r.line, '\n')
	if _, err := r.out.Write(r.line); err != nil && r.err == nil {
		r.err = err
	}
}

// appendSeconds writes nanoseconds as seconds with nine decimals.
func appendSeconds(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = -ns
	}
	b = strconv.AppendInt(b, ns/1_000_000_000, 10)
	b = append(b, '.')
	decimals := strconv.AppendInt(nil, 1_000_000_000+ns%1_000_000_000, 10)
	return append(b, decimals[1:]...)
}

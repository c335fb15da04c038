package explain

import (
	"fmt"
	"time"

	"icsim/protocol"
)

// Signatures tells which blocks of a height a node signed, and when it started meanwhile: who breaks the finalizer's rule has signed two.
func (l *Log) Signatures(node protocol.NodeID, h protocol.Height) (lines []string) {
	for i := range l.Steps {
		step := &l.Steps[i]
		if step.Node != node {
			continue
		}
		for _, note := range step.Notes {
			what := ""
			switch {
			case note.Kind == protocol.NoteStarted:
				what = fmt.Sprintf("starts, with %d artifacts on its disk", note.Value)
			case note.Height != h:
			case note.Kind == protocol.NoteNotarizationShare:
				what = fmt.Sprintf("signs block %s for notarization", note.Hash)
			case note.Kind == protocol.NoteFinalizationShare:
				what = fmt.Sprintf("signs block %s for finalization", note.Hash)
			}
			if what != "" {
				lines = append(lines, fmt.Sprintf("%7.3f s  %s %s", time.Duration(step.End).Seconds(), node, what))
			}
		}
	}
	return lines
}

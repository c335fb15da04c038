package canister

import (
	"slices"

	m "icsim/canister/management"
)

// Bounds of the contents of a canister's log (interface.md A.6): what it holds unless its settings say otherwise, and what they may
// (rs/types/types/src/canister_log.rs).
const (
	defaultLogBytes = 4 << 10
	maxLogBytes     = 2 << 20
)

// A canisterLog is the last lines that a canister printed, oldest first. Lines stay when the execution that printed them traps.
type canisterLog struct {
	records []m.LogRecord
	bytes   int
	next    uint64 // index of the next line
}

// print gives the log with a line more. A line that is too long is cut; to make room the oldest ones go.
func (l canisterLog) print(now uint64, line []byte, most uint64) canisterLog {
	line = line[:min(uint64(len(line)), most)]
	records := append(slices.Clip(l.records), m.LogRecord{Index: l.next, Timestamp: now, Content: line})
	bytes := l.bytes + len(line)
	for bytes > int(most) {
		bytes -= len(records[0].Content)
		records = records[1:]
	}
	return canisterLog{records, bytes, l.next + 1}
}

// since gives the log without the lines before an index: code that begins anew has a new log.
func (l canisterLog) since(index uint64) canisterLog {
	for len(l.records) > 0 && l.records[0].Index < index {
		l.bytes -= len(l.records[0].Content)
		l.records = l.records[1:]
	}
	return l
}

// fetchLogs answers fetch_canister_logs, which is for queries only.
func (c *Canister) fetchLogs() []byte { return m.Encode(m.LogsReply{Records: c.log.records}) }

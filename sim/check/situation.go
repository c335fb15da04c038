package check

import (
	"slices"

	"icsim/protocol"
)

// A Situation is something that a run may come to, and that a search should have seen: checks that hold say little where nothing happened.
type Situation struct{ Name, About string }

// The situations. Honest nodes tell of them.
const (
	rank1Finalized   = "rank-1-finalized"
	rank2Finalized   = "rank-2-finalized"
	finalByChild     = "final-by-descendant"
	equivocation     = "equivocation-proven"
	invalid          = "invalid-artifact"
	wideGap          = "certification-behind"
	packageAhead     = "package-ahead"
	restarted        = "restart"
	restartedEmpty   = "restart-without-disk"
	synced           = "state-sync"
	syncInterrupted  = "state-sync-interrupted"
	badChunk         = "bad-chunk"
	keysGenerated    = "keys-generated"
	streamsExchanged = "messages-between-subnets"
	rejectSignal     = "reject-signal"
)

// wide is how many heights certification is behind notarization at half of the hard bound.
const wide = maxNotarizedCertifiedGap / 2

// Situations lists them all.
func Situations() []Situation {
	return []Situation{
		{rank1Finalized, "a block of rank 1 is final"},
		{rank2Finalized, "a block of rank 2 or more is final"},
		{finalByChild, "a block is final by a descendant, without a finalization of its own"},
		{equivocation, "a maker is proven to have made two blocks of a height"},
		{invalid, "a node refuses an artifact for good"},
		{wideGap, "a node's notarized height is half of the hard bound above its certified one"},
		{packageAhead, "a node takes a catch-up package from above its finalized height"},
		{restarted, "a node starts again from its disk"},
		{restartedEmpty, "a node starts again without its disk"},
		{synced, "a node goes on from a state of its peers"},
		{syncInterrupted, "a node that fetches a state starts again, or fetches another"},
		{badChunk, "a node refuses a part of a state"},
		{keysGenerated, "a summary announces keys that its interval generated"},
		{streamsExchanged, "a subnet takes in messages of another"},
		{rejectSignal, "a subnet rejects a message of another"},
	}
}

// reach notes what an observation of an honest node shows, before it counts.
func (s *Suite) reach(node *node, n *protocol.Note) {
	switch n.Kind {
	case protocol.NoteFinalized:
		s.seen(n.Value == 1, rank1Finalized)
		s.seen(n.Value > 1, rank2Finalized)
		s.seen(n.Reason != "", finalByChild)
	case protocol.NoteNotarized:
		s.seen(node.certified > 0 && n.Height >= node.certified+wide, wideGap)
	case protocol.NoteEquivocation:
		s.seen(true, equivocation)
	case protocol.NoteInvalid:
		s.seen(true, invalid)
	case protocol.NoteCatchUpPackage:
		s.seen(n.Height > node.finalized, packageAhead)
	case protocol.NoteStarted:
		s.seen(node.received > 0 && n.Value > 0, restarted)
		s.seen(node.received > 0 && n.Value == 0, restartedEmpty)
		s.seen(node.syncing > 0, syncInterrupted)
	case protocol.NoteSyncStarted:
		s.seen(node.syncing > 0 && node.syncing != n.Height, syncInterrupted)
	case protocol.NoteSyncAdopted:
		s.seen(true, synced)
	case protocol.NoteBadChunk:
		s.seen(true, badChunk)
	case protocol.NoteKeys:
		s.seen(n.Value > 0, keysGenerated)
	case protocol.NoteExecuted:
		if n.Round != nil {
			s.reachRound(n.Round)
		}
	}
}

func (s *Suite) reachRound(r *protocol.RoundSummary) {
	for i := range r.Inducted {
		s.seen(len(r.Inducted[i].Messages) > 0, streamsExchanged)
		s.seen(slices.ContainsFunc(r.Inducted[i].Signals, func(x protocol.RejectReason) bool { return x != protocol.Accepted }), rejectSignal)
	}
}

func (s *Suite) seen(it bool, name string) {
	if it {
		s.reached[name] = true
	}
}

// Reached gives the names of the situations that the run has come to, in their order.
func (s *Suite) Reached() []string {
	names := []string{}
	for _, x := range Situations() {
		if s.reached[x.Name] {
			names = append(names, x.Name)
		}
	}
	return names
}

package network

import "icsim/protocol"

// A Kind is what bytes on the wire are for: the artifact kinds, and what is no artifact.
type Kind uint8

// The kinds beyond protocol.ArtifactKind, whose numbers come first.
const (
	KindFetch   = Kind(protocol.NumArtifactKinds) + iota // requests for artifacts
	KindStreams                                          // of other subnets: pulls and slices
	KindStates                                           // state sync and catch-up packages asked for
	KindCalls                                            // of users, and the answers
	KindQueries                                          // of users, reads of the state, and the answers
	KindOthers
	NumKinds
)

var otherKinds = [...]string{"fetch-requests", "streams", "state-sync", "calls", "queries", "others"}

func (k Kind) String() string {
	if k < Kind(protocol.NumArtifactKinds) {
		return protocol.ArtifactKind(k).String()
	}
	return otherKinds[k-Kind(protocol.NumArtifactKinds)]
}

// kindOf sorts a message: an advert counts as what it advertises.
func kindOf(m protocol.Message) Kind {
	switch m := m.(type) {
	case *protocol.SlotUpdate:
		return Kind(m.Meta.Kind)
	case *protocol.FetchReply:
		return Kind(m.Meta.Kind)
	case *protocol.FetchRequest:
		return KindFetch
	}
	switch m.Lane() {
	case protocol.LaneXNet:
		return KindStreams
	case protocol.LaneStateSync:
		return KindStates
	case protocol.LaneIngress:
		return KindCalls
	case protocol.LaneQuery:
		return KindQueries
	}
	return KindOthers
}

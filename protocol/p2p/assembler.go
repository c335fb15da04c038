package p2p

import (
	"icsim/crypto"
	"icsim/protocol"
)

// An assembly puts a stripped block proposal together again: a proposal travels with the id and the hash of the
// bytes of each ingress message in place of the message (rs/p2p/artifact_downloader/src/fetch_stripped_artifact).
// The messages come from the node's own ingress pool, or from a peer that advertises the proposal.
//
// An id is not enough. The same call may travel with two valid signatures, and a block rebuilt with the other one has
// another hash: that stalled subnet lhg73 in December 2024 (reference/protocol.md section H, incident 3).
//
// Model: in this process the proposal's pointer leads to the whole payload. The assembly reads nothing of it but what
// a stripped proposal tells, and gives it out when every message has been found.
type assembly struct {
	stripped *protocol.BlockProposal
	from     protocol.NodeID           // who sent the proposal
	found    []*protocol.SignedIngress // by place in the payload, nil while missing
	missing  int
}

// lookup finds a message in the node's ingress pool, or gives nil.
type lookup func(protocol.MessageID, crypto.Hash) *protocol.SignedIngress

// newAssembly looks the messages up in the pool.
func newAssembly(p *protocol.BlockProposal, from protocol.NodeID, pool lookup) *assembly {
	listed := p.Block.Payload.Batch.Ingress
	s := &assembly{stripped: p, from: from, found: make([]*protocol.SignedIngress, len(listed)), missing: len(listed)}
	for i, m := range listed {
		s.put(i, pool(m.MessageID, m.BytesHash))
	}
	return s
}

// put takes a candidate for place i if it is the very message listed there.
func (s *assembly) put(i int, m *protocol.SignedIngress) {
	listed := s.stripped.Block.Payload.Batch.Ingress[i]
	if m != nil && s.found[i] == nil && m.MessageID == listed.MessageID && m.BytesHash == listed.BytesHash {
		s.found[i] = m
		s.missing--
	}
}

// add takes messages that a peer sent, wanted or not.
func (s *assembly) add(messages []*protocol.SignedIngress) {
	place := make(map[protocol.MessageID]int, s.missing)
	for i, m := range s.stripped.Block.Payload.Batch.Ingress {
		if s.found[i] == nil {
			place[m.MessageID] = i
		}
	}
	for _, m := range messages {
		if i, ok := place[m.MessageID]; ok {
			s.put(i, m)
		}
	}
}

// wanted lists what is still missing.
func (s *assembly) wanted() []protocol.MessageID {
	ids := make([]protocol.MessageID, 0, s.missing)
	for i, m := range s.stripped.Block.Payload.Batch.Ingress {
		if s.found[i] == nil {
			ids = append(ids, m.MessageID)
		}
	}
	return ids
}

// proposal gives the complete proposal; call it when nothing is missing.
func (s *assembly) proposal() *protocol.BlockProposal {
	for i, m := range s.stripped.Block.Payload.Batch.Ingress {
		if s.found[i] == nil || s.found[i].BytesHash != m.BytesHash {
			panic("p2p: proposal " + s.stripped.Hash.String() + " put together without its ingress messages")
		}
	}
	return s.stripped
}

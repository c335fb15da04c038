package protocol

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"icsim/crypto"
)

// An OutcallPayload is the section of a block that answers outcalls (CanisterHttpPayload).
type OutcallPayload struct {
	Agreed   []*AgreedOutcall
	Timeouts []OutcallID
	Diverged []*OutcallDivergence
}

// An AgreedOutcall is a response with the signatures of enough nodes that had the same.
type AgreedOutcall struct {
	Response   *OutcallResponse
	Metadata   OutcallMetadata
	Signatures []OutcallSignature // ascending by signer
}

// An OutcallSignature is one node's over the metadata of a response.
type OutcallSignature struct {
	Signer    NodeID
	Signature crypto.BasicSignature
}

// An OutcallDivergence shows, by the shares of one call, that its response cannot be agreed on any more.
type OutcallDivergence struct{ Shares []*OutcallShare }

// IsEmpty reports whether the section answers nothing.
func (p *OutcallPayload) IsEmpty() bool { return p.Len() == 0 && len(p.Timeouts) == 0 }

// Len is how many calls are answered, but for timeouts.
func (p *OutcallPayload) Len() int { return len(p.Agreed) + len(p.Diverged) }

// IDs lists the calls that are answered, in the order in which they are. A divergence without shares answers none.
func (p *OutcallPayload) IDs() []OutcallID {
	ids := make([]OutcallID, 0, p.Len()+len(p.Timeouts))
	for _, a := range p.Agreed {
		ids = append(ids, a.Response.ID)
	}
	ids = append(ids, p.Timeouts...)
	for _, d := range p.Diverged {
		if len(d.Shares) > 0 {
			ids = append(ids, d.Shares[0].Metadata.ID)
		}
	}
	return ids
}

// SizeOutcallTimeout is what a timeout takes in a section, in bytes.
const SizeOutcallTimeout = 8

// Size is the encoded size in bytes.
func (p *OutcallPayload) Size() int {
	size := SizeOutcallTimeout * len(p.Timeouts)
	for _, a := range p.Agreed {
		size += a.Size()
	}
	for _, d := range p.Diverged {
		size += d.Size()
	}
	return size
}

// Size is the encoded size in bytes.
func (a *AgreedOutcall) Size() int {
	return a.Response.Size() + sizeOutcallMetadata + len(a.Signatures)*(SizeNodeID+SizeBasicSig)
}

// Size is the encoded size in bytes.
func (d *OutcallDivergence) Size() int {
	return len(d.Shares) * (sizeOutcallMetadata + SizeNodeID + SizeBasicSig)
}

func (p *OutcallPayload) encode(e *encoder) {
	e.u64(uint64(len(p.Agreed)))
	for _, a := range p.Agreed {
		a.Metadata.encode(e)
		e.raw(a.Response.hash[:])
		e.u64(uint64(len(a.Signatures)))
		for i := range a.Signatures {
			e.node(a.Signatures[i].Signer)
			e.raw(a.Signatures[i].Signature[:])
		}
	}
	e.u64(uint64(len(p.Timeouts)))
	for _, id := range p.Timeouts {
		e.u64(uint64(id))
	}
	e.u64(uint64(len(p.Diverged)))
	for _, d := range p.Diverged {
		e.u64(uint64(len(d.Shares)))
		for _, s := range d.Shares {
			id := s.ID()
			e.raw(id[:])
		}
	}
}

// An OutcallAnswer is what consensus came to about an outcall (ConsensusResponse). Reject.Code is 0 when there is a reply.
type OutcallAnswer struct {
	ID     OutcallID
	Reply  []byte
	Reject Reject
}

// Answers turns the section into what the canisters hear, in order
// (rs/https_outcalls/consensus/src/payload_builder.rs, into_messages).
func (p *OutcallPayload) Answers() []OutcallAnswer {
	var all []OutcallAnswer
	for _, a := range p.Agreed {
		all = append(all, OutcallAnswer{ID: a.Response.ID, Reply: a.Response.Reply, Reject: a.Response.Reject})
	}
	for _, id := range p.Timeouts {
		all = append(all, OutcallAnswer{ID: id, Reject: Reject{Code: SysTransient, Message: "Canister http request timed out"}})
	}
	for _, d := range p.Diverged {
		if len(d.Shares) > 0 {
			all = append(all, d.answer())
		}
	}
	return all
}

// answer tells a developer how the responses differ: a few large groups point to servers that limit rates, one of each node to
// a transform function that leaves in what differs.
func (d *OutcallDivergence) answer() OutcallAnswer {
	type group struct {
		hash  crypto.Hash
		count int
	}
	var groups []group
	for _, s := range d.Shares {
		i := slices.IndexFunc(groups, func(g group) bool { return g.hash == s.Metadata.Hash })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{hash: s.Metadata.Hash})
		}
		groups[i].count++
	}
	slices.SortFunc(groups, func(a, b group) int {
		return -cmp.Or(cmp.Compare(a.count, b.count), bytes.Compare(a.hash[:], b.hash[:]))
	})
	hashes := make([]string, len(groups))
	for i, g := range groups {
		hashes[i] = fmt.Sprintf("[%s: %d]", hex.EncodeToString(g.hash[:]), g.count)
	}
	id := d.Shares[0].Metadata.ID
	return OutcallAnswer{ID: id, Reject: Reject{Code: SysTransient, Message: fmt.Sprintf(
		"No consensus could be reached. Replicas had different responses. Details: request_id: %d, hashes: %s", id, strings.Join(hashes, ", "))}}
}

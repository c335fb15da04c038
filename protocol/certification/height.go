package certification

import (
	"slices"

	"icsim/protocol"
)

// A height is what the pool and the node know about one height.
type height struct {
	number   protocol.Height
	dirty    bool
	executed bool
	hash     protocol.StateHash // the node's own, when executed

	own           *protocol.CertificationShare   // signed in this life or an earlier one
	shares        []*protocol.CertificationShare // validated, for hash, one a signer, own included
	certification *protocol.Certification        // validated
	offered       []protocol.Artifact            // published and written to disk

	newShares         []*protocol.CertificationShare // unvalidated
	newCertifications []incoming
}

// An incoming certification is unvalidated. It names no signer, so whoever sent it answers for it.
type incoming struct {
	*protocol.Certification
	from protocol.NodeID
}

func (h *height) hasShareOf(n protocol.NodeID) bool {
	return slices.ContainsFunc(h.shares, func(s *protocol.CertificationShare) bool { return s.Signer == n })
}

// forget drops an unvalidated artifact.
func (h *height) forget(id protocol.ArtifactID) {
	h.newShares = slices.DeleteFunc(h.newShares, func(s *protocol.CertificationShare) bool { return s.ID() == id })
	h.newCertifications = slices.DeleteFunc(h.newCertifications, func(c incoming) bool { return c.ID() == id })
}

// execute notes the node's own hash.
func (h *height) execute(hash protocol.StateHash) {
	h.executed, h.hash = true, hash
	if h.own != nil && h.own.Hash == hash {
		h.shares = append(h.shares, h.own) // restored
	}
}

// certify keeps a validated certification; the shares have served.
func (h *height) certify(c *protocol.Certification) {
	h.certification = c
	h.shares, h.newShares, h.newCertifications = nil, nil, nil
}

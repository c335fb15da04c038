package certification

import (
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// Step does all there is to do; now is the node's wall clock. Idle, it costs two comparisons.
func (c *Certifier) Step(now protocol.Time, out *Effects) {
	out.Publish = append(out.Publish, c.published...)
	c.published = nil
	if latest := c.cfg.States.LatestHeight(); latest != c.executed {
		c.noteStates(latest)
	}
	c.purge(out)
	if len(c.dirty) == 0 {
		return
	}
	// Work by ascending height, for what a step does must not depend on the order of arrivals more than it has to.
	slices.Sort(c.dirty)
	waiting := c.dirty[:0]
	for _, n := range c.dirty {
		h := c.heights[n]
		if h == nil {
			continue // purged
		}
		if done := c.work(h, now, out); done {
			h.dirty = false
		} else {
			waiting = append(waiting, n)
		}
	}
	c.dirty = waiting
}

// noteStates takes up the heights that were executed since the last time.
func (c *Certifier) noteStates(latest protocol.Height) {
	for _, s := range c.cfg.States.Uncertified() {
		if h := c.at(s.Height); !h.executed {
			h.execute(s.Hash)
			c.touch(h)
		}
	}
	// Certifications that were too far ahead are near enough now.
	for n := max(c.executed, latest-min(latest, MaxAhead)) + 1; n <= latest+MaxAhead; n++ {
		if h := c.heights[n]; h != nil && len(h.newCertifications) > 0 {
			c.touch(h)
		}
	}
	c.executed = latest
}

// work does what there is to do at a height. It answers false when the height's key is not known yet, so that the
// next step must look again.
func (c *Certifier) work(h *height, now protocol.Time, out *Effects) (done bool) {
	if h.certification == nil {
		c.validateCertifications(h, now, out)
	}
	if h.certification == nil && h.executed {
		key := c.cfg.Consensus.HighTranscript(h.number)
		if key == nil {
			return false
		}
		c.sign(h, key, out)
		c.validateShares(h, key, out)
		c.aggregate(h, key, out)
	}
	c.deliver(h, out)
	return true
}

// validateCertifications takes the first valid one. A certification is checked as soon as it is at most MaxAhead
// beyond the node's state.
func (c *Certifier) validateCertifications(h *height, now protocol.Time, out *Effects) {
	if h.number > c.executed+MaxAhead || len(h.newCertifications) == 0 {
		return
	}
	registry := c.cfg.Keys.Registry
	key := registry.At(registry.Latest(now)).Subnet(c.cfg.Subnet).PublicKey
	unvalidated := h.newCertifications
	h.newCertifications = nil
	for _, n := range unvalidated {
		if !c.cfg.Keys.VerifyThreshold(key, protocol.CertificationSignable(n.Hash), n.Signature) {
			out.invalid(n, n.from, ReasonInvalid)
			continue
		}
		h.certify(n.Certification)
		c.offer(h, n.Certification, false, out)
		return
	}
}

// sign makes the node's own share, once a height.
func (c *Certifier) sign(h *height, key *protocol.Transcript, out *Effects) {
	if h.own != nil || key.ShareIndex(c.cfg.Node) < 0 {
		return
	}
	sig, ok := c.cfg.Keys.SignThreshold(key, protocol.CertificationSignable(h.hash))
	if !ok {
		return
	}
	h.own = protocol.NewCertificationShare(h.number, h.hash, c.cfg.Node, sig)
	h.shares = append(h.shares, h.own)
	c.offer(h, h.own, true, out)
}

// validateShares judges what came, until there are enough.
func (c *Certifier) validateShares(h *height, key *protocol.Transcript, out *Effects) {
	unvalidated := h.newShares
	h.newShares = nil
	for i, s := range unvalidated {
		if len(h.shares) >= key.Group.Threshold {
			h.newShares = unvalidated[i:]
			return
		}
		switch {
		case h.hasShareOf(s.Signer):
		case s.Hash != h.hash:
			out.invalid(s, s.Signer, ReasonShareHash)
		case key.ShareIndex(s.Signer) < 0:
			out.invalid(s, s.Signer, ReasonShareSigner)
		case !c.cfg.Keys.VerifyThresholdShare(key, s.Signer, protocol.CertificationSignable(s.Hash), s.Signature):
			out.invalid(s, s.Signer, ReasonShareInvalid)
		default:
			h.shares = append(h.shares, s)
		}
	}
}

// aggregate combines a threshold of shares for the node's own hash.
func (c *Certifier) aggregate(h *height, key *protocol.Transcript, out *Effects) {
	if len(h.shares) < key.Group.Threshold {
		return
	}
	signers := make([]protocol.NodeID, len(h.shares))
	sigs := make([]crypto.ThresholdSignature, len(h.shares))
	for i, s := range h.shares {
		signers[i], sigs[i] = s.Signer, s.Signature
	}
	sig, ok := c.cfg.Keys.CombineThreshold(key, protocol.CertificationSignable(h.hash), signers, sigs)
	if !ok {
		return
	}
	certification := protocol.NewCertification(h.number, h.hash, sig)
	h.certify(certification)
	c.offer(h, certification, true, out)
}

// deliver hands the certification to the state manager if it is the node's own state that is certified. A height is
// not touched again once it is both executed and certified.
func (c *Certifier) deliver(h *height, out *Effects) {
	if h.certification == nil || !h.executed {
		return
	}
	if h.certification.Hash != h.hash {
		out.invalid(h.certification, c.cfg.Node, ReasonOwnDivergence)
		return
	}
	c.cfg.States.Deliver(h.certification)
	out.Notes = append(out.Notes, protocol.Note{
		Kind: protocol.NoteCertified, Height: h.number, Hash: crypto.Hash(h.hash), Peer: c.cfg.Node,
	})
}

// purge drops everything below the CUP less MinimumChainLength.
func (c *Certifier) purge(out *Effects) {
	cup := c.cfg.Consensus.CUPHeight()
	if cup < MinimumChainLength || cup-MinimumChainLength <= c.purged {
		return
	}
	below := cup - MinimumChainLength
	var gone []protocol.Height
	for n := range c.heights { //tidy:sorted below
		if n < below {
			gone = append(gone, n)
		}
	}
	slices.Sort(gone)
	for _, n := range gone {
		for _, a := range c.heights[n].offered {
			meta := protocol.MetaOf(a)
			out.Withdraw = append(out.Withdraw, meta)
			out.Writes = append(out.Writes, protocol.Write{Key: diskKey(meta)})
		}
		delete(c.heights, n)
	}
	c.purged = below
}

// offer publishes a validated artifact and writes it to disk.
func (c *Certifier) offer(h *height, a protocol.Artifact, push bool, out *Effects) {
	h.offered = append(h.offered, a)
	out.Publish = append(out.Publish, Published{Artifact: a, Push: push})
	out.Writes = append(out.Writes, protocol.Write{Key: diskKey(protocol.MetaOf(a)), Value: a, Bytes: a.Size()})
	c.cfg.Keys.Meter.Charge(protocol.OpDiskByte, a.Size())
}

func diskKey(meta protocol.ArtifactMeta) protocol.DiskKey {
	return protocol.DiskKey{Space: protocol.DiskCertificationPool, Height: meta.Height, ID: meta.ID}
}

func (out *Effects) invalid(a protocol.Artifact, who protocol.NodeID, reason string) {
	out.Notes = append(out.Notes, protocol.Note{
		Kind: protocol.NoteInvalid, Height: a.Height(), Hash: crypto.Hash(a.ID()), Peer: who,
		Value: uint64(a.Kind()), Reason: reason,
	})
}

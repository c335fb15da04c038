package consensustest

import "icsim/protocol"

// CorruptShares makes each share that faulty nodes send invalid.
func CorruptShares(_ *Subnet, _, _ *Node, a protocol.Artifact) protocol.Artifact {
	switch a := a.(type) {
	case *protocol.BlockShare:
		sig := a.Signature
		sig[0]++
		return protocol.NewBlockShare(a.Kind(), a.Content, a.Signer, sig)
	case *protocol.RandomShare:
		sig := a.Signature
		sig[0]++
		return protocol.NewRandomShare(a.Kind(), a.Content, a.Signer, sig)
	case *protocol.CatchUpPackageShare:
		sig := a.Signature
		sig[0]++
		return protocol.NewCatchUpPackageShare(a.Content, a.Signer, sig)
	}
	return a
}

// Equivocate gives nodes of odd number another block of the sender than the others.
func Equivocate(s *Subnet, from, to *Node, a protocol.Artifact) protocol.Artifact {
	if p, ok := a.(*protocol.BlockProposal); ok && p.Signer == from.ID && to.ID%2 == 1 && !p.Block.Payload.IsSummary() {
		return s.Twin(p)
	}
	return a
}

// SignEverything has nodes of odd number get, beside a faulty node's notarization share, shares for every other block of the
// height: all that two-faced notaries and finalizers can do.
func SignEverything(s *Subnet, from, to *Node, a protocol.Artifact) protocol.Artifact {
	share, ok := a.(*protocol.BlockShare)
	if !ok {
		return a
	}
	for _, held := range to.C.Reader().Validated.Proposals.At(a.Height()) {
		if held.Artifact.Hash != share.Content.Hash {
			return s.BlockShare(share.Kind(), held.Artifact, from.ID)
		}
	}
	return a
}

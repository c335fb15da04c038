package delegation

import (
	"bytes"

	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// held is a delegation in the forms in which it is handed out. All have the subnet's type, by which nodes tell whether its canisters may
// sign for users (reference/interface.md D.3).
type held struct {
	bare   *certificate.Delegation // the key and the type alone: without the latter no canister's signature is valid
	flat   *certificate.Delegation // with all ranges in one leaf
	shards []shard                 // ascending
}

// A shard is the delegation with the canister ranges that begin with a canister.
type shard struct {
	first []byte
	*certificate.Delegation
}

func newHeld(c *certificate.Certificate, own principal.ID) *held {
	with := func(ranges ...hashtree.Path) *certificate.Delegation {
		paths := append(ranges, hashtree.Path{"time"},
			hashtree.Path{"subnet", label(own), "public_key"}, hashtree.Path{"subnet", label(own), "type"})
		pruned := certificate.Certificate{Tree: c.Tree.Prune(hashtree.Paths(paths...)), Signature: c.Signature}
		return &certificate.Delegation{Subnet: own, Certificate: pruned.Encode()}
	}
	h := &held{bare: with(), flat: with(hashtree.Path{"subnet", label(own), "canister_ranges"})}
	if shards, result := c.Tree.Subtree("canister_ranges", label(own)); result == hashtree.Found {
		for first := range shards.Entries() {
			h.shards = append(h.shards, shard{[]byte(first), with(hashtree.Path{"canister_ranges", label(own), first})})
		}
	}
	return h
}

// ForCanister gives the delegation for a certificate about a canister: with all canister ranges, or with those around the canister.
// ok is false when there is none yet. The root subnet's is nil.
func (m *Manager) ForCanister(id protocol.CanisterID, flat bool, registry *protocol.RegistrySnapshot) (d *certificate.Delegation, ok bool) {
	switch {
	case registry.Root == m.subnet:
		return nil, true
	case m.held == nil:
		return nil, false
	case flat:
		return m.held.flat, true
	}
	d = m.held.bare
	for _, s := range m.held.shards {
		if bytes.Compare(s.first, id.Principal().Bytes()) <= 0 {
			d = s.Delegation
		}
	}
	return d, true
}

// ForSubnet gives the delegation for a certificate about the subnet.
func (m *Manager) ForSubnet(flat bool, registry *protocol.RegistrySnapshot) (d *certificate.Delegation, ok bool) {
	switch {
	case registry.Root == m.subnet:
		return nil, true
	case m.held == nil:
		return nil, false
	case flat:
		return m.held.flat, true
	}
	return m.held.bare, true
}

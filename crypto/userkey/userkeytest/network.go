package userkeytest

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto"
	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/crypto/userkey"
)

// A Network is a root subnet with canisters 0 to 9, and an application subnet with canisters 10 to 19.
type Network struct {
	scheme    crypto.Scheme
	root, app subnet
}

type subnet struct {
	group   *crypto.ThresholdGroup
	secrets []crypto.ThresholdSecretKey
}

// NewNetwork makes a network whose subnets sign with a scheme.
func NewNetwork(s crypto.Scheme) *Network {
	n := &Network{scheme: s}
	n.root.group, n.root.secrets = s.Deal(crypto.Seed{1}, 1, 1)
	n.app.group, n.app.secrets = s.Deal(crypto.Seed{2}, 1, 1)
	return n
}

// Root is the root subnet's key.
func (n *Network) Root() crypto.ThresholdPublicKey { return n.root.group.Key }

// Canister signs as an application canister, 10 to 19 by the number's last digit.
func (n *Network) Canister(number int, seed []byte) Signer {
	c := CanisterSignature{Canister: principal.Canister(uint64(10 + number%10)), Seed: seed, Type: "application"}
	return Signer{userkey.Canister, der.WrapCanister(c.Canister, seed), func(msg []byte) []byte { return n.Sign(c, msg) }}
}

// A CanisterSignature says how to make one, and what to make wrong.
type CanisterSignature struct {
	Canister  principal.ID
	Seed      []byte
	ByRoot    bool   // by the root subnet, without a delegation
	Type      string // of the application subnet; empty: not shown
	Forged    bool   // the certificate is signed by the other subnet
	Certified []byte // in place of the tree's root
	Leaf      []byte // in place of nothing
	Untagged  bool
}

// Sign makes a canister signature.
func (n *Network) Sign(c CanisterSignature, msg []byte) []byte {
	seed, hash := sha256.Sum256(c.Seed), sha256.Sum256(msg)
	tree := hashtree.Tree{}.SetLeaf(hashtree.Path{"sig", label(seed[:]), label(hash[:])}, append([]byte{}, c.Leaf...)).
		SetLeaf(hashtree.Path{"sig", label(seed[:]), "another"}, []byte{})
	shown := tree.Witness(hashtree.Paths(hashtree.Path{"sig", label(seed[:]), label(hash[:])}))
	certified := c.Certified
	if certified == nil {
		root := tree.Digest()
		certified = root[:]
	}
	state := hashtree.Tree{}.SetLeaf(hashtree.Path{"canister", label(c.Canister.Bytes()), "certified_data"}, certified).
		SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, 1))
	by, delegation := &n.app, n.delegation(c.Type)
	if c.ByRoot {
		by, delegation = &n.root, nil
	}
	if c.Forged {
		by = &n.root
	}
	wire := map[string]any{
		"certificate": n.certify(by, state, delegation).Encode(), "tree": cbor.RawMessage(shown.AppendCBOR(nil)),
	}
	if c.Untagged {
		return encode(wire)
	}
	return describe(wire)
}

// delegation is what the root subnet says about the application subnet.
func (n *Network) delegation(kind string) *certificate.Delegation {
	key := der.WrapBLS(n.app.group.Key)
	id := principal.SelfAuthenticating(key)
	ranges := certificate.EncodeRanges([]certificate.Range{{First: principal.Canister(10), Last: principal.Canister(19)}})
	state := hashtree.Tree{}.SetLeaf(hashtree.Path{"time"}, binary.AppendUvarint(nil, 1)).
		SetLeaf(hashtree.Path{"subnet", label(id.Bytes()), "public_key"}, key).
		SetLeaf(hashtree.Path{"subnet", label(id.Bytes()), "canister_ranges"}, ranges)
	if kind != "" {
		state = state.SetLeaf(hashtree.Path{"subnet", label(id.Bytes()), "type"}, []byte(kind))
	}
	return &certificate.Delegation{Subnet: id, Certificate: n.certify(&n.root, state, nil).Encode()}
}

// certify signs a whole state.
func (n *Network) certify(by *subnet, state hashtree.Tree, d *certificate.Delegation) *certificate.Certificate {
	root := state.Digest()
	msg := crypto.Signable(crypto.DomainCertification, root[:])
	share := crypto.IndexedShare{Share: n.scheme.SignThreshold(by.secrets[0], msg)}
	sig, ok := n.scheme.CombineThreshold(by.group, msg, []crypto.IndexedShare{share})
	if !ok {
		panic("userkeytest: a dealt share does not combine")
	}
	return &certificate.Certificate{Tree: state.Witness(hashtree.Everything()), Signature: sig, Delegation: d}
}

func label(raw []byte) hashtree.Label { return hashtree.Label(raw) }

package userkey

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto/certificate"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// maxNesting bounds CBOR: a tree within a signature is what nests deepest.
const maxNesting = hashtree.MaxDepth + 8

// A canister signs by certifying the root of a tree that has the message.
type canister struct {
	id   principal.ID
	seed string
}

// parseCanister reads one byte of length, the canister's id, and the seed.
func parseCanister(raw []byte) (algorithm, error) {
	if len(raw) == 0 || len(raw) <= int(raw[0]) {
		return nil, errors.New("a canister's key is the length of its id, the id and a seed")
	}
	id, seed := raw[1:1+raw[0]], raw[1+raw[0]:]
	canisterID, err := principal.FromBytes(id)
	if err != nil {
		return nil, err
	}
	return &canister{canisterID, string(seed)}, nil
}

type wireCanisterSignature struct {
	Certificate []byte          `cbor:"certificate"`
	Tree        cbor.RawMessage `cbor:"tree"`
}

// selfDescribed is the tag that a canister signature has to begin with (rs/crypto/iccsa/src/api.rs).
const selfDescribed = "\xd9\xd9\xf7"

// verify follows the interface specification, "Canister signatures".
func (c *canister) verify(n *network, msg, sig []byte) error {
	if len(sig) < len(selfDescribed) || string(sig[:len(selfDescribed)]) != selfDescribed {
		return errors.New("signature CBOR doesn't have a self-describing tag")
	}
	var wire wireCanisterSignature
	if err := unmarshal(sig, &wire); err != nil {
		return fmt.Errorf("failed to parse signature CBOR: %w", err)
	}
	tree, err := hashtree.Decode(wire.Tree)
	if err != nil {
		return fmt.Errorf("failed to parse signature tree: %w", err)
	}
	if err := c.verifyCertificate(n, wire.Certificate, tree); err != nil {
		return err
	}
	seed, hash := sha256.Sum256([]byte(c.seed)), sha256.Sum256(msg)
	leaf, result := tree.Lookup("sig", hashtree.Label(seed[:]), hashtree.Label(hash[:]))
	if result != hashtree.Found {
		return fmt.Errorf("the signature tree doesn't contain sig/%x/%x path", seed, hash)
	}
	if len(leaf) > 0 {
		return errors.New("the leaf in the signature tree is not empty")
	}
	return nil
}

// verifyCertificate checks that the canister's subnet certified the tree.
func (c *canister) verifyCertificate(n *network, raw []byte, tree *hashtree.Mixed) error {
	cert, err := certificate.Decode(raw)
	if err != nil {
		return fmt.Errorf("malformed certificate: %w", err)
	}
	if v := cert.VerifyForCanister(n.scheme, der.WrapBLS(n.root), c.id); v != certificate.Valid {
		return fmt.Errorf("certificate verification failed: %s", v)
	}
	if d := cert.Delegation; d != nil && !maySign(d) {
		return errors.New("certificate verification failed: the subnet's canisters may not sign")
	}
	root := tree.Digest()
	data, result := cert.Tree.Lookup("canister", hashtree.Label(c.id.Bytes()), "certified_data")
	if result != hashtree.Found || string(data) != string(root[:]) {
		return errors.New("certificate verification failed: certified data is not the tree's root")
	}
	return nil
}

// maySign says whether a subnet's canisters may sign for users: its type has to be shown, and those of rented
// clouds may not.
func maySign(d *certificate.Delegation) bool {
	byRoot, err := certificate.Decode(d.Certificate)
	if err != nil {
		return false
	}
	kind, result := byRoot.Tree.Lookup("subnet", hashtree.Label(d.Subnet.Bytes()), "type")
	return result == hashtree.Found && string(kind) != "cloud_engine"
}

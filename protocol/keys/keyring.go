package keys

import (
	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/crypto/userkey"
	"icsim/protocol"
)

// Secrets are a node's own secret keys: those that it signs with, and the one that opens its shares of the subnet's keys. They lie in
// the crypto component's store, as does in the replica what is opened with them.
//
// Model: no fault wipes that store, not even the one that takes a node's disk. What opens shares is made anew from transcripts when
// the node starts; what Retain has made of the decryption key, and RotateIDKG and RetainIDKG of the others, is kept on disk.
type Secrets struct {
	Basic      crypto.BasicSecretKey
	Multi      crypto.MultiSecretKey
	Decryption crypto.DecryptionKey
	IDKG       []*idkg.SecretKey // the newest last
}

// ShareSource gives a node's share of a threshold key, or false when it has none.
type ShareSource func(*protocol.Transcript, protocol.NodeID) (crypto.ThresholdSecretKey, bool)

// A Keyring signs for one node and verifies for it. Meter is where the current step's work is counted: the
// replica points it at each step's outputs before any other call.
type Keyring struct {
	Node     protocol.NodeID
	Scheme   crypto.Scheme
	Registry protocol.RegistryClient
	Secrets  Secrets
	Shares   ShareSource      // nil: what the transcripts hold for the node
	Users    userkey.Verifier // of users' signatures; nil: that of the scheme
	Meter    *protocol.Meter
	// Generation makes the subnet's keys. Only who takes part in that needs it.
	Generation crypto.KeyGeneration
	// ChainKeys is the cryptography of canisters' keys; nil: chainkey.New.
	ChainKeys chainkey.Scheme

	certificates seen
	shares       opened
	pks          []crypto.MultiPublicKey // scratch
	indexed      []crypto.IndexedShare   // scratch
}

// SignBasic signs with the node's Ed25519 key.
func (k *Keyring) SignBasic(msg []byte) crypto.BasicSignature {
	k.Meter.Charge(protocol.OpSignBasic, 1)
	return k.Scheme.SignBasic(k.Secrets.Basic, msg)
}

// VerifyBasic checks a node's signature under its key at a registry version.
func (k *Keyring) VerifyBasic(n protocol.NodeID, v protocol.RegistryVersion, msg []byte, sig crypto.BasicSignature) bool {
	k.Meter.Charge(protocol.OpVerifyBasic, 1)
	record := k.Registry.At(v).Node(n)
	return record != nil && k.Scheme.VerifyBasic(record.SigningKey, msg, sig)
}

// SignMulti signs with the node's committee key.
func (k *Keyring) SignMulti(msg []byte) crypto.MultiSignature {
	k.Meter.Charge(protocol.OpSignMulti, 1)
	return k.Scheme.SignMulti(k.Secrets.Multi, msg)
}

// VerifyMultiShare checks one committee member's share.
func (k *Keyring) VerifyMultiShare(n protocol.NodeID, v protocol.RegistryVersion, msg []byte, sig crypto.MultiSignature) bool {
	k.Meter.Charge(protocol.OpVerifyMultiShare, 1)
	record := k.Registry.At(v).Node(n)
	return record != nil && k.Scheme.VerifyMultiShare(record.CommitteeKey, msg, sig)
}

// CombineMulti adds the signers' shares of a message up.
func (k *Keyring) CombineMulti(
	signers []protocol.NodeID, v protocol.RegistryVersion, msg []byte, shares []crypto.MultiSignature,
) (sig crypto.MultiSignature, ok bool) {
	k.Meter.Charge(protocol.OpCombineMulti, len(shares))
	pks, ok := k.committeeKeys(signers, v)
	if !ok {
		return sig, false
	}
	return k.Scheme.CombineMulti(pks, msg, shares)
}

// VerifyMulti checks an aggregate of exactly these signers.
func (k *Keyring) VerifyMulti(signers []protocol.NodeID, v protocol.RegistryVersion, msg []byte, sig crypto.MultiSignature) bool {
	k.Meter.Charge(protocol.OpVerifyMulti, 1)
	pks, ok := k.committeeKeys(signers, v)
	return ok && k.Scheme.VerifyMulti(pks, msg, sig)
}

// committeeKeys are those of nodes at a registry version; false if one is not in it. Valid until the next call: no scheme keeps them.
func (k *Keyring) committeeKeys(nodes []protocol.NodeID, v protocol.RegistryVersion) ([]crypto.MultiPublicKey, bool) {
	registry := k.Registry.At(v)
	k.pks = k.pks[:0]
	for _, n := range nodes {
		record := registry.Node(n)
		if record == nil {
			return nil, false
		}
		k.pks = append(k.pks, record.CommitteeKey)
	}
	return k.pks, true
}

// SignThreshold signs with the node's share of a transcript's key; ok is false when it has none.
func (k *Keyring) SignThreshold(t *protocol.Transcript, msg []byte) (sig crypto.ThresholdSignature, ok bool) {
	share, ok := k.share(t)
	if !ok {
		return sig, false
	}
	k.Meter.Charge(protocol.OpSignThreshold, 1)
	return k.Scheme.SignThreshold(share, msg), true
}

// VerifyThresholdShare checks one member's share.
func (k *Keyring) VerifyThresholdShare(t *protocol.Transcript, n protocol.NodeID, msg []byte, sig crypto.ThresholdSignature) bool {
	k.Meter.Charge(protocol.OpVerifyThresholdShare, 1)
	i := t.ShareIndex(n)
	return i >= 0 && k.Scheme.VerifyThresholdShare(t.Group, i, msg, sig)
}

// CombineThreshold interpolates the group's signature from Threshold of the signers' shares.
func (k *Keyring) CombineThreshold(
	t *protocol.Transcript, msg []byte, signers []protocol.NodeID, sigs []crypto.ThresholdSignature,
) (crypto.ThresholdSignature, bool) {
	k.Meter.Charge(protocol.OpCombineThreshold, t.Group.Threshold)
	k.indexed = k.indexed[:0]
	for i, n := range signers {
		k.indexed = append(k.indexed, crypto.IndexedShare{Index: t.ShareIndex(n), Share: sigs[i]})
	}
	return k.Scheme.CombineThreshold(t.Group, msg, k.indexed)
}

// VerifyThreshold checks a signature under a group key: a transcript's, or a subnet's from the registry.
func (k *Keyring) VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool {
	k.Meter.Charge(protocol.OpVerifyThreshold, 1)
	return k.Scheme.VerifyThreshold(pk, msg, sig)
}

package keys

import (
	"encoding/binary"
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// Deal makes this node's dealing for a key; false if it is no dealer, or has no share of the key that is to be reshared.
//
// Model: the randomness follows from the node's secret key and what is dealt for, so that a node that starts again deals the same.
// The replica draws it anew.
func (k *Keyring) Deal(c *protocol.DKGConfig) (*crypto.Dealing, bool) {
	config, share, ok := k.Dealt(c)
	if !ok {
		return nil, false
	}
	k.Meter.Charge(protocol.OpDeal, len(c.Receivers))
	seed := crypto.Seed(crypto.Sum("dealing", k.Secrets.Basic[:], c.ID.Bytes()))
	dealing, fault := k.Generation.Deal(config, c.DealerIndex(k.Node), seed, share)
	return dealing, fault == crypto.DealingSound
}

// Dealt is what this node has to deal for a key: the configuration as the cryptography knows it, and in a resharing the node's share.
// False if it is no dealer, or has no share.
func (k *Keyring) Dealt(c *protocol.DKGConfig) (*crypto.KeyGenerationConfig, *crypto.ThresholdSecretKey, bool) {
	config, ok := k.config(c)
	if !ok || c.DealerIndex(k.Node) < 0 {
		return nil, nil, false
	}
	if c.Resharing == nil {
		return config, nil, true
	}
	share, ok := k.share(c.Resharing)
	return config, &share, ok
}

// VerifyDealing says what is wrong with a dealer's dealing.
func (k *Keyring) VerifyDealing(c *protocol.DKGConfig, dealer protocol.NodeID, d *crypto.Dealing) crypto.DealingFault {
	config, ok := k.config(c)
	if !ok {
		return crypto.DealingBadConfig
	}
	k.Meter.Charge(protocol.OpVerifyDealing, len(c.Receivers))
	return k.Generation.VerifyDealing(config, c.DealerIndex(dealer), d)
}

// CombineDealings makes the transcript of a key from sound dealings; the fault says why there is none.
func (k *Keyring) CombineDealings(c *protocol.DKGConfig, dealings []*protocol.Dealing) (*protocol.Transcript, crypto.DealingFault) {
	config, ok := k.config(c)
	if !ok {
		return nil, crypto.DealingBadConfig
	}
	indexed := make([]crypto.IndexedDealing, len(dealings))
	for i, d := range dealings {
		indexed[i] = crypto.IndexedDealing{Dealer: c.DealerIndex(d.Dealer), Dealing: d.Dealing}
	}
	k.Meter.Charge(protocol.OpCombineDealings, len(dealings))
	public, fault := k.Generation.Combine(config, indexed)
	if fault != crypto.DealingSound {
		return nil, fault
	}
	return &protocol.Transcript{
		ID: c.ID, Registry: c.Registry, Committee: c.Receivers, Group: k.Generation.Group(public), Public: public,
	}, fault
}

// config is what the cryptography has to know; false if the registry lacks a receiver.
func (k *Keyring) config(c *protocol.DKGConfig) (*crypto.KeyGenerationConfig, bool) {
	config := &crypto.KeyGenerationConfig{
		Context: c.ID.Bytes(), Epoch: crypto.Epoch(c.Registry), Threshold: c.Threshold, Dealers: len(c.Dealers), Collect: c.Collect,
	}
	if c.Resharing != nil {
		config.Resharing = c.Resharing.Public
	}
	registry := k.Registry.At(c.Registry)
	for _, n := range c.Receivers {
		record := registry.Node(n)
		if record == nil {
			return nil, false
		}
		config.Receivers = append(config.Receivers, record.EncryptionKey)
	}
	return config, true
}

// Retain forgets the shares of all keys but those of some transcripts, and what opens shares older than theirs, so that whoever takes
// the node later cannot learn what it once signed with (crypto's retain_active_transcripts). Epochs are registry versions, and the key
// that is left opens those from the oldest of the transcripts on. updated tells whether the key is another one.
//
// Nothing is older than the first version, so the key of a node stays as it is until another version is in all transcripts.
func (k *Keyring) Retain(active []*protocol.Transcript) (updated bool) {
	k.shares = slices.DeleteFunc(k.shares, func(s share) bool {
		return !slices.ContainsFunc(active, func(t *protocol.Transcript) bool { return t.Public.Hash() == s.of })
	})
	epoch := oldestEpoch(active)
	if !k.Outlives(active) {
		return false
	}
	k.Meter.Charge(protocol.OpUpdateKey, 1)
	seed := crypto.Seed(crypto.Sum("key update", k.Secrets.Basic[:], binary.BigEndian.AppendUint32(nil, uint32(epoch))))
	k.Secrets.Decryption = k.Generation.Update(k.Secrets.Decryption, epoch, seed)
	return true
}

// Outlives tells whether Retain has a key to update.
func (k *Keyring) Outlives(active []*protocol.Transcript) bool {
	return oldestEpoch(active) > max(k.Secrets.Decryption.Epoch(), firstEpoch)
}

// firstEpoch is that of the registry's first version.
const firstEpoch crypto.Epoch = 1

func oldestEpoch(active []*protocol.Transcript) crypto.Epoch {
	oldest := active[0].Registry
	for _, t := range active {
		oldest = min(oldest, t.Registry)
	}
	return crypto.Epoch(oldest)
}

// maxOpened bounds the shares that a node has open: those of two keys of each kind and of each vetKD key are in use,
// and others while it lags behind.
const maxOpened = 16

// opened is the shares of threshold keys that a node has, the newest last.
type opened []share

type share struct {
	of     crypto.Hash // the transcript
	secret crypto.ThresholdSecretKey
	ok     bool
}

// Load opens the node's share of a key before it is needed.
func (k *Keyring) Load(t *protocol.Transcript) { k.share(t) }

// share gives the node's share of a transcript's key, and opens it when it is asked for the first time.
func (k *Keyring) share(t *protocol.Transcript) (crypto.ThresholdSecretKey, bool) {
	if k.Shares != nil {
		return k.Shares(t, k.Node)
	}
	receiver, of := t.ShareIndex(k.Node), t.Public.Hash()
	if receiver < 0 {
		return crypto.ThresholdSecretKey{}, false
	}
	if i := slices.IndexFunc(k.shares, func(s share) bool { return s.of == of }); i >= 0 {
		return k.shares[i].secret, k.shares[i].ok
	}
	s := share{of: of}
	s.secret, s.ok = k.open(t, receiver)
	if len(k.shares) >= maxOpened {
		k.shares = slices.Delete(k.shares, 0, 1)
	}
	k.shares = append(k.shares, s)
	return s.secret, s.ok
}

func (k *Keyring) open(t *protocol.Transcript, receiver int) (crypto.ThresholdSecretKey, bool) {
	config, ok := k.config(&protocol.DKGConfig{ID: t.ID, Registry: t.Registry, Receivers: t.Committee, Threshold: t.Group.Threshold})
	if !ok {
		return crypto.ThresholdSecretKey{}, false
	}
	k.Meter.Charge(protocol.OpOpenShare, t.Group.Threshold)
	secret, fault := k.Generation.OpenShare(config, t.Public, receiver, k.Secrets.Decryption)
	return secret, fault == crypto.DealingSound
}

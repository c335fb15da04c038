package keys

import (
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

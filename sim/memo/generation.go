package memo

import (
	"encoding/binary"
	"slices"

	"icsim/crypto"
)

// generation is a crypto.KeyGeneration with a memory. What it makes known of keys serves the scheme over the same Signatures.
type generation struct {
	*Signatures
	crypto.KeyGeneration
	faults      *Cache[crypto.Hash, crypto.DealingFault]
	transcripts *Cache[crypto.Hash, combined]
}

type combined struct {
	transcript *crypto.Transcript
	fault      crypto.DealingFault
}

// Bounds, in entries a generation; that of transcripts is a subnet's. A subnet of 40 makes 80 dealings and two transcripts an interval, of
// 700 KiB each, and no node asks for those of the interval before last.
const (
	boundFaults      = 1 << 13
	boundTranscripts = 1 << 2
)

// KeyGeneration is inner with this memory.
func (s *Signatures) KeyGeneration(inner crypto.KeyGeneration) crypto.KeyGeneration {
	return &generation{
		Signatures: s, KeyGeneration: inner,
		faults:      NewCache[crypto.Hash, crypto.DealingFault](boundFaults),
		transcripts: NewCache[crypto.Hash, combined](boundTranscripts * s.subnets),
	}
}

// Deal notes that a dealing made here is sound: of a fresh key always, in a resharing if the share is known to be the dealer's.
func (g *generation) Deal(
	config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey,
) (*crypto.Dealing, crypto.DealingFault) {
	d, fault := g.KeyGeneration.Deal(config, dealer, seed, share)
	if fault == crypto.DealingSound && g.mayDeal(config, dealer, share) {
		g.faults.Put(askDealing(config, dealer, d), crypto.DealingSound)
	}
	return d, fault
}

func (g *generation) mayDeal(config *crypto.KeyGenerationConfig, dealer int, share *crypto.ThresholdSecretKey) bool {
	if share == nil {
		return config.Resharing == nil
	}
	old := g.Group(config.Resharing)
	pk, known := g.threshold.Get(*share)
	return old != nil && known && dealer < len(old.Shares) && old.Shares[dealer] == pk
}

func (g *generation) VerifyDealing(config *crypto.KeyGenerationConfig, dealer int, d *crypto.Dealing) crypto.DealingFault {
	return g.faults.Do(askDealing(config, dealer, d), func() crypto.DealingFault {
		return g.KeyGeneration.VerifyDealing(config, dealer, d)
	})
}

func (g *generation) Combine(
	config *crypto.KeyGenerationConfig, dealings []crypto.IndexedDealing,
) (*crypto.Transcript, crypto.DealingFault) {
	content := config.Content()
	for _, d := range dealings {
		hash := d.Dealing.Hash()
		content = append(binary.BigEndian.AppendUint64(content, uint64(d.Dealer)), hash[:]...)
	}
	c := g.transcripts.Do(crypto.Sum("memo transcript", content), func() combined {
		t, fault := g.KeyGeneration.Combine(config, dealings)
		return combined{t, fault}
	})
	return c.transcript, c.fault
}

// Group makes the group known as one whose shares combine: it follows from one polynomial.
func (g *generation) Group(t *crypto.Transcript) *crypto.ThresholdGroup {
	group := g.KeyGeneration.Group(t)
	if group != nil {
		g.knowGroup(group)
	}
	return group
}

// OpenShare makes it known which public key a share belongs to.
func (g *generation) OpenShare(
	config *crypto.KeyGenerationConfig, t *crypto.Transcript, receiver int, sk crypto.DecryptionKey,
) (crypto.ThresholdSecretKey, crypto.DealingFault) {
	share, fault := g.KeyGeneration.OpenShare(config, t, receiver, sk)
	if fault == crypto.DealingSound {
		g.threshold.Put(share, g.Group(t).Shares[receiver])
	}
	return share, fault
}

// knowGroup keeps a group under the key of its first share: the group's own stays the same through all resharings.
func (s *Signatures) knowGroup(group *crypto.ThresholdGroup) {
	if s.dealt(group) {
		return
	}
	ours := *group
	ours.Shares = slices.Clone(group.Shares)
	s.groups.Put(group.Shares[0], &ours)
}

func askDealing(config *crypto.KeyGenerationConfig, dealer int, d *crypto.Dealing) crypto.Hash {
	hash := d.Hash()
	return crypto.Sum("memo dealing", binary.BigEndian.AppendUint64(config.Content(), uint64(dealer)), hash[:])
}

package adversary

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/nidkg/misdeal"
	"icsim/protocol/replica"
)

// badDealings makes hostile dealings, of another kind for each key: encrypted for others, with shares that are not the polynomial's,
// with proofs of something else, of points that are none. It pushes them, signed, and puts them into its own blocks. It probes that
// every dealing is judged before it counts, that a subnet gets its keys from who deals soundly, and that blocks with a bad dealing
// are refused.
func badDealings() strategy {
	return strategy{
		about: "deals badly for the subnet's next keys",
		configure: func(cfg *replica.Config, _ *hand) {
			cfg.Generation = &badDealer{cfg.Generation, misdeal.Attacks()}
		},
	}
}

// A badDealer is honest in all but what it deals.
type badDealer struct {
	crypto.KeyGeneration
	attacks []misdeal.Attack
}

// Deal takes the first attack that makes sense, from one on that key and dealer decide.
func (b *badDealer) Deal(
	config *crypto.KeyGenerationConfig, dealer int, seed crypto.Seed, share *crypto.ThresholdSecretKey,
) (*crypto.Dealing, crypto.DealingFault) {
	hash := crypto.Sum("bad dealing", config.Associated(dealer))
	first := binary.BigEndian.Uint64(hash[:]) % uint64(len(b.attacks))
	for i := range b.attacks {
		attack := &b.attacks[(first+uint64(i))%uint64(len(b.attacks))]
		bad := attack.Make(&misdeal.Dealer{Keys: b.KeyGeneration, Config: config, Index: dealer, Seed: seed, Share: share})
		if bad != nil {
			return bad, crypto.DealingSound
		}
	}
	return b.KeyGeneration.Deal(config, dealer, seed, share)
}

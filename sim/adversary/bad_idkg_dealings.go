package adversary

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/protocol/replica"
)

// badIDKGDealings deals a wrong share to one receiver of each transcript, another one each time. All others find theirs good and support
// the dealing, so that it gets into blocks. It probes complaints: the victim finds out when it needs its share, shows the others what it
// got, and f+1 of them open theirs.
func badIDKGDealings() strategy {
	return strategy{
		about: "deals a wrong share of chain keys' transcripts to one receiver",
		configure: func(cfg *replica.Config, _ *hand) {
			cfg.ChainKeys = &badIDKGDealer{chainKeysOf(cfg)}
		},
	}
}

func chainKeysOf(cfg *replica.Config) chainkey.Scheme {
	if cfg.ChainKeys == nil {
		return chainkey.New()
	}
	return cfg.ChainKeys
}

// A badIDKGDealer is honest in all but what it deals.
type badIDKGDealer struct{ chainkey.Scheme }

func (b *badIDKGDealer) Deal(p *idkg.Params, dealer int, shares []idkg.Opening, seed crypto.Seed) (*idkg.Dealing, idkg.Reason) {
	d, reason := b.Scheme.Deal(p, dealer, shares, seed)
	if reason != idkg.Valid {
		return d, reason
	}
	hash := crypto.Sum("bad idkg dealing", p.ID)
	return d.WithBadShares(int(binary.BigEndian.Uint64(hash[:]) % uint64(len(p.Receivers)))), reason
}

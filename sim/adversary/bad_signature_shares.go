package adversary

import (
	"bytes"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/protocol/replica"
)

// badSignatureShares makes wrong shares of what chain keys are asked for, and believes them itself, so that its own blocks hold no
// answers or wrong ones. It probes that shares are judged before they count, and answers before a block is.
func badSignatureShares() strategy {
	return strategy{
		about: "signs requests to chain keys with wrong shares",
		configure: func(cfg *replica.Config, _ *hand) {
			cfg.ChainKeys = &badSigner{chainKeysOf(cfg)}
		},
	}
}

type badSigner struct{ chainkey.Scheme }

func (b *badSigner) Start(id crypto.Hash, q *chainkey.Request) (chainkey.Signing, error) {
	s, err := b.Scheme.Start(id, q)
	if err != nil {
		return s, err
	}
	return &badSigning{s}, nil
}

// A badSigning lies about its own share, and answers with what anybody sees to be none.
type badSigning struct{ chainkey.Signing }

func (b *badSigning) Sign(own chainkey.Secrets) []byte { return flipped(b.Signing.Sign(own)) }

func (b *badSigning) Combine(shares []chainkey.NodeShare) ([]byte, error) {
	answer, err := b.Signing.Combine(shares)
	if err != nil {
		answer = shares[0].Share
	}
	return flipped(answer), nil
}

// flipped is bytes with the last bit another: mostly what is read as well as before.
func flipped(raw []byte) []byte {
	raw = bytes.Clone(raw)
	if len(raw) > 0 {
		raw[len(raw)-1] ^= 1
	}
	return raw
}

package nidkg

import (
	"fmt"
	"testing"

	"icsim/crypto"
)

type committee struct {
	k       *KeyGeneration
	secrets []crypto.DecryptionKey
	keys    []crypto.EncryptionPublicKey
}

func newCommittee(k *KeyGeneration, n int) *committee {
	c := &committee{k: k}
	for i := range n {
		sk, pk, _ := k.EncryptionKey(crypto.Seed(crypto.Sum("test", fmt.Append(nil, "key", i))), []byte{byte(i)})
		c.secrets, c.keys = append(c.secrets, sk), append(c.keys, pk)
	}
	return c
}

func (c *committee) config(threshold int) *crypto.KeyGenerationConfig {
	return &crypto.KeyGenerationConfig{
		Context: []byte("test"), Epoch: 5, Threshold: threshold, Receivers: c.keys, Dealers: len(c.keys), Collect: (len(c.keys)-1)/3 + 1,
	}
}

func TestSmoke(t *testing.T) {
	c := newCommittee(New(), 4)
	config := c.config(2)
	var dealings []crypto.IndexedDealing
	for i := range 2 {
		d, fault := c.k.Deal(config, i, crypto.Seed{byte(i)}, nil)
		if fault != crypto.DealingSound {
			t.Fatal(fault)
		}
		if fault := c.k.VerifyDealing(config, i, d); fault != crypto.DealingSound {
			t.Fatal(fault)
		}
		dealings = append(dealings, crypto.IndexedDealing{Dealer: i, Dealing: d})
	}
	tr, fault := c.k.Combine(config, dealings)
	if fault != crypto.DealingSound {
		t.Fatal(fault)
	}
	for i := range 4 {
		if _, fault := c.k.OpenShare(config, tr, i, c.secrets[i]); fault != crypto.DealingSound {
			t.Fatal(i, fault)
		}
	}
}

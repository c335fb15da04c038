package nidkg

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
	"icsim/crypto/recent"
)

// A dealt ciphertext was made by this instance, which so knows what its receivers will find in it.
type dealt struct {
	receivers []crypto.EncryptionPublicKey
	chunks    [][Chunks]int64
}

// maxDealt bounds them: 5 KiB each for 40 receivers.
const maxDealt = 512

// RememberDealt has the instance remember what it encrypts: to open that again needs no logarithm. Decryption is a pure function of
// the ciphertext and the key, so nothing that it returns changes, only the time that it takes. All else is decrypted as ever.
func (k *KeyGeneration) RememberDealt() {
	k.dealt = recent.New[crypto.Hash, *dealt](maxDealt)
	k.remembers = true
}

// remember keeps what a ciphertext holds, if its chunks are such as are found.
func (k *KeyGeneration) remember(config *crypto.KeyGenerationConfig, dealer int, c *layout.Ciphertext, chunks [][Chunks]int64) {
	if !k.remembers {
		return
	}
	for i := range chunks {
		for _, chunk := range chunks[i] {
			if chunk < 0 || chunk >= 1<<chunkBits {
				return
			}
		}
	}
	k.dealt.Put(contentOf(config, dealer, c), &dealt{slices.Clone(config.Receivers), slices.Clone(chunks)})
}

// recall gives a receiver's share of a ciphertext that was made here, for this epoch and context and for this very key, unless the key
// has forgotten the epoch.
func (k *KeyGeneration) recall(
	config *crypto.KeyGenerationConfig, dealer int, c *layout.Ciphertext, receiver int, key *decryptionKey,
) (share fr.Element, ok bool) {
	if !k.remembers || config.Epoch < key.epoch {
		return share, false
	}
	d, known := k.dealt.Get(contentOf(config, dealer, c))
	if !known || receiver >= len(d.receivers) || d.receivers[receiver] != key.pk {
		return share, false
	}
	radix := fr.NewElement(1 << chunkBits)
	for _, chunk := range d.chunks[receiver] {
		var small fr.Element
		small.SetInt64(chunk)
		share.Mul(&share, &radix).Add(&share, &small)
	}
	return share, true
}

// contentOf identifies a ciphertext with what it is bound to.
func contentOf(config *crypto.KeyGenerationConfig, dealer int, c *layout.Ciphertext) crypto.Hash {
	epoch := hashInt(uint64(config.Epoch))
	parts := [][]byte{epoch[:], config.Associated(dealer)}
	var content []byte
	for j := range Chunks {
		content = append(append(append(content, c.R[j][:]...), c.S[j][:]...), c.Z[j][:]...)
	}
	for i := range c.C {
		for j := range Chunks {
			content = append(content, c.C[i][j][:]...)
		}
	}
	return crypto.Sum("nidkg-dealt", append(parts, content)...)
}

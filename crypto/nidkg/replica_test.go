package nidkg

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
)

// The replica holds its own serialization to hashes for fixed seeds (threshold_sig/bls12_381/tests/stability.rs). That ours meets them
// says that streams, oracles, ciphertexts, proofs and transcripts are the deployed ones, bit by bit.

// replicaStream is the stream of the replica's Seed::from_bytes: RFC 9380's expand_message_xmd.
func replicaStream(seed string) *stream {
	return newStream(expand([]byte(seed), "ic-crypto-seed-from-bytes"))
}

// expand gives 32 bytes, as one block of SHA-256 suffices for.
func expand(message []byte, domain string) [32]byte {
	tag := append([]byte(domain), byte(len(domain)))
	h := sha256.New()
	h.Write(make([]byte, 64))
	h.Write(message)
	h.Write([]byte{0, 32, 0})
	h.Write(tag)
	first := append(h.Sum(nil), 1)
	return sha256.Sum256(append(first, tag...))
}

// cbor is the little of it that the structures take.
type cbor []byte

func (c cbor) head(major byte, n int) cbor {
	switch {
	case n < 24:
		return append(c, major<<5|byte(n))
	case n < 256:
		return append(c, major<<5|24, byte(n))
	}
	return append(c, major<<5|25, byte(n>>8), byte(n))
}
func (c cbor) bytes(b []byte) cbor { return append(c.head(2, len(b)), b...) }
func (c cbor) name(s string) cbor  { return append(c.head(3, len(s)), s...) }

func list[T any](c cbor, name string, values []T, raw func(*T) []byte) cbor {
	c = c.name(name).head(4, len(values))
	for i := range values {
		c = c.bytes(raw(&values[i]))
	}
	return c
}

func g1Bytes(p *G1) []byte         { return p[:] }
func g2Bytes(p *G2) []byte         { return p[:] }
func scalarBytes(k *Scalar) []byte { return k[:] }

func (c cbor) coefficients(a []G2) cbor {
	return list(c.name("public_coefficients").head(5, 1), "coefficients", a, g2Bytes)
}

func (c cbor) ciphertext(x *layout.Ciphertext) cbor {
	c = list(c.head(5, 4), "rand_r", x.R[:], g1Bytes)
	c = list(c, "rand_s", x.S[:], g1Bytes)
	c = list(c, "rand_z", x.Z[:], g2Bytes)
	c = c.name("ciphertext_chunks").head(4, len(x.C))
	for i := range x.C {
		c = c.head(4, Chunks)
		for j := range x.C[i] {
			c = c.bytes(x.C[i][j][:])
		}
	}
	return c
}

func dealingCBOR(p *layout.Parts) cbor {
	c := cbor(nil).head(5, 4).coefficients(p.Coefficients)
	c = c.name("ciphertexts").ciphertext(&p.Ciphertext)
	q := &p.Chunking
	c = c.name("zk_proof_decryptability").head(5, 8).name("first_move_y0").bytes(q.Y0[:])
	c = list(c, "first_move_b", q.B[:], g1Bytes)
	c = list(c, "first_move_c", q.C[:], g1Bytes)
	c = list(c, "second_move_d", q.D, g1Bytes)
	c = c.name("second_move_y").bytes(q.Y[:])
	c = list(c, "response_z_r", q.ZR, scalarBytes)
	c = list(c, "response_z_s", q.ZS[:], scalarBytes)
	c = c.name("response_z_b").bytes(q.ZBeta[:])
	s := &p.Sharing
	c = c.name("zk_proof_correct_sharing").head(5, 5).name("first_move_f").bytes(s.F[:])
	c = c.name("first_move_a").bytes(s.A[:]).name("first_move_y").bytes(s.Y[:])
	return c.name("response_z_r").bytes(s.ZR[:]).name("response_z_a").bytes(s.ZAlpha[:])
}

func expectHash(t *testing.T, what string, c []byte, want string) {
	t.Helper()
	if got := sha256.Sum256(c); hex.EncodeToString(got[:]) != want {
		t.Errorf("%s hashes to %x, not to %s", what, got, want)
	}
}

// replicaKey is the replica's create_forward_secure_key_pair.
func replicaKey(k *KeyGeneration, seed string) (crypto.DecryptionKey, crypto.EncryptionPublicKey, crypto.EncryptionProof) {
	return k.encryptionKey(replicaStream(seed), []byte("ic-crypto-kgen-assoc-data"))
}

func TestEncryptionKeyIsTheReplicas(t *testing.T) {
	_, pk, pop := replicaKey(New(), "ic-crypto-kgen-seed")
	expectHash(t, "the public key", cbor(nil).bytes(pk[:]), "707ca0f3e366812cb3f8efc734a9eff1e7aff21427082467d034f54d525327d2")
	c := cbor(nil).head(5, 3).name("pop_key").bytes(pop[:48]).name("challenge").bytes(pop[48:80]).name("response").bytes(pop[80:])
	expectHash(t, "the proof", c, "4d606b3e6a3b790c0e4b1fc4687fb3892fc5e8c4377684a25a7183f0c2a74d91")
}

// replicaConfig is that of the replica's four nodes, with the keys that open their shares.
func replicaConfig(k *KeyGeneration) (config *crypto.KeyGenerationConfig, secrets []crypto.DecryptionKey) {
	config = &crypto.KeyGenerationConfig{Epoch: 2, Threshold: 2, Dealers: 4, Collect: 4}
	for i := range 4 {
		sk, pk, _ := replicaKey(k, fmt.Sprintf("ic-crypto-kgen-seed-node-%d", i))
		config.Receivers, secrets = append(config.Receivers, pk), append(secrets, sk)
	}
	return config, secrets
}

func transcriptCBOR(v *layout.Transcript) cbor {
	c := cbor(nil).head(5, 2).coefficients(v.Coefficients).name("receiver_data").head(5, len(v.Dealers))
	for i, dealer := range v.Dealers {
		c = c.head(0, dealer).ciphertext(v.Ciphertexts[i])
	}
	return c
}

func TestDealingsAndTranscriptsAreTheReplicas(t *testing.T) {
	reshared := crypto.ThresholdSecretKey(bytes.Repeat([]byte{42}, 32))
	for _, c := range []struct {
		name       string
		share      *crypto.ThresholdSecretKey
		dealings   []string
		transcript string
		keys       []string
	}{
		{"fresh", nil, []string{
			"800d77d0b316a24c89f874813a104071a9a5e2f462df1b7615cb5697d0410424",
			"c31e537350f2faf43b3d684dee343a16077fd317f7bf9046f036c26b796d9329",
			"8e7dba35d9e74c595135bee8cd842b407b18ff80d5e725da750cef3b960efba1",
			"e37e1de43df69200e6959f44564023b32593213ffa7854ffcf71a70229926ba2",
		}, "fa6e9825d6e4bed18061832d4b302267d1827e86f885ce5f0be2ff6137f076af", []string{
			"c4b8e342aa39298e2334b45f166436ff4449a40d07df21185246b3bc3a22020f",
			"52ab8e1cc956a8340d37868cc5215bdad22c7a0d0844d01da1491f8aa6c624e5",
			"055324cbf3447071f139433f0c02cd8f27fbec19d9ba3cb9adeefd49f371b42a",
			"69affb46550951145cbd37b654c3ab74c6b4faa1d0dd35e9d6afd1d98e0ad02c",
		}},
		{"resharing", &reshared, []string{
			"c20776601f7900367194bb8f37aa530fa9798a24aa4086804abfd9e65e1d45e2",
			"57ad68aba3ec1cb8d2522de43d0bbb3678e3d7426cece31c5f491aabe7cca944",
			"32c27739d296c456654f69eae77739217e1e965b39d969dd9e4c3150bef227e5",
			"901a893df6228332f08e25548729030b623ec03fc8f0b9f6627cdb45d31a607a",
		}, "0443eec56f5993494689958102470bb72a8e3f0210f6318885237cc8dbacbf22", []string{
			"f547614d6f8a641d60d1b05604f5a3bd1ed72f4efedd3cb868b5aa5178212635",
			"c500c383f6aeaa279ee199ae054e1aa40aa3066b3982ca6b0b18194f73feb3be",
			"4d20146d965b47387e56682d2475c9713727bad7b198ef7861267937ab3997ca",
			"c85d81742072f2126094192374256c5c23d1e2c58208000bdb89816554dfd2c0",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := New()
			config, secrets := replicaConfig(k)
			var dealings []crypto.IndexedDealing
			for dealer, want := range c.dealings {
				d := draft(config, drawn(config, replicaStream(fmt.Sprintf("ic-crypto-create-dealing-keygen-seed-%d", dealer)), c.share))
				random := replicaStream(fmt.Sprintf("ic-crypto-create-dealing-encryption-seed-%d", dealer))
				parts, _, _ := k.seal(config, dealer, d, random)
				sealed := parts.Dealing()
				expectHash(t, fmt.Sprint("dealing ", dealer), dealingCBOR(layout.Split(sealed)), want)
				if fault := k.VerifyDealing(config, dealer, sealed); fault != crypto.DealingSound {
					t.Errorf("dealing %d: %v", dealer, fault)
				}
				dealings = append(dealings, crypto.IndexedDealing{Dealer: dealer, Dealing: sealed})
			}
			transcript, fault := k.Combine(config, dealings)
			if fault != crypto.DealingSound {
				t.Fatal(fault)
			}
			expectHash(t, "the transcript", transcriptCBOR(layout.SplitTranscript(transcript)), c.transcript)
			for i, want := range c.keys {
				share, fault := k.OpenShare(config, transcript, i, secrets[i])
				if fault != crypto.DealingSound {
					t.Fatal(fault)
				}
				expectHash(t, fmt.Sprint("share ", i), cbor(nil).bytes(share[:]), want)
			}
		})
	}
}

func (n *node) cbor(c cbor) cbor {
	var tau []byte
	for i := range n.depth {
		tau = append(tau, byte(n.prefix>>(epochBits-1-i)&1))
	}
	a, b, e := n.a.Bytes(), n.b.Bytes(), n.e.Bytes()
	c = c.head(5, 6).name("tau").bytes(tau).name("a").bytes(a[:]).name("b").bytes(b[:])
	g2 := func(p *bls12381.G2Affine) []byte { raw := p.Bytes(); return raw[:] }
	c = list(c, "d_t", n.d, g2)
	return list(c, "d_h", n.dHash, g2).name("e").bytes(e[:])
}

func secretKeyCBOR(nodes []node) cbor {
	c := cbor(nil).head(5, 1).name("bte_nodes").head(4, len(nodes))
	for i := range nodes {
		c = nodes[i].cbor(c)
	}
	return c
}

// The tree of keys, at its root and after an update to epoch 2.
func TestUpdatedKeysAreTheReplicas(t *testing.T) {
	k := New()
	sk, _, _ := replicaKey(k, "ic-crypto-kgen-seed")
	expectHash(t, "the secret key", secretKeyCBOR([]node{k.expand(sk.(*decryptionKey).root)}),
		"25cfe9b7b5c95d6d8cab1f8f5b205470909ce1dc27612b17e987e57ea0443864")
	updated := k.update(sk.(*decryptionKey), 2, replicaStream("ic-crypto-update-key-seed"))
	expectHash(t, "the updated key", secretKeyCBOR(updated.nodes), "f70143bdd1fad70ac7d24cda1f5141b6e730841361fc4c8e5059ddc0a1514e15")
}

package cryptotest

import (
	"bytes"
	"fmt"
	"testing"

	"icsim/crypto"
)

// TestScheme runs the kit. Each call of make gives a fresh instance.
func TestScheme(t *testing.T, make func() crypto.Scheme) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, crypto.Scheme)
	}{
		{"basic signatures verify and nothing else does", testBasic},
		{"multi-signatures verify for exactly their signers", testMulti},
		{"possession is proven for one key", testPossession},
		{"a rogue key has no proof of possession", testRogueKey},
		{"threshold shares verify at their index alone", testThresholdShares},
		{"any threshold of shares gives the one signature", testUniqueness},
		{"fewer shares than the threshold give nothing", testTooFew},
		{"a bad share gives nothing that verifies", testBadShare},
		{"kinds of signatures do not stand for one another", testKinds},
		{"malformed bytes are refused", testMalformed},
		{"dealing is determined by its arguments", testDeal},
		{"batches judge every share as single checks do", testBatches},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, make()) })
	}
	t.Run("every method is a pure function", func(t *testing.T) { testPurity(t, make) })
}

// seed is a distinct seed for every number.
func seed(n int) crypto.Seed { return crypto.Seed(crypto.Sum("cryptotest", fmt.Append(nil, n))) }

func must(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Errorf(format, args...)
	}
}

var messages = [][]byte{nil, []byte("m"), []byte("n"), bytes.Repeat([]byte("long"), 200)}

// flip changes one bit.
func flip(raw []byte, bit int) { raw[bit/8%len(raw)] ^= 1 << (bit % 8) }

// spread picks some bits of a value, among them those of the first and the last byte.
func spread(size int) []int {
	return []int{0, 5, 6, 7, 8 * 31, 8 * 32, 8*size/2 + 3, 8*size - 8, 8*size - 1}
}

func testBasic(t *testing.T, s crypto.Scheme) {
	sk, pk := s.BasicKey(seed(1))
	_, other := s.BasicKey(seed(2))
	must(t, pk != other, "two seeds, one key")
	for i, msg := range messages {
		sig := s.SignBasic(sk, msg)
		must(t, s.VerifyBasic(pk, msg, sig), "message %d does not verify", i)
		must(t, !s.VerifyBasic(other, msg, sig), "message %d verifies for another key", i)
		must(t, !s.VerifyBasic(pk, []byte("other"), sig), "message %d verifies for another message", i)
		for _, bit := range spread(len(sig)) {
			bad := sig
			flip(bad[:], bit)
			must(t, !s.VerifyBasic(pk, msg, bad), "message %d verifies with bit %d flipped", i, bit)
		}
	}
}

// A signer has a committee key.
type signer struct {
	sk  crypto.MultiSecretKey
	pk  crypto.MultiPublicKey
	pop crypto.ProofOfPossession
}

func committee(s crypto.Scheme, n int) []signer {
	out := make([]signer, n)
	for i := range out {
		out[i].sk, out[i].pk, out[i].pop = s.MultiKey(seed(100 + i))
	}
	return out
}

func keys(signers ...signer) (pks []crypto.MultiPublicKey) {
	for _, m := range signers {
		pks = append(pks, m.pk)
	}
	return pks
}

func aggregate(t *testing.T, s crypto.Scheme, msg []byte, signers ...signer) crypto.MultiSignature {
	t.Helper()
	var shares []crypto.MultiSignature
	for _, m := range signers {
		shares = append(shares, s.SignMulti(m.sk, msg))
	}
	sig, ok := s.CombineMulti(keys(signers...), msg, shares)
	must(t, ok, "good shares do not combine")
	return sig
}

func testMulti(t *testing.T, s crypto.Scheme) {
	c := committee(s, 5)
	for i, msg := range messages {
		for _, m := range c {
			must(t, s.VerifyMultiShare(m.pk, msg, s.SignMulti(m.sk, msg)), "message %d: a share does not verify", i)
		}
		must(t, s.VerifyMulti(keys(c...), msg, aggregate(t, s, msg, c...)), "message %d: the aggregate does not verify", i)
	}
	msg := []byte("m")
	abc := aggregate(t, s, msg, c[0], c[1], c[2])
	must(t, abc == aggregate(t, s, msg, c[2], c[0], c[1]), "the order of shares matters")
	must(t, s.VerifyMulti(keys(c[1], c[2], c[0]), msg, abc), "the order of keys matters")
	must(t, s.VerifyMultiShare(c[0].pk, msg, aggregate(t, s, msg, c[0])), "the aggregate of one is no share of its")
	for _, v := range []struct {
		name string
		pks  []crypto.MultiPublicKey
	}{
		{"no signer", nil},
		{"a missing signer", keys(c[0], c[1])},
		{"an extra signer", keys(c[0], c[1], c[2], c[3])},
		{"another signer", keys(c[0], c[1], c[3])},
		{"a signer twice", keys(c[0], c[1], c[2], c[2])},
	} {
		must(t, !s.VerifyMulti(v.pks, msg, abc), "the aggregate verifies with %s", v.name)
	}
	must(t, !s.VerifyMulti(keys(c[:3]...), []byte("n"), abc), "the aggregate verifies for another message")
	twice := aggregate(t, s, msg, c[0], c[0])
	must(t, s.VerifyMulti(keys(c[0], c[0]), msg, twice), "a signer counted twice on both sides does not verify")
	must(t, !s.VerifyMulti(keys(c[0]), msg, twice), "a share added twice verifies once")
	_, ok := s.CombineMulti(keys(c[0], c[1]), msg, []crypto.MultiSignature{s.SignMulti(c[0].sk, msg)})
	must(t, !ok, "more keys than shares combine")
	if nothing, ok := s.CombineMulti(nil, msg, nil); ok {
		must(t, !s.VerifyMulti(nil, msg, nothing), "no one signs")
		must(t, !s.VerifyMulti(keys(c[0], c[0]), msg, nothing), "a signer listed twice need not sign")
	}
	must(t, !s.VerifyMultiShare(c[0].pk, msg, s.SignMulti(c[1].sk, msg)), "a share verifies for another signer")
	must(t, !s.VerifyMultiShare(c[0].pk, msg, s.SignMulti(c[0].sk, []byte("n"))), "a share verifies for another message")
}

func testPossession(t *testing.T, s crypto.Scheme) {
	c := committee(s, 2)
	must(t, s.VerifyPossession(c[0].pk, c[0].pop), "possession is not accepted")
	must(t, !s.VerifyPossession(c[0].pk, c[1].pop), "possession of another key is accepted")
	// Signing the key under the possession domain is not enough: the proof is hashed for its own purpose.
	signed := s.SignMulti(c[0].sk, crypto.Signable(crypto.DomainMultiPossession, c[0].pk[:]))
	must(t, !s.VerifyPossession(c[0].pk, crypto.ProofOfPossession(signed)), "a signature passes for a proof of possession")
	must(t, !s.VerifyMultiShare(c[0].pk, crypto.Signable(crypto.DomainMultiPossession, c[0].pk[:]),
		crypto.MultiSignature(c[0].pop)), "a proof of possession passes for a signature")
}

// Bytes that are a public key's negation or a copy are what a rogue signer would register: without
// the secret key, nobody proves possession of them.
func testRogueKey(t *testing.T, s crypto.Scheme) {
	c := committee(s, 2)
	rogue := c[0].pk
	rogue[0] ^= 0x20 // in BLS the sign of y: the victim's key negated, so that both keys cancel
	for i, pop := range []crypto.ProofOfPossession{c[0].pop, c[1].pop, {}, {0xc0}} {
		must(t, !s.VerifyPossession(rogue, pop), "proof %d is accepted for a rogue key", i)
	}
	msg := []byte("m")
	for i, sig := range []crypto.MultiSignature{{}, {0xc0}, s.SignMulti(c[0].sk, msg)} {
		must(t, !s.VerifyMulti([]crypto.MultiPublicKey{c[0].pk, rogue}, msg, sig), "signature %d verifies for keys that cancel", i)
		must(t, !s.VerifyMulti([]crypto.MultiPublicKey{{0xc0}}, msg, sig), "signature %d verifies for the key at infinity", i)
		must(t, !s.VerifyMultiShare(crypto.MultiPublicKey{0xc0}, msg, sig), "signature %d is a share of the key at infinity", i)
	}
	must(t, !s.VerifyPossession(crypto.MultiPublicKey{0xc0}, crypto.ProofOfPossession{0xc0}), "infinity proves itself")
}

package cryptotest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"icsim/crypto"
)

// TestKeyGeneration runs the kit of crypto.KeyGeneration: what comes out has to sign by the scheme that goes with it. Each call of
// a make gives a fresh instance.
func TestKeyGeneration(t *testing.T, makeKeys func() crypto.KeyGeneration, makeScheme func() crypto.Scheme) {
	keys, scheme := makeKeys(), makeScheme() // shared, since an instance may take long to make
	for _, c := range []struct {
		name string
		run  func(*testing.T, *subnet)
	}{
		{"possession of an encryption key is proven by its owner", testEncryptionKeys},
		{"any threshold of receivers signs by a fresh key", testFreshKey},
		{"resharing keeps the key and changes the shares", testResharing},
		{"hostile dealings are refused, each for its fault", testAttacks},
		{"a flipped bit is noticed anywhere", testFlippedBits},
		{"a transcript takes enough dealings of distinct dealers", testCombine},
		{"a transcript does not depend on the order of dealings", testOrder},
		{"an updated key opens its epoch and later ones alone", testForwardSecurity},
		{"a share opens to its receiver alone", testOtherReceiver},
		{"configurations that cannot be met are refused", testConfigs},
		{"bytes of nothing are refused", testGarbage},
		{"sizes are those of the layout", testSizes},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newSubnet(keys, scheme, 4)) })
	}
	t.Run("every method of key generation is a pure function", func(t *testing.T) {
		first := newSubnet(keys, scheme, 4).transcriptOf(t)
		fresh := newSubnet(makeKeys(), makeScheme(), 4).transcriptOf(t)
		must(t, bytes.Equal(first.Bytes(), fresh.Bytes()), "a fresh instance makes another transcript")
	})
}

// A subnet has receivers' keys, and generates among itself.
type subnet struct {
	keys   crypto.KeyGeneration
	scheme crypto.Scheme
	config crypto.KeyGenerationConfig
	owned  []crypto.DecryptionKey
}

// newSubnet has receivers number 0 to n-1, and a fresh key of the low threshold to generate.
func newSubnet(keys crypto.KeyGeneration, scheme crypto.Scheme, n int) *subnet {
	s := &subnet{keys: keys, scheme: scheme}
	for i := range n {
		sk, pk, _ := keys.EncryptionKey(seed(200+i), fmt.Append(nil, i))
		s.owned = append(s.owned, sk)
		s.config.Receivers = append(s.config.Receivers, pk)
	}
	f := (n - 1) / 3
	s.config.Context, s.config.Epoch, s.config.Threshold, s.config.Dealers, s.config.Collect = []byte("context"), 3, f+1, n, f+1
	return s
}

// deal is honest.
func (s *subnet) deal(t *testing.T, dealer int, share *crypto.ThresholdSecretKey) crypto.IndexedDealing {
	t.Helper()
	d, fault := s.keys.Deal(&s.config, dealer, seed(300+dealer), share)
	if fault != crypto.DealingSound {
		t.Fatalf("dealer %d does not deal: %v", dealer, fault)
	}
	if fault := s.keys.VerifyDealing(&s.config, dealer, d); fault != crypto.DealingSound {
		t.Fatalf("the dealing of %d is refused: %v", dealer, fault)
	}
	return crypto.IndexedDealing{Dealer: dealer, Dealing: d}
}

// combine takes the dealings of some dealers, who have shares of the old key in a resharing.
func (s *subnet) combine(t *testing.T, shares []crypto.ThresholdSecretKey, dealers ...int) *crypto.Transcript {
	t.Helper()
	var dealings []crypto.IndexedDealing
	for _, dealer := range dealers {
		var share *crypto.ThresholdSecretKey
		if shares != nil {
			share = &shares[dealer]
		}
		dealings = append(dealings, s.deal(t, dealer, share))
	}
	transcript, fault := s.keys.Combine(&s.config, dealings)
	if fault != crypto.DealingSound {
		t.Fatalf("sound dealings do not combine: %v", fault)
	}
	return transcript
}

func (s *subnet) transcriptOf(t *testing.T) *crypto.Transcript { return s.combine(t, nil, 0, 2) }

// open gives all receivers' shares.
func (s *subnet) open(t *testing.T, transcript *crypto.Transcript) []crypto.ThresholdSecretKey {
	t.Helper()
	out := make([]crypto.ThresholdSecretKey, len(s.owned))
	for i := range out {
		share, fault := s.keys.OpenShare(&s.config, transcript, i, s.owned[i])
		if fault != crypto.DealingSound {
			t.Fatalf("receiver %d: %v", i, fault)
		}
		out[i] = share
	}
	return out
}

// signs checks that shares sign for a transcript's group, at every set of as many neighbours as the threshold, and no fewer.
func (s *subnet) signs(t *testing.T, transcript *crypto.Transcript, secrets []crypto.ThresholdSecretKey) {
	t.Helper()
	group, msg := s.keys.Group(transcript), []byte("m")
	must(t, group.Threshold == s.config.Threshold && len(group.Shares) == len(secrets), "the group is %+v", group)
	shares := signAll(s.scheme, secrets, msg)
	var signature crypto.ThresholdSignature
	for first := range shares {
		must(t, s.scheme.VerifyThresholdShare(group, first, msg, shares[first].Share), "share %d does not verify", first)
		some := append(slices.Clone(shares[first:]), shares[:first]...)[:group.Threshold]
		sig, ok := s.scheme.CombineThreshold(group, msg, some)
		must(t, ok && s.scheme.VerifyThreshold(group.Key, msg, sig), "shares from %d on do not sign", first)
		must(t, first == 0 || sig == signature, "shares from %d on sign otherwise", first)
		signature = sig
		_, ok = s.scheme.CombineThreshold(group, msg, some[1:])
		must(t, !ok, "shares below the threshold combine")
	}
}

func testEncryptionKeys(t *testing.T, s *subnet) {
	_, pk, proof := s.keys.EncryptionKey(seed(1), []byte("owner"))
	_, other, otherProof := s.keys.EncryptionKey(seed(2), []byte("owner"))
	must(t, s.keys.VerifyEncryptionKey([]byte("owner"), pk, proof), "possession is not accepted")
	must(t, !s.keys.VerifyEncryptionKey([]byte("thief"), pk, proof), "a proof stands for another owner")
	must(t, !s.keys.VerifyEncryptionKey([]byte("owner"), other, proof), "a proof stands for another key")
	must(t, !s.keys.VerifyEncryptionKey([]byte("owner"), pk, otherProof), "another's proof is accepted")
	for _, bit := range []int{0, 3, 100, 383, 384, 500, 640, 895} {
		bad := proof
		flip(bad[:], bit)
		must(t, !s.keys.VerifyEncryptionKey([]byte("owner"), pk, bad), "a proof is accepted with bit %d flipped", bit)
	}
	for i, raw := range bytes48() {
		must(t, !s.keys.VerifyEncryptionKey([]byte("owner"), raw, proof), "garbage key %d is possessed", i)
	}
}

func testFreshKey(t *testing.T, s *subnet) {
	transcript := s.transcriptOf(t)
	s.signs(t, transcript, s.open(t, transcript))
	s.config.Context = []byte("another")
	another := s.transcriptOf(t)
	must(t, s.keys.Group(another).Key != s.keys.Group(transcript).Key, "dealers' seeds make the same key in another context")
	s.config.Collect = 3
	third := s.combine(t, nil, 1, 2, 3)
	must(t, s.keys.Group(third).Key != s.keys.Group(transcript).Key, "other dealers make the same key")
	s.signs(t, third, s.open(t, third))
}

// The high threshold, over several generations, with members coming and going.
func testResharing(t *testing.T, s *subnet) {
	s.config.Threshold = 3
	old := s.transcriptOf(t)
	key, shares := s.keys.Group(old).Key, s.open(t, old)
	for generation, n := range []int{5, 4, 4} {
		next := newSubnet(s.keys, s.scheme, n)
		if generation == 2 { // all keys are of new nodes
			for i := range next.owned {
				next.owned[i], next.config.Receivers[i], _ = s.keys.EncryptionKey(seed(400+i), nil)
			}
		}
		next.config.Threshold, next.config.Dealers, next.config.Collect, next.config.Resharing = n-1, len(shares), s.config.Threshold, old
		transcript := next.combine(t, shares, firstOf(s.config.Threshold, generation)...)
		next.refusesOtherShares(t, shares)
		must(t, s.keys.Group(transcript).Key == key, "generation %d has another key", generation)
		opened := next.open(t, transcript)
		for i := range min(len(opened), len(shares)) {
			must(t, opened[i] != shares[i], "receiver %d keeps its share", i)
		}
		next.signs(t, transcript, opened)
		s, old, shares = next, transcript, opened
	}
}

// refusesOtherShares combines a resharing whose last dealing was never verified, and shares something else.
func (s *subnet) refusesOtherShares(t *testing.T, shares []crypto.ThresholdSecretKey) {
	var dealings []crypto.IndexedDealing
	for dealer := range s.config.Collect {
		share := shares[dealer]
		if dealer == s.config.Collect-1 {
			share = crypto.ThresholdSecretKey{31: 1}
		}
		d, _ := s.keys.Deal(&s.config, dealer, seed(dealer), &share)
		dealings = append(dealings, crypto.IndexedDealing{Dealer: dealer, Dealing: d})
	}
	_, fault := s.keys.Combine(&s.config, dealings)
	must(t, fault == crypto.DealingWrongConstant, "a resharing of something else: %v", fault)
}

// firstOf gives n dealers from a first one on.
func firstOf(n, first int) (out []int) {
	for i := range n {
		out = append(out, i+first%2)
	}
	return out
}

func testCombine(t *testing.T, s *subnet) {
	s.config.Collect = 3
	var all []crypto.IndexedDealing
	for i := range 4 {
		all = append(all, s.deal(t, i, nil))
	}
	renamed := func(i, dealer int) crypto.IndexedDealing {
		return crypto.IndexedDealing{Dealer: dealer, Dealing: all[i].Dealing}
	}
	for _, c := range []struct {
		name     string
		dealings []crypto.IndexedDealing
		want     crypto.DealingFault
	}{
		{"none", nil, crypto.DealingsTooFew},
		{"two", all[:2], crypto.DealingsTooFew},
		{"a dealer twice", append(all[:3:3], all[0]), crypto.DealingDuplicate},
		{"a dealer with two dealings", append(all[:2:2], renamed(2, 1), all[3]), crypto.DealingDuplicate},
		{"no dealer", append(all[:2:2], renamed(2, 4)), crypto.DealingUnknownDealer},
		{"a negative dealer", append(all[:2:2], renamed(2, -1)), crypto.DealingUnknownDealer},
		{"no dealing", append(all[:2:2], crypto.IndexedDealing{Dealer: 2, Dealing: crypto.NewDealing([]byte("x"))}),
			crypto.DealingMalformed},
		{"three", all[1:], crypto.DealingSound},
	} {
		_, fault := s.keys.Combine(&s.config, c.dealings)
		must(t, fault == c.want, "%s: %v, not %v", c.name, fault, c.want)
	}
	first, _ := s.keys.Combine(&s.config, all[:3])
	more, _ := s.keys.Combine(&s.config, all)
	must(t, first.Hash() == more.Hash(), "a dealing beyond those to collect counts")
}

func testOrder(t *testing.T, s *subnet) {
	a, b := s.deal(t, 1, nil), s.deal(t, 3, nil)
	one, _ := s.keys.Combine(&s.config, []crypto.IndexedDealing{a, b})
	two, _ := s.keys.Combine(&s.config, []crypto.IndexedDealing{b, a})
	must(t, one.Hash() == two.Hash() && bytes.Equal(one.Bytes(), two.Bytes()), "the order of dealings matters")
}

func testForwardSecurity(t *testing.T, s *subnet) {
	transcript := s.transcriptOf(t)
	want, _ := s.keys.OpenShare(&s.config, transcript, 0, s.owned[0])
	same := s.keys.Update(s.owned[0], s.config.Epoch, seed(7))
	must(t, same.Epoch() == s.config.Epoch, "updated to %d", same.Epoch())
	got, fault := s.keys.OpenShare(&s.config, transcript, 0, same)
	must(t, fault == crypto.DealingSound && got == want, "the epoch's own key does not open: %v", fault)
	s.testBinding(t, transcript, same)
	s.testBinding(t, transcript, s.owned[0])
	must(t, s.keys.Update(same, 1, seed(8)).Epoch() == s.config.Epoch, "a key goes back")
	later := s.keys.Update(same, s.config.Epoch+1, seed(9))
	_, fault = s.keys.OpenShare(&s.config, transcript, 0, later)
	must(t, fault == crypto.DealingUnopened, "the next epoch's key: %v", fault)
	got, fault = s.keys.OpenShare(&s.config, transcript, 0, s.owned[0])
	must(t, fault == crypto.DealingSound && got == want, "updating changes the key that is updated: %v", fault)
	s.config.Epoch += 1 << 20
	ahead := s.transcriptOf(t)
	_, fault = s.keys.OpenShare(&s.config, ahead, 0, later)
	must(t, fault == crypto.DealingSound, "a later epoch's share: %v", fault)
}

func testOtherReceiver(t *testing.T, s *subnet) {
	transcript := s.transcriptOf(t)
	for i := range s.owned {
		_, fault := s.keys.OpenShare(&s.config, transcript, i, s.owned[(i+1)%len(s.owned)])
		must(t, fault == crypto.DealingUnopened, "receiver %d's share opens to the next: %v", i, fault)
	}
	for _, i := range []int{-1, 4} {
		_, fault := s.keys.OpenShare(&s.config, transcript, i, s.owned[0])
		must(t, fault != crypto.DealingSound, "there is a receiver %d", i)
	}
	_, fault := s.keys.OpenShare(&s.config, transcript, 0, nil)
	must(t, fault != crypto.DealingSound, "no key opens")
}

// testBinding changes what a share is bound to.
func (s *subnet) testBinding(t *testing.T, transcript *crypto.Transcript, key crypto.DecryptionKey) {
	for name, change := range map[string]func(*crypto.KeyGenerationConfig){
		"context": func(c *crypto.KeyGenerationConfig) { c.Context = []byte("another") },
		"epoch":   func(c *crypto.KeyGenerationConfig) { c.Epoch++ },
	} {
		config := s.config
		change(&config)
		_, fault := s.keys.OpenShare(&config, transcript, 0, key)
		must(t, fault == crypto.DealingUnopened, "a share opens in another %s: %v", name, fault)
	}
}

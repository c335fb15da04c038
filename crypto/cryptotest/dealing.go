package cryptotest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"icsim/crypto"
	"icsim/crypto/nidkg/layout"
	"icsim/crypto/nidkg/misdeal"
)

func testAttacks(t *testing.T, s *subnet) {
	s.config.Threshold = 3
	old := s.transcriptOf(t)
	shares := s.open(t, old)
	reshared := newSubnet(s.keys, s.scheme, 4)
	reshared.config.Threshold, reshared.config.Resharing, reshared.config.Collect = 2, old, 3
	for _, c := range []struct {
		name   string
		subnet *subnet
		share  *crypto.ThresholdSecretKey
	}{{"fresh", s, nil}, {"resharing", reshared, &shares[1]}} {
		for _, attack := range misdeal.Attacks() {
			if c.share != nil && attack.OnEncoding() { // which is the same in a resharing
				continue
			}
			dealing := attack.Make(&misdeal.Dealer{Keys: s.keys, Config: &c.subnet.config, Index: 1, Seed: seed(9), Share: c.share})
			if dealing == nil {
				must(t, c.share == nil && attack.Fault == crypto.DealingWrongConstant, "%s %s: not made", c.name, attack.Name)
				continue
			}
			fault := s.keys.VerifyDealing(&c.subnet.config, 1, dealing)
			must(t, fault == attack.Expected(s.keys), "%s %s: %v, not %v", c.name, attack.Name, fault, attack.Expected(s.keys))
		}
	}
	d := s.deal(t, 1, nil)
	for _, dealer := range []int{-1, 4, 1 << 20} {
		must(t, s.keys.VerifyDealing(&s.config, dealer, d.Dealing) == crypto.DealingUnknownDealer, "dealer %d is known", dealer)
	}
	must(t, reshared.keys.VerifyDealing(&reshared.config, 1, d.Dealing) != crypto.DealingSound, "a fresh dealing passes for a resharing")
}

// testFlippedBits flips a bit in every second component of a dealing: no byte is without a purpose.
func testFlippedBits(t *testing.T, s *subnet) {
	raw := s.deal(t, 0, nil).Dealing.Bytes()
	for at := 0; at < len(raw); at += 96 + at%7 {
		bad := slices.Clone(raw)
		flip(bad, 8*at+at%8)
		fault := s.keys.VerifyDealing(&s.config, 0, crypto.NewDealing(bad))
		must(t, fault != crypto.DealingSound, "a dealing is sound with byte %d changed", at)
	}
}

func testConfigs(t *testing.T, s *subnet) {
	good := s.deal(t, 0, nil)
	share := crypto.ThresholdSecretKey{1}
	for name, change := range map[string]func(*crypto.KeyGenerationConfig){
		"threshold zero":            func(c *crypto.KeyGenerationConfig) { c.Threshold = 0 },
		"threshold above receivers": func(c *crypto.KeyGenerationConfig) { c.Threshold = 5 },
		"no receivers":              func(c *crypto.KeyGenerationConfig) { c.Receivers = nil },
		"no dealers":                func(c *crypto.KeyGenerationConfig) { c.Dealers = 0 },
		"nothing to collect":        func(c *crypto.KeyGenerationConfig) { c.Collect = 0 },
		"more than dealers":         func(c *crypto.KeyGenerationConfig) { c.Collect = 5 },
		"a key that is none": func(c *crypto.KeyGenerationConfig) {
			c.Receivers = append(c.Receivers[:3:3], crypto.EncryptionPublicKey{1})
		},
	} {
		config := s.config
		change(&config)
		_, fault := s.keys.Deal(&config, 0, seed(1), nil)
		must(t, fault == crypto.DealingBadConfig, "%s: dealing gives %v", name, fault)
		fault = s.keys.VerifyDealing(&config, 0, good.Dealing)
		must(t, fault == crypto.DealingBadConfig, "%s: verification gives %v", name, fault)
	}
	_, fault := s.keys.Deal(&s.config, 0, seed(1), &share)
	must(t, fault == crypto.DealingBadConfig, "a share is dealt as a fresh key: %v", fault)
	_, fault = s.keys.Deal(&s.config, 4, seed(1), nil)
	must(t, fault == crypto.DealingUnknownDealer, "a stranger deals: %v", fault)
	s.config.Resharing = crypto.NewTranscript([]byte("x"))
	must(t, s.keys.VerifyDealing(&s.config, 0, good.Dealing) == crypto.DealingBadConfig, "a transcript of nothing is reshared")
	_, fault = s.keys.Combine(&s.config, []crypto.IndexedDealing{good, s.dealUnchecked(1), s.dealUnchecked(2)})
	must(t, fault == crypto.DealingBadConfig, "a transcript of nothing is reshared: %v", fault)
}

func (s *subnet) dealUnchecked(dealer int) crypto.IndexedDealing {
	config := s.config
	config.Resharing = nil
	d, _ := s.keys.Deal(&config, dealer, seed(dealer), nil)
	return crypto.IndexedDealing{Dealer: dealer, Dealing: d}
}

func testGarbage(t *testing.T, s *subnet) {
	transcript := s.transcriptOf(t)
	for _, raw := range [][]byte{
		nil, {0}, {0, 2, 0, 4}, {0, 2, 0, 4, 0, 0}, {0, 2, 0, 4, 0xff, 0xff}, bytes.Repeat([]byte{0xff}, 5000),
		make([]byte, layout.Size(2, 4)), transcript.Bytes()[:transcript.Size()-1], append(slices.Clone(transcript.Bytes()), 0),
		append([]byte{0, 0}, transcript.Bytes()[2:]...), noise(layout.Size(2, 4), 0, 2, 0, 4),
		noise(layout.TranscriptSize(2, 4, 2), 0, 2, 0, 4, 0, 2), noise(layout.TranscriptSize(2, 4, 1), 0, 2, 0, 4, 0, 1),
	} {
		must(t, s.keys.VerifyDealing(&s.config, 0, crypto.NewDealing(raw)) != crypto.DealingSound, "%d bytes are a dealing", len(raw))
		garbage := crypto.NewTranscript(raw)
		must(t, s.keys.Group(garbage) == nil, "%d bytes are a transcript", len(raw))
		_, fault := s.keys.OpenShare(&s.config, garbage, 0, s.owned[0])
		must(t, fault != crypto.DealingSound, "%d bytes hold a share", len(raw))
	}
}

// noise has a head and then nothing that means anything.
func noise(size int, head ...byte) []byte {
	out := slices.Clone(head)
	for i := 0; len(out) < size; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		out = append(out, sum[:]...)
	}
	return out[:size]
}

func testSizes(t *testing.T, s *subnet) {
	d := s.deal(t, 0, nil).Dealing
	must(t, d.Size() == layout.Size(2, 4) && d.Size() == len(d.Bytes()), "a dealing has %d bytes", d.Size())
	transcript := s.transcriptOf(t)
	must(t, transcript.Size() == layout.TranscriptSize(2, 4, 2), "a transcript has %d bytes", transcript.Size())
}

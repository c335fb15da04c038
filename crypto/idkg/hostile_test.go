package idkg

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/idkg/curve"
)

// A scene is a subnet of four with transcripts to share from. (The kit is no use here: it imports this package.)
type scene struct {
	keys             []*SecretKey
	masked, unmasked *Transcript
}

func seed(n int) crypto.Seed { return crypto.Seed{byte(n), byte(n >> 8), 1} }

func (s *scene) params(a Algorithm, op Operation, operands ...*Transcript) *Params {
	p := &Params{Algorithm: a, ID: []byte{byte(op)}, Dealers: len(s.keys), Operation: op}
	for _, k := range s.keys {
		p.Receivers = append(p.Receivers, k.Public())
	}
	if len(operands) > 0 {
		p.Left = operands[0]
	}
	if len(operands) > 1 {
		p.Right = operands[1]
	}
	return p
}

func (s *scene) deal(p *Params, dealer int) *Dealing {
	var shares []Opening
	for _, operand := range []*Transcript{p.Left, p.Right} {
		if operand != nil {
			share, _ := operand.Load(dealer, s.keys[dealer], nil)
			shares = append(shares, share)
		}
	}
	d, reason := Deal(p, dealer, shares, seed(100+dealer))
	if reason != Valid {
		panic(reason.String())
	}
	return d
}

func (s *scene) transcript(p *Params) *Transcript {
	var dealings []DealerDealing
	for i := range p.Collection() {
		dealings = append(dealings, DealerDealing{i, s.deal(p, i)})
	}
	t, reason := Combine(p, dealings)
	if reason != Valid {
		panic(reason.String())
	}
	return t
}

func newScene(a Algorithm) *scene {
	s := &scene{}
	for i := range 4 {
		s.keys = append(s.keys, NewKey(seed(i)))
	}
	s.masked = s.transcript(s.params(a, Random))
	s.unmasked = s.transcript(s.params(a, RandomUnmasked))
	return s
}

func (s *scene) all(a Algorithm) []*Params {
	return []*Params{
		s.params(a, Random), s.params(a, RandomUnmasked), s.params(a, ReshareOfMasked, s.masked),
		s.params(a, ReshareOfUnmasked, s.unmasked), s.params(a, UnmaskedTimesMasked, s.unmasked, s.masked),
	}
}

// copied is a dealing that shares no slices with another.
func (d *Dealing) copied() *Dealing {
	out := *d
	out.commitment.points = append([]curve.Point(nil), d.commitment.points...)
	out.ciphertext.shares = append([]Opening(nil), d.ciphertext.shares...)
	return &out
}

// Every part of a dealing, changed, makes it refused by everybody, except for the shares, which only their receivers can judge.
func TestHostileDealingsAreRefused(t *testing.T) {
	for _, a := range []Algorithm{EcdsaSecp256k1, SchnorrEd25519} {
		s := newScene(a)
		c, other := a.Curve(), curve.Secp256k1
		if c == other {
			other = curve.Edwards25519
		}
		for _, p := range s.all(a) {
			good := s.deal(p, 1)
			require.Equal(t, Valid, VerifyDealing(p, 1, good))
			require.Equal(t, Valid, VerifyShare(p, 1, good, 2, s.keys[2]))
			secret := map[Operation]Reason{
				Random: Valid, RandomUnmasked: Valid, // whatever is dealt is dealt
				ReshareOfMasked: BadResharing, ReshareOfUnmasked: BadResharing, UnmaskedTimesMasked: BadProduct,
			}[p.Operation]
			one := c.Number(1)
			for name, h := range map[string]struct {
				want   Reason
				change func(d *Dealing)
			}{
				"short commitment":   {WrongThreshold, func(d *Dealing) { d.commitment.points = d.commitment.points[:1] }},
				"empty commitment":   {WrongThreshold, func(d *Dealing) { d.commitment.points = nil }},
				"higher degree":      {WrongThreshold, func(d *Dealing) { d.commitment.points = append(d.commitment.points, c.Generator()) }},
				"mask":               {WrongMasking, func(d *Dealing) { d.commitment.masked = !d.commitment.masked }},
				"another curve":      {WrongCurve, func(d *Dealing) { d.commitment.points[1] = other.Generator() }},
				"no point":           {WrongCurve, func(d *Dealing) { d.commitment.points[1] = curve.Point{} }},
				"ephemeral on other": {WrongCurve, func(d *Dealing) { d.ciphertext.ephemeral = curve.Edwards25519.Generator() }},
				"possession nowhere": {WrongCurve, func(d *Dealing) { d.ciphertext.possession = curve.Point{} }},
				"share on other":     {WrongCurve, func(d *Dealing) { d.ciphertext.shares[3].Value = other.Number(1) }},
				"missing share":      {WrongReceivers, func(d *Dealing) { d.ciphertext.shares = d.ciphertext.shares[:3] }},
				"no share":           {WrongReceivers, func(d *Dealing) { d.ciphertext.shares = nil }},
				"other proof":        {WrongProof, func(d *Dealing) { d.proof.kind = equalLogs }},
				"ephemeral": {BadPossession, func(d *Dealing) {
					d.ciphertext.ephemeral = d.ciphertext.ephemeral.Add(keys.Generator())
				}},
				"possession": {BadPossession, func(d *Dealing) {
					d.ciphertext.possession = d.ciphertext.possession.Add(keys.Generator())
				}},
				"challenge": {BadPossession, func(d *Dealing) {
					d.ciphertext.proof.challenge = d.ciphertext.proof.challenge.Add(keys.Number(1))
				}},
				"response": {BadPossession, func(d *Dealing) {
					d.ciphertext.proof.responses[0] = d.ciphertext.proof.responses[0].Add(keys.Number(1))
				}},
				"no proof at all": {BadPossession, func(d *Dealing) { d.ciphertext.proof = proof{} }},
				"secret": {secret, func(d *Dealing) {
					d.commitment.points[0] = d.commitment.points[0].Add(c.Generator())
				}},
				"secret's mask": {secret, func(d *Dealing) {
					d.commitment.points[0] = d.commitment.points[0].Add(c.Second())
				}},
				"proof's challenge": {secret, func(d *Dealing) {
					if d.proof.kind != noProof {
						d.proof.challenge = d.proof.challenge.Add(one)
					} else {
						d.commitment.points[0] = d.commitment.points[0].Neg()
					}
				}},
				"proof's last response": {secret, func(d *Dealing) {
					if d.proof.kind != noProof {
						last := proofResponses[d.proof.kind] - 1
						d.proof.responses[last] = d.proof.responses[last].Add(one)
					} else {
						d.commitment.points[0] = d.commitment.points[0].Neg()
					}
				}},
				"proof on other": {secret, func(d *Dealing) {
					if d.proof.kind != noProof {
						d.proof.challenge = other.Number(1)
					} else {
						d.commitment.points[0] = d.commitment.points[0].Neg()
					}
				}},
			} {
				bad := good.copied()
				h.change(bad)
				require.Equal(t, h.want, VerifyDealing(p, 1, bad), "%v, operation %d, %s", a, p.Operation, name)
				if h.want == Valid {
					require.Equal(t, BadShare, VerifyShare(p, 1, bad, 2, s.keys[2]), name)
				}
				if h.want < BadPossession && h.want != Valid {
					require.Equal(t, h.want, VerifyShare(p, 1, bad, 2, s.keys[2]), name)
					dealings := []DealerDealing{{0, good}, {1, bad}, {2, good}}
					_, reason := Combine(p, dealings)
					require.Equal(t, h.want, reason, name)
				}
			}
			require.Equal(t, Malformed, VerifyDealing(p, 1, nil))
			require.Equal(t, DealerOutOfRange, VerifyDealing(p, 4, good))
			require.Equal(t, DealerOutOfRange, VerifyDealing(p, -1, good))
			require.Equal(t, ReceiverOutOfRange, VerifyShare(p, 1, good, 4, s.keys[2]))
			require.Equal(t, BadShare, VerifyShare(p, 1, good, 2, s.keys[3]))
		}
	}
}

// A dealing is its dealer's for one transcript: copied for another dealer, receiver set or transcript it is refused. So a node
// cannot deal what another dealt, and cancel or double its secret.
func TestDealingsCannotBeReplayed(t *testing.T) {
	s := newScene(EcdsaSecp256k1)
	for _, p := range s.all(EcdsaSecp256k1) {
		d := s.deal(p, 1)
		require.NotEqual(t, Valid, VerifyDealing(p, 2, d), "another dealer")
		q := *p
		q.ID = []byte("another")
		require.Equal(t, BadPossession, VerifyDealing(&q, 1, d), "another transcript")
		q = *p
		q.Receivers = append(append([]EncryptionKey(nil), p.Receivers[1:]...), p.Receivers[0])
		require.Equal(t, BadPossession, VerifyDealing(&q, 1, d), "other receivers")
		q = *p
		q.Algorithm = SchnorrBip340
		require.NotEqual(t, Valid, VerifyDealing(&q, 1, d), "another algorithm")
	}
}

// A dealer can only share what it has: a share that is not its own, or two that are, do not pass.
func TestDealersShareTheirOwnShares(t *testing.T) {
	s := newScene(EcdsaSecp256k1)
	masked, _ := s.masked.Load(0, s.keys[0], nil)
	unmasked, _ := s.unmasked.Load(0, s.keys[0], nil)
	for _, p := range s.all(EcdsaSecp256k1)[2:] {
		shares := map[Operation][]Opening{
			ReshareOfMasked: {masked}, ReshareOfUnmasked: {unmasked}, UnmaskedTimesMasked: {unmasked, masked},
		}[p.Operation]
		d, reason := Deal(p, 1, shares, seed(1)) // node 1 with what is node 0's
		require.Equal(t, Valid, reason)
		require.Contains(t, []Reason{BadResharing, BadProduct}, VerifyDealing(p, 1, d))
		for _, wrong := range [][]Opening{nil, {{}}, {masked, masked, masked}, {{Value: curve.Edwards25519.Number(1)}}} {
			_, reason = Deal(p, 1, wrong, seed(1))
			require.Equal(t, BadShare, reason)
		}
	}
	_, reason := Deal(s.params(EcdsaSecp256k1, Random), 1, []Opening{masked}, seed(1))
	require.Equal(t, BadShare, reason)
	_, reason = Deal(s.params(EcdsaSecp256k1, Random), 4, nil, seed(1))
	require.Equal(t, DealerOutOfRange, reason)
}

// What is sent comes back as it was, and then verifies.
func TestWhatIsSentComesBack(t *testing.T) {
	for _, a := range []Algorithm{EcdsaSecp256k1, SchnorrEd25519} {
		s := newScene(a)
		for _, p := range s.all(a) {
			d := s.deal(p, 1)
			back, err := ParseDealing(d.Bytes())
			require.NoError(t, err)
			require.Equal(t, d.Bytes(), back.Bytes())
			require.Equal(t, Valid, VerifyDealing(p, 1, back))
			require.Equal(t, d.Digest(), s.deal(p, 1).Digest(), "dealing is a function of its arguments")
			for n := range len(d.Bytes()) {
				_, err := ParseDealing(d.Bytes()[:n])
				require.Error(t, err)
			}
			_, err = ParseDealing(append(d.Bytes(), 0))
			require.Error(t, err)
		}
		complaint, _ := s.masked.Complain(0, 3, s.keys[3], seed(9))
		back, err := ParseComplaint(complaint.Bytes())
		require.NoError(t, err)
		require.Equal(t, ComplaintWithoutGround, s.masked.VerifyComplaint(back))
		share, _ := s.masked.Load(0, s.keys[0], nil)
		opening, err := ParseOpening(a.Curve(), true, share.Bytes())
		require.NoError(t, err)
		require.Equal(t, share, opening)
		_, err = ParseOpening(a.Curve(), false, share.Bytes())
		require.Error(t, err)
		key, err := ParseEncryptionKey(s.keys[0].Public().Bytes())
		require.NoError(t, err)
		require.Equal(t, s.keys[0].Public(), key)
	}
}

// Garbage is refused, and what is not is written as it was read; what parses can be judged.
func FuzzParse(f *testing.F) {
	ecdsa, ed := newScene(EcdsaSecp256k1), newScene(SchnorrEd25519)
	params := append(ecdsa.all(EcdsaSecp256k1), ed.all(SchnorrEd25519)...)
	for i, p := range params {
		s := ecdsa
		if i >= len(params)/2 {
			s = ed
		}
		f.Add(s.deal(p, 1).Bytes())
	}
	complaint, _ := ecdsa.masked.Complain(0, 3, ecdsa.keys[3], seed(9))
	f.Add(complaint.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if d, err := ParseDealing(raw); err == nil {
			require.Equal(t, raw, d.Bytes())
			for _, p := range params {
				VerifyDealing(p, 1, d)
				VerifyShare(p, 1, d, 2, ecdsa.keys[2])
			}
		}
		if c, err := ParseComplaint(raw); err == nil {
			require.Equal(t, raw, c.Bytes())
			ecdsa.masked.VerifyComplaint(c)
		}
		for _, masked := range []bool{true, false} {
			if o, err := ParseOpening(curve.Secp256k1, masked, raw); err == nil {
				require.Equal(t, raw, o.Bytes())
				ecdsa.masked.VerifyOpening(DealerOpening{Opening: o})
			}
		}
		if k, err := ParseEncryptionKey(raw); err == nil {
			require.Equal(t, raw, k.Bytes())
		}
	})
}

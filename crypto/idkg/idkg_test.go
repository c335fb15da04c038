package idkg_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "icsim/crypto/idkg"
	"icsim/crypto/idkg/curve"
	"icsim/crypto/idkg/idkgtest"
)

var algorithms = []Algorithm{EcdsaSecp256k1, SchnorrBip340, SchnorrEd25519}

// secret interpolates a transcript's secret, and its mask, from the shares of some nodes.
func secret(t *Transcript, shares []Opening, nodes ...int) Opening {
	places := make([]uint64, len(nodes))
	for i, n := range nodes {
		places[i] = uint64(n) + 1
	}
	factors := t.Algorithm().Curve().Lagrange(0, places)
	total := shares[nodes[0]].Times(factors[0])
	for i := 1; i < len(nodes); i++ {
		total = total.Add(shares[nodes[i]].Times(factors[i]))
	}
	return total
}

// subset draws k of n nodes.
func subset(t *rapid.T, k, n int) []int {
	return rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), k, k, rapid.ID).Draw(t, "nodes")
}

// Any f+1 shares are one secret, which is what the transcript commits to (eprint 2022/506, section 3).
func TestAnyThresholdOfSharesIsTheSecret(t *testing.T) {
	for _, a := range algorithms {
		for _, n := range []int{1, 4, 7} {
			s := idkgtest.New("subnet", n)
			masked := s.Run(a, Random)
			unmasked := s.Run(a, RandomUnmasked)
			key := s.Run(a, ReshareOfMasked, masked)
			again := s.Run(a, ReshareOfUnmasked, key)
			times := s.Run(a, UnmaskedTimesMasked, unmasked, masked)
			all := []*Transcript{masked, unmasked, key, again, times}
			shares := make([][]Opening, len(all))
			for i, tr := range all {
				shares[i] = s.Load(tr)
			}
			rapid.Check(t, func(rt *rapid.T) {
				nodes := subset(rt, Faults(n)+1, n)
				secrets := make([]curve.Scalar, len(all))
				for i, tr := range all {
					o := secret(tr, shares[i], nodes...)
					require.True(rt, o.Commit().Equal(tr.Secret()), "%v", tr.Operation())
					secrets[i] = o.Value
				}
				require.Equal(rt, secrets[0], secrets[2], "unmasking keeps the secret")
				require.Equal(rt, secrets[0], secrets[3], "resharing keeps the secret")
				require.Equal(rt, secrets[0].Mul(secrets[1]), secrets[4], "the product is the product")
			})
			require.True(t, key.Secret().Equal(again.Secret()), "resharing keeps the public key")
			require.True(t, times.IsProductOf(unmasked, masked))
			require.False(t, times.IsProductOf(key, masked))
		}
	}
}

// A key moves to another set of nodes, larger or smaller, as it does when a subnet changes or hands it to another
// (reference/protocol.md, section E, key rotation and reshare_chain_key); the old shares are worth nothing with the new.
func TestResharingToOtherNodesKeepsTheKey(t *testing.T) {
	for _, a := range algorithms {
		for _, sizes := range [][2]int{{4, 7}, {7, 4}, {4, 1}} {
			from, to := idkgtest.New("from", sizes[0]), idkgtest.New("to", sizes[1])
			key := from.Key(a)
			p := to.Params(a, ReshareOfUnmasked, key)
			dealings := from.Deal(p)
			for _, d := range dealings {
				require.Equal(t, Valid, VerifyDealing(p, d.Dealer, d.Dealing))
			}
			for _, some := range [][]DealerDealing{dealings[:p.Collection()], dealings[len(dealings)-p.Collection():], dealings} {
				moved, reason := Combine(p, some)
				require.Equal(t, Valid, reason)
				require.True(t, key.Secret().Equal(moved.Secret()))
				require.Equal(t, Faults(sizes[1])+1, moved.Threshold())
				o := secret(moved, to.Load(moved), firstNodes(moved.Threshold())...)
				require.True(t, o.Commit().Equal(key.Secret()))
			}
		}
	}
}

func firstNodes(n int) (nodes []int) {
	for i := range n {
		nodes = append(nodes, i)
	}
	return nodes
}

// Which f+1 dealings make a random secret does not matter to their being accepted, but to the secret; the same dealings
// give the same transcript.
func TestTranscriptsAreWhatTheirDealingsAre(t *testing.T) {
	s := idkgtest.New("subnet", 7)
	p := s.Params(EcdsaSecp256k1, RandomUnmasked)
	dealings := s.Deal(p)
	first, _ := Combine(p, dealings[:3])
	again, _ := Combine(p, append([]DealerDealing(nil), dealings[:3]...))
	other, _ := Combine(p, dealings[4:])
	require.Equal(t, first.Digest(), again.Digest())
	require.NotEqual(t, first.Digest(), other.Digest())
	require.False(t, first.Secret().Equal(other.Secret()))
	require.Equal(t, 3, p.Threshold())
	require.Equal(t, 5, p.Supports())
}

// Fewer than f+1 shares say nothing of the secret: for any secret there are coefficients that give them.
func TestTooFewSharesAreNotTheSecret(t *testing.T) {
	s := idkgtest.New("subnet", 7)
	key := s.Key(SchnorrBip340)
	o := secret(key, s.Load(key), 0, 1)
	require.False(t, o.Commit().Equal(key.Secret()))
}

// A bad share is found when the transcript is loaded; the complaint is believed, f+1 openings make up for the share, and the secret is
// the same as if the dealing had been good. Up to f openings are lies.
func TestComplaintsAndOpeningsRecoverABadShare(t *testing.T) {
	const n, victim = 7, 2
	for _, a := range algorithms {
		s := idkgtest.New("subnet", n)
		masked := s.Run(a, Random)
		for _, p := range []*Params{s.Params(a, Random), s.Params(a, RandomUnmasked), s.Params(a, ReshareOfMasked, masked)} {
			dealings := s.Deal(p)[:p.Collection()]
			good, _ := Combine(p, dealings)
			dealings[1].Dealing = dealings[1].Dealing.WithBadShares(victim, -1, n)
			require.Equal(t, Valid, VerifyDealing(p, 1, dealings[1].Dealing), "nobody else can tell")
			require.Equal(t, BadShare, VerifyShare(p, 1, dealings[1].Dealing, victim, s.Keys[victim]))
			require.Equal(t, Valid, VerifyShare(p, 1, dealings[1].Dealing, 0, s.Keys[0]))
			bad, reason := Combine(p, dealings)
			require.Equal(t, Valid, reason)

			_, dealers := bad.Load(victim, s.Keys[victim], nil)
			require.Equal(t, []int{1}, dealers)
			complaint, reason := bad.Complain(1, victim, s.Keys[victim], idkgtest.Seed("complaint"))
			require.Equal(t, Valid, reason)
			require.Equal(t, Valid, bad.VerifyComplaint(complaint))

			var openings []DealerOpening
			for i := range n {
				o, reason := bad.Open(1, i, s.Keys[i])
				if i == victim {
					require.Equal(t, BadShare, reason)
					continue
				}
				require.Equal(t, Valid, reason)
				if i < 2 {
					o.Opening.Value = o.Opening.Value.Add(a.Curve().Number(1))
					require.Equal(t, BadOpening, bad.VerifyOpening(o))
				} else {
					require.Equal(t, Valid, bad.VerifyOpening(o))
				}
				openings = append(openings, o, o) // twice, as networks do
			}
			_, dealers = bad.Load(victim, s.Keys[victim], openings[:2*3]) // two lies and one opening, twice
			require.Equal(t, []int{1}, dealers, "too few")
			share, dealers := bad.Load(victim, s.Keys[victim], openings)
			require.Empty(t, dealers)
			want, _ := good.Load(victim, s.Keys[victim], nil)
			require.Equal(t, want, share)
			require.True(t, bad.Opens(victim, share))
		}
	}
}

// Whatever up to f dealers deal, as long as 2f+1 receivers support it: everybody's complaints are good, and in the end all
// receivers have shares of one secret.
func TestFaultyDealersDoNotPart(t *testing.T) {
	const n = 7
	s := idkgtest.New("subnet", n)
	for _, p := range []*Params{s.Params(SchnorrBip340, Random), s.Params(SchnorrEd25519, RandomUnmasked)} {
		dealings := s.Deal(p)[:p.Collection()]
		rapid.Check(t, func(t *rapid.T) {
			mixed := append([]DealerDealing(nil), dealings...)
			for _, dealer := range subset(t, Faults(n), p.Collection()) {
				victims := subset(t, rapid.IntRange(0, n-p.Supports()).Draw(t, "victims"), n)
				mixed[dealer].Dealing = mixed[dealer].Dealing.WithBadShares(victims...)
			}
			tr, reason := Combine(p, mixed)
			require.Equal(t, Valid, reason)
			var openings []DealerOpening
			for i, k := range s.Keys {
				_, bad := tr.Load(i, k, nil)
				for _, dealer := range bad {
					c, _ := tr.Complain(dealer, i, k, idkgtest.Seed(i))
					require.Equal(t, Valid, tr.VerifyComplaint(c))
					for j, other := range s.Keys {
						if o, reason := tr.Open(dealer, j, other); reason == Valid {
							openings = append(openings, o)
						}
					}
				}
			}
			shares := make([]Opening, n)
			for i, k := range s.Keys {
				var bad []int
				shares[i], bad = tr.Load(i, k, openings)
				require.Empty(t, bad)
				require.True(t, tr.Opens(i, shares[i]))
			}
			o := secret(tr, shares, subset(t, p.Threshold(), n)...)
			require.True(t, o.Commit().Equal(tr.Secret()))
		})
	}
}

// Seeds and parameters determine everything, on every machine.
func TestTranscriptsAreReproducible(t *testing.T) {
	s := idkgtest.New("subnet", 4)
	for a, want := range map[Algorithm]string{
		EcdsaSecp256k1: "e08ffab8b6725fbd", SchnorrBip340: "56b35cf833307c08", SchnorrEd25519: "9d33af79b7c6c1e0",
	} {
		s := *s // each from the same count
		if got := s.Key(a).Digest().Hex()[:16]; got != want {
			t.Errorf("%v: %s, want %s", a, got, want)
		}
	}
}

// A complaint cannot be forged: not about a good share, not in another's name, not with a wrong secret.
func TestComplaintsWithoutGroundAreRefused(t *testing.T) {
	s := idkgtest.New("subnet", 4)
	p := s.Params(EcdsaSecp256k1, Random)
	dealings := s.Deal(p)[:2]
	dealings[0].Dealing = dealings[0].Dealing.WithBadShares(3)
	tr, _ := Combine(p, dealings)
	seed := idkgtest.Seed("complaint")
	complain := func(dealer, receiver, key int) Reason {
		c, reason := tr.Complain(dealer, receiver, s.Keys[key], seed)
		if reason != Valid {
			return reason
		}
		return tr.VerifyComplaint(c)
	}
	require.Equal(t, Valid, complain(0, 3, 3))
	require.Equal(t, ComplaintWithoutGround, complain(0, 2, 2))
	require.Equal(t, ComplaintWithoutGround, complain(1, 3, 3))
	require.Equal(t, BadComplaint, complain(0, 3, 2))
	require.Equal(t, NotInTranscript, complain(2, 3, 3))
	require.Equal(t, ReceiverOutOfRange, complain(0, 4, 3))
	moved, _ := tr.Complain(0, 3, s.Keys[3], seed)
	for reason, change := range map[Reason]func(*Complaint){
		NotInTranscript:    func(c *Complaint) { c.Dealer = 3 },
		ReceiverOutOfRange: func(c *Complaint) { c.Complainer = 4 },
		BadComplaint:       func(c *Complaint) { c.Complainer = 2 },
	} {
		c := *moved
		change(&c)
		require.Equal(t, reason, tr.VerifyComplaint(&c))
	}
	require.Equal(t, WrongCurve, tr.VerifyComplaint(&Complaint{}))
	_, reason := tr.Open(3, 0, s.Keys[0])
	require.Equal(t, NotInTranscript, reason)
	_, reason = tr.Open(0, 9, s.Keys[0])
	require.Equal(t, ReceiverOutOfRange, reason)
	require.Equal(t, NotInTranscript, tr.VerifyOpening(DealerOpening{Dealer: 3}))
	require.Equal(t, ReceiverOutOfRange, tr.VerifyOpening(DealerOpening{Opener: -1}))
	require.Equal(t, BadOpening, tr.VerifyOpening(DealerOpening{}))
}

// Parameters that a block maker made up are refused with the reason.
func TestParametersAreChecked(t *testing.T) {
	s, other := idkgtest.New("subnet", 4), idkgtest.New("other", 4)
	masked, unmasked := s.Run(EcdsaSecp256k1, Random), s.Run(EcdsaSecp256k1, RandomUnmasked)
	elsewhere, foreign := other.Run(EcdsaSecp256k1, Random), s.Run(SchnorrBip340, Random)
	for i, c := range []struct {
		want     Reason
		op       Operation
		operands []*Transcript
		change   func(*Params)
	}{
		{Valid, UnmaskedTimesMasked, []*Transcript{unmasked, masked}, nil},
		{UnknownAlgorithm, Random, nil, func(p *Params) { p.Algorithm = 0 }},
		{UnknownAlgorithm, Random, nil, func(p *Params) { p.Algorithm = 9 }},
		{UnknownOperation, 0, nil, nil},
		{UnknownOperation, UnmaskedTimesMasked + 1, nil, nil},
		{NoReceivers, Random, nil, func(p *Params) { p.Receivers = nil }},
		{TooManyReceivers, Random, nil, func(p *Params) { p.Receivers = make([]EncryptionKey, 1<<10+1) }},
		{Malformed, Random, nil, func(p *Params) { p.Receivers = make([]EncryptionKey, 4) }},
		{NoDealers, RandomUnmasked, nil, func(p *Params) { p.Dealers = 0 }},
		{WrongOperands, Random, []*Transcript{masked}, nil},
		{WrongOperands, ReshareOfMasked, nil, nil},
		{WrongOperands, ReshareOfMasked, []*Transcript{unmasked}, nil},
		{WrongOperands, ReshareOfUnmasked, []*Transcript{masked}, nil},
		{WrongOperands, ReshareOfUnmasked, []*Transcript{unmasked, masked}, nil},
		{WrongOperands, UnmaskedTimesMasked, []*Transcript{masked, unmasked}, nil},
		{WrongOperands, UnmaskedTimesMasked, []*Transcript{unmasked}, nil},
		{OperandOfOtherKind, UnmaskedTimesMasked, []*Transcript{unmasked, elsewhere}, nil},
		{OperandOfOtherKind, UnmaskedTimesMasked, []*Transcript{unmasked, foreign}, nil},
		{OperandOfOtherKind, ReshareOfMasked, []*Transcript{foreign}, nil},
	} {
		p := s.Params(EcdsaSecp256k1, c.op, c.operands...)
		if c.change != nil {
			c.change(p)
		}
		require.Equal(t, c.want, p.Check(), "case %d", i)
		if c.want != Valid {
			_, reason := Deal(p, 0, nil, idkgtest.Seed())
			require.Equal(t, c.want, reason)
			require.Equal(t, c.want, VerifyDealing(p, 0, nil))
			require.Equal(t, c.want, VerifyShare(p, 0, nil, 0, s.Keys[0]))
			_, reason = Combine(p, nil)
			require.Equal(t, c.want, reason)
		}
	}
}

// Transcripts are of enough dealings, in order, each of its shape.
func TestCombiningChecksNumbersAndOrder(t *testing.T) {
	s := idkgtest.New("subnet", 7)
	masked, unmasked := s.Run(EcdsaSecp256k1, Random), s.Run(EcdsaSecp256k1, RandomUnmasked)
	for op, want := range map[*Params]int{
		s.Params(EcdsaSecp256k1, Random):                                3,
		s.Params(EcdsaSecp256k1, ReshareOfMasked, masked):               3,
		s.Params(EcdsaSecp256k1, UnmaskedTimesMasked, unmasked, masked): 5,
	} {
		require.Equal(t, want, op.Collection())
		dealings := s.Deal(op)
		_, reason := Combine(op, dealings[:want-1])
		require.Equal(t, TooFewDealings, reason)
		swapped := append([]DealerDealing{dealings[1], dealings[0]}, dealings[2:]...)
		_, reason = Combine(op, swapped)
		require.Equal(t, DealersOutOfOrder, reason)
		_, reason = Combine(op, append([]DealerDealing{dealings[0]}, dealings...))
		require.Equal(t, DealersOutOfOrder, reason)
		dealings[6].Dealer = 7
		_, reason = Combine(op, dealings)
		require.Equal(t, DealerOutOfRange, reason)
	}
}

func TestReasonsHaveWords(t *testing.T) {
	seen := map[string]bool{}
	for r := Valid; r <= BadOpening; r++ {
		require.NotEmpty(t, r.String())
		require.False(t, seen[r.String()], r)
		seen[r.String()] = true
	}
	require.Equal(t, "no reason", fmt.Sprint(BadOpening+1))
	require.Equal(t, "no algorithm", fmt.Sprint(Algorithm(0)))
}

package bls

import (
	"encoding/hex"
	"runtime"
	"runtime/metrics"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"

	"icsim/crypto"
	"icsim/crypto/cryptotest"
)

func TestConformance(t *testing.T) { cryptotest.TestScheme(t, New) }

// RFC 8032, section 7.1, test 2.
func TestBasicSignaturesAreEd25519(t *testing.T) {
	s := New()
	sk := unhex[[32]byte](t, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
	_, pk := s.BasicKey(sk)
	if want := unhex[[32]byte](t, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"); pk != crypto.BasicPublicKey(want) {
		t.Errorf("public key %x", pk)
	}
	sig := s.SignBasic(sk, []byte{0x72})
	want := unhex[[64]byte](t, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"+
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
	if sig != crypto.BasicSignature(want) || !s.VerifyBasic(pk, []byte{0x72}, sig) {
		t.Errorf("signature %x", sig)
	}
}

func unhex[A [32]byte | [48]byte | [64]byte | [96]byte](t *testing.T, text string) (out A) {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	switch dst := any(&out).(type) {
	case *[32]byte:
		*dst = [32]byte(raw)
	case *[48]byte:
		*dst = [48]byte(raw)
	case *[64]byte:
		*dst = [64]byte(raw)
	case *[96]byte:
		*dst = [96]byte(raw)
	}
	return out
}

// A certificate of mainnet is signed under suiteThreshold (crypto/certificate has the whole of it);
// here the equation itself, against gnark's plain pairing.
func TestVerifyIsThePairingEquation(t *testing.T) {
	s := New().(*Scheme)
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	msg := []byte("m")
	sig := s.SignMulti(sk, msg)
	var sigma bls12381.G1Affine
	var key bls12381.G2Affine
	if _, err := sigma.SetBytes(sig[:]); err != nil {
		t.Fatal(err)
	}
	if _, err := key.SetBytes(pk[:]); err != nil {
		t.Fatal(err)
	}
	hashed, err := bls12381.HashToG1(msg, []byte("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, g := bls12381.Generators()
	g.Neg(&g)
	ok, err := bls12381.PairingCheck([]bls12381.G1Affine{sigma, hashed}, []bls12381.G2Affine{g, key})
	if !ok || err != nil {
		t.Errorf("the signature does not satisfy the equation: %v", err)
	}
}

// The Miller loop overwrites the lines it gets: were they not copied, the second check would fail.
func TestVerificationKeepsTheLines(t *testing.T) {
	s, msg := New(), []byte("m")
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	sig := s.SignMulti(sk, msg)
	for i := range 3 {
		if !s.VerifyMultiShare(pk, msg, sig) {
			t.Fatalf("check %d fails", i)
		}
	}
}

// A point of the curve outside the subgroup verifies in the equation with its small-order part
// projected away, and would give a second signature of one message.
func TestPointsOutsideTheSubgroupAreRefused(t *testing.T) {
	s, msg := New(), []byte("m")
	sk, pk, _ := s.MultiKey(crypto.Seed{1})
	sig := s.SignMulti(sk, msg)
	stray := bls12381.GeneratePointNotInG1(fp.NewElement(7))
	var point bls12381.G1Affine
	if _, err := point.SetBytes(sig[:]); err != nil {
		t.Fatal(err)
	}
	stray.AddMixed(&point)
	point.FromJacobian(&stray)
	if !point.IsOnCurve() || point.IsInSubGroup() {
		t.Fatal("the point was to be on the curve and outside the subgroup")
	}
	mauled := crypto.MultiSignature(point.Bytes())
	if s.VerifyMultiShare(pk, msg, mauled) || s.VerifyMulti([]crypto.MultiPublicKey{pk}, msg, mauled) {
		t.Error("verifies")
	}
	if _, ok := s.CombineMulti([]crypto.MultiPublicKey{pk}, msg, []crypto.MultiSignature{mauled}); ok {
		t.Error("combines")
	}
	if _, ok := s.CombineMulti([]crypto.MultiPublicKey{pk, pk}, msg, []crypto.MultiSignature{sig, {0xc0}}); ok {
		t.Error("infinity combines")
	}
	twisted := bls12381.GeneratePointNotInG2(bls12381.E2{A0: fp.NewElement(7)})
	var key bls12381.G2Affine
	key.FromJacobian(&twisted)
	if s.VerifyPossession(key.Bytes(), crypto.ProofOfPossession(sig)) || New().(*Scheme).key(key.Bytes()) != nil {
		t.Error("a key outside the subgroup is a key")
	}
}

// The rogue key attack of Ristenpart and Yilek works on bare aggregation, and only possession stops it.
func TestRogueKeyNeedsPossession(t *testing.T) {
	s, msg := New(), []byte("m")
	_, victim, _ := s.MultiKey(crypto.Seed{1})
	own := scalar("rogue", crypto.Seed{2})
	sk := own.Bytes()
	var victimPoint, rogue bls12381.G2Affine
	if _, err := victimPoint.SetBytes(victim[:]); err != nil {
		t.Fatal(err)
	}
	ownKey := public(&own)
	if _, err := rogue.SetBytes(ownKey[:]); err != nil {
		t.Fatal(err)
	}
	rogue.Sub(&rogue, &victimPoint) // own·G - victim
	forged := s.SignMulti(sk, msg)  // alone, for both
	if !s.VerifyMulti([]crypto.MultiPublicKey{victim, rogue.Bytes()}, msg, forged) {
		t.Fatal("the attack itself went wrong, so that the rest shows nothing")
	}
	pop := s.(*Scheme).sign(sk, suitePossession, crypto.Signable(crypto.DomainMultiPossession, ownKey[:]))
	rogueBytes := rogue.Bytes()
	popOfRogue := s.(*Scheme).sign(sk, suitePossession, crypto.Signable(crypto.DomainMultiPossession, rogueBytes[:]))
	for _, proof := range []crypto.ProofOfPossession{pop, popOfRogue} {
		if s.VerifyPossession(rogueBytes, proof) {
			t.Error("the rogue key has a proof of possession")
		}
	}
}

// A batch must not pass shares whose errors cancel in a plain sum.
func TestBatchNoticesErrorsThatCancel(t *testing.T) {
	s, msg := New().(*Scheme), []byte("m")
	group, secrets := s.Deal(crypto.Seed{1}, 2, 2)
	shares := make([]crypto.IndexedShare, 2)
	for i, sk := range secrets {
		shares[i] = crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)}
	}
	_, _, g, _ := bls12381.Generators()
	for i := range shares {
		point, _ := s.share(shares[i].Share)
		point.Add(&point, &g)
		shares[i].Share = point.Bytes()
		g.Neg(&g)
	}
	if got := s.VerifyThresholdShares(group, msg, shares); got[0] || got[1] {
		t.Errorf("verdicts %v", got)
	}
}

// Law 2: nothing below starts a goroutine. Two collections first, since the runtime starts its own
// workers in the first.
func TestNoCallStartsGoroutines(t *testing.T) {
	s, msg := New().(*Scheme), []byte("m")
	group, secrets := s.Deal(crypto.Seed{1}, 7, 5)
	var shares []crypto.IndexedShare
	for i, sk := range secrets {
		shares = append(shares, crypto.IndexedShare{Index: i, Share: s.SignThreshold(sk, msg)})
	}
	runtime.GC()
	runtime.GC()
	before := goroutinesCreated(t)
	sig, ok := s.CombineThreshold(group, msg, shares)
	s.VerifyThresholdShares(group, msg, shares)
	if !ok || !s.VerifyThreshold(group.Key, msg, sig) {
		t.Fatal("the group's signature does not verify")
	}
	if after := goroutinesCreated(t); after != before {
		t.Errorf("%d goroutines were started", after-before)
	}
}

func goroutinesCreated(t *testing.T) uint64 {
	t.Helper()
	sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		t.Fatal("this Go does not count the goroutines that were created")
	}
	return sample[0].Value.Uint64()
}

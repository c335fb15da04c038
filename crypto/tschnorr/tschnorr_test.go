package tschnorr

import (
	"crypto/ed25519"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/derivation"
	"icsim/crypto/idkg"
	"icsim/crypto/idkg/idkgtest"
)

var taprootKey = idkgtest.New("taproot", 1).Key(idkg.SchnorrBip340)

// verifies asks a verifier that has nothing to do with signing: the standard library, or the one that the official vectors test.
func verifies(q Request, public [32]byte, sig Signature) bool {
	if q.Key.Algorithm() == idkg.SchnorrEd25519 {
		return ed25519.Verify(public[:], q.Message, sig[:])
	}
	return VerifyBip340(public, q.Message, sig)
}

func secrets(s *idkgtest.Subnet, q Request) (out []Secrets) {
	keys, nonces := s.Load(q.Key), s.Load(q.Nonce)
	for i := range keys {
		out = append(out, Secrets{keys[i], nonces[i]})
	}
	return out
}

// Any f+1 of the shares make the one signature, which verifies under the derived key; f bad ones are found, and change nothing.
// Paths, messages and roots are drawn so that both signs of key and nonce come up.
func TestAnyThresholdOfSharesSigns(t *testing.T) {
	for _, a := range []idkg.Algorithm{idkg.SchnorrBip340, idkg.SchnorrEd25519} {
		for _, n := range []int{1, 4, 7} {
			subnet := idkgtest.New("subnet", n)
			q := Request{Key: subnet.Key(a), Nonce: subnet.Run(a, idkg.RandomUnmasked)}
			own := secrets(subnet, q)
			rapid.Check(t, func(t *rapid.T) {
				q := q
				q.Path = rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 3), 0, 2).Draw(t, "path")
				q.Message = rapid.SliceOf(rapid.Byte()).Draw(t, "message")
				q.Randomness[0] = rapid.Byte().Draw(t, "randomness")
				if a == idkg.SchnorrBip340 && rapid.Bool().Draw(t, "taproot") {
					q.Taproot = &Taproot{rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "root")[rapid.SampledFrom([]int{0, 32}).Draw(t, "from"):]}
				}
				s, err := q.Start()
				require.NoError(t, err)
				f := idkg.Faults(n)
				var mixed, good []SignerShare
				for _, i := range rapid.Permutation(nodes(n)).Draw(t, "signers") {
					share := s.Sign(own[i])
					if len(mixed) < f {
						share = share.Add(s.curve.HashToScalar("delta", rapid.SliceOf(rapid.Byte()).Draw(t, "delta")))
					}
					back, err := ParseShare(a, share.Bytes())
					require.NoError(t, err)
					require.Equal(t, len(mixed) >= f, s.VerifyShare(i, back))
					mixed = append(mixed, SignerShare{i, share})
				}
				good = mixed[f:]
				want, err := s.Combine(good)
				require.NoError(t, err)
				require.True(t, verifies(q, s.PublicKey(), want))
				other, err := s.Combine(good[len(good)-f-1:])
				require.NoError(t, err)
				require.Equal(t, want, other)
				if got, err := s.Combine(mixed); err == nil { // two errors may cancel
					require.Equal(t, want, got)
				} else {
					require.ErrorIs(t, err, ErrBadShares)
				}
				_, err = s.Combine(append(append([]SignerShare(nil), good[:f]...), good[:f]...))
				require.ErrorIs(t, err, ErrTooFewShares)
			})
		}
	}
}

func nodes(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// A key that was reshared to other nodes is the same key, whose signatures verify by the same public key.
func TestSigningAfterResharing(t *testing.T) {
	for _, a := range []idkg.Algorithm{idkg.SchnorrBip340, idkg.SchnorrEd25519} {
		old, subnet := idkgtest.New("old", 7), idkgtest.New("new", 4)
		key := old.Key(a)
		q := Request{Key: old.Make(subnet.Params(a, idkg.ReshareOfUnmasked, key)), Message: []byte("after")}
		q.Nonce = subnet.Run(a, idkg.RandomUnmasked)
		s, err := q.Start()
		require.NoError(t, err)
		var shares []SignerShare
		for i, own := range secrets(subnet, q) {
			shares = append(shares, SignerShare{i, s.Sign(own)})
		}
		sig, err := s.Combine(shares)
		require.NoError(t, err)
		derived := derivation.Derive(key.Secret(), nil).Key.Bytes()
		require.True(t, verifies(q, [32]byte(derived[len(derived)-32:]), sig))
	}
}

// The nonce depends on the request and the randomness.
func TestNoncesAreRerandomised(t *testing.T) {
	subnet := idkgtest.New("subnet", 1)
	for _, a := range []idkg.Algorithm{idkg.SchnorrBip340, idkg.SchnorrEd25519} {
		q := Request{Key: subnet.Key(a), Nonce: subnet.Run(a, idkg.RandomUnmasked)}
		seen := map[string]bool{}
		for _, change := range []func(){
			func() {}, func() { q.Randomness[31] = 1 }, func() { q.Message = []byte{1} }, func() { q.Path = [][]byte{{}} },
			func() { q.Taproot = &Taproot{} }, func() { q.Taproot = &Taproot{make([]byte, 32)} },
		} {
			change()
			if a == idkg.SchnorrEd25519 && q.Taproot != nil {
				continue
			}
			s, err := q.Start()
			require.NoError(t, err)
			sig, err := s.Combine([]SignerShare{{0, s.Sign(secrets(subnet, q)[0])}})
			require.NoError(t, err)
			require.True(t, verifies(q, s.PublicKey(), sig))
			require.False(t, seen[string(sig[:32])])
			seen[string(sig[:32])] = true
			require.False(t, s.Verify(flipped(sig)))
		}
	}
}

func flipped(sig Signature) Signature {
	sig[40] ^= 1
	return sig
}

func TestRequestsAreChecked(t *testing.T) {
	subnet, other := idkgtest.New("subnet", 4), idkgtest.New("other", 4)
	const a = idkg.SchnorrBip340
	key, nonce := subnet.Key(a), subnet.Run(a, idkg.RandomUnmasked)
	masked, ed := subnet.Run(a, idkg.Random), subnet.Run(idkg.SchnorrEd25519, idkg.RandomUnmasked)
	ecdsa := subnet.Run(idkg.EcdsaSecp256k1, idkg.RandomUnmasked)
	for i, q := range []Request{
		{}, {Key: key}, {Nonce: nonce}, {Key: masked, Nonce: nonce}, {Key: key, Nonce: masked}, {Key: key, Nonce: key},
		{Key: key, Nonce: ed}, {Key: ed, Nonce: nonce}, {Key: ecdsa, Nonce: ecdsa},
		{Key: key, Nonce: other.Run(a, idkg.RandomUnmasked)},
	} {
		_, err := q.Start()
		require.ErrorIs(t, err, ErrTranscripts, fmt.Sprint(i))
	}
	_, err := Request{Key: key, Nonce: nonce, Taproot: &Taproot{make([]byte, 31)}}.Start()
	require.ErrorIs(t, err, ErrTaproot)
	_, err = Request{Key: ed, Nonce: ed, Taproot: &Taproot{}}.Start()
	require.ErrorIs(t, err, ErrTaproot)
}

func FuzzSignature(f *testing.F) {
	subnet := idkgtest.New("subnet", 1)
	var all []*Signing
	for _, a := range []idkg.Algorithm{idkg.SchnorrBip340, idkg.SchnorrEd25519} {
		q := Request{Key: subnet.Key(a), Nonce: subnet.Run(a, idkg.RandomUnmasked)}
		s, err := q.Start()
		require.NoError(f, err)
		sig, err := s.Combine([]SignerShare{{0, s.Sign(secrets(subnet, q)[0])}})
		require.NoError(f, err)
		f.Add(sig[:])
		all = append(all, s)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, s := range all {
			share, err := ParseShare(s.request.Key.Algorithm(), raw)
			require.True(t, err == nil || !s.VerifyShare(0, share))
			s.VerifyShare(0, share)
			if len(raw) >= 64 {
				sig := Signature(raw[:64])
				require.Equal(t, s.Verify(sig), verifies(s.request, s.PublicKey(), sig) && string(sig[:32]) == string(s.nonceBytes()))
			}
		}
	})
}

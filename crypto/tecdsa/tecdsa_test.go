package tecdsa

import (
	"crypto/sha256"
	"fmt"
	"testing"

	dcrec "github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto/derivation"
	"icsim/crypto/idkg"
	"icsim/crypto/idkg/curve"
	"icsim/crypto/idkg/idkgtest"
)

// preSign makes a pre-signature and gives every node's shares of it.
func preSign(s *idkgtest.Subnet, key *idkg.Transcript) (p PreSignature, secrets []Secrets) {
	p.Kappa = s.Run(idkg.EcdsaSecp256k1, idkg.RandomUnmasked)
	p.Lambda = s.Run(idkg.EcdsaSecp256k1, idkg.Random)
	p.KappaLambda = s.Run(idkg.EcdsaSecp256k1, idkg.UnmaskedTimesMasked, p.Kappa, p.Lambda)
	p.KeyLambda = s.Run(idkg.EcdsaSecp256k1, idkg.UnmaskedTimesMasked, key, p.Lambda)
	lambda, kappaLambda, keyLambda := s.Load(p.Lambda), s.Load(p.KappaLambda), s.Load(p.KeyLambda)
	for i := range lambda {
		secrets = append(secrets, Secrets{lambda[i], kappaLambda[i], keyLambda[i]})
	}
	return p, secrets
}

func request(t *testing.T, key *idkg.Transcript, p PreSignature, text string) *Signing {
	path, err := derivation.Path([]byte("canister"), [][]byte{[]byte(text), {}})
	require.NoError(t, err)
	s, err := Request{Key: key, PreSignature: p, Path: path, Hash: sha256.Sum256([]byte(text)), Randomness: [32]byte{1}}.Start()
	require.NoError(t, err)
	return s
}

// verifies asks a library that shares no code with ours.
func verifies(t require.TestingT, public, hash []byte, sig Signature) bool {
	key, err := dcrec.ParsePubKey(public)
	require.NoError(t, err)
	var r, s dcrec.ModNScalar
	require.False(t, r.SetByteSlice(sig[:32]))
	require.False(t, s.SetByteSlice(sig[32:]))
	require.False(t, s.IsOverHalfOrder())
	return ecdsa.NewSignature(&r, &s).Verify(hash, key)
}

// Any f+1 of the shares make the one signature, which verifies under the derived key with low s; f bad ones are found, and
// change nothing (eprint 2022/506, section 4).
func TestAnyThresholdOfSharesSigns(t *testing.T) {
	for _, n := range []int{1, 4, 7} {
		subnet := idkgtest.New("subnet", n)
		key := subnet.Key(idkg.EcdsaSecp256k1)
		p, secrets := preSign(subnet, key)
		s := request(t, key, p, fmt.Sprint("message ", n))
		shares := make([]SignerShare, n)
		for i := range shares {
			shares[i] = SignerShare{i, s.Sign(secrets[i])}
			require.True(t, s.VerifyShare(i, shares[i].Share))
			back, err := ParseShare(shares[i].Share.Bytes())
			require.NoError(t, err)
			require.Equal(t, shares[i].Share, back)
		}
		want, err := s.Combine(shares)
		require.NoError(t, err)
		require.True(t, verifies(t, s.PublicKey(), s.request.Hash[:], want))
		require.True(t, s.Verify(want))
		rapid.Check(t, func(t *rapid.T) {
			mixed := rapid.Permutation(append([]SignerShare(nil), shares...)).Draw(t, "shares")
			f := idkg.Faults(n)
			var good []SignerShare
			for i := range mixed {
				if i < f {
					mixed[i].Share = corrupt(t, mixed[i].Share)
				}
				if ok := s.VerifyShare(mixed[i].Signer, mixed[i].Share); ok {
					good = append(good, mixed[i])
				} else {
					require.Less(t, i, f, "an honest share is accepted")
				}
			}
			require.Len(t, good, n-f)
			got, err := s.Combine(good)
			require.NoError(t, err)
			require.Equal(t, want, got)
			if got, err := s.Combine(mixed); err == nil { // two errors may cancel
				require.Equal(t, want, got)
			} else {
				require.ErrorIs(t, err, ErrBadShares)
			}
			_, err = s.Combine(append(good[:f], good[:f]...))
			require.ErrorIs(t, err, ErrTooFewShares)
		})
	}
}

func corrupt(t *rapid.T, s Share) Share {
	delta := group.HashToScalar("delta", rapid.SliceOf(rapid.Byte()).Draw(t, "delta"))
	part := []*curve.Scalar{&s.Numerator.Value, &s.Denominator.Value}[rapid.IntRange(0, 1).Draw(t, "part")]
	*part = part.Add(delta)
	return s
}

// A key that was reshared to other nodes is the same key, whose signatures verify by the same public key.
func TestSigningAfterResharing(t *testing.T) {
	old, subnet := idkgtest.New("old", 4), idkgtest.New("new", 7)
	key := old.Key(idkg.EcdsaSecp256k1)
	moved := old.Make(subnet.Params(idkg.EcdsaSecp256k1, idkg.ReshareOfUnmasked, key))
	p, secrets := preSign(subnet, moved)
	s := request(t, moved, p, "after")
	var shares []SignerShare
	for i := range secrets {
		shares = append(shares, SignerShare{i, s.Sign(secrets[i])})
	}
	sig, err := s.Combine(shares[3:])
	require.NoError(t, err)
	derived := derivation.Derive(key.Secret(), s.request.Path)
	require.True(t, verifies(t, derived.Key.Bytes(), s.request.Hash[:], sig))
	before, _ := preSign(old, key)
	require.False(t, before.Fits(moved))
}

// The nonce depends on the request and the randomness: what was known before the request says nothing of it.
func TestNoncesAreRerandomised(t *testing.T) {
	subnet := idkgtest.New("subnet", 1)
	key := subnet.Key(idkg.EcdsaSecp256k1)
	p, secrets := preSign(subnet, key)
	q := Request{Key: key, PreSignature: p, Path: [][]byte{{1}}}
	seen := map[string]bool{}
	for _, change := range []func(){
		func() {}, func() { q.Randomness[0] = 1 }, func() { q.Hash[0] = 1 }, func() { q.Path = [][]byte{{2}} },
		func() { q.Hash = [32]byte{} }, // a hash of zeros signs as any other
		func() { // one beyond the order is reduced
			for i := range q.Hash {
				q.Hash[i] = 0xff
			}
		},
	} {
		change()
		s, err := q.Start()
		require.NoError(t, err)
		sig, err := s.Combine([]SignerShare{{0, s.Sign(secrets[0])}})
		require.NoError(t, err)
		require.True(t, verifies(t, s.PublicKey(), q.Hash[:], sig))
		require.False(t, seen[string(sig[:32])])
		seen[string(sig[:32])] = true
	}
}

func TestPreSignaturesAreChecked(t *testing.T) {
	subnet := idkgtest.New("subnet", 4)
	key, other := subnet.Key(idkg.EcdsaSecp256k1), subnet.Key(idkg.EcdsaSecp256k1)
	p, _ := preSign(subnet, key)
	q, _ := preSign(subnet, key)
	for name, bad := range map[string]PreSignature{
		"none":                     {},
		"another nonce":            {q.Kappa, p.Lambda, p.KappaLambda, p.KeyLambda},
		"another lambda":           {p.Kappa, q.Lambda, p.KappaLambda, p.KeyLambda},
		"another product":          {p.Kappa, p.Lambda, q.KappaLambda, p.KeyLambda},
		"another product with key": {p.Kappa, p.Lambda, p.KappaLambda, q.KeyLambda},
		"products exchanged":       {p.Kappa, p.Lambda, p.KeyLambda, p.KappaLambda},
		"a key for a nonce":        {key, p.Lambda, p.KeyLambda, p.KeyLambda},
	} {
		_, err := Request{Key: key, PreSignature: bad}.Start()
		require.ErrorIs(t, err, ErrPreSignature, name)
	}
	for name, bad := range map[string]*idkg.Transcript{
		"none": nil, "another": other, "a masked one": p.Lambda, "for Schnorr": subnet.Run(idkg.SchnorrBip340, idkg.RandomUnmasked),
	} {
		_, err := Request{Key: bad, PreSignature: p}.Start()
		require.ErrorIs(t, err, ErrPreSignature, name)
	}
	require.True(t, p.Fits(key))
}

func FuzzShare(f *testing.F) {
	subnet := idkgtest.New("subnet", 1)
	key := subnet.Key(idkg.EcdsaSecp256k1)
	p, secrets := preSign(subnet, key)
	s, err := Request{Key: key, PreSignature: p}.Start()
	require.NoError(f, err)
	good := s.Sign(secrets[0])
	f.Add(good.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		share, err := ParseShare(raw)
		if err != nil {
			require.False(t, s.VerifyShare(0, share))
			return
		}
		require.Equal(t, raw, share.Bytes())
		require.Equal(t, share == good, s.VerifyShare(0, share))
		require.False(t, s.VerifyShare(1, share))
		if len(raw) >= 64 {
			s.Verify(Signature(raw[:64]))
		}
	})
}

// Seeds and requests determine everything, on every machine.
func TestSignaturesAreReproducible(t *testing.T) {
	subnet := idkgtest.New("subnet", 4)
	key := subnet.Key(idkg.EcdsaSecp256k1)
	p, secrets := preSign(subnet, key)
	s := request(t, key, p, "reproducible")
	sig, err := s.Combine([]SignerShare{{1, s.Sign(secrets[1])}, {3, s.Sign(secrets[3])}})
	require.NoError(t, err)
	require.Equal(t, "79e66b80a963aba32ef97cd34c73d516", fmt.Sprintf("%x", sig[:16]))
}

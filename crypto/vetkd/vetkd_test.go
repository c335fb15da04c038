package vetkd

import (
	"encoding/hex"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/crypto/bls"
)

func unhex(t require.TestingT, text string) []byte {
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	return raw
}

// Keys that mainnet's test_key_1 gave canister urq22-tyaaa-aaaag-audia-cai (dfinity/vetkeys, test_derivation_using_test_key_1), and two of
// a test key (test_public_key_derivation).
func TestPublicKeysAreThoseOfTheInternetComputer(t *testing.T) {
	for _, v := range []struct{ master, canister, context, want string }{
		{
			"9183b871aa141d15ba2efc5bc58a49cb6a167741364804617f48dfe11e0285696b7018f172dad1a87ed81abf27ea4c32" +
				"0995041e2ee4a47b2226a2439d92a38557a7e2acc72fd157283b20f1f37ba872be235214c6a9cbba1eb2ef39deec72a5",
			"test-canister-id", "",
			"af78a908589d332fc8b9d042807c483e73872e2aea7620bdb985b9289d5a99ebfd5ac0ec4844a4c542f6d0f12a716d94" +
				"1674953cef4f38dde601ce9792db8832557eaa051733c5541fa5017465d69b62cc4d93f2079fb8c050b4bd735ef75859",
		},
		{
			"9183b871aa141d15ba2efc5bc58a49cb6a167741364804617f48dfe11e0285696b7018f172dad1a87ed81abf27ea4c32" +
				"0995041e2ee4a47b2226a2439d92a38557a7e2acc72fd157283b20f1f37ba872be235214c6a9cbba1eb2ef39deec72a5",
			"test-canister-id", "test-context",
			"a20125b8cdfc57f71b6f67e557e82c1307c1af9f728573f3b682f3b1816684f3f6aed5d8dd40a309b457a25dab7d8a14" +
				"16fc0e0973000321c0c1dd844d80a5708e81fdd8338ea6433f175992fa05ef343b1e7f89a09f3b5b7c0766ccb3c624cd",
		},
		{
			"ad86e8ff845912f022a0838a502d763fdea547c9948f8cb20ea7738dd52c1c38dcb4c6ca9ac29f9ac690fc5ad7681cb4" +
				"1922b8dffbd65d94bff141f5fb5b6624eccc03bf850f222052df888cf9b1e47203556d7522271cbb879b2ef4b8c2bfb1",
			"\x00\x00\x00\x00\x00\xc0\xa0\xd0\x01\x01", "context-string",
			"958a2700438db39cf848f99c80d4d1c0f42b5e6783c35abffe5acda4fdb09548a025fdf85aad8980fcf6e20c10825963" +
				"10c2612a3f3034c56445ddfc32a0c3cd34a7d0fea8df06a2996c54e21e3f8361a6e633d706ff58e979858fe436c7edf3",
		},
	} {
		master := crypto.ThresholdPublicKey(unhex(t, v.master))
		got, err := PublicKey(master, []byte(v.canister), []byte(v.context))
		require.NoError(t, err)
		require.Equal(t, v.want, hex.EncodeToString(got[:]))
	}
}

// The deployed client's own example (dfinity/vetkeys, protocol_flow_with_fixed_rng_has_expected_outputs): what a replica encrypted
// is decrypted to the same key.
func TestDecryptingWhatTheReplicaEncrypted(t *testing.T) {
	secret := TransportSecret(unhex(t, "763e63464c55014a26ac6825616867185cc7204283ca46bd34c1a1446e737b16"))
	public := secret.PublicKey()
	require.Equal(t, "911969d56f42875d37a92d7eaa5d43293eff9f9a20ba4c60523e70a695eaeadeb721659b52a49d74e67841ad19033a12",
		hex.EncodeToString(public[:]))
	derived := crypto.ThresholdPublicKey(unhex(t, "972c4c6cc184b56121a1d27ef1ca3a2334d1a51be93573bd18e168f78f8fe15c"+
		"e44fb029ffe8e9c3ee6bea2660f4f35e0774a35a80d6236c050fd8f831475b5e145116d3e83d26c533545f64b08464e4bcc755f990a381efa89804212d4eef5f"))
	encrypted := EncryptedKey(unhex(t, "b1a13757eaae15a3c8884fc1a3453f8a29b88984418e65f1bd21042ce1d6809b2f8a49f7326c1327f2a3921e8ff1d6c3"+
		"adde2a801f1f88de98ccb40c62e366a279e7aec5875a0ce2f2a9f3e109d9cb193f0197eadb2c5f5568ee4d6a87e11591"+
		"0662e01e604087246be8b081fc6b8a06b4b0100ed1935d8c8d18d9f70d61718c5dba23a641487e72b3b25884eeede8fe"+
		"b3c71599bfbcebe60d29408795c85b4bdf19588c034d898e7fc513be8dbd04cac702a1672f5625f5833d063b05df7503"))
	key, err := secret.Decrypt(encrypted, derived, []byte("message"))
	require.NoError(t, err)
	require.Equal(t, "987db5406ce297e729c8564a106dc896943b00216a095fe9c5d32a16a330c02eb80e6f468ede83cde5462b5145b58f65",
		hex.EncodeToString(key[:]))
	_, err = secret.Decrypt(encrypted, derived, []byte("messagf"))
	require.ErrorIs(t, err, ErrNotThisKey)

	known := Key(unhex(t, "ad19676dd92f116db11f326ff0822f295d87cc00cf65d9f132b5a618bb7381e5b0c3cb814f15e4a0f015359dcfa8a1da"))
	symmetric, err := known.SymmetricKey("ic-test-domain-sep", 32) // derivation_matches_expected_value
	require.NoError(t, err)
	require.Equal(t, "3b7bd854033cdc119865ba3019dc1e35010fdaf90f8ff5c9cfe9d1d557dddb29", hex.EncodeToString(symmetric))
}

func group(n int) (*crypto.ThresholdGroup, []crypto.ThresholdSecretKey) {
	f := (n - 1) / 3
	return bls.New().Deal(crypto.Seed{byte(n)}, n, 2*f+1)
}

// Any 2f+1 shares make an encrypted key, which opens to the same key, whoever's shares they are; f bad ones are found, and change
// nothing (eprint 2023/616, section 5).
func TestAnyThresholdOfSharesMakesTheKey(t *testing.T) {
	transport := NewTransportSecret(crypto.Seed{1})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 4, 4, 5}).Draw(t, "n")
		g, secrets := group(n)
		q := Request{
			Group: g, Canister: []byte{1}, Context: rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "context"),
			Input: rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "input"), Transport: transport.PublicKey(),
		}
		d, err := q.Start()
		require.NoError(t, err)
		var good []IndexedShare
		f := (n - 1) / 3
		for k, i := range rapid.Permutation(numbers(n)).Draw(t, "nodes") {
			s := IndexedShare{i, d.Share(secrets[i], crypto.Seed{byte(i)})}
			if k < f {
				s.Share = d.Share(secrets[(i+1)%n], crypto.Seed{byte(i)}) // another's
			}
			require.Equal(t, k >= f, d.VerifyShare(i, s.Share))
			if k >= f {
				good = append(good, s)
			} else {
				_, err := d.Combine(append([]IndexedShare{s}, good...))
				require.Error(t, err)
			}
		}
		encrypted, err := d.Combine(good)
		require.NoError(t, err)
		public, err := PublicKey(g.Key, q.Canister, q.Context)
		require.NoError(t, err)
		require.Equal(t, public, d.PublicKey())
		key, err := transport.Decrypt(encrypted, public, q.Input)
		require.NoError(t, err)
		require.Equal(t, pairings(t, public, q.Input, key), key.Verify(public, q.Input))
		require.False(t, key.Verify(public, append(q.Input, 0)))
		require.Equal(t, whole(t, d, g, secrets), key, "the key is a function of the request")
		_, err = NewTransportSecret(crypto.Seed{2}).Decrypt(encrypted, public, q.Input)
		require.ErrorIs(t, err, ErrNotThisKey)
		_, err = d.Combine(good[:g.Threshold-1])
		require.ErrorIs(t, err, ErrTooFewShares)
	})
}

func numbers(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// whole is the key, from all shares of the first nodes, in the clear.
func whole(t require.TestingT, d *Derivation, g *crypto.ThresholdGroup, secrets []crypto.ThresholdSecretKey) Key {
	q := d.request
	q.Transport = TransportKey{0xc0} // infinity
	clear, err := q.Start()
	require.NoError(t, err)
	var shares []IndexedShare
	for i := range g.Threshold {
		shares = append(shares, IndexedShare{i, clear.Share(secrets[i], crypto.Seed{9})})
	}
	e, err := clear.Combine(shares)
	require.NoError(t, err)
	return Key(e[sizeG1+sizeG2:])
}

// pairings is e(key, G2) = e(H1, public), by the library alone.
func pairings(t require.TestingT, public crypto.ThresholdPublicKey, input []byte, key Key) bool {
	var p bls12381.G2Affine
	var k bls12381.G1Affine
	_, err := p.SetBytes(public[:])
	require.NoError(t, err)
	_, err = k.SetBytes(key[:])
	require.NoError(t, err)
	h, err := bls12381.HashToG1(append(public[:], input...), []byte("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_AUG_"))
	require.NoError(t, err)
	_, _, _, g2 := bls12381.Generators()
	left, err := bls12381.Pair([]bls12381.G1Affine{k}, []bls12381.G2Affine{g2})
	require.NoError(t, err)
	right, err := bls12381.Pair([]bls12381.G1Affine{h}, []bls12381.G2Affine{p})
	require.NoError(t, err)
	return left.Equal(&right)
}

// Each of the two equations is checked: no part of a share can be exchanged for another's.
func TestHostileSharesAreRefused(t *testing.T) {
	g, secrets := group(4)
	q := Request{Group: g, Canister: []byte{1}, Input: []byte("in"), Transport: NewTransportSecret(crypto.Seed{1}).PublicKey()}
	d, err := q.Start()
	require.NoError(t, err)
	good, other := d.Share(secrets[0], crypto.Seed{1}), d.Share(secrets[0], crypto.Seed{2})
	require.True(t, d.VerifyShare(0, good))
	require.True(t, d.VerifyShare(0, other))
	for _, part := range [][2]int{{0, sizeG1}, {sizeG1, sizeG1 + sizeG2}, {sizeG1 + sizeG2, len(good)}, {0, sizeG1 + sizeG2}} {
		bad := good
		copy(bad[part[0]:part[1]], other[part[0]:part[1]])
		require.False(t, d.VerifyShare(0, bad))
		bad = good
		bad[part[0]] ^= 0x20 // the sign
		require.False(t, d.VerifyShare(0, bad))
		bad[part[0]] = 0 // no longer compressed
		require.False(t, d.VerifyShare(0, bad))
		_, err := d.Combine([]IndexedShare{{0, bad}, {1, good}, {2, good}})
		require.ErrorIs(t, err, ErrBadShares)
	}
	require.False(t, d.VerifyShare(1, good))
	require.False(t, d.VerifyShare(-1, good))
	require.False(t, d.VerifyShare(4, good))
	for name, change := range map[string]func(*Request){
		"canister": func(q *Request) { q.Canister = []byte{2} }, "context": func(q *Request) { q.Context = []byte{1} },
		"input": func(q *Request) { q.Input = nil }, "transport": func(q *Request) { q.Transport = TransportKey{0xc0} },
	} {
		r := q
		change(&r)
		d, err := r.Start()
		require.NoError(t, err)
		require.False(t, d.VerifyShare(0, good), name)
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	g, _ := group(1)
	_, err := Request{Group: g}.Start()
	require.ErrorIs(t, err, ErrTransport)
	_, err = Request{Group: &crypto.ThresholdGroup{Key: crypto.ThresholdPublicKey{0xc0}, Threshold: 1}}.Start()
	require.ErrorIs(t, err, ErrPublicKey)
	_, err = PublicKey(crypto.ThresholdPublicKey{}, nil, nil)
	require.ErrorIs(t, err, ErrPublicKey)
	require.False(t, Key{}.Verify(g.Key, nil))
	require.False(t, Key{0xc0}.Verify(g.Key, nil))
	require.False(t, Key{0xc0}.Verify(crypto.ThresholdPublicKey{0xc0}, nil))
	_, err = TransportSecret{}.Decrypt(EncryptedKey{}, g.Key, nil)
	require.ErrorContains(t, err, "three points of 48, 96 and 48 bytes")
}

func FuzzEncryptedKey(f *testing.F) {
	g, secrets := group(1)
	transport := NewTransportSecret(crypto.Seed{1})
	d, err := Request{Group: g, Transport: transport.PublicKey()}.Start()
	require.NoError(f, err)
	good := d.Share(secrets[0], crypto.Seed{})
	f.Add(good[:])
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) != len(good) {
			return
		}
		key := EncryptedKey(raw)
		if e, err := key.parse(); err == nil {
			require.Equal(t, key, e.bytes())
		}
		opened, err := transport.Decrypt(key, d.PublicKey(), nil)
		if d.VerifyShare(0, key) {
			require.NoError(t, err)
			require.True(t, opened.Verify(d.PublicKey(), nil))
		}
		require.Equal(t, d.VerifyShare(0, key), d.Verify(key))
	})
}

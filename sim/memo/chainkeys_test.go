package memo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/crypto/idkg/idkgtest"
)

// countingKeys counts what is really computed.
type countingKeys struct {
	chainkey.Scheme
	dealings, transcripts, signings int
}

func (c *countingKeys) VerifyDealing(p *idkg.Params, dealer int, d *idkg.Dealing) idkg.Reason {
	c.dealings++
	return c.Scheme.VerifyDealing(p, dealer, d)
}

func (c *countingKeys) Combine(p *idkg.Params, dealings []idkg.DealerDealing) (*idkg.Transcript, idkg.Reason) {
	c.transcripts++
	return c.Scheme.Combine(p, dealings)
}

func (c *countingKeys) Start(id crypto.Hash, q *chainkey.Request) (chainkey.Signing, error) {
	c.signings++
	return c.Scheme.Start(id, q)
}

// Nobody can tell the scheme with a memory from the one inside: a verdict is of all that was asked, of a dealing for this dealer and these
// parameters, of a share by this signer for this request; and nothing is computed twice.
func TestChainKeysAreSharedByAllTheyDependOn(t *testing.T) {
	plain, inner := chainkey.New(), &countingKeys{Scheme: chainkey.New()}
	shared := ChainKeys(inner, true)
	require.Equal(t, chainkey.Scheme(inner), ChainKeys(inner, false))
	subnet := idkgtest.New("memo", 4)
	one, two := subnet.Params(idkg.SchnorrEd25519, idkg.RandomUnmasked), subnet.Params(idkg.SchnorrEd25519, idkg.RandomUnmasked)
	dealings := subnet.Deal(one)
	for range 2 {
		for _, p := range []*idkg.Params{one, two} {
			for dealer := range 4 {
				for _, d := range dealings {
					require.Equal(t, plain.VerifyDealing(p, dealer, d.Dealing), shared.VerifyDealing(p, dealer, d.Dealing))
				}
			}
		}
		for _, chosen := range [][]idkg.DealerDealing{dealings[:2], dealings[1:3], dealings[:1], dealings[:3]} {
			want, reason := plain.Combine(one, chosen)
			got, again := shared.Combine(one, chosen)
			require.Equal(t, reason, again)
			if want != nil {
				require.Equal(t, want.Digest(), got.Digest())
			}
		}
	}
	require.Equal(t, []int{2 * 4 * 4, 4}, []int{inner.dealings, inner.transcripts})

	key := subnet.Key(idkg.SchnorrEd25519)
	request := func(message string) *chainkey.Request {
		return &chainkey.Request{
			Key: chainkey.KeyID{Algorithm: chainkey.Ed25519}, Master: key, PreSignature: chainkey.PreSignature{subnet.Make(one)},
			Path: [][]byte{{1}}, Message: []byte(message),
		}
	}
	shares := make([][]byte, 4)
	for _, message := range []string{"a", "b"} {
		id := crypto.Sum("request", []byte(message))
		want, err := plain.Start(id, request(message))
		require.NoError(t, err)
		for range 2 {
			got, err := shared.Start(id, request(message))
			require.NoError(t, err)
			for i := range shares {
				own := chainkey.Secrets{Shares: []idkg.Opening{subnet.Load(key)[i], subnet.Load(request(message).PreSignature[0])[i]}}
				shares[i] = got.Sign(own)
			}
			for signer := range 4 {
				for _, share := range shares {
					require.Equal(t, want.VerifyShare(signer, share), got.VerifyShare(signer, share))
				}
			}
			answer, err := want.Combine([]chainkey.NodeShare{{Signer: 1, Share: shares[1]}, {Signer: 3, Share: shares[3]}})
			require.NoError(t, err)
			same, err := got.Combine([]chainkey.NodeShare{{Signer: 1, Share: shares[1]}, {Signer: 3, Share: shares[3]}})
			require.NoError(t, err)
			require.Equal(t, answer, same)
			_, err = got.Combine([]chainkey.NodeShare{{Signer: 3, Share: shares[1]}, {Signer: 1, Share: shares[3]}})
			require.Error(t, err)
			require.True(t, got.Verify(answer))
			answer[40] ^= 1
			require.False(t, got.Verify(answer))
		}
	}
	require.Equal(t, 2, inner.signings)
}

package check

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
	"icsim/protocol"
)

// summaryOf is what nodes tell of a summary with an ECDSA key and one of vetKD; 0: none.
func summaryOf(subnet byte, ecdsa, vetKD byte) protocol.Note {
	n := keysOf(subnet)
	if vetKD != 0 {
		id := protocol.TranscriptID{Key: chainkey.KeyID{Algorithm: chainkey.VetKD, Name: "v"}}
		n.Summary.Next.VetKD = []*protocol.Transcript{{ID: id, Group: &crypto.ThresholdGroup{Key: crypto.ThresholdPublicKey{vetKD}}}}
	}
	if ecdsa != 0 {
		p := &idkg.Params{
			Algorithm: idkg.EcdsaSecp256k1, Dealers: 1, Operation: idkg.RandomUnmasked,
			Receivers: []idkg.EncryptionKey{idkg.NewKey(crypto.Seed{1}).Public()},
		}
		d, _ := idkg.Deal(p, 0, nil, crypto.Seed{ecdsa})
		made, _ := idkg.Combine(p, []idkg.DealerDealing{{Dealing: d}})
		key := protocol.MasterKey{ID: chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "e"}, Current: &protocol.IDKGTranscript{Transcript: made}}
		n.Summary.IDKG = &protocol.IDKGPayload{Keys: []protocol.MasterKey{key, {ID: chainkey.KeyID{Algorithm: chainkey.ECDSA, Name: "later"}}}}
	}
	return n
}

// E: a chain key has one public key, on every subnet and in every interval.
func TestChainKeysAreConstant(t *testing.T) {
	named := func(c *Config) {
		c.ChainKeys = true
		c.Subnets[0].Key, c.Subnets[1].Key = crypto.ThresholdPublicKey{1}, crypto.ThresholdPublicKey{2}
	}
	held := func() *story { return begin(named).told(0, summaryOf(1, 5, 6)).told(1, summaryOf(1, 5, 6)) }
	require.Empty(t, held().told(4, summaryOf(2, 5, 6)).told(5, summaryOf(2, 0, 0)).red())
	for _, other := range []protocol.Note{summaryOf(2, 7, 6), summaryOf(2, 5, 7)} {
		require.Equal(t, map[string]int{"chain-keys-constant": 1}, held().told(4, other).red())
	}
	require.Equal(t, map[string]int{"chain-keys-constant": 2}, held().told(2, summaryOf(1, 8, 9)).red(), "on the same subnet")
}

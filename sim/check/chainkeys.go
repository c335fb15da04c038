package check

import (
	"encoding/hex"

	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// A chainKey is the public key of a chain key, as the first summary had it that did.
type chainKey struct {
	public string
	of     *subnet
}

// sameChainKeys: a canister's keys are for ever, whoever has the shares: each chain key has one public key, in all summaries of all subnets
// that hold it (reference/protocol.md E, "Key rotation").
func (s *Suite) sameChainKeys(sub *subnet, w Where, n *protocol.Note) {
	same := func(id chainkey.KeyID, public []byte) {
		known, ok := s.chainKeys[id]
		switch found := hex.EncodeToString(public); {
		case !ok:
			s.chainKeys[id] = chainKey{found, sub}
		case known.public != found:
			s.fail(chainKeysConstant, w, n.Height, "subnet %s, on %s: the summary of height %d has %s as %s, which was %s on subnet %s",
				sub.Name, w.Node, n.Height, id, short(found), short(known.public), known.of.Name)
		}
	}
	for _, keys := range []*protocol.Transcripts{&n.Summary.Current, &n.Summary.Next} {
		for _, t := range keys.VetKD {
			same(t.ID.Key, t.Group.Key[:])
		}
	}
	if n.Summary.IDKG == nil {
		return
	}
	for i := range n.Summary.IDKG.Keys {
		k := &n.Summary.IDKG.Keys[i]
		for _, t := range []*protocol.IDKGTranscript{k.Current, k.Next} {
			if t != nil {
				same(k.ID, t.Transcript.Secret().Bytes())
			}
		}
	}
}

// chainKeysConstant is of runs in which a subnet holds chain keys.
const chainKeysConstant = "chain-keys-constant"

func short(key string) string { return key[:min(len(key), 16)] }

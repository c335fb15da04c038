package scenarios

import (
	"fmt"
	"slices"
	"time"

	"icsim/crypto/chainkey"
	"icsim/protocol"
)

// Defaults of chain keys. The stash and what is made at once are small beside mainnet's, for a run that lasts minutes.
const (
	defaultStash    = 5
	defaultQueue    = 20 // DEFAULT_ECDSA_MAX_QUEUE_SIZE
	defaultParallel = 20 // reference/protocol.md G, DFINITY's own settings
)

// chainKeys takes the keys that a subnet holds for canisters: chain_keys: [ecdsa:secp256k1:key_1, vetkd:bls12_381_g2:key_1].
func (p *parser) chainKeys(f *object) *protocol.ChainKeys {
	keys := &protocol.ChainKeys{}
	asked := f.has("chain_keys")
	for _, id := range p.keyIDs(f, "chain_keys") {
		keys.Keys = append(keys.Keys, protocol.ChainKey{ID: id})
	}
	stash := optional(f, "pre_signatures", counts(0, 1000), defaultStash)
	queue := optional(f, "signature_queue", counts(1, 10_000), defaultQueue)
	keys.Parallel = optional(f, "parallel_transcripts", counts(1, 1000), defaultParallel)
	keys.Timeout = protocol.Time(optional(f, "signature_timeout", spans(time.Second, 24*time.Hour), 0))
	keys.Rotation = protocol.Time(optional(f, "idkg_key_rotation", spans(time.Second, maxDuration), 0))
	for _, option := range []string{"pre_signatures", "signature_queue", "parallel_transcripts", "signature_timeout", "idkg_key_rotation"} {
		if f.has(option) && !asked {
			f.fail(option, "%s goes with chain_keys, such as chain_keys: [ecdsa:secp256k1:key_1]", option)
		}
	}
	if len(keys.Keys) == 0 {
		return nil
	}
	for i := range keys.Keys {
		keys.Keys[i].Queue = queue
		if keys.Keys[i].ID.Algorithm.NeedsPreSignatures() {
			keys.Keys[i].PreSignatures = stash
		}
	}
	return keys
}

func (e *entry) chainKeys(keys *protocol.ChainKeys) {
	var names []string
	stash := 0
	for i := range keys.Keys {
		names = append(names, keys.Keys[i].ID.String())
		stash = max(stash, keys.Keys[i].PreSignatures)
	}
	e.add("chain_keys", list(names)).add("pre_signatures", printInt(stash)).add("signature_queue", printInt(keys.Keys[0].Queue)).
		add("parallel_transcripts", printInt(keys.Parallel))
	e.addIf(keys.Rotation > 0, "idkg_key_rotation", printDuration(time.Duration(keys.Rotation)))
	e.addIf(keys.Timeout > 0, "signature_timeout", printDuration(time.Duration(keys.Timeout)))
}

// needsBLS says which key of a subnet has no counterpart in cheap cryptography: keys of ideal are hashes, of which nothing can be
// derived that a client could verify. Keys of ECDSA and Schnorr are real with either.
func needsBLS(keys *protocol.ChainKeys) (key chainkey.KeyID, needs bool) {
	if keys == nil {
		return key, false
	}
	i := slices.IndexFunc(keys.Keys, func(k protocol.ChainKey) bool { return k.ID.Algorithm == chainkey.VetKD })
	if i < 0 {
		return key, false
	}
	return keys.Keys[i].ID, true
}

func (p *parser) vetKDNeedsBLS(f *object, keys *protocol.ChainKeys) {
	if key, needs := needsBLS(keys); needs && p.spec.Crypto == "ideal" {
		f.fail("chain_keys", "the chain key %s needs crypto: bls; with ideal leave it out", key)
	}
}

// NeedsBLS reports whether the scenario runs with real signatures alone.
func (s *Spec) NeedsBLS() bool {
	return slices.ContainsFunc(s.Subnets, func(sub Subnet) bool { _, needs := needsBLS(sub.ChainKeys); return needs })
}

// checkChainKeys is for who has changed Crypto since the scenario was read.
func (s *Spec) checkChainKeys() error {
	for i := range s.Subnets {
		if key, needs := needsBLS(s.Subnets[i].ChainKeys); needs && s.Crypto == "ideal" {
			return fmt.Errorf("%s: subnet %s: the chain key %s needs bls; it cannot be had with ideal", s.File, s.Subnets[i].Name, key)
		}
	}
	return nil
}

package sim

import (
	"fmt"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/chainkey"
	"icsim/crypto/ideal"
	"icsim/crypto/nidkg"
	"icsim/crypto/userkey"
	"icsim/protocol/authentication"
	"icsim/sim/memo"
)

// tools are what nodes compute with. A set serves one goroutine; what the sets of a run remember they have in common.
type tools struct {
	scheme     crypto.Scheme
	generation crypto.KeyGeneration
	verifier   userkey.Verifier // of users' signatures
	chainKeys  chainkey.Scheme
	judge      authentication.Judgement // of whose a request is
}

// newWorkshop gives what makes sets of tools.
func newWorkshop(c *Config) (func() tools, error) {
	shared, real := !c.NoShare, c.Crypto == "bls"
	if _, _, err := newCrypto(c.Crypto, shared); err != nil {
		return nil, err
	}
	known, names, users := memo.NewSignatures(len(c.Subnets)), memo.NewNames(), memo.NewUsers()
	return func() tools {
		scheme, generation, _ := newCrypto(c.Crypto, shared)
		if shared {
			if generation = known.KeyGeneration(generation); real {
				scheme = known.Scheme(scheme)
			} else {
				scheme = memo.Recent(scheme)
			}
		}
		if real {
			scheme, generation = names.Scheme(scheme, shared), names.KeyGeneration(generation)
		}
		verifier := userkey.New(scheme)
		if shared {
			verifier = users.Verifier(verifier)
		}
		return tools{scheme, generation, verifier, memo.ChainKeys(chainkey.New(), shared), newJudgement(c)}
	}, nil
}

func newCrypto(name string, shared bool) (crypto.Scheme, crypto.KeyGeneration, error) {
	switch name {
	case "bls":
		if shared {
			return bls.New(), nidkg.NewLazy(), nil
		}
		return bls.New(), nidkg.New(), nil
	case "ideal":
		return ideal.New(), ideal.NewKeyGeneration(), nil
	}
	return nil, nil, fmt.Errorf("unknown crypto %q: want bls or ideal", name)
}
